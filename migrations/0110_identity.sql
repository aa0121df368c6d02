-- Who a tenant's people are and how they prove it: members, passwords, sessions, one-time links, API tokens, keys.

-- A person of one organisation. Credentials and membership belong to the tenant: the same mail address in two
-- organisations is two members.
create table member (
  tenant_id uuid not null references tenant (tenant_id),
  member_id uuid not null,
  name text not null,
  -- As typed, for showing and for mail.
  email text not null,
  -- Lower case, for signing in.
  email_key text not null,
  role text not null,
  -- The catalog entity this person is, as a key: `user:default/jane`.
  user_ref text not null,
  status text not null,
  created_at timestamptz not null,
  last_sign_in_at timestamptz,
  constraint member_pk primary key (tenant_id, member_id),
  constraint member_email unique (tenant_id, email_key),
  constraint member_user_ref unique (tenant_id, user_ref),
  constraint member_role_known check (role in ('admin', 'maintainer', 'member', 'viewer')),
  constraint member_status_known check (status in ('active', 'invited')),
  constraint member_name_length check (length(name) between 1 and 100),
  constraint member_email_length check (length(email) between 3 and 254)
);
alter table member enable row level security;
alter table member force row level security;
create policy member_own on member to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on member to proscenium_app;

-- The argon2id hash of a member's password, apart from the member so that no list of members can carry it.
create table password (
  tenant_id uuid not null references tenant (tenant_id),
  member_id uuid not null,
  -- PHC string: `$argon2id$v=19$…`.
  hash text not null,
  changed_at timestamptz not null,
  constraint password_pk primary key (tenant_id, member_id),
  constraint password_member foreign key (tenant_id, member_id) references member (tenant_id, member_id) on delete cascade
);
alter table password enable row level security;
alter table password force row level security;
create policy password_own on password to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on password to proscenium_app;

-- A browser that is signed in. The cookie holds the token; only its SHA-256 is here.
create table session (
  tenant_id uuid not null references tenant (tenant_id),
  session_id uuid not null,
  member_id uuid not null,
  token_hash bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  constraint session_pk primary key (tenant_id, session_id),
  constraint session_token unique (tenant_id, token_hash),
  constraint session_member foreign key (tenant_id, member_id) references member (tenant_id, member_id) on delete cascade
);
create index session_member on session (tenant_id, member_id);
create index session_expiry on session (tenant_id, expires_at);
alter table session enable row level security;
alter table session force row level security;
create policy session_own on session to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on session to proscenium_app;

-- A one-time link that signs a member in at the organisation's own origin. Deleted when it is used.
create table handoff (
  tenant_id uuid not null references tenant (tenant_id),
  code_hash bytea not null,
  member_id uuid not null,
  expires_at timestamptz not null,
  constraint handoff_pk primary key (tenant_id, code_hash),
  constraint handoff_member foreign key (tenant_id, member_id) references member (tenant_id, member_id) on delete cascade
);
create index handoff_member on handoff (tenant_id, member_id);
alter table handoff enable row level security;
alter table handoff force row level security;
create policy handoff_own on handoff to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, delete on handoff to proscenium_app;

-- The one open invitation of a member who has not accepted yet. Making a new one replaces it.
create table invitation (
  tenant_id uuid not null references tenant (tenant_id),
  member_id uuid not null,
  code_hash bytea not null,
  expires_at timestamptz not null,
  constraint invitation_pk primary key (tenant_id, member_id),
  constraint invitation_code unique (tenant_id, code_hash),
  constraint invitation_member foreign key (tenant_id, member_id) references member (tenant_id, member_id) on delete cascade
);
alter table invitation enable row level security;
alter table invitation force row level security;
create policy invitation_own on invitation to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on invitation to proscenium_app;

-- Personal API tokens; only the SHA-256 of each is here.
create table api_token (
  tenant_id uuid not null references tenant (tenant_id),
  api_token_id uuid not null,
  member_id uuid not null,
  name text not null,
  token_hash bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  -- Written at most once a minute.
  last_used_at timestamptz,
  constraint api_token_pk primary key (tenant_id, api_token_id),
  constraint api_token_hash unique (tenant_id, token_hash),
  constraint api_token_member foreign key (tenant_id, member_id) references member (tenant_id, member_id) on delete cascade
);
create index api_token_member on api_token (tenant_id, member_id);
alter table api_token enable row level security;
alter table api_token force row level security;
create policy api_token_own on api_token to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on api_token to proscenium_app;

-- Keys that sign Backstage user tokens (ES256). The private half is sealed under the tenant's key.
create table signing_key (
  tenant_id uuid not null references tenant (tenant_id),
  -- The `kid` of tokens and of the JWKS.
  key_id uuid not null,
  sealed_private bytea not null,
  -- The uncompressed point, 65 bytes.
  public bytea not null,
  created_at timestamptz not null,
  constraint signing_key_pk primary key (tenant_id, key_id)
);
alter table signing_key enable row level security;
alter table signing_key force row level security;
create policy signing_key_own on signing_key to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert on signing_key to proscenium_app;
