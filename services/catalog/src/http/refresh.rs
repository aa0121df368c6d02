//! Asking for an entity to be read again.

use super::body::Object;
use super::schema::RefreshInput;
use crate::State;
use crate::domain::text::lower;
use crate::store::policies::Which;
use crate::store::refresh;
use authz::Permission;
use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_shell::{Caller, Result};
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
