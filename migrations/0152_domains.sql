-- Hosts of an organisation's own, from the moment it claims one. Only a proven one is in tenant_host, which decides who
-- answers where; a claim is worth nothing, so that nobody can keep a name from its owner.
create table tenant_domain (
  tenant_id uuid not null references tenant (tenant_id),
  host text not null,
  -- What the owner of the host shows at the host, as proof.
  proof text not null,
  created_at timestamptz not null,
  verified_at timestamptz,
  constraint tenant_domain_pk primary key (tenant_id, host)
);
alter table tenant_domain enable row level security;
alter table tenant_domain force row level security;
create policy tenant_domain_own on tenant_domain to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on tenant_domain to proscenium_app;
