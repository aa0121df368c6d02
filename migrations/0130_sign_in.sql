-- Sign-in with an identity provider of the organisation's own, who is allowed around it, and what is known of sessions.

-- OpenID Connect providers, and GitHub, which speaks OAuth 2 of its own. What the browser is sent through is a row.
create table sign_in_provider (
  tenant_id uuid not null references tenant (tenant_id),
  provider_id uuid not null,
  -- Its part of addresses: /api/auth/NAME/start.
  name text not null,
  -- What the button says.
  title text not null,
  kind text not null,
  -- The `iss` of its tokens; of GitHub, the address of its start page.
  issuer text not null,
  client_id text not null,
  sealed_secret bytea,
  -- Scopes, mapping of claims to roles and groups, how people are matched to entities.
  settings jsonb not null,
  enabled boolean not null default false,
  -- When a test sign-in last succeeded with exactly these settings.
  tested_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint sign_in_provider_pk primary key (tenant_id, provider_id),
  constraint sign_in_provider_name unique (tenant_id, name),
  constraint sign_in_provider_kind_known check (kind in ('oidc', 'github')),
  constraint sign_in_provider_title_length check (length(title) between 1 and 60)
);
alter table sign_in_provider enable row level security;
alter table sign_in_provider force row level security;
create policy sign_in_provider_own on sign_in_provider to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on sign_in_provider to proscenium_app;

-- Who somebody is at a provider. The key is the provider's word for the person, never the mail address.
create table sign_in_identity (
  tenant_id uuid not null references tenant (tenant_id),
  issuer text not null,
  subject text not null,
  member_id uuid not null,
  created_at timestamptz not null,
  constraint sign_in_identity_pk primary key (tenant_id, issuer, subject),
  constraint sign_in_identity_member foreign key (tenant_id, member_id)
    references member (tenant_id, member_id) on delete cascade
);
create index sign_in_identity_of_member on sign_in_identity (tenant_id, member_id);
alter table sign_in_identity enable row level security;
alter table sign_in_identity force row level security;
create policy sign_in_identity_own on sign_in_identity to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, delete on sign_in_identity to proscenium_app;

-- A try of an administrator with settings that need not be saved yet: what came back, and what it would mean.
create table sign_in_test (
  tenant_id uuid not null references tenant (tenant_id),
  test_id uuid not null,
  member_id uuid not null,
  -- The provider's settings as they were tried.
  draft jsonb not null,
  sealed_secret bytea,
  result jsonb,
  expires_at timestamptz not null,
  constraint sign_in_test_pk primary key (tenant_id, test_id),
  constraint sign_in_test_member foreign key (tenant_id, member_id)
    references member (tenant_id, member_id) on delete cascade
);
create index sign_in_test_of_member on sign_in_test (tenant_id, member_id);
create index sign_in_test_expiry on sign_in_test (tenant_id, expires_at);
alter table sign_in_test enable row level security;
alter table sign_in_test force row level security;
create policy sign_in_test_own on sign_in_test to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on sign_in_test to proscenium_app;

-- A browser that was sent to a provider and is expected back, once. The browser holds the secret half in a cookie.
create table sign_in_attempt (
  tenant_id uuid not null references tenant (tenant_id),
  state_hash bytea not null,
  browser_hash bytea not null,
  -- One of these: a sign-in, or a test.
  provider_id uuid,
  test_id uuid,
  -- Where the person wanted to go.
  next text not null,
  expires_at timestamptz not null,
  constraint sign_in_attempt_pk primary key (tenant_id, state_hash)
);
create index sign_in_attempt_expiry on sign_in_attempt (tenant_id, expires_at);
alter table sign_in_attempt enable row level security;
alter table sign_in_attempt force row level security;
create policy sign_in_attempt_own on sign_in_attempt to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, delete on sign_in_attempt to proscenium_app;

-- Whether members must come through a provider. No row: they need not.
create table sign_in_rule (
  tenant_id uuid not null references tenant (tenant_id),
  enforced boolean not null,
  updated_at timestamptz not null,
  constraint sign_in_rule_pk primary key (tenant_id)
);
alter table sign_in_rule enable row level security;
alter table sign_in_rule force row level security;
create policy sign_in_rule_own on sign_in_rule to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update on sign_in_rule to proscenium_app;

-- Administrators who keep their password for the day on which the provider fails.
create table break_glass (
  tenant_id uuid not null references tenant (tenant_id),
  member_id uuid not null,
  constraint break_glass_pk primary key (tenant_id, member_id),
  constraint break_glass_member foreign key (tenant_id, member_id)
    references member (tenant_id, member_id) on delete cascade
);
alter table break_glass enable row level security;
alter table break_glass force row level security;
create policy break_glass_own on break_glass to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, delete on break_glass to proscenium_app;

-- The one open link with which a member may choose a new password. Making a new one replaces it.
create table password_reset (
  tenant_id uuid not null references tenant (tenant_id),
  member_id uuid not null,
  code_hash bytea not null,
  expires_at timestamptz not null,
  constraint password_reset_pk primary key (tenant_id, member_id),
  constraint password_reset_code unique (tenant_id, code_hash),
  constraint password_reset_member foreign key (tenant_id, member_id)
    references member (tenant_id, member_id) on delete cascade
);
alter table password_reset enable row level security;
alter table password_reset force row level security;
create policy password_reset_own on password_reset to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on password_reset to proscenium_app;

-- What tells one's own sessions apart.
alter table session add column user_agent text;
alter table session add column address text;
-- Written at most once a minute.
alter table session add column last_seen_at timestamptz;
-- `password`, `hand-off`, or a provider's title.
alter table session add column signed_in_by text;

-- Groups that a provider's claims gave at the last sign-in; they count like those of the catalog.
alter table member add column claimed_groups text[] not null default '{}';
