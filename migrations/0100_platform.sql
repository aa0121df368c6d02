-- The platform's own tables: organisations, their addresses and keys, the audit log and the job queue.

create table tenant (
  tenant_id uuid not null,
  slug text not null,
  name text not null,
  status text not null default 'active',
  plan text not null default 'free',
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  constraint tenant_pk primary key (tenant_id),
  constraint tenant_slug unique (slug),
  constraint tenant_status_known check (status in ('active', 'suspended', 'deleted')),
  constraint tenant_name_length check (length(name) between 1 and 100)
);
alter table tenant enable row level security;
alter table tenant force row level security;
create policy tenant_own on tenant to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
create policy tenant_system on tenant to proscenium_system using (true) with check (true);
grant select, insert, update on tenant to proscenium_app;
grant select, insert, update on tenant to proscenium_system;

-- Which tenant answers at a host name. The key is the host, since the question comes before the tenant is known.
create table tenant_host (
  host text not null,
  tenant_id uuid not null references tenant (tenant_id),
  constraint tenant_host_pk primary key (host)
);
create index tenant_host_tenant on tenant_host (tenant_id, host);
alter table tenant_host enable row level security;
alter table tenant_host force row level security;
create policy tenant_host_own on tenant_host to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
create policy tenant_host_system on tenant_host to proscenium_system using (true) with check (true);
grant select, insert, delete on tenant_host to proscenium_app;
grant select, insert, delete on tenant_host to proscenium_system;

-- Data keys, wrapped by the platform's key. Deleting a row shreds whatever was sealed under it.
create table tenant_key (
  tenant_id uuid not null references tenant (tenant_id),
  key_id uuid not null,
  wrapped bytea not null,
  created_at timestamptz not null default now(),
  constraint tenant_key_pk primary key (tenant_id, key_id)
);
alter table tenant_key enable row level security;
alter table tenant_key force row level security;
create policy tenant_key_own on tenant_key to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
create policy tenant_key_system on tenant_key to proscenium_system using (true) with check (true);
grant select, insert on tenant_key to proscenium_app;
grant select, delete on tenant_key to proscenium_system;

create table audit_event (
  tenant_id uuid not null references tenant (tenant_id),
  event_id uuid not null,
  at timestamptz not null,
  actor text not null,
  action text not null,
  target text not null,
  before jsonb,
  after jsonb,
  constraint audit_event_pk primary key (tenant_id, event_id)
);
alter table audit_event enable row level security;
alter table audit_event force row level security;
create policy audit_event_own on audit_event to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
-- Written and read, never changed: the log is append-only for the application.
grant select, insert on audit_event to proscenium_app;

create table job (
  tenant_id uuid not null references tenant (tenant_id),
  job_id uuid not null,
  queue text not null,
  key text not null,
  payload jsonb not null,
  -- When it may be handed out: its due time while it waits, the end of its lease while it runs.
  run_at timestamptz not null,
  lease uuid,
  again_at timestamptz,
  attempts integer not null default 0,
  dead boolean not null default false,
  last_error text,
  created_at timestamptz not null,
  constraint job_pk primary key (tenant_id, job_id),
  constraint job_key unique (tenant_id, queue, key)
);
create index job_due on job (tenant_id, queue, run_at) where not dead;
alter table job enable row level security;
alter table job force row level security;
create policy job_own on job to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
create policy job_system on job to proscenium_system using (true) with check (true);
grant select, insert, update, delete on job to proscenium_app;
grant select, update on job to proscenium_system;
