-- Which entities were deleted lately, for whoever keeps an index of the catalog in memory and wants to know what changed
-- since it was last complete.
create table entity_tombstone (
  tenant_id uuid not null references tenant (tenant_id),
  entity_no integer not null,
  -- `tenant_seq.seq` of the deletion.
  seq bigint not null,
  deleted_at timestamptz not null default clock_timestamp(),
  constraint entity_tombstone_pk primary key (tenant_id, entity_no)
);
create index entity_tombstone_seq on entity_tombstone (tenant_id, seq);
create index entity_tombstone_deleted on entity_tombstone (tenant_id, deleted_at);
alter table entity_tombstone enable row level security;
alter table entity_tombstone force row level security;
create policy entity_tombstone_own on entity_tombstone to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on entity_tombstone to proscenium_app;

-- An index that is complete up to an earlier change than this cannot be brought up to date: tombstones are gone.
alter table tenant_seq add column tombstones_after bigint not null default 0;

-- A trigger and not a statement of the service: during an upgrade the version before this one deletes entities as well,
-- and an index of the new version must hear of it. It runs as whoever deletes, under the same row security.
create function note_deleted_entities() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
  insert into entity_tombstone (tenant_id, entity_no, seq)
  select gone.tenant_id, gone.entity_no, counters.seq
  from gone join tenant_seq counters on counters.tenant_id = gone.tenant_id
  on conflict on constraint entity_tombstone_pk do update set seq = excluded.seq, deleted_at = excluded.deleted_at;
  -- Those of more than a day ago go here, so that nothing has to come by for them.
  with forgotten as (
    delete from entity_tombstone past
    where past.tenant_id in (select gone.tenant_id from gone) and past.deleted_at < clock_timestamp() - interval '24 hours'
    returning past.tenant_id, past.seq
  )
  update tenant_seq counters set tombstones_after = greatest(counters.tombstones_after, forgotten.seq)
  from (select tenant_id, max(seq) as seq from forgotten group by tenant_id) forgotten
  where counters.tenant_id = forgotten.tenant_id;
  return null;
end
$$;
create trigger entity_deleted after delete on entity
  referencing old table as gone for each statement execute function note_deleted_entities();
