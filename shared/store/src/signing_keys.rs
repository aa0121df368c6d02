//! An organisation's signing keys (table `signing_key`), private halves sealed under its own key.
//!
//! Whoever signs for an organisation reads them here: the gateway for users' tokens, the plugin host for workers'.

use crate::{TenantTx, db};
use kernel::Result;
use time::OffsetDateTime;
use uuid::Uuid;

const SCOPE: &str = "signing-key";

/// A pair as it is stored, opened.
pub struct StoredKey {
    /// The `kid`.
    pub id: Uuid,
    /// PKCS#8.
    pub private: Vec<u8>,
    /// The uncompressed point.
    pub public: Vec<u8>,
}

/// All public halves as (id, uncompressed point), newest first.
///
/// # Errors
/// Those of the database.
pub async fn list_public(tx: &mut TenantTx) -> Result<Vec<(Uuid, Vec<u8>)>> {
    sqlx::query_as("select key_id, public from signing_key where tenant_id = $1 order by key_id desc")
        .bind(tx.id())
        .fetch_all(tx.conn())
        .await
        .map_err(db)
}

/// The newest pair, if the organisation has one.
///
/// # Errors
/// Those of the database, and of opening.
pub async fn find_newest(tx: &mut TenantTx) -> Result<Option<StoredKey>> {
    let row: Option<(Uuid, Vec<u8>, Vec<u8>)> = sqlx::query_as(
        "select key_id, public, sealed_private from signing_key where tenant_id = $1 order by key_id desc limit 1",
    )
    .bind(tx.id())
    .fetch_optional(tx.conn())
    .await
    .map_err(db)?;
    match row {
        Some((id, public, sealed)) => {
            let private = tx.open(SCOPE, &id.to_string(), &sealed).await?;
            Ok(Some(StoredKey { id, private, public }))
        }
        None => Ok(None),
    }
}

/// As [`find_newest`]; when there is none, nobody else comes here until the transaction ends, so that whoever makes the
/// first one is the only one who does: a worker that was told one key would not know another's.
///
/// # Errors
/// As [`find_newest`].
pub async fn find_or_reserve(tx: &mut TenantTx) -> Result<Option<StoredKey>> {
    if let Some(known) = find_newest(tx).await? {
        return Ok(Some(known));
    }
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('first signing key', hashtextextended($1::text, 0)))")
        .bind(tx.id())
        .execute(tx.conn())
        .await
        .map_err(db)?;
    find_newest(tx).await
}

/// Keeps a new pair.
///
/// # Errors
/// Those of the database, and of sealing.
pub async fn insert(tx: &mut TenantTx, key: &StoredKey, now: OffsetDateTime) -> Result<()> {
    let sealed = tx.seal(SCOPE, &key.id.to_string(), &key.private).await?;
    sqlx::query(
        "insert into signing_key (tenant_id, key_id, sealed_private, public, created_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(tx.id())
    .bind(key.id)
    .bind(sealed)
    .bind(&key.public)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}
