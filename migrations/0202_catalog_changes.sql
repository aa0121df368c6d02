-- What changed the catalog and when: one row for each transaction that took the organisation's counters.

alter table tenant_seq add column changed_at timestamptz not null default '-infinity';
-- Raised whenever a condition on what people may read changes; answers made under another version are worthless.
alter table tenant_seq add column policy_version bigint not null default 0;

create table catalog_change (
  tenant_id uuid not null references tenant (tenant_id),
  -- `tenant_seq.seq` of the change.
  seq bigint not null,
  -- Grows with `seq`, so that every moment has one state.
  changed_at timestamptz not null,
  -- `{"kind", "location"?, "provider"?, "commit"?, "actor"?}`.
  cause jsonb not null,
  constraint catalog_change_pk primary key (tenant_id, seq)
);
create index catalog_change_at on catalog_change (tenant_id, changed_at, seq);
alter table catalog_change enable row level security;
alter table catalog_change force row level security;
create policy catalog_change_own on catalog_change to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, delete on catalog_change to proscenium_app;
