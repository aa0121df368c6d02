//! From where an organisation reads: set by tenant-admin, kept to by integrations.

use crate::{TenantTx, db};
use kernel::Result;
use time::OffsetDateTime;

/// From where an organisation's catalog and templates read. The default is every public host.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct ReadingRule {
    /// Whether only the places are read, and what is connected as a source host.
    pub only_listed: bool,
    /// As `runtime::outbound::Places` writes them.
    pub places: Vec<String>,
}

/// What holds.
///
/// # Errors
/// Those of the database.
pub async fn reading_rule(tx: &mut TenantTx) -> Result<ReadingRule> {
    let found = sqlx::query_as("select only_listed, places from reading_rule where tenant_id = $1")
        .bind(tx.id())
        .fetch_optional(tx.conn())
        .await
        .map_err(db)?;
    Ok(found.unwrap_or_default())
}

/// Sets what holds from now on.
///
/// # Errors
/// Those of the database.
pub async fn set_reading_rule(tx: &mut TenantTx, rule: &ReadingRule, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into reading_rule (tenant_id, only_listed, places, changed_at) values ($1, $2, $3, $4)
         on conflict (tenant_id) do update set only_listed = $2, places = $3, changed_at = $4",
    )
    .bind(tx.id())
    .bind(rule.only_listed)
    .bind(&rule.places)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}
