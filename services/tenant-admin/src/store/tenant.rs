//! Rows of `tenant` and `tenant_host`.

use credential::Digest;
use kernel::{Result, TenantId};
use serde_json::Value;
use store::{SystemTx, TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// An organisation's row.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TenantRow {
    /// Address.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Plan.
    pub plan: String,
    /// See `domain::settings`.
    pub settings: Value,
    /// When it signed up.
    pub created_at: OffsetDateTime,
}

/// Whether an organisation, in whatever state, has this address.
///
/// # Errors
/// Those of the database.
pub async fn slug_is_taken(tx: &mut SystemTx, slug: &str) -> Result<bool> {
    sqlx::query_scalar("select exists (select from tenant where slug = $1)")
        .bind(slug)
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}

/// The active organisation at this address.
///
/// # Errors
/// Those of the database.
pub async fn find_by_slug(tx: &mut SystemTx, slug: &str) -> Result<Option<(TenantId, String)>> {
    let row: Option<(Uuid, String)> =
        sqlx::query_as("select tenant_id, name from tenant where slug = $1 and status = 'active'")
            .bind(slug)
            .fetch_optional(tx.conn())
            .await
            .map_err(db)?;
    Ok(row.map(|(id, name)| (TenantId::new(id), name)))
}

/// Adds the organisation and the host it answers at. `Conflict` when the address is taken.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    tx: &mut TenantTx,
    slug: &str,
    name: &str,
    plan: &str,
    host: &str,
    now: OffsetDateTime,
) -> Result<()> {
    let id = tx.id();
    sqlx::query("insert into tenant (tenant_id, slug, name, plan, created_at) values ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(slug)
        .bind(name)
        .bind(plan)
        .bind(now)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    sqlx::query("insert into tenant_host (host, tenant_id) values ($2, $1)")
        .bind(id)
        .bind(host)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// The organisation of the transaction.
///
/// # Errors
/// Those of the database.
pub async fn get(tx: &mut TenantTx) -> Result<TenantRow> {
    sqlx::query_as("select slug, name, plan, settings, created_at from tenant where tenant_id = $1")
        .bind(tx.id())
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}

/// The same, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn get_for_update(tx: &mut TenantTx) -> Result<TenantRow> {
    sqlx::query_as("select slug, name, plan, settings, created_at from tenant where tenant_id = $1 for update")
        .bind(tx.id())
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}

/// Changes name and settings.
///
/// # Errors
/// Those of the database.
pub async fn set(tx: &mut TenantTx, name: &str, settings: &Value) -> Result<()> {
    sqlx::query("update tenant set name = $2, settings = $3 where tenant_id = $1")
        .bind(tx.id())
        .bind(name)
        .bind(settings)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Id, address and name of the active organisations that a mail address belongs to, by name.
///
/// # Errors
/// Those of the database.
pub async fn list_by_address(tx: &mut SystemTx, address: Digest) -> Result<Vec<(TenantId, String, String)>> {
    let rows: Vec<(Uuid, String, String)> = sqlx::query_as(
        "select t.tenant_id, t.slug, t.name from member_address a join tenant t on t.tenant_id = a.tenant_id
         where a.address_hash = $1 and t.status = 'active' order by lower(t.name), t.slug limit 100",
    )
    .bind(address.as_bytes())
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    Ok(rows.into_iter().map(|(id, slug, name)| (TenantId::new(id), slug, name)).collect())
}
