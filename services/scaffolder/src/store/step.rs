//! The table `task_step`: the journal of a run's steps.

use kernel::Result;
use serde_json::Value;
use store::{TenantTx, db};
use uuid::Uuid;

/// A step that began and did not end.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OpenStep {
    /// Its place among the steps, from 0.
    pub position: i32,
    /// Its id in the template.
    pub step_id: String,
}

/// Writes that a step begins.
///
/// # Errors
/// Those of the database.
pub async fn begin_step(tx: &mut TenantTx, task_id: Uuid, position: i32, step_id: &str) -> Result<()> {
    sqlx::query(
        "insert into task_step (tenant_id, task_id, position, step_id, status) values ($1, $2, $3, $4, 'processing')
         on conflict on constraint task_step_pk do update set
           status = 'processing', output = null, started_at = clock_timestamp(), ended_at = null",
    )
    .bind(tx.id())
    .bind(task_id)
    .bind(position)
    .bind(step_id)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Writes how a step ended: `completed`, `failed` or `skipped`.
///
/// # Errors
/// Those of the database.
pub async fn end_step(
    tx: &mut TenantTx,
    task_id: Uuid,
    position: i32,
    status: &'static str,
    output: Option<&Value>,
) -> Result<()> {
    sqlx::query(
        "update task_step set status = $4, output = $5::json, ended_at = clock_timestamp()
         where tenant_id = $1 and task_id = $2 and position = $3",
    )
    .bind(tx.id())
    .bind(task_id)
    .bind(position)
    .bind(status)
    .bind(output.map(|output| output.to_string().replace("\\u0000", "\\ufffd")))
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// The steps that began and did not end.
///
/// # Errors
/// Those of the database.
pub async fn list_open_steps(tx: &mut TenantTx, task_id: Uuid) -> Result<Vec<OpenStep>> {
    sqlx::query_as(
        "select position, step_id from task_step
         where tenant_id = $1 and task_id = $2 and status = 'processing' order by position",
    )
    .bind(tx.id())
    .bind(task_id)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Forgets the journal of a task that is started again from its beginning.
///
/// # Errors
/// Those of the database.
pub async fn delete_steps(tx: &mut TenantTx, task_id: Uuid) -> Result<()> {
    sqlx::query("delete from task_step where tenant_id = $1 and task_id = $2")
        .bind(tx.id())
        .bind(task_id)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}
