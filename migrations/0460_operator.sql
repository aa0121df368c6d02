-- The operator at a browser: links that sign in once, sessions, and what was done. None of it is an organisation's, so
-- these tables have no tenant: the tenant door holds no right to them at all (tests/isolation/platform_tables.txt).

-- Links that `proscenium operator link` printed. Opening one deletes it.
create table operator_link (
  code_hash bytea not null,
  -- What the operator calls themselves.
  name text not null,
  expires_at timestamptz not null,
  constraint operator_link_pk primary key (code_hash),
  constraint operator_link_name_length check (length(name) between 1 and 80)
);
alter table operator_link enable row level security;
alter table operator_link force row level security;
create policy operator_link_system on operator_link to proscenium_system using (true) with check (true);
grant select, insert, delete on operator_link to proscenium_system;

create table operator_session (
  session_id uuid not null,
  token_hash bytea not null,
  name text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  user_agent text,
  address text,
  constraint operator_session_pk primary key (session_id),
  constraint operator_session_token unique (token_hash)
);
alter table operator_session enable row level security;
alter table operator_session force row level security;
create policy operator_session_system on operator_session to proscenium_system using (true) with check (true);
grant select, insert, update, delete on operator_session to proscenium_system;

-- What the operator did, by page or command line. Rows are never changed.
create table operator_event (
  event_id uuid not null,
  happened_at timestamptz not null,
  -- `operator` on the command line, `operator:NAME` in the browser.
  actor text not null,
  -- For example `rollout.stop`.
  action text not null,
  -- What it was done to, for example a rollout's id.
  target text not null,
  details jsonb not null default '{}',
  constraint operator_event_pk primary key (event_id),
  constraint operator_event_details_object check (jsonb_typeof(details) = 'object')
);
alter table operator_event enable row level security;
alter table operator_event force row level security;
create policy operator_event_system on operator_event to proscenium_system using (true) with check (true);
grant select, insert on operator_event to proscenium_system;

-- Which organisation has which version, and what it says about upgrades: the operator's view of all of them asks once,
-- not once for each. These columns, to read, and nothing else.
create policy plugin_package_system on plugin_package for select to proscenium_system using (true);
grant select (tenant_id, package, plugin_id, source, version, state, message, changed_at) on plugin_package
  to proscenium_system;
create policy plugin_policy_system on plugin_policy for select to proscenium_system using (true);
grant select (tenant_id, plugin_id, channel, pinned, frozen_until, quiet_hours) on plugin_policy to proscenium_system;
create policy plugin_history_system on plugin_history for select to proscenium_system using (true);
grant select (tenant_id, history_id, plugin_id, package, version, cause, rollout_id, since) on plugin_history
  to proscenium_system;
