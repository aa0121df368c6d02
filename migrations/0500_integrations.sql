-- Hosts of repositories that an organisation has connected, each with its token.

create table source_host (
  tenant_id uuid not null references tenant (tenant_id),
  source_host_id uuid not null,
  kind text not null,
  -- As it stands in web addresses: `github.com`, `git.example.com:8443`.
  host text not null,
  -- Without a slash at its end: `https://api.github.com`.
  api_base_url text not null,
  -- The token, sealed under the organisation's key; null for public repositories only.
  sealed_token bytea,
  -- Its last characters, by which a person recognises it.
  token_hint text,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  constraint source_host_pk primary key (tenant_id, source_host_id),
  constraint source_host_host unique (tenant_id, host),
  constraint source_host_kind_known check (kind in ('github', 'gitlab')),
  constraint source_host_host_length check (length(host) between 1 and 260),
  constraint source_host_api_length check (length(api_base_url) between 1 and 1000)
);
alter table source_host enable row level security;
alter table source_host force row level security;
create policy source_host_own on source_host to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on source_host to proscenium_app;
