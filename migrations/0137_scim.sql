-- Provisioning by an organisation's directory (SCIM 2.0): its tokens, what it knows of members, and its groups.

-- A token that may provision and nothing else; only its SHA-256 is here.
create table scim_token (
  tenant_id uuid not null references tenant (tenant_id),
  scim_token_id uuid not null,
  name text not null,
  token_hash bytea not null,
  created_at timestamptz not null,
  -- Written at most once a minute.
  last_used_at timestamptz,
  constraint scim_token_pk primary key (tenant_id, scim_token_id),
  constraint scim_token_hash unique (tenant_id, token_hash),
  constraint scim_token_name_length check (length(name) between 1 and 100)
);
alter table scim_token enable row level security;
alter table scim_token force row level security;
create policy scim_token_own on scim_token to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on scim_token to proscenium_app;

-- What the directory knows of a member that it provisions.
create table scim_user (
  tenant_id uuid not null references tenant (tenant_id),
  member_id uuid not null,
  user_name text not null,
  -- Lower case.
  user_name_key text not null,
  external_id text,
  -- Given, family and formatted name, as they came.
  names jsonb not null,
  -- What the member's role is when no group of theirs gives one.
  base_role text not null,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  constraint scim_user_pk primary key (tenant_id, member_id),
  constraint scim_user_name unique (tenant_id, user_name_key),
  constraint scim_user_member foreign key (tenant_id, member_id) references member (tenant_id, member_id) on delete cascade
);
alter table scim_user enable row level security;
alter table scim_user force row level security;
create policy scim_user_own on scim_user to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on scim_user to proscenium_app;

create table scim_group (
  tenant_id uuid not null references tenant (tenant_id),
  group_id uuid not null,
  display_name text not null,
  -- Lower case.
  display_name_key text not null,
  -- The group counts as `group:default/ENTITY_NAME` among what its members own.
  entity_name text not null,
  external_id text,
  -- The role that its members have at least, when an administrator has said so.
  role text,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  constraint scim_group_pk primary key (tenant_id, group_id),
  constraint scim_group_name unique (tenant_id, display_name_key),
  constraint scim_group_entity unique (tenant_id, entity_name),
  constraint scim_group_role_known check (role in ('admin', 'maintainer', 'member', 'viewer'))
);
alter table scim_group enable row level security;
alter table scim_group force row level security;
create policy scim_group_own on scim_group to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on scim_group to proscenium_app;

create table scim_group_member (
  tenant_id uuid not null references tenant (tenant_id),
  group_id uuid not null,
  member_id uuid not null,
  constraint scim_group_member_pk primary key (tenant_id, group_id, member_id),
  constraint scim_group_member_group foreign key (tenant_id, group_id) references scim_group (tenant_id, group_id) on delete cascade,
  constraint scim_group_member_member foreign key (tenant_id, member_id) references member (tenant_id, member_id) on delete cascade
);
create index scim_group_member_of on scim_group_member (tenant_id, member_id);
alter table scim_group_member enable row level security;
alter table scim_group_member force row level security;
create policy scim_group_member_own on scim_group_member to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on scim_group_member to proscenium_app;
