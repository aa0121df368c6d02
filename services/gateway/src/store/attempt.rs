//! Browsers that were sent to a provider and are expected back once.

use credential::Digest;
use kernel::Result;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// What a browser was sent for.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Attempt {
    /// Through which provider, when it is to sign in.
    pub provider_id: Option<Uuid>,
    /// Which try, when it is one.
    pub test_id: Option<Uuid>,
    /// Where the person wanted to go.
    pub next: String,
}

/// Remembers that a browser was sent away, and forgets those whose time is over.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    tx: &mut TenantTx,
    state: Digest,
    browser: Digest,
    attempt: &Attempt,
    now: OffsetDateTime,
    expires_at: OffsetDateTime,
) -> Result<()> {
    sqlx::query("delete from sign_in_attempt where tenant_id = $1 and expires_at <= $2")
        .bind(tx.id())
        .bind(now)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    sqlx::query(
        "insert into sign_in_attempt (tenant_id, state_hash, browser_hash, provider_id, test_id, next, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(tx.id())
    .bind(state.as_bytes())
    .bind(browser.as_bytes())
    .bind(attempt.provider_id)
    .bind(attempt.test_id)
    .bind(&attempt.next)
    .bind(expires_at)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Uses up an attempt: of this state, by this browser, in time. A second time there is none.
///
/// # Errors
/// Those of the database.
pub async fn take(tx: &mut TenantTx, state: Digest, browser: Digest, now: OffsetDateTime) -> Result<Option<Attempt>> {
    sqlx::query_as(
        "delete from sign_in_attempt
         where tenant_id = $1 and state_hash = $2 and browser_hash = $3 and expires_at > $4
         returning provider_id, test_id, next",
    )
    .bind(tx.id())
    .bind(state.as_bytes())
    .bind(browser.as_bytes())
    .bind(now)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}
