-- An administrator who looks at the portal as another member, reading only, for a while.
create table session_view (
  tenant_id uuid not null references tenant (tenant_id),
  session_id uuid not null,
  member_id uuid not null,
  ends_at timestamptz not null,
  constraint session_view_pk primary key (tenant_id, session_id),
  constraint session_view_session foreign key (tenant_id, session_id)
    references session (tenant_id, session_id) on delete cascade,
  constraint session_view_member foreign key (tenant_id, member_id)
    references member (tenant_id, member_id) on delete cascade
);
create index session_view_member on session_view (tenant_id, member_id);
alter table session_view enable row level security;
alter table session_view force row level security;
create policy session_view_own on session_view to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on session_view to proscenium_app;
