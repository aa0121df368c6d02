//! API tokens, looked up by their hash through the tenant's own door.

use super::member::Member;
use credential::Digest;
use kernel::Result;
use store::{TenantTx, db};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How often a token's last use is written down at most.
const USE_NOTED_EVERY: Duration = Duration::minutes(1);

/// Whose token it is, if it is one that lives; notes its use.
///
/// # Errors
/// Those of the database.
pub async fn use_token(tx: &mut TenantTx, token: Digest, now: OffsetDateTime) -> Result<Option<Member>> {
    #[derive(sqlx::FromRow)]
    struct Found {
        api_token_id: Uuid,
        last_used_at: Option<OffsetDateTime>,
        #[sqlx(flatten)]
        member: Member,
    }
    let found: Option<Found> = sqlx::query_as(
        "select t.api_token_id, t.last_used_at, m.member_id, m.name, m.email, m.role, m.user_ref, m.claimed_groups
         from api_token t join member m on m.tenant_id = $1 and m.member_id = t.member_id
         where t.tenant_id = $1 and t.token_hash = $2 and m.status = 'active'
           and coalesce(t.expires_at > $3, true)",
    )
    .bind(tx.id())
    .bind(token.as_bytes())
    .bind(now)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)?;
    let Some(found) = found else { return Ok(None) };
    if found.last_used_at.is_none_or(|used| now - used >= USE_NOTED_EVERY) {
        note_use(tx, found.api_token_id, now).await?;
    }
    Ok(Some(found.member))
}

async fn note_use(tx: &mut TenantTx, token: Uuid, now: OffsetDateTime) -> Result<()> {
    // Whoever finds the row locked leaves it: another process is writing the same minute.
    sqlx::query(
        "update api_token set last_used_at = $3 where tenant_id = $1 and api_token_id =
           (select api_token_id from api_token where tenant_id = $1 and api_token_id = $2 for update skip locked)",
    )
    .bind(tx.id())
    .bind(token)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}
