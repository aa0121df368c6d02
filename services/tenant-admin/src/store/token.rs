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
    /// From which address.
    pub last_used_from: Option<String>,
    /// The permissions that it is limited to.
    pub scopes: Option<Vec<String>>,
}

/// A token and whose it is.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OwnedTokenRow {
    /// The token.
    #[sqlx(flatten)]
    pub token: TokenRow,
    /// The owner's name.
    pub owner_name: String,
    /// The owner's entity.
    pub owner_ref: String,
}

/// Adds a token of a member.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &mut TenantTx, member: Uuid, token: &TokenRow, hash: Digest) -> Result<()> {
    sqlx::query(
        "insert into api_token
           (tenant_id, api_token_id, member_id, name, token_hash, created_at, expires_at, scopes)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(tx.id())
    .bind(token.api_token_id)
    .bind(member)
    .bind(&token.name)
    .bind(hash.as_bytes())
    .bind(token.created_at)
    .bind(token.expires_at)
    .bind(&token.scopes)
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
        "select api_token_id, name, created_at, expires_at, last_used_at, last_used_from, scopes from api_token
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

/// How many tokens a member has.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &mut TenantTx, member: Uuid) -> Result<i64> {
    sqlx::query_scalar("select count(*) from api_token where tenant_id = $1 and member_id = $2")
        .bind(tx.id())
        .bind(member)
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}

/// Everybody's tokens, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list_all(tx: &mut TenantTx) -> Result<Vec<OwnedTokenRow>> {
    sqlx::query_as(
        "select t.api_token_id, t.name, t.created_at, t.expires_at, t.last_used_at, t.last_used_from, t.scopes,
           m.name as owner_name, m.user_ref as owner_ref
         from api_token t join member m on m.tenant_id = $1 and m.member_id = t.member_id
         where t.tenant_id = $1 order by t.api_token_id desc",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Removes anybody's token; its name and the owner's entity, if there was one.
///
/// # Errors
/// Those of the database.
pub async fn delete_of_anybody(tx: &mut TenantTx, token: Uuid) -> Result<Option<(String, String)>> {
    sqlx::query_as(
        "with gone as (
           delete from api_token where tenant_id = $1 and api_token_id = $2 returning name, member_id)
         select gone.name, m.user_ref from gone join member m on m.tenant_id = $1 and m.member_id = gone.member_id",
    )
    .bind(tx.id())
    .bind(token)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}
