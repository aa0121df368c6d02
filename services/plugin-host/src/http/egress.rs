//! What an administrator sees and decides about isolation: the hosts that a plugin may reach, and how far workers are
//! separated from the machine.

use super::installed::unknown;
use crate::State;
use crate::domain::egress::Rules;
use crate::store::{egress, installation};
use crate::supervisor::isolation::View;
use axum::extract;
use http_shell::{Caller, Json, Path, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::AuditEvent;
use utoipa::ToSchema;

/// The hosts that a plugin's back end may reach.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Egress {
    /// `host`, `host:port`, `*.domain` or `*.domain:port`, without a port 443; at most 100. The empty list allows nothing.
    hosts: Vec<String>,
}

/// The hosts that a plugin's back end may reach.
#[utoipa::path(get, path = "/api/plugins/v1/installed/{plugin_id}/egress", params(("plugin_id" = String, Path)),
    responses((status = 200, body = Egress), (status = 404)))]
pub async fn get_egress(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(plugin_id): Path<String>,
) -> Result<Json<Egress>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    installation::find_installation(&mut tx, &plugin_id).await?.ok_or_else(|| unknown(&plugin_id))?;
    let hosts = egress::list_hosts(&mut tx, &plugin_id).await?;
    tx.commit().await?;
    Ok(Json(Egress { hosts }))
}

/// Replaces the list of hosts. It holds for the next connection of a running worker, which is not started again.
#[utoipa::path(put, path = "/api/plugins/v1/installed/{plugin_id}/egress", params(("plugin_id" = String, Path)),
    request_body = Egress, responses((status = 200, body = Egress), (status = 400), (status = 404)))]
pub async fn set_egress(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(plugin_id): Path<String>,
    Json(body): Json<Egress>,
) -> Result<Json<Egress>> {
    let rules = Rules::parse(&body.hosts)?;
    let hosts = rules.texts();
    let mut tx = state.db.tenant(caller.tenant).await?;
    installation::find_installation_for_update(&mut tx, &plugin_id).await?.ok_or_else(|| unknown(&plugin_id))?;
    let before = egress::list_hosts(&mut tx, &plugin_id).await?;
    egress::set_hosts(&mut tx, &plugin_id, &hosts, state.clock.now()).await?;
    let event = AuditEvent::by(&caller.principal, "plugin.egress", &plugin_id);
    tx.record(event.before(json!({ "hosts": before })).after(json!({ "hosts": hosts }))).await?;
    tx.commit().await?;
    state.supervisor.set_reach(caller.tenant, &plugin_id, rules);
    Ok(Json(Egress { hosts }))
}

/// How far plugins' workers are separated from the machine, and what is not contained at this level.
#[utoipa::path(get, path = "/api/plugins/v1/isolation", responses((status = 200, body = View)))]
pub async fn get_isolation(extract::State(state): extract::State<State>, _caller: Caller) -> Result<Json<View>> {
    Ok(Json(state.supervisor.isolation()))
}
