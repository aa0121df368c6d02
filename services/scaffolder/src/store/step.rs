//! The journal of a run's steps: `task_step`, `task_part` and the sealed values that belong to them.

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use kernel::{Error, Result};
use serde_json::Value;
use sqlx::types::Json;
use store::{TenantTx, db};
use uuid::Uuid;

/// Scope under which values are sealed; the name is the row's id.
const VALUE: &str = "scaffolder.task-value";
/// Bytes of the key for a task's snapshots.
const SNAPSHOT_KEY: usize = 32;

/// A step that began.
#[derive(Debug, Clone)]
pub struct StepRow {
    /// Its place among the steps, from 0.
    pub position: i32,
    /// `processing`, `completed`, `failed` or `skipped`.
    pub status: String,
    /// What it gave, whole.
    pub output: Option<Value>,
    /// How it failed: `{name, message}`.
    pub error: Option<Value>,
    /// How often it was begun.
    pub attempts: i32,
}

/// A repetition that ended well.
#[derive(Debug, Clone)]
pub struct PartRow {
    /// The step's place, from 0.
    pub position: i32,
    /// The repetition's place, from 0.
    pub part: i32,
    /// What it gave, whole.
    pub output: Value,
}

/// A value as it is stored: with secrets masked, and sealed where that made a difference.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    /// Whole.
    pub whole: &'a Value,
    /// Masked.
    pub masked: &'a Value,
}

/// How a step ended, for its row.
#[derive(Debug, Clone, Copy)]
pub struct StepResult<'a> {
    /// `completed`, `failed` or `skipped`.
    pub status: &'static str,
    /// What it gave.
    pub output: Option<Kept<'a>>,
    /// How it failed.
    pub error: Option<&'a Value>,
}

/// JSON as text: the driver would send it as jsonb, which puts the keys in another order.
pub(super) fn text(value: &Value) -> String {
    value.to_string().replace("\\u0000", "\\ufffd")
}

/// Writes that a step begins, or begins once more.
///
/// # Errors
/// Those of the database.
pub async fn begin_step(tx: &mut TenantTx, task_id: Uuid, position: i32, step_id: &str) -> Result<()> {
    sqlx::query(
        "insert into task_step (tenant_id, task_id, position, step_id, status) values ($1, $2, $3, $4, 'processing')
         on conflict on constraint task_step_pk do update set
           status = 'processing', output = null, attempts = task_step.attempts + 1, ended_at = null",
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

/// Writes how a step ended; one that never began has its row from now on.
///
/// # Errors
/// Those of the database.
pub async fn end_step(
    tx: &mut TenantTx,
    task_id: Uuid,
    (position, step_id): (i32, &str),
    result: StepResult<'_>,
) -> Result<()> {
    let sealed_id = match result.output {
        Some(kept) => seal(tx, task_id, kept).await?,
        None => None,
    };
    sqlx::query(
        "insert into task_step (tenant_id, task_id, position, step_id, status, output, sealed_id, error, ended_at)
         values ($1, $2, $3, $4, $5, $6::json, $7, $8::json, clock_timestamp())
         on conflict on constraint task_step_pk do update set status = excluded.status, output = excluded.output,
           sealed_id = excluded.sealed_id, error = excluded.error, ended_at = excluded.ended_at",
    )
    .bind(tx.id())
    .bind(task_id)
    .bind(position)
    .bind(step_id)
    .bind(result.status)
    .bind(result.output.map(|kept| text(kept.masked)))
    .bind(sealed_id)
    .bind(result.error.map(text))
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Writes what a repetition gave. Whatever interrupted the step before, it gets on: the next ones count from here.
///
/// # Errors
/// Those of the database.
pub async fn insert_part(
    tx: &mut TenantTx,
    task_id: Uuid,
    (position, part): (i32, i32),
    output: Kept<'_>,
) -> Result<()> {
    let sealed_id = seal(tx, task_id, output).await?;
    sqlx::query(
        "insert into task_part (tenant_id, task_id, position, part, output, sealed_id)
         values ($1, $2, $3, $4, $5::json, $6)",
    )
    .bind(tx.id())
    .bind(task_id)
    .bind(position)
    .bind(part)
    .bind(text(output.masked))
    .bind(sealed_id)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    sqlx::query(
        "update task_step set attempts = 1 where tenant_id = $1 and task_id = $2 and position = $3 and attempts > 1",
    )
    .bind(tx.id())
    .bind(task_id)
    .bind(position)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Seals a value where masking changed it; gives the row's id.
pub(super) async fn seal(tx: &mut TenantTx, task_id: Uuid, value: Kept<'_>) -> Result<Option<Uuid>> {
    if value.whole == value.masked {
        return Ok(None);
    }
    let id = Uuid::now_v7();
    let sealed = tx.seal(VALUE, &id.to_string(), value.whole.to_string().as_bytes()).await?;
    sqlx::query("insert into task_sealed (tenant_id, sealed_id, task_id, sealed) values ($1, $2, $3, $4)")
        .bind(tx.id())
        .bind(id)
        .bind(task_id)
        .bind(sealed)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(Some(id))
}

/// The key under which the task's files are kept in object storage; made when it is first asked for. It is the row of
/// `task_sealed` that has the task's own id.
///
/// # Errors
/// Those of the database and of the organisation's key.
pub async fn snapshot_key(tx: &mut TenantTx, task_id: Uuid) -> Result<Vec<u8>> {
    let name = task_id.to_string();
    let mut fresh = [0; SNAPSHOT_KEY];
    SystemRandom::new().fill(&mut fresh).map_err(Error::internal)?;
    let sealed = tx.seal(VALUE, &name, &fresh).await?;
    sqlx::query(
        "insert into task_sealed (tenant_id, sealed_id, task_id, sealed) values ($1, $2, $2, $3) on conflict do nothing",
    )
    .bind(tx.id())
    .bind(task_id)
    .bind(sealed)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    let kept: Vec<u8> = sqlx::query_scalar("select sealed from task_sealed where tenant_id = $1 and sealed_id = $2")
        .bind(tx.id())
        .bind(task_id)
        .fetch_one(tx.conn())
        .await
        .map_err(db)?;
    tx.open(VALUE, &name, &kept).await
}

/// A value with the id and the bytes of its whole, where that is sealed.
pub(super) async fn whole(
    tx: &mut TenantTx,
    masked: Option<Value>,
    sealed: (Option<Uuid>, Option<Vec<u8>>),
) -> Result<Option<Value>> {
    let (Some(id), Some(bytes)) = sealed else { return Ok(masked) };
    let plain = tx.open(VALUE, &id.to_string(), &bytes).await?;
    serde_json::from_slice(&plain).map(Some).map_err(Error::internal)
}

#[derive(sqlx::FromRow)]
struct Stored {
    position: i32,
    part: i32,
    status: String,
    output: Option<Json<Value>>,
    error: Option<Json<Value>>,
    attempts: i32,
    sealed_id: Option<Uuid>,
    sealed: Option<Vec<u8>>,
}

/// Every step that began, and every repetition that ended, in order.
///
/// # Errors
/// Those of the database.
pub async fn list_journal(tx: &mut TenantTx, task_id: Uuid) -> Result<(Vec<StepRow>, Vec<PartRow>)> {
    let rows: Vec<Stored> = sqlx::query_as(
        "select s.position, -1 as part, s.status, s.output, s.error, s.attempts, s.sealed_id, v.sealed
         from task_step s left join task_sealed v on v.tenant_id = $1 and v.sealed_id = s.sealed_id
         where s.tenant_id = $1 and s.task_id = $2
         union all
         select p.position, p.part, 'completed', p.output, null, 1, p.sealed_id, v.sealed
         from task_part p left join task_sealed v on v.tenant_id = $1 and v.sealed_id = p.sealed_id
         where p.tenant_id = $1 and p.task_id = $2
         order by 1, 2",
    )
    .bind(tx.id())
    .bind(task_id)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    let (mut steps, mut parts) = (Vec::new(), Vec::new());
    for row in rows {
        let output = whole(tx, row.output.map(|json| json.0), (row.sealed_id, row.sealed)).await?;
        if row.part < 0 {
            let error = row.error.map(|json| json.0);
            steps.push(StepRow { position: row.position, status: row.status, output, error, attempts: row.attempts });
        } else if let Some(output) = output {
            parts.push(PartRow { position: row.position, part: row.part, output });
        }
    }
    Ok((steps, parts))
}

/// Forgets the journal of a task that is started again from its beginning; checkpoints stay.
///
/// # Errors
/// Those of the database.
pub async fn delete_steps(tx: &mut TenantTx, task_id: Uuid) -> Result<()> {
    for statement in [
        "delete from task_part where tenant_id = $1 and task_id = $2",
        "delete from task_step where tenant_id = $1 and task_id = $2",
    ] {
        sqlx::query(statement).bind(tx.id()).bind(task_id).execute(tx.conn()).await.map_err(db)?;
    }
    Ok(())
}

/// Forgets the values that were sealed for the following steps: the task ended. Checkpoints that held one are forgotten
/// as well.
///
/// # Errors
/// Those of the database.
pub async fn delete_sealed(tx: &mut TenantTx, task_id: Uuid) -> Result<()> {
    for statement in [
        "delete from task_checkpoint where tenant_id = $1 and task_id = $2 and sealed_id is not null",
        "delete from task_sealed where tenant_id = $1 and task_id = $2",
    ] {
        sqlx::query(statement).bind(tx.id()).bind(task_id).execute(tx.conn()).await.map_err(db)?;
    }
    Ok(())
}

/// Closes the steps that began and did not end: their task ended.
///
/// # Errors
/// Those of the database.
pub async fn close_steps(tx: &mut TenantTx, task_id: Uuid) -> Result<()> {
    sqlx::query(
        "update task_step set status = 'failed', ended_at = clock_timestamp()
         where tenant_id = $1 and task_id = $2 and status = 'processing'",
    )
    .bind(tx.id())
    .bind(task_id)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}
