-- An organisation that is deleted: closed at once, its keys destroyed after a period of grace, then its rows.

alter table tenant
  add column delete_after timestamptz,
  -- The keys are gone: whatever was sealed cannot be opened any more, in backups either.
  add column shredded_at timestamptz,
  -- Every row, object and cached value is gone; this row stays, so that nobody else gets the address.
  add column erased_at timestamptz;
grant delete on signing_key to proscenium_app;

-- What the application may write and never delete is erased by the owner, for one organisation, after its keys are gone.
create policy tenant_erase on tenant for select to proscenium_owner
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid));

-- Deletes up to `batch` rows of each table that the application may not delete from and says how many went. The owner
-- sees no tenant's rows either, so each such table, also one of a later migration, gets a policy for this function when
-- it first meets it.
create function erase_kept(batch integer) returns bigint
language plpgsql security definer
set search_path = pg_catalog, public
as $$
declare
  closing uuid := current_setting('proscenium.tenant')::uuid;
  kept text;
  gone bigint;
  total bigint := 0;
begin
  if not exists (
    select from public.tenant where tenant_id = closing and status = 'deleted' and shredded_at is not null
  ) then
    raise exception 'this organisation is not to be erased';
  end if;
  for kept in
    select c.relname::text from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
    where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
      and c.relname not in ('tenant', 'tenant_key')
      and pg_get_userbyid(c.relowner) = 'proscenium_owner'
      and not has_table_privilege('proscenium_app', c.oid, 'DELETE')
  loop
    if not exists (
      select from pg_policies
      where schemaname = 'public' and tablename = kept and policyname = kept || '_erase'
    ) then
      execute format(
        'create policy %I on public.%I to proscenium_owner
           using (tenant_id = (select current_setting(''proscenium.tenant'')::uuid))', kept || '_erase', kept);
    end if;
    execute format(
      'delete from public.%1$I where tenant_id = $1
         and ctid = any (array(select ctid from public.%1$I where tenant_id = $1 limit $2))', kept)
      using closing, batch;
    get diagnostics gone = row_count;
    total := total + gone;
  end loop;
  return total;
end
$$;
revoke execute on function erase_kept(integer) from public;
grant execute on function erase_kept(integer) to proscenium_app;
