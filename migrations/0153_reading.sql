-- Whether an organisation's catalog and templates read from every public host, or from listed places only.
create table reading_rule (
  tenant_id uuid not null references tenant (tenant_id),
  only_listed boolean not null,
  -- `host`, `*.host`, `host:port`, each with or without a path that ends with a slash.
  places text[] not null,
  changed_at timestamptz not null,
  constraint reading_rule_pk primary key (tenant_id),
  constraint reading_rule_count check (cardinality(places) <= 200)
);
alter table reading_rule enable row level security;
alter table reading_rule force row level security;
create policy reading_rule_own on reading_rule to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on reading_rule to proscenium_app;
