//! Rows of `scim_token`, `scim_user`, `scim_group` and `scim_group_member`.

use credential::Digest;
use kernel::Result;
use serde_json::Value;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A provisioning token; the token itself is nowhere.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ScimTokenRow {
    /// Row id.
    pub scim_token_id: Uuid,
    /// What administrators call it.
    pub name: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was last used, to the minute.
    pub last_used_at: Option<OffsetDateTime>,
}

/// A provisioned member with their member's row.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ScimUserRow {
    /// Row id of the member.
    pub member_id: Uuid,
    /// By which the directory knows them.
    pub user_name: String,
    /// The directory's own id.
    pub external_id: Option<String>,
    /// Given, family and formatted name.
    pub names: Value,
    /// Role without groups.
    pub base_role: String,
    /// When the directory made them.
    pub created_at: OffsetDateTime,
    /// When the directory last changed them.
    pub changed_at: OffsetDateTime,
    /// The member's name.
    pub name: String,
    /// The member's mail address.
    pub email: String,
    /// The member's status.
    pub status: String,
    /// The member's role.
    pub role: String,
    /// The member's entity.
    pub user_ref: String,
}

/// A provisioned group.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct GroupRow {
    /// Row id.
    pub group_id: Uuid,
    /// Its name.
    pub display_name: String,
    /// Its entity's name.
    pub entity_name: String,
    /// The directory's own id.
    pub external_id: Option<String>,
    /// The role that it gives.
    pub role: Option<String>,
    /// When the directory made it.
    pub created_at: OffsetDateTime,
    /// When the directory last changed it.
    pub changed_at: OffsetDateTime,
}

/// Adds a token.
///
/// # Errors
/// Those of the database.
pub async fn insert_token(tx: &mut TenantTx, row: &ScimTokenRow, hash: Digest) -> Result<()> {
    sqlx::query(
        "insert into scim_token (tenant_id, scim_token_id, name, token_hash, created_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(tx.id())
    .bind(row.scim_token_id)
    .bind(&row.name)
    .bind(hash.as_bytes())
    .bind(row.created_at)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// All tokens, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list_tokens(tx: &mut TenantTx) -> Result<Vec<ScimTokenRow>> {
    sqlx::query_as(
        "select scim_token_id, name, created_at, last_used_at from scim_token where tenant_id = $1
         order by scim_token_id desc",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Removes a token; its name, if there was one.
///
/// # Errors
/// Those of the database.
pub async fn delete_token(tx: &mut TenantTx, token: Uuid) -> Result<Option<String>> {
    sqlx::query_scalar("delete from scim_token where tenant_id = $1 and scim_token_id = $2 returning name")
        .bind(tx.id())
        .bind(token)
        .fetch_optional(tx.conn())
        .await
        .map_err(db)
}

/// Provisioned members in the order in which they came: all, the one of this user name (lower case), or this one.
///
/// # Errors
/// Those of the database.
pub async fn list_users(
    tx: &mut TenantTx,
    user_name_key: Option<&str>,
    member: Option<Uuid>,
    limit: i64,
) -> Result<Vec<ScimUserRow>> {
    sqlx::query_as(
        "select s.member_id, s.user_name, s.external_id, s.names, s.base_role, s.created_at, s.changed_at, m.name, m.email,
           m.status, m.role, m.user_ref
         from scim_user s join member m on m.tenant_id = $1 and m.member_id = s.member_id
         where s.tenant_id = $1 and ($2::text is null or s.user_name_key = $2) and ($3::uuid is null or s.member_id = $3)
         order by s.member_id limit $4",
    )
    .bind(tx.id())
    .bind(user_name_key)
    .bind(member)
    .bind(limit)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Holds everything that provisioning changes until the transaction ends: a directory's requests come one after another.
///
/// # Errors
/// Those of the database.
pub async fn lock(tx: &mut TenantTx) -> Result<()> {
    sqlx::query("select 1 from tenant where tenant_id = $1 for no key update")
        .bind(tx.id())
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Adds or changes what the directory knows of a member.
///
/// # Errors
/// `Conflict` when another has the user name; those of the database.
pub async fn set_user(tx: &mut TenantTx, row: &ScimUserRow) -> Result<()> {
    sqlx::query(
        "insert into scim_user (tenant_id, member_id, user_name, user_name_key, external_id, names, base_role, created_at,
           changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (tenant_id, member_id) do update set user_name = excluded.user_name,
           user_name_key = excluded.user_name_key, external_id = excluded.external_id, names = excluded.names,
           changed_at = excluded.changed_at",
    )
    .bind(tx.id())
    .bind(row.member_id)
    .bind(&row.user_name)
    .bind(row.user_name.to_lowercase())
    .bind(&row.external_id)
    .bind(&row.names)
    .bind(&row.base_role)
    .bind(row.created_at)
    .bind(row.changed_at)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Notes which role an administrator gave a provisioned member; nothing for others.
///
/// # Errors
/// Those of the database.
pub async fn set_base_role(tx: &mut TenantTx, member: Uuid, role: &str) -> Result<()> {
    sqlx::query("update scim_user set base_role = $3 where tenant_id = $1 and member_id = $2")
        .bind(tx.id())
        .bind(member)
        .bind(role)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Forgets what the directory knows of a member, and their groups.
///
/// # Errors
/// Those of the database.
pub async fn forget_user(tx: &mut TenantTx, member: Uuid) -> Result<()> {
    for statement in [
        "delete from scim_group_member where tenant_id = $1 and member_id = $2",
        "delete from scim_user where tenant_id = $1 and member_id = $2",
    ] {
        sqlx::query(statement).bind(tx.id()).bind(member).execute(tx.conn()).await.map_err(db)?;
    }
    Ok(())
}

/// Changes a member's name, mail address and status.
///
/// # Errors
/// `Conflict` when another has the mail address; those of the database.
pub async fn set_member(tx: &mut TenantTx, member: Uuid, name: &str, email: &str, status: &str) -> Result<()> {
    sqlx::query(
        "update member set name = $3, email = $4, email_key = $5, status = $6 where tenant_id = $1 and member_id = $2",
    )
    .bind(tx.id())
    .bind(member)
    .bind(name)
    .bind(email)
    .bind(email.to_lowercase())
    .bind(status)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Changes a member's status.
///
/// # Errors
/// Those of the database.
pub async fn set_status(tx: &mut TenantTx, member: Uuid, status: &str) -> Result<()> {
    sqlx::query("update member set status = $3 where tenant_id = $1 and member_id = $2")
        .bind(tx.id())
        .bind(member)
        .bind(status)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Ends a member's sessions and deletes their tokens, links and invitations: coming back later brings none of them back.
///
/// # Errors
/// Those of the database.
pub async fn end_access(tx: &mut TenantTx, member: Uuid) -> Result<()> {
    for statement in [
        "delete from session where tenant_id = $1 and member_id = $2",
        "delete from api_token where tenant_id = $1 and member_id = $2",
        "delete from handoff where tenant_id = $1 and member_id = $2",
        "delete from invitation where tenant_id = $1 and member_id = $2",
    ] {
        sqlx::query(statement).bind(tx.id()).bind(member).execute(tx.conn()).await.map_err(db)?;
    }
    Ok(())
}

/// Groups by name: all, the one of this name (lower case), or this one.
///
/// # Errors
/// Those of the database.
pub async fn list_groups(
    tx: &mut TenantTx,
    name_key: Option<&str>,
    group: Option<Uuid>,
    limit: i64,
) -> Result<Vec<GroupRow>> {
    sqlx::query_as(
        "select group_id, display_name, entity_name, external_id, role, created_at, changed_at from scim_group
         where tenant_id = $1 and ($2::text is null or display_name_key = $2) and ($3::uuid is null or group_id = $3)
         order by group_id limit $4",
    )
    .bind(tx.id())
    .bind(name_key)
    .bind(group)
    .bind(limit)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Whether a group has this entity's name already.
///
/// # Errors
/// Those of the database.
pub async fn entity_is_taken(tx: &mut TenantTx, entity_name: &str) -> Result<bool> {
    sqlx::query_scalar("select exists (select from scim_group where tenant_id = $1 and entity_name = $2)")
        .bind(tx.id())
        .bind(entity_name)
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}

/// Adds a group, or changes its name and external id.
///
/// # Errors
/// `Conflict` when another has the name; those of the database.
pub async fn set_group(tx: &mut TenantTx, row: &GroupRow) -> Result<()> {
    sqlx::query(
        "insert into scim_group (tenant_id, group_id, display_name, display_name_key, entity_name, external_id, created_at,
           changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (tenant_id, group_id) do update set display_name = excluded.display_name,
           display_name_key = excluded.display_name_key, external_id = excluded.external_id,
           changed_at = excluded.changed_at",
    )
    .bind(tx.id())
    .bind(row.group_id)
    .bind(&row.display_name)
    .bind(row.display_name.to_lowercase())
    .bind(&row.entity_name)
    .bind(&row.external_id)
    .bind(row.created_at)
    .bind(row.changed_at)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Sets the role that a group gives.
///
/// # Errors
/// Those of the database.
pub async fn set_group_role(tx: &mut TenantTx, group: Uuid, role: Option<&str>) -> Result<()> {
    sqlx::query("update scim_group set role = $3 where tenant_id = $1 and group_id = $2")
        .bind(tx.id())
        .bind(group)
        .bind(role)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Removes a group.
///
/// # Errors
/// Those of the database.
pub async fn delete_group(tx: &mut TenantTx, group: Uuid) -> Result<()> {
    sqlx::query("delete from scim_group where tenant_id = $1 and group_id = $2")
        .bind(tx.id())
        .bind(group)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Who belongs to which group, by group's id: all, or those of one group, or of one member. Ids and names of both.
///
/// # Errors
/// Those of the database.
pub async fn memberships(tx: &mut TenantTx, group: Option<Uuid>, member: Option<Uuid>) -> Result<Vec<Membership>> {
    sqlx::query_as(
        "select gm.group_id, g.display_name, gm.member_id, m.name
         from scim_group_member gm
         join scim_group g on g.tenant_id = $1 and g.group_id = gm.group_id
         join member m on m.tenant_id = $1 and m.member_id = gm.member_id
         where gm.tenant_id = $1 and ($2::uuid is null or gm.group_id = $2) and ($3::uuid is null or gm.member_id = $3)
         order by gm.group_id, gm.member_id",
    )
    .bind(tx.id())
    .bind(group)
    .bind(member)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Somebody in a group.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Membership {
    /// The group.
    pub group_id: Uuid,
    /// Its name.
    pub display_name: String,
    /// The member.
    pub member_id: Uuid,
    /// Their name.
    pub name: String,
}

/// Makes these the group's members; ids that are no provisioned members are left out. Everybody whose membership changed.
///
/// # Errors
/// Those of the database.
pub async fn set_members(tx: &mut TenantTx, group: Uuid, members: &[Uuid]) -> Result<Vec<Uuid>> {
    let mut changed: Vec<Uuid> = sqlx::query_scalar(
        "delete from scim_group_member where tenant_id = $1 and group_id = $2 and member_id <> all($3) returning member_id",
    )
    .bind(tx.id())
    .bind(group)
    .bind(members)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    let added: Vec<Uuid> = sqlx::query_scalar(
        "insert into scim_group_member (tenant_id, group_id, member_id)
         select $1, $2, member_id from scim_user where tenant_id = $1 and member_id = any($3) order by member_id
         on conflict do nothing returning member_id",
    )
    .bind(tx.id())
    .bind(group)
    .bind(members)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    changed.extend(added);
    Ok(changed)
}

/// Of each of these provisioned members: id, entity, present role, role without groups, roles of their groups.
///
/// # Errors
/// Those of the database.
pub async fn roles_of(tx: &mut TenantTx, members: &[Uuid]) -> Result<Vec<(Uuid, String, String, String, Vec<String>)>> {
    sqlx::query_as(
        "select m.member_id, m.user_ref, m.role, s.base_role, array(
           select g.role from scim_group_member gm join scim_group g on g.tenant_id = $1 and g.group_id = gm.group_id
           where gm.tenant_id = $1 and gm.member_id = m.member_id and g.role is not null)
         from member m join scim_user s on s.tenant_id = $1 and s.member_id = m.member_id
         where m.tenant_id = $1 and m.member_id = any($2) order by m.member_id",
    )
    .bind(tx.id())
    .bind(members)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}
