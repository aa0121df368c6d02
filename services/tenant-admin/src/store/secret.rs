//! Rows of `secret` and `secret_version`. A value leaves this module only through [`open`], for a grantee.

use kernel::Result;
use store::{Place, TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A secret without its value.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SecretRow {
    /// Row id.
    pub secret_id: Uuid,
    /// Which grantees may hold it.
    pub scope: String,
    /// Name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The current version.
    pub version: i32,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// By whom.
    pub created_by: String,
    /// When value or description changed last.
    pub changed_at: OffsetDateTime,
    /// By whom.
    pub changed_by: String,
    /// When a grantee was given the value last.
    pub last_used_at: Option<OffsetDateTime>,
    /// Which.
    pub last_used_by: Option<String>,
}

/// A version without its value.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct VersionRow {
    /// Counts from 1.
    pub version: i32,
    /// By which a person recognises the value.
    pub fingerprint: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// By whom.
    pub created_by: String,
    /// Until when it can be read; none for the current one.
    pub readable_until: Option<OffsetDateTime>,
}

/// All secrets, by name.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<SecretRow>> {
    sqlx::query_as(
        "select secret_id, scope, name, description, version, created_at, created_by, changed_at, changed_by,
           last_used_at, last_used_by
         from secret where tenant_id = $1 order by name, scope",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// One secret.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, secret: Uuid) -> Result<Option<SecretRow>> {
    sqlx::query_as(
        "select secret_id, scope, name, description, version, created_at, created_by, changed_at, changed_by,
           last_used_at, last_used_by
         from secret where tenant_id = $1 and secret_id = $2",
    )
    .bind(tx.id())
    .bind(secret)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// The same, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn find_for_update(tx: &mut TenantTx, secret: Uuid) -> Result<Option<SecretRow>> {
    sqlx::query_as(
        "select secret_id, scope, name, description, version, created_at, created_by, changed_at, changed_by,
           last_used_at, last_used_by
         from secret where tenant_id = $1 and secret_id = $2 for update",
    )
    .bind(tx.id())
    .bind(secret)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// How many there are.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &mut TenantTx) -> Result<i64> {
    sqlx::query_scalar("select count(*) from secret where tenant_id = $1")
        .bind(tx.id())
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}

/// Adds a secret. `Conflict` when there is one of this name and scope.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &mut TenantTx, row: &SecretRow) -> Result<()> {
    sqlx::query(
        "insert into secret (tenant_id, secret_id, scope, name, description, version, created_at, created_by,
           changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $7, $8)",
    )
    .bind(tx.id())
    .bind(row.secret_id)
    .bind(&row.scope)
    .bind(&row.name)
    .bind(&row.description)
    .bind(row.version)
    .bind(row.created_at)
    .bind(&row.created_by)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Writes what can change: description, current version, who changed it.
///
/// # Errors
/// Those of the database.
pub async fn set(tx: &mut TenantTx, row: &SecretRow) -> Result<()> {
    sqlx::query(
        "update secret set description = $3, version = $4, changed_at = $5, changed_by = $6
         where tenant_id = $1 and secret_id = $2",
    )
    .bind(tx.id())
    .bind(row.secret_id)
    .bind(&row.description)
    .bind(row.version)
    .bind(row.changed_at)
    .bind(&row.changed_by)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Removes a secret with its versions and grants.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut TenantTx, secret: Uuid) -> Result<()> {
    sqlx::query("delete from secret where tenant_id = $1 and secret_id = $2")
        .bind(tx.id())
        .bind(secret)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// The scope under which a secret's versions are sealed; `store::reseal` spells it in SQL.
fn sealing_scope(row: &SecretRow) -> String {
    format!("secret/{}/{}", row.scope, row.secret_id)
}

/// Seals and adds the current version of `row`; its fingerprint.
///
/// # Errors
/// Those of the database and of sealing.
pub async fn insert_version(tx: &mut TenantTx, row: &SecretRow, value: &str) -> Result<String> {
    let scope = sealing_scope(row);
    let sealed = tx.seal_at(Place::versioned(&scope, &row.name, row.version), value.as_bytes()).await?;
    let fingerprint = tx.fingerprint(value.as_bytes()).await?;
    sqlx::query(
        "insert into secret_version (tenant_id, secret_id, version, sealed, fingerprint, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(tx.id())
    .bind(row.secret_id)
    .bind(row.version)
    .bind(sealed)
    .bind(&fingerprint)
    .bind(row.changed_at)
    .bind(&row.changed_by)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(fingerprint)
}

/// Lets the current version be superseded: it stays readable until then.
///
/// # Errors
/// Those of the database.
pub async fn set_readable_until(tx: &mut TenantTx, secret: Uuid, version: i32, until: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "update secret_version set readable_until = $4 where tenant_id = $1 and secret_id = $2 and version = $3",
    )
    .bind(tx.id())
    .bind(secret)
    .bind(version)
    .bind(until)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Removes the versions of all secrets whose time is over; how many.
///
/// # Errors
/// Those of the database.
pub async fn delete_expired_versions(tx: &mut TenantTx, now: OffsetDateTime) -> Result<u64> {
    let deleted = sqlx::query("delete from secret_version where tenant_id = $1 and readable_until <= $2")
        .bind(tx.id())
        .bind(now)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(deleted.rows_affected())
}

/// The versions that can be read, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list_versions(tx: &mut TenantTx, secret: Uuid, now: OffsetDateTime) -> Result<Vec<VersionRow>> {
    sqlx::query_as(
        "select version, fingerprint, created_at, created_by, readable_until from secret_version
         where tenant_id = $1 and secret_id = $2 and coalesce(readable_until > $3, true) order by version desc",
    )
    .bind(tx.id())
    .bind(secret)
    .bind(now)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The fingerprints of all current versions, by secret.
///
/// # Errors
/// Those of the database.
pub async fn list_fingerprints(tx: &mut TenantTx) -> Result<Vec<(Uuid, String)>> {
    sqlx::query_as("select secret_id, fingerprint from secret_version where tenant_id = $1 and readable_until is null")
        .bind(tx.id())
        .fetch_all(tx.conn())
        .await
        .map_err(db)
}

/// The values that can be read, with their versions, newest first.
///
/// # Errors
/// Those of the database; `Internal` when a row was put in the place of another.
pub async fn open(tx: &mut TenantTx, row: &SecretRow, now: OffsetDateTime) -> Result<Vec<(i32, String)>> {
    let rows: Vec<(i32, Vec<u8>)> = sqlx::query_as(
        "select version, sealed from secret_version
         where tenant_id = $1 and secret_id = $2 and coalesce(readable_until > $3, true) order by version desc",
    )
    .bind(tx.id())
    .bind(row.secret_id)
    .bind(now)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    let scope = sealing_scope(row);
    let mut values = Vec::with_capacity(rows.len());
    for (version, sealed) in rows {
        let value = tx.open_at(Place::versioned(&scope, &row.name, version), &sealed).await?;
        values.push((version, String::from_utf8(value).map_err(kernel::Error::internal)?));
    }
    Ok(values)
}
