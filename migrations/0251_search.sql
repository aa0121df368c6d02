-- Search: results by how well their title fits, and documents of other types than entities.

-- What results are ranked by: title and name in lower case. Null in rows of the version before.
alter table search_document add column heading text;
alter table search_document add column name text;

-- Types of documents that other services pushed, and the change that did it last.
create table search_type (
  tenant_id uuid not null references tenant (tenant_id),
  -- For example `techdocs`; never `software-catalog`.
  type text collate "C" not null,
  -- `tenant_seq.seq` of the change.
  seq bigint not null,
  constraint search_type_pk primary key (tenant_id, type)
);
alter table search_type enable row level security;
alter table search_type force row level security;
create policy search_type_own on search_type to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on search_type to proscenium_app;

-- Further documents about entities that other services push, such as the pages of their documentation.
create table search_page (
  tenant_id uuid not null references tenant (tenant_id),
  type text collate "C" not null,
  -- Whoever may read this entity may read the page.
  entity_no integer not null,
  -- Counts the pages of one type of one entity.
  part integer not null,
  title text not null,
  heading text not null,
  body text not null,
  document jsonb not null,
  vector tsvector not null,
  constraint search_page_pk primary key (tenant_id, type, entity_no, part),
  constraint search_page_type foreign key (tenant_id, type) references search_type (tenant_id, type),
  constraint search_page_entity foreign key (tenant_id, entity_no)
    references entity (tenant_id, entity_no) on delete cascade
);
create index search_page_of_entity on search_page (tenant_id, entity_no);
create index search_page_vector on search_page using gin (vector);
alter table search_page enable row level security;
alter table search_page force row level security;
create policy search_page_own on search_page to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
create policy search_page_text on search_page for select to proscenium_text using (true);
grant select, insert, update, delete on search_page to proscenium_app;
grant select on search_page to proscenium_text;

set local role proscenium_text;

-- Whether a document has, for each key of the filters, one of the values. A list has the values of its items.
create function text_search.has_values(document jsonb, filters jsonb) returns boolean
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select not exists (
    select from jsonb_each(filters) wanted
    where not case
      when jsonb_typeof(document -> wanted.key) = 'array' then exists (
        select from jsonb_array_elements_text(document -> wanted.key) item where wanted.value ? item
      )
      else coalesce(wanted.value ? (document ->> wanted.key), false)
    end
  )
$$;
revoke execute on function text_search.has_values(jsonb, jsonb) from public;

-- All documents of the organisation that the transaction is for which contain every word, or are about the entity of
-- that name; all there are when `words` is null. `words` is in the syntax of to_tsquery with `:*` behind each word and no other colon; `asked` is what was
-- asked for, in lower case; `filters` is {"key": ["value"]}.
--
-- grade 0: title or name are what was asked for; 1: they begin with it; 2: every word is in the title; 3: in title or
-- text; 4: somewhere. `weight` tells apart those of the last two.
--
-- The organisation is read from the transaction and checked twice: as a word of the vector, which the text index
-- knows, and as a column, in a form that keeps the planner from reading another index for it. Planned once for a
-- connection: the plan does not depend on the words. `offset 0` keeps the planner from computing a grade twice.
create function text_search.hits(words text, asked text, types text[], filters jsonb)
returns table (type text, entity_no integer, part integer, grade integer, heading text, weight real)
language plpgsql stable security definer parallel restricted rows 200
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  own constant uuid := current_setting('proscenium.tenant')::uuid;
  query constant tsquery := to_tsquery('pg_catalog.english', words);
  titled constant tsquery := to_tsquery('pg_catalog.english', replace(words, ':*', ':*A'));
  texted constant tsquery := to_tsquery('pg_catalog.english', replace(words, ':*', ':*AB'));
  -- A name is one word of the vector, as the organisation is: what is called exactly so is found whatever its title.
  owned constant tsquery :=
    (query || format('%L', 'name ' || asked)::tsquery) && format('%L', 'tenant ' || own)::tsquery;
  entities constant boolean := types is null or 'software-catalog' = any (types);
begin
  if words is null then
    if entities then
      return query
        select d.type, d.entity_no, 0, 5, coalesce(d.heading, lower(d.title)), 0::real
        from public.search_document d
        where d.tenant_id = own and (filters is null or text_search.has_values(d.document, filters));
    end if;
    return query
      select d.type, d.entity_no, d.part, 5, d.heading, 0::real
      from public.search_page d
      where d.tenant_id = own and (types is null or d.type = any (types))
        and (filters is null or text_search.has_values(d.document, filters));
    return;
  end if;
  if entities then
    return query
      select d.type, d.entity_no, 0, graded.grade, named.heading,
        case when graded.grade > 2 then ts_rank_cd(d.vector, query) else 0 end
      from public.search_document d
      cross join lateral (
        select coalesce(d.heading, lower(d.title)) as heading,
          coalesce(d.name, substring(d.document ->> 'location' from '[^/]*$')) as name
      ) named
      cross join lateral (
        select case
          when named.heading = asked or named.name = asked then 0
          when starts_with(named.heading, asked) or starts_with(named.name, asked) then 1
          when d.vector @@ titled then 2
          when d.vector @@ texted then 3
          else 4
        end as grade
        offset 0
      ) graded
      where d.vector @@ owned and d.tenant_id is not distinct from own
        and (filters is null or text_search.has_values(d.document, filters));
  end if;
  return query
    select d.type, d.entity_no, d.part, graded.grade, d.heading,
      case when graded.grade > 2 then ts_rank_cd(d.vector, query) else 0 end
    from public.search_page d
    cross join lateral (
      select case
        when d.heading = asked then 0
        when starts_with(d.heading, asked) then 1
        when d.vector @@ titled then 2
        when d.vector @@ texted then 3
        else 4
      end as grade
      offset 0
    ) graded
    where d.vector @@ owned and d.tenant_id is not distinct from own and (types is null or d.type = any (types))
      and (filters is null or text_search.has_values(d.document, filters));
end
$$;
revoke execute on function text_search.hits(text, text, text[], jsonb) from public;
grant execute on function text_search.hits(text, text, text[], jsonb) to proscenium_app;

set local role proscenium_owner;
