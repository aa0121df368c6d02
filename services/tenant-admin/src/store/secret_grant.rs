//! Rows of `secret_grant`: who may use which secret, and who did.

use super::secret::SecretRow;
use crate::domain::secret::Grantee;
use kernel::Result;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A grant.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct GrantRow {
    /// Of which secret.
    pub secret_id: Uuid,
    /// `plugin`, `template` or `proxy`.
    pub grantee_kind: String,
    /// A plugin's id, a template's reference, a proxy's name.
    pub grantee_id: String,
    /// Since when.
    pub granted_at: OffsetDateTime,
    /// By whom.
    pub granted_by: String,
    /// When the grantee was given the value last.
    pub last_used_at: Option<OffsetDateTime>,
}

/// All grants of the organisation, by grantee.
///
/// # Errors
/// Those of the database.
pub async fn list_all(tx: &mut TenantTx) -> Result<Vec<GrantRow>> {
    sqlx::query_as(
        "select secret_id, grantee_kind, grantee_id, granted_at, granted_by, last_used_at from secret_grant
         where tenant_id = $1 order by grantee_kind, grantee_id",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The grants of one secret, by grantee.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx, secret: Uuid) -> Result<Vec<GrantRow>> {
    sqlx::query_as(
        "select secret_id, grantee_kind, grantee_id, granted_at, granted_by, last_used_at from secret_grant
         where tenant_id = $1 and secret_id = $2 order by grantee_kind, grantee_id",
    )
    .bind(tx.id())
    .bind(secret)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Adds a grant. `false`: it was there. `Conflict` when the grantee holds another secret of this name.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    tx: &mut TenantTx,
    secret: &SecretRow,
    grantee: &Grantee,
    by: &str,
    now: OffsetDateTime,
) -> Result<bool> {
    let inserted = sqlx::query(
        "insert into secret_grant (tenant_id, secret_id, grantee_kind, grantee_id, name, granted_at, granted_by)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict on constraint secret_grant_pk do nothing",
    )
    .bind(tx.id())
    .bind(secret.secret_id)
    .bind(grantee.kind)
    .bind(&grantee.id)
    .bind(&secret.name)
    .bind(now)
    .bind(by)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(inserted.rows_affected() == 1)
}

/// Removes a grant. `false`: there was none.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut TenantTx, secret: Uuid, grantee: &Grantee) -> Result<bool> {
    let deleted = sqlx::query(
        "delete from secret_grant where tenant_id = $1 and secret_id = $2 and grantee_kind = $3 and grantee_id = $4",
    )
    .bind(tx.id())
    .bind(secret)
    .bind(grantee.kind)
    .bind(&grantee.id)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(deleted.rows_affected() == 1)
}

/// Those of the named secrets that the grantee holds, and notes their use.
///
/// # Errors
/// Those of the database.
pub async fn use_granted(
    tx: &mut TenantTx,
    grantee: &Grantee,
    names: &[String],
    now: OffsetDateTime,
) -> Result<Vec<SecretRow>> {
    let used: Vec<Uuid> = sqlx::query_scalar(
        "update secret_grant set last_used_at = $5
         where tenant_id = $1 and grantee_kind = $2 and grantee_id = $3 and name = any($4) returning secret_id",
    )
    .bind(tx.id())
    .bind(grantee.kind)
    .bind(&grantee.id)
    .bind(names)
    .bind(now)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    sqlx::query_as(
        "update secret set last_used_at = $3, last_used_by = $4 where tenant_id = $1 and secret_id = any($2)
         returning secret_id, scope, name, description, version, created_at, created_by, changed_at, changed_by,
           last_used_at, last_used_by",
    )
    .bind(tx.id())
    .bind(&used)
    .bind(now)
    .bind(grantee.label())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}
