//! The hosts that an organisation has connected, with their sealed tokens.

use crate::domain::source_host::Kind;
use kernel::{Error, Result};
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// What a token is sealed for; its name is the host's id.
const SCOPE: &str = "source-host";

/// A connected host. The token is sealed.
#[derive(Debug, Clone)]
pub struct SourceHostRow {
    /// Its id.
    pub source_host_id: Uuid,
    /// What runs there.
    pub kind: Kind,
    /// As it stands in addresses.
    pub host: String,
    /// Without a slash at its end.
    pub api_base_url: String,
    /// The token, sealed.
    pub sealed_token: Option<Vec<u8>>,
    /// Its last characters.
    pub token_hint: Option<String>,
    /// When it was connected.
    pub created_at: OffsetDateTime,
}

type Columns = (Uuid, String, String, String, Option<Vec<u8>>, Option<String>, OffsetDateTime);

fn row(columns: Columns) -> Result<SourceHostRow> {
    let (source_host_id, kind, host, api_base_url, sealed_token, token_hint, created_at) = columns;
    let kind = Kind::named(&kind).ok_or_else(|| Error::internal(format!("a source host of the kind {kind}")))?;
    Ok(SourceHostRow { source_host_id, kind, host, api_base_url, sealed_token, token_hint, created_at })
}

/// All of them, by host.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<SourceHostRow>> {
    let found: Vec<Columns> = sqlx::query_as(
        "select source_host_id, kind, host, api_base_url, sealed_token, token_hint, created_at
         from source_host where tenant_id = $1 order by host",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    found.into_iter().map(row).collect()
}

/// One of them, held until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn find_for_update(tx: &mut TenantTx, source_host_id: Uuid) -> Result<Option<SourceHostRow>> {
    let found: Option<Columns> = sqlx::query_as(
        "select source_host_id, kind, host, api_base_url, sealed_token, token_hint, created_at
         from source_host where tenant_id = $1 and source_host_id = $2 for update",
    )
    .bind(tx.id())
    .bind(source_host_id)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)?;
    found.map(row).transpose()
}

/// Adds one.
///
/// # Errors
/// `Conflict` when the host is there already; those of the database.
pub async fn insert(tx: &mut TenantTx, row: &SourceHostRow) -> Result<()> {
    sqlx::query(
        "insert into source_host
           (tenant_id, source_host_id, kind, host, api_base_url, sealed_token, token_hint, created_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
    )
    .bind(tx.id())
    .bind(row.source_host_id)
    .bind(row.kind.word())
    .bind(&row.host)
    .bind(&row.api_base_url)
    .bind(&row.sealed_token)
    .bind(&row.token_hint)
    .bind(row.created_at)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Sets what can change: the API's address and the token.
///
/// # Errors
/// Those of the database.
pub async fn set(tx: &mut TenantTx, row: &SourceHostRow, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "update source_host set api_base_url = $3, sealed_token = $4, token_hint = $5, changed_at = $6
         where tenant_id = $1 and source_host_id = $2",
    )
    .bind(tx.id())
    .bind(row.source_host_id)
    .bind(&row.api_base_url)
    .bind(&row.sealed_token)
    .bind(&row.token_hint)
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
pub async fn delete(tx: &mut TenantTx, source_host_id: Uuid) -> Result<()> {
    sqlx::query("delete from source_host where tenant_id = $1 and source_host_id = $2")
        .bind(tx.id())
        .bind(source_host_id)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Seals a token for a host.
///
/// # Errors
/// Those of the database.
pub async fn seal_token(tx: &mut TenantTx, source_host_id: Uuid, token: &str) -> Result<Vec<u8>> {
    tx.seal(SCOPE, &source_host_id.to_string(), token.as_bytes()).await
}

/// Opens a host's token.
///
/// # Errors
/// Those of the database; `Internal` when the token was sealed for another host.
pub async fn open_token(tx: &mut TenantTx, row: &SourceHostRow) -> Result<Option<String>> {
    let Some(sealed) = &row.sealed_token else { return Ok(None) };
    let token = tx.open(SCOPE, &row.source_host_id.to_string(), sealed).await?;
    String::from_utf8(token).map(Some).map_err(Error::internal)
}
