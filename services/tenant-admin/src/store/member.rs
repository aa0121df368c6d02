//! Rows of `member` and `password`.

use kernel::Result;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A member's row.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct MemberRow {
    /// Row id.
    pub member_id: Uuid,
    /// Full name.
    pub name: String,
    /// Mail address as typed.
    pub email: String,
    /// Role's name.
    pub role: String,
    /// Key of the catalog entity.
    pub user_ref: String,
    /// `active` or `invited`.
    pub status: String,
    /// When they were added.
    pub created_at: OffsetDateTime,
    /// When they were last seen signing in.
    pub last_sign_in_at: Option<OffsetDateTime>,
}

/// Everybody, by name.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<MemberRow>> {
    sqlx::query_as(
        "select member_id, name, email, role, user_ref, status, created_at, last_sign_in_at
         from member where tenant_id = $1 order by lower(name), member_id",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// One member.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, member: Uuid) -> Result<Option<MemberRow>> {
    sqlx::query_as(
        "select member_id, name, email, role, user_ref, status, created_at, last_sign_in_at
         from member where tenant_id = $1 and member_id = $2",
    )
    .bind(tx.id())
    .bind(member)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// The member with this mail address (lower case), whatever their status.
///
/// # Errors
/// Those of the database.
pub async fn find_by_email(tx: &mut TenantTx, email_key: &str) -> Result<Option<MemberRow>> {
    sqlx::query_as(
        "select member_id, name, email, role, user_ref, status, created_at, last_sign_in_at
         from member where tenant_id = $1 and email_key = $2",
    )
    .bind(tx.id())
    .bind(email_key)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// The member who is this entity.
///
/// # Errors
/// Those of the database.
pub async fn find_by_user_ref(tx: &mut TenantTx, user_ref: &str) -> Result<Option<MemberRow>> {
    sqlx::query_as(
        "select member_id, name, email, role, user_ref, status, created_at, last_sign_in_at
         from member where tenant_id = $1 and user_ref = $2",
    )
    .bind(tx.id())
    .bind(user_ref)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Whether somebody has this mail address (lower case).
///
/// # Errors
/// Those of the database.
pub async fn email_is_taken(tx: &mut TenantTx, email_key: &str) -> Result<bool> {
    sqlx::query_scalar("select exists (select from member where tenant_id = $1 and email_key = $2)")
        .bind(tx.id())
        .bind(email_key)
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}

/// Whether somebody is this entity already.
///
/// # Errors
/// Those of the database.
pub async fn user_ref_is_taken(tx: &mut TenantTx, user_ref: &str) -> Result<bool> {
    sqlx::query_scalar("select exists (select from member where tenant_id = $1 and user_ref = $2)")
        .bind(tx.id())
        .bind(user_ref)
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}

/// Adds a member.
///
/// # Errors
/// Those of the database; `Conflict` when mail address or entity are taken.
pub async fn insert(tx: &mut TenantTx, member: &MemberRow, email_key: &str) -> Result<()> {
    sqlx::query(
        "insert into member (tenant_id, member_id, name, email, email_key, role, user_ref, status, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(tx.id())
    .bind(member.member_id)
    .bind(&member.name)
    .bind(&member.email)
    .bind(email_key)
    .bind(&member.role)
    .bind(&member.user_ref)
    .bind(&member.status)
    .bind(member.created_at)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Ids of the active administrators, locked until the transaction ends: two that remove each other at the same time
/// come one after the other.
///
/// # Errors
/// Those of the database.
pub async fn list_admins_for_update(tx: &mut TenantTx) -> Result<Vec<Uuid>> {
    sqlx::query_scalar(
        "select member_id from member where tenant_id = $1 and role = 'admin' and status = 'active'
         order by member_id for update",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Changes a member's role.
///
/// # Errors
/// Those of the database.
pub async fn set_role(tx: &mut TenantTx, member: Uuid, role: &str) -> Result<()> {
    sqlx::query("update member set role = $3 where tenant_id = $1 and member_id = $2")
        .bind(tx.id())
        .bind(member)
        .bind(role)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Lets an invited member in.
///
/// # Errors
/// Those of the database.
pub async fn set_active(tx: &mut TenantTx, member: Uuid) -> Result<()> {
    sqlx::query("update member set status = 'active' where tenant_id = $1 and member_id = $2")
        .bind(tx.id())
        .bind(member)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Sets or replaces a password's hash.
///
/// # Errors
/// Those of the database.
pub async fn set_password(tx: &mut TenantTx, member: Uuid, hash: &str, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into password (tenant_id, member_id, hash, changed_at) values ($1, $2, $3, $4)
         on conflict (tenant_id, member_id) do update set hash = excluded.hash, changed_at = excluded.changed_at",
    )
    .bind(tx.id())
    .bind(member)
    .bind(hash)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Removes a member with password, sessions, invitations and tokens.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut TenantTx, member: Uuid) -> Result<()> {
    sqlx::query("delete from member where tenant_id = $1 and member_id = $2")
        .bind(tx.id())
        .bind(member)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// The active member with this mail address (lower case).
///
/// # Errors
/// Those of the database.
pub async fn find_active_by_email(tx: &mut TenantTx, email_key: &str) -> Result<Option<MemberRow>> {
    sqlx::query_as(
        "select member_id, name, email, role, user_ref, status, created_at, last_sign_in_at
         from member where tenant_id = $1 and email_key = $2 and status = 'active'",
    )
    .bind(tx.id())
    .bind(email_key)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// How many there are, invited ones included. The organisation's row is locked, so that two who invite the last one at
/// the same time come one after the other.
///
/// # Errors
/// Those of the database.
pub async fn count_for_update(tx: &mut TenantTx) -> Result<i64> {
    let id = tx.id();
    sqlx::query("select from tenant where tenant_id = $1 for update").bind(id).execute(tx.conn()).await.map_err(db)?;
    count(tx).await
}

/// How many there are, invited ones included.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &mut TenantTx) -> Result<i64> {
    sqlx::query_scalar("select count(*) from member where tenant_id = $1")
        .bind(tx.id())
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}

/// The hash of a member's password, if they have one.
///
/// # Errors
/// Those of the database.
pub async fn password_hash(tx: &mut TenantTx, member: Uuid) -> Result<Option<String>> {
    sqlx::query_scalar("select hash from password where tenant_id = $1 and member_id = $2")
        .bind(tx.id())
        .bind(member)
        .fetch_optional(tx.conn())
        .await
        .map_err(db)
}

/// Ends all sessions of a member; how many there were.
///
/// # Errors
/// Those of the database.
pub async fn end_sessions(tx: &mut TenantTx, member: Uuid, now: OffsetDateTime) -> Result<u64> {
    let ended = sqlx::query(
        "update session set revoked_at = $3
         where tenant_id = $1 and member_id = $2 and revoked_at is null and expires_at > $3",
    )
    .bind(tx.id())
    .bind(member)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(ended.rows_affected())
}

/// Mail addresses of the active members with these entities.
///
/// # Errors
/// Those of the database.
pub async fn list_addresses(tx: &mut TenantTx, user_refs: &[String]) -> Result<Vec<String>> {
    sqlx::query_scalar(
        "select email from member where tenant_id = $1 and user_ref = any($2) and status = 'active' order by email",
    )
    .bind(tx.id())
    .bind(user_refs)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}
