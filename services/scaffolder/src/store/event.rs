//! The table `task_event`: what a person sees of a task.

use kernel::Result;
use serde_json::Value;
use sqlx::types::Json;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventType {
    /// A line of the log, or the beginning or end of a step.
    Log,
    /// The end of the run.
    Completion,
    /// Somebody cancelled it.
    Cancelled,
    /// It was started again.
    Recovered,
}

impl EventType {
    const fn word(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Completion => "completion",
            Self::Cancelled => "cancelled",
            Self::Recovered => "recovered",
        }
    }
}

/// An event as it is stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Event {
    /// Counts from 1 in each task.
    pub event_id: i64,
    /// See [`EventType`].
    pub r#type: String,
    /// Message, step, status, output, error: what the type calls for.
    pub body: Json<Value>,
    /// When.
    pub created_at: OffsetDateTime,
}

/// Writes events in this order after all that are there, whoever runs the task.
///
/// # Errors
/// Those of the database.
pub async fn append_events(tx: &mut TenantTx, task_id: Uuid, events: &[(EventType, Value)]) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    // The row lock makes numbers appear in the order of commits.
    let last: i64 = sqlx::query_scalar(
        "update task set last_event = last_event + $3 where tenant_id = $1 and task_id = $2 returning last_event",
    )
    .bind(tx.id())
    .bind(task_id)
    .bind(count(events))
    .fetch_one(tx.conn())
    .await
    .map_err(db)?;
    insert(tx, task_id, events, last).await
}

/// The same for the process that holds the task under `lease`, with the workspace's newest snapshot if there is one.
/// `false`: it holds the task no longer, and must write nothing.
///
/// # Errors
/// Those of the database.
pub async fn append_as_holder(
    tx: &mut TenantTx,
    (task_id, lease): (Uuid, Uuid),
    events: &[(EventType, Value)],
    snapshot: Option<&str>,
) -> Result<bool> {
    let last: Option<i64> = sqlx::query_scalar(
        "update task set last_event = last_event + $3, snapshot = coalesce($5, snapshot)
         where tenant_id = $1 and task_id = $2 and holder = $4 and status = 'processing' returning last_event",
    )
    .bind(tx.id())
    .bind(task_id)
    .bind(count(events))
    .bind(lease)
    .bind(snapshot)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)?;
    let Some(last) = last else { return Ok(false) };
    insert(tx, task_id, events, last).await?;
    Ok(true)
}

fn count(events: &[(EventType, Value)]) -> i64 {
    i64::try_from(events.len()).unwrap_or(i64::MAX)
}

async fn insert(tx: &mut TenantTx, task_id: Uuid, events: &[(EventType, Value)], last: i64) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let types: Vec<&str> = events.iter().map(|(kind, _)| kind.word()).collect();
    let bodies: Vec<String> = events.iter().map(|(_, body)| body.to_string().replace("\\u0000", "\\ufffd")).collect();
    sqlx::query(
        "insert into task_event (tenant_id, task_id, event_id, type, body)
         select $1, $2, $3 + item.position, item.type, item.body::json
         from unnest($4::text[], $5::text[]) with ordinality as item (type, body, position)",
    )
    .bind(tx.id())
    .bind(task_id)
    .bind(last - count(events))
    .bind(types)
    .bind(bodies)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// The events after number `after`, and the end of the run in any case, as Backstage gives it.
///
/// # Errors
/// Those of the database.
pub async fn list_events(tx: &mut TenantTx, task_id: Uuid, after: Option<i64>) -> Result<Vec<Event>> {
    sqlx::query_as(
        "select event_id, type, body, created_at from task_event
         where tenant_id = $1 and task_id = $2 and (event_id > coalesce($3, -1) or type = 'completion')
         order by event_id",
    )
    .bind(tx.id())
    .bind(task_id)
    .bind(after)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The step that the newest event names.
///
/// # Errors
/// Those of the database.
pub async fn find_current_step(tx: &mut TenantTx, task_id: Uuid) -> Result<Option<String>> {
    sqlx::query_scalar(
        "select body ->> 'stepId' from task_event
         where tenant_id = $1 and task_id = $2 and body ->> 'stepId' is not null order by event_id desc limit 1",
    )
    .bind(tx.id())
    .bind(task_id)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Forgets the end of a task that is started again.
///
/// # Errors
/// Those of the database.
pub async fn delete_ending(tx: &mut TenantTx, task_id: Uuid) -> Result<()> {
    sqlx::query("delete from task_event where tenant_id = $1 and task_id = $2 and type in ('cancelled', 'completion')")
        .bind(tx.id())
        .bind(task_id)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}
