//! The counters of one organisation, and the lock that puts its changes in order.

use super::history::prune;
use crate::domain::cause::Cause;
use kernel::Result;
use sqlx::types::Json;
use store::{TenantTx, db};
use uuid::Uuid;

/// The counters, held under lock until the transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Counters {
    /// The number of the change that this transaction makes.
    pub seq: i64,
    /// The next entity number that is free.
    pub next_entity_no: i32,
    /// The next term number that is free.
    pub next_term_no: i32,
}

impl Counters {
    /// A number for a new entity.
    pub const fn take_entity_no(&mut self) -> i32 {
        let entity_no = self.next_entity_no;
        self.next_entity_no += 1;
        entity_no
    }
}

/// Waits for every other change of this organisation, takes the next sequence number and notes what causes the change.
///
/// # Errors
/// Those of the database.
pub async fn lock(tx: &mut TenantTx, cause: &Cause) -> Result<Counters> {
    let counters = count_up(tx, cause).await?;
    if counters.seq % PRUNE_EVERY == 1 {
        prune::enqueue(tx).await?;
    }
    Ok(counters)
}

/// After so many changes it is made sure that the past is pruned; the first change begins it.
const PRUNE_EVERY: i64 = 1024;

async fn count_up(tx: &mut TenantTx, cause: &Cause) -> Result<Counters> {
    sqlx::query_as(
        "with counters as (
           insert into tenant_seq (tenant_id, epoch, seq, changed_at) values ($1, $2, 1, clock_timestamp())
           on conflict on constraint tenant_seq_pk do update set seq = tenant_seq.seq + 1,
             changed_at = greatest(clock_timestamp(), tenant_seq.changed_at + interval '1 microsecond')
           returning seq, changed_at, next_entity_no, next_term_no
         ),
         change as (
           insert into catalog_change (tenant_id, seq, changed_at, cause) select $1, seq, changed_at, $3 from counters
         )
         select seq, next_entity_no, next_term_no from counters",
    )
    .bind(tx.id())
    .bind(Uuid::now_v7())
    .bind(Json(cause))
    .fetch_one(tx.conn())
    .await
    .map_err(db)
}

/// Writes the numbers back that were used up.
///
/// # Errors
/// Those of the database.
pub async fn save(tx: &mut TenantTx, counters: &Counters) -> Result<()> {
    sqlx::query("update tenant_seq set next_entity_no = $2, next_term_no = $3 where tenant_id = $1")
        .bind(tx.id())
        .bind(counters.next_entity_no)
        .bind(counters.next_term_no)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}
