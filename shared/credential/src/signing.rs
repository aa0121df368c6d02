//! Signing keys of an organisation: ES256 pairs that sign what its users and plugins show.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use kernel::{Error, Result};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// The public half of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The `kid`.
    pub id: Uuid,
    /// The uncompressed point: 4, x, y.
    pub point: Vec<u8>,
}

impl PublicKey {
    fn coordinates(&self) -> Option<(String, String)> {
        let (x, y) = self.point.strip_prefix(&[4])?.split_at_checked(32)?;
        (y.len() == 32).then(|| (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y)))
    }

    /// As an entry of a JSON Web Key Set.
    #[must_use]
    pub fn jwk(&self) -> Value {
        let (x, y) = self.coordinates().unwrap_or_default();
        json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.id.to_string(), "x": x, "y": y })
    }

    /// For verifying.
    #[must_use]
    pub fn decoding_key(&self) -> Option<DecodingKey> {
        let (x, y) = self.coordinates()?;
        DecodingKey::from_ec_components(&x, &y).ok()
    }
}

/// The set that verifiers take.
#[must_use]
pub fn jwks(keys: &[PublicKey]) -> Value {
    json!({ "keys": keys.iter().map(PublicKey::jwk).collect::<Vec<_>>() })
}

/// A pair that can sign.
#[derive(Clone)]
pub struct SigningKey {
    private: Vec<u8>,
    /// Its public half, with its id.
    pub public: PublicKey,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({}, hidden)", self.public.id)
    }
}

impl SigningKey {
    /// A pair as it was stored: PKCS#8 and the uncompressed point.
    #[must_use]
    pub const fn stored(id: Uuid, private: Vec<u8>, point: Vec<u8>) -> Self {
        Self { private, public: PublicKey { id, point } }
    }

    /// A new pair.
    ///
    /// # Errors
    /// `Internal` when the machine has no randomness to give.
    pub fn generate() -> Result<Self> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(Error::internal)?;
        let private = pair.to_pkcs8v1().map_err(Error::internal)?;
        Ok(Self::stored(Uuid::now_v7(), private.as_ref().to_vec(), pair.public_key().as_ref().to_vec()))
    }

    /// PKCS#8, for sealing.
    #[must_use]
    pub fn private(&self) -> &[u8] {
        &self.private
    }

    /// Signs claims as a JWT whose header says `typ: kind`.
    ///
    /// # Errors
    /// `Internal` when the private half is not a key.
    pub fn sign(&self, kind: &str, claims: &impl Serialize) -> Result<String> {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(kind.to_owned());
        header.kid = Some(self.public.id.to_string());
        jsonwebtoken::encode(&header, claims, &EncodingKey::from_ec_der(&self.private)).map_err(Error::internal)
    }
}
