-- Templates that are started by the clock, as somebody whose permissions count at each run.

create table task_schedule (
  tenant_id uuid not null references tenant (tenant_id),
  schedule_id uuid not null,
  name text not null,
  template_ref text not null,
  -- As text (json, not jsonb): the order of keys can be seen by templates.
  input json not null,
  cron text not null,
  time_zone text not null,
  -- Whether a run is left out while the one before it is not over.
  skips_overlap boolean not null default true,
  -- The member who owns it.
  owner_id uuid not null,
  owner_ref text not null,
  paused boolean not null default false,
  paused_reason text,
  failures integer not null default 0,
  next_run_at timestamptz,
  last_run_at timestamptz,
  last_task_id uuid,
  last_error text,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  constraint task_schedule_pk primary key (tenant_id, schedule_id),
  constraint task_schedule_name_length check (length(name) between 1 and 200)
);
create index task_schedule_template on task_schedule (tenant_id, template_ref);
alter table task_schedule enable row level security;
alter table task_schedule force row level security;
create policy task_schedule_tenant on task_schedule to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on task_schedule to proscenium_app;
