-- Steps that wait: for people, for a time, for a call from outside, for an entity.

create table task_gate (
  tenant_id uuid not null,
  gate_id uuid not null,
  task_id uuid not null,
  -- Of the task's runs, the one that it belongs to.
  generation integer not null,
  position integer not null,
  part integer not null,
  step_id text not null,
  step_name text not null,
  kind text not null,
  state text not null default 'waiting',
  -- What the step asked for, rendered; secrets masked.
  terms json not null,
  -- What came of it, for the step's output.
  outcome json,
  -- Of the one call that opens it.
  token_hash bytea,
  -- When a timer is over, or an entity is looked for again.
  due_at timestamptz,
  expires_at timestamptz,
  remind_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  constraint task_gate_pk primary key (tenant_id, gate_id),
  constraint task_gate_place unique (tenant_id, task_id, generation, position, part),
  constraint task_gate_token unique (tenant_id, token_hash),
  constraint task_gate_task foreign key (tenant_id, task_id) references task (tenant_id, task_id) on delete cascade,
  constraint task_gate_kind_known check (kind in ('approval', 'timer', 'webhook', 'entity')),
  constraint task_gate_state_known
    check (state in ('waiting', 'approved', 'rejected', 'passed', 'expired', 'cancelled'))
);
create index task_gate_state on task_gate (tenant_id, state, gate_id desc);
alter table task_gate enable row level security;
alter table task_gate force row level security;
create policy task_gate_tenant on task_gate to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on task_gate to proscenium_app;

-- Users and groups that an approval waits for.
create table task_gate_approver (
  tenant_id uuid not null,
  gate_id uuid not null,
  approver text not null,
  constraint task_gate_approver_pk primary key (tenant_id, gate_id, approver),
  constraint task_gate_approver_gate foreign key (tenant_id, gate_id)
    references task_gate (tenant_id, gate_id) on delete cascade
);
create index task_gate_approver_ref on task_gate_approver (tenant_id, approver, gate_id);
alter table task_gate_approver enable row level security;
alter table task_gate_approver force row level security;
create policy task_gate_approver_tenant on task_gate_approver to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on task_gate_approver to proscenium_app;

-- What people decided; one decision a person.
create table task_gate_decision (
  tenant_id uuid not null,
  gate_id uuid not null,
  decided_by text not null,
  approve boolean not null,
  reason text,
  -- Which of the approvers it counts for.
  counts_for text[] not null,
  decided_at timestamptz not null default clock_timestamp(),
  constraint task_gate_decision_pk primary key (tenant_id, gate_id, decided_by),
  constraint task_gate_decision_gate foreign key (tenant_id, gate_id)
    references task_gate (tenant_id, gate_id) on delete cascade
);
alter table task_gate_decision enable row level security;
alter table task_gate_decision force row level security;
create policy task_gate_decision_tenant on task_gate_decision to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on task_gate_decision to proscenium_app;
