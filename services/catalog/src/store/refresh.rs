//! Refresh state: what was emitted by whom, what came of it, and when it is read again.

use crate::domain::outcome::{Problem, Source};
use kernel::Result;
use sqlx::types::Json;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;
use store::queue::{self, NewJob};
use store::{TenantTx, db};
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
    /// What was read last time.
    pub sources: Option<Json<Vec<Source>>>,
}

/// The unit of this key.
///
/// # Errors
/// Those of the database.
pub async fn find_unit(tx: &mut TenantTx, entity_ref: &str) -> Result<Option<Unit>> {
    sqlx::query_as(
        "select entity_ref, unprocessed, problem, sources from refresh_state where tenant_id = $1 and entity_ref = $2",
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
           sources = null",
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

/// Records how reading a unit went and when it is due again.
///
/// # Errors
/// Those of the database.
pub async fn set_read(
    tx: &mut TenantTx,
    entity_ref: &str,
    problem: Option<&Problem>,
    sources: Option<&[Source]>,
    next_in: Duration,
) -> Result<()> {
    sqlx::query(
        "update refresh_state set problem = $3, sources = coalesce($4, sources), last_read_at = clock_timestamp(),
           next_read_at = clock_timestamp() + make_interval(secs => $5)
         where tenant_id = $1 and entity_ref = $2",
    )
    .bind(tx.id())
    .bind(entity_ref)
    .bind(problem.map(Json))
    .bind(sources.map(Json))
    .bind(next_in.as_secs_f64())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
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

/// Replaces the list of entities that this source would emit if others did not claim them.
///
/// # Errors
/// Those of the database.
pub async fn set_conflicts(tx: &mut TenantTx, source: &str, entity_refs: &[&str]) -> Result<()> {
    sqlx::query("delete from refresh_conflict where tenant_id = $1 and source = $2 and entity_ref <> all ($3)")
        .bind(tx.id())
        .bind(source)
        .bind(entity_refs)
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
        "update refresh_state set sources = null
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
        "update refresh_state set sources = null where tenant_id = $1 and unprocessed is not null returning entity_ref",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    enqueue(tx, &units).await
}

/// Makes units due now.
///
/// # Errors
/// Those of the database.
pub async fn enqueue(tx: &mut TenantTx, entity_refs: &[String]) -> Result<()> {
    for entity_ref in entity_refs {
        queue::enqueue(tx, NewJob::now(QUEUE, entity_ref)).await?;
    }
    Ok(())
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
    let units: Vec<String> = sqlx::query_scalar(
        "select entity_ref from refresh_state
         where tenant_id = $1 and entity_ref = any ($2) and unprocessed is not null",
    )
    .bind(tx.id())
    .bind(line)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    enqueue(tx, &units).await?;
    Ok(true)
}
