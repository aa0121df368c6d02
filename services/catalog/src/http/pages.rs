//! Where other services push what is to be found beside entities.

use super::body::Object;
use super::params::Params;
use super::reply;
use super::schema::Pushed;
use crate::State;
use crate::domain::cause::Cause;
use crate::domain::page::{Page, check_type};
use crate::domain::text::lower;
use crate::store::{search, sequence};
use axum::body::{Body, to_bytes};
use axum::extract::{RawQuery, State as Shared};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use http_shell::{Caller, Path, Result};
use kernel::Error;
use serde_json::json;
use std::collections::BTreeSet;
use store::AuditEvent;

/// Largest request: the documentation of many entities at once.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// Replaces the documents of a type: all of them, or those of one entity.
///
/// Each has `title`, `text`, `location` and whatever clients are to get, and names its entity in
/// `authorization.resourceRef`. Whoever may read the entity can find them; those of unknown entities are left out.
#[utoipa::path(put, path = "/internal/search/v1/documents/{type}",
    params(("type" = String, Path, description = "For example `techdocs`"),
        ("entityRef" = Option<String>, Query, description = "Only this entity's documents are replaced")),
    request_body(content = Object, description = "`{documents: [{title, text, location, authorization, …}]}`"),
    responses((status = 200, body = Pushed), (status = 400)))]
pub async fn replace_documents(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(kind): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    check_type(&kind).map_err(Error::input)?;
    let params = Params::parse(query.as_deref(), &["entityRef"])?;
    let only = params.one("entityRef").map(lower);
    let body = to_bytes(body, MAX_BYTES).await.map_err(|_| Error::input("The request is too large"))?;
    let body = Object::read(&headers, &body)?;
    body.required("documents")?;
    let documents = body.optional_list("documents")?.map(Vec::as_slice).unwrap_or_default();
    let pages = documents.iter().map(|document| Page::read(document, only.as_deref()).map_err(Error::input));
    let pages = pages.collect::<kernel::Result<Vec<_>>>()?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let counters = sequence::lock(&mut tx, &Cause::platform()).await?;
    search::touch_type(&mut tx, &kind, counters.seq).await?;
    let mut refs: BTreeSet<&str> = pages.iter().map(|page| page.entity_ref.as_str()).collect();
    refs.extend(only.as_deref());
    let numbers = search::entity_numbers(&mut tx, &refs.into_iter().collect::<Vec<_>>()).await?;
    match only.as_ref().map(|entity_ref| numbers.get(entity_ref)) {
        None => search::delete_pages(&mut tx, &kind, None).await?,
        Some(Some(entity_no)) => search::delete_pages(&mut tx, &kind, Some(*entity_no)).await?,
        Some(None) => {}
    }
    let found: Vec<(i32, &Page)> =
        pages.iter().filter_map(|page| Some((*numbers.get(&page.entity_ref)?, page))).collect();
    search::insert_pages(&mut tx, &kind, &found).await?;
    let pushed = Pushed { stored: found.len(), skipped: pages.len() - found.len() };
    let what = only.map_or_else(|| kind.clone(), |entity_ref| format!("{kind} of {entity_ref}"));
    let event = AuditEvent::by(&caller.principal, "search.documents.replace", what);
    tx.record(event.after(json!({"stored": pushed.stored, "skipped": pushed.skipped}))).await?;
    tx.commit().await?;
    Ok(reply::value(StatusCode::OK, &pushed)?)
}
