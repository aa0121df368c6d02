//! What an administrator does with an installed plugin: configure it, restart it, read its log.

use super::installed::{unknown, view};
use super::view::Installed;
use crate::State;
use crate::domain::settings::{Mistake, judge, plain_secrets};
use crate::store::{installation, package};
use crate::supervisor::logs::Line;
use axum::extract;
use http::StatusCode;
use http_shell::{Caller, Json, Path, Result};
use kernel::Error;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::{AuditEvent, TenantTx};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// Largest configuration of one plugin, as JSON.
const MAX_CONFIG_BYTES: usize = 256 * 1024;

/// A new configuration.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfigRequest {
    /// Part of Backstage's configuration tree; replaces the old one.
    #[schema(value_type = Object)]
    config: Map<String, Value>,
    /// Saves it whatever the schemas of the plugin's packages say.
    #[serde(default)]
    unchecked: bool,
}

/// A worker's log.
#[derive(Debug, Serialize, ToSchema)]
pub struct Logs {
    /// The last 200 lines, oldest first.
    lines: Vec<LogLine>,
}

impl Logs {
    /// As they are shown.
    pub(super) fn of(lines: Vec<Line>) -> Self {
        let shown = |line: Line| LogLine { at: line.at, stream: line.stream, level: line.level, text: line.text };
        Self { lines: lines.into_iter().map(shown).collect() }
    }
}

/// One line.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogLine {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    /// `stdout`, `stderr`, or `host` for the plugin host's own words.
    stream: &'static str,
    /// `error`, `warn`, `info` or `debug`.
    level: String,
    /// Text of the plugin; untrusted.
    text: String,
}

/// Replaces a plugin's configuration. Its worker starts again with the next request. What the schemas of its packages do
/// not permit is answered with 400 and the places (`/config/…`).
#[utoipa::path(put, path = "/api/plugins/v1/installed/{plugin_id}/config", params(("plugin_id" = String, Path)),
    request_body = ConfigRequest, responses((status = 200, body = Installed), (status = 400), (status = 404)))]
pub async fn set_config(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(plugin_id): Path<String>,
    Json(body): Json<ConfigRequest>,
) -> Result<Json<Installed>> {
    let config = Value::Object(body.config);
    check(&config)?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let packages = package::list_packages_of(&mut tx, &plugin_id).await?;
    tx.commit().await?;
    let schema = if body.unchecked { None } else { state.config_schema(caller.tenant, &packages).await };
    let mut tx = state.db.tenant(caller.tenant).await?;
    let before = find(&mut tx, &plugin_id).await?;
    if let Some(schema) = schema {
        check_by(&schema, &config, &before.config)?;
    }
    installation::set_config(&mut tx, &plugin_id, &config).await?;
    // Which keys changed is enough for the log: values may be secrets.
    let event = AuditEvent::by(&caller.principal, "plugin.configure", &plugin_id);
    let mut after = json!({ "keys": keys(&config) });
    if body.unchecked {
        after["unchecked"] = json!(true);
    }
    tx.record(event.before(json!({ "keys": keys(&before.config) })).after(after)).await?;
    let view = view(&state, &mut tx, caller.tenant, &plugin_id).await?;
    tx.commit().await?;
    state.changed(caller.tenant, &plugin_id);
    Ok(Json(view))
}

/// Starts a plugin's worker afresh; requests in flight are finished first.
#[utoipa::path(post, path = "/api/plugins/v1/installed/{plugin_id}/restart", params(("plugin_id" = String, Path)),
    responses((status = 202), (status = 404)))]
pub async fn restart_worker(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(plugin_id): Path<String>,
) -> Result<StatusCode> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    find(&mut tx, &plugin_id).await?;
    if !view(&state, &mut tx, caller.tenant, &plugin_id).await?.has_backend {
        return Err(Error::not_found("This plugin has no worker").into());
    }
    tx.record(AuditEvent::by(&caller.principal, "plugin.restart", &plugin_id)).await?;
    tx.commit().await?;
    state.supervisor.restart(caller.tenant, &plugin_id);
    Ok(StatusCode::ACCEPTED)
}

/// The last lines that a plugin's worker wrote.
#[utoipa::path(get, path = "/api/plugins/v1/installed/{plugin_id}/logs", params(("plugin_id" = String, Path)),
    responses((status = 200, body = Logs), (status = 404)))]
pub async fn get_logs(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(plugin_id): Path<String>,
) -> Result<Json<Logs>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    view(&state, &mut tx, caller.tenant, &plugin_id).await?;
    tx.commit().await?;
    Ok(Json(Logs::of(state.supervisor.logs(caller.tenant, &plugin_id))))
}

async fn find(tx: &mut TenantTx, plugin_id: &str) -> kernel::Result<installation::Installation> {
    let found = installation::find_installation_for_update(tx, plugin_id).await?;
    found.ok_or_else(|| unknown(plugin_id))
}

fn check(config: &Value) -> kernel::Result<()> {
    let bytes = config.to_string().len();
    if bytes > MAX_CONFIG_BYTES {
        let text = format!("The configuration has {bytes} bytes; at most {MAX_CONFIG_BYTES} are possible.");
        return Err(Error::input(text.clone()).with_field("config", text));
    }
    Ok(())
}

/// Refuses what the schema does not permit, and secrets in clear that do not stand there already.
fn check_by(schema: &Value, config: &Value, before: &Value) -> kernel::Result<()> {
    let judgement = judge(schema, config);
    let is_new = |mistake: &Mistake| before.pointer(&mistake.pointer) != config.pointer(&mistake.pointer);
    let mut mistakes: Vec<Mistake> = plain_secrets(&judgement, config).into_iter().filter(is_new).collect();
    mistakes.extend(judgement.mistakes);
    let Some(first) = mistakes.first() else { return Ok(()) };
    let more = match mistakes.len() - 1 {
        0 => String::new(),
        more => format!(" ({more} more)"),
    };
    let error = Error::input(format!("The configuration is not saved: {}: {}{more}", first.pointer, first.text));
    Err(mistakes
        .into_iter()
        .rev()
        .fold(error, |error, one| error.with_field(format!("/config{}", one.pointer), one.text)))
}

fn keys(config: &Value) -> Vec<&str> {
    config.as_object().into_iter().flat_map(|map| map.keys().map(String::as_str)).collect()
}
