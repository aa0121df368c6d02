//! Schemas of a plugin beside its first one.

use kernel::Result;
use store::plugins::SchemaName;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A schema with the rollout that made it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Schema {
    /// Whose.
    pub plugin_id: String,
    /// Its name.
    pub name: String,
    /// `live`, `check`, `next` or `kept`.
    pub state: String,
    /// The server's transaction number when it became the live one.
    pub live_from_xid: Option<String>,
}

/// The schema that the plugin's worker uses.
///
/// # Errors
/// Those of the database; `Input` when no schema can have the plugin's id as its name.
pub async fn live(tx: &mut TenantTx, plugin_id: &str) -> Result<SchemaName> {
    let name: Option<String> =
        sqlx::query_scalar("select name from plugin_schema where tenant_id = $1 and plugin_id = $2 and state = 'live'")
            .bind(tx.id())
            .bind(plugin_id)
            .fetch_optional(tx.conn())
            .await
            .map_err(db)?;
    match name {
        Some(name) => SchemaName::stored(tx.tenant(), &name),
        None => SchemaName::first(tx.tenant(), plugin_id),
    }
}

/// The schemas of a plugin that have a row.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx, plugin_id: &str) -> Result<Vec<Schema>> {
    sqlx::query_as(
        "select plugin_id, name, state, live_from_xid from plugin_schema where tenant_id = $1 and plugin_id = $2",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The organisation's schemas that need not be kept any more.
///
/// # Errors
/// Those of the database.
pub async fn list_stale(tx: &mut TenantTx, now: OffsetDateTime) -> Result<Vec<Schema>> {
    sqlx::query_as(
        "select plugin_id, name, state, live_from_xid from plugin_schema
         where tenant_id = $1 and state = 'kept' and keep_until < $2",
    )
    .bind(tx.id())
    .bind(now)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Notes a schema before it is made, or what has become of it.
///
/// # Errors
/// Those of the database.
pub async fn set(
    tx: &mut TenantTx,
    plugin_id: &str,
    name: &SchemaName,
    (state, keep_until): (&str, Option<OffsetDateTime>),
    rollout: Option<Uuid>,
) -> Result<()> {
    sqlx::query(
        "insert into plugin_schema (tenant_id, plugin_id, name, state, rollout_id, keep_until)
         values ($1, $2, $3, $4, $5, $6)
         on conflict on constraint plugin_schema_pk do update set state = excluded.state,
           keep_until = excluded.keep_until, rollout_id = coalesce(excluded.rollout_id, plugin_schema.rollout_id)",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .bind(name.as_str())
    .bind(state)
    .bind(rollout)
    .bind(keep_until)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Notes when the schema became the live one.
///
/// # Errors
/// Those of the database.
pub async fn set_live_from(tx: &mut TenantTx, plugin_id: &str, name: &SchemaName, xid: &str) -> Result<()> {
    sqlx::query("update plugin_schema set live_from_xid = $4 where tenant_id = $1 and plugin_id = $2 and name = $3")
        .bind(tx.id())
        .bind(plugin_id)
        .bind(name.as_str())
        .bind(xid)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Forgets a schema that was dropped.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut TenantTx, plugin_id: &str, name: &str) -> Result<()> {
    sqlx::query("delete from plugin_schema where tenant_id = $1 and plugin_id = $2 and name = $3")
        .bind(tx.id())
        .bind(plugin_id)
        .bind(name)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}
