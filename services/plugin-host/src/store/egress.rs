//! The hosts that a plugin of an organisation may reach. Without a row it reaches nothing.

use kernel::Result;
use sqlx::types::Json;
use store::{TenantTx, db};
use time::OffsetDateTime;

/// The list, in its normal form.
///
/// # Errors
/// Those of the database.
pub async fn list_hosts(tx: &mut TenantTx, plugin_id: &str) -> Result<Vec<String>> {
    let found: Option<Json<Vec<String>>> =
        sqlx::query_scalar("select hosts from plugin_egress where tenant_id = $1 and plugin_id = $2")
            .bind(tx.id())
            .bind(plugin_id)
            .fetch_optional(tx.conn())
            .await
            .map_err(db)?;
    Ok(found.map(|hosts| hosts.0).unwrap_or_default())
}

/// Replaces the list.
///
/// # Errors
/// Those of the database.
pub async fn set_hosts(tx: &mut TenantTx, plugin_id: &str, hosts: &[String], now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into plugin_egress (tenant_id, plugin_id, hosts, changed_at) values ($1, $2, $3, $4)
         on conflict on constraint plugin_egress_pk do update set hosts = excluded.hosts, changed_at = excluded.changed_at",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .bind(Json(hosts))
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}
