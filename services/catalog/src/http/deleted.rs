//! Entities that were deleted, and bringing them back.

use super::history::ChangeCause;
use super::params::Params;
use super::reply;
use crate::State;
use crate::domain::cause::Cause;
use crate::store::history::{deleted, moment};
use crate::store::{entities, restore};
use axum::extract::{RawQuery, State as Shared};
use axum::response::Response;
use http::StatusCode;
use http_shell::{Caller, Path, Result};
use kernel::{EntityRef, Error};
use serde::Serialize;
use store::AuditEvent;
use time::Duration;
use utoipa::ToSchema;

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 500;
const LIST: &str = "deleted entities";

/// A page of deleted entities, latest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeletedEntities {
    /// What can be restored.
    pub items: Vec<DeletedEntity>,
    /// Give it as `cursor` for the next page. A page may be short although there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_cursor: Option<String>,
}

/// An entity that was deleted and can be restored.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeletedEntity {
    /// Its reference.
    pub entity_ref: String,
    /// Its title, if it had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub title: Option<String>,
    /// When it was deleted.
    pub deleted_at: String,
    /// Why.
    pub cause: ChangeCause,
    /// Until when it can be restored.
    pub restorable_until: String,
}

/// Which entity was restored.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RestoredEntity {
    /// Its reference.
    pub entity_ref: String,
}

/// Entities that were deleted lately and are not there again.
#[utoipa::path(get, path = "/api/catalog/v1/deleted-entities", tag = "history",
    params(("limit" = Option<i64>, Query, description = "Entities on a page, 50 by default, at most 500"),
        ("cursor" = Option<String>, Query, description = "From `nextCursor`")),
    responses((status = 200, body = DeletedEntities)))]
pub async fn list_deleted_entities(
    Shared(state): Shared<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let params = Params::parse(query.as_deref(), &["limit", "cursor"])?;
    let limit = params.count("limit")?.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let after: Option<(i64, String)> = match params.one("cursor") {
        Some(cursor) => {
            let open = state.cursors.open(caller.tenant, LIST, cursor);
            Some(open.ok_or_else(|| Error::input("Malformed cursor: it was not made by this list"))?)
        }
        None => None,
    };
    let mut tx = state.db.tenant(caller.tenant).await?;
    let days = moment::retention(&mut tx).await?.undelete_days;
    let after = after.as_ref().map(|(seq, entity_ref)| (*seq, entity_ref.as_str()));
    let mut found = deleted::list(&mut tx, days, after, limit + 1).await?;
    let more = i64::try_from(found.len()).is_ok_and(|count| count > limit);
    if more {
        found.pop();
    }
    let next_cursor = found
        .last()
        .filter(|_| more)
        .map(|last| state.cursors.seal(caller.tenant, LIST, &(last.to_seq, last.entity_ref.as_str())));
    let condition = state.scope_in(&mut tx, &caller).await?.condition;
    deleted::retain_visible(&mut tx, &mut found, &condition).await?;
    let item = |one: deleted::Deleted| DeletedEntity {
        title: model::entity::title(&one.content()).map(str::to_owned),
        deleted_at: moment::text(one.deleted_at),
        cause: ChangeCause::from(&one.cause.0),
        restorable_until: moment::text(one.deleted_at + Duration::days(i64::from(days))),
        entity_ref: one.entity_ref,
    };
    let items = found.into_iter().map(item).collect();
    Ok(reply::value(StatusCode::OK, &DeletedEntities { items, next_cursor })?)
}

/// Brings a deleted entity back, as an entity that is managed here until its source emits it again.
#[utoipa::path(post, path = "/api/catalog/v1/deleted-entities/{kind}/{namespace}/{name}/restore", tag = "history",
    params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = RestoredEntity), (status = 404), (status = 409)))]
pub async fn restore_entity(
    Shared(state): Shared<State>,
    caller: Caller,
    Path((kind, namespace, name)): Path<(String, String, String)>,
) -> Result<Response> {
    let key = EntityRef::new(&kind, &namespace, &name).key().replace('\0', " ");
    let mut tx = state.db.tenant(caller.tenant).await?;
    let condition = state.scope_in(&mut tx, &caller).await?.condition;
    if !entities::list_by_refs(&mut tx, std::slice::from_ref(&key), &condition).await?.is_empty() {
        return Err(Error::conflict(format!("{key} is there: it need not be restored")).into());
    }
    let days = moment::retention(&mut tx).await?.undelete_days;
    let mut found: Vec<_> = deleted::find(&mut tx, days, &key).await?.into_iter().collect();
    deleted::retain_visible(&mut tx, &mut found, &condition).await?;
    let Some(found) = found.pop() else {
        return Err(Error::not_found(format!("No entity {key} was deleted within the last {days} days")).into());
    };
    restore::entity(&mut tx, &found, &Cause::restore(&caller.principal), state.clock.now()).await?;
    tx.record(AuditEvent::by(&caller.principal, "entity.restore", key.clone())).await?;
    tx.commit().await?;
    state.wake.notify_one();
    Ok(reply::value(StatusCode::OK, &RestoredEntity { entity_ref: key })?)
}
