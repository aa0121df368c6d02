//! Members as the gateway needs them: who signs in, with what.

use credential::Digest;
use kernel::Result;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A member who may sign in.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Member {
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
    /// Groups that a provider gave at the last sign-in.
    pub claimed_groups: Vec<String>,
}

/// The active member with this mail address (lower case) and the hash of their password, if they have one.
///
/// # Errors
/// Those of the database.
pub async fn find_by_email(tx: &mut TenantTx, email_key: &str) -> Result<Option<(Member, Option<String>)>> {
    let id = tx.id();
    let member: Option<Member> = sqlx::query_as(
        "select member_id, name, email, role, user_ref, claimed_groups from member
         where tenant_id = $1 and email_key = $2 and status = 'active'",
    )
    .bind(id)
    .bind(email_key)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)?;
    let Some(member) = member else { return Ok(None) };
    let hash = sqlx::query_scalar("select hash from password where tenant_id = $1 and member_id = $2")
        .bind(id)
        .bind(member.member_id)
        .fetch_optional(tx.conn())
        .await
        .map_err(db)?;
    Ok(Some((member, hash)))
}

/// The active member with this id.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, member: Uuid) -> Result<Option<Member>> {
    sqlx::query_as(
        "select member_id, name, email, role, user_ref, claimed_groups from member
         where tenant_id = $1 and member_id = $2 and status = 'active'",
    )
    .bind(tx.id())
    .bind(member)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Notes that the member signed in.
///
/// # Errors
/// Those of the database.
pub async fn set_last_sign_in(tx: &mut TenantTx, member: Uuid, now: OffsetDateTime) -> Result<()> {
    sqlx::query("update member set last_sign_in_at = $3 where tenant_id = $1 and member_id = $2")
        .bind(tx.id())
        .bind(member)
        .bind(now)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Uses up a hand-off code: whom it signs in, or `None` when it is unknown, used or too old.
///
/// # Errors
/// Those of the database.
pub async fn take_handoff(tx: &mut TenantTx, code: Digest, now: OffsetDateTime) -> Result<Option<Member>> {
    sqlx::query_as(
        "with used as (
           delete from handoff where tenant_id = $1 and code_hash = $2 and expires_at > $3 returning member_id)
         select member_id, name, email, role, user_ref, claimed_groups from member
         where tenant_id = $1 and status = 'active' and member_id = (select member_id from used)",
    )
    .bind(tx.id())
    .bind(code.as_bytes())
    .bind(now)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
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
