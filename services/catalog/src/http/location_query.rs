//! Pages of locations that match a predicate.

use super::body::Object;
use super::entities::predicate_of;
use super::reply;
use super::schema::{Location, LocationPage, PageInfo};
use crate::State;
use crate::domain::filter::Filter;
use crate::store::locations;
use axum::extract::State as Shared;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_shell::{Caller, Result};
use kernel::Error;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const DEFAULT_LIMIT: i64 = 1000;
const CURSORS: &str = "locations";

/// What is listed, and after which location to go on.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct List {
    filter: Filter,
    limit: i64,
    after: Option<Uuid>,
}

/// Locations that match a predicate on `id`, `type`, `target` and `entityRef`.
#[utoipa::path(post, path = "/api/catalog/locations/by-query", tag = "locations",
    request_body(content = Object, description = "`{query?, limit?, cursor?}`"),
    responses((status = 200, body = LocationPage), (status = 400)))]
pub async fn query_locations(
    Shared(state): Shared<State>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let body = Object::read_optional(&headers, &body)?;
    let list = list_of(&state, &caller, &body)?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let (mut rows, total_items) =
        locations::page(&mut tx, &list.filter, list.after, list.limit.saturating_add(1)).await?;
    let size = usize::try_from(list.limit).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    let next = rows.last().filter(|_| more).map(|row| List { after: Some(row.location_id), ..list.clone() });
    let page_info =
        PageInfo { next_cursor: next.map(|next| state.cursors.seal(caller.tenant, CURSORS, &next)), prev_cursor: None };
    let page = LocationPage { items: rows.iter().map(Location::from).collect(), total_items, page_info };
    Ok(reply::value(StatusCode::OK, &page)?)
}

fn list_of(state: &State, caller: &Caller, body: &Object) -> kernel::Result<List> {
    let limit = body.optional_count("limit")?;
    if limit == Some(0) {
        return Err(Error::input("Limit must be a positive integer >= 1"));
    }
    if let Some(cursor) = body.optional_text("cursor")? {
        if cursor.is_empty() {
            return Err(Error::input("Cursor cannot be empty"));
        }
        let list = state.cursors.open(caller.tenant, CURSORS, cursor);
        return list.ok_or_else(|| Error::input("Malformed cursor, unknown encoding"));
    }
    // Unlike in queries for entities, an empty `$all` asks for nothing here, as in Backstage.
    let asks_nothing = body.get("query").and_then(|query| query.get("$all")?.as_array()).is_some_and(Vec::is_empty);
    let filter = if asks_nothing { Filter::Any(Vec::new()) } else { predicate_of(body)? };
    Ok(List { filter, limit: limit.unwrap_or(DEFAULT_LIMIT), after: None })
}
