//! Hosts that failed: all units of the organisation that read from one leave it alone together, for longer with each
//! failure. When the time is over, the first unit that comes tries for all; the others come later, one after another.

use kernel::Result;
use std::collections::BTreeSet;
use std::time::Duration;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// How long one unit has to try a host before another one does.
const TRIAL: Duration = Duration::from_secs(30);
/// How long the others leave a host alone at least while one unit tries it: most trials end sooner than they may.
const GLANCE: Duration = Duration::from_secs(1);
/// The least span over which waiting units come back.
const SPREAD: Duration = Duration::from_secs(5);
/// No host's word keeps us away for longer.
const LONGEST: Duration = Duration::from_secs(3600);

/// Whether hosts may be read now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// None of them failed.
    Open,
    /// One of them failed before; this unit tries whether it is well again.
    Trial,
    /// One of them is left alone for so long.
    Closed(Duration),
}

/// Asks whether hosts may be read, and takes the turn to try those whose time is over.
///
/// # Errors
/// Those of the database.
pub async fn gate(tx: &mut TenantTx, hosts: &BTreeSet<String>) -> Result<Gate> {
    let (failed, mine, closed_for): (bool, bool, Option<f64>) = sqlx::query_as(
        "with mine as (
           select host, until, trying, extract(epoch from until - clock_timestamp())::float8 as rest
           from source_back_off where tenant_id = $1 and host = any ($2)
         ),
         turn as (
           update source_back_off set until = clock_timestamp() + make_interval(secs => $3), trying = true
           where tenant_id = $1 and host = any ($2) and until <= clock_timestamp()
             and not exists (select from mine where until > clock_timestamp())
           returning host
         )
         select count(*) > 0, exists (select from turn),
           max(case when trying then least($4, rest) else rest end) filter (where rest > 0)
         from mine",
    )
    .bind(tx.id())
    .bind(hosts.iter().map(String::as_str).collect::<Vec<_>>())
    .bind(TRIAL.as_secs_f64())
    .bind(GLANCE.as_secs_f64())
    .fetch_one(tx.conn())
    .await
    .map_err(db)?;
    Ok(match closed_for {
        Some(seconds) => Gate::Closed(spread(Duration::try_from_secs_f64(seconds).unwrap_or(SPREAD))),
        None if mine => Gate::Trial,
        // Somebody else took the turn just now.
        None if failed => Gate::Closed(spread(SPREAD)),
        None => Gate::Open,
    })
}

/// After the wait and a chance part of as much again: nobody is let in together.
fn spread(wait: Duration) -> Duration {
    let chance = f64::from(Uuid::new_v4().as_fields().0) / f64::from(u32::MAX);
    wait + wait.max(SPREAD).mul_f64(chance)
}

/// Notes that a host failed. Failures of units that were under way together count once.
///
/// # Errors
/// Those of the database.
pub async fn failed(tx: &mut TenantTx, host: &str, message: &str, retry_after: Option<Duration>) -> Result<()> {
    sqlx::query(
        "insert into source_back_off as known (tenant_id, host, failures, until, message)
         values ($1, $2, 1, clock_timestamp() + make_interval(secs => coalesce($3, 2)), $4)
         on conflict on constraint source_back_off_pk do update set
           failures = known.failures + 1, trying = false, message = excluded.message,
           until = clock_timestamp() + make_interval(secs => coalesce($3, least(300, power(2, known.failures + 1))))
         where known.trying or known.until <= clock_timestamp()",
    )
    .bind(tx.id())
    .bind(host)
    .bind(retry_after.map(|wait| wait.min(LONGEST).as_secs_f64()))
    .bind(message)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Notes that hosts are well.
///
/// # Errors
/// Those of the database.
pub async fn answered(tx: &mut TenantTx, hosts: &[String]) -> Result<()> {
    sqlx::query("delete from source_back_off where tenant_id = $1 and host = any ($2)")
        .bind(tx.id())
        .bind(hosts)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// A host that is left alone.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Paused {
    /// Name, and port where addresses have one.
    pub host: String,
    /// Until when.
    pub until: OffsetDateTime,
    /// How it failed.
    pub message: String,
}

/// Those of these hosts that are left alone now.
///
/// # Errors
/// Those of the database.
pub async fn list_paused(tx: &mut TenantTx, hosts: &BTreeSet<String>) -> Result<Vec<Paused>> {
    sqlx::query_as(
        "select host, until, message from source_back_off
         where tenant_id = $1 and host = any ($2) and until > clock_timestamp() and not trying order by host",
    )
    .bind(tx.id())
    .bind(hosts.iter().map(String::as_str).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}
