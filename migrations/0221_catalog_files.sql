-- contract: no version was released that reads the column; what was read is remembered file by file now
alter table refresh_state drop column sources;
-- Whether everything is to be processed anew the next time, changed or not.
alter table refresh_state add column read_all boolean not null default true;

-- What a unit reads, file by file: a file that did not change is neither parsed nor written again.
create table refresh_file (
  tenant_id uuid not null,
  -- The Location entity that names the file, as a key.
  source text collate "C" not null,
  url text collate "C" not null,
  -- The pattern that found the file; a pattern's own row names itself.
  glob text collate "C",
  -- The host's validator.
  etag text,
  -- Digest of the bytes; null where there was no such file, and for patterns.
  sha256 text,
  -- What the file was judged under; empty means: process it anew.
  rules text not null default '',
  -- Keys of all entities that it emits, also of those that another file keeps from it.
  emitted text[] collate "C" not null default '{}',
  -- Why it could not be read or understood the last time; null after a success.
  problem jsonb,
  -- When it was last found to be different, or failed.
  read_at timestamptz not null default clock_timestamp(),
  constraint refresh_file_pk primary key (tenant_id, source, url)
);
create index refresh_file_url on refresh_file (tenant_id, url, source);
alter table refresh_file enable row level security;
alter table refresh_file force row level security;
create policy refresh_file_own on refresh_file to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on refresh_file to proscenium_app;

-- Files that the placeholders of a file's documents name.
create table refresh_read (
  tenant_id uuid not null,
  source text collate "C" not null,
  -- The file whose documents name it.
  file text collate "C" not null,
  url text collate "C" not null,
  etag text,
  -- Digest of the bytes; null where there was no such file.
  sha256 text,
  constraint refresh_read_pk primary key (tenant_id, source, file, url)
);
create index refresh_read_url on refresh_read (tenant_id, url, source);
alter table refresh_read enable row level security;
alter table refresh_read force row level security;
create policy refresh_read_own on refresh_read to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on refresh_read to proscenium_app;

-- Hosts that failed an organisation and are left alone for a while.
create table source_back_off (
  tenant_id uuid not null,
  host text collate "C" not null,
  -- Failures in a row.
  failures integer not null,
  -- Nobody reads before, but on a person's word. Whoever comes first afterwards tries for all.
  until timestamptz not null,
  -- Whether somebody tries now.
  trying boolean not null default false,
  message text not null,
  constraint source_back_off_pk primary key (tenant_id, host)
);
alter table source_back_off enable row level security;
alter table source_back_off force row level security;
create policy source_back_off_own on source_back_off to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on source_back_off to proscenium_app;
