-- What an organisation keeps secret: names and versions, to whom each is granted, and what wraps its data keys.

-- Which key wrapper made `wrapped`, so that a change of wrapper can go key by key.
alter table tenant_key add column wrapper text not null default 'local';
-- Wrapping again changes these two columns and nothing else.
grant update (wrapped, wrapper) on tenant_key to proscenium_app;
-- Sealing again under a newer data key changes this column alone.
grant update (sealed_private) on signing_key to proscenium_app;

create table secret (
  tenant_id uuid not null references tenant (tenant_id),
  secret_id uuid not null,
  -- Which grantees may hold it: `any`, or plugins, templates or proxies alone.
  scope text not null,
  -- As references name it: `secrets.NAME`.
  name text not null,
  description text not null default '',
  -- The current version.
  version integer not null,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  changed_by text not null,
  last_used_at timestamptz,
  -- `plugin:badges`, `template:default/starter`.
  last_used_by text,
  constraint secret_pk primary key (tenant_id, secret_id),
  constraint secret_name unique (tenant_id, scope, name),
  constraint secret_scope_known check (scope in ('any', 'plugin', 'template', 'proxy')),
  constraint secret_name_length check (length(name) between 1 and 64)
);
alter table secret enable row level security;
alter table secret force row level security;
create policy secret_own on secret to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on secret to proscenium_app;

-- A value, sealed under the organisation's key and bound to scope, secret, name and version.
create table secret_version (
  tenant_id uuid not null references tenant (tenant_id),
  secret_id uuid not null,
  version integer not null,
  sealed bytea not null,
  -- By which a person recognises the value: 8 hexadecimal digits of a keyed hash.
  fingerprint text not null,
  created_at timestamptz not null,
  created_by text not null,
  -- Until when a superseded version can still be read; null for the current one.
  readable_until timestamptz,
  constraint secret_version_pk primary key (tenant_id, secret_id, version),
  constraint secret_version_secret foreign key (tenant_id, secret_id) references secret (tenant_id, secret_id) on delete cascade
);
alter table secret_version enable row level security;
alter table secret_version force row level security;
create policy secret_version_own on secret_version to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on secret_version to proscenium_app;

-- Who may use a secret. The name is repeated so that no grantee can hold two secrets of one name.
create table secret_grant (
  tenant_id uuid not null references tenant (tenant_id),
  secret_id uuid not null,
  grantee_kind text not null,
  -- A plugin's id, a template's reference, a proxy's name.
  grantee_id text not null,
  name text not null,
  granted_at timestamptz not null,
  granted_by text not null,
  last_used_at timestamptz,
  constraint secret_grant_pk primary key (tenant_id, secret_id, grantee_kind, grantee_id),
  constraint secret_grant_name unique (tenant_id, grantee_kind, grantee_id, name),
  constraint secret_grant_secret foreign key (tenant_id, secret_id) references secret (tenant_id, secret_id) on delete cascade,
  constraint secret_grant_kind_known check (grantee_kind in ('plugin', 'template', 'proxy')),
  constraint secret_grant_id_length check (length(grantee_id) between 1 and 300)
);
alter table secret_grant enable row level security;
alter table secret_grant force row level security;
create policy secret_grant_own on secret_grant to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on secret_grant to proscenium_app;
