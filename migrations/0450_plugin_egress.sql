-- The hosts that the back end of a plugin may reach, as the organisation's administrator lists them. No row: none.

create table plugin_egress (
  tenant_id uuid not null references tenant (tenant_id),
  plugin_id text not null,
  -- ["api.github.com", "*.example.com:8443"]
  hosts jsonb not null default '[]',
  changed_at timestamptz not null,
  constraint plugin_egress_pk primary key (tenant_id, plugin_id),
  constraint plugin_egress_id_length check (length(plugin_id) between 1 and 64),
  constraint plugin_egress_hosts_list check (jsonb_typeof(hosts) = 'array')
);
alter table plugin_egress enable row level security;
alter table plugin_egress force row level security;
create policy plugin_egress_own on plugin_egress to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on plugin_egress to proscenium_app;
