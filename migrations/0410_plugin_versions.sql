-- Versions of plugins: who ran what when, who wants which channel, where a version's data is, and rollouts.

-- What an organisation says about upgrades of one plugin.
create table plugin_policy (
  tenant_id uuid not null references tenant (tenant_id),
  plugin_id text not null,
  -- `early` comes before `stable`.
  channel text not null default 'stable',
  -- Stays on the version that it has.
  pinned boolean not null default false,
  -- No upgrade before that.
  frozen_until timestamptz,
  -- {"from": hour, "to": hour} in UTC: when upgrades may hold requests for longer than seconds.
  quiet_hours jsonb,
  changed_at timestamptz not null,
  constraint plugin_policy_pk primary key (tenant_id, plugin_id),
  constraint plugin_policy_channel_known check (channel in ('stable', 'early'))
);
alter table plugin_policy enable row level security;
alter table plugin_policy force row level security;
create policy plugin_policy_own on plugin_policy to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on plugin_policy to proscenium_app;

-- Which version an organisation ran from when on. Rows are never changed.
create table plugin_history (
  tenant_id uuid not null references tenant (tenant_id),
  history_id uuid not null,
  plugin_id text not null,
  package text not null,
  version text not null,
  -- The bundle's content address; null for native workers and front ends.
  digest text,
  -- `install`, `rollout` or `rollback`.
  cause text not null,
  rollout_id uuid,
  since timestamptz not null,
  constraint plugin_history_pk primary key (tenant_id, history_id)
);
create index plugin_history_plugin on plugin_history (tenant_id, plugin_id, since desc);
alter table plugin_history enable row level security;
alter table plugin_history force row level security;
create policy plugin_history_own on plugin_history to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, delete on plugin_history to proscenium_app;

-- Addresses that people read lately, asked of a new version before anybody else asks it. No bodies, no answers.
create table plugin_recording (
  tenant_id uuid not null references tenant (tenant_id),
  plugin_id text not null,
  path text not null,
  seen_at timestamptz not null,
  constraint plugin_recording_pk primary key (tenant_id, plugin_id, path),
  constraint plugin_recording_path_length check (length(path) between 1 and 500)
);
alter table plugin_recording enable row level security;
alter table plugin_recording force row level security;
create policy plugin_recording_own on plugin_recording to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on plugin_recording to proscenium_app;

-- Schemas of a plugin beside its first one, in the plugins' database.
create table plugin_schema (
  tenant_id uuid not null references tenant (tenant_id),
  plugin_id text not null,
  name text not null,
  -- `live`: the plugin's own now (no row: the one that is named after it). `check`: a copy on which a version is tried.
  -- `next`: a copy that becomes the live one. `kept`: a former one, for when its rows are missed.
  state text not null,
  rollout_id uuid,
  -- The server's transaction number when it became the live one: rows with a later one were written since.
  live_from_xid text,
  keep_until timestamptz,
  constraint plugin_schema_pk primary key (tenant_id, plugin_id, name),
  constraint plugin_schema_state_known check (state in ('live', 'check', 'next', 'kept'))
);
alter table plugin_schema enable row level security;
alter table plugin_schema force row level security;
create policy plugin_schema_own on plugin_schema to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on plugin_schema to proscenium_app;

-- A rollout of one version, a row for each organisation that takes part. What concerns the whole stands in each of its
-- rows, so an organisation that is erased takes nothing of the others' with it.
create table plugin_rollout (
  tenant_id uuid not null references tenant (tenant_id),
  rollout_id uuid not null,
  plugin_id text not null,
  package text not null,
  version text not null,
  -- The whole: plan, phase, the reason for it.
  plan jsonb not null,
  phase text not null,
  reason text,
  ring integer not null default 0,
  open boolean not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  -- What the operator wants: `stop` or `revert`.
  wanted text,
  -- Which process carries it out; another one takes over when this is over.
  lease uuid,
  leased_until timestamptz,
  -- This organisation's part.
  member_ring integer not null,
  step text not null,
  step_reason text,
  step_since timestamptz not null,
  -- What the package was and what it becomes: {"version", "backend", "frontend"}.
  former jsonb not null,
  next jsonb,
  -- `none`, `share` or `migrate`.
  data text,
  former_schema text,
  next_schema text,
  -- The gate's figures: {"old", "new"}.
  figures jsonb,
  beacons integer not null default 0,
  beacon text,
  -- Differences that the compatibility run found, and rows that a rolled-back version wrote.
  report jsonb,
  constraint plugin_rollout_pk primary key (tenant_id, rollout_id),
  constraint plugin_rollout_phase_known
    check (phase in ('preparing', 'running', 'rolling-back', 'done', 'rolled-back', 'stopped')),
  constraint plugin_rollout_step_known check (step in ('waiting', 'checking', 'switching', 'watching', 'promoted',
    'restoring', 'restored', 'refused', 'deferred', 'skipped'))
);
create index plugin_rollout_open on plugin_rollout (tenant_id, rollout_id) where open;
alter table plugin_rollout enable row level security;
alter table plugin_rollout force row level security;
create policy plugin_rollout_own on plugin_rollout to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
create policy plugin_rollout_system on plugin_rollout to proscenium_system using (true) with check (true);
grant select, insert, update, delete on plugin_rollout to proscenium_app;
grant select, insert, update on plugin_rollout to proscenium_system;
