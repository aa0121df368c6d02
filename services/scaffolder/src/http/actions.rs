//! What templates can use: actions, filters, globals.

use super::body::{self, Kind};
use crate::actions::all;
use axum::extract::Request;
use http::Uri;
use http_shell::{Caller, Json, Path, Result};
use kernel::Error;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The filters and globals as the stock front end shows them, with their schemas and examples.
static EXTENSIONS: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("extensions.json")).unwrap_or_else(|error| {
        tracing::error!(%error, "the list of filters cannot be read");
        json!({"filters": {}, "globals": {"functions": {}, "values": {}}})
    })
});

/// List the actions that are installed.
#[utoipa::path(get, path = "/api/scaffolder/v2/actions",
    responses((status = 200, description = "Id, description, examples and schemas of each", body = Vec<Value>)))]
pub(super) async fn list_actions(_: Caller, uri: Uri) -> Result<Json<Vec<Value>>> {
    body::query(uri.query(), &[])?;
    let shown = all().iter().map(|action| {
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
pub(super) async fn templating_extensions(_: Caller, uri: Uri) -> Result<Json<Value>> {
    body::query(uri.query(), &[])?;
    Ok(Json(EXTENSIONS.clone()))
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
    body::query(request.uri().query(), &[])?;
    body::read(request, &[("context", Kind::Texts, true), ("token", Kind::Text, true)]).await?;
    Err(Error::input(format!("Unsupported provider: {provider}")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_filters_is_readable() {
        assert!(EXTENSIONS["filters"]["parseRepoUrl"]["description"].is_string());
    }
}
