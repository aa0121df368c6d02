-- Finding the organisations that one belongs to by mail address.

-- Links to an organisation from the start page that were used: each opens it once.
create table used_link (
  tenant_id uuid not null references tenant (tenant_id),
  code_hash bytea not null,
  expires_at timestamptz not null,
  constraint used_link_pk primary key (tenant_id, code_hash)
);
create index used_link_expiry on used_link (tenant_id, expires_at);
alter table used_link enable row level security;
alter table used_link force row level security;
create policy used_link_own on used_link to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, delete on used_link to proscenium_app;

-- Which organisations a mail address belongs to, by the SHA-256 of its lower-case form: the one question about people
-- that spans organisations, asked by the start page when somebody does not remember where their portal is. Kept by the
-- trigger below and by nothing else.
create table member_address (
  tenant_id uuid not null references tenant (tenant_id),
  address_hash bytea not null,
  constraint member_address_pk primary key (tenant_id, address_hash)
);
create index member_address_lookup on member_address (address_hash, tenant_id);
alter table member_address enable row level security;
alter table member_address force row level security;
create policy member_address_own on member_address to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
create policy member_address_system on member_address for select to proscenium_system using (true);
grant select, insert, delete on member_address to proscenium_app;
grant select on member_address to proscenium_system;

-- Runs as whoever changes a member, in their transaction and behind the same policies.
create function keep_member_address() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  if tg_op <> 'INSERT' then
    delete from member_address
    where tenant_id = old.tenant_id and address_hash = sha256(convert_to(old.email_key, 'UTF8'));
  end if;
  if tg_op <> 'DELETE' then
    insert into member_address (tenant_id, address_hash)
    values (new.tenant_id, sha256(convert_to(new.email_key, 'UTF8'))) on conflict do nothing;
  end if;
  return null;
end $$;
create trigger member_address_kept after insert or delete or update of email_key on member
  for each row execute function keep_member_address();

-- Members who are there already. No policy is for the owner, so row security rests while they are copied.
alter table member no force row level security;
alter table member_address no force row level security;
insert into member_address (tenant_id, address_hash)
  select tenant_id, sha256(convert_to(email_key, 'UTF8')) from member on conflict do nothing;
alter table member_address force row level security;
alter table member force row level security;
