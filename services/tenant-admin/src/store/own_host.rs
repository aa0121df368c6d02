//! Rows of `tenant_domain`, and the hosts that follow from them.

use kernel::{Error, ErrorKind, Result};
use store::{TenantTx, db};
use time::OffsetDateTime;

/// A host that the organisation claims.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DomainRow {
    /// The host.
    pub host: String,
    /// What its owner shows there.
    pub proof: String,
    /// When it was claimed.
    pub created_at: OffsetDateTime,
    /// When it was proven.
    pub verified_at: Option<OffsetDateTime>,
}

/// All of them, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<DomainRow>> {
    sqlx::query_as(
        "select host, proof, created_at, verified_at from tenant_domain where tenant_id = $1 order by created_at, host",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// One of them.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, host: &str) -> Result<Option<DomainRow>> {
    sqlx::query_as("select host, proof, created_at, verified_at from tenant_domain where tenant_id = $1 and host = $2")
        .bind(tx.id())
        .bind(host)
        .fetch_optional(tx.conn())
        .await
        .map_err(db)
}

/// Claims a host; a claim that is there stays as it is.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &mut TenantTx, host: &str, proof: &str, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into tenant_domain (tenant_id, host, proof, created_at) values ($1, $2, $3, $4)
         on conflict (tenant_id, host) do nothing",
    )
    .bind(tx.id())
    .bind(host)
    .bind(proof)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Makes the organisation answer at a host that is proven.
///
/// # Errors
/// `Conflict` when another organisation answers there; those of the database.
pub async fn set_verified(tx: &mut TenantTx, host: &str, now: OffsetDateTime) -> Result<()> {
    let id = tx.id();
    sqlx::query("update tenant_domain set verified_at = $3 where tenant_id = $1 and host = $2")
        .bind(id)
        .bind(host)
        .bind(now)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    let added = sqlx::query("insert into tenant_host (host, tenant_id) values ($2, $1)")
        .bind(id)
        .bind(host)
        .execute(tx.conn())
        .await
        .map_err(db);
    match added {
        Err(error) if error.kind == ErrorKind::Conflict => {
            Err(Error::conflict("Another organisation answers at this host. Remove it there first.").with_source(error))
        }
        other => other.map(|_| ()),
    }
}

/// Lets go of a host; whether it was there.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut TenantTx, host: &str) -> Result<bool> {
    let id = tx.id();
    let deleted = sqlx::query("delete from tenant_domain where tenant_id = $1 and host = $2")
        .bind(id)
        .bind(host)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    sqlx::query("delete from tenant_host where tenant_id = $1 and host = $2")
        .bind(id)
        .bind(host)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(deleted.rows_affected() == 1)
}
