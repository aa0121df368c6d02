//! What wraps the keys under which organisations seal their secrets.
//!
//! Owns the words, not the work: the local wrapper is in `store`, those that ask a key service are in `runtime`. A data
//! key is in the clear in memory only, and cleared when it is dropped.

use crate::{Result, TenantId};
use std::fmt;
use std::pin::Pin;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Which data key, and whose. A wrapped key opens only for the same of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DataKeyId {
    /// The organisation.
    pub tenant: TenantId,
    /// The key within it.
    pub key: Uuid,
}

/// An organisation's data key in the clear: 32 bytes, cleared on drop, never shown.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    /// Takes the bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Takes 32 bytes; `None` for any other number of them.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::new)
    }

    /// The bytes, for a cipher.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}

/// What a wrapper promises.
pub type Wrapping<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Wraps data keys under a key that it keeps for itself.
pub trait KeyWrapper: Send + Sync + fmt::Debug {
    /// What is noted beside each wrapped key: `local`, `aws-kms`, `vault`.
    fn kind(&self) -> &'static str;

    /// Whether wrapping costs a request to somebody else.
    fn is_remote(&self) -> bool;

    /// Wraps a data key under the newest key of the wrapper.
    fn wrap_key<'a>(&'a self, id: DataKeyId, key: &'a DataKey) -> Wrapping<'a, Vec<u8>>;

    /// The data key in the clear; an error when it was wrapped for another organisation or under another id.
    fn unwrap_key<'a>(&'a self, id: DataKeyId, wrapped: &'a [u8]) -> Wrapping<'a, DataKey>;

    /// Wraps again under the newest key what an older one wrapped; where the service can, without showing it to us.
    fn rewrap_key<'a>(&'a self, id: DataKeyId, wrapped: &'a [u8]) -> Wrapping<'a, Vec<u8>>;

    /// Whether it can wrap now.
    fn health(&self) -> Wrapping<'_, ()>;
}
