//! Looking at installed plugins, installing and removing them.

use super::view::{Activity, Installed, InstalledList, view_of};
use crate::domain::package::Wanted;
use crate::jobs::QUEUE;
use crate::store::description::delete_description;
use crate::store::installation;
use crate::store::package::{self, Package};
use crate::{State, install, tasks};
use axum::extract;
use axum::response::IntoResponse;
use http::StatusCode;
use http_shell::{Caller, Json, Path, Result};
use kernel::{Error, TenantId};
use serde::Deserialize;
use serde_json::json;
use store::{AuditEvent, TenantTx, queue};
use utoipa::ToSchema;

/// What to install.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InstallRequest {
    /// An npm package, or `proscenium:<name>` for a worker that comes with the platform.
    package: String,
    /// Version or range of npm; the newest when absent.
    version: Option<String>,
}

/// The organisation's plugins.
#[utoipa::path(get, path = "/api/plugins/v1/installed", responses((status = 200, body = InstalledList)))]
pub async fn list_installed(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<Json<InstalledList>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let installations = installation::list_installations(&mut tx).await?;
    let packages = package::list_packages(&mut tx).await?;
    tx.commit().await?;
    let items = packages
        .chunk_by(|a, b| a.plugin_id == b.plugin_id)
        .map(|packages| {
            let plugin_id = packages.first().map(|package| package.plugin_id.as_str()).unwrap_or_default();
            let installation = installations.iter().find(|installation| installation.plugin_id == plugin_id);
            let status = state.supervisor.status(caller.tenant, plugin_id);
            view_of(plugin_id, installation, packages, status, Some(state.launching.isolation.level()))
        })
        .collect();
    Ok(Json(InstalledList { items }))
}

/// One plugin.
#[utoipa::path(get, path = "/api/plugins/v1/installed/{plugin_id}", params(("plugin_id" = String, Path)),
    responses((status = 200, body = Installed), (status = 404)))]
pub async fn get_installed(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(plugin_id): Path<String>,
) -> Result<Json<Installed>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let view = view(&state, &mut tx, caller.tenant, &plugin_id).await?;
    tx.commit().await?;
    Ok(Json(view))
}

/// Begins to install a package; its row says how far it is.
#[utoipa::path(post, path = "/api/plugins/v1/installed", request_body = InstallRequest,
    responses((status = 202, body = Installed), (status = 400)))]
pub async fn install_plugin(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Json(body): Json<InstallRequest>,
) -> Result<impl IntoResponse> {
    let wanted = Wanted::new(&body.package, body.version.as_deref())?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let actor = caller.principal.label();
    install::request_install(&mut tx, &state.config.allow, &wanted, &actor, state.clock.now()).await?;
    let found = package::find_package(&mut tx, &wanted.package).await?.ok_or_else(|| Error::not_found("It is gone"))?;
    let view = view(&state, &mut tx, caller.tenant, &found.plugin_id).await?;
    tx.commit().await?;
    state.wake.notify_one();
    Ok((StatusCode::ACCEPTED, Json(view)))
}

/// Removes a plugin with all its packages. Its data stays, for when it is installed again.
#[utoipa::path(delete, path = "/api/plugins/v1/installed/{plugin_id}", params(("plugin_id" = String, Path)),
    responses((status = 204), (status = 404)))]
pub async fn remove_plugin(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(plugin_id): Path<String>,
) -> Result<StatusCode> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let packages = package::delete_packages_of(&mut tx, &plugin_id).await?;
    if packages.is_empty() {
        return Err(unknown(&plugin_id).into());
    }
    for name in &packages {
        queue::forget(&mut tx, QUEUE, name).await?;
    }
    tasks::forget(&mut tx, &plugin_id).await?;
    delete_description(&mut tx, &plugin_id).await?;
    queue::hasten(&mut tx, queue::TEMPLATE_TESTS).await?;
    installation::delete_installation(&mut tx, &plugin_id).await?;
    let event = AuditEvent::by(&caller.principal, "plugin.remove", &plugin_id);
    tx.record(event.before(json!({ "packages": packages }))).await?;
    tx.commit().await?;
    state.changed(caller.tenant, &plugin_id);
    state.supervisor.remove(caller.tenant, &plugin_id);
    Ok(StatusCode::NO_CONTENT)
}

/// The plugin as its rows and its worker are now.
pub(super) async fn view(
    state: &State,
    tx: &mut TenantTx,
    tenant: TenantId,
    plugin_id: &str,
) -> kernel::Result<Installed> {
    let packages: Vec<Package> = package::list_packages_of(tx, plugin_id).await?;
    if packages.is_empty() {
        return Err(unknown(plugin_id));
    }
    let installation = installation::find_installation(tx, plugin_id).await?;
    let (status, level) = (state.supervisor.status(tenant, plugin_id), state.launching.isolation.level());
    let activity = state
        .supervisor
        .vitals(tenant, plugin_id)
        .map(|(starts, usage)| Activity::of(&state.supervisor.figures(tenant, plugin_id), starts, usage));
    let view = view_of(plugin_id, installation.as_ref(), &packages, status, Some(level));
    Ok(Installed { activity: activity.filter(|_| view.has_backend), ..view })
}

/// The organisation has no such plugin.
pub(super) fn unknown(plugin_id: &str) -> Error {
    Error::not_found(format!("The plugin \"{plugin_id}\" is not installed"))
}
