//! The table `task`: one row per run of a template.

use kernel::{Principal, Result};
use serde_json::Value;
use sqlx::QueryBuilder;
use sqlx::types::Json;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// Where a task is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Waits for a process to take it.
    Open,
    /// A process runs it.
    Processing,
    /// Ended well.
    Completed,
    /// Ended badly, was cancelled while it ran, or was interrupted.
    Failed,
}

impl Status {
    /// As it is stored and shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }
}

/// A task as the API shows it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Task {
    /// UUIDv7.
    pub task_id: Uuid,
    /// See `domain::spec`.
    pub spec: Json<Value>,
    /// See [`Status`].
    pub status: String,
    /// Entity reference of whoever started it.
    pub created_by: Option<String>,
    /// When it was asked for.
    pub created_at: OffsetDateTime,
    /// When its process last said that it lives.
    pub last_heartbeat_at: Option<OffsetDateTime>,
}

/// A task to be run.
#[derive(Debug)]
pub struct NewTask<'a> {
    /// UUIDv7.
    pub task_id: Uuid,
    /// See `domain::spec`.
    pub spec: &'a Value,
    /// Key of the template's reference.
    pub template_ref: &'a str,
    /// Entity reference of whoever starts it.
    pub created_by: Option<&'a str>,
    /// On whose behalf it runs.
    pub initiator: &'a Principal,
    /// Sealed.
    pub secrets: Option<Vec<u8>>,
    /// Key of the entity from whose page it is started.
    pub started_from: Option<&'a str>,
    /// The schedule that starts it.
    pub schedule_id: Option<Uuid>,
}

/// What the process needs that takes a task.
#[derive(Debug, sqlx::FromRow)]
pub struct Claimed {
    /// See `domain::spec`.
    pub spec: Json<Value>,
    /// On whose behalf it runs.
    pub initiator: Json<Principal>,
    /// Sealed.
    pub secrets: Option<Vec<u8>>,
    /// Grows each time that a person starts it again.
    pub generation: i32,
    /// Whether somebody cancelled it before.
    pub cancel_requested: bool,
    /// How much time it has left, in seconds.
    pub seconds_left: f64,
    /// Whether it waited at a gate.
    pub waited: bool,
    /// Whether a process took it before.
    pub begun: bool,
    /// The newest snapshot of its workspace.
    pub snapshot: Option<String>,
}

/// Which tasks a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// By any of these; empty means by anybody.
    pub created_by: Vec<String>,
    /// In any of these states; empty means in any.
    pub status: Vec<String>,
    /// In which order; empty means newest first.
    pub order: Vec<Order>,
    /// At most so many.
    pub limit: Option<i64>,
    /// Leaving out so many at the start.
    pub offset: i64,
}

/// One criterion of an order.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// By what.
    pub field: OrderField,
    /// From large to small.
    pub descending: bool,
}

/// What tasks can be ordered by.
#[derive(Debug, Clone, Copy)]
pub enum OrderField {
    /// When it was asked for.
    CreatedAt,
    /// Its state.
    Status,
    /// Who asked for it.
    CreatedBy,
}

impl OrderField {
    const fn column(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::Status => "status",
            Self::CreatedBy => "created_by",
        }
    }
}

/// Scope under which a task's secrets are sealed; the name is the task's id.
const SECRETS: &str = "scaffolder.task";

/// Seals the secrets of a task.
///
/// # Errors
/// Those of the database.
pub async fn seal_secrets(tx: &mut TenantTx, task_id: Uuid, secrets: &Value) -> Result<Option<Vec<u8>>> {
    if secrets.as_object().is_none_or(serde_json::Map::is_empty) {
        return Ok(None);
    }
    tx.seal(SECRETS, &task_id.to_string(), secrets.to_string().as_bytes()).await.map(Some)
}

/// Opens the secrets of a task; an empty object where there are none.
///
/// # Errors
/// Those of the database; `Internal` when they were sealed for another task.
pub async fn open_secrets(tx: &mut TenantTx, task_id: Uuid, sealed: Option<&[u8]>) -> Result<Value> {
    let Some(sealed) = sealed else { return Ok(Value::Object(serde_json::Map::new())) };
    let plain = tx.open(SECRETS, &task_id.to_string(), sealed).await?;
    serde_json::from_slice(&plain).map_err(kernel::Error::internal)
}

/// Writes a task that waits to be run.
///
/// # Errors
/// Those of the database.
pub async fn insert_task(tx: &mut TenantTx, task: NewTask<'_>) -> Result<()> {
    sqlx::query(
        "insert into task (tenant_id, task_id, spec, template_ref, created_by, initiator, secrets, started_from,
           schedule_id)
         values ($1, $2, $3::json, $4, $5, $6, $7, $8, $9)",
    )
    .bind(tx.id())
    .bind(task.task_id)
    // As text: the driver would send it as jsonb, which puts the keys in another order.
    .bind(task.spec.to_string().replace("\\u0000", "\\ufffd"))
    .bind(task.template_ref)
    .bind(task.created_by)
    .bind(Json(task.initiator))
    .bind(task.secrets)
    .bind(task.started_from)
    .bind(task.schedule_id)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// The task with this id.
///
/// # Errors
/// Those of the database.
pub async fn find_task(tx: &mut TenantTx, task_id: Uuid) -> Result<Option<Task>> {
    sqlx::query_as(
        "select task_id, spec, status, created_by, created_at, last_heartbeat_at
         from task where tenant_id = $1 and task_id = $2",
    )
    .bind(tx.id())
    .bind(task_id)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// One page of tasks, and how many there are in all.
///
/// # Errors
/// Those of the database.
pub async fn list_tasks(tx: &mut TenantTx, filter: &Filter) -> Result<(Vec<Task>, i64)> {
    let tenant = tx.id();
    let mut count = QueryBuilder::new("select count(*) from task where tenant_id = ");
    count.push_bind(tenant);
    push_filter(&mut count, filter);
    let total: i64 = count.build_query_scalar().fetch_one(tx.conn()).await.map_err(db)?;

    let mut page = QueryBuilder::new(
        "select task_id, spec, status, created_by, created_at, last_heartbeat_at from task where tenant_id = ",
    );
    page.push_bind(tenant);
    push_filter(&mut page, filter);
    page.push(" order by ");
    for order in &filter.order {
        page.push(order.field.column()).push(if order.descending { " desc, " } else { " asc, " });
    }
    if filter.order.is_empty() {
        page.push("created_at desc, ");
    }
    page.push("task_id desc limit ").push_bind(filter.limit).push(" offset ").push_bind(filter.offset);
    let tasks = page.build_query_as().fetch_all(tx.conn()).await.map_err(db)?;
    Ok((tasks, total))
}

fn push_filter(query: &mut QueryBuilder<sqlx::Postgres>, filter: &Filter) {
    if !filter.created_by.is_empty() {
        query.push(" and created_by = any(").push_bind(filter.created_by.clone()).push(")");
    }
    if !filter.status.is_empty() {
        query.push(" and status = any(").push_bind(filter.status.clone()).push(")");
    }
}

/// Takes a task that has not ended for the process with this lease: one that waits, or one whose process died or let
/// go. `None`: it ended. Nobody with another lease writes to it from now on.
///
/// # Errors
/// Those of the database.
pub async fn claim_task(
    tx: &mut TenantTx,
    (task_id, lease): (Uuid, Uuid),
    time_limit: std::time::Duration,
) -> Result<Option<Claimed>> {
    sqlx::query_as(
        "with old as (
           select tenant_id, task_id, waiting_since, status from task
           where tenant_id = $1 and task_id = $2 and status in ('open', 'processing') for update
         )
         update task set status = 'processing', holder = $3, attempts = task.attempts + 1, waiting_since = null,
           last_heartbeat_at = clock_timestamp(),
           deadline_at = coalesce(
             task.deadline_at + coalesce(clock_timestamp() - old.waiting_since, interval '0'),
             clock_timestamp() + make_interval(secs => $4))
         from old where task.tenant_id = old.tenant_id and task.task_id = old.task_id
         returning task.spec, task.initiator, task.secrets, task.generation, task.cancel_requested, task.snapshot,
           extract(epoch from task.deadline_at - clock_timestamp())::float8 as seconds_left,
           old.waiting_since is not null as waited, old.status = 'processing' as begun",
    )
    .bind(tx.id())
    .bind(task_id)
    .bind(lease)
    .bind(time_limit.as_secs_f64())
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Says that the process with this lease lives. Answers whether somebody cancelled the task; `None` when it does not
/// hold it any more.
///
/// # Errors
/// Those of the database.
pub async fn heartbeat(tx: &mut TenantTx, (task_id, lease): (Uuid, Uuid)) -> Result<Option<bool>> {
    sqlx::query_scalar(
        "update task set last_heartbeat_at = clock_timestamp()
         where tenant_id = $1 and task_id = $2 and holder = $3 and status = 'processing' returning cancel_requested",
    )
    .bind(tx.id())
    .bind(task_id)
    .bind(lease)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Lets go of a task that is not over; `waits`: at a gate. `false`: this process holds it no longer.
///
/// # Errors
/// Those of the database.
pub async fn release_task(tx: &mut TenantTx, (task_id, lease): (Uuid, Uuid), waits: bool) -> Result<bool> {
    let updated = sqlx::query(
        "update task set holder = null, waiting_since = case when $4 then clock_timestamp() end
         where tenant_id = $1 and task_id = $2 and holder = $3 and status = 'processing'",
    )
    .bind(tx.id())
    .bind(task_id)
    .bind(lease)
    .bind(waits)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(updated.rows_affected() == 1)
}

/// Ends a task that this process holds and forgets its secrets. `false`: it does not hold it any more.
///
/// # Errors
/// Those of the database.
pub async fn finish_task(tx: &mut TenantTx, (task_id, lease): (Uuid, Uuid), status: Status) -> Result<bool> {
    let updated = sqlx::query(
        "update task set status = $4, secrets = null, holder = null, waiting_since = null, snapshot = null,
           deadline_at = null, last_heartbeat_at = clock_timestamp(), ended_at = clock_timestamp()
         where tenant_id = $1 and task_id = $2 and holder = $3 and status = 'processing'",
    )
    .bind(tx.id())
    .bind(task_id)
    .bind(lease)
    .bind(status.word())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(updated.rows_affected() == 1)
}

/// Asks the process that runs the task to stop. Answers whether it had not ended.
///
/// # Errors
/// Those of the database.
pub async fn request_cancel(tx: &mut TenantTx, task_id: Uuid) -> Result<bool> {
    sqlx::query_scalar(
        "update task set cancel_requested = true where tenant_id = $1 and task_id = $2
         returning status in ('open', 'processing')",
    )
    .bind(tx.id())
    .bind(task_id)
    .fetch_one(tx.conn())
    .await
    .map_err(db)
}

/// Makes an ended task wait again. `false`: it has not ended.
///
/// # Errors
/// Those of the database.
pub async fn reopen_task(
    tx: &mut TenantTx,
    task_id: Uuid,
    initiator: &Principal,
    secrets: Option<Vec<u8>>,
) -> Result<bool> {
    let updated = sqlx::query(
        "update task set status = 'open', cancel_requested = false, initiator = $3, secrets = $4,
           last_heartbeat_at = clock_timestamp(), generation = generation + 1, ended_at = null
         where tenant_id = $1 and task_id = $2 and status in ('cancelled', 'completed', 'failed', 'skipped')",
    )
    .bind(tx.id())
    .bind(task_id)
    .bind(Json(initiator))
    .bind(secrets)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(updated.rows_affected() == 1)
}
