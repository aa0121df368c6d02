//! Which change a moment comes after, and how far back moments are known.

use crate::store::settings;
use kernel::{Error, Result};
use store::{TenantTx, db};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

/// How long the past is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Versions and relations that were superseded.
    pub history_days: i32,
    /// Deleted entities, to be restored.
    pub undelete_days: i32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { history_days: 365, undelete_days: 30 }
    }
}

/// How long this organisation keeps the past.
///
/// # Errors
/// Those of the database.
pub async fn retention(tx: &mut TenantTx) -> Result<Retention> {
    let settings = settings::load(tx).await?;
    let days = |days: u32| i32::try_from(days).unwrap_or(i32::MAX);
    Ok(Retention { history_days: days(settings.history_days), undelete_days: days(settings.undelete_days) })
}

/// A client's clock may be ahead of ours by so much.
const CLOCK_SKEW: Duration = Duration::seconds(5);

#[derive(sqlx::FromRow)]
struct Found {
    seq: Option<i64>,
    pruned_seq: i64,
    now: OffsetDateTime,
}

/// The last change at or before this moment; 0 when there was none yet.
///
/// # Errors
/// `Input` for a moment in the future, or one that lies further back than the past is kept.
pub async fn seq_at(tx: &mut TenantTx, moment: OffsetDateTime) -> Result<i64> {
    let retention = retention(tx).await?;
    let found: Found = sqlx::query_as(
        "select
           (select seq from catalog_change where tenant_id = $1 and changed_at <= $2
            order by changed_at desc limit 1) as seq,
           coalesce((select pruned_seq from tenant_seq where tenant_id = $1), 0) as pruned_seq,
           clock_timestamp() as now",
    )
    .bind(tx.id())
    .bind(moment)
    .fetch_one(tx.conn())
    .await
    .map_err(db)?;
    if moment > found.now + CLOCK_SKEW {
        return Err(Error::input(format!("asOf is in the future: it is {} now", text(found.now))));
    }
    let earliest = found.now - Duration::days(i64::from(retention.history_days));
    let seq = found.seq.unwrap_or(0);
    if moment < earliest || seq < found.pruned_seq {
        return Err(Error::input(format!(
            "asOf lies too far back: history is kept for {} days, since {}",
            retention.history_days,
            text(earliest)
        )));
    }
    Ok(seq)
}

/// The change, when the state after it is known still.
///
/// # Errors
/// `Input` when it is not.
pub async fn known(tx: &mut TenantTx, seq: i64) -> Result<i64> {
    let present = present(tx).await?;
    if seq < present.pruned_seq || seq > present.seq {
        return Err(Error::input("The cursor is of a moment that is not known any more"));
    }
    Ok(seq)
}

/// As clients write it, to the microsecond that the database keeps: given as `asOf`, it means that very change.
#[must_use]
pub fn text(moment: OffsetDateTime) -> String {
    moment.format(&Rfc3339).unwrap_or_default()
}

/// Where the organisation's catalog stands.
///
/// # Errors
/// Those of the database.
pub async fn present(tx: &mut TenantTx) -> Result<Present> {
    let found = sqlx::query_as("select seq, pruned_seq from tenant_seq where tenant_id = $1")
        .bind(tx.id())
        .fetch_optional(tx.conn())
        .await
        .map_err(db)?;
    Ok(found.unwrap_or_default())
}

/// The ends of what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, sqlx::FromRow)]
pub struct Present {
    /// The last change.
    pub seq: i64,
    /// What was before this change is not known any more.
    pub pruned_seq: i64,
}
