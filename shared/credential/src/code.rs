//! Random codes: sessions, hand-offs, invitations. Stored only as their SHA-256.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Error, Result};
use std::fmt;

/// Random bytes in a code: 256 bits, so that a plain hash needs no salt.
pub(crate) const SECRET_BYTES: usize = 32;

/// SHA-256 of a secret, which is all that a database keeps of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Hashes the text exactly as the client showed it.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self::of_bytes(text.as_bytes())
    }

    /// Hashes bytes that are no text.
    #[must_use]
    pub fn of_bytes(content: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, content).as_ref());
        Self(bytes)
    }

    /// For binding to a `bytea` column.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Fills a new secret from the operating system's generator.
///
/// # Errors
/// `Internal` when the machine has no randomness to give.
pub(crate) fn random_secret() -> Result<[u8; SECRET_BYTES]> {
    let mut bytes = [0; SECRET_BYTES];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::internal("the system's random generator failed"))?;
    Ok(bytes)
}

/// 256 random bits as 43 characters that are safe in a URL, a cookie and a mail.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeCode(String);

impl OneTimeCode {
    /// Makes a new one.
    ///
    /// # Errors
    /// `Internal` when the machine has no randomness to give.
    pub fn generate() -> Result<Self> {
        Ok(Self(URL_SAFE_NO_PAD.encode(random_secret()?)))
    }

    /// Takes what a client showed; `None` when it cannot be one of ours, which saves the look-up.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_ours = URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == SECRET_BYTES);
        is_ours.then(|| Self(text.to_owned()))
    }

    /// The text to show once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What to store.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(hidden)")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_code_reads_back_and_never_prints_itself() {
        let code = OneTimeCode::generate().unwrap();
        assert_eq!(OneTimeCode::parse(code.reveal()), Some(code.clone()));
        assert!(!format!("{code:?}").contains(code.reveal()));
        assert_ne!(OneTimeCode::generate().unwrap(), code);
    }

    #[test]
    fn text_that_no_code_can_be_is_refused_before_any_look_up() {
        for text in ["", "short", "x".repeat(43).as_str(), "a/b", "ü", &"A".repeat(44), &"A".repeat(10_000)] {
            // 43 times `x` leaves stray bits in the last character, so it is not canonical.
            assert_eq!(OneTimeCode::parse(text), None, "{text:?} was accepted");
        }
    }
}
