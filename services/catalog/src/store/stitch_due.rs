//! Entities whose relations changed while more files were due. They are stitched together when the files have been
//! read, or after a while: an entity that a hundred files refer to is written once instead of a hundred times.

use super::refresh;
use super::sequence::{self, Counters};
use super::{statistics, write};
use crate::domain::cause::Cause;
use kernel::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use store::queue::{self, Job, NewJob};
use store::{TenantTx, db};

/// The queue of organisations with entities to stitch; each has one job.
pub const QUEUE: &str = "catalog.stitch";

/// The key of an organisation's job.
const KEY: &str = "relations";
/// The key of another one, for what the planner knows.
const STATISTICS: &str = "statistics";
/// From how many changed entities on the planner's statistics are worth refreshing.
const MANY: usize = 1000;
/// How long that can wait: a large ingest goes on, and autovacuum may come by.
const STATISTICS_PAUSE: Duration = Duration::from_secs(45);
/// How long entities wait for further files at most.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long between two looks whether all files have been read.
const PAUSE: Duration = Duration::from_millis(250);
/// Entities stitched in one transaction; changes by people come between two of them.
const BATCH: i64 = 2000;

/// Notes that these entities are to be stitched, if they exist.
///
/// # Errors
/// Those of the database.
pub async fn add(tx: &mut TenantTx, entity_refs: &BTreeSet<String>) -> Result<()> {
    if entity_refs.is_empty() {
        return Ok(());
    }
    let added = sqlx::query(
        "insert into stitch_due (tenant_id, entity_ref)
         select $1, entity.entity_ref from entity where entity.tenant_id = $1 and entity.entity_ref = any ($2)
         on conflict on constraint stitch_due_pk do nothing",
    )
    .bind(tx.id())
    .bind(entity_refs.iter().map(String::as_str).collect::<Vec<_>>())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    if added.rows_affected() == 0 {
        return Ok(());
    }
    queue::enqueue(tx, NewJob::now(QUEUE, KEY).after(PAUSE)).await
}

/// Stitches what is due, unless files are still being read. `false`: the lease was lost, and the caller must roll back.
///
/// # Errors
/// Those of the database.
pub async fn work_off(tx: &mut TenantTx, job: &Job) -> Result<bool> {
    if job.key == STATISTICS {
        statistics::refresh(tx).await?;
        return queue::complete(tx, job).await;
    }
    if refresh::others_due(tx, &[]).await? && !is_overdue(tx).await? {
        return queue::reschedule(tx, job, PAUSE).await;
    }
    let mut counters = sequence::lock(tx, &Cause::platform()).await?;
    let due = take(tx).await?;
    let more = i64::try_from(due.len()).is_ok_and(|due| due == BATCH);
    stitch(tx, &mut counters, due).await?;
    if more { queue::reschedule(tx, job, Duration::ZERO).await } else { queue::complete(tx, job).await }
}

/// Whether nothing is lost when the job is not done. Statistics that take longer than a statement may would take as long
/// the next time, and cost the database as much.
#[must_use]
pub fn may_be_left(job: &Job) -> bool {
    job.key == STATISTICS
}

/// Has the planner's statistics refreshed a little later, after a change that is large enough to mislead it.
///
/// # Errors
/// Those of the database.
pub async fn note_growth(tx: &mut TenantTx, changed: usize) -> Result<()> {
    if changed < MANY {
        return Ok(());
    }
    queue::enqueue(tx, NewJob::now(QUEUE, STATISTICS).after(STATISTICS_PAUSE)).await
}

async fn stitch(tx: &mut TenantTx, counters: &mut Counters, due: Vec<String>) -> Result<()> {
    write::stitch_all(tx, counters, &BTreeMap::new(), &due.into_iter().collect()).await?;
    sequence::save(tx, counters).await
}

async fn is_overdue(tx: &mut TenantTx) -> Result<bool> {
    sqlx::query_scalar(
        "select exists (select from stitch_due where tenant_id = $1
           and since < clock_timestamp() - make_interval(secs => $2))",
    )
    .bind(tx.id())
    .bind(PATIENCE.as_secs_f64())
    .fetch_one(tx.conn())
    .await
    .map_err(db)
}

async fn take(tx: &mut TenantTx) -> Result<Vec<String>> {
    sqlx::query_scalar(
        "delete from stitch_due where tenant_id = $1 and entity_ref in (
           select entity_ref from stitch_due where tenant_id = $1 order by entity_ref limit $2
         ) returning entity_ref",
    )
    .bind(tx.id())
    .bind(BATCH)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}
