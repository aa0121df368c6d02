//! Would the catalog take this entity?

use super::body::Object;
use crate::State;
use crate::domain::outcome::Problem;
use crate::jobs::process::Pipeline;
use crate::jobs::processors::Processors;
use crate::jobs::reader::Reader;
use crate::store::kinds;
use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_shell::{Caller, Result};
use model::location::LocationRef;
use serde_json::json;
use store::queue::Urgency;

/// Processes an entity as if a location emitted it, and forgets it. 400 with the errors when it is not taken.
#[utoipa::path(post, path = "/api/catalog/validate-entity", tag = "entities",
    request_body(content = Object, description = "`{entity, location}`; the location is `url:https://…`"),
    responses((status = 200), (status = 400, description = "`{errors: [{name, message}]}`")))]
pub async fn validate_entity(
    Shared(state): Shared<State>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let body = Object::read(&headers, &body)?;
    body.object("entity")?;
    let entity = body.required("entity")?.clone();
    let location = body.text("location")?;
    let reader = Reader::new(state.client.clone(), Caller::service(caller.tenant, "catalog"), Urgency::Person);
    let mut tx = state.db.tenant(caller.tenant).await?;
    let kinds = kinds::load(&mut tx, &state.config.allowed_kinds).await?;
    tx.rollback().await?;
    let processors = Processors::of(&state, caller.tenant).await?;
    let pipeline = Pipeline { reader: &reader, kinds: &kinds, processors: &processors };
    let validated = match location_of(location) {
        Ok(location) => pipeline.validate(entity, &location).await,
        Err(problem) => Err(problem),
    };
    Ok(match validated {
        Ok(()) => StatusCode::OK.into_response(),
        Err(problem) => {
            let errors = json!({"errors": [{"name": problem.name, "message": problem.message}]});
            super::reply::value(StatusCode::BAD_REQUEST, &errors)?
        }
    })
}

fn location_of(text: &str) -> std::result::Result<LocationRef, Problem> {
    let location = LocationRef::parse(text).map_err(|complaint| Problem::new("TypeError", complaint))?;
    if location.kind == "url" {
        return Ok(location);
    }
    let message = format!("Invalid location ref {text}, only 'url:<target>' is supported, e.g. url:https://host/path");
    Err(Problem::new("TypeError", message))
}
