//! Data keys in the clear, for a few minutes, and the wrappers that open them.
//!
//! A data key is remembered for at most [`KEYS_KEPT`], so that a request does not pay for a key service, and cleared
//! from memory when it is forgotten. Whether a key still exists is never remembered: that is a row, read in the
//! transaction that seals or opens.

use crate::seal::{DataKeyRow, decrypt, encrypt, tenant_key_place};
use kernel::{DataKey, DataKeyId, Error, KeyWrapper, Result, TenantId, Wrapping};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a data key stays in memory after it was unwrapped.
pub const KEYS_KEPT: Duration = Duration::from_secs(300);
/// How long a key service may take; a transaction may be waiting.
const PATIENCE: Duration = Duration::from_secs(5);
/// More are not kept: the oldest go.
const MOST_KEPT: usize = 10_000;

/// The wrappers and the keys that they opened. Clones share both.
#[derive(Clone)]
pub struct Keyring(Arc<Inner>);

struct Inner {
    /// Wraps what is new.
    current: Arc<dyn KeyWrapper>,
    /// Open what was wrapped before.
    others: Vec<Arc<dyn KeyWrapper>>,
    kept: Duration,
    open: Mutex<HashMap<DataKeyId, (Instant, DataKey)>>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyring").field("current", &self.0.current).finish_non_exhaustive()
    }
}

impl From<KeyEncryptionKey> for Keyring {
    fn from(key: KeyEncryptionKey) -> Self {
        Self::new(Arc::new(key), Vec::new())
    }
}

impl Keyring {
    /// `current` wraps; the others only unwrap what they once wrapped.
    #[must_use]
    pub fn new(current: Arc<dyn KeyWrapper>, others: Vec<Arc<dyn KeyWrapper>>) -> Self {
        Self::keeping(current, others, KEYS_KEPT)
    }

    /// As [`new`](Self::new), with another time in memory.
    #[must_use]
    pub fn keeping(current: Arc<dyn KeyWrapper>, others: Vec<Arc<dyn KeyWrapper>>, kept: Duration) -> Self {
        Self(Arc::new(Inner { current, others, kept: kept.min(KEYS_KEPT), open: Mutex::default() }))
    }

    /// What wraps new keys.
    #[must_use]
    pub fn current(&self) -> &Arc<dyn KeyWrapper> {
        &self.0.current
    }

    pub(crate) fn asks_others(&self) -> bool {
        self.0.current.is_remote() || self.0.others.iter().any(|other| other.is_remote())
    }

    /// Unwraps what is not in memory.
    pub(crate) async fn warm(&self, tenant: TenantId, rows: &[DataKeyRow]) -> Result<()> {
        for row in rows {
            self.key(tenant, row).await?;
        }
        Ok(())
    }

    /// The key of a row that was read a moment ago.
    pub(crate) async fn key(&self, tenant: TenantId, row: &DataKeyRow) -> Result<DataKey> {
        let id = DataKeyId { tenant, key: row.key_id };
        if let Some(key) = self.remembered(id) {
            return Ok(key);
        }
        let wrapper = self.wrapper_of(&row.wrapper)?;
        let key = in_time(wrapper.unwrap_key(id, &row.wrapped)).await?;
        self.remember(id, key.clone());
        Ok(key)
    }

    /// Wraps a new key and remembers it.
    pub(crate) async fn wrap(&self, id: DataKeyId, key: &DataKey) -> Result<Vec<u8>> {
        let wrapped = in_time(self.0.current.wrap_key(id, key)).await?;
        self.remember(id, key.clone());
        Ok(wrapped)
    }

    /// Wraps again under the newest key of the current wrapper; `None` when that changes nothing.
    ///
    /// # Errors
    /// `Unavailable` when a key service does not answer; `Internal` when the key does not open.
    pub async fn rewrap(&self, tenant: TenantId, row: &DataKeyRow) -> Result<Option<Vec<u8>>> {
        let id = DataKeyId { tenant, key: row.key_id };
        let current = &self.0.current;
        let again = if row.wrapper == current.kind() {
            in_time(current.rewrap_key(id, &row.wrapped)).await?
        } else {
            let key = in_time(self.wrapper_of(&row.wrapper)?.unwrap_key(id, &row.wrapped)).await?;
            in_time(current.wrap_key(id, &key)).await?
        };
        Ok((again != row.wrapped).then_some(again))
    }

    fn wrapper_of(&self, kind: &str) -> Result<&Arc<dyn KeyWrapper>> {
        std::iter::once(&self.0.current).chain(&self.0.others).find(|wrapper| wrapper.kind() == kind).ok_or_else(|| {
            Error::internal(format!(
                "a data key was wrapped by {kind}, which is not configured; configure it beside the new one until \
                 `proscenium keys rewrap` has run"
            ))
        })
    }

    fn remembered(&self, id: DataKeyId) -> Option<DataKey> {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        match open.get(&id) {
            Some((until, key)) if Instant::now() < *until => Some(key.clone()),
            Some(_) => {
                open.remove(&id);
                None
            }
            None => None,
        }
    }

    fn remember(&self, id: DataKeyId, key: DataKey) {
        let now = Instant::now();
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        // Whatever ran out is cleared now and not at its next use, which may never come.
        open.retain(|_, (until, _)| now < *until);
        if open.len() >= MOST_KEPT {
            open.clear();
        }
        open.insert(id, (now + self.0.kept, key));
    }
}

async fn in_time<T>(work: Wrapping<'_, T>) -> Result<T> {
    let late = |_| Error::unavailable("The key service does not answer in time. Try again in a moment.");
    tokio::time::timeout(PATIENCE, work).await.map_err(late)?
}

/// The platform's own keys, which wrap in this process: the first wraps, all unwrap. Never stored in the database.
#[derive(Clone)]
pub struct KeyEncryptionKey(Arc<Vec<DataKey>>);

impl KeyEncryptionKey {
    /// Wraps key material that the operator keeps.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self::rotated(bytes, Vec::new())
    }

    /// The newest, and those before it, under which keys may still be wrapped.
    #[must_use]
    pub fn rotated(bytes: [u8; 32], former: Vec<[u8; 32]>) -> Self {
        Self(Arc::new(std::iter::once(bytes).chain(former).map(DataKey::new).collect()))
    }

    fn wrap(&self, id: DataKeyId, key: &DataKey) -> Result<Vec<u8>> {
        let newest = self.0.first().ok_or_else(|| Error::internal("there is no key to wrap with"))?;
        encrypt(newest, &tenant_key_place(id), key.expose())
    }

    fn unwrap(&self, id: DataKeyId, wrapped: &[u8]) -> Result<DataKey> {
        let place = tenant_key_place(id);
        let opened = self.0.iter().find_map(|key| decrypt(key, &place, wrapped).ok());
        let opened = opened.and_then(|bytes| DataKey::from_slice(&bytes));
        opened.ok_or_else(|| Error::internal("a data key does not open under the master key, nor under a former one"))
    }
}

impl std::fmt::Debug for KeyEncryptionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyEncryptionKey(…)")
    }
}

impl KeyWrapper for KeyEncryptionKey {
    fn kind(&self) -> &'static str {
        "local"
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn wrap_key<'a>(&'a self, id: DataKeyId, key: &'a DataKey) -> Wrapping<'a, Vec<u8>> {
        Box::pin(async move { self.wrap(id, key) })
    }

    fn unwrap_key<'a>(&'a self, id: DataKeyId, wrapped: &'a [u8]) -> Wrapping<'a, DataKey> {
        Box::pin(async move { self.unwrap(id, wrapped) })
    }

    fn rewrap_key<'a>(&'a self, id: DataKeyId, wrapped: &'a [u8]) -> Wrapping<'a, Vec<u8>> {
        Box::pin(async move {
            let newest = self.0.first().is_some_and(|key| decrypt(key, &tenant_key_place(id), wrapped).is_ok());
            if newest { Ok(wrapped.to_vec()) } else { self.wrap(id, &self.unwrap(id, wrapped)?) }
        })
    }

    fn health(&self) -> Wrapping<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}
