-- contract: no version was released that relies on these constraints
-- Ingestion writes hundreds of thousands of rows for ten thousand entities, and every foreign key costs a planned query for
-- each of them: more than half of the database's work. The rows below are written by store/write.rs and store/apply.rs
-- alone, under the organisation's counter lock; row security ties each of them to its organisation.
alter table refresh_state drop constraint refresh_state_tenant_id_fkey;
alter table refresh_edge drop constraint refresh_edge_tenant_id_fkey, drop constraint refresh_edge_entity;
alter table refresh_conflict drop constraint refresh_conflict_tenant_id_fkey;
alter table entity drop constraint entity_tenant_id_fkey, drop constraint entity_state;
alter table term drop constraint term_tenant_id_fkey;
alter table posting drop constraint posting_tenant_id_fkey, drop constraint posting_entity;
alter table relation drop constraint relation_tenant_id_fkey;
alter table search_document
  drop constraint search_document_tenant_id_fkey, drop constraint search_document_entity;

-- Every index costs as much as the row itself. The terms of an entity stand in its own row, since only writers ask for
-- them; a term is found by its comparable value; relations are written by who says them and read by who shows them.
alter table entity add column term_nos integer[] not null default '{}';
-- The owner sees no row otherwise.
alter table entity no force row level security;
alter table posting no force row level security;
update entity set term_nos = array(
  select posting.term_no from posting
  where posting.tenant_id = entity.tenant_id and posting.entity_no = entity.entity_no order by posting.term_no
);
alter table entity force row level security;
alter table posting force row level security;
drop index posting_of_entity;
alter table term drop constraint term_original;
alter table relation drop constraint relation_pk;
drop index relation_origin;
drop index relation_target;
alter table relation add constraint relation_pk primary key (tenant_id, origin_ref, type, source_ref, target_ref);
create index relation_source on relation (tenant_id, source_ref);

-- Counters of terms change often: room on the page keeps the indexes out of it.
alter table term set (fillfactor = 80);

-- Digest of the content alone, without relations and status; null before the entity was first written by this version.
alter table entity add column digest text;
-- Where in `document` the etag and the relations begin, in bytes: relations change without the rest being read.
alter table entity add column etag_at integer, add column relations_at integer;

-- Entities whose relations changed while more files were due: they are stitched together a little later.
create table stitch_due (
  tenant_id uuid not null,
  entity_ref text collate "C" not null,
  since timestamptz not null default clock_timestamp(),
  constraint stitch_due_pk primary key (tenant_id, entity_ref)
);
alter table stitch_due enable row level security;
alter table stitch_due force row level security;
create policy stitch_due_own on stitch_due to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on stitch_due to proscenium_app;
