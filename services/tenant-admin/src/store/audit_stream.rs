//! Rows of `audit_stream`: where the audit log is sent to, and how far that went.

use kernel::Result;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// What a secret is sealed for; its name is the stream's id.
const SCOPE: &str = "audit-stream";

/// A stream's row. The secret is sealed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct StreamRow {
    /// Row id.
    pub stream_id: Uuid,
    /// `webhook` or `s3`.
    pub kind: String,
    /// What people call it.
    pub name: String,
    /// Address of the webhook or of the S3 endpoint.
    pub url: String,
    /// Of S3.
    pub bucket: Option<String>,
    /// Of S3; empty or ending in a slash.
    pub prefix: Option<String>,
    /// Of S3.
    pub region: Option<String>,
    /// Of S3.
    pub access_key: Option<String>,
    /// Signing key or secret key, sealed.
    pub sealed_secret: Vec<u8>,
    /// Whether it is sent at present.
    pub enabled: bool,
    /// The number of the last row that the other side confirmed.
    pub cursor_seq: i64,
    /// When it was set up.
    pub created_at: OffsetDateTime,
    /// When something was last confirmed.
    pub delivered_at: Option<OffsetDateTime>,
    /// Since when nothing is.
    pub failing_since: Option<OffsetDateTime>,
    /// Why.
    pub last_error: Option<String>,
}

/// All of them, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<StreamRow>> {
    sqlx::query_as(
        "select stream_id, kind, name, url, bucket, prefix, region, access_key, sealed_secret, enabled, cursor_seq,
           created_at, delivered_at, failing_since, last_error
         from audit_stream where tenant_id = $1 order by stream_id",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// One of them, held until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn find_for_update(tx: &mut TenantTx, stream: Uuid) -> Result<Option<StreamRow>> {
    sqlx::query_as(
        "select stream_id, kind, name, url, bucket, prefix, region, access_key, sealed_secret, enabled, cursor_seq,
           created_at, delivered_at, failing_since, last_error
         from audit_stream where tenant_id = $1 and stream_id = $2 for update",
    )
    .bind(tx.id())
    .bind(stream)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Adds one.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &mut TenantTx, row: &StreamRow) -> Result<()> {
    sqlx::query(
        "insert into audit_stream (tenant_id, stream_id, kind, name, url, bucket, prefix, region, access_key,
           sealed_secret, enabled, cursor_seq, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(tx.id())
    .bind(row.stream_id)
    .bind(&row.kind)
    .bind(&row.name)
    .bind(&row.url)
    .bind(&row.bucket)
    .bind(&row.prefix)
    .bind(&row.region)
    .bind(&row.access_key)
    .bind(&row.sealed_secret)
    .bind(row.enabled)
    .bind(row.cursor_seq)
    .bind(row.created_at)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Sets what an administrator can change.
///
/// # Errors
/// Those of the database.
pub async fn set(tx: &mut TenantTx, row: &StreamRow) -> Result<()> {
    sqlx::query(
        "update audit_stream set name = $3, url = $4, enabled = $5, sealed_secret = $6, access_key = $7
         where tenant_id = $1 and stream_id = $2",
    )
    .bind(tx.id())
    .bind(row.stream_id)
    .bind(&row.name)
    .bind(&row.url)
    .bind(row.enabled)
    .bind(&row.sealed_secret)
    .bind(&row.access_key)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Notes that the other side confirmed everything up to a number. Never goes back.
///
/// # Errors
/// Those of the database.
pub async fn set_delivered(tx: &mut TenantTx, stream: Uuid, seq: i64, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "update audit_stream set cursor_seq = greatest(cursor_seq, $3), delivered_at = $4, failing_since = null,
           last_error = null
         where tenant_id = $1 and stream_id = $2",
    )
    .bind(tx.id())
    .bind(stream)
    .bind(seq)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Notes that nothing was confirmed, and why.
///
/// # Errors
/// Those of the database.
pub async fn set_failing(tx: &mut TenantTx, stream: Uuid, error: &str, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "update audit_stream set failing_since = coalesce(failing_since, $4), last_error = $3
         where tenant_id = $1 and stream_id = $2",
    )
    .bind(tx.id())
    .bind(stream)
    .bind(error)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Removes one.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut TenantTx, stream: Uuid) -> Result<()> {
    sqlx::query("delete from audit_stream where tenant_id = $1 and stream_id = $2")
        .bind(tx.id())
        .bind(stream)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Seals a stream's secret.
///
/// # Errors
/// Those of the database.
pub async fn seal_secret(tx: &mut TenantTx, stream: Uuid, secret: &str) -> Result<Vec<u8>> {
    tx.seal(SCOPE, &stream.to_string(), secret.as_bytes()).await
}

/// Opens it.
///
/// # Errors
/// Those of the database; `Internal` when it was sealed for another stream.
pub async fn open_secret(tx: &mut TenantTx, row: &StreamRow) -> Result<String> {
    let secret = tx.open(SCOPE, &row.stream_id.to_string(), &row.sealed_secret).await?;
    String::from_utf8(secret).map_err(kernel::Error::internal)
}
