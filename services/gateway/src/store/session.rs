//! Sessions. The row decides whether a browser is signed in; everything else is a cache of at most two seconds.

use super::member::Member;
use credential::Digest;
use kernel::Result;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A session that lives, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Session {
    /// Row id, the `sid` of tokens.
    pub session_id: Uuid,
    /// When it ends by itself.
    pub expires_at: OffsetDateTime,
    /// Who is signed in.
    #[sqlx(flatten)]
    pub member: Member,
    /// As whom they look at the portal instead, reading only.
    #[sqlx(skip)]
    pub viewing: Option<Member>,
}

impl Session {
    /// Whose portal it shows.
    #[must_use]
    pub fn acting(&self) -> &Member {
        self.viewing.as_ref().unwrap_or(&self.member)
    }
}

/// Starts a session.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    tx: &mut TenantTx,
    member: Uuid,
    token: Digest,
    now: OffsetDateTime,
    expires_at: OffsetDateTime,
) -> Result<Uuid> {
    let session = Uuid::now_v7();
    sqlx::query(
        "insert into session (tenant_id, session_id, member_id, token_hash, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(tx.id())
    .bind(session)
    .bind(member)
    .bind(token.as_bytes())
    .bind(now)
    .bind(expires_at)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(session)
}

/// The living session with this token.
///
/// # Errors
/// Those of the database.
pub async fn find_by_token(tx: &mut TenantTx, token: Digest, now: OffsetDateTime) -> Result<Option<Session>> {
    sqlx::query_as(
        "select s.session_id, s.expires_at, m.member_id, m.name, m.email, m.role, m.user_ref
         from session s join member m on m.tenant_id = $1 and m.member_id = s.member_id
         where s.tenant_id = $1 and s.token_hash = $2 and s.expires_at > $3 and s.revoked_at is null
           and m.status = 'active'",
    )
    .bind(tx.id())
    .bind(token.as_bytes())
    .bind(now)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// The living session with this id.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, session: Uuid, now: OffsetDateTime) -> Result<Option<Session>> {
    sqlx::query_as(
        "select s.session_id, s.expires_at, m.member_id, m.name, m.email, m.role, m.user_ref
         from session s join member m on m.tenant_id = $1 and m.member_id = s.member_id
         where s.tenant_id = $1 and s.session_id = $2 and s.expires_at > $3 and s.revoked_at is null
           and m.status = 'active'",
    )
    .bind(tx.id())
    .bind(session)
    .bind(now)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Ends a session.
///
/// # Errors
/// Those of the database.
pub async fn revoke(tx: &mut TenantTx, session: Uuid, now: OffsetDateTime) -> Result<()> {
    sqlx::query("update session set revoked_at = $3 where tenant_id = $1 and session_id = $2 and revoked_at is null")
        .bind(tx.id())
        .bind(session)
        .bind(now)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Removes sessions and hand-off codes whose time is over.
///
/// # Errors
/// Those of the database.
pub async fn delete_expired(tx: &mut TenantTx, now: OffsetDateTime) -> Result<()> {
    for statement in [
        "delete from session where tenant_id = $1 and expires_at <= $2",
        "delete from handoff where tenant_id = $1 and expires_at <= $2",
    ] {
        sqlx::query(statement).bind(tx.id()).bind(now).execute(tx.conn()).await.map_err(db)?;
    }
    Ok(())
}
