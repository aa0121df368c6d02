//! Rows of `invitation`, `password_reset` and `handoff`: links that are a member's, and work once.

use super::member::MemberRow;
use credential::Digest;
use kernel::Result;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// What a link lets its owner do. Each member has at most one open link for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Come in for the first time.
    Invitation,
    /// Choose another password.
    PasswordReset,
}

struct Statements {
    set: &'static str,
    find: &'static str,
    take: &'static str,
}

/// The statements for a table, and the state that its owners are in.
macro_rules! statements {
    ($table:literal, $status:literal) => {
        Statements {
            set: concat!(
                "insert into ",
                $table,
                " (tenant_id, member_id, code_hash, expires_at) values ($1, $2, $3, $4)
                 on conflict (tenant_id, member_id)
                 do update set code_hash = excluded.code_hash, expires_at = excluded.expires_at"
            ),
            find: concat!(
                "select m.member_id, m.name, m.email, m.role, m.user_ref, m.status, m.created_at, m.last_sign_in_at from ",
                $table,
                " l join member m on m.tenant_id = $1 and m.member_id = l.member_id
                 where l.tenant_id = $1 and l.code_hash = $2 and l.expires_at > $3 and m.status = '",
                $status,
                "'"
            ),
            take: concat!("delete from ", $table, " where tenant_id = $1 and code_hash = $2 and expires_at > $3"),
        }
    };
}

impl Purpose {
    const fn statements(self) -> Statements {
        match self {
            Self::Invitation => statements!("invitation", "invited"),
            Self::PasswordReset => statements!("password_reset", "active"),
        }
    }
}

/// Opens a link; the member's former one stops working.
///
/// # Errors
/// Those of the database.
pub async fn set(
    tx: &mut TenantTx,
    purpose: Purpose,
    member: Uuid,
    code: Digest,
    expires_at: OffsetDateTime,
) -> Result<()> {
    sqlx::query(purpose.statements().set)
        .bind(tx.id())
        .bind(member)
        .bind(code.as_bytes())
        .bind(expires_at)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Whose an open link is.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, purpose: Purpose, code: Digest, now: OffsetDateTime) -> Result<Option<MemberRow>> {
    sqlx::query_as(purpose.statements().find)
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
pub async fn take(tx: &mut TenantTx, purpose: Purpose, code: Digest, now: OffsetDateTime) -> Result<bool> {
    let taken = sqlx::query(purpose.statements().take)
        .bind(tx.id())
        .bind(code.as_bytes())
        .bind(now)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(taken.rows_affected() == 1)
}

/// Stores a hand-off code.
///
/// # Errors
/// Those of the database.
pub async fn insert_handoff(tx: &mut TenantTx, member: Uuid, code: Digest, expires_at: OffsetDateTime) -> Result<()> {
    sqlx::query("insert into handoff (tenant_id, code_hash, member_id, expires_at) values ($1, $2, $3, $4)")
        .bind(tx.id())
        .bind(code.as_bytes())
        .bind(member)
        .bind(expires_at)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}
