-- contract: no version was released that reads the rows of single postings
-- Postings as lists, in place of a row and an index entry for each, which was most of what the database did during
-- ingestion. The first entities of a term stand with it when they are few, since most terms belong to one entity for ever;
-- all others stand in lists of some hundred. Each entity of a term stands in one place, once.
alter table term add column entity_nos integer[] not null default '{}';
-- Whether there may be lists as well.
alter table term add column listed boolean not null default true;
-- Counting them at each change cost as much as the postings.
alter table term drop column entities;
alter table term alter column listed set default false;
alter table term reset (fillfactor);
create table posting_list (
  tenant_id uuid not null,
  term_no integer not null,
  -- No number in the list is smaller.
  first_no integer not null,
  -- Never empty.
  entity_nos integer[] not null,
  constraint posting_list_pk primary key (tenant_id, term_no, first_no)
);
alter table posting no force row level security;
insert into posting_list (tenant_id, term_no, first_no, entity_nos)
select tenant_id, term_no, min(entity_no), array_agg(entity_no order by entity_no)
from (
  select tenant_id, term_no, entity_no,
    (row_number() over (partition by tenant_id, term_no order by entity_no) - 1) / 256 as part
  from posting
) numbered
group by tenant_id, term_no, part;
drop table posting;

alter table posting_list enable row level security;
alter table posting_list force row level security;
create policy posting_list_own on posting_list to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on posting_list to proscenium_app;
create statistics posting_list_statistics (dependencies, ndistinct, mcv) on tenant_id, term_no from posting_list;
alter table posting_list alter column term_no set statistics 2000;

create or replace function refresh_catalog_statistics() returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  analyze public.entity, public.term, public.posting_list, public.relation;
end
$$;

-- No query reads these: lists are found by their terms.
drop index entity_name;
drop index entity_kind_name;
drop index entity_kind_type;
drop statistics entity_kind_statistics;
alter table entity drop column kind, drop column namespace, drop column name, drop column title, drop column type,
  drop column lifecycle, drop column owner_ref, drop column system_ref, drop column sort_name;

-- Documents of an ordinary size stay in their rows as they are: packing and unpacking them costs more than it saves.
alter table entity set (toast_tuple_target = 8160);
alter table search_document set (toast_tuple_target = 8160);
