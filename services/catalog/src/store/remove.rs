//! Removes entities: those that nobody emits any more, and those that a person deletes.

use super::sequence::{self, Counters};
use super::{files, guard, refresh, relations, write};
use crate::domain::cause::Cause;
use kernel::Result;
use std::collections::{BTreeMap, BTreeSet};
use store::{TenantTx, db, queue};
use uuid::Uuid;

/// What a removal did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// Keys of the entities that are gone.
    pub entity_refs: BTreeSet<String>,
    /// Keys of entities whose relations are different now and that are still there.
    pub affected: BTreeSet<String>,
}

/// Removes, of these candidates, all that nobody emits, and then what only they emitted, and so on.
///
/// # Errors
/// Those of the database.
pub async fn orphans(tx: &mut TenantTx, candidates: Vec<String>) -> Result<Removed> {
    let mut affected = BTreeSet::new();
    let mut removed = BTreeSet::new();
    let mut candidates = candidates;
    while !candidates.is_empty() {
        let orphans: Vec<String> = sqlx::query_scalar(
            "select state.entity_ref from refresh_state state
             where state.tenant_id = $1 and state.entity_ref = any ($2) and not exists (
               select from refresh_edge edge where edge.tenant_id = $1 and edge.entity_ref = state.entity_ref
             )",
        )
        .bind(tx.id())
        .bind(&candidates)
        .fetch_all(tx.conn())
        .await
        .map_err(db)?;
        let (children, touched) = remove(tx, &orphans).await?;
        affected.extend(touched);
        removed.extend(orphans);
        candidates = children;
    }
    affected.retain(|entity_ref| !removed.contains(entity_ref));
    Ok(Removed { entity_refs: removed, affected })
}

/// Removes these entities whoever emits them. Returns what they emitted, and whose relations are different now.
async fn remove(tx: &mut TenantTx, entity_refs: &[String]) -> Result<(Vec<String>, BTreeSet<String>)> {
    if entity_refs.is_empty() {
        return Ok((Vec::new(), BTreeSet::new()));
    }
    let affected = relations::forget(tx, entity_refs).await?;
    write::delete(tx, entity_refs).await?;
    let children: Vec<String> =
        sqlx::query_scalar("delete from refresh_edge where tenant_id = $1 and source = any ($2) returning entity_ref")
            .bind(tx.id())
            .bind(entity_refs)
            .fetch_all(tx.conn())
            .await
            .map_err(db)?;
    sqlx::query("delete from refresh_conflict where tenant_id = $1 and source = any ($2)")
        .bind(tx.id())
        .bind(entity_refs)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    let units: Vec<String> = sqlx::query_scalar(
        "with gone as (
           delete from refresh_state where tenant_id = $1 and entity_ref = any ($2) returning entity_ref, unprocessed
         )
         select entity_ref from gone where unprocessed is not null",
    )
    .bind(tx.id())
    .bind(entity_refs)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    for unit in &units {
        queue::forget(tx, refresh::QUEUE, unit).await?;
    }
    files::forget_all(tx, &units).await?;
    guard::forget(tx, entity_refs).await?;
    hand_over(tx, entity_refs).await?;
    Ok((children, affected))
}

/// Lets those emit an entity now who were kept from it by the claim that is gone.
async fn hand_over(tx: &mut TenantTx, entity_refs: &[String]) -> Result<()> {
    let heirs: Vec<String> = sqlx::query_scalar(
        "delete from refresh_conflict where tenant_id = $1 and entity_ref = any ($2) returning source",
    )
    .bind(tx.id())
    .bind(entity_refs)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    files::force(tx, &heirs, entity_refs).await
}

/// Removes what a registered location emitted, except what others emit too.
///
/// # Errors
/// Those of the database.
pub async fn emitted_by_location(tx: &mut TenantTx, counters: &mut Counters, location_id: Uuid) -> Result<()> {
    let source = refresh::location_source(location_id);
    let children: Vec<String> = refresh::list_emitted(tx, &source).await?.into_iter().collect();
    refresh::delete_edges(tx, &source, &children).await?;
    let removed = orphans(tx, children).await?;
    write::stitch_all(tx, counters, &BTreeMap::new(), &removed.affected).await
}

/// Removes one entity by its uid. It comes back while a file still lists it: whoever emits it reads again. What people
/// wrote here goes for good.
///
/// Returns its key, or `None` when there is no such entity.
///
/// # Errors
/// Those of the database.
pub async fn by_uid(tx: &mut TenantTx, uid: Uuid, cause: &Cause) -> Result<Option<String>> {
    let found: Option<String> =
        sqlx::query_scalar("select entity_ref from entity where tenant_id = $1 and entity_id = $2")
            .bind(tx.id())
            .bind(uid)
            .fetch_optional(tx.conn())
            .await
            .map_err(db)?;
    let Some(entity_ref) = found else { return Ok(None) };
    let mut counters = sequence::lock(tx, cause).await?;
    let parents: Vec<String> =
        sqlx::query_scalar("select source from refresh_edge where tenant_id = $1 and entity_ref = $2")
            .bind(tx.id())
            .bind(&entity_ref)
            .fetch_all(tx.conn())
            .await
            .map_err(db)?;
    let (children, mut affected) = remove(tx, std::slice::from_ref(&entity_ref)).await?;
    affected.extend(orphans(tx, children).await?.affected);
    affected.remove(&entity_ref);
    write::stitch_all(tx, &mut counters, &BTreeMap::new(), &affected).await?;
    sequence::save(tx, &counters).await?;
    files::force(tx, &parents, std::slice::from_ref(&entity_ref)).await?;
    Ok(Some(entity_ref))
}

/// Removes what a hold kept and its source still does not emit. `None` when the hold does not wait (any more).
///
/// # Errors
/// Those of the database.
pub async fn held(tx: &mut TenantTx, hold_id: Uuid, cause: &Cause) -> Result<Option<(guard::Hold, BTreeSet<String>)>> {
    let mut counters = sequence::lock(tx, cause).await?;
    let Some(hold) = guard::find(tx, hold_id).await? else { return Ok(None) };
    let absent: Vec<String> = guard::list_held(tx, hold.hold_id).await?.into_iter().collect();
    refresh::delete_edges(tx, &hold.source, &absent).await?;
    let removed = orphans(tx, absent).await?;
    guard::forget(tx, std::slice::from_ref(&hold.source)).await?;
    write::stitch_all(tx, &mut counters, &BTreeMap::new(), &removed.affected).await?;
    sequence::save(tx, &counters).await?;
    Ok(Some((hold, removed.entity_refs)))
}

/// Removes every entity that nobody emits, and what only they emitted.
///
/// # Errors
/// Those of the database.
pub async fn all_orphans(tx: &mut TenantTx, cause: &Cause) -> Result<BTreeSet<String>> {
    let mut counters = sequence::lock(tx, cause).await?;
    let candidates: Vec<String> = sqlx::query_scalar(
        "select state.entity_ref from refresh_state state where state.tenant_id = $1 and not exists (
           select from refresh_edge edge where edge.tenant_id = $1 and edge.entity_ref = state.entity_ref
         )",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    let removed = orphans(tx, candidates).await?;
    write::stitch_all(tx, &mut counters, &BTreeMap::new(), &removed.affected).await?;
    sequence::save(tx, &counters).await?;
    Ok(removed.entity_refs)
}
