//! What templates can use: actions, filters, globals.

use super::body::{self, Kind};
use crate::State;
use crate::actions::{Services, all};
use axum::extract::{Request, State as Shared};
use http::Uri;
use http_shell::{Caller, Json, Path, Result};
use kernel::Error;
use plugin_protocol::extensions::path::AUTOCOMPLETE;
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
pub(super) async fn list_actions(Shared(state): Shared<State>, caller: Caller, uri: Uri) -> Result<Json<Vec<Value>>> {
    body::query(uri.query(), &[])?;
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
pub(super) async fn templating_extensions(
    Shared(state): Shared<State>,
    caller: Caller,
    uri: Uri,
) -> Result<Json<Value>> {
    body::query(uri.query(), &[])?;
    let added = Services::new(state.client.clone(), caller).added().await?;
    let mut shown = EXTENSIONS.clone();
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
    body::query(request.uri().query(), &[])?;
    let mut body = body::read(request, &[("context", Kind::Texts, true), ("token", Kind::Text, true)]).await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_filters_is_readable() {
        assert!(EXTENSIONS["filters"]["parseRepoUrl"]["description"].is_string());
    }
}
