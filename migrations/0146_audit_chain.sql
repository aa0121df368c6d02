-- The audit log as a chain: every row gets its organisation's next number and a hash over the row before it and its own
-- content, at the commit of the change that it tells of. What the application cannot write, it cannot forge: the chain is
-- written by a trigger of the owner's, and the application may only read it.

-- Where the request came from, as the gateway saw it, and the kind of program that sent it.
alter table audit_event add column source_address text;
alter table audit_event add column agent text;
-- The event whose change this one took back.
alter table audit_event add column undoes uuid;
create index audit_event_actor on audit_event (tenant_id, actor, event_id);
create index audit_event_action on audit_event (tenant_id, action collate "C", event_id);
create index audit_event_target on audit_event (tenant_id, target, event_id);

-- The last link of each organisation's chain, and where the chain begins since its oldest rows were pruned.
create table audit_head (
  tenant_id uuid not null references tenant (tenant_id),
  seq bigint not null,
  hash bytea not null,
  base_seq bigint not null default 0,
  base_hash bytea not null,
  constraint audit_head_pk primary key (tenant_id)
) with (fillfactor = 50);

-- One link for each row. `seq` is the order of commits, without gaps.
create table audit_link (
  tenant_id uuid not null references tenant (tenant_id),
  seq bigint not null,
  event_id uuid not null,
  hash bytea not null,
  constraint audit_link_pk primary key (tenant_id, seq),
  constraint audit_link_event unique (tenant_id, event_id)
);

-- How long rows are kept; without a row here, for ever.
create table audit_setting (
  tenant_id uuid not null references tenant (tenant_id),
  retention_days integer,
  constraint audit_setting_pk primary key (tenant_id),
  constraint audit_setting_retention check (retention_days between 30 and 3650)
);

-- A text with its length before it, so that no two lists of texts give the same bytes.
create function audit_part(part text) returns bytea language sql immutable
as $$
  select coalesce(int4send(octet_length(convert_to(part, 'UTF8'))) || convert_to(part, 'UTF8'), '\xffffffff'::bytea)
$$;

-- SHA-256 over the hash before, the number and the content. `store::audit::chain` computes the same in Rust.
create function audit_hash(previous bytea, seq bigint, event audit_event) returns bytea language sql stable
as $$
  select sha256(
    convert_to('proscenium/audit/1', 'UTF8') || previous || int8send(seq) || uuid_send(event.tenant_id)
    || uuid_send(event.event_id) || int8send((extract(epoch from event.at) * 1000000)::bigint)
    || public.audit_part(event.actor) || public.audit_part(event.action) || public.audit_part(event.target)
    || public.audit_part(event.before::text) || public.audit_part(event.after::text)
    || public.audit_part(event.source_address) || public.audit_part(event.agent)
    || public.audit_part(event.undoes::text))
$$;

-- Rows from before there was a chain, in the order in which they were written.
alter table audit_event no force row level security;
do $$
declare
  event audit_event;
  last audit_head;
begin
  for event in select * from audit_event order by tenant_id, event_id loop
    insert into audit_head as head (tenant_id, seq, hash, base_hash)
      values (event.tenant_id, 1, audit_hash(decode(repeat('00', 32), 'hex'), 1, event), decode(repeat('00', 32), 'hex'))
      on conflict (tenant_id) do update
        set seq = head.seq + 1, hash = audit_hash(head.hash, head.seq + 1, event)
      returning * into last;
    insert into audit_link (tenant_id, seq, event_id, hash)
      values (event.tenant_id, last.seq, event.event_id, last.hash);
  end loop;
end
$$;
alter table audit_event force row level security;

alter table audit_head enable row level security;
alter table audit_head force row level security;
create policy audit_head_own on audit_head to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid));
create policy audit_head_owner on audit_head to proscenium_owner
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select on audit_head to proscenium_app;

alter table audit_link enable row level security;
alter table audit_link force row level security;
create policy audit_link_own on audit_link to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid));
create policy audit_link_owner on audit_link to proscenium_owner
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select on audit_link to proscenium_app;

alter table audit_setting enable row level security;
alter table audit_setting force row level security;
create policy audit_setting_own on audit_setting to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
create policy audit_setting_owner on audit_setting for select to proscenium_owner
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update on audit_setting to proscenium_app;

create policy audit_event_owner on audit_event to proscenium_owner
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));

-- Runs at commit, so that the lock on the head is the last that a transaction takes: changes of one organisation wait for
-- each other's commit only, and no two can wait for each other in a circle.
create function chain_audit_event() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  genesis constant bytea := decode(repeat('00', 32), 'hex');
  last public.audit_head;
begin
  insert into public.audit_head as head (tenant_id, seq, hash, base_hash)
    values (new.tenant_id, 1, public.audit_hash(genesis, 1, new), genesis)
    on conflict (tenant_id) do update
      set seq = head.seq + 1, hash = public.audit_hash(head.hash, head.seq + 1, new)
    returning * into last;
  insert into public.audit_link (tenant_id, seq, event_id, hash)
    values (new.tenant_id, last.seq, new.event_id, last.hash);
  return null;
end
$$;
revoke execute on function chain_audit_event() from public;
create constraint trigger audit_event_chain after insert on audit_event
  deferrable initially deferred for each row execute function chain_audit_event();
