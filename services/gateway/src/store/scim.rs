//! What an organisation's directory has to do with identity: its tokens, and the groups that it puts people into.

use credential::Digest;
use kernel::Result;
use store::{TenantTx, db};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How often a token's last use is written down at most.
const USE_NOTED_EVERY: Duration = Duration::minutes(1);

/// What administrators call the token, if it is a provisioning token; notes its use.
///
/// # Errors
/// Those of the database.
pub async fn use_token(tx: &mut TenantTx, token: Digest, now: OffsetDateTime) -> Result<Option<String>> {
    let found: Option<(Uuid, String, Option<OffsetDateTime>)> = sqlx::query_as(
        "select scim_token_id, name, last_used_at from scim_token where tenant_id = $1 and token_hash = $2",
    )
    .bind(tx.id())
    .bind(token.as_bytes())
    .fetch_optional(tx.conn())
    .await
    .map_err(db)?;
    let Some((id, name, last_used_at)) = found else { return Ok(None) };
    if last_used_at.is_none_or(|used| now - used >= USE_NOTED_EVERY) {
        // Whoever finds the row locked leaves it: another process is writing the same minute.
        sqlx::query(
            "update scim_token set last_used_at = $3 where tenant_id = $1 and scim_token_id =
               (select scim_token_id from scim_token where tenant_id = $1 and scim_token_id = $2 for update skip locked)",
        )
        .bind(tx.id())
        .bind(id)
        .bind(now)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    }
    Ok(Some(name))
}

/// The entity refs of the groups that the directory says this member belongs to.
///
/// # Errors
/// Those of the database.
pub async fn groups_of(tx: &mut TenantTx, user_ref: &str) -> Result<Vec<String>> {
    sqlx::query_scalar(
        "select 'group:default/' || g.entity_name
         from member m
         join scim_group_member gm on gm.tenant_id = $1 and gm.member_id = m.member_id
         join scim_group g on g.tenant_id = $1 and g.group_id = gm.group_id
         where m.tenant_id = $1 and m.user_ref = $2 order by g.entity_name",
    )
    .bind(tx.id())
    .bind(user_ref)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}
