//! What plugins add to the platform's own services, and how those call it.

use crate::State;
use crate::domain::package::title;
use crate::state::Target;
use crate::store::description::list_descriptions;
use crate::{discovery, events};
use axum::body::Body;
use axum::extract::{self, Request};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use http::StatusCode;
use http_shell::{Caller, Json, Path, Result};
use kernel::{Error, Principal};
use plugin_protocol::control::Event;
use plugin_protocol::extensions::path;
use plugin_protocol::limits::MAX_CONTROL_BODY_BYTES;
use runtime::redaction::{Held, hold};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// For whom a service calls: a principal as JSON in base64. What the worker sees is a token for this plugin.
const INITIATOR: &str = "x-proscenium-initiator";
/// What may come in one piece with the end of a run's first line.
const WITH_FILES: usize = 1 << 20;

/// What one plugin adds.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PluginExtensions {
    /// For example `scaffolder-github`.
    plugin_id: String,
    /// See the crate `plugin-protocol`.
    #[schema(value_type = Object)]
    extensions: Value,
}

/// What the organisation's plugins add to the platform's own: actions, filters, providers, processors.
#[utoipa::path(get, path = "/internal/plugins/v1/extensions", responses((status = 200, body = Vec<PluginExtensions>)))]
pub async fn list_extensions(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<Json<Vec<PluginExtensions>>> {
    let found = discovery::list(&state, caller.tenant).await?;
    let shown = found.into_iter().map(|(plugin_id, description)| {
        let extensions = serde_json::to_value(description.extensions).map_err(Error::internal)?;
        Ok::<_, Error>(PluginExtensions { plugin_id, extensions })
    });
    Ok(Json(shown.collect::<kernel::Result<_>>()?))
}

/// The permissions that one plugin asks about.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PluginPermissions {
    /// For example `badges`.
    plugin_id: String,
    /// For people.
    title: String,
    /// Whether it was asked yet; as long as it was not, what it has is not known.
    described: bool,
    /// As Backstage describes permissions: name, attributes, and the type of resource if there is one.
    #[schema(value_type = Vec<Object>)]
    permissions: Value,
    /// Rules for conditions on its resources.
    #[schema(value_type = Vec<Object>)]
    rules: Value,
}

/// The permissions that the organisation's plugins ask about, for whoever writes a policy.
///
/// No worker is woken for it. Plugins that were asked and have none are left out.
#[utoipa::path(get, path = "/api/plugins/v1/permissions", responses((status = 200, body = Vec<PluginPermissions>)))]
pub async fn list_permissions(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<Json<Vec<PluginPermissions>>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let known = list_descriptions(&mut tx).await?;
    tx.commit().await?;
    let found = known.into_iter().filter_map(|one| {
        let described = one.described.is_some();
        // Modules have none of their own: the platform's own plugins decide for them.
        if one.permissions.is_none() && (described || one.is_module) {
            return None;
        }
        let mut found = one.permissions.unwrap_or_default();
        let mut list = |key: &str| Some(found[key].take()).filter(Value::is_array).unwrap_or_else(|| json!([]));
        let (permissions, rules) = (list("permissions"), list("rules"));
        Some(PluginPermissions {
            title: title(&one.plugin_id),
            plugin_id: one.plugin_id,
            described,
            permissions,
            rules,
        })
    });
    Ok(Json(found.collect()))
}

/// How many plugins will hear of an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct Published {
    /// Subscribers, each of which gets it at least once.
    subscribers: usize,
}

/// Tells the organisation's plugins of an event: what a webhook brought, for example.
#[utoipa::path(post, path = "/internal/plugins/v1/events", request_body = Value,
    responses((status = 202, body = Published), (status = 400)))]
pub async fn publish_event(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Json(event): Json<Event>,
) -> Result<(StatusCode, Json<Published>)> {
    let subscribers = events::publish(&state.launching, caller.tenant, None, &event).await?;
    Ok((StatusCode::ACCEPTED, Json(Published { subscribers })))
}

/// Has a plugin's worker do something of the platform's: run an action, call a filter, process entities.
///
/// Both bodies stream, as the worker protocol says.
#[utoipa::path(post, path = "/internal/plugins/v1/workers/{plugin_id}/{*operation}",
    params(("plugin_id" = String, Path), ("operation" = String, Path)),
    responses((status = 200), (status = 404), (status = 503)))]
pub async fn operate(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((plugin_id, operation)): Path<(String, String)>,
    mut request: Request,
) -> Result<Response> {
    let operation = format!("/{operation}");
    if ![path::RUN, path::EXTENSION, path::AUTOCOMPLETE, path::PROCESS].contains(&operation.as_str()) {
        return Err(Error::not_found("There is no such operation").into());
    }
    let Some(Target::Backend(revision)) = state.target(caller.tenant, &plugin_id).await? else {
        return Err(Error::not_found(format!("The organisation has no plugin \"{plugin_id}\"")).into());
    };
    let initiator = request.headers_mut().remove(INITIATOR).map(|value| {
        let json = STANDARD.decode(value.as_bytes()).map_err(|_| Error::input("The initiator is not in base64"))?;
        serde_json::from_slice::<Principal>(&json).map_err(|_| Error::input("The initiator is no principal"))
    });
    let token = match initiator.transpose()? {
        Some(principal) => {
            let signer = state.launching.signer(caller.tenant).await?;
            state.launching.token(&signer, &plugin_id, &principal)?
        }
        None => None,
    };
    let (request, held) = if operation == path::RUN { hold_secrets(request).await? } else { (request, None) };
    let lease = state.supervisor.lease(caller.tenant, &plugin_id, revision).await?;
    Ok(lease.operate_with(request, &operation, token.as_deref(), state.config.first_byte, held).await?)
}

/// What the first line of a run says that concerns this process.
#[derive(Deserialize)]
struct Secrets {
    #[serde(default)]
    secrets: BTreeMap<String, Value>,
}

/// Masks the secrets of a run in the log of this process, and in what the worker writes, while the run goes on.
async fn hold_secrets(request: Request) -> Result<(Request, Option<Held>)> {
    let (parts, body) = request.into_parts();
    let (mut stream, mut begun) = (body.into_data_stream(), Vec::new());
    let length = loop {
        if let Some(length) = begun.iter().position(|byte| *byte == b'\n') {
            break length;
        }
        match stream.next().await.transpose().map_err(|_| Error::input("The run broke off"))? {
            Some(bytes) if begun.len() + bytes.len() <= MAX_CONTROL_BODY_BYTES + WITH_FILES => begun.extend(bytes),
            Some(_) => return Err(Error::input("The first line of the run is too long").into()),
            None => break begun.len(),
        }
    };
    let line: Secrets = serde_json::from_slice(begun.get(..length).unwrap_or_default())
        .map_err(|_| Error::input("The first line of the run is no JSON object"))?;
    let held = hold(line.secrets.values().filter_map(Value::as_str));
    let begun = stream::once(async move { Ok::<_, axum::Error>(Bytes::from(begun)) });
    Ok((Request::from_parts(parts, Body::from_stream(begun.chain(stream))), Some(held)))
}
