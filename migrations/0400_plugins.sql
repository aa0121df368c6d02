-- Plugins that an organisation has installed. A plugin may have two halves that come in two packages: its back end,
-- which runs in a worker, and its front end, which the portal loads as a remote.

create table plugin_installation (
  tenant_id uuid not null references tenant (tenant_id),
  plugin_id text not null,
  -- A part of Backstage's configuration tree, given to the plugin's worker as it is.
  config jsonb not null default '{}',
  -- Grows with every change that a running worker must take over by starting again.
  revision bigint not null default 1,
  installed_at timestamptz not null,
  constraint plugin_installation_pk primary key (tenant_id, plugin_id),
  constraint plugin_installation_id_length check (length(plugin_id) between 1 and 64),
  constraint plugin_installation_config_object check (jsonb_typeof(config) = 'object')
);
alter table plugin_installation enable row level security;
alter table plugin_installation force row level security;
create policy plugin_installation_own on plugin_installation to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on plugin_installation to proscenium_app;

create table plugin_package (
  tenant_id uuid not null references tenant (tenant_id),
  -- `@scope/name` of npm, or `proscenium:<name>` for a native worker.
  package text not null,
  -- Guessed from the package's name until the package itself has been read.
  plugin_id text not null,
  source text not null,
  -- What was asked for; null means the newest.
  wanted text,
  -- What is installed; null until then.
  version text,
  description text,
  state text not null,
  -- Plain words about a failed installation.
  message text,
  -- {"kind": "node", "bundle", "features"} or {"kind": "native", "name"} when the package has a back end.
  backend jsonb,
  -- {"digest", "remote", "entry", "modules", "shell"} when the package has a front end.
  frontend jsonb,
  requested_at timestamptz not null,
  changed_at timestamptz not null,
  constraint plugin_package_pk primary key (tenant_id, package),
  constraint plugin_package_source_known check (source in ('npm', 'native')),
  constraint plugin_package_state_known check (state in ('installing', 'installed', 'failed')),
  constraint plugin_package_name_length check (length(package) between 1 and 214)
);
create index plugin_package_plugin on plugin_package (tenant_id, plugin_id, requested_at);
alter table plugin_package enable row level security;
alter table plugin_package force row level security;
create policy plugin_package_own on plugin_package to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on plugin_package to proscenium_app;
