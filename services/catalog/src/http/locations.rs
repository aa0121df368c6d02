//! Registered locations: add, look, move, remove.

use super::body::Object;
use super::params::Params;
use super::reply;
use super::schema::{Location, LocationInput, LocationItem, Registered};
use crate::State;
use crate::domain::cause::Cause;
use crate::domain::location::{generated_entity, generated_name};
use crate::domain::outcome::{Content, Emitted};
use crate::jobs::process::Pipeline;
use crate::jobs::processors::Processors;
use crate::jobs::reader::Reader;
use crate::store::{apply, entities, kinds, locations, refresh, remove, sequence};
use axum::extract::{RawQuery, State as Shared};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_shell::{Caller, Path, Result};
use kernel::{EntityRef, Error};
use model::entity::{ANNOTATION_ORIGIN_LOCATION, annotation};
use model::location::LocationRef;
use serde_json::json;
use store::queue::Urgency;
use store::{AuditEvent, TenantTx};
use uuid::Uuid;

/// All registered locations.
#[utoipa::path(get, path = "/api/catalog/locations", tag = "locations",
    responses((status = 200, body = Vec<LocationItem>)))]
pub async fn list_locations(Shared(state): Shared<State>, caller: Caller) -> Result<Response> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let rows = locations::list(&mut tx).await?;
    let items: Vec<LocationItem> = rows.iter().map(|row| LocationItem { data: Location::from(row) }).collect();
    Ok(reply::value(StatusCode::OK, &items)?)
}

/// Registers a location, or says what registering it would bring.
#[utoipa::path(post, path = "/api/catalog/locations", tag = "locations", request_body = LocationInput,
    params(
        ("dryRun" = Option<String>, Query, description = "`true`: reads the files and registers nothing"),
        ("onConflict" = Option<String>, Query, description = "`reject` (default) or `refresh` what is registered already"),
    ),
    responses((status = 201, body = Registered), (status = 400), (status = 409)))]
pub async fn create_location(
    Shared(state): Shared<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let params = Params::parse(query.as_deref(), &["dryRun", "onConflict"])?;
    let refresh_existing = params.choice("onConflict", &["refresh", "reject"])? == Some("refresh");
    let location = location_of(&headers, &body)?;
    let registered =
        if params.one("dryRun").is_some_and(|value| !matches!(value, "false" | "0" | "no" | "off" | "f" | "n")) {
            dry_run(&state, &caller, &location).await?
        } else {
            let location = register(&state, &caller, &location, refresh_existing).await?;
            Registered { exists: None, location, entities: Vec::new() }
        };
    Ok(reply::value(StatusCode::CREATED, &registered)?)
}

/// Reads a location out of a body.
fn location_of(headers: &HeaderMap, body: &Bytes) -> kernel::Result<LocationRef> {
    let body = Object::read(headers, body)?;
    body.required("target")?;
    body.required("type")?;
    let (target, kind) = (body.text("target")?, body.text("type")?);
    body.only(&["type", "target"])?;
    if target.trim().is_empty() {
        return Err(Error::input("The address of the location is empty").with_field("target", "Enter an address."));
    }
    if kind != "url" {
        return Err(Error::input("Registered locations must be of an allowed type [\"url\"]"));
    }
    // An address that is none can never be read; Backstage accepts it and fails later.
    let url = url::Url::parse(target).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if url.is_none() {
        let hint = "Enter a web address such as https://host/path/catalog-info.yaml.";
        return Err(Error::input(format!("The location {target} is not a web address")).with_field("target", hint));
    }
    Ok(LocationRef::url(target))
}

async fn dry_run(state: &State, caller: &Caller, location: &LocationRef) -> kernel::Result<Registered> {
    let name = generated_name(location);
    let mut tx = state.db.tenant(caller.tenant).await?;
    let exists = locations::find_by_target(&mut tx, location).await?.is_some();
    let kinds = kinds::load(&mut tx, &state.config.allowed_kinds).await?;
    tx.rollback().await?;
    let reader = Reader::new(state.client.clone(), Caller::service(caller.tenant, "catalog"), Urgency::Person);
    let processors = Processors::of(state, caller.tenant).await?;
    let pipeline = Pipeline { reader: &reader, kinds: &kinds, processors: &processors };
    let entities = pipeline.dry_run(generated_entity(location, &name)).await.map_err(|problem| {
        let place = problem.line.map(|line| format!(" (line {line})")).unwrap_or_default();
        Error::input(format!("{}{place}", problem.sentence()))
    })?;
    let location = Location {
        id: location.to_string(),
        kind: location.kind.clone(),
        target: location.target.clone(),
        entity_ref: entity_ref_of(&name),
    };
    Ok(Registered { exists: Some(exists), location, entities })
}

fn entity_ref_of(name: &str) -> String {
    EntityRef::new("location", "default", name).key()
}

fn root_of(location: &locations::Location) -> Emitted {
    let location_ref = location.location_ref();
    Emitted {
        entity_ref: location.entity_ref.clone(),
        location_key: location_ref.to_string(),
        content: Content::Pending(generated_entity(&location_ref, location.entity_name())),
    }
}

async fn register(
    state: &State,
    caller: &Caller,
    location: &LocationRef,
    refresh_existing: bool,
) -> kernel::Result<Location> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    if refresh_existing && let Some(existing) = locations::find_by_target(&mut tx, location).await? {
        refresh::enqueue(&mut tx, std::slice::from_ref(&existing.entity_ref)).await?;
        tx.record(AuditEvent::by(&caller.principal, "location.refresh", location.to_string())).await?;
        tx.commit().await?;
        state.wake.notify_one();
        return Ok(Location::from(&existing));
    }
    let entity_ref = free_entity_ref(&mut tx, location).await?;
    let created = locations::insert(&mut tx, location, &entity_ref, state.clock.now()).await?;
    let source = refresh::location_source(created.location_id);
    apply::register(&mut tx, &source, &root_of(&created), &Cause::person(&caller.principal)).await?;
    let after = json!({"type": location.kind, "target": location.target});
    tx.record(AuditEvent::by(&caller.principal, "location.register", location.to_string()).after(after)).await?;
    tx.commit().await?;
    state.wake.notify_one();
    Ok(Location::from(&created))
}

/// The usual name, or another one when a location that was moved elsewhere still has it.
async fn free_entity_ref(tx: &mut TenantTx, location: &LocationRef) -> kernel::Result<String> {
    let usual = entity_ref_of(&generated_name(location));
    if locations::find_by_target(tx, location).await?.is_some() || !refresh::exists(tx, &usual).await? {
        return Ok(usual);
    }
    let salted = LocationRef { kind: location.kind.clone(), target: format!("{}#{}", location.target, Uuid::now_v7()) };
    Ok(entity_ref_of(&generated_name(&salted)))
}

fn parse_id(id: &str) -> kernel::Result<Uuid> {
    Uuid::parse_str(id).map_err(|_| unknown(id))
}

fn unknown(id: &str) -> Error {
    Error::not_found(format!("Found no location with ID {id}"))
}

/// One location.
#[utoipa::path(get, path = "/api/catalog/locations/{id}", tag = "locations", params(("id" = String, Path)),
    responses((status = 200, body = Location), (status = 404)))]
pub async fn get_location(Shared(state): Shared<State>, caller: Caller, Path(id): Path<String>) -> Result<Response> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let found = locations::find(&mut tx, parse_id(&id)?).await?.ok_or_else(|| unknown(&id))?;
    Ok(reply::value(StatusCode::OK, &Location::from(&found))?)
}

/// Points a location at another address. What the old one brought and the new one does not is removed.
#[utoipa::path(put, path = "/api/catalog/locations/{id}", tag = "locations", params(("id" = String, Path)),
    request_body = LocationInput, responses((status = 200, body = Location), (status = 404), (status = 409)))]
pub async fn move_location(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let wanted = location_of(&headers, &body)?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let before = locations::find(&mut tx, parse_id(&id)?).await?.ok_or_else(|| unknown(&id))?;
    let moved = locations::set_target(&mut tx, before.location_id, &wanted).await?.ok_or_else(|| unknown(&id))?;
    let source = refresh::location_source(moved.location_id);
    apply::register(&mut tx, &source, &root_of(&moved), &Cause::person(&caller.principal)).await?;
    let event = AuditEvent::by(&caller.principal, "location.move", wanted.to_string())
        .before(json!({"type": before.kind, "target": before.target}))
        .after(json!({"type": wanted.kind, "target": wanted.target}));
    tx.record(event).await?;
    tx.commit().await?;
    state.wake.notify_one();
    Ok(reply::value(StatusCode::OK, &Location::from(&moved))?)
}

/// Removes a location and what it brought, except what others bring too.
#[utoipa::path(delete, path = "/api/catalog/locations/{id}", tag = "locations", params(("id" = String, Path)),
    responses((status = 204), (status = 404)))]
pub async fn delete_location(Shared(state): Shared<State>, caller: Caller, Path(id): Path<String>) -> Result<Response> {
    let location_id = parse_id(&id)?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let mut counters = sequence::lock(&mut tx, &Cause::person(&caller.principal)).await?;
    let deleted = locations::delete(&mut tx, location_id).await?.ok_or_else(|| unknown(&id))?;
    remove::emitted_by_location(&mut tx, &mut counters, location_id).await?;
    sequence::save(&mut tx, &counters).await?;
    let before = json!({"type": deleted.kind, "target": deleted.target});
    let target = deleted.location_ref().to_string();
    tx.record(AuditEvent::by(&caller.principal, "location.delete", target).before(before)).await?;
    tx.commit().await?;
    // Whoever was kept from emitting the same entities may do so now.
    state.wake.notify_one();
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The registered location that an entity goes back to.
#[utoipa::path(get, path = "/api/catalog/locations/by-entity/{kind}/{namespace}/{name}", tag = "locations",
    params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = Location), (status = 404)))]
pub async fn get_location_by_entity(
    Shared(state): Shared<State>,
    caller: Caller,
    Path((kind, namespace, name)): Path<(String, String, String)>,
) -> Result<Response> {
    let key = EntityRef::new(kind, namespace, name).key().replace('\0', " ");
    let mut tx = state.db.tenant(caller.tenant).await?;
    let scope = state.scope_in(&mut tx, &caller).await?;
    let key_only = std::slice::from_ref(&key);
    let document = entities::list_by_refs(&mut tx, key_only, &scope.condition).await?.remove(&key);
    if document.is_none() && (!scope.condition.is_everything() || !refresh::exists(&mut tx, &key).await?) {
        return Err(Error::not_found(format!("found no entity for ref {key}")).into());
    }
    let entity: serde_json::Value =
        document.map(|text| serde_json::from_str(&text)).transpose().map_err(Error::internal)?.unwrap_or_default();
    let origin = annotation(&entity, ANNOTATION_ORIGIN_LOCATION)
        .ok_or_else(|| Error::not_found(format!("found no origin annotation for ref {key}")))?;
    let origin = LocationRef::parse(origin).map_err(Error::not_found)?;
    let found = locations::find_by_target(&mut tx, &origin).await?.ok_or_else(|| {
        Error::not_found(format!("Found no location with type {} and target {}", origin.kind, origin.target))
    })?;
    Ok(reply::value(StatusCode::OK, &Location::from(&found))?)
}
