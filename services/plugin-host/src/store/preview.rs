//! Who may look at an uploaded version before it is published, and who does.

use crate::store::package::{Backend, Frontend};
use kernel::Result;
use sqlx::types::Json;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A version that a member looks at instead of the published one.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(missing_docs, reason = "the migration says what each column is")]
pub struct Active {
    pub member_id: Uuid,
    pub upload_id: Uuid,
    pub package: String,
    pub version: String,
    pub plugin_id: String,
    pub backend: Option<Json<Backend>>,
    pub frontend: Option<Json<Frontend>>,
    pub preview_schema: Option<String>,
}

/// A version that a member may look at.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(missing_docs, reason = "the migration says what each column is")]
pub struct Offered {
    pub upload_id: Uuid,
    pub package: String,
    pub version: String,
    pub plugin_id: String,
    pub description: Option<String>,
    pub uploaded_by: String,
    pub active: bool,
}

/// What every member of the organisation looks at. What was published meanwhile is no preview any more.
///
/// # Errors
/// Those of the database.
pub async fn list_active(tx: &mut TenantTx) -> Result<Vec<Active>> {
    sqlx::query_as(
        "select v.member_id, u.upload_id, u.package, u.version, u.plugin_id, u.backend, u.frontend, u.preview_schema
         from plugin_preview v join plugin_upload u on u.tenant_id = $1 and u.upload_id = v.upload_id
           join member m on m.tenant_id = $1 and m.member_id = v.member_id
         where v.tenant_id = $1 and v.active and u.state = 'ready' and m.status = 'active'
           and not exists (select from plugin_package p where p.tenant_id = $1 and p.upload_id = u.upload_id
             and p.version = u.version)
         order by v.member_id, u.upload_id",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The versions that one member may look at, the latest first.
///
/// # Errors
/// Those of the database.
pub async fn list_offered(tx: &mut TenantTx, member: Uuid) -> Result<Vec<Offered>> {
    sqlx::query_as(
        "select u.upload_id, u.package, u.version, u.plugin_id, u.description, u.uploaded_by, v.active
         from plugin_preview v join plugin_upload u on u.tenant_id = $1 and u.upload_id = v.upload_id
         where v.tenant_id = $1 and v.member_id = $2 and u.state = 'ready'
           and not exists (select from plugin_package p where p.tenant_id = $1 and p.upload_id = u.upload_id
             and p.version = u.version)
         order by u.uploaded_at desc, u.upload_id",
    )
    .bind(tx.id())
    .bind(member)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Everybody who may look at a version, and whether they do.
///
/// # Errors
/// Those of the database.
pub async fn list_members(tx: &mut TenantTx) -> Result<Vec<(Uuid, Uuid, bool)>> {
    sqlx::query_as("select upload_id, member_id, active from plugin_preview where tenant_id = $1 order by 1, 2")
        .bind(tx.id())
        .fetch_all(tx.conn())
        .await
        .map_err(db)
}

/// Whether the version was offered to the member.
///
/// # Errors
/// Those of the database.
pub async fn is_offered(tx: &mut TenantTx, upload: Uuid, member: Uuid) -> Result<bool> {
    sqlx::query_scalar(
        "select exists (select from plugin_preview where tenant_id = $1 and upload_id = $2 and member_id = $3)",
    )
    .bind(tx.id())
    .bind(upload)
    .bind(member)
    .fetch_one(tx.conn())
    .await
    .map_err(db)
}

/// Turns a version on or off for one member. Another version of the package is turned off by turning this one on.
///
/// # Errors
/// Those of the database.
pub async fn set_active(
    tx: &mut TenantTx,
    (upload, package): (Uuid, &str),
    member: Uuid,
    active: bool,
    now: OffsetDateTime,
) -> Result<()> {
    if active {
        sqlx::query(
            "update plugin_preview v set active = false, changed_at = $4 from plugin_upload u
             where v.tenant_id = $1 and v.member_id = $2 and v.active and u.tenant_id = $1
               and u.upload_id = v.upload_id and u.package = $3",
        )
        .bind(tx.id())
        .bind(member)
        .bind(package)
        .bind(now)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    }
    sqlx::query(
        "insert into plugin_preview (tenant_id, upload_id, member_id, active, changed_at)
         select $1, $2, member_id, $4, $5 from member where tenant_id = $1 and member_id = $3
         on conflict on constraint plugin_preview_pk do update set active = excluded.active,
           changed_at = excluded.changed_at",
    )
    .bind(tx.id())
    .bind(upload)
    .bind(member)
    .bind(active)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Offers a version to these members and to nobody else. Who is no member of the organisation is left out; returns how
/// many are.
///
/// # Errors
/// Those of the database.
pub async fn set_members(tx: &mut TenantTx, upload: Uuid, members: &[Uuid], now: OffsetDateTime) -> Result<u64> {
    sqlx::query("delete from plugin_preview where tenant_id = $1 and upload_id = $2 and not (member_id = any($3))")
        .bind(tx.id())
        .bind(upload)
        .bind(members)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    sqlx::query(
        "insert into plugin_preview (tenant_id, upload_id, member_id, changed_at)
         select $1, $2, member_id, $4 from member where tenant_id = $1 and member_id = any($3) and status = 'active'
         on conflict on constraint plugin_preview_pk do nothing",
    )
    .bind(tx.id())
    .bind(upload)
    .bind(members)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    let known = sqlx::query("select from member where tenant_id = $1 and member_id = any($2) and status = 'active'")
        .bind(tx.id())
        .bind(members)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(known.rows_affected())
}
