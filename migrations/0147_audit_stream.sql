-- Where an organisation's audit log is sent to, and the pruning of what is older than it wants to keep.

create table audit_stream (
  tenant_id uuid not null references tenant (tenant_id),
  stream_id uuid not null,
  kind text not null,
  name text not null,
  -- Of a webhook its address; of S3 the endpoint's.
  url text not null,
  -- Of S3 only.
  bucket text,
  prefix text,
  region text,
  access_key text,
  -- The webhook's signing key, or the secret key of S3, sealed under the organisation's key.
  sealed_secret bytea not null,
  enabled boolean not null,
  -- The number of the last row that the other side has confirmed.
  cursor_seq bigint not null,
  created_at timestamptz not null,
  delivered_at timestamptz,
  failing_since timestamptz,
  last_error text,
  constraint audit_stream_pk primary key (tenant_id, stream_id),
  constraint audit_stream_kind_known check (kind in ('webhook', 's3')),
  constraint audit_stream_name_length check (length(name) between 1 and 100),
  constraint audit_stream_url_length check (length(url) between 1 and 2000)
);
alter table audit_stream enable row level security;
alter table audit_stream force row level security;
create policy audit_stream_own on audit_stream to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
create policy audit_stream_owner on audit_stream for select to proscenium_owner
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on audit_stream to proscenium_app;

-- Removes up to `at_most` of the oldest rows that the organisation does not want to keep, and tells how many. The number
-- and hash of the last one stay, in the head and in a row of the log, so that what remains still verifies. It stops at a row
-- that does not verify, which is evidence, and at one that a stream has still to send.
create function prune_audit(at_most integer, as_event uuid) returns bigint language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  tenant constant uuid := current_setting('proscenium.tenant')::uuid;
  head public.audit_head;
  kept_from timestamptz;
  through bigint;
  through_hash bytea;
begin
  select now() - make_interval(days => s.retention_days) into kept_from
    from public.audit_setting s where s.tenant_id = tenant;
  select * into head from public.audit_head h where h.tenant_id = tenant;
  if kept_from is null or head is null then
    return 0;
  end if;
  with oldest as (
    select l.seq, l.hash, e.at, public.audit_hash(
        coalesce(lag(l.hash) over (order by l.seq), head.base_hash), l.seq, e) as expected,
      l.seq - row_number() over (order by l.seq) as gap
    from public.audit_link l
    left join public.audit_event e on e.tenant_id = tenant and e.event_id = l.event_id
    where l.tenant_id = tenant and l.seq > head.base_seq
    order by l.seq limit at_most
  )
  select least(
      coalesce(min(seq) filter (where at is null or at >= kept_from or hash is distinct from expected
                                  or gap <> head.base_seq) - 1, max(seq)),
      (select min(s.cursor_seq) from public.audit_stream s where s.tenant_id = tenant and s.enabled))
    into through from oldest;
  if through is null or through <= head.base_seq then
    return 0;
  end if;
  select l.hash into through_hash from public.audit_link l where l.tenant_id = tenant and l.seq = through;
  if through_hash is null then
    return 0;
  end if;
  -- Before the head is locked, since it looks at the organisation's row.
  insert into public.audit_event (tenant_id, event_id, at, actor, action, target, after)
    values (tenant, as_event, now(), 'system', 'audit.prune', 'audit log',
      jsonb_build_object('through', through, 'hash', encode(through_hash, 'hex'), 'rows', through - head.base_seq));
  delete from public.audit_event e using public.audit_link l
    where e.tenant_id = tenant and l.tenant_id = tenant and l.event_id = e.event_id and l.seq <= through;
  delete from public.audit_link l where l.tenant_id = tenant and l.seq <= through;
  update public.audit_head h set base_seq = through, base_hash = through_hash where h.tenant_id = tenant and h.base_seq < through;
  return through - head.base_seq;
end
$$;
revoke execute on function prune_audit(integer, uuid) from public;
grant execute on function prune_audit(integer, uuid) to proscenium_app;
