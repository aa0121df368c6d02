//! Rows of `api_token`.

use credential::Digest;
use kernel::Result;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A token's row; the token itself is nowhere.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TokenRow {
    /// Row id.
    pub api_token_id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it stops working, if ever.
    pub expires_at: Option<OffsetDateTime>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<OffsetDateTime>,
}

/// Adds a token of a member.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &mut TenantTx, member: Uuid, token: &TokenRow, hash: Digest) -> Result<()> {
    sqlx::query(
        "insert into api_token (tenant_id, api_token_id, member_id, name, token_hash, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(tx.id())
    .bind(token.api_token_id)
    .bind(member)
    .bind(&token.name)
    .bind(hash.as_bytes())
    .bind(token.created_at)
    .bind(token.expires_at)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// A member's tokens, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx, member: Uuid) -> Result<Vec<TokenRow>> {
    sqlx::query_as(
        "select api_token_id, name, created_at, expires_at, last_used_at from api_token
         where tenant_id = $1 and member_id = $2 order by api_token_id desc",
    )
    .bind(tx.id())
    .bind(member)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Removes a member's token; its name, if there was one.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut TenantTx, member: Uuid, token: Uuid) -> Result<Option<String>> {
    sqlx::query_scalar(
        "delete from api_token where tenant_id = $1 and member_id = $2 and api_token_id = $3 returning name",
    )
    .bind(tx.id())
    .bind(member)
    .bind(token)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}
