//! As whom an administrator's session looks at the portal.

use super::member::Member;
use kernel::Result;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// The member as whom the session looks at the portal now.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, session: Uuid, now: OffsetDateTime) -> Result<Option<Member>> {
    sqlx::query_as(
        "select m.member_id, m.name, m.email, m.role, m.user_ref, m.claimed_groups
         from session_view v join member m on m.tenant_id = $1 and m.member_id = v.member_id
         where v.tenant_id = $1 and v.session_id = $2 and v.ends_at > $3 and m.status = 'active'",
    )
    .bind(tx.id())
    .bind(session)
    .bind(now)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Begins to look as another member, in place of the one before.
///
/// # Errors
/// Those of the database.
pub async fn set(tx: &mut TenantTx, session: Uuid, member: Uuid, ends_at: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into session_view (tenant_id, session_id, member_id, ends_at) values ($1, $2, $3, $4)
         on conflict on constraint session_view_pk
         do update set member_id = excluded.member_id, ends_at = excluded.ends_at",
    )
    .bind(tx.id())
    .bind(session)
    .bind(member)
    .bind(ends_at)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Ends it; `false` when there was nothing to end.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut TenantTx, session: Uuid) -> Result<bool> {
    let done = sqlx::query("delete from session_view where tenant_id = $1 and session_id = $2")
        .bind(tx.id())
        .bind(session)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(done.rows_affected() > 0)
}
