-- What came of the tests of templates when they were run last, without anybody asking.

create table template_test (
  tenant_id uuid not null references tenant (tenant_id),
  template_ref text not null,
  -- Asked for, everything as expected, something not, no tests, or nothing to run: `problem` says why.
  state text not null,
  problem text,
  cases integer not null default 0,
  failed integer not null default 0,
  -- The first things that were not as expected.
  findings jsonb not null default '[]',
  -- Of which files and actions this came: while they are the same, the tests are not run again.
  content_digest text,
  actions_digest text,
  commit text,
  ran_at timestamptz,
  checked_at timestamptz not null default clock_timestamp(),
  constraint template_test_pk primary key (tenant_id, template_ref),
  constraint template_test_state check (state in ('pending', 'passed', 'failed', 'none', 'unreadable'))
);
alter table template_test enable row level security;
alter table template_test force row level security;
create policy template_test_tenant on template_test to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on template_test to proscenium_app;
