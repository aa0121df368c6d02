//! The tables `task_gate`, `task_gate_approver` and `task_gate_decision`.

use super::step::text;
use kernel::Result;
use serde_json::Value;
use sqlx::QueryBuilder;
use sqlx::types::Json;
use std::time::Duration;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A gate with what is worth knowing of its task.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Gate {
    /// UUIDv7.
    pub gate_id: Uuid,
    /// Whose step waits.
    pub task_id: Uuid,
    /// The step's id in the template.
    pub step_id: String,
    /// The step's name.
    pub step_name: String,
    /// `approval`, `timer`, `webhook` or `entity`.
    pub kind: String,
    /// `waiting`, or how it ended.
    pub state: String,
    /// See `domain::gate`.
    pub terms: Json<Value>,
    /// What came of it.
    pub outcome: Option<Json<Value>>,
    /// When a timer is over, or an entity is looked for again.
    pub due_at: Option<OffsetDateTime>,
    /// When it has waited long enough.
    pub expires_at: Option<OffsetDateTime>,
    /// When approvers are told (again).
    pub remind_at: Option<OffsetDateTime>,
    /// Since when it waits.
    pub created_at: OffsetDateTime,
    /// Until when it waited.
    pub ended_at: Option<OffsetDateTime>,
    /// Key of the template that is run.
    pub template_ref: String,
    /// Who started the run.
    pub created_by: Option<String>,
    /// The time of the database, by which all of these are measured.
    pub now: OffsetDateTime,
}

const COLUMNS: &str =
    "select g.gate_id, g.task_id, g.step_id, g.step_name, g.kind, g.state, g.terms, g.outcome, g.due_at,
    g.expires_at, g.remind_at, g.created_at, g.ended_at, t.template_ref, t.created_by, clock_timestamp() as now
    from task_gate g join task t on t.tenant_id = g.tenant_id and t.task_id = g.task_id where g.tenant_id = ";

/// Which step of which run a gate belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Which task.
    pub task_id: Uuid,
    /// Which of its runs.
    pub generation: i32,
    /// The step's place, from 0.
    pub position: i32,
    /// The repetition's place, from 0.
    pub part: i32,
}

/// When a gate is looked at again.
#[derive(Debug, Clone, Copy, Default)]
pub struct Times {
    /// A timer is over then.
    pub due_at: Option<OffsetDateTime>,
    /// Or so long from now; wins over `due_at`.
    pub due_in: Option<Duration>,
    /// It fails after so long.
    pub expires_in: Option<Duration>,
    /// Approvers are told after so long.
    pub remind_in: Option<Duration>,
}

/// A gate to be made.
#[derive(Debug)]
pub struct NewGate<'a> {
    /// UUIDv7.
    pub gate_id: Uuid,
    /// Where.
    pub place: Place,
    /// The step's id and name.
    pub step: (&'a str, &'a str),
    /// `approval`, `timer`, `webhook` or `entity`.
    pub kind: &'static str,
    /// Without secrets.
    pub terms: &'a Value,
    /// Hash of the token that opens it.
    pub token_hash: Option<&'a [u8]>,
    /// When it is looked at.
    pub times: Times,
    /// Keys of users and groups.
    pub approvers: &'a [String],
}

/// What somebody decided.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DecisionRow {
    /// About which gate.
    pub gate_id: Uuid,
    /// Entity reference.
    pub decided_by: String,
    /// Yes or no.
    pub approve: bool,
    /// Why.
    pub reason: Option<String>,
    /// The approvers that it counts for.
    pub counts_for: Vec<String>,
    /// When.
    pub decided_at: OffsetDateTime,
}

/// Which gates a list shows, newest first.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those that somebody with these refs can decide, their own first, and has not decided.
    pub waiting_for: Option<Vec<String>>,
    /// Of this task.
    pub task_id: Option<Uuid>,
    /// In this state.
    pub state: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Made before this one.
    pub before: Option<Uuid>,
    /// At most so many.
    pub limit: i64,
}

fn seconds(duration: Option<Duration>) -> Option<f64> {
    duration.map(|duration| duration.as_secs_f64())
}

/// Makes a gate.
///
/// # Errors
/// Those of the database.
pub async fn insert_gate(tx: &mut TenantTx, gate: NewGate<'_>) -> Result<()> {
    sqlx::query(
        "insert into task_gate (tenant_id, gate_id, task_id, generation, position, part, step_id, step_name, kind,
           terms, token_hash, due_at, expires_at, remind_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::json, $11,
           coalesce(clock_timestamp() + make_interval(secs => $12), $13),
           clock_timestamp() + make_interval(secs => $14), clock_timestamp() + make_interval(secs => $15))",
    )
    .bind(tx.id())
    .bind(gate.gate_id)
    .bind(gate.place.task_id)
    .bind(gate.place.generation)
    .bind(gate.place.position)
    .bind(gate.place.part)
    .bind(gate.step.0)
    .bind(gate.step.1)
    .bind(gate.kind)
    .bind(text(gate.terms))
    .bind(gate.token_hash)
    .bind(seconds(gate.times.due_in))
    .bind(gate.times.due_at)
    .bind(seconds(gate.times.expires_in))
    .bind(seconds(gate.times.remind_in))
    .execute(tx.conn())
    .await
    .map_err(db)?;
    sqlx::query(
        "insert into task_gate_approver (tenant_id, gate_id, approver) select $1, $2, approver
         from unnest($3::text[]) as new (approver)",
    )
    .bind(tx.id())
    .bind(gate.gate_id)
    .bind(gate.approvers)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// The gate of this step.
///
/// # Errors
/// Those of the database.
pub async fn find_gate_at(tx: &mut TenantTx, place: Place) -> Result<Option<Gate>> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push_bind(tx.id()).push(" and g.task_id = ").push_bind(place.task_id);
    query.push(" and g.generation = ").push_bind(place.generation);
    query.push(" and g.position = ").push_bind(place.position).push(" and g.part = ").push_bind(place.part);
    query.build_query_as().fetch_optional(tx.conn()).await.map_err(db)
}

/// The gate at which a task's present run waits, if there is one.
///
/// # Errors
/// Those of the database.
pub async fn find_waiting_gate(tx: &mut TenantTx, task_id: Uuid) -> Result<Option<Gate>> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push_bind(tx.id()).push(" and g.task_id = ").push_bind(task_id);
    query.push(
        " and g.generation = t.generation and exists (select 1 from task_step s where s.tenant_id = g.tenant_id
          and s.task_id = g.task_id and s.position = g.position and s.status = 'processing')
          order by g.part desc limit 1",
    );
    query.build_query_as().fetch_optional(tx.conn()).await.map_err(db)
}

/// The gate with this id; `lock`: nobody else changes it until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn find_gate(tx: &mut TenantTx, gate_id: Uuid, lock: bool) -> Result<Option<Gate>> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push_bind(tx.id()).push(" and g.gate_id = ").push_bind(gate_id);
    if lock {
        query.push(" for update of g");
    }
    query.build_query_as().fetch_optional(tx.conn()).await.map_err(db)
}

/// The gate that waits for this token; nobody else changes it until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn find_gate_by_token_for_update(tx: &mut TenantTx, token_hash: &[u8]) -> Result<Option<Gate>> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push_bind(tx.id()).push(" and g.token_hash = ").push_bind(token_hash);
    query.push(" and g.state = 'waiting' and t.status in ('open', 'processing') for update of g");
    query.build_query_as().fetch_optional(tx.conn()).await.map_err(db)
}

/// Gates, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list_gates(tx: &mut TenantTx, filter: &Filter) -> Result<Vec<Gate>> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push_bind(tx.id());
    if let Some(refs) = &filter.waiting_for {
        query.push(
            " and g.state = 'waiting' and g.kind = 'approval' and exists (select 1 from task_gate_approver a
            where a.tenant_id = g.tenant_id and a.gate_id = g.gate_id and a.approver = any(",
        );
        query.push_bind(refs.clone()).push("))");
        let own = refs.first().cloned().unwrap_or_default();
        query.push(
            " and not exists (select 1 from task_gate_decision d where d.tenant_id = g.tenant_id
            and d.gate_id = g.gate_id and d.decided_by = ",
        );
        query.push_bind(own.clone()).push(") and (t.created_by is distinct from ").push_bind(own);
        query.push(" or (g.terms ->> 'selfApproval')::boolean)");
    }
    if let Some(task_id) = filter.task_id {
        query.push(" and g.task_id = ").push_bind(task_id);
    }
    if let Some(state) = &filter.state {
        query.push(" and g.state = ").push_bind(state.clone());
    }
    if let Some(kind) = &filter.kind {
        query.push(" and g.kind = ").push_bind(kind.clone());
    }
    if let Some(before) = filter.before {
        query.push(" and g.gate_id < ").push_bind(before);
    }
    query.push(" order by g.gate_id desc limit ").push_bind(filter.limit);
    query.build_query_as().fetch_all(tx.conn()).await.map_err(db)
}

/// What was decided about these gates, in order.
///
/// # Errors
/// Those of the database.
pub async fn list_decisions(tx: &mut TenantTx, gates: &[Uuid]) -> Result<Vec<DecisionRow>> {
    sqlx::query_as(
        "select gate_id, decided_by, approve, reason, counts_for, decided_at from task_gate_decision
         where tenant_id = $1 and gate_id = any($2) order by decided_at, decided_by",
    )
    .bind(tx.id())
    .bind(gates)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Writes a decision. `false`: this person has decided before.
///
/// # Errors
/// Those of the database.
pub async fn insert_decision(
    tx: &mut TenantTx,
    gate_id: Uuid,
    (decided_by, approve): (&str, bool),
    reason: Option<&str>,
    counts_for: &[String],
) -> Result<bool> {
    let inserted = sqlx::query(
        "insert into task_gate_decision (tenant_id, gate_id, decided_by, approve, reason, counts_for)
         values ($1, $2, $3, $4, $5, $6) on conflict on constraint task_gate_decision_pk do nothing",
    )
    .bind(tx.id())
    .bind(gate_id)
    .bind(decided_by)
    .bind(approve)
    .bind(reason)
    .bind(counts_for)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(inserted.rows_affected() == 1)
}

/// Ends a gate that waits; its token opens nothing any more. `false`: it ended before.
///
/// # Errors
/// Those of the database.
pub async fn end_gate(tx: &mut TenantTx, gate_id: Uuid, state: &'static str, outcome: &Value) -> Result<bool> {
    let updated = sqlx::query(
        "update task_gate set state = $3, outcome = $4::json, token_hash = null, ended_at = clock_timestamp()
         where tenant_id = $1 and gate_id = $2 and state = 'waiting'",
    )
    .bind(tx.id())
    .bind(gate_id)
    .bind(state)
    .bind(text(outcome))
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(updated.rows_affected() == 1)
}

/// Says when a gate that waits is looked at again.
///
/// # Errors
/// Those of the database.
pub async fn set_times(
    tx: &mut TenantTx,
    gate_id: Uuid,
    due_in: Option<Duration>,
    remind_in: Option<Duration>,
) -> Result<()> {
    sqlx::query(
        "update task_gate set due_at = clock_timestamp() + make_interval(secs => $3),
           remind_at = clock_timestamp() + make_interval(secs => $4)
         where tenant_id = $1 and gate_id = $2 and state = 'waiting'",
    )
    .bind(tx.id())
    .bind(gate_id)
    .bind(seconds(due_in))
    .bind(seconds(remind_in))
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Gives a gate another token.
///
/// # Errors
/// Those of the database.
pub async fn set_token(tx: &mut TenantTx, gate_id: Uuid, token_hash: &[u8]) -> Result<()> {
    sqlx::query("update task_gate set token_hash = $3 where tenant_id = $1 and gate_id = $2 and state = 'waiting'")
        .bind(tx.id())
        .bind(gate_id)
        .bind(token_hash)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Hands a gate that one step opened to the step of the same run that waits for it.
///
/// # Errors
/// Those of the database.
pub async fn move_gate(
    tx: &mut TenantTx,
    gate_id: Uuid,
    place: Place,
    step: (&str, &str),
    expires_in: Option<Duration>,
) -> Result<()> {
    sqlx::query(
        "update task_gate set position = $5, part = $6, step_id = $7, step_name = $8,
           expires_at = clock_timestamp() + make_interval(secs => $9)
         where tenant_id = $1 and gate_id = $2 and task_id = $3 and generation = $4
           and (position, part) is distinct from ($5, $6)",
    )
    .bind(tx.id())
    .bind(gate_id)
    .bind(place.task_id)
    .bind(place.generation)
    .bind(place.position)
    .bind(place.part)
    .bind(step.0)
    .bind(step.1)
    .bind(seconds(expires_in))
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Ends every gate of a task that still waits: the task ended.
///
/// # Errors
/// Those of the database.
pub async fn cancel_gates(tx: &mut TenantTx, task_id: Uuid) -> Result<()> {
    sqlx::query(
        "update task_gate set state = 'cancelled', token_hash = null, ended_at = clock_timestamp()
         where tenant_id = $1 and task_id = $2 and state = 'waiting'",
    )
    .bind(tx.id())
    .bind(task_id)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}
