//! Sealing under per-tenant keys: AES-256-GCM, the tenant's data key wrapped by the platform's key.
//!
//! A sealed value is bound to tenant, scope, name and key id through its associated data, so a row that is moved to
//! another place fails to open. Destroying the wrapped key makes everything sealed under it unreadable.

use crate::{TenantTx, db};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use kernel::{Error, Result};
use std::sync::Arc;
use uuid::Uuid;

const FORMAT: u8 = 1;

/// The platform's key that wraps each tenant's data key. 32 bytes, never stored in the database.
#[derive(Clone)]
pub struct KeyEncryptionKey(Arc<[u8; 32]>);

impl KeyEncryptionKey {
    /// Wraps key material that the operator keeps.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Arc::new(bytes))
    }
}

impl std::fmt::Debug for KeyEncryptionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyEncryptionKey(…)")
    }
}

pub(crate) async fn seal(
    tx: &mut TenantTx,
    kek: &KeyEncryptionKey,
    scope: &str,
    name: &str,
    plaintext: &[u8],
) -> Result<Vec<u8>> {
    let (key_id, key) = data_key(tx, kek).await?;
    let aad = associated_data(tx.id(), scope, name, key_id);
    let mut sealed = vec![FORMAT];
    sealed.extend_from_slice(key_id.as_bytes());
    sealed.extend(encrypt(&key, &aad, plaintext)?);
    Ok(sealed)
}

pub(crate) async fn open(
    tx: &mut TenantTx,
    kek: &KeyEncryptionKey,
    scope: &str,
    name: &str,
    sealed: &[u8],
) -> Result<Vec<u8>> {
    let (head, body) = sealed.split_at_checked(17).ok_or_else(|| Error::internal("sealed value is too short"))?;
    let key_id = Uuid::from_slice(head.get(1..).unwrap_or_default()).map_err(Error::internal)?;
    if head.first() != Some(&FORMAT) {
        return Err(Error::internal("sealed value has an unknown format"));
    }
    let wrapped: Option<Vec<u8>> =
        sqlx::query_scalar("select wrapped from tenant_key where tenant_id = $1 and key_id = $2")
            .bind(tx.id())
            .bind(key_id)
            .fetch_optional(tx.conn())
            .await
            .map_err(db)?;
    let wrapped = wrapped.ok_or_else(|| Error::internal("the key of a sealed value is gone"))?;
    let key = decrypt(&kek.0[..], &associated_data(tx.id(), "tenant-key", "", key_id), &wrapped)?;
    decrypt(&key, &associated_data(tx.id(), scope, name, key_id), body)
}

/// The newest data key of the tenant; made on first use.
async fn data_key(tx: &mut TenantTx, kek: &KeyEncryptionKey) -> Result<(Uuid, Vec<u8>)> {
    let found: Option<(Uuid, Vec<u8>)> =
        sqlx::query_as("select key_id, wrapped from tenant_key where tenant_id = $1 order by key_id desc limit 1")
            .bind(tx.id())
            .fetch_optional(tx.conn())
            .await
            .map_err(db)?;
    if let Some((key_id, wrapped)) = found {
        let key = decrypt(&kek.0[..], &associated_data(tx.id(), "tenant-key", "", key_id), &wrapped)?;
        return Ok((key_id, key));
    }
    let key_id = Uuid::now_v7();
    let mut key = vec![0; 32];
    SystemRandom::new().fill(&mut key).map_err(|_| Error::internal("no randomness"))?;
    let wrapped = encrypt(&kek.0[..], &associated_data(tx.id(), "tenant-key", "", key_id), &key)?;
    sqlx::query("insert into tenant_key (tenant_id, key_id, wrapped) values ($1, $2, $3)")
        .bind(tx.id())
        .bind(key_id)
        .bind(wrapped)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok((key_id, key))
}

/// Length-prefixed, so that no two lists of parts give the same bytes.
fn associated_data(tenant: Uuid, scope: &str, name: &str, key_id: Uuid) -> Vec<u8> {
    let mut aad = Vec::new();
    for part in
        [b"proscenium/seal/v1".as_slice(), tenant.as_bytes(), scope.as_bytes(), name.as_bytes(), key_id.as_bytes()]
    {
        aad.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        aad.extend_from_slice(part);
    }
    aad
}

fn cipher(key: &[u8]) -> Result<LessSafeKey> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| Error::internal("a sealing key has a wrong length"))?;
    Ok(LessSafeKey::new(key))
}

fn encrypt(key: &[u8], aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>> {
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut nonce).map_err(|_| Error::internal("no randomness"))?;
    let mut body = plaintext.to_vec();
    cipher(key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut body)
        .map_err(|_| Error::internal("sealing failed"))?;
    Ok([nonce.as_slice(), &body].concat())
}

fn decrypt(key: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
    let refused = || Error::internal("a sealed value does not open: it was made for another place, or changed");
    let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or_else(refused)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| refused())?;
    let mut body = body.to_vec();
    let plain = cipher(key)?.open_in_place(nonce, Aad::from(aad), &mut body).map_err(|_| refused())?;
    Ok(plain.to_vec())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_in_the_place_it_was_made_for() {
        let (tenant, key_id, key) = (Uuid::now_v7(), Uuid::now_v7(), [7; 32]);
        let aad = associated_data(tenant, "secret", "token", key_id);
        let sealed = encrypt(&key, &aad, b"hunter2").unwrap();
        assert_eq!(decrypt(&key, &aad, &sealed).unwrap(), b"hunter2");
        for other in [
            associated_data(Uuid::now_v7(), "secret", "token", key_id),
            associated_data(tenant, "secre", "ttoken", key_id),
            associated_data(tenant, "secret", "token2", key_id),
            associated_data(tenant, "secret", "token", Uuid::now_v7()),
        ] {
            assert!(decrypt(&key, &other, &sealed).is_err());
        }
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(decrypt(&key, &aad, &changed).is_err());
    }
}
