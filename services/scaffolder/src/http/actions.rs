//! What templates can use: actions, filters, globals.

use super::body::{self, Kind};
use crate::State;
use crate::actions::{Services, all};
use axum::extract::{Request, State as Shared};
use http_shell::{Caller, Json, Path, Result};
use kernel::Error;
use plugin_protocol::extensions::path::AUTOCOMPLETE;
use serde_json::{Value, json};

/// List the actions that are installed.
#[utoipa::path(get, path = "/api/scaffolder/v2/actions",
    responses((status = 200, description = "Id, description, examples and schemas of each", body = Vec<Value>)))]
pub(super) async fn list_actions(Shared(state): Shared<State>, caller: Caller) -> Result<Json<Vec<Value>>> {
    let added = Services::new(state.client.clone(), caller).added().await?;
    let of_plugins = added.actions.iter().filter(|added| all().iter().all(|own| own.id != added.id));
    let shown = all().iter().chain(of_plugins).map(|action| {
        json!({
            "id": action.id,
            "description": action.description,
            "examples": action.examples,
            "schema": action.schema,
        })
    });
    Ok(Json(shown.collect()))
}

/// List the filters and globals that templates can use beyond the language's own.
#[utoipa::path(get, path = "/api/scaffolder/v2/templating-extensions",
    responses((status = 200, description = "Filters and globals", body = Value)))]
pub(super) async fn templating_extensions(Shared(state): Shared<State>, caller: Caller) -> Result<Json<Value>> {
    let added = Services::new(state.client.clone(), caller).added().await?;
    let text = |description: &str| json!({"type": "string", "description": description});
    let url = text("repo URL as collected from repository picker");
    let parts = json!({"type": "object", "properties": {
        "kind": {"type": "string"}, "namespace": {"type": "string"}, "name": {"type": "string"}}});
    let mut shown = json!({
        "filters": {
            "parseRepoUrl": {
                "description": "Takes a repository URL apart: host, owner, repository and so on.",
                "schema": {"input": url, "output": {"type": "object"}},
            },
            "parseEntityRef": {
                "description": "Takes an entity reference apart: kind, namespace and name.",
                "schema": {"input": text("entity reference"), "arguments": [{"type": "object", "properties": {
                    "defaultKind": {"type": "string"}, "defaultNamespace": {"type": "string"}}}], "output": parts},
            },
            "pick": {
                "description": "Selects a property of an object.",
                "schema": {"input": {}, "arguments": [text("Property")], "output": {}},
            },
            "projectSlug": {
                "description": "Makes owner/repository of a repository URL.",
                "schema": {"input": url, "output": {"type": "string"}},
            },
        },
        "globals": {"functions": {}, "values": {}},
    });
    for (place, found) in
        [("/filters", added.filters), ("/globals/functions", added.functions), ("/globals/values", added.values)]
    {
        if let Some(Value::Object(map)) = shown.pointer_mut(place) {
            for (name, described) in found {
                map.entry(name).or_insert(described);
            }
        }
    }
    Ok(Json(shown))
}

/// Complete what somebody types into a form, from a source host's data: a plugin asks it with the user's token.
#[utoipa::path(post, path = "/api/scaffolder/v2/autocomplete/{provider}/{resource}", request_body = Value,
    params(("provider" = String, Path), ("resource" = String, Path)),
    responses((status = 200, description = "`{results: [{id, title?}]}`", body = Value),
        (status = 400, description = "No such provider")))]
pub(super) async fn autocomplete(
    Shared(state): Shared<State>,
    caller: Caller,
    Path((provider, resource)): Path<(String, String)>,
    request: Request,
) -> Result<Json<Value>> {
    let mut body = body::read(request, &[("token", Kind::Text, true), ("context", Kind::Object, false)]).await?;
    let token = body.remove("token").and_then(|token| token.as_str().map(str::to_owned)).unwrap_or_default();
    let _held = runtime::redaction::hold([token.as_str()]);
    let services = Services::new(state.client.clone(), caller);
    let unsupported = || Error::input(format!("Unsupported provider: {provider}"));
    let found = services.added().await?.autocomplete.into_iter().find(|(name, _)| *name == provider);
    let (_, plugin_id) = found.ok_or_else(unsupported)?;
    let context = body.remove("context").unwrap_or_else(|| json!({}));
    let asked = json!({"provider": provider, "resource": resource, "token": token, "context": context});
    Ok(Json(services.ask_plugin(&plugin_id, AUTOCOMPLETE, asked).await?))
}
