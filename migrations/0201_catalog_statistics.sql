-- After a large ingest the planner's picture of the postings is wrong until autovacuum comes by, and only the owner may
-- correct it. The function takes nothing, tells nothing, and holds no lock that readers or writers wait for.
create function refresh_catalog_statistics() returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  analyze public.entity, public.term, public.posting, public.relation;
end
$$;
revoke execute on function refresh_catalog_statistics() from public;
grant execute on function refresh_catalog_statistics() to proscenium_app;
