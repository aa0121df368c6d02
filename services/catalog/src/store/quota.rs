//! How many entities the organisation's plan has room for. What is there stays; what would be one too many is not taken
//! over, and its source is told.

use crate::domain::outcome::{Emitted, Problem, Run};
use kernel::{Error, Result};
use runtime::config::Plans;
use std::collections::BTreeSet;
use store::{TenantTx, db};

/// What a plan allows, and how much of it is left.
struct Room {
    allowed: u32,
    left: u64,
}

impl Room {
    fn words(&self, more: u64) -> String {
        let allowed = self.allowed;
        format!(
            "Your plan has room for {allowed} entities, and this adds {more} where {} fit. What is there stays as it is. \
             Remove some, or ask for a larger plan.",
            self.left
        )
    }
}

async fn room(tx: &mut TenantTx, plans: &Plans) -> Result<Option<Room>> {
    let id = tx.id();
    let plan: String = sqlx::query_scalar("select plan from tenant where tenant_id = $1")
        .bind(id)
        .fetch_one(tx.conn())
        .await
        .map_err(db)?;
    let allowed = plans.get(&plan).entities;
    if allowed == 0 {
        return Ok(None);
    }
    let used: i64 = sqlx::query_scalar("select count(*) from refresh_state where tenant_id = $1")
        .bind(id)
        .fetch_one(tx.conn())
        .await
        .map_err(db)?;
    let left = u64::from(allowed).saturating_sub(u64::try_from(used).unwrap_or_default());
    Ok(Some(Room { allowed, left }))
}

/// How many of these entities are not there yet.
async fn count_new(tx: &mut TenantTx, emitted: &[Emitted]) -> Result<u64> {
    let refs: BTreeSet<&str> = emitted.iter().map(|one| one.entity_ref.as_str()).collect();
    let refs: Vec<&str> = refs.into_iter().collect();
    let new: i64 = sqlx::query_scalar(
        "select count(*) from unnest($2::text[]) as wanted (entity_ref)
         where not exists (
           select from refresh_state there where there.tenant_id = $1 and there.entity_ref = wanted.entity_ref)",
    )
    .bind(tx.id())
    .bind(refs)
    .fetch_one(tx.conn())
    .await
    .map_err(db)?;
    Ok(u64::try_from(new).unwrap_or_default())
}

/// For each run, what to take over in its place: nothing else, or a failure when it brings more than there is room for.
/// A failed run leaves whatever its source emitted before.
///
/// # Errors
/// Those of the database.
pub async fn within(tx: &mut TenantTx, plans: &Plans, runs: &[&Run]) -> Result<Vec<Option<Run>>> {
    let Some(mut room) = room(tx, plans).await? else { return Ok(runs.iter().map(|_| None).collect()) };
    let mut instead = Vec::with_capacity(runs.len());
    for run in runs {
        let new = count_new(tx, &run.files.emitted).await?;
        if new > room.left {
            instead.push(Some(Run::failed(Problem::new("ConflictError", room.words(new)))));
        } else {
            room.left -= new;
            instead.push(None);
        }
    }
    Ok(instead)
}

/// Refuses entities that come by a request when there is no room for them.
///
/// # Errors
/// `Conflict` when there is none; those of the database.
pub async fn check(tx: &mut TenantTx, plans: &Plans, emitted: &[Emitted]) -> Result<()> {
    let Some(room) = room(tx, plans).await? else { return Ok(()) };
    let new = count_new(tx, emitted).await?;
    if new > room.left { Err(Error::conflict(room.words(new))) } else { Ok(()) }
}
