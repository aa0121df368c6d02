//! Rows of `service_token`: tokens that belong to the organisation.

use credential::Digest;
use kernel::Result;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A token's row; the token itself is nowhere.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ServiceTokenRow {
    /// Row id.
    pub service_token_id: Uuid,
    /// It acts as `service:default/NAME`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Role's name.
    pub role: String,
    /// The permissions that it is limited to.
    pub scopes: Option<Vec<String>>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// By whom.
    pub created_by: String,
    /// When it stops working, if ever.
    pub expires_at: Option<OffsetDateTime>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<OffsetDateTime>,
    /// From which address.
    pub last_used_from: Option<String>,
}

/// Adds a token. `Conflict` when there is one of this name.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &mut TenantTx, token: &ServiceTokenRow, hash: Digest) -> Result<()> {
    sqlx::query(
        "insert into service_token (tenant_id, service_token_id, name, description, role, scopes, token_hash,
           created_at, created_by, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(tx.id())
    .bind(token.service_token_id)
    .bind(&token.name)
    .bind(&token.description)
    .bind(&token.role)
    .bind(&token.scopes)
    .bind(hash.as_bytes())
    .bind(token.created_at)
    .bind(&token.created_by)
    .bind(token.expires_at)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// All of them, by name.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<ServiceTokenRow>> {
    sqlx::query_as(
        "select service_token_id, name, description, role, scopes, created_at, created_by, expires_at, last_used_at,
           last_used_from
         from service_token where tenant_id = $1 order by name",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Removes a token; its name, if there was one.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut TenantTx, token: Uuid) -> Result<Option<String>> {
    sqlx::query_scalar("delete from service_token where tenant_id = $1 and service_token_id = $2 returning name")
        .bind(tx.id())
        .bind(token)
        .fetch_optional(tx.conn())
        .await
        .map_err(db)
}
