//! What the operator did: the platform's own log, beside the organisations' audit logs.

use crate::{SystemTx, db};
use kernel::Result;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

/// The actor of commands: whoever may read the data folder.
pub const COMMAND_LINE: &str = "operator";

/// Something that the operator did.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed<'a> {
    /// [`COMMAND_LINE`], or `operator:NAME` in the browser.
    pub actor: &'a str,
    /// For example `rollout.stop`.
    pub action: &'static str,
    /// To what.
    pub target: &'a str,
    /// Further facts: a JSON object without secrets.
    pub details: Value,
}

/// A deed as it was written.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the migration says what each column is")]
pub struct DeedRow {
    pub event_id: Uuid,
    pub happened_at: OffsetDateTime,
    pub actor: String,
    pub action: String,
    pub target: String,
    pub details: Value,
}

/// Writes a deed; it stands or falls with the transaction.
///
/// # Errors
/// Those of the database.
pub async fn record(tx: &mut SystemTx, deed: &Deed<'_>) -> Result<()> {
    sqlx::query(
        "insert into operator_event (event_id, happened_at, actor, action, target, details)
         values ($1, clock_timestamp(), $2, $3, $4, $5)",
    )
    .bind(Uuid::now_v7())
    .bind(deed.actor)
    .bind(deed.action)
    .bind(deed.target)
    .bind(&deed.details)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Deeds before this one, the latest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut SystemTx, before: Option<Uuid>, most: i64) -> Result<Vec<DeedRow>> {
    sqlx::query_as(
        "select event_id, happened_at, actor, action, target, details from operator_event
         where $1::uuid is null or event_id < $1 order by event_id desc limit $2",
    )
    .bind(before)
    .bind(most)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}
