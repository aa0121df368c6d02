//! The operator's links and sessions. They are no organisation's: the system door alone sees them.

use crate::domain::browser::Browser;
use credential::Digest;
use kernel::Result;
use store::{SystemTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A session that lives.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OperatorSession {
    /// Row id.
    pub session_id: Uuid,
    /// What the operator calls themselves.
    pub name: String,
    /// When it ends by itself.
    pub expires_at: OffsetDateTime,
}

/// Writes a link that was printed, and forgets those that nobody opened.
///
/// # Errors
/// Those of the database.
pub async fn insert_link(
    tx: &mut SystemTx,
    code: Digest,
    name: &str,
    now: OffsetDateTime,
    expires_at: OffsetDateTime,
) -> Result<()> {
    sqlx::query("delete from operator_link where expires_at <= $1").bind(now).execute(tx.conn()).await.map_err(db)?;
    sqlx::query("insert into operator_link (code_hash, name, expires_at) values ($1, $2, $3)")
        .bind(code.as_bytes())
        .bind(name)
        .bind(expires_at)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Uses a link up; whose it was, if it was one that still worked.
///
/// # Errors
/// Those of the database.
pub async fn take_link(tx: &mut SystemTx, code: Digest, now: OffsetDateTime) -> Result<Option<String>> {
    sqlx::query_scalar("delete from operator_link where code_hash = $1 and expires_at > $2 returning name")
        .bind(code.as_bytes())
        .bind(now)
        .fetch_optional(tx.conn())
        .await
        .map_err(db)
}

/// Starts a session, and forgets those that have ended.
///
/// # Errors
/// Those of the database.
pub async fn insert_session(
    tx: &mut SystemTx,
    token: Digest,
    name: &str,
    browser: &Browser,
    (now, expires_at): (OffsetDateTime, OffsetDateTime),
) -> Result<OperatorSession> {
    sqlx::query("delete from operator_session where expires_at <= $1")
        .bind(now)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    let session_id = Uuid::now_v7();
    sqlx::query(
        "insert into operator_session (session_id, token_hash, name, created_at, expires_at, user_agent, address)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(session_id)
    .bind(token.as_bytes())
    .bind(name)
    .bind(now)
    .bind(expires_at)
    .bind(&browser.user_agent)
    .bind(&browser.address)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(OperatorSession { session_id, name: name.to_owned(), expires_at })
}

/// The living session with this token.
///
/// # Errors
/// Those of the database.
pub async fn find_session(tx: &mut SystemTx, token: Digest, now: OffsetDateTime) -> Result<Option<OperatorSession>> {
    sqlx::query_as(
        "select session_id, name, expires_at from operator_session
         where token_hash = $1 and expires_at > $2 and revoked_at is null",
    )
    .bind(token.as_bytes())
    .bind(now)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Ends a session.
///
/// # Errors
/// Those of the database.
pub async fn revoke(tx: &mut SystemTx, session: Uuid, now: OffsetDateTime) -> Result<()> {
    sqlx::query("update operator_session set revoked_at = coalesce(revoked_at, $2) where session_id = $1")
        .bind(session)
        .bind(now)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Ends every session and every link that was not opened yet; how many sessions lived.
///
/// # Errors
/// Those of the database.
pub async fn revoke_all(tx: &mut SystemTx, now: OffsetDateTime) -> Result<u64> {
    sqlx::query("delete from operator_link").execute(tx.conn()).await.map_err(db)?;
    let ended = sqlx::query("update operator_session set revoked_at = $1 where revoked_at is null and expires_at > $1")
        .bind(now)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(ended.rows_affected())
}
