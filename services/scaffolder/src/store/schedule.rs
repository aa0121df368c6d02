//! The table `task_schedule`.

use super::step::text;
use kernel::Result;
use serde_json::Value;
use sqlx::QueryBuilder;
use sqlx::types::Json;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A schedule as it is stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Schedule {
    /// UUIDv7.
    pub schedule_id: Uuid,
    /// For people.
    pub name: String,
    /// Key of the template.
    pub template_ref: String,
    /// What is filled in.
    pub input: Json<Value>,
    /// See `domain::cron`.
    pub cron: String,
    /// See `domain::cron`.
    pub time_zone: String,
    /// Whether a run is left out while the one before it is not over.
    pub skips_overlap: bool,
    /// Row id of the member who owns it.
    pub owner_id: Uuid,
    /// Their entity.
    pub owner_ref: String,
    /// Whether it rests.
    pub paused: bool,
    /// Why, where nobody asked for it.
    pub paused_reason: Option<String>,
    /// Runs in a row that could not be started.
    pub failures: i32,
    /// When it is due; none while it rests.
    pub next_run_at: Option<OffsetDateTime>,
    /// When it was due last.
    pub last_run_at: Option<OffsetDateTime>,
    /// What it started last.
    pub last_task_id: Option<Uuid>,
    /// Why nothing was started the last time.
    pub last_error: Option<String>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When somebody changed it last.
    pub updated_at: OffsetDateTime,
    /// Whether what it started last is not over.
    pub is_running: bool,
    /// The time of the database.
    pub now: OffsetDateTime,
}

const COLUMNS: &str = "select s.schedule_id, s.name, s.template_ref, s.input, s.cron, s.time_zone, s.skips_overlap,
    s.owner_id, s.owner_ref, s.paused, s.paused_reason, s.failures, s.next_run_at, s.last_run_at, s.last_task_id,
    s.last_error, s.created_at, s.updated_at, exists (select 1 from task t where t.tenant_id = s.tenant_id
      and t.task_id = s.last_task_id and t.status in ('open', 'processing')) as is_running, clock_timestamp() as now
    from task_schedule s where s.tenant_id = ";

/// What a person says of a schedule.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// For people.
    pub name: &'a str,
    /// Key of the template.
    pub template_ref: &'a str,
    /// What is filled in.
    pub input: &'a Value,
    /// See `domain::cron`.
    pub cron: &'a str,
    /// See `domain::cron`.
    pub time_zone: &'a str,
    /// Whether a run is left out while the one before it is not over.
    pub skips_overlap: bool,
    /// Row id and entity of the member who owns it from now on.
    pub owner: (Uuid, &'a str),
    /// When it is due.
    pub next_run_at: OffsetDateTime,
}

/// The time of the database.
///
/// # Errors
/// Those of the database.
pub async fn now(tx: &mut TenantTx) -> Result<OffsetDateTime> {
    sqlx::query_scalar("select clock_timestamp()").fetch_one(tx.conn()).await.map_err(db)
}

/// How many schedules there are.
///
/// # Errors
/// Those of the database.
pub async fn count_schedules(tx: &mut TenantTx) -> Result<i64> {
    sqlx::query_scalar("select count(*) from task_schedule where tenant_id = $1")
        .bind(tx.id())
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}

/// Writes a schedule, or changes it; one that rested because it failed goes on.
///
/// # Errors
/// Those of the database.
pub async fn put_schedule(tx: &mut TenantTx, schedule_id: Uuid, wanted: &Wanted<'_>) -> Result<()> {
    sqlx::query(
        "insert into task_schedule (tenant_id, schedule_id, name, template_ref, input, cron, time_zone, skips_overlap,
           owner_id, owner_ref, next_run_at)
         values ($1, $2, $3, $4, $5::json, $6, $7, $8, $9, $10, $11)
         on conflict on constraint task_schedule_pk do update set name = excluded.name,
           template_ref = excluded.template_ref, input = excluded.input, cron = excluded.cron,
           time_zone = excluded.time_zone, skips_overlap = excluded.skips_overlap, owner_id = excluded.owner_id,
           owner_ref = excluded.owner_ref,
           next_run_at = case when task_schedule.paused then null else excluded.next_run_at end,
           failures = 0, last_error = null, updated_at = clock_timestamp()",
    )
    .bind(tx.id())
    .bind(schedule_id)
    .bind(wanted.name)
    .bind(wanted.template_ref)
    .bind(text(wanted.input))
    .bind(wanted.cron)
    .bind(wanted.time_zone)
    .bind(wanted.skips_overlap)
    .bind(wanted.owner.0)
    .bind(wanted.owner.1)
    .bind(wanted.next_run_at)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// The schedule with this id; `lock`: nobody else changes it until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn find_schedule(tx: &mut TenantTx, schedule_id: Uuid, lock: bool) -> Result<Option<Schedule>> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push_bind(tx.id()).push(" and s.schedule_id = ").push_bind(schedule_id);
    if lock {
        query.push(" for update of s");
    }
    query.build_query_as().fetch_optional(tx.conn()).await.map_err(db)
}

/// All schedules, or those of one template, by name.
///
/// # Errors
/// Those of the database.
pub async fn list_schedules(tx: &mut TenantTx, template_ref: Option<&str>) -> Result<Vec<Schedule>> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push_bind(tx.id());
    if let Some(template_ref) = template_ref {
        query.push(" and s.template_ref = ").push_bind(template_ref.to_owned());
    }
    query.push(" order by s.name, s.schedule_id");
    query.build_query_as().fetch_all(tx.conn()).await.map_err(db)
}

/// Lets a schedule rest, or go on.
///
/// # Errors
/// Those of the database.
pub async fn set_paused(
    tx: &mut TenantTx,
    schedule_id: Uuid,
    next_run_at: Option<OffsetDateTime>,
    reason: Option<&str>,
) -> Result<()> {
    sqlx::query(
        "update task_schedule set paused = $3::timestamptz is null, next_run_at = $3, paused_reason = $4, failures = 0,
           updated_at = clock_timestamp()
         where tenant_id = $1 and schedule_id = $2",
    )
    .bind(tx.id())
    .bind(schedule_id)
    .bind(next_run_at)
    .bind(reason)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Writes what came of a time at which it was due.
///
/// # Errors
/// Those of the database.
pub async fn set_outcome(
    tx: &mut TenantTx,
    schedule: &Schedule,
    outcome: std::result::Result<Uuid, &str>,
    (failures, next_run_at): (i32, Option<OffsetDateTime>),
) -> Result<()> {
    sqlx::query(
        "update task_schedule set last_run_at = $3, last_task_id = coalesce($4, last_task_id), last_error = $5,
           failures = $6, next_run_at = $7
         where tenant_id = $1 and schedule_id = $2",
    )
    .bind(tx.id())
    .bind(schedule.schedule_id)
    .bind(schedule.next_run_at)
    .bind(outcome.ok())
    .bind(outcome.err())
    .bind(failures)
    .bind(next_run_at)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Deletes a schedule; its runs stay.
///
/// # Errors
/// Those of the database.
pub async fn delete_schedule(tx: &mut TenantTx, schedule_id: Uuid) -> Result<()> {
    sqlx::query("delete from task_schedule where tenant_id = $1 and schedule_id = $2")
        .bind(tx.id())
        .bind(schedule_id)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}
