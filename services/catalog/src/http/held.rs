//! Removals that wait for somebody: look, approve, reject.

use super::reply;
use super::source_schema::{ApprovedRemoval, HeldRemoval, HeldRemovals, RemovalSource, SourceKind};
use crate::State;
use crate::domain::cause::Cause;
use crate::domain::source::Source;
use crate::store::guard::{self, Depth, Hold};
use crate::store::{entities, locations, refresh, remove};
use authz::Permission;
use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http_shell::{Caller, Path, Result};
use kernel::Error;
use serde_json::json;
use store::{AuditEvent, TenantTx};
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

/// How many entities of a removal are shown.
const SHOWN: usize = 200;

/// The removals that wait for approval.
#[utoipa::path(get, path = "/api/catalog/v1/removals", tag = "sources",
    responses((status = 200, body = HeldRemovals)))]
pub async fn list_removals(Shared(state): Shared<State>, caller: Caller) -> Result<Response> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let mut items = Vec::new();
    for hold in guard::list(&mut tx).await? {
        items.push(shown(&state, &caller, &mut tx, &hold).await?);
    }
    Ok(reply::value(StatusCode::OK, &HeldRemovals { items })?)
}

/// One removal that waits for approval.
#[utoipa::path(get, path = "/api/catalog/v1/removals/{id}", tag = "sources", params(("id" = String, Path)),
    responses((status = 200, body = HeldRemoval), (status = 404)))]
pub async fn get_removal(Shared(state): Shared<State>, caller: Caller, Path(id): Path<String>) -> Result<Response> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let hold = guard::find(&mut tx, parse(&id)?).await?.ok_or_else(|| unknown(&id))?;
    Ok(reply::value(StatusCode::OK, &shown(&state, &caller, &mut tx, &hold).await?)?)
}

/// Lets the entities go that their source still does not list.
#[utoipa::path(post, path = "/api/catalog/v1/removals/{id}/approve", tag = "sources", params(("id" = String, Path)),
    responses((status = 200, body = ApprovedRemoval), (status = 404)))]
pub async fn approve_removal(Shared(state): Shared<State>, caller: Caller, Path(id): Path<String>) -> Result<Response> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    may_delete(&state, &caller, &mut tx, parse(&id)?).await?;
    let approved = remove::held(&mut tx, parse(&id)?, &Cause::person(&caller.principal)).await?;
    let (hold, removed) = approved.ok_or_else(|| unknown(&id))?;
    let before = json!({"total": hold.total, "removing": hold.removing});
    let after = json!({"removed": removed.len(), "entityRefs": removed.iter().take(SHOWN).collect::<Vec<_>>()});
    let event = AuditEvent::by(&caller.principal, "removal.approve", &hold.source).before(before).after(after);
    tx.record(event).await?;
    tx.commit().await?;
    // Whoever was kept from emitting the same entities may do so now.
    state.wake.notify_one();
    Ok(reply::value(StatusCode::OK, &ApprovedRemoval { removed: removed.len() })?)
}

/// Keeps the entities until their source lists them again, or lets go of more.
#[utoipa::path(post, path = "/api/catalog/v1/removals/{id}/reject", tag = "sources", params(("id" = String, Path)),
    responses((status = 204), (status = 404)))]
pub async fn reject_removal(Shared(state): Shared<State>, caller: Caller, Path(id): Path<String>) -> Result<Response> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let hold = guard::reject(&mut tx, parse(&id)?).await?.ok_or_else(|| unknown(&id))?;
    let before = json!({"total": hold.total, "removing": hold.removing});
    tx.record(AuditEvent::by(&caller.principal, "removal.reject", hold.source).before(before)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Whether the caller's own permission extends to all that would go.
async fn may_delete(state: &State, caller: &Caller, tx: &mut TenantTx, hold_id: Uuid) -> kernel::Result<()> {
    let Some(hold) = guard::find(tx, hold_id).await? else { return Ok(()) };
    let held = guard::list_held(tx, hold_id).await?;
    let would_go: Vec<String> = guard::doomed(tx, &hold.source, &held, Depth::All).await?.into_iter().collect();
    if state.permits_all(tx, caller, Permission::CATALOG_ENTITY_DELETE, &would_go).await? {
        return Ok(());
    }
    Err(Error::not_allowed("Your permission does not extend to all entities of this removal"))
}

fn parse(id: &str) -> kernel::Result<Uuid> {
    Uuid::parse_str(id).map_err(|_| unknown(id))
}

fn unknown(id: &str) -> Error {
    Error::not_found(format!("There is no removal {id} that waits for approval"))
}

async fn shown(state: &State, caller: &Caller, tx: &mut TenantTx, hold: &Hold) -> kernel::Result<HeldRemoval> {
    let held = guard::list_held(tx, hold.hold_id).await?;
    let would_go: Vec<String> =
        guard::doomed(tx, &hold.source, &held, Depth::All).await?.into_iter().take(SHOWN).collect();
    let scope = state.scope_in(tx, caller).await?;
    let visible = if scope.condition.is_everything() {
        None
    } else {
        Some(entities::list_by_refs(tx, &would_go, &scope.condition).await?)
    };
    let may_see = |entity_ref: &String| visible.as_ref().is_none_or(|visible| visible.contains_key(entity_ref));
    Ok(HeldRemoval {
        id: hold.hold_id,
        source: source_of(tx, &hold.source).await?,
        held_at: hold.held_at.format(&Rfc3339).map_err(Error::internal)?,
        total: hold.size().total,
        removing: hold.size().removing,
        percent: hold.size().percent(),
        entity_refs: would_go.into_iter().filter(may_see).collect(),
    })
}

async fn source_of(tx: &mut TenantTx, source: &str) -> kernel::Result<RemovalSource> {
    let named = |kind, name: &str| RemovalSource { kind, name: name.to_owned(), location: None };
    let entity_ref = match Source::parse(source) {
        Source::Provider(name) => return Ok(named(SourceKind::Provider, name)),
        Source::Set(name) => return Ok(named(SourceKind::Set, name)),
        Source::Registered(id) => return Ok(named(SourceKind::Location, id)),
        Source::Location(entity_ref) => entity_ref,
    };
    // Whatever it stands in: the address is what people know, else its name.
    let line = refresh::ancestry(tx, entity_ref).await?;
    let registered = locations::list(tx).await?;
    let root = line.iter().find_map(|(ancestor, _)| registered.iter().find(|one| one.entity_ref == *ancestor));
    let name = match root {
        Some(root) if root.entity_ref == entity_ref => &root.target,
        _ => entity_ref,
    };
    Ok(RemovalSource { location: root.map(|root| root.location_id), ..named(SourceKind::Location, name) })
}
