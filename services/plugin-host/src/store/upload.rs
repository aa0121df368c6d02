//! Versions of plugins that an organisation uploaded.

use crate::domain::bundle::Checks;
use crate::domain::upload::Package;
use crate::store::package::{Backend, Frontend};
use kernel::{Error, Result};
use serde::Serialize;
use sqlx::types::Json;
use store::{TenantTx, db};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// How far an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[schema(as = UploadBuild)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum State {
    /// Its dependencies are being installed and its front end is being built.
    Building,
    /// It can be looked at and published.
    Ready,
    /// It cannot be built; see the message.
    Failed,
}

/// An uploaded version.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(missing_docs, reason = "the migration says what each column is")]
pub struct Upload {
    pub upload_id: Uuid,
    pub package: String,
    pub version: String,
    pub plugin_id: String,
    pub role: String,
    pub description: Option<String>,
    pub bytes: i64,
    pub sha256: String,
    pub state: State,
    pub message: Option<String>,
    pub checks: Option<Json<Checks>>,
    pub backend: Option<Json<Backend>>,
    pub frontend: Option<Json<Frontend>>,
    pub uploaded_by: String,
    pub uploaded_at: OffsetDateTime,
    pub published_at: Option<OffsetDateTime>,
    pub preview_schema: Option<String>,
    /// Whether the organisation runs this version.
    pub installed: bool,
    /// How far bringing this version in is, if it goes through a rollout, and why it ended.
    pub step: Option<String>,
    /// As above.
    pub step_reason: Option<String>,
    /// Whether that rollout goes on.
    pub rolling: bool,
}

impl Upload {
    /// Whether it may not be deleted.
    #[must_use]
    pub const fn in_use(&self) -> bool {
        self.installed || self.rolling
    }
}

/// Statements that begin alike.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select u.upload_id, u.package, u.version, u.plugin_id, u.role, u.description, u.bytes, u.sha256, u.state, ",
            "u.message, u.checks, u.backend, u.frontend, u.uploaded_by, u.uploaded_at, u.published_at, u.preview_schema, ",
            "exists (select from plugin_package p where p.tenant_id = $1 and p.upload_id = u.upload_id ",
            "and p.version = u.version) as installed, case when r.version = u.version then r.step end as step, ",
            "case when r.version = u.version then r.step_reason end as step_reason, coalesce(r.open, false) as rolling ",
            "from plugin_upload u left join lateral (select r.version, r.step, r.step_reason, r.open from plugin_rollout r ",
            "where r.tenant_id = $1 and r.package = u.package and u.version in (r.version, r.former ->> 'version') ",
            "and (r.open or r.version = u.version) ",
            "order by r.open desc, r.rollout_id desc limit 1) r on true where u.tenant_id = $1 ",
            $rest
        )
    };
}

/// All uploads, the latest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Upload>> {
    sqlx::query_as(select!("order by u.uploaded_at desc, u.upload_id desc"))
        .bind(tx.id())
        .fetch_all(tx.conn())
        .await
        .map_err(db)
}

/// One upload.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, upload: Uuid) -> Result<Option<Upload>> {
    sqlx::query_as(select!("and u.upload_id = $2"))
        .bind(tx.id())
        .bind(upload)
        .fetch_optional(tx.conn())
        .await
        .map_err(db)
}

/// As [`find`], and nobody else changes the row until the transaction ends.
///
/// # Errors
/// `NotFound` when there is none; those of the database.
pub async fn get_for_update(tx: &mut TenantTx, upload: Uuid) -> Result<Upload> {
    sqlx::query("select from plugin_upload where tenant_id = $1 and upload_id = $2 for update")
        .bind(tx.id())
        .bind(upload)
        .fetch_optional(tx.conn())
        .await
        .map_err(db)?;
    find(tx, upload).await?.ok_or_else(unknown)
}

/// The organisation has no such upload.
#[must_use]
pub fn unknown() -> Error {
    Error::not_found("There is no such upload")
}

/// The upload of this version.
///
/// # Errors
/// Those of the database.
pub async fn find_version(tx: &mut TenantTx, package: &str, version: &str) -> Result<Option<Upload>> {
    sqlx::query_as(select!("and u.package = $2 and u.version = $3"))
        .bind(tx.id())
        .bind(package)
        .bind(version)
        .fetch_optional(tx.conn())
        .await
        .map_err(db)
}

/// How many versions the organisation keeps, and their bytes. Others wait with theirs until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn count_for_insert(tx: &mut TenantTx) -> Result<(usize, u64)> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('plugin_upload ' || $1::text, 0))")
        .bind(tx.id())
        .execute(tx.conn())
        .await
        .map_err(db)?;
    let (count, bytes): (i64, i64) =
        sqlx::query_as("select count(*), coalesce(sum(bytes), 0)::bigint from plugin_upload where tenant_id = $1")
            .bind(tx.id())
            .fetch_one(tx.conn())
            .await
            .map_err(db)?;
    Ok((usize::try_from(count).unwrap_or(usize::MAX), u64::try_from(bytes).unwrap_or(u64::MAX)))
}

/// Notes an accepted archive.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    tx: &mut TenantTx,
    upload: Uuid,
    (package, plugin_id): (&Package, &str),
    actor: &str,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "insert into plugin_upload (tenant_id, upload_id, package, version, plugin_id, role, description, bytes, sha256,
           state, uploaded_by, uploaded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'building', $10, $11)",
    )
    .bind(tx.id())
    .bind(upload)
    .bind(&package.name)
    .bind(&package.version)
    .bind(plugin_id)
    .bind(&package.role)
    .bind(&package.description)
    .bind(i64::try_from(package.bytes).unwrap_or(i64::MAX))
    .bind(&package.sha256)
    .bind(actor)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// What building a version came to.
#[derive(Debug, Clone)]
pub struct Built {
    /// Under which it is installed.
    pub plugin_id: String,
    /// What its bundle has in it.
    pub checks: Checks,
    /// Its back end, if it has one.
    pub backend: Option<Backend>,
    /// Its front end, if it has one.
    pub frontend: Option<Frontend>,
}

/// Writes what was built. `false`: the upload was deleted meanwhile.
///
/// # Errors
/// Those of the database.
pub async fn set_ready(tx: &mut TenantTx, upload: Uuid, built: &Built) -> Result<bool> {
    let updated = sqlx::query(
        "update plugin_upload set state = 'ready', message = null, plugin_id = $3, checks = $4, backend = $5, frontend = $6
         where tenant_id = $1 and upload_id = $2",
    )
    .bind(tx.id())
    .bind(upload)
    .bind(&built.plugin_id)
    .bind(Json(&built.checks))
    .bind(built.backend.as_ref().map(Json))
    .bind(built.frontend.as_ref().map(Json))
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(updated.rows_affected() == 1)
}

/// Writes why it cannot be built.
///
/// # Errors
/// Those of the database.
pub async fn set_failed(tx: &mut TenantTx, upload: Uuid, message: &str) -> Result<()> {
    sqlx::query(
        "update plugin_upload set state = 'failed', message = $3
         where tenant_id = $1 and upload_id = $2 and state = 'building'",
    )
    .bind(tx.id())
    .bind(upload)
    .bind(message)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Notes that it was published.
///
/// # Errors
/// Those of the database.
pub async fn set_published(tx: &mut TenantTx, upload: Uuid, now: OffsetDateTime) -> Result<()> {
    sqlx::query("update plugin_upload set published_at = $3 where tenant_id = $1 and upload_id = $2")
        .bind(tx.id())
        .bind(upload)
        .bind(now)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Notes the schema of its preview, or that there is none any more.
///
/// # Errors
/// Those of the database.
pub async fn set_preview_schema(tx: &mut TenantTx, upload: Uuid, schema: Option<&str>) -> Result<()> {
    sqlx::query("update plugin_upload set preview_schema = $3 where tenant_id = $1 and upload_id = $2")
        .bind(tx.id())
        .bind(upload)
        .bind(schema)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Forgets an upload, and who looked at it.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut TenantTx, upload: Uuid) -> Result<()> {
    sqlx::query("delete from plugin_upload where tenant_id = $1 and upload_id = $2")
        .bind(tx.id())
        .bind(upload)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Whether any package or upload of the organisation has this front end.
///
/// # Errors
/// Those of the database.
pub async fn has_frontend(tx: &mut TenantTx, digest: &str) -> Result<bool> {
    sqlx::query_scalar(
        "select exists (select from plugin_upload where tenant_id = $1 and frontend ->> 'digest' = $2)
           or exists (select from plugin_package where tenant_id = $1 and frontend ->> 'digest' = $2)",
    )
    .bind(tx.id())
    .bind(digest)
    .fetch_one(tx.conn())
    .await
    .map_err(db)
}
