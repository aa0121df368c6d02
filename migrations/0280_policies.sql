-- Roles and policies of an organisation: the draft, what was published, and what holds.

-- The one draft that administrators work on together.
create table policy_draft (
  tenant_id uuid not null references tenant (tenant_id),
  -- Grows with each change, so that nobody writes over what they have not seen.
  revision bigint not null,
  -- The published version that it was begun from; 0: none.
  based_on bigint not null,
  document jsonb not null,
  changed_at timestamptz not null,
  changed_by text not null,
  constraint policy_draft_pk primary key (tenant_id)
);
alter table policy_draft enable row level security;
alter table policy_draft force row level security;
create policy policy_draft_own on policy_draft to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on policy_draft to proscenium_app;

-- Everything that ever held, as it was written. The newest holds. Nobody may change or remove one.
create table policy_version (
  tenant_id uuid not null references tenant (tenant_id),
  version bigint not null,
  document jsonb not null,
  note text not null,
  published_at timestamptz not null,
  published_by text not null,
  constraint policy_version_pk primary key (tenant_id, version)
);
alter table policy_version enable row level security;
alter table policy_version force row level security;
create policy policy_version_own on policy_version to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert on policy_version to proscenium_app;

-- The newest version, taken apart: which roles an entity ref or built-in role is bound to.
create table policy_binding (
  tenant_id uuid not null references tenant (tenant_id),
  -- `user:default/jane`, `group:default/team-a` or `member`.
  subject text collate "C" not null,
  role text collate "C" not null,
  constraint policy_binding_pk primary key (tenant_id, subject, role)
);
alter table policy_binding enable row level security;
alter table policy_binding force row level security;
create policy policy_binding_own on policy_binding to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, delete on policy_binding to proscenium_app;

-- The newest version, taken apart: what each role says.
create table policy_rule (
  tenant_id uuid not null references tenant (tenant_id),
  role text collate "C" not null,
  rule_no integer not null,
  permission text collate "C" not null,
  effect text not null,
  -- `{"pluginId", "resourceType", "conditions"}`, as Backstage's policies write it; null: everything.
  condition jsonb,
  constraint policy_rule_pk primary key (tenant_id, role, rule_no),
  constraint policy_rule_effect check (effect in ('allow', 'deny'))
);
alter table policy_rule enable row level security;
alter table policy_rule force row level security;
create policy policy_rule_own on policy_rule to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, delete on policy_rule to proscenium_app;

-- Answers that were made under another version are worthless. `catalog_condition`, which nothing ever wrote to, has no
-- readers any more and goes with the next contract step.
create trigger policy_version_published after insert on policy_version
  for each row execute function raise_policy_version();
