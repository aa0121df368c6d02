//! A plugin's scheduled tasks, as administrators see and start them.

use super::installed::{unknown, view};
use crate::State;
use crate::store::task::{TaskRow, list_tasks};
use crate::tasks::{self, QUEUE};
use axum::extract;
use http::StatusCode;
use http_shell::{Caller, Json, Path, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::AuditEvent;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A plugin's tasks.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskList {
    /// By name.
    items: Vec<PluginTask>,
}

/// Which task to run.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskRequest {
    /// As it is listed.
    task: String,
}

/// A scheduled task of a plugin.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PluginTask {
    /// The plugin that registered it and its id there.
    task: String,
    /// `{cron}` or `{everyMs}`, with `timeoutMs`; a task with neither runs when it is asked for.
    #[schema(value_type = Object)]
    schedule: Value,
    /// Runs that ended.
    runs: i64,
    /// When it is due.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, nullable = false)]
    next_at: Option<OffsetDateTime>,
    /// When the last run began.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, nullable = false)]
    last_started_at: Option<OffsetDateTime>,
    /// When the last run ended.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, nullable = false)]
    last_ended_at: Option<OffsetDateTime>,
    /// Why that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_error: Option<String>,
}

impl From<TaskRow> for PluginTask {
    fn from(row: TaskRow) -> Self {
        let TaskRow { task, schedule, last_started_at, last_ended_at, last_error, runs, next_at } = row;
        Self { task, schedule, runs, next_at, last_started_at, last_ended_at, last_error }
    }
}

/// The scheduled tasks of a plugin, with how they fared.
#[utoipa::path(get, path = "/api/plugins/v1/installed/{plugin_id}/tasks", params(("plugin_id" = String, Path)),
    responses((status = 200, body = TaskList), (status = 404)))]
pub async fn list_plugin_tasks(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(plugin_id): Path<String>,
) -> Result<Json<TaskList>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    view(&state, &mut tx, caller.tenant, &plugin_id).await?;
    let rows = list_tasks(&mut tx, &plugin_id, QUEUE).await?;
    tx.commit().await?;
    Ok(Json(TaskList { items: rows.into_iter().map(PluginTask::from).collect() }))
}

/// Makes a task due now. A run that is under way is followed by one more.
#[utoipa::path(post, path = "/api/plugins/v1/installed/{plugin_id}/tasks/run", params(("plugin_id" = String, Path)),
    request_body = TaskRequest, responses((status = 202), (status = 404)))]
pub async fn run_plugin_task(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(plugin_id): Path<String>,
    Json(TaskRequest { task }): Json<TaskRequest>,
) -> Result<StatusCode> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let known = list_tasks(&mut tx, &plugin_id, QUEUE).await?;
    if !known.iter().any(|row| row.task == task) {
        return Err(unknown(&plugin_id).into());
    }
    tasks::trigger(&mut tx, &plugin_id, &task).await?;
    tx.record(AuditEvent::by(&caller.principal, "plugin.task.run", format!("{plugin_id} {task}"))).await?;
    tx.commit().await?;
    Ok(StatusCode::ACCEPTED)
}
