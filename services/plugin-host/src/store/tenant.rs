//! The organisation, as its workers see it, and the keys that sign for it.

use credential::signing::{PublicKey, SigningKey};
use kernel::{Error, Result, TenantId};
use store::signing_keys::{self, StoredKey};
use store::{SystemTx, TenantTx, db};
use time::OffsetDateTime;

/// What workers are told of the organisation.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Tenant {
    /// First label of its host.
    pub slug: String,
    /// For people.
    pub name: String,
}

/// The transaction's organisation.
///
/// # Errors
/// `NotFound` when it is gone; those of the database.
pub async fn get_tenant(tx: &mut TenantTx) -> Result<Tenant> {
    let found = sqlx::query_as("select slug, name from tenant where tenant_id = $1 and status = 'active'")
        .bind(tx.id())
        .fetch_optional(tx.conn())
        .await
        .map_err(db)?;
    found.ok_or_else(|| Error::not_found("There is no such organisation"))
}

/// The organisation's plan.
///
/// # Errors
/// Those of the database.
pub async fn get_plan(tx: &mut TenantTx) -> Result<String> {
    sqlx::query_scalar("select plan from tenant where tenant_id = $1")
        .bind(tx.id())
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}

/// Every organisation that is in use.
///
/// # Errors
/// Those of the database.
pub async fn list_active_tenants(tx: &mut SystemTx) -> Result<Vec<TenantId>> {
    let found: Vec<uuid::Uuid> = sqlx::query_scalar("select tenant_id from tenant where status = 'active'")
        .fetch_all(tx.conn())
        .await
        .map_err(db)?;
    Ok(found.into_iter().map(TenantId::new).collect())
}

/// The key that signs now (made on first use) and all public keys, newest first.
///
/// # Errors
/// Those of the database, and of sealing.
pub async fn signing_keys(tx: &mut TenantTx, now: OffsetDateTime) -> Result<(SigningKey, Vec<PublicKey>)> {
    let newest = match signing_keys::find_or_reserve(tx).await? {
        Some(key) => SigningKey::stored(key.id, key.private, key.public),
        None => {
            let key = SigningKey::generate()?;
            let stored =
                StoredKey { id: key.public.id, private: key.private().to_vec(), public: key.public.point.clone() };
            signing_keys::insert(tx, &stored, now).await?;
            key
        }
    };
    let public = signing_keys::list_public(tx).await?;
    Ok((newest, public.into_iter().map(|(id, point)| PublicKey { id, point }).collect()))
}
