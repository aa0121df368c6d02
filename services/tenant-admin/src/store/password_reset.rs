//! Rows of `password_reset`: links with which members choose a new password, once.

use super::member::MemberRow;
use credential::Digest;
use kernel::Result;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// Opens a link; the member's former one stops working.
///
/// # Errors
/// Those of the database.
pub async fn set(tx: &mut TenantTx, member: Uuid, code: Digest, expires_at: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into password_reset (tenant_id, member_id, code_hash, expires_at) values ($1, $2, $3, $4)
         on conflict (tenant_id, member_id) do update set code_hash = excluded.code_hash, expires_at = excluded.expires_at",
    )
    .bind(tx.id())
    .bind(member)
    .bind(code.as_bytes())
    .bind(expires_at)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Whose password an open link changes.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, code: Digest, now: OffsetDateTime) -> Result<Option<MemberRow>> {
    sqlx::query_as(
        "select m.member_id, m.name, m.email, m.role, m.user_ref, m.status, m.created_at, m.last_sign_in_at
         from password_reset r join member m on m.tenant_id = $1 and m.member_id = r.member_id
         where r.tenant_id = $1 and r.code_hash = $2 and r.expires_at > $3 and m.status = 'active'",
    )
    .bind(tx.id())
    .bind(code.as_bytes())
    .bind(now)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Uses a link up; whether it was still there.
///
/// # Errors
/// Those of the database.
pub async fn take(tx: &mut TenantTx, code: Digest, now: OffsetDateTime) -> Result<bool> {
    let taken = sqlx::query("delete from password_reset where tenant_id = $1 and code_hash = $2 and expires_at > $3")
        .bind(tx.id())
        .bind(code.as_bytes())
        .bind(now)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(taken.rows_affected() == 1)
}
