//! Rows of `used_link`: sealed links that opened this organisation once.

use credential::Digest;
use kernel::Result;
use store::{TenantTx, db};
use time::OffsetDateTime;

/// Notes that a sealed link was used here; `false` when it was before.
///
/// # Errors
/// Those of the database.
pub async fn take(tx: &mut TenantTx, code: Digest, now: OffsetDateTime, expires_at: OffsetDateTime) -> Result<bool> {
    let id = tx.id();
    sqlx::query("delete from used_link where tenant_id = $1 and expires_at <= $2")
        .bind(id)
        .bind(now)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    let noted = sqlx::query(
        "insert into used_link (tenant_id, code_hash, expires_at) values ($1, $2, $3)
         on conflict (tenant_id, code_hash) do nothing",
    )
    .bind(id)
    .bind(code.as_bytes())
    .bind(expires_at)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(noted.rows_affected() == 1)
}
