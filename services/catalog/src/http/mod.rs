//! Paths, parameters and answers of the catalog and of search, as Backstage's clients know them.

mod analyze;
mod ancestry;
mod as_of;
mod body;
mod deleted;
mod document;
mod entities;
mod entity_list;
mod facets;
mod held;
mod history;
mod kinds;
mod legacy;
mod location_query;
mod locations;
mod managed;
mod overlays;
mod pages;
mod params;
mod permissions;
mod progress;
mod providers;
mod refresh;
mod reply;
mod schema;
mod search;
mod settings;
mod source;
mod source_schema;
mod validate;

use crate::State;
use authz::Permission;
use http_shell::{Access, Routes, routes};

/// Everything that the service answers.
#[must_use]
pub fn routes() -> Routes<State> {
    let read_entities = Access::user_or_worker(Permission::CATALOG_ENTITY_READ);
    let read_locations = Access::user_or_worker(Permission::CATALOG_LOCATION_READ);
    let create_entities = Access::user(Permission::CATALOG_ENTITY_CREATE);
    let delete_entities = Access::user(Permission::CATALOG_ENTITY_DELETE);
    Routes::new("catalog")
        .route(read_entities, routes!(legacy::list_entities))
        .route(read_entities, routes!(entity_list::query_entities, entity_list::query_entities_by_body))
        .route(read_entities, routes!(entities::get_entities_by_refs))
        .route(read_entities, routes!(entities::get_entity_by_name))
        .route(read_entities, routes!(entities::get_entity_by_uid))
        .route(Access::user(Permission::CATALOG_ENTITY_DELETE), routes!(entities::delete_entity_by_uid))
        .route(read_entities, routes!(ancestry::get_entity_ancestry))
        .route(read_entities, routes!(facets::get_entity_facets, facets::query_entity_facets))
        .route(Access::user(Permission::CATALOG_ENTITY_REFRESH), routes!(refresh::refresh_entity))
        .route(Access::user(Permission::CATALOG_ENTITY_CREATE), routes!(validate::validate_entity))
        .route(Access::user(Permission::CATALOG_LOCATION_ANALYZE), routes!(analyze::analyze_location))
        .route(read_locations, routes!(locations::list_locations))
        .route(Access::user(Permission::CATALOG_LOCATION_CREATE), routes!(locations::create_location))
        .route(read_locations, routes!(location_query::query_locations))
        .route(read_locations, routes!(locations::get_location))
        .route(Access::user(Permission::CATALOG_LOCATION_CREATE), routes!(locations::move_location))
        .route(Access::user(Permission::CATALOG_LOCATION_DELETE), routes!(locations::delete_location))
        .route(read_locations, routes!(locations::get_location_by_entity))
        .route(read_locations, routes!(progress::list_progress))
        .route(read_locations, routes!(progress::get_progress))
        .route(read_entities, routes!(source::get_entity_source))
        .route(Access::service(), routes!(refresh::refresh_keys))
        .route(read_entities, routes!(kinds::list_kinds))
        .route(Access::user(Permission::TENANT_UPDATE), routes!(kinds::set_kind))
        .route(Access::user(Permission::TENANT_UPDATE), routes!(kinds::delete_kind))
        .route(read_entities, routes!(search::search))
        .route(Access::service(), routes!(pages::replace_documents))
        .route(read_entities, routes!(permissions::get_permission_metadata))
        .route(read_entities, routes!(permissions::apply_conditions))
        .route(read_entities, routes!(history::get_history))
        .route(read_entities, routes!(deleted::list_deleted_entities))
        .route(Access::user(Permission::CATALOG_ENTITY_CREATE), routes!(deleted::restore_entity))
        .route(create_entities, routes!(providers::mutate))
        .route(delete_entities, routes!(held::list_removals))
        .route(delete_entities, routes!(held::get_removal))
        .route(delete_entities, routes!(held::approve_removal))
        .route(delete_entities, routes!(held::reject_removal))
        .route(read_entities, routes!(managed::list_sets))
        .route(read_entities, routes!(managed::get_set))
        .route(create_entities, routes!(managed::put_set))
        .route(delete_entities, routes!(managed::delete_set))
        .route(create_entities, routes!(managed::put_set_entity))
        .route(delete_entities, routes!(managed::delete_set_entity))
        .route(read_entities, routes!(overlays::get_overlay))
        .route(create_entities, routes!(overlays::put_overlay, overlays::delete_overlay))
        .route(read_entities, routes!(overlays::get_provenance))
        .route(read_entities, routes!(settings::get_settings))
        .route(Access::user(Permission::TENANT_UPDATE), routes!(settings::change_settings))
        .route(Access::public(), routes!(document::get_openapi_document))
}
