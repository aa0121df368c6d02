-- Kinds that organisations define themselves.

create table catalog_kind (
  tenant_id uuid not null references tenant (tenant_id),
  -- `kind` in lower case: letter case makes no other kind.
  kind_key text collate "C" not null,
  kind text not null,
  title text,
  -- Accepted values of `apiVersion`; any when empty.
  api_versions text[] not null default '{}',
  -- JSON schema of the entity, as it was written: jsonb would forget the order of its members.
  schema text not null,
  -- `[{"field", "type", "reverse", "defaultKind"?, "targetKind"?, "defaultNamespace"?, "multiple"?}]`.
  relations jsonb not null default '[]',
  -- New with every change, so that what was judged by an older one is known.
  revision uuid not null,
  changed_at timestamptz not null,
  constraint catalog_kind_pk primary key (tenant_id, kind_key)
);
alter table catalog_kind enable row level security;
alter table catalog_kind force row level security;
create policy catalog_kind_own on catalog_kind to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on catalog_kind to proscenium_app;
