-- The catalog: where entities come from, what they are, and how they are found.

-- Counters of one organisation. Every change of the catalog locks this row first, so changes of one organisation
-- follow one another, and `seq` grows in the order in which they become visible.
create table tenant_seq (
  tenant_id uuid not null references tenant (tenant_id),
  -- New after a restore: caches of another epoch are worthless.
  epoch uuid not null,
  seq bigint not null default 0,
  next_entity_no integer not null default 1,
  next_term_no integer not null default 1,
  constraint tenant_seq_pk primary key (tenant_id)
);
alter table tenant_seq enable row level security;
alter table tenant_seq force row level security;
create policy tenant_seq_own on tenant_seq to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update on tenant_seq to proscenium_app;

-- What somebody registered.
create table location (
  tenant_id uuid not null references tenant (tenant_id),
  location_id uuid not null,
  type text not null,
  target text not null,
  -- The Location entity that stands for it, as a key; it stays when the target moves.
  entity_ref text collate "C" not null,
  created_at timestamptz not null,
  constraint location_pk primary key (tenant_id, location_id),
  constraint location_target unique (tenant_id, type, target),
  constraint location_entity unique (tenant_id, entity_ref)
);
alter table location enable row level security;
alter table location force row level security;
create policy location_own on location to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on location to proscenium_app;

-- One row per entity that something emitted, whether or not it could be processed.
create table refresh_state (
  tenant_id uuid not null references tenant (tenant_id),
  entity_ref text collate "C" not null,
  entity_id uuid not null,
  -- Which file claims the entity (`url:https://…`): the first to claim it keeps it.
  location_key text not null,
  -- The document as emitted, where processing it reads further files (kind Location); else null.
  unprocessed text,
  -- Digest of the outcome of processing; equal means: nothing to do.
  hash text not null,
  -- The last failure, `{"name", "message", "line"?}`; null after a success.
  problem jsonb,
  -- What was read last time: `[{"url", "etag"?, "sha256"?}]`; null means: read all again.
  sources jsonb,
  last_read_at timestamptz,
  next_read_at timestamptz,
  constraint refresh_state_pk primary key (tenant_id, entity_ref),
  constraint refresh_state_entity unique (tenant_id, entity_id)
);
alter table refresh_state enable row level security;
alter table refresh_state force row level security;
create policy refresh_state_own on refresh_state to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on refresh_state to proscenium_app;

-- Who emitted what. An entity that nobody emits any more is an orphan and goes.
create table refresh_edge (
  tenant_id uuid not null references tenant (tenant_id),
  -- An entity key, or `@location/ID` for what is registered.
  source text collate "C" not null,
  entity_ref text collate "C" not null,
  constraint refresh_edge_pk primary key (tenant_id, source, entity_ref),
  constraint refresh_edge_entity foreign key (tenant_id, entity_ref)
    references refresh_state (tenant_id, entity_ref) on delete cascade
);
create index refresh_edge_target on refresh_edge (tenant_id, entity_ref, source);
alter table refresh_edge enable row level security;
alter table refresh_edge force row level security;
create policy refresh_edge_own on refresh_edge to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, delete on refresh_edge to proscenium_app;

-- Who would have emitted an entity that another file claims: they get it when that file lets go.
create table refresh_conflict (
  tenant_id uuid not null references tenant (tenant_id),
  entity_ref text collate "C" not null,
  source text collate "C" not null,
  constraint refresh_conflict_pk primary key (tenant_id, entity_ref, source)
);
create index refresh_conflict_source on refresh_conflict (tenant_id, source);
alter table refresh_conflict enable row level security;
alter table refresh_conflict force row level security;
create policy refresh_conflict_own on refresh_conflict to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, delete on refresh_conflict to proscenium_app;

-- Entities that were processed at least once without failure.
create table entity (
  tenant_id uuid not null references tenant (tenant_id),
  -- Small number within the organisation: postings and bitmaps hold it. Breaks ties in sorted lists.
  entity_no integer not null,
  entity_id uuid not null,
  entity_ref text collate "C" not null,
  -- Lower case, for comparing.
  kind text collate "C" not null,
  namespace text collate "C" not null,
  name text collate "C" not null,
  title text,
  type text collate "C",
  lifecycle text collate "C",
  owner_ref text collate "C",
  system_ref text collate "C",
  -- The name as lists sort it.
  sort_name text collate "C" not null,
  etag text not null,
  -- `tenant_seq.seq` of the last change.
  seq bigint not null,
  -- The whole entity as JSON, sent to clients byte by byte.
  document text not null,
  constraint entity_pk primary key (tenant_id, entity_no),
  constraint entity_id unique (tenant_id, entity_id),
  constraint entity_ref unique (tenant_id, entity_ref),
  constraint entity_state foreign key (tenant_id, entity_ref) references refresh_state (tenant_id, entity_ref)
);
create index entity_name on entity (tenant_id, sort_name, entity_no);
create index entity_kind_name on entity (tenant_id, kind, sort_name, entity_no);
create index entity_kind_type on entity (tenant_id, kind, type, owner_ref, sort_name, entity_no);
create index entity_seq on entity (tenant_id, seq);
alter table entity enable row level security;
alter table entity force row level security;
create policy entity_own on entity to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on entity to proscenium_app;
create statistics entity_kind_statistics (dependencies, ndistinct, mcv) on tenant_id, kind, type from entity;

-- Each key and value that occurs, with the number of entities that have it.
create table term (
  tenant_id uuid not null references tenant (tenant_id),
  term_no integer not null,
  -- Dotted path, lower case.
  key text collate "C" not null,
  -- Lower case, for comparing; null where the value is null or too long.
  value text collate "C",
  -- As written, for facets.
  original text collate "C",
  entities integer not null,
  constraint term_pk primary key (tenant_id, term_no),
  constraint term_original unique nulls not distinct (tenant_id, key, original)
);
create index term_value on term (tenant_id, key, value, term_no);
alter table term enable row level security;
alter table term force row level security;
create policy term_own on term to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on term to proscenium_app;
create statistics term_key_statistics (dependencies, ndistinct, mcv) on tenant_id, key, value from term;

-- Which entities have a term.
create table posting (
  tenant_id uuid not null references tenant (tenant_id),
  term_no integer not null,
  entity_no integer not null,
  constraint posting_pk primary key (tenant_id, term_no, entity_no),
  constraint posting_entity foreign key (tenant_id, entity_no) references entity (tenant_id, entity_no)
);
create index posting_of_entity on posting (tenant_id, entity_no, term_no);
alter table posting enable row level security;
alter table posting force row level security;
create policy posting_own on posting to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, delete on posting to proscenium_app;
create statistics posting_term_statistics (dependencies, ndistinct, mcv) on tenant_id, term_no from posting;
alter table posting alter column term_no set statistics 2000;

-- Relations in both directions; the target, and even the source, need not exist.
create table relation (
  tenant_id uuid not null references tenant (tenant_id),
  source_ref text collate "C" not null,
  type text collate "C" not null,
  target_ref text collate "C" not null,
  -- The entity that says so: the relation goes with it.
  origin_ref text collate "C" not null,
  constraint relation_pk primary key (tenant_id, source_ref, type, target_ref, origin_ref)
);
create index relation_origin on relation (tenant_id, origin_ref);
create index relation_target on relation (tenant_id, target_ref, type, source_ref);
alter table relation enable row level security;
alter table relation force row level security;
create policy relation_own on relation to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, delete on relation to proscenium_app;

-- What full-text search looks at. Only the function below may use the text index: full-text operators are not
-- leakproof, so under row-level security Postgres would silently scan the table instead.
create table search_document (
  tenant_id uuid not null references tenant (tenant_id),
  entity_no integer not null,
  type text not null,
  title text not null,
  body text not null,
  document jsonb not null,
  -- Title, text and the rest by weight, and the organisation itself as one more word.
  vector tsvector not null,
  constraint search_document_pk primary key (tenant_id, entity_no),
  constraint search_document_entity foreign key (tenant_id, entity_no)
    references entity (tenant_id, entity_no) on delete cascade
);
create index search_document_vector on search_document using gin (vector);
alter table search_document enable row level security;
alter table search_document force row level security;
create policy search_document_own on search_document to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
create policy search_document_text on search_document for select to proscenium_text using (true);
grant select, insert, update, delete on search_document to proscenium_app;
grant select on search_document to proscenium_text;

set local role proscenium_text;

-- Finds documents of the organisation that the transaction is for, best first. `words` is in the syntax of
-- to_tsquery, null for all documents; `filters` is [{"key", "values"}], all of which must hold.
create function text_search.find_documents(
  words text, types text[], filters jsonb, start_tag text, end_tag text, page_limit integer, page_offset integer
) returns table (total bigint, type text, document jsonb, rank real, title text, body text, location text)
language sql stable security definer parallel restricted
set search_path = pg_catalog, pg_temp
as $$
  with asked as materialized (
    select
      current_setting('proscenium.tenant')::uuid as tenant_id,
      to_tsquery('pg_catalog.english', words) as query,
      format('%L', 'tenant ' || current_setting('proscenium.tenant')::uuid)::tsquery as own
  ),
  hit as materialized (
    select d.entity_no, d.type, ts_rank_cd(d.vector, asked.query) as rank
    from asked join public.search_document d
      on d.tenant_id = asked.tenant_id and (words is null or d.vector @@ (asked.query && asked.own))
    where (types is null or d.type = any (types))
      and not exists (
        select from jsonb_array_elements(filters) f
        where not coalesce((f -> 'values') @> (d.document -> (f ->> 'key')), false)
      )
  ),
  page as (
    select hit.* from hit order by hit.rank desc nulls last, hit.entity_no limit page_limit offset page_offset
  )
  select
    (select count(*) from hit), page.type, d.document, page.rank,
    ts_headline('pg_catalog.english', d.title, asked.query, marks.options),
    ts_headline('pg_catalog.english', d.body, asked.query, marks.options),
    ts_headline('pg_catalog.english', d.document ->> 'location', asked.query, marks.options)
  from asked
  cross join (select format('HighlightAll=true, StartSel="%s", StopSel="%s"', start_tag, end_tag) as options) marks
  join page on true
  join public.search_document d on d.tenant_id = asked.tenant_id and d.entity_no = page.entity_no
  order by page.rank desc nulls last, page.entity_no
$$;
revoke execute on function text_search.find_documents(text, text[], jsonb, text, text, integer, integer) from public;
grant execute on function text_search.find_documents(text, text[], jsonb, text, text, integer, integer) to proscenium_app;

set local role proscenium_owner;
