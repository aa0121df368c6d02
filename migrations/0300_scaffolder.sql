-- The scaffolder: tasks, what happened in them, and the journal of their steps.

create table task (
  tenant_id uuid not null references tenant (tenant_id),
  task_id uuid not null,
  -- As text (json, not jsonb): the order of keys can be seen by templates.
  spec json not null,
  template_ref text not null,
  status text not null default 'open',
  created_by text,
  -- On whose behalf the run calls other services.
  initiator jsonb not null,
  -- Sealed under the tenant's key; gone when the task ends.
  secrets bytea,
  cancel_requested boolean not null default false,
  last_event bigint not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  last_heartbeat_at timestamptz,
  constraint task_pk primary key (tenant_id, task_id),
  constraint task_status_known check (status in ('open', 'processing', 'completed', 'failed', 'cancelled', 'skipped'))
);
create index task_created on task (tenant_id, created_at desc, task_id);
create index task_created_by on task (tenant_id, created_by, created_at desc);
alter table task enable row level security;
alter table task force row level security;
create policy task_tenant on task to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on task to proscenium_app;

-- What a person sees of a task, in the order in which it happened. Numbered per task under the task's row lock, so
-- that a reader who has seen event n never misses a smaller one.
create table task_event (
  tenant_id uuid not null,
  task_id uuid not null,
  event_id bigint not null,
  type text not null,
  body json not null,
  created_at timestamptz not null default clock_timestamp(),
  constraint task_event_pk primary key (tenant_id, task_id, event_id),
  constraint task_event_task foreign key (tenant_id, task_id) references task (tenant_id, task_id) on delete cascade,
  constraint task_event_type_known check (type in ('log', 'completion', 'cancelled', 'recovered'))
);
alter table task_event enable row level security;
alter table task_event force row level security;
create policy task_event_tenant on task_event to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on task_event to proscenium_app;

-- The journal: a row is written when a step begins and again when it ends, before the next begins.
create table task_step (
  tenant_id uuid not null,
  task_id uuid not null,
  position integer not null,
  step_id text not null,
  status text not null,
  output json,
  started_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  constraint task_step_pk primary key (tenant_id, task_id, position),
  constraint task_step_task foreign key (tenant_id, task_id) references task (tenant_id, task_id) on delete cascade,
  constraint task_step_status_known check (status in ('processing', 'completed', 'failed', 'skipped'))
);
alter table task_step enable row level security;
alter table task_step force row level security;
create policy task_step_tenant on task_step to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on task_step to proscenium_app;
