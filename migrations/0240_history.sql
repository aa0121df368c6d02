-- What the catalog was. The current version of an entity is its row in `entity`; only versions that were superseded or
-- deleted become rows here, so a first ingest writes none. Who changed what and when is in `catalog_change`, by seq.

-- `tenant_seq.seq` of the change that brought the present content (relations and status are not content).
alter table entity add column since_seq bigint not null default 0;
alter table relation add column since_seq bigint not null default 0;
-- History before this seq was pruned: the state of earlier moments is not known any more.
alter table tenant_seq add column pruned_seq bigint not null default 0;

create table entity_version (
  tenant_id uuid not null references tenant (tenant_id),
  entity_ref text collate "C" not null,
  -- It held from this change up to, and not including, that one.
  from_seq bigint not null,
  to_seq bigint not null,
  entity_no integer not null,
  entity_id uuid not null,
  -- Whether it ended with the entity, rather than with another version.
  deleted boolean not null,
  -- The entity as JSON. Relations, status, uid and etag in it count for nothing: they are put in anew.
  document text not null,
  constraint entity_version_pk primary key (tenant_id, entity_ref, to_seq)
);
create index entity_version_id on entity_version (tenant_id, entity_id, to_seq);
create index entity_version_end on entity_version (tenant_id, to_seq, from_seq);
create index entity_version_deleted on entity_version (tenant_id, to_seq desc, entity_ref) where deleted;
alter table entity_version enable row level security;
alter table entity_version force row level security;
create policy entity_version_own on entity_version to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, delete on entity_version to proscenium_app;

-- Relations that hold no more. They have a history of their own, so that one renamed owner does not make a version of a
-- thousand entities.
create table relation_version (
  tenant_id uuid not null references tenant (tenant_id),
  source_ref text collate "C" not null,
  type text collate "C" not null,
  target_ref text collate "C" not null,
  origin_ref text collate "C" not null,
  from_seq bigint not null,
  to_seq bigint not null,
  constraint relation_version_pk primary key (tenant_id, source_ref, to_seq, type, target_ref, origin_ref)
);
create index relation_version_end on relation_version (tenant_id, to_seq, from_seq);
alter table relation_version enable row level security;
alter table relation_version force row level security;
create policy relation_version_own on relation_version to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, delete on relation_version to proscenium_app;
