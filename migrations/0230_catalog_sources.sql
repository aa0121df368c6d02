-- Sources beside files: settings of the catalog, removals that wait for approval, entities that people wrote here, and
-- what they added to entities of others.

-- What an organisation decided about its catalog; a key that is missing has its default.
create table catalog_setting (
  tenant_id uuid not null references tenant (tenant_id),
  key text collate "C" not null,
  value jsonb not null,
  constraint catalog_setting_pk primary key (tenant_id, key)
);
alter table catalog_setting enable row level security;
alter table catalog_setting force row level security;
create policy catalog_setting_own on catalog_setting to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on catalog_setting to proscenium_app;

-- A source let go of so much at once that somebody has to look: one row per source, its entities keep their edges.
create table removal_hold (
  tenant_id uuid not null references tenant (tenant_id),
  hold_id uuid not null,
  -- As in `refresh_edge.source`.
  source text collate "C" not null,
  -- `open`: waits for somebody. `rejected`: its entities stay until the source lets go of more, or emits them again.
  state text not null constraint removal_hold_state check (state in ('open', 'rejected')),
  held_at timestamptz not null,
  -- How many entities the source had when it let go of these, and how many would go; `deep`: counting what they emit
  -- themselves as well.
  total integer not null,
  removing integer not null,
  deep boolean not null,
  constraint removal_hold_pk primary key (tenant_id, hold_id),
  constraint removal_hold_source unique (tenant_id, source)
);
alter table removal_hold enable row level security;
alter table removal_hold force row level security;
create policy removal_hold_own on removal_hold to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on removal_hold to proscenium_app;

-- What the source of a hold does not emit any more. An entity that goes by other means leaves the hold.
create table removal_hold_entity (
  tenant_id uuid not null references tenant (tenant_id),
  hold_id uuid not null,
  entity_ref text collate "C" not null,
  constraint removal_hold_entity_pk primary key (tenant_id, hold_id, entity_ref),
  constraint removal_hold_entity_hold foreign key (tenant_id, hold_id)
    references removal_hold (tenant_id, hold_id) on update cascade on delete cascade,
  constraint removal_hold_entity_state foreign key (tenant_id, entity_ref)
    references refresh_state (tenant_id, entity_ref) on delete cascade
);
create index removal_hold_entity_ref on removal_hold_entity (tenant_id, entity_ref, hold_id);
alter table removal_hold_entity enable row level security;
alter table removal_hold_entity force row level security;
create policy removal_hold_entity_own on removal_hold_entity to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, delete on removal_hold_entity to proscenium_app;

-- Entities that people wrote here, as they wrote them. Whoever deletes the entity deletes this with it.
create table managed_entity (
  tenant_id uuid not null references tenant (tenant_id),
  set_name text collate "C" not null,
  entity_ref text collate "C" not null,
  document text not null,
  changed_at timestamptz not null,
  -- As audit rows name them.
  changed_by text not null,
  constraint managed_entity_pk primary key (tenant_id, set_name, entity_ref),
  constraint managed_entity_ref unique (tenant_id, entity_ref),
  constraint managed_entity_state foreign key (tenant_id, entity_ref)
    references refresh_state (tenant_id, entity_ref) on delete cascade
);
alter table managed_entity enable row level security;
alter table managed_entity force row level security;
create policy managed_entity_own on managed_entity to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on managed_entity to proscenium_app;

-- What people added to an entity that somebody else describes. It outlives the entity and is there when it returns.
create table entity_overlay (
  tenant_id uuid not null references tenant (tenant_id),
  entity_ref text collate "C" not null,
  -- `{"annotations"?, "labels"?, "tags"?, "links"?}`.
  overlay jsonb not null,
  changed_at timestamptz not null,
  changed_by text not null,
  constraint entity_overlay_pk primary key (tenant_id, entity_ref)
);
alter table entity_overlay enable row level security;
alter table entity_overlay force row level security;
create policy entity_overlay_own on entity_overlay to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on entity_overlay to proscenium_app;

-- What processing came to, for entities that show more than that: an overlay, the mark of an orphan.
create table entity_base (
  tenant_id uuid not null references tenant (tenant_id),
  entity_ref text collate "C" not null,
  document text not null,
  constraint entity_base_pk primary key (tenant_id, entity_ref),
  constraint entity_base_entity foreign key (tenant_id, entity_ref)
    references entity (tenant_id, entity_ref) on delete cascade
);
alter table entity_base enable row level security;
alter table entity_base force row level security;
create policy entity_base_own on entity_base to proscenium_app
  using (tenant_id = (select current_setting('proscenium.tenant')::uuid))
  with check (tenant_id = (select current_setting('proscenium.tenant')::uuid));
grant select, insert, update, delete on entity_base to proscenium_app;
