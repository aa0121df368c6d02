//! API tokens: `pro_<tenant id>_<32 random bytes and their checksum>`.
//!
//! The tenant's id is in the token so that it is looked up through that tenant's own door. The checksum lets a
//! mistyped or cut token be refused without a look-up, and lets secret scanners be certain of a find.

use crate::code::{Digest, SECRET_BYTES, random_secret};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Result, TenantId};
use std::fmt;
use uuid::Uuid;

const PREFIX: &str = "pro_";
const CHECKSUM_BYTES: usize = 4;

/// A personal or service API token.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiToken {
    tenant: TenantId,
    text: String,
}

impl ApiToken {
    /// Makes a new token of a tenant.
    ///
    /// # Errors
    /// `Internal` when the machine has no randomness to give.
    pub fn generate(tenant: TenantId) -> Result<Self> {
        Ok(Self::from_secret(tenant, &random_secret()?))
    }

    fn from_secret(tenant: TenantId, secret: &[u8; SECRET_BYTES]) -> Self {
        let mut body = secret.to_vec();
        body.extend_from_slice(&checksum(tenant, secret).to_be_bytes());
        let text = format!("{PREFIX}{}_{}", tenant.as_uuid().simple(), URL_SAFE_NO_PAD.encode(body));
        Self { tenant, text }
    }

    /// Takes what a client showed; `None` when it is not a well-formed token, checksum included.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (tenant, body) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let tenant = TenantId::new(Uuid::try_parse(tenant).ok()?);
        let body = URL_SAFE_NO_PAD.decode(body).ok()?;
        let (secret, _) = body.split_first_chunk::<SECRET_BYTES>()?;
        let whole = body.len() == SECRET_BYTES + CHECKSUM_BYTES;
        // Comparing the canonical text also refuses other spellings of the same id and stray base64 bits.
        let token = Self::from_secret(tenant, secret);
        (whole && token.text == text).then_some(token)
    }

    /// Whether the text claims to be one of our API tokens, well-formed or not.
    #[must_use]
    pub fn looks_like(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// The organisation that it says it belongs to; true only once a look-up in that tenant finds it.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The text to show once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// What to store.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.text)
    }
}

impl fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiToken(of {}, hidden)", self.tenant)
    }
}

fn checksum(tenant: TenantId, secret: &[u8]) -> u32 {
    tenant.as_uuid().as_bytes().iter().chain(secret).fold(!0, |crc, byte| {
        // CRC-32 (IEEE 802.3), bit by bit: 48 bytes are not worth a table.
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    }) ^ !0
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_token_reads_back_with_its_tenant_and_never_prints_itself() {
        let tenant = TenantId::generate();
        let token = ApiToken::generate(tenant).unwrap();
        let read = ApiToken::parse(token.reveal()).unwrap();
        assert_eq!(read.tenant(), tenant);
        assert_eq!(read.digest(), token.digest());
        assert!(!format!("{token:?}").contains(&token.reveal()[40..]));
    }

    #[test]
    fn one_changed_character_anywhere_is_noticed_without_a_look_up() {
        let token = ApiToken::generate(TenantId::generate()).unwrap();
        for at in 0..token.reveal().len() {
            let mut changed = token.reveal().as_bytes().to_vec();
            changed[at] = if changed[at] == b'1' { b'2' } else { b'1' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(ApiToken::parse(&changed), None, "a change at {at} went unnoticed");
        }
    }

    #[test]
    fn other_spellings_of_a_valid_token_are_refused() {
        let token = ApiToken::generate(TenantId::generate()).unwrap();
        let text = token.reveal();
        let hyphenated = text.replacen(
            &token.tenant().as_uuid().simple().to_string(),
            &token.tenant().as_uuid().hyphenated().to_string(),
            1,
        );
        for other in [hyphenated, text.to_uppercase(), format!("{text}="), format!(" {text}"), text[..60].to_owned()] {
            assert_eq!(ApiToken::parse(&other), None, "{other} was accepted");
        }
    }

    #[test]
    fn the_checksum_is_the_one_that_others_compute() {
        let tenant = TenantId::new(Uuid::from_bytes(*b"0123456789abcdef"));
        // From zlib: crc32(b"0123456789abcdef123456789").
        assert_eq!(checksum(tenant, b"123456789"), 0xFFD6_E7D4);
    }
}
