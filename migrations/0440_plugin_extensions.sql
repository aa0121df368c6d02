-- What a plugin's worker said that it hosts, at its last start: actions, providers, tasks and so on. It is known while
-- the worker sleeps.

create table plugin_description (
  tenant_id uuid not null references tenant (tenant_id),
  plugin_id text not null,
  -- Of the installation that was described; a newer one is described anew.
  revision bigint not null,
  description jsonb not null,
  -- {"permissions", "rules"} as the plugin answers at `/.well-known/backstage/permissions/metadata`, if it does.
  permissions jsonb,
  described_at timestamptz not null,
  constraint plugin_description_pk primary key (tenant_id, plugin_id)
);
alter table plugin_description enable row level security;
alter table plugin_description force row level security;
create policy plugin_description_own on plugin_description to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on plugin_description to proscenium_app;

-- How a plugin's scheduled tasks fared. When each is due is a job of the queue `plugins.task`.
create table plugin_task (
  tenant_id uuid not null references tenant (tenant_id),
  plugin_id text not null,
  -- The plugin that registered it and its id there, as the worker names them: `catalog/github-provider:acme:refresh`.
  task text not null,
  -- {"cron"} or {"everyMs"} or {"manual"}, with "timeoutMs" and "initialDelayMs".
  schedule jsonb not null,
  last_started_at timestamptz,
  last_ended_at timestamptz,
  -- Of the last run that ended; null when it went well.
  last_error text,
  runs bigint not null default 0,
  constraint plugin_task_pk primary key (tenant_id, plugin_id, task)
);
alter table plugin_task enable row level security;
alter table plugin_task force row level security;
create policy plugin_task_own on plugin_task to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on plugin_task to proscenium_app;
