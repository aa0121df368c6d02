//! Addresses of plugins that people read lately.

use kernel::Result;
use store::{TenantTx, db};
use time::OffsetDateTime;

/// Adds addresses and forgets the oldest beyond `most`.
///
/// # Errors
/// Those of the database.
pub async fn add(tx: &mut TenantTx, plugin_id: &str, paths: &[String], most: i64, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into plugin_recording (tenant_id, plugin_id, path, seen_at)
         select $1, $2, path, $4 from unnest($3::text[]) as seen (path)
         on conflict on constraint plugin_recording_pk do update set seen_at = excluded.seen_at",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .bind(paths)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    sqlx::query(
        "delete from plugin_recording where tenant_id = $1 and plugin_id = $2 and path in (
           select path from plugin_recording where tenant_id = $1 and plugin_id = $2
           order by seen_at desc, path offset $3)",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .bind(most)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// The addresses, the latest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx, plugin_id: &str) -> Result<Vec<String>> {
    sqlx::query_scalar(
        "select path from plugin_recording where tenant_id = $1 and plugin_id = $2 order by seen_at desc, path",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}
