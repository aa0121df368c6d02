//! What people add to entities that somebody else describes, and who gave an entity each of its fields.

use super::body::Object;
use super::reply;
use super::source_schema::{OverlayInput, Provenance, WrittenOverlay};
use crate::State;
use crate::domain::cause::Cause;
use crate::domain::overlay::Overlay;
use crate::domain::provenance::{self, Origin, OriginKind};
use crate::domain::source::Source;
use crate::store::additions::{self, Written};
use crate::store::policies::Which;
use crate::store::{entities, managed, write};
use authz::Permission;
use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_shell::{Caller, Path, Result};
use kernel::{EntityRef, Error};
use model::entity::{ANNOTATION_LOCATION, annotation};
use serde_json::{Value, json};
use sqlx::types::Json;
use store::{AuditEvent, TenantTx};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The largest overlay, in bytes of JSON.
const MAX_BYTES: usize = 64 << 10;

/// What was added to an entity.
#[utoipa::path(get, path = "/api/catalog/v1/entities/{kind}/{namespace}/{name}/overlay", tag = "sources",
    params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = WrittenOverlay), (status = 404)))]
pub async fn get_overlay(
    Shared(state): Shared<State>,
    caller: Caller,
    Path((kind, namespace, name)): Path<(String, String, String)>,
) -> Result<Response> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let key = EntityRef::new(kind, namespace, name).key().replace('\0', " ");
    shown_entity(&state, &caller, &mut tx, &key).await?;
    let written = additions::find_overlay(&mut tx, &key).await?.ok_or_else(|| nothing(&key))?;
    Ok(reply::value(StatusCode::OK, &answer(written)?)?)
}

/// Adds links, tags, labels and annotations to an entity, in place of what was added before. What the entity's own text
/// says stays. Adding nothing deletes the overlay.
#[utoipa::path(put, path = "/api/catalog/v1/entities/{kind}/{namespace}/{name}/overlay", tag = "sources",
    params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path)),
    request_body = OverlayInput, responses((status = 200, body = WrittenOverlay), (status = 400), (status = 404)))]
pub async fn put_overlay(
    Shared(state): Shared<State>,
    caller: Caller,
    Path((kind, namespace, name)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let overlay = read(&headers, &body)?;
    let key = EntityRef::new(kind, namespace, name).key().replace('\0', " ");
    let mut tx = state.db.tenant(caller.tenant).await?;
    shown_entity(&state, &caller, &mut tx, &key).await?;
    may_change(&state, &caller, &mut tx, &key).await?;
    let before = additions::find_overlay(&mut tx, &key).await?;
    let written =
        Written { overlay: Json(overlay), changed_at: state.clock.now(), changed_by: caller.principal.label() };
    if written.overlay.is_empty() {
        additions::delete_overlay(&mut tx, &key).await?;
    } else {
        additions::set_overlay(&mut tx, &key, &written).await?;
    }
    write::stitch_again(&mut tx, &key, &Cause::person(&caller.principal)).await?;
    let mut event = AuditEvent::by(&caller.principal, "overlay.write", &key).after(json!(written.overlay.0));
    event.before = before.map(|before| json!(before.overlay.0));
    tx.record(event).await?;
    tx.commit().await?;
    Ok(reply::value(StatusCode::OK, &answer(written)?)?)
}

/// Takes everything off again that was added to an entity.
#[utoipa::path(delete, path = "/api/catalog/v1/entities/{kind}/{namespace}/{name}/overlay", tag = "sources",
    params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path)),
    responses((status = 204), (status = 404)))]
pub async fn delete_overlay(
    Shared(state): Shared<State>,
    caller: Caller,
    Path((kind, namespace, name)): Path<(String, String, String)>,
) -> Result<Response> {
    let key = EntityRef::new(kind, namespace, name).key().replace('\0', " ");
    let mut tx = state.db.tenant(caller.tenant).await?;
    may_change(&state, &caller, &mut tx, &key).await?;
    let before = additions::find_overlay(&mut tx, &key).await?.ok_or_else(|| nothing(&key))?;
    additions::delete_overlay(&mut tx, &key).await?;
    write::stitch_again(&mut tx, &key, &Cause::person(&caller.principal)).await?;
    tx.record(AuditEvent::by(&caller.principal, "overlay.delete", &key).before(json!(before.overlay.0))).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Who gave an entity each of its fields.
#[utoipa::path(get, path = "/api/catalog/v1/entities/{kind}/{namespace}/{name}/provenance", tag = "sources",
    params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = Provenance), (status = 404)))]
pub async fn get_provenance(
    Shared(state): Shared<State>,
    caller: Caller,
    Path((kind, namespace, name)): Path<(String, String, String)>,
) -> Result<Response> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let key = EntityRef::new(kind, namespace, name).key().replace('\0', " ");
    let shown = shown_entity(&state, &caller, &mut tx, &key).await?;
    let base = additions::find_base(&mut tx, &key).await?.unwrap_or(shown);
    let source = origin_of(&mut tx, &key, &base).await?;
    let overlay = match additions::find_overlay(&mut tx, &key).await? {
        Some(Written { overlay: Json(overlay), changed_at, changed_by }) => {
            let changed_at = Some(moment(changed_at)?);
            let actor = Some(changed_by);
            Some((overlay, Origin { kind: OriginKind::Overlay, location: None, actor, changed_at }))
        }
        None => None,
    };
    let overlay = overlay.as_ref().map(|(overlay, origin)| (overlay, origin));
    let fields = provenance::fields(&base, overlay, &source);
    Ok(reply::value(StatusCode::OK, &Provenance { fields })?)
}

/// The entity as it is shown to this caller.
async fn shown_entity(state: &State, caller: &Caller, tx: &mut TenantTx, key: &str) -> kernel::Result<Value> {
    let scope = state.scope_in(tx, caller).await?;
    let document = entities::list_by_refs(tx, &[key.to_owned()], &scope.condition).await?.remove(key);
    let document = document.ok_or_else(|| Error::not_found(format!("No such entity {key}")))?;
    serde_json::from_str(&document).map_err(Error::internal)
}

async fn may_change(state: &State, caller: &Caller, tx: &mut TenantTx, key: &str) -> kernel::Result<()> {
    let permission = Permission::CATALOG_ENTITY_CREATE;
    if state.permits(tx, caller, permission, Which::Ref(key)).await? {
        return Ok(());
    }
    Err(nothing(key))
}

fn nothing(key: &str) -> Error {
    Error::not_found(format!("Nothing was added to the entity {key}"))
}

fn read(headers: &HeaderMap, body: &Bytes) -> kernel::Result<Overlay> {
    if body.len() > MAX_BYTES {
        return Err(Error::too_large(format!("An overlay has at most {} KB", MAX_BYTES >> 10)));
    }
    let body = Object::read(headers, body)?;
    // The last two are in what one gets, and made anew.
    body.only(&["annotations", "labels", "tags", "links", "actor", "changedAt"])?;
    let members = |name: &str| Ok::<_, Error>(body.optional_object(name)?.map(Object::into_map).unwrap_or_default());
    let items = |name: &str| Ok::<_, Error>(body.optional_list(name)?.cloned().unwrap_or_default());
    let overlay = Overlay {
        annotations: members("annotations")?,
        labels: members("labels")?,
        tags: items("tags")?,
        links: items("links")?,
    };
    overlay.check().map_err(|(place, reason)| {
        let error = Error::input(format!("{place}: {reason}"));
        if place.is_empty() { error } else { error.with_field(place, reason) }
    })?;
    Ok(overlay)
}

fn moment(at: OffsetDateTime) -> kernel::Result<String> {
    at.format(&Rfc3339).map_err(Error::internal)
}

fn answer(written: Written) -> kernel::Result<WrittenOverlay> {
    let Overlay { annotations, labels, tags, links } = written.overlay.0;
    let changed_at = moment(written.changed_at)?;
    Ok(WrittenOverlay { annotations, labels, tags, links, actor: written.changed_by, changed_at })
}

async fn origin_of(tx: &mut TenantTx, key: &str, base: &Value) -> kernel::Result<Origin> {
    let location = annotation(base, ANNOTATION_LOCATION).map(str::to_owned);
    let written = managed::find(tx, key).await?;
    if let Some(written) = written {
        let changed_at = Some(moment(written.changed_at)?);
        return Ok(Origin { kind: OriginKind::Set, location, actor: Some(written.changed_by), changed_at });
    }
    let sources = managed::list_sources(tx, key).await?;
    let provided = sources.iter().any(|source| matches!(Source::parse(source), Source::Provider(_)));
    let kind = if provided { OriginKind::Provider } else { OriginKind::File };
    Ok(Origin { kind, location, actor: None, changed_at: None })
}
