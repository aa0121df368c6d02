//! What an entity comes from.

use super::reply;
use super::schema::Ancestry;
use crate::State;
use crate::domain::filter::Filter;
use crate::store::{entities, refresh};
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
    let mut tx = state.db.tenant(caller.tenant).await?;
    let line = refresh::ancestry(&mut tx, &key).await?;
    let refs: Vec<String> = line.iter().map(|(entity_ref, _)| entity_ref.clone()).collect();
    let documents = entities::list_by_refs(&mut tx, &refs, &Filter::everything()).await?;
    if !documents.contains_key(&key) {
        return Err(Error::not_found(format!("No such entity {key}")).into());
    }
    let items: Vec<String> = line
        .iter()
        .filter_map(|(entity_ref, parents)| {
            let document = documents.get(entity_ref)?;
            Some(format!("{{\"entity\":{document},\"parentEntityRefs\":{}}}", json!(parents)))
        })
        .collect();
    let json = format!("{{\"rootEntityRef\":{},\"items\":[{}]}}", json!(key), items.join(","));
    Ok(reply::text(StatusCode::OK, json))
}
