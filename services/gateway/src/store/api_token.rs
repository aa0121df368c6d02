//! API tokens, looked up by their hash through the tenant's own door: those of people and those of the organisation.

use super::member::Member;
use credential::Digest;
use kernel::{Result, SignedInBy};
use std::net::IpAddr;
use store::{TenantTx, db};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How often a token's last use is written down at most.
const USE_NOTED_EVERY: Duration = Duration::minutes(1);

/// Whose token it is, and what it is limited to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// The member, or the organisation's token in a member's place.
    pub member: Member,
    /// Names of permissions; `None`: whatever the role holds.
    pub scopes: Option<Vec<String>>,
    /// Which kind of token it is.
    pub via: SignedInBy,
}

#[derive(sqlx::FromRow)]
struct Found {
    token_id: Uuid,
    scopes: Option<Vec<String>>,
    last_used_at: Option<OffsetDateTime>,
    #[sqlx(flatten)]
    member: Member,
}

/// When and from where a token is used.
#[derive(Debug, Clone, Copy)]
pub struct Use {
    /// When.
    pub at: OffsetDateTime,
    /// From which address.
    pub from: IpAddr,
}

/// Whose token it is, if it is one that lives; notes its use.
///
/// # Errors
/// Those of the database.
pub async fn use_token(tx: &mut TenantTx, token: Digest, now: Use) -> Result<Option<Bearer>> {
    if let Some(found) = find_personal(tx, token, now.at).await? {
        if is_due(&found, now) {
            note_personal_use(tx, found.token_id, now).await?;
        }
        return Ok(Some(Bearer { member: found.member, scopes: found.scopes, via: SignedInBy::ApiToken }));
    }
    let Some(found) = find_service(tx, token, now.at).await? else { return Ok(None) };
    if is_due(&found, now) {
        note_service_use(tx, found.token_id, now).await?;
    }
    Ok(Some(Bearer { member: found.member, scopes: found.scopes, via: SignedInBy::ServiceToken }))
}

/// Whether the organisation has a token with this id that lives.
///
/// # Errors
/// Those of the database.
pub async fn service_token_lives(tx: &mut TenantTx, id: Uuid, now: OffsetDateTime) -> Result<bool> {
    sqlx::query_scalar(
        "select exists (select from service_token
           where tenant_id = $1 and service_token_id = $2 and coalesce(expires_at > $3, true))",
    )
    .bind(tx.id())
    .bind(id)
    .bind(now)
    .fetch_one(tx.conn())
    .await
    .map_err(db)
}

fn is_due(found: &Found, now: Use) -> bool {
    found.last_used_at.is_none_or(|used| now.at - used >= USE_NOTED_EVERY)
}

async fn find_personal(tx: &mut TenantTx, token: Digest, now: OffsetDateTime) -> Result<Option<Found>> {
    sqlx::query_as(
        "select t.api_token_id as token_id, t.scopes, t.last_used_at, m.member_id, m.name, m.email, m.role, m.user_ref,
           m.claimed_groups
         from api_token t join member m on m.tenant_id = $1 and m.member_id = t.member_id
         where t.tenant_id = $1 and t.token_hash = $2 and m.status = 'active'
           and coalesce(t.expires_at > $3, true)",
    )
    .bind(tx.id())
    .bind(token.as_bytes())
    .bind(now)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

async fn find_service(tx: &mut TenantTx, token: Digest, now: OffsetDateTime) -> Result<Option<Found>> {
    sqlx::query_as(
        "select service_token_id as token_id, scopes, last_used_at, service_token_id as member_id, name,
           '' as email, role, 'service:default/' || name as user_ref, '{}'::text[] as claimed_groups
         from service_token
         where tenant_id = $1 and token_hash = $2 and coalesce(expires_at > $3, true)",
    )
    .bind(tx.id())
    .bind(token.as_bytes())
    .bind(now)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

async fn note_personal_use(tx: &mut TenantTx, token: Uuid, now: Use) -> Result<()> {
    // Whoever finds the row locked leaves it: another process is writing the same minute.
    sqlx::query(
        "update api_token set last_used_at = $3, last_used_from = $4 where tenant_id = $1 and api_token_id =
           (select api_token_id from api_token where tenant_id = $1 and api_token_id = $2 for update skip locked)",
    )
    .bind(tx.id())
    .bind(token)
    .bind(now.at)
    .bind(now.from.to_string())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

async fn note_service_use(tx: &mut TenantTx, token: Uuid, now: Use) -> Result<()> {
    sqlx::query(
        "update service_token set last_used_at = $3, last_used_from = $4 where tenant_id = $1 and service_token_id =
           (select service_token_id from service_token where tenant_id = $1 and service_token_id = $2
            for update skip locked)",
    )
    .bind(tx.id())
    .bind(token)
    .bind(now.at)
    .bind(now.from.to_string())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}
