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
