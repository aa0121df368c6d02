//! What workers said that they host.

use kernel::Result;
use plugin_protocol::control::Description;
use serde_json::Value;
use sqlx::types::Json;
use store::{TenantTx, db};
use time::OffsetDateTime;

/// A plugin with a back end, and its description if there is one.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Described {
    /// Which plugin.
    pub plugin_id: String,
    /// Its installation's revision now.
    pub revision: i64,
    /// The revision that was described.
    pub described: Option<i64>,
    /// What its worker said.
    pub description: Option<Json<Description>>,
    /// The permissions that it asks about, and its rules for them.
    pub permissions: Option<Value>,
    /// Whether it is a module of the platform's own plugins.
    pub is_module: bool,
    /// Whether it is a package of npm.
    pub is_node: bool,
}

/// Every plugin of the organisation that has a back end.
///
/// # Errors
/// Those of the database.
pub async fn list_descriptions(tx: &mut TenantTx) -> Result<Vec<Described>> {
    sqlx::query_as(
        "select i.plugin_id, i.revision, d.revision as described, d.description, d.permissions,
           exists (select from plugin_package p where p.tenant_id = $1 and p.plugin_id = i.plugin_id
             and p.backend ? 'extends') as is_module,
           exists (select from plugin_package p where p.tenant_id = $1 and p.plugin_id = i.plugin_id
             and p.backend ? 'bundle') as is_node
         from plugin_installation i
           left join plugin_description d on d.tenant_id = $1 and d.plugin_id = i.plugin_id
         where i.tenant_id = $1 and exists (select from plugin_package p where p.tenant_id = $1
           and p.plugin_id = i.plugin_id and p.backend is not null)
         order by i.plugin_id",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Writes a description, unless that of a later revision is there.
///
/// # Errors
/// Those of the database.
pub async fn set_description(
    tx: &mut TenantTx,
    plugin_id: &str,
    revision: i64,
    (description, permissions): (&Description, Option<&Value>),
    now: OffsetDateTime,
) -> Result<bool> {
    let written = sqlx::query(
        "insert into plugin_description (tenant_id, plugin_id, revision, description, permissions, described_at)
         select $1, $2, $3, $4, $6, $5 from plugin_installation where tenant_id = $1 and plugin_id = $2
         on conflict on constraint plugin_description_pk do update set revision = excluded.revision,
           description = excluded.description, permissions = excluded.permissions,
           described_at = excluded.described_at
         where plugin_description.revision <= excluded.revision",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .bind(revision)
    .bind(Json(description))
    .bind(now)
    .bind(permissions)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(written.rows_affected() == 1)
}

/// Forgets what is known of a plugin that was removed.
///
/// # Errors
/// Those of the database.
pub async fn delete_description(tx: &mut TenantTx, plugin_id: &str) -> Result<()> {
    sqlx::query("delete from plugin_description where tenant_id = $1 and plugin_id = $2")
        .bind(tx.id())
        .bind(plugin_id)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}
