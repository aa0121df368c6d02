//! `/api/<plugin>/…`: everything that the platform itself does not answer goes to the plugin's worker.

use crate::State;
use crate::state::Target;
use crate::supervisor::Lease;
use axum::extract::{self, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use http_shell::{Caller, Path, Result, upgrade};
use kernel::{Error, TenantId};

/// Calls a plugin's own API. What it takes and answers is the plugin's business.
#[utoipa::path(method(get, head, post, put, patch, delete, options), path = "/api/{plugin_id}/{*path}",
    params(("plugin_id" = String, Path), ("path" = String, Path)),
    responses((status = 200), (status = 404, description = "The organisation has no such plugin"),
        (status = 503, description = "The plugin's worker cannot answer; the message says why")))]
pub async fn call_plugin(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((plugin_id, _path)): Path<(String, String)>,
    request: Request,
) -> Result<Response> {
    call(&state, caller, plugin_id, request).await
}

/// Calls the root of a plugin's own API.
#[utoipa::path(method(get, head, post, put, patch, delete, options), path = "/api/{plugin_id}",
    params(("plugin_id" = String, Path)),
    responses((status = 200), (status = 404, description = "The organisation has no such plugin"),
        (status = 503, description = "The plugin's worker cannot answer; the message says why")))]
pub async fn call_plugin_root(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(plugin_id): Path<String>,
    request: Request,
) -> Result<Response> {
    call(&state, caller, plugin_id, request).await
}

async fn call(state: &State, caller: Caller, plugin_id: String, request: Request) -> Result<Response> {
    let preview = state.previews.backend(state, caller.tenant, (&plugin_id, &caller.principal)).await?;
    let previewed = preview.is_some();
    let lease = match preview {
        Some((upload, variant)) => state.supervisor.lease_preview(caller.tenant, &plugin_id, upload, variant).await?,
        None => match published(state, caller.tenant, &plugin_id).await? {
            Some(lease) => lease,
            // As Backstage answers for a plugin that it does not have: nothing but the status.
            None => return Ok(StatusCode::NOT_FOUND.into_response()),
        },
    };
    let signer = state.launching.signer(caller.tenant).await?;
    let token = state.launching.token(&signer, &plugin_id, &caller.principal)?;
    let read = (request.method() == http::Method::GET).then(|| request.uri().path_and_query().cloned()).flatten();
    if let Some(client) = upgrade::asked(&request) {
        let (as_whom, patience) = ((&*signer.host, token.as_deref()), state.config.first_byte);
        return Ok(lease.connect(request, client, as_whom, patience, &state.tasks).await?);
    }
    let answer = lease.send(request, &signer.host, token.as_deref(), state.config.first_byte).await?;
    if let Some(path) = read.filter(|_| answer.status().is_success() && !previewed) {
        state.recorder.saw(caller.tenant, &plugin_id, path.as_str());
    }
    Ok(answer)
}

/// A hold on the worker that everybody meets; `None` when the organisation has no such plugin.
async fn published(state: &State, tenant: TenantId, plugin_id: &str) -> kernel::Result<Option<Lease>> {
    let Some(target) = state.target(tenant, plugin_id).await? else { return Ok(None) };
    match target {
        Target::Backend(revision) => state.supervisor.lease(tenant, plugin_id, revision).await.map(Some),
        Target::FrontendOnly => Err(Error::not_found(format!(
            "The plugin \"{plugin_id}\" has no back end; what is installed is its front end only"
        ))),
        Target::Installing => Err(Error::unavailable("The plugin is being installed.")),
        Target::Failed(cause) => Err(Error::unavailable(format!("The plugin could not be installed: {cause}"))),
    }
}
