-- Plugins that an organisation's own people upload, and who looks at which version before it is published.

create table plugin_upload (
  tenant_id uuid not null references tenant (tenant_id),
  upload_id uuid not null,
  -- As the archive's package.json says.
  package text not null,
  version text not null,
  -- Under which it is installed: the plugin's own, or one made of the name for a module of the platform's plugins.
  plugin_id text not null,
  role text not null,
  description text,
  -- Of the archive as it is kept, packed anew from what was checked.
  bytes bigint not null,
  sha256 text not null,
  state text not null,
  -- Plain words about a failed build.
  message text,
  -- What the static checks of the finished bundle found.
  checks jsonb,
  -- As in plugin_package.
  backend jsonb,
  frontend jsonb,
  uploaded_by text not null,
  uploaded_at timestamptz not null,
  -- When it was published last; null: never.
  published_at timestamptz,
  -- The schema, in the plugins' database, that its preview works on.
  preview_schema text,
  constraint plugin_upload_pk primary key (tenant_id, upload_id),
  constraint plugin_upload_version unique (tenant_id, package, version),
  constraint plugin_upload_state_known check (state in ('building', 'ready', 'failed')),
  constraint plugin_upload_name_length check (length(package) between 1 and 214),
  constraint plugin_upload_bytes check (bytes > 0)
);
alter table plugin_upload enable row level security;
alter table plugin_upload force row level security;
create policy plugin_upload_own on plugin_upload to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on plugin_upload to proscenium_app;

-- Who may look at an uploaded version before it is published, and who does.
create table plugin_preview (
  tenant_id uuid not null references tenant (tenant_id),
  upload_id uuid not null,
  member_id uuid not null,
  -- Whether the member has turned it on.
  active boolean not null default false,
  changed_at timestamptz not null,
  constraint plugin_preview_pk primary key (tenant_id, upload_id, member_id),
  constraint plugin_preview_upload foreign key (tenant_id, upload_id)
    references plugin_upload (tenant_id, upload_id) on delete cascade,
  constraint plugin_preview_member foreign key (tenant_id, member_id)
    references member (tenant_id, member_id) on delete cascade
);
create index plugin_preview_active on plugin_preview (tenant_id) where active;
alter table plugin_preview enable row level security;
alter table plugin_preview force row level security;
create policy plugin_preview_own on plugin_preview to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on plugin_preview to proscenium_app;

-- The upload that an installed package is; null: it comes from npm or with the platform.
alter table plugin_package add column upload_id uuid;
