//! Forgets the past that is older than it is kept for, a bounded number of rows at a time.

use crate::domain::settings::Settings;
use kernel::Result;
use std::time::Duration;
use store::queue::{self, NewJob};
use store::{TenantTx, db};

/// The queue of organisations whose past is pruned now and then.
pub const QUEUE: &str = "catalog.history";

/// How often.
pub const INTERVAL: Duration = Duration::from_secs(24 * 3600);

/// Makes sure that the organisation's past is pruned.
///
/// # Errors
/// Those of the database.
pub async fn enqueue(tx: &mut TenantTx) -> Result<()> {
    queue::enqueue(tx, NewJob::now(QUEUE, "prune").after(INTERVAL)).await
}

/// Rows that one transaction deletes of each table.
pub const BATCH: i64 = 2_000;

/// The changes before which things may be forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
struct Horizon {
    /// The state after this change is the oldest that can be asked for.
    history_seq: i64,
    /// What this change deleted, and all before, cannot be restored any more.
    undelete_seq: i64,
}

/// Forgets one batch. `true` when there may be more.
///
/// # Errors
/// Those of the database.
pub async fn batch(tx: &mut TenantTx, keep: &Settings) -> Result<bool> {
    let horizon: Horizon = sqlx::query_as(
        "select
           coalesce((select seq from catalog_change where tenant_id = $1
             and changed_at <= clock_timestamp() - make_interval(days => $2)
             order by changed_at desc limit 1), 0) as history_seq,
           coalesce((select seq from catalog_change where tenant_id = $1
             and changed_at <= clock_timestamp() - make_interval(days => $3)
             order by changed_at desc limit 1), 0) as undelete_seq",
    )
    .bind(tx.id())
    .bind(days(keep.history_days))
    .bind(days(keep.undelete_days))
    .fetch_one(tx.conn())
    .await
    .map_err(db)?;
    // First of all: whoever asks for an earlier moment from now on is told that it is gone.
    sqlx::query("update tenant_seq set pruned_seq = $2 where tenant_id = $1 and pruned_seq < $2")
        .bind(tx.id())
        .bind(horizon.history_seq)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    let versions = delete_versions(tx, horizon).await?;
    let relations = delete_relations(tx, horizon).await?;
    let changes = delete_changes(tx, horizon).await?;
    let full = u64::try_from(BATCH).unwrap_or(u64::MAX);
    Ok(versions.max(relations).max(changes) >= full)
}

fn days(days: u32) -> i32 {
    i32::try_from(days).unwrap_or(i32::MAX)
}

async fn delete_versions(tx: &mut TenantTx, horizon: Horizon) -> Result<u64> {
    let deleted = sqlx::query(
        "delete from entity_version gone using (
           select entity_ref, to_seq from entity_version
           where tenant_id = $1 and to_seq <= $2 and (not deleted or to_seq <= $3)
           order by to_seq limit $4
         ) old
         where gone.tenant_id = $1 and gone.entity_ref = old.entity_ref and gone.to_seq = old.to_seq",
    )
    .bind(tx.id())
    .bind(horizon.history_seq)
    .bind(horizon.undelete_seq)
    .bind(BATCH)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(deleted.rows_affected())
}

/// A deleted entity may be restored by those who could read it, which hangs on its relations too.
async fn delete_relations(tx: &mut TenantTx, horizon: Horizon) -> Result<u64> {
    let deleted = sqlx::query(
        "delete from relation_version gone using (
           select source_ref, to_seq, type, target_ref, origin_ref from relation_version
           where tenant_id = $1 and to_seq <= $2 order by to_seq limit $3
         ) old
         where gone.tenant_id = $1 and gone.source_ref = old.source_ref and gone.to_seq = old.to_seq
           and gone.type = old.type and gone.target_ref = old.target_ref and gone.origin_ref = old.origin_ref",
    )
    .bind(tx.id())
    .bind(horizon.history_seq.min(horizon.undelete_seq))
    .bind(BATCH)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(deleted.rows_affected())
}

/// Changes that no version and no relation began or ended with. The newest one that is old enough stays: it says which
/// state the oldest moments have.
async fn delete_changes(tx: &mut TenantTx, horizon: Horizon) -> Result<u64> {
    let deleted = sqlx::query(
        "with needed (seq) as (
           select since_seq from entity where tenant_id = $1 and since_seq < $2
           union
           select from_seq from entity_version where tenant_id = $1 and from_seq < $2
           union
           select to_seq from entity_version where tenant_id = $1 and to_seq < $2
           union
           select since_seq from relation where tenant_id = $1 and since_seq < $2
           union
           select from_seq from relation_version where tenant_id = $1 and from_seq < $2
           union
           select to_seq from relation_version where tenant_id = $1 and to_seq < $2
         ),
         old as (
           select change.seq from catalog_change change
           where change.tenant_id = $1 and change.seq < $2
             and not exists (select from needed where needed.seq = change.seq)
           order by change.seq limit $3
         )
         delete from catalog_change gone using old where gone.tenant_id = $1 and gone.seq = old.seq",
    )
    .bind(tx.id())
    .bind(horizon.history_seq.min(horizon.undelete_seq))
    .bind(BATCH)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(deleted.rows_affected())
}
