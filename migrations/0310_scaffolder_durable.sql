-- Tasks that go on after their process died: who may write, what was kept, what a run is about.

-- The lease under which the journal is written; whoever holds another one writes nothing.
alter table task add column holder uuid;
-- Grows each time that a person starts the task again.
alter table task add column generation integer not null default 0;
-- How often a process took it up.
alter table task add column attempts integer not null default 0;
-- Since when it waits at a gate, holding neither slot nor process.
alter table task add column waiting_since timestamptz;
-- When it must have ended; moved by what it waited.
alter table task add column deadline_at timestamptz;
alter table task add column ended_at timestamptz;
-- The newest snapshot of its workspace in object storage.
alter table task add column snapshot text;
-- The entity from whose page it was started.
alter table task add column started_from text;
-- The schedule that started it.
alter table task add column schedule_id uuid;
create index task_started_from on task (tenant_id, started_from, created_at desc);
create index task_template on task (tenant_id, template_ref, created_at desc);
create index task_schedule_id on task (tenant_id, schedule_id, created_at desc);

-- Values that the following steps need and that hold a secret: sealed, and gone when the task ends.
create table task_sealed (
  tenant_id uuid not null,
  sealed_id uuid not null,
  task_id uuid not null,
  sealed bytea not null,
  constraint task_sealed_pk primary key (tenant_id, sealed_id),
  constraint task_sealed_task foreign key (tenant_id, task_id) references task (tenant_id, task_id) on delete cascade
);
create index task_sealed_of_task on task_sealed (tenant_id, task_id);
alter table task_sealed enable row level security;
alter table task_sealed force row level security;
create policy task_sealed_tenant on task_sealed to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on task_sealed to proscenium_app;

alter table task_step add column attempts integer not null default 1;
-- How it failed, for what comes after it.
alter table task_step add column error json;
-- Where its output is whole, when the column `output` has secrets masked.
alter table task_step add column sealed_id uuid;

-- The repetitions of a step with `each` that ended well, so that none is done twice.
create table task_part (
  tenant_id uuid not null,
  task_id uuid not null,
  position integer not null,
  part integer not null,
  output json not null,
  sealed_id uuid,
  constraint task_part_pk primary key (tenant_id, task_id, position, part),
  constraint task_part_task foreign key (tenant_id, task_id) references task (tenant_id, task_id) on delete cascade
);
alter table task_part enable row level security;
alter table task_part force row level security;
create policy task_part_tenant on task_part to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on task_part to proscenium_app;

-- What actions remember across attempts (`ctx.checkpoint`); kept when a person starts the task again.
create table task_checkpoint (
  tenant_id uuid not null,
  task_id uuid not null,
  key text not null,
  status text not null,
  -- Without secrets; where it would hold one, nothing is kept once the task ended.
  value json,
  sealed_id uuid,
  reason text,
  constraint task_checkpoint_pk primary key (tenant_id, task_id, key),
  constraint task_checkpoint_task foreign key (tenant_id, task_id) references task (tenant_id, task_id) on delete cascade,
  constraint task_checkpoint_status_known check (status in ('success', 'failed'))
);
alter table task_checkpoint enable row level security;
alter table task_checkpoint force row level security;
create policy task_checkpoint_tenant on task_checkpoint to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on task_checkpoint to proscenium_app;

-- Which entities came of a run.
create table task_entity (
  tenant_id uuid not null,
  task_id uuid not null,
  entity_ref text not null,
  constraint task_entity_pk primary key (tenant_id, task_id, entity_ref),
  constraint task_entity_task foreign key (tenant_id, task_id) references task (tenant_id, task_id) on delete cascade
);
create index task_entity_ref on task_entity (tenant_id, entity_ref, task_id);
alter table task_entity enable row level security;
alter table task_entity force row level security;
create policy task_entity_tenant on task_entity to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on task_entity to proscenium_app;
