-- Tokens that may do less than their owner, and tokens that belong to the organisation.

-- Names of permissions; null: whatever the owner may.
alter table api_token add column scopes text[];
-- The address of the last use.
alter table api_token add column last_used_from text;

-- A token of the organisation's own, for machines: it has a role, and no member behind it.
create table service_token (
  tenant_id uuid not null references tenant (tenant_id),
  service_token_id uuid not null,
  -- It acts as `service:default/NAME`.
  name text not null,
  description text not null default '',
  role text not null,
  scopes text[],
  token_hash bytea not null,
  created_at timestamptz not null,
  created_by text not null,
  expires_at timestamptz,
  -- Written at most once a minute.
  last_used_at timestamptz,
  last_used_from text,
  constraint service_token_pk primary key (tenant_id, service_token_id),
  constraint service_token_name unique (tenant_id, name),
  constraint service_token_hash unique (tenant_id, token_hash),
  constraint service_token_name_length check (length(name) between 1 and 63)
);
alter table service_token enable row level security;
alter table service_token force row level security;
create policy service_token_own on service_token to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on service_token to proscenium_app;
