//! Asking for an entity to be read again.

use super::body::Object;
use super::reply;
use super::schema::{RefreshInput, RefreshKeys, RefreshedKeys};
use crate::State;
use crate::domain::text::lower;
use crate::store::policies::Which;
use crate::store::refresh;
use authz::Permission;
use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_shell::{Caller, Json, Result};
use kernel::Error;
use store::AuditEvent;

/// Makes the files due that an entity comes from. Files that did not change cost one conditional request each.
#[utoipa::path(post, path = "/api/catalog/refresh", tag = "entities", request_body = RefreshInput,
    responses((status = 200), (status = 404)))]
pub async fn refresh_entity(
    Shared(state): Shared<State>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let body = Object::read(&headers, &body)?;
    body.only(&["entityRef", "authorizationToken"])?;
    let entity_ref = lower(body.text("entityRef")?);
    let mut tx = state.db.tenant(caller.tenant).await?;
    let may = Permission::CATALOG_ENTITY_REFRESH;
    let permitted = state.permits(&mut tx, &caller, may, Which::Ref(&entity_ref)).await?;
    if !permitted || !refresh::refresh(&mut tx, &entity_ref).await? {
        return Err(Error::not_found(format!("Entity {entity_ref} not found")).into());
    }
    tx.record(AuditEvent::by(&caller.principal, "entity.refresh", entity_ref)).await?;
    tx.commit().await?;
    state.wake.notify_one();
    Ok(StatusCode::OK.into_response())
}

/// How many addresses one request may name.
const MAX_KEYS: usize = 1000;

/// Makes everything due that reads one of these addresses: for news from source hosts.
#[utoipa::path(post, path = "/internal/catalog/v1/refresh", request_body = RefreshKeys,
    responses((status = 200, body = RefreshedKeys), (status = 400)))]
pub async fn refresh_keys(
    Shared(state): Shared<State>,
    caller: Caller,
    Json(RefreshKeys { keys }): Json<RefreshKeys>,
) -> Result<Response> {
    if keys.len() > MAX_KEYS {
        return Err(Error::input(format!("More than {MAX_KEYS} keys")).into());
    }
    let mut tx = state.db.tenant(caller.tenant).await?;
    let units = refresh::refresh_readers(&mut tx, &keys).await?;
    if units > 0 {
        tx.record(AuditEvent::by(&caller.principal, "catalog.refresh", keys.join(" "))).await?;
    }
    tx.commit().await?;
    state.wake.notify_one();
    Ok(reply::value(StatusCode::OK, &RefreshedKeys { units })?)
}
