//! What permission frameworks ask a plugin: which permissions and rules it has, and whether conditions hold.

use super::body::Object;
use super::reply;
use crate::State;
use crate::domain::condition::{EntityCondition, RESOURCE_TYPE, metadata};
use crate::store::entities;
use authz::Criteria;
use axum::extract::State as Shared;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_shell::{Caller, Result};
use kernel::Error;
use serde_json::{Value, json};
use std::collections::HashMap;

/// The catalog's permissions, and the rules that conditions on entities are made of.
#[utoipa::path(get, path = "/api/catalog/.well-known/backstage/permissions/metadata", tag = "permissions",
    responses((status = 200, body = Object)))]
pub async fn get_permission_metadata(_: Caller) -> Result<Response> {
    Ok(reply::value(StatusCode::OK, &metadata())?)
}

/// Whether conditions hold for entities. What the caller may not read is answered like what is not there: `DENY`.
#[utoipa::path(post, path = "/api/catalog/.well-known/backstage/permissions/apply-conditions", tag = "permissions",
    request_body(content = Object,
        description = "`{items: [{id, resourceRef, resourceType, conditions}]}`; `resourceRef` is one ref or several"),
    responses((status = 200, body = Object, description = "`{items: [{id, result}]}`, `ALLOW` or `DENY` for each ref"),
        (status = 400)))]
pub async fn apply_conditions(
    Shared(state): Shared<State>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let body = Object::read(&headers, &body)?;
    body.required("items")?;
    let items = body.optional_objects("items")?.iter().map(Question::read).collect::<kernel::Result<Vec<_>>>()?;
    let foreign: Vec<&str> =
        items.iter().map(|item| item.resource_type.as_str()).filter(|name| *name != RESOURCE_TYPE).collect();
    if !foreign.is_empty() {
        return Err(Error::input(format!("Unexpected resource types: {}.", foreign.join(", "))).into());
    }
    let refs: Vec<String> = items.iter().flat_map(|item| item.refs.iter().cloned()).collect();
    let mut tx = state.db.tenant(caller.tenant).await?;
    let scope = state.scope_in(&mut tx, &caller).await?;
    let documents = entities::list_by_refs(&mut tx, &refs, &scope.condition).await?;
    drop(tx);
    let entities: HashMap<String, Value> = documents
        .into_iter()
        .map(|(entity_ref, document)| Ok((entity_ref, serde_json::from_str(&document).map_err(Error::internal)?)))
        .collect::<kernel::Result<_>>()?;
    let answers = items.iter().map(|item| item.answer(&entities)).collect::<kernel::Result<Vec<_>>>()?;
    Ok(reply::value(StatusCode::OK, &json!({"items": answers}))?)
}

/// One item of the request.
struct Question {
    id: String,
    refs: Vec<String>,
    /// A list is answered with a list.
    many: bool,
    resource_type: String,
    condition: Criteria,
}

impl Question {
    fn read(item: &Object) -> kernel::Result<Self> {
        let many = item.required("resourceRef")?.is_array();
        let refs = if many { item.texts("resourceRef")? } else { vec![item.text("resourceRef")?.to_owned()] };
        if refs.is_empty() {
            return Err(Error::input("Array must contain at least 1 element(s) at \"resourceRef\""));
        }
        Ok(Self {
            id: item.text("id")?.to_owned(),
            refs,
            many,
            resource_type: item.text("resourceType")?.to_owned(),
            condition: Criteria::parse(item.required("conditions")?).map_err(Error::input)?,
        })
    }

    fn answer(&self, entities: &HashMap<String, Value>) -> kernel::Result<Value> {
        let condition = EntityCondition::understand(&self.condition).map_err(Error::input)?;
        // Nothing holds for what is not there, not even the opposite of something.
        let holds = |entity_ref: &String| entities.get(entity_ref).is_some_and(|entity| condition.holds_for(entity));
        let mut words = self.refs.iter().map(|entity_ref| if holds(entity_ref) { "ALLOW" } else { "DENY" });
        let result: Value = if self.many { words.collect() } else { words.next().into() };
        Ok(json!({"id": self.id, "result": result}))
    }
}
