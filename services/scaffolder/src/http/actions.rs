//! What templates can use: actions, filters, globals.

use super::body::{self, Kind};
use crate::actions::all;
use axum::extract::Request;
use http_shell::{Caller, Json, Path, Result};
use kernel::Error;
use serde_json::{Value, json};

/// List the actions that are installed.
#[utoipa::path(get, path = "/api/scaffolder/v2/actions",
    responses((status = 200, description = "Id, description, examples and schemas of each", body = Vec<Value>)))]
pub(super) async fn list_actions(_: Caller) -> Json<Vec<Value>> {
    let shown = all().iter().map(|action| {
        json!({
            "id": action.id,
            "description": action.description,
            "examples": action.examples,
            "schema": action.schema,
        })
    });
    Json(shown.collect())
}

/// List the filters and globals that templates can use beyond the language's own.
#[utoipa::path(get, path = "/api/scaffolder/v2/templating-extensions",
    responses((status = 200, description = "Filters and globals", body = Value)))]
pub(super) async fn templating_extensions(_: Caller) -> Json<Value> {
    let text = |description: &str| json!({"type": "string", "description": description});
    let url = text("repo URL as collected from repository picker");
    let parts = json!({"type": "object", "properties": {
        "kind": {"type": "string"}, "namespace": {"type": "string"}, "name": {"type": "string"}}});
    Json(json!({
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
    }))
}

/// Complete what somebody types into a form, from a source host's data. No host is installed yet.
#[utoipa::path(post, path = "/api/scaffolder/v2/autocomplete/{provider}/{resource}", request_body = Value,
    params(("provider" = String, Path), ("resource" = String, Path)),
    responses((status = 400, description = "No such provider")))]
pub(super) async fn autocomplete(
    _: Caller,
    Path((provider, _resource)): Path<(String, String)>,
    request: Request,
) -> Result<Json<Value>> {
    body::read(request, &[("token", Kind::Text, true), ("context", Kind::Object, false)]).await?;
    Err(Error::input(format!("Unsupported provider: {provider}")).into())
}
