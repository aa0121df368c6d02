-- What people may see and touch of the catalog.

-- Conditions under which a permission on entities holds. Whoever has several, over their own entity, their groups and
-- their role, may do what any of them allows; whoever has none may do what their role allows, with every entity.
create table catalog_condition (
  tenant_id uuid not null references tenant (tenant_id),
  -- `catalog.entity.read`, `catalog.entity.refresh` or `catalog.entity.delete`.
  permission text collate "C" not null,
  -- An entity ref (`user:default/jane`, `group:default/team-a`) or the name of a built-in role (`member`).
  subject text collate "C" not null,
  -- `{"pluginId", "resourceType", "conditions"}`, as policies write it.
  condition jsonb not null,
  constraint catalog_condition_pk primary key (tenant_id, permission, subject)
);
alter table catalog_condition enable row level security;
alter table catalog_condition force row level security;
create policy catalog_condition_own on catalog_condition to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on catalog_condition to proscenium_app;

-- Whoever writes a condition, by whatever way, makes all answers worthless that were made under the ones before.
create function raise_policy_version() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into public.tenant_seq (tenant_id, epoch, policy_version)
  values (coalesce(new.tenant_id, old.tenant_id), gen_random_uuid(), 1)
  on conflict on constraint tenant_seq_pk do update set policy_version = tenant_seq.policy_version + 1;
  return null;
end
$$;
create trigger catalog_condition_changed after insert or update or delete on catalog_condition
  for each row execute function raise_policy_version();
