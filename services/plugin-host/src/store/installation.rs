//! One row per plugin that an organisation has.

use kernel::Result;
use serde_json::Value;
use store::{TenantTx, db};
use time::OffsetDateTime;

/// A plugin of an organisation.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Installation {
    /// For example `badges`.
    pub plugin_id: String,
    /// Part of Backstage's configuration tree; always an object.
    pub config: Value,
    /// Grows with every change that a worker must take over.
    pub revision: i64,
    /// When the first package was installed.
    pub installed_at: OffsetDateTime,
}

/// All plugins.
///
/// # Errors
/// Those of the database.
pub async fn list_installations(tx: &mut TenantTx) -> Result<Vec<Installation>> {
    sqlx::query_as(
        "select plugin_id, config, revision, installed_at from plugin_installation
         where tenant_id = $1 order by plugin_id",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// One plugin.
///
/// # Errors
/// Those of the database.
pub async fn find_installation(tx: &mut TenantTx, plugin_id: &str) -> Result<Option<Installation>> {
    sqlx::query_as(
        "select plugin_id, config, revision, installed_at from plugin_installation
         where tenant_id = $1 and plugin_id = $2",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// As [`find_installation`], and nobody else changes the row until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn find_installation_for_update(tx: &mut TenantTx, plugin_id: &str) -> Result<Option<Installation>> {
    sqlx::query_as(
        "select plugin_id, config, revision, installed_at from plugin_installation
         where tenant_id = $1 and plugin_id = $2 for update",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Makes the row, or tells workers of a change when it is there already.
///
/// # Errors
/// Those of the database.
pub async fn insert_or_touch(tx: &mut TenantTx, plugin_id: &str, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into plugin_installation (tenant_id, plugin_id, installed_at) values ($1, $2, $3)
         on conflict on constraint plugin_installation_pk do update set revision = plugin_installation.revision + 1",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Replaces the configuration.
///
/// # Errors
/// Those of the database.
pub async fn set_config(tx: &mut TenantTx, plugin_id: &str, config: &Value) -> Result<()> {
    sqlx::query(
        "update plugin_installation set config = $3, revision = revision + 1
         where tenant_id = $1 and plugin_id = $2",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .bind(config)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Removes the plugin. Its schema in the plugins' database stays: installing it again finds its data.
///
/// # Errors
/// Those of the database.
pub async fn delete_installation(tx: &mut TenantTx, plugin_id: &str) -> Result<()> {
    sqlx::query("delete from plugin_installation where tenant_id = $1 and plugin_id = $2")
        .bind(tx.id())
        .bind(plugin_id)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}
