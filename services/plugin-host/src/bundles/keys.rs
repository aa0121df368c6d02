//! The installation's key for bundles.

use crate::domain::bundle::hex;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use kernel::{Error, Result};
use std::sync::Arc;

/// Signs with the first key and believes all of them: those after it are former ones.
#[derive(Clone)]
pub struct BundleKeys(Arc<[Ed25519KeyPair]>);

impl BundleKeys {
    /// Keys from their seeds, the current one first.
    #[must_use]
    pub fn of_seeds(seeds: &[[u8; 32]]) -> Self {
        Self(seeds.iter().filter_map(|seed| Ed25519KeyPair::from_seed_unchecked(seed).ok()).collect())
    }

    /// The signature in hex.
    ///
    /// # Errors
    /// `Internal` when there is no key.
    pub fn sign(&self, bytes: &[u8]) -> Result<String> {
        let key = self.0.first().ok_or_else(|| Error::internal("bundles need a key"))?;
        Ok(hex(key.sign(bytes).as_ref()))
    }

    /// Whether one of the keys made the signature.
    #[must_use]
    pub fn verify(&self, bytes: &[u8], signature: &str) -> bool {
        let Some(signature) = unhex(signature) else { return false };
        let made = |key: &Ed25519KeyPair| {
            UnparsedPublicKey::new(&ED25519, key.public_key().as_ref()).verify(bytes, &signature).is_ok()
        };
        self.0.iter().any(made)
    }
}

impl std::fmt::Debug for BundleKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BundleKeys({})", self.0.len())
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    (digits.len() == 128).then(|| digits.chunks(2).map(pair).collect::<Option<_>>()).flatten()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_signature_holds_for_its_bytes_and_its_installation_only() {
        let ours = BundleKeys::of_seeds(&[[1; 32]]);
        let signature = ours.sign(b"manifest").unwrap();
        assert!(ours.verify(b"manifest", &signature));
        assert!(!ours.verify(b"manifesT", &signature));
        assert!(!ours.verify(b"manifest", &signature.replacen(&signature[..2], "zz", 1)));
        assert!(!ours.verify(b"manifest", ""));
        assert!(!BundleKeys::of_seeds(&[[2; 32]]).verify(b"manifest", &signature));
        assert!(BundleKeys::of_seeds(&[[2; 32], [1; 32]]).verify(b"manifest", &signature), "a former key");
        assert!(BundleKeys::of_seeds(&[]).sign(b"x").is_err());
    }
}
