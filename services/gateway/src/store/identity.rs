//! Who somebody of a provider is among the members, and members who come in for the first time.

use crate::domain::admission::Standing;
use kernel::Result;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A person at a provider.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    /// The provider's word for itself.
    pub issuer: &'a str,
    /// The provider's word for the person.
    pub subject: &'a str,
}

/// A member who was none a moment ago.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// Row id.
    pub member_id: Uuid,
    /// Full name.
    pub name: String,
    /// As the provider spells it.
    pub email: String,
    /// Role's name.
    pub role: String,
    /// Key of the catalog entity.
    pub user_ref: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    member_id: Uuid,
    role: String,
    user_ref: String,
    active: bool,
    break_glass: bool,
    linked: bool,
}

impl From<Row> for Standing {
    fn from(row: Row) -> Self {
        let Row { member_id, role, user_ref, active, break_glass, linked } = row;
        Self { member_id, role, user_ref, active, break_glass, linked }
    }
}

/// The member who is this person.
///
/// # Errors
/// Those of the database.
pub async fn find_member(tx: &mut TenantTx, identity: Identity<'_>) -> Result<Option<Standing>> {
    let row: Option<Row> = sqlx::query_as(
        "select m.member_id, m.role, m.user_ref, m.status = 'active' as active,
           exists (select from break_glass b where b.tenant_id = $1 and b.member_id = m.member_id) as break_glass,
           true as linked
         from sign_in_identity i join member m on m.tenant_id = $1 and m.member_id = i.member_id
         where i.tenant_id = $1 and i.issuer = $2 and i.subject = $3
         for update of m",
    )
    .bind(tx.id())
    .bind(identity.issuer)
    .bind(identity.subject)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)?;
    Ok(row.map(Standing::from))
}

/// The member with this mail address (lower case), whoever they are at the provider.
///
/// # Errors
/// Those of the database.
pub async fn find_by_mail(tx: &mut TenantTx, email_key: &str, issuer: &str) -> Result<Option<Standing>> {
    let row: Option<Row> = sqlx::query_as(
        "select m.member_id, m.role, m.user_ref, m.status = 'active' as active,
           exists (select from break_glass b where b.tenant_id = $1 and b.member_id = m.member_id) as break_glass,
           exists (select from sign_in_identity i
             where i.tenant_id = $1 and i.member_id = m.member_id and i.issuer = $3) as linked
         from member m where m.tenant_id = $1 and m.email_key = $2
         for update of m",
    )
    .bind(tx.id())
    .bind(email_key)
    .bind(issuer)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)?;
    Ok(row.map(Standing::from))
}

/// Writes down that this person is this member.
///
/// # Errors
/// Those of the database; `Conflict` when somebody else is.
pub async fn link(tx: &mut TenantTx, identity: Identity<'_>, member: Uuid, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into sign_in_identity (tenant_id, issuer, subject, member_id, created_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(tx.id())
    .bind(identity.issuer)
    .bind(identity.subject)
    .bind(member)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// How many members there are, invited ones included, and the organisation's plan. Its row is locked, so that two who come
/// in at the same time come one after the other.
///
/// # Errors
/// Those of the database.
pub async fn count_for_update(tx: &mut TenantTx) -> Result<(i64, String)> {
    let id = tx.id();
    let plan = sqlx::query_scalar("select plan from tenant where tenant_id = $1 for update")
        .bind(id)
        .fetch_one(tx.conn())
        .await
        .map_err(db)?;
    let count = sqlx::query_scalar("select count(*) from member where tenant_id = $1")
        .bind(id)
        .fetch_one(tx.conn())
        .await
        .map_err(db)?;
    Ok((count, plan))
}

/// Adds a member.
///
/// # Errors
/// Those of the database; `Conflict` when mail address or entity are taken.
pub async fn insert_member(tx: &mut TenantTx, member: &NewMember, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into member (tenant_id, member_id, name, email, email_key, role, user_ref, status, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'active', $8)",
    )
    .bind(tx.id())
    .bind(member.member_id)
    .bind(&member.name)
    .bind(&member.email)
    .bind(member.email.to_lowercase())
    .bind(&member.role)
    .bind(&member.user_ref)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Lets a member in as what the provider's words mean now.
///
/// # Errors
/// Those of the database; `Conflict` when the entity is taken.
pub async fn set_member(tx: &mut TenantTx, member: Uuid, role: &str, user_ref: &str, groups: &[String]) -> Result<()> {
    sqlx::query(
        "update member set role = $3, user_ref = $4, claimed_groups = $5, status = 'active'
         where tenant_id = $1 and member_id = $2",
    )
    .bind(tx.id())
    .bind(member)
    .bind(role)
    .bind(user_ref)
    .bind(groups)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    sqlx::query("delete from invitation where tenant_id = $1 and member_id = $2")
        .bind(tx.id())
        .bind(member)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Whether another member is this entity.
///
/// # Errors
/// Those of the database.
pub async fn is_taken(tx: &mut TenantTx, user_ref: &str, but_by: Option<Uuid>) -> Result<bool> {
    sqlx::query_scalar(
        "select exists (select from member
           where tenant_id = $1 and user_ref = $2 and member_id is distinct from $3)",
    )
    .bind(tx.id())
    .bind(user_ref)
    .bind(but_by)
    .fetch_one(tx.conn())
    .await
    .map_err(db)
}

/// Whether there is an administrator beside this member. Holds the administrators' rows locked.
///
/// # Errors
/// Those of the database.
pub async fn has_other_admin(tx: &mut TenantTx, member: Uuid) -> Result<bool> {
    let admins: Vec<Uuid> = sqlx::query_scalar(
        "select member_id from member where tenant_id = $1 and role = 'admin' and status = 'active'
         order by member_id for update",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    Ok(admins.iter().any(|admin| *admin != member))
}
