//! Plugins' scheduled tasks and how they fared.

use kernel::Result;
use serde_json::Value;
use store::{TenantTx, db};
use time::OffsetDateTime;

/// A task of a plugin.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct TaskRow {
    /// `catalog/github-provider:acme:refresh`.
    pub task: String,
    /// As the worker describes it.
    pub schedule: Value,
    /// Of the last run.
    pub last_started_at: Option<OffsetDateTime>,
    /// Of the last run that ended.
    pub last_ended_at: Option<OffsetDateTime>,
    /// Why that failed.
    pub last_error: Option<String>,
    /// Runs that ended.
    pub runs: i64,
    /// When it is due.
    pub next_at: Option<OffsetDateTime>,
}

/// The tasks of a plugin.
///
/// # Errors
/// Those of the database.
pub async fn list_tasks(tx: &mut TenantTx, plugin_id: &str, queue: &str) -> Result<Vec<TaskRow>> {
    sqlx::query_as(
        "select t.task, t.schedule, t.last_started_at, t.last_ended_at, t.last_error, t.runs, j.run_at as next_at
         from plugin_task t
           left join job j on j.tenant_id = $1 and j.queue = $3 and j.key = t.plugin_id || ' ' || t.task
         where t.tenant_id = $1 and t.plugin_id = $2 order by t.task",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .bind(queue)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Writes a task; `true` when it is new or has another schedule than before.
///
/// # Errors
/// Those of the database.
pub async fn set_task(tx: &mut TenantTx, plugin_id: &str, task: &str, schedule: &Value) -> Result<bool> {
    let written = sqlx::query(
        "insert into plugin_task (tenant_id, plugin_id, task, schedule) values ($1, $2, $3, $4)
         on conflict on constraint plugin_task_pk do update set schedule = excluded.schedule
         where plugin_task.schedule <> excluded.schedule",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .bind(task)
    .bind(schedule)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(written.rows_affected() == 1)
}

/// Removes the tasks of a plugin that are not among `kept`, and gives their names.
///
/// # Errors
/// Those of the database.
pub async fn delete_tasks_but(tx: &mut TenantTx, plugin_id: &str, kept: &[String]) -> Result<Vec<String>> {
    sqlx::query_scalar(
        "delete from plugin_task where tenant_id = $1 and plugin_id = $2 and task <> all($3) returning task",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .bind(kept)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Writes that a run begins, and gives the task's schedule; `None` when there is no such task any more.
///
/// # Errors
/// Those of the database.
pub async fn begin_run(tx: &mut TenantTx, plugin_id: &str, task: &str, now: OffsetDateTime) -> Result<Option<Value>> {
    sqlx::query_scalar(
        "update plugin_task set last_started_at = $4 where tenant_id = $1 and plugin_id = $2 and task = $3
         returning schedule",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .bind(task)
    .bind(now)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Writes how a run ended.
///
/// # Errors
/// Those of the database.
pub async fn end_run(
    tx: &mut TenantTx,
    plugin_id: &str,
    task: &str,
    error: Option<&str>,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "update plugin_task set last_ended_at = $4, last_error = $5, runs = runs + 1
         where tenant_id = $1 and plugin_id = $2 and task = $3",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .bind(task)
    .bind(now)
    .bind(error)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}
