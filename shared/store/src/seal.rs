//! Sealing under per-tenant keys: AES-256-GCM under the tenant's data key, which a key wrapper wraps.
//!
//! A sealed value is bound to tenant, scope, name, version and key id through its associated data, so a row that is
//! moved to another place fails to open. Destroying the wrapped key makes everything sealed under it unreadable, at
//! once: each opening reads the key's row.

use crate::keyring::Keyring;
use crate::{SystemTx, TenantTx, db};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use kernel::{DataKey, DataKeyId, Error, Result, TenantId};
use uuid::Uuid;

/// Bound to scope and name.
const UNVERSIONED: u8 = 1;
/// Bound to a version as well.
const VERSIONED: u8 = 2;

/// What a sealed value is for. It opens for the same place of the same tenant and for no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    scope: &'a str,
    name: &'a str,
    version: Option<i32>,
}

impl<'a> Place<'a> {
    /// A place whose values do not count versions.
    #[must_use]
    pub const fn unversioned(scope: &'a str, name: &'a str) -> Self {
        Self { scope, name, version: None }
    }

    /// One version of what is at a place.
    #[must_use]
    pub const fn versioned(scope: &'a str, name: &'a str, version: i32) -> Self {
        Self { scope, name, version: Some(version) }
    }

    const fn format(self) -> u8 {
        if self.version.is_some() { VERSIONED } else { UNVERSIONED }
    }

    fn associated_data(self, id: DataKeyId) -> Vec<u8> {
        let (tenant, key) = (id.tenant.as_uuid(), id.key);
        let (scope, name) = (self.scope.as_bytes(), self.name.as_bytes());
        match self.version {
            None => joined(&[b"proscenium/seal/v1", tenant.as_bytes(), scope, name, key.as_bytes()]),
            Some(version) => {
                joined(&[b"proscenium/seal/v2", tenant.as_bytes(), scope, name, &version.to_be_bytes(), key.as_bytes()])
            }
        }
    }
}

/// The place of a wrapped key itself.
pub(crate) fn tenant_key_place(id: DataKeyId) -> Vec<u8> {
    Place::unversioned("tenant-key", "").associated_data(id)
}

/// A wrapped data key.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DataKeyRow {
    /// UUIDv7: the newest seals.
    pub key_id: Uuid,
    /// As the wrapper gave it.
    pub wrapped: Vec<u8>,
    /// Which wrapper: see [`KeyWrapper::kind`](kernel::KeyWrapper::kind).
    pub wrapper: String,
}

pub(crate) async fn seal(tx: &mut TenantTx, keys: &Keyring, place: Place<'_>, plaintext: &[u8]) -> Result<Vec<u8>> {
    let (key_id, key) = newest_key(tx, keys).await?;
    let aad = place.associated_data(DataKeyId { tenant: tx.tenant(), key: key_id });
    let mut sealed = vec![place.format()];
    sealed.extend_from_slice(key_id.as_bytes());
    sealed.extend(encrypt(&key, &aad, plaintext)?);
    Ok(sealed)
}

pub(crate) async fn open(tx: &mut TenantTx, keys: &Keyring, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>> {
    let (head, body) = sealed.split_at_checked(17).ok_or_else(|| Error::internal("sealed value is too short"))?;
    let key_id = Uuid::from_slice(head.get(1..).unwrap_or_default()).map_err(Error::internal)?;
    if head.first() != Some(&place.format()) {
        return Err(refused());
    }
    let row: Option<DataKeyRow> =
        sqlx::query_as("select key_id, wrapped, wrapper from tenant_key where tenant_id = $1 and key_id = $2")
            .bind(tx.id())
            .bind(key_id)
            .fetch_optional(tx.conn())
            .await
            .map_err(db)?;
    let row = row.ok_or_else(|| Error::internal("the key of a sealed value is gone"))?;
    let key = keys.key(tx.tenant(), &row).await?;
    decrypt(&key, &place.associated_data(DataKeyId { tenant: tx.tenant(), key: key_id }), body)
}

pub(crate) async fn fingerprint(tx: &mut TenantTx, keys: &Keyring, value: &[u8]) -> Result<String> {
    let (_, key) = newest_key(tx, keys).await?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose());
    let tag = hmac::sign(&key, &joined(&[b"proscenium/fingerprint/v1", value]));
    Ok(tag.as_ref().iter().take(4).map(|byte| format!("{byte:02x}")).collect())
}

/// All data keys of the tenant, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list_wrapped(tx: &mut TenantTx) -> Result<Vec<DataKeyRow>> {
    sqlx::query_as("select key_id, wrapped, wrapper from tenant_key where tenant_id = $1 order by key_id desc")
        .bind(tx.id())
        .fetch_all(tx.conn())
        .await
        .map_err(db)
}

/// Every organisation that has a data key.
///
/// # Errors
/// Those of the database.
pub async fn list_key_owners(tx: &mut SystemTx) -> Result<Vec<TenantId>> {
    let ids: Vec<Uuid> = sqlx::query_scalar("select distinct tenant_id from tenant_key order by tenant_id")
        .fetch_all(tx.conn())
        .await
        .map_err(db)?;
    Ok(ids.into_iter().map(TenantId::new).collect())
}

/// The newest data key of the tenant; made on first use. It is kept from being destroyed until the transaction ends.
async fn newest_key(tx: &mut TenantTx, keys: &Keyring) -> Result<(Uuid, DataKey)> {
    let found: Option<DataKeyRow> = sqlx::query_as(
        "select key_id, wrapped, wrapper from tenant_key where tenant_id = $1 order by key_id desc limit 1
         for key share",
    )
    .bind(tx.id())
    .fetch_optional(tx.conn())
    .await
    .map_err(db)?;
    match found {
        Some(row) => Ok((row.key_id, keys.key(tx.tenant(), &row).await?)),
        None => insert_key(tx, keys).await,
    }
}

/// Gives the tenant a new data key, which seals from now on. What older keys sealed opens as before.
///
/// # Errors
/// Those of the database and of the wrapper.
pub async fn add_data_key(tx: &mut TenantTx) -> Result<Uuid> {
    let keys = tx.keys();
    Ok(insert_key(tx, &keys).await?.0)
}

async fn insert_key(tx: &mut TenantTx, keys: &Keyring) -> Result<(Uuid, DataKey)> {
    let key_id = Uuid::now_v7();
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Error::internal("no randomness"))?;
    let key = DataKey::new(bytes);
    let wrapped = keys.wrap(DataKeyId { tenant: tx.tenant(), key: key_id }, &key).await?;
    sqlx::query("insert into tenant_key (tenant_id, key_id, wrapped, wrapper) values ($1, $2, $3, $4)")
        .bind(tx.id())
        .bind(key_id)
        .bind(wrapped)
        .bind(keys.current().kind())
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok((key_id, key))
}

/// Replaces a wrapped key by the same one wrapped again. `false`: it changed meanwhile, or is gone.
///
/// # Errors
/// Those of the database.
pub async fn set_wrapped(tx: &mut TenantTx, before: &DataKeyRow, wrapped: &[u8]) -> Result<bool> {
    let kind = tx.keys().current().kind();
    let updated = sqlx::query(
        "update tenant_key set wrapped = $4, wrapper = $5 where tenant_id = $1 and key_id = $2 and wrapped = $3",
    )
    .bind(tx.id())
    .bind(before.key_id)
    .bind(&before.wrapped)
    .bind(wrapped)
    .bind(kind)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(updated.rows_affected() == 1)
}

/// Destroys one wrapped key, or all of the tenant: once this is committed, what was sealed under them can never be read
/// again. Waits for transactions that are sealing under them.
///
/// # Errors
/// Those of the database.
pub async fn shred_key(tx: &mut SystemTx, tenant: TenantId, key_id: Option<Uuid>) -> Result<u64> {
    let deleted = sqlx::query("delete from tenant_key where tenant_id = $1 and key_id = coalesce($2, key_id)")
        .bind(tenant.as_uuid())
        .bind(key_id)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(deleted.rows_affected())
}

/// Length-prefixed, so that no two lists of parts give the same bytes.
fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let mut aad = Vec::new();
    for part in parts {
        aad.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        aad.extend_from_slice(part);
    }
    aad
}

fn cipher(key: &DataKey) -> Result<LessSafeKey> {
    let key = UnboundKey::new(&AES_256_GCM, key.expose());
    Ok(LessSafeKey::new(key.map_err(|_| Error::internal("a sealing key has a wrong length"))?))
}

pub(crate) fn encrypt(key: &DataKey, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>> {
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut nonce).map_err(|_| Error::internal("no randomness"))?;
    let mut body = plaintext.to_vec();
    cipher(key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut body)
        .map_err(|_| Error::internal("sealing failed"))?;
    Ok([nonce.as_slice(), &body].concat())
}

pub(crate) fn decrypt(key: &DataKey, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
    let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or_else(refused)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| refused())?;
    let mut body = body.to_vec();
    let plain = cipher(key)?.open_in_place(nonce, Aad::from(aad), &mut body).map_err(|_| refused())?;
    Ok(plain.to_vec())
}

fn refused() -> Error {
    Error::internal("a sealed value does not open: it was made for another place, or changed")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_in_the_place_it_was_made_for() {
        let id = DataKeyId { tenant: TenantId::generate(), key: Uuid::now_v7() };
        let key = DataKey::new([7; 32]);
        let here = Place::versioned("secret", "token", 1);
        let sealed = encrypt(&key, &here.associated_data(id), b"hunter2").unwrap();
        assert_eq!(decrypt(&key, &here.associated_data(id), &sealed).unwrap(), b"hunter2");
        let others = [
            here.associated_data(DataKeyId { tenant: TenantId::generate(), ..id }),
            here.associated_data(DataKeyId { key: Uuid::now_v7(), ..id }),
            Place::versioned("secre", "ttoken", 1).associated_data(id),
            Place::versioned("secret", "token2", 1).associated_data(id),
            Place::versioned("secret", "token", 2).associated_data(id),
            Place::unversioned("secret", "token").associated_data(id),
        ];
        for other in others {
            assert!(decrypt(&key, &other, &sealed).is_err());
        }
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(decrypt(&key, &here.associated_data(id), &changed).is_err());
    }
}
