//! Refresh state: what was emitted by whom, what came of it, and when it is read again.

use super::files;
use crate::domain::outcome::Problem;
use kernel::Result;
use sqlx::types::Json;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;
use store::queue::{self, Urgency};
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// The queue of Location entities to read.
pub const QUEUE: &str = "catalog.process";

/// The edge source that stands for a registered location.
#[must_use]
pub fn location_source(location_id: Uuid) -> String {
    format!("@location/{location_id}")
}

/// A Location entity as its job finds it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Unit {
    /// Its key.
    pub entity_ref: String,
    /// The document as emitted.
    pub unprocessed: Option<String>,
    /// The last failure.
    pub problem: Option<Json<Problem>>,
    /// Whether all its files are to be processed anew.
    pub read_all: bool,
}

/// The unit of this key.
///
/// # Errors
/// Those of the database.
pub async fn find_unit(tx: &mut TenantTx, entity_ref: &str) -> Result<Option<Unit>> {
    sqlx::query_as(
        "select entity_ref, unprocessed, problem, read_all from refresh_state where tenant_id = $1 and entity_ref = $2",
    )
    .bind(tx.id())
    .bind(entity_ref)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Where an entity comes from.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Origin {
    /// The file that claims it.
    pub location_key: String,
    /// Why it failed last.
    pub problem: Option<Json<Problem>>,
    /// When the file was taken over last.
    pub read_at: Option<OffsetDateTime>,
}

/// Where an entity comes from; `None` when nobody ever emitted it.
///
/// # Errors
/// Those of the database.
pub async fn find_origin(tx: &mut TenantTx, entity_ref: &str) -> Result<Option<Origin>> {
    sqlx::query_as(
        "select state.location_key, state.problem, (
           select max(file.read_at) from refresh_edge edge
           join refresh_file file on file.tenant_id = $1 and file.source = edge.source
             and 'url:' || file.url = state.location_key
           where edge.tenant_id = $1 and edge.entity_ref = state.entity_ref
         ) as read_at
         from refresh_state state where state.tenant_id = $1 and state.entity_ref = $2",
    )
    .bind(tx.id())
    .bind(entity_ref)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// What decides whether an emitted entity is new, the same, or somebody else's.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Claim {
    /// The entity's key.
    pub entity_ref: String,
    /// The file that claims it.
    pub location_key: String,
    /// Digest of what it came to.
    pub hash: String,
    /// Whether anybody but the asking source emits it.
    pub shared: bool,
}

/// The claims on these entities, as `source` finds them.
///
/// # Errors
/// Those of the database.
pub async fn claims(tx: &mut TenantTx, source: &str, entity_refs: &[&str]) -> Result<HashMap<String, Claim>> {
    let rows: Vec<Claim> = sqlx::query_as(
        "select state.entity_ref, state.location_key, state.hash,
           exists (select from refresh_edge edge
             where edge.tenant_id = $1 and edge.entity_ref = state.entity_ref and edge.source <> $2) as shared
         from refresh_state state where state.tenant_id = $1 and state.entity_ref = any ($3)",
    )
    .bind(tx.id())
    .bind(source)
    .bind(entity_refs)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    Ok(rows.into_iter().map(|claim| (claim.entity_ref.clone(), claim)).collect())
}

/// A refresh state to write.
#[derive(Debug, Clone)]
pub struct State {
    /// The entity's key.
    pub entity_ref: String,
    /// The file that claims it.
    pub location_key: String,
    /// The document, where it is read on its own.
    pub unprocessed: Option<String>,
    /// Digest of what it came to.
    pub hash: String,
    /// Why it failed, if it did.
    pub problem: Option<Problem>,
}

/// Writes new and changed states. A state that is pending keeps its problem until its own job has run.
///
/// # Errors
/// Those of the database.
pub async fn upsert(tx: &mut TenantTx, states: &[State]) -> Result<()> {
    if states.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into refresh_state (tenant_id, entity_ref, entity_id, location_key, unprocessed, hash, problem)
         select $1, entity_ref, entity_id, location_key, unprocessed, hash, problem
         from unnest($2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::jsonb[])
           as new (entity_ref, entity_id, location_key, unprocessed, hash, problem)
         on conflict on constraint refresh_state_pk do update set
           location_key = excluded.location_key, unprocessed = excluded.unprocessed, hash = excluded.hash,
           problem = case when excluded.unprocessed is null then excluded.problem else refresh_state.problem end,
           read_all = true",
    )
    .bind(tx.id())
    .bind(states.iter().map(|state| state.entity_ref.as_str()).collect::<Vec<_>>())
    .bind(states.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
    .bind(states.iter().map(|state| state.location_key.as_str()).collect::<Vec<_>>())
    .bind(states.iter().map(|state| state.unprocessed.as_deref()).collect::<Vec<_>>())
    .bind(states.iter().map(|state| state.hash.as_str()).collect::<Vec<_>>())
    .bind(states.iter().map(|state| state.problem.as_ref().map(Json)).collect::<Vec<_>>())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Records how reading a unit went and when it is due again. After a success, files count as read. `false`: the unit is
/// gone.
///
/// # Errors
/// Those of the database.
pub async fn set_read(
    tx: &mut TenantTx,
    entity_ref: &str,
    problem: Option<&Problem>,
    next_in: Duration,
) -> Result<bool> {
    let updated = sqlx::query(
        "update refresh_state set problem = $3, read_all = read_all and $3 is not null, last_read_at = clock_timestamp(),
           next_read_at = clock_timestamp() + make_interval(secs => $4)
         where tenant_id = $1 and entity_ref = $2",
    )
    .bind(tx.id())
    .bind(entity_ref)
    .bind(problem.map(Json))
    .bind(next_in.as_secs_f64())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(updated.rows_affected() == 1)
}

/// What this source emits.
///
/// # Errors
/// Those of the database.
pub async fn list_emitted(tx: &mut TenantTx, source: &str) -> Result<BTreeSet<String>> {
    let refs: Vec<String> =
        sqlx::query_scalar("select entity_ref from refresh_edge where tenant_id = $1 and source = $2")
            .bind(tx.id())
            .bind(source)
            .fetch_all(tx.conn())
            .await
            .map_err(db)?;
    Ok(refs.into_iter().collect())
}

/// Notes that this source emits these entities.
///
/// # Errors
/// Those of the database.
pub async fn insert_edges(tx: &mut TenantTx, source: &str, entity_refs: &[&str]) -> Result<()> {
    sqlx::query(
        "insert into refresh_edge (tenant_id, source, entity_ref) select $1, $2, unnest($3::text[])
         on conflict on constraint refresh_edge_pk do nothing",
    )
    .bind(tx.id())
    .bind(source)
    .bind(entity_refs)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Notes that this source emits these entities no more.
///
/// # Errors
/// Those of the database.
pub async fn delete_edges(tx: &mut TenantTx, source: &str, entity_refs: &[String]) -> Result<()> {
    sqlx::query("delete from refresh_edge where tenant_id = $1 and source = $2 and entity_ref = any ($3)")
        .bind(tx.id())
        .bind(source)
        .bind(entity_refs)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Replaces the list of entities that this source would emit if others did not claim them; `kept` are left as they are.
///
/// # Errors
/// Those of the database.
pub async fn set_conflicts(
    tx: &mut TenantTx,
    source: &str,
    entity_refs: &[&str],
    kept: &BTreeSet<String>,
) -> Result<()> {
    let stay: Vec<&str> = entity_refs.iter().copied().chain(kept.iter().map(String::as_str)).collect();
    sqlx::query("delete from refresh_conflict where tenant_id = $1 and source = $2 and entity_ref <> all ($3)")
        .bind(tx.id())
        .bind(source)
        .bind(stay)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    insert_conflicts(tx, source, entity_refs).await
}

/// Notes that this source would emit these entities if others did not claim them.
///
/// # Errors
/// Those of the database.
pub async fn insert_conflicts(tx: &mut TenantTx, source: &str, entity_refs: &[&str]) -> Result<()> {
    if entity_refs.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into refresh_conflict (tenant_id, source, entity_ref) select $1, $2, unnest($3::text[])
         on conflict on constraint refresh_conflict_pk do nothing",
    )
    .bind(tx.id())
    .bind(source)
    .bind(entity_refs)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Makes units read everything again, now, whether or not the files changed.
///
/// # Errors
/// Those of the database.
pub async fn force(tx: &mut TenantTx, entity_refs: &[String]) -> Result<()> {
    let units: Vec<String> = sqlx::query_scalar(
        "update refresh_state set read_all = true
         where tenant_id = $1 and entity_ref = any ($2) and unprocessed is not null returning entity_ref",
    )
    .bind(tx.id())
    .bind(entity_refs)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    enqueue(tx, &units).await
}

/// Makes all units read everything again, now: what entities are judged by has changed.
///
/// # Errors
/// Those of the database.
pub async fn force_all(tx: &mut TenantTx) -> Result<()> {
    let units: Vec<String> = sqlx::query_scalar(
        "update refresh_state set read_all = true where tenant_id = $1 and unprocessed is not null returning entity_ref",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    enqueue_as(tx, &units, Urgency::Background).await
}

/// Makes those of these sources due that are units.
///
/// # Errors
/// Those of the database.
pub async fn enqueue_units(tx: &mut TenantTx, sources: &[String], urgency: Urgency) -> Result<()> {
    let units: Vec<String> = sqlx::query_scalar(
        "select entity_ref from refresh_state
         where tenant_id = $1 and entity_ref = any ($2) and unprocessed is not null",
    )
    .bind(tx.id())
    .bind(sources)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    enqueue_as(tx, &units, urgency).await
}

/// Makes units due now, before all that nobody waits for.
///
/// # Errors
/// Those of the database.
pub async fn enqueue(tx: &mut TenantTx, entity_refs: &[String]) -> Result<()> {
    enqueue_as(tx, entity_refs, Urgency::Person).await
}

/// Makes units due now.
///
/// # Errors
/// Those of the database.
pub async fn enqueue_as(tx: &mut TenantTx, entity_refs: &[String], urgency: Urgency) -> Result<()> {
    queue::enqueue_all(tx, QUEUE, entity_refs, urgency).await
}

/// Makes the units due that read these addresses, as files or for placeholders. Returns how many.
///
/// # Errors
/// Those of the database.
pub async fn refresh_readers(tx: &mut TenantTx, urls: &[String]) -> Result<usize> {
    let units = files::readers_of(tx, urls).await?;
    enqueue_units(tx, &units, Urgency::Background).await?;
    Ok(units.len())
}

/// Notes when a unit is due that nobody reads now.
///
/// # Errors
/// Those of the database.
pub async fn set_next_read(tx: &mut TenantTx, entity_ref: &str, next_in: Duration) -> Result<()> {
    sqlx::query(
        "update refresh_state set next_read_at = clock_timestamp() + make_interval(secs => $3)
         where tenant_id = $1 and entity_ref = $2",
    )
    .bind(tx.id())
    .bind(entity_ref)
    .bind(next_in.as_secs_f64())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Whether any other unit is being read, or is about to be.
///
/// # Errors
/// Those of the database.
pub async fn others_due(tx: &mut TenantTx, entity_refs: &[&str]) -> Result<bool> {
    sqlx::query_scalar(
        "select exists (select from job where tenant_id = $1 and queue = $2 and key <> all ($3) and not dead
           and (lease is not null or run_at <= clock_timestamp()))",
    )
    .bind(tx.id())
    .bind(QUEUE)
    .bind(entity_refs)
    .fetch_one(tx.conn())
    .await
    .map_err(db)
}

/// Writes the state of a unit that nobody ever emitted. `false`: somebody did.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &mut TenantTx, state: &State) -> Result<bool> {
    let inserted = sqlx::query(
        "insert into refresh_state (tenant_id, entity_ref, entity_id, location_key, unprocessed, hash)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
    )
    .bind(tx.id())
    .bind(&state.entity_ref)
    .bind(Uuid::now_v7())
    .bind(&state.location_key)
    .bind(&state.unprocessed)
    .bind(&state.hash)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(inserted.rows_affected() == 1)
}

/// Whether this entity was ever emitted.
///
/// # Errors
/// Those of the database.
pub async fn exists(tx: &mut TenantTx, entity_ref: &str) -> Result<bool> {
    sqlx::query_scalar("select exists (select from refresh_state where tenant_id = $1 and entity_ref = $2)")
        .bind(tx.id())
        .bind(entity_ref)
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}

/// How far ancestors are followed.
const MAX_GENERATIONS: i32 = 32;

/// An entity and all entities that it was emitted by, each with its own parents.
///
/// # Errors
/// Those of the database.
pub async fn ancestry(tx: &mut TenantTx, entity_ref: &str) -> Result<Vec<(String, Vec<String>)>> {
    sqlx::query_as(
        "with recursive line (entity_ref, generation) as (
           select $2::text collate \"C\", 0
           union
           select edge.source, line.generation + 1 from line
           join refresh_edge edge on edge.tenant_id = $1 and edge.entity_ref = line.entity_ref
           where edge.source !~ '^@' and line.generation < $3
         )
         select line.entity_ref,
           coalesce(array_agg(distinct edge.source) filter (where edge.source !~ '^@'), '{}'::text[])
         from line left join refresh_edge edge on edge.tenant_id = $1 and edge.entity_ref = line.entity_ref
         group by line.entity_ref order by min(line.generation), line.entity_ref",
    )
    .bind(tx.id())
    .bind(entity_ref)
    .bind(MAX_GENERATIONS)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Makes the files due that an entity comes from. `false` when there is no such entity.
///
/// # Errors
/// Those of the database.
pub async fn refresh(tx: &mut TenantTx, entity_ref: &str) -> Result<bool> {
    if !exists(tx, entity_ref).await? {
        return Ok(false);
    }
    let line: Vec<String> = ancestry(tx, entity_ref).await?.into_iter().map(|(ancestor, _)| ancestor).collect();
    enqueue_units(tx, &line, Urgency::Person).await?;
    Ok(true)
}
