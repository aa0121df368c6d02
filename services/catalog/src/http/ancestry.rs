//! What an entity comes from.

use super::reply;
use super::schema::Ancestry;
use crate::State;
use crate::domain::filter::Filter;
use crate::store::refresh;
use axum::extract::State as Shared;
use axum::response::Response;
use http::StatusCode;
use http_shell::{Caller, Path, Result};
use kernel::{EntityRef, Error};
use serde_json::json;

/// An entity, the entity that emitted it, and so on up to what was registered.
#[utoipa::path(get, path = "/api/catalog/entities/by-name/{kind}/{namespace}/{name}/ancestry", tag = "entities",
    params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = Ancestry), (status = 404)))]
pub async fn get_entity_ancestry(
    Shared(state): Shared<State>,
    caller: Caller,
    Path((kind, namespace, name)): Path<(String, String, String)>,
) -> Result<Response> {
    let key = EntityRef::new(kind, namespace, name).key().replace('\0', " ");
    let view = state.view(&caller).await?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let line = refresh::ancestry(&mut tx, &key).await?;
    drop(tx);
    let refs: Vec<String> = line.iter().map(|(entity_ref, _)| entity_ref.clone()).collect();
    let documents = view.list_by_refs(&refs, &Filter::everything()).await?;
    let found =
        |entity_ref: &String| refs.iter().zip(&documents).any(|(known, it)| known == entity_ref && it.is_some());
    if !found(&key) {
        return Err(Error::not_found(format!("No such entity {key}")).into());
    }
    let mut json = format!("{{\"rootEntityRef\":{},\"items\":[", json!(key)).into_bytes();
    for ((_, parents), document) in line.iter().zip(&documents) {
        let Some(document) = document else { continue };
        if !json.ends_with(b"[") {
            json.push(b',');
        }
        json.extend_from_slice(b"{\"entity\":");
        json.extend_from_slice(document);
        // What the caller may not see is not named either.
        let sees_all = view.scope().condition.is_everything();
        let parents: Vec<&String> = parents.iter().filter(|parent| sees_all || found(parent)).collect();
        json.extend_from_slice(format!(",\"parentEntityRefs\":{}}}", json!(parents)).as_bytes());
    }
    json.extend_from_slice(b"]}");
    Ok(reply::text(StatusCode::OK, json))
}
