//! Members, for runs that go on or begin while nobody is signed in.

use kernel::Result;
use store::{TenantTx, db};
use uuid::Uuid;

/// A member who may sign in.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Member {
    /// Row id.
    pub member_id: Uuid,
    /// Role's name.
    pub role: String,
    /// Key of the catalog entity.
    pub user_ref: String,
    /// Groups that a provider gave at the last sign-in, and those of the organisation's directory.
    pub groups: Vec<String>,
}

/// The active member with this id.
///
/// # Errors
/// Those of the database.
pub async fn find_member(tx: &mut TenantTx, member_id: Uuid) -> Result<Option<Member>> {
    sqlx::query_as(
        "select m.member_id, m.role, m.user_ref, m.claimed_groups || array(
             select 'group:default/' || g.entity_name from scim_group_member gm
             join scim_group g on g.tenant_id = $1 and g.group_id = gm.group_id
             where gm.tenant_id = $1 and gm.member_id = m.member_id) as groups
         from member m where m.tenant_id = $1 and m.member_id = $2 and m.status = 'active'",
    )
    .bind(tx.id())
    .bind(member_id)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}
