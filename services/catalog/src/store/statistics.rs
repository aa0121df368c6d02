//! What the planner knows about the catalog's tables.

use kernel::Result;
use store::{TenantTx, db};

/// Counts anew, after a change that is large enough to mislead the planner. The tables belong to the owner, so this goes
/// through the owner's function; it tells nothing back.
///
/// # Errors
/// Those of the database.
pub async fn refresh(tx: &mut TenantTx) -> Result<()> {
    sqlx::query("select refresh_catalog_statistics()").execute(tx.conn()).await.map_err(db)?;
    Ok(())
}
