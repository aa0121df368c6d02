//! Links that carry what they are for, sealed: nobody but us can read, change or make one.
//!
//! For what has no organisation yet to keep a row in. A link is bound to its purpose and to its time; that it works only
//! once is for its reader to see to.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Error, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt;
use time::OffsetDateTime;

/// Longest link that is looked at, in characters.
const LONGEST: usize = 8_192;

/// The key of an installation's links.
#[derive(Clone)]
pub struct LinkKey([u8; 32]);

#[derive(Serialize, Deserialize)]
struct Content<T> {
    until: i64,
    what: T,
}

impl LinkKey {
    /// Follows from the secret that all processes of the installation share.
    #[must_use]
    pub fn of(secret: &[u8]) -> Self {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), b"proscenium/sealed-link/v1");
        let mut key = [0; 32];
        key.copy_from_slice(tag.as_ref());
        Self(key)
    }

    fn cipher(&self) -> Result<LessSafeKey> {
        let key = UnboundKey::new(&AES_256_GCM, &self.0).map_err(|_| Error::internal("a link's key is too short"))?;
        Ok(LessSafeKey::new(key))
    }

    /// Seals `what` for `purpose`, good until then.
    ///
    /// # Errors
    /// `Internal` when the machine has no randomness to give.
    pub fn seal<T: Serialize>(&self, purpose: &str, what: &T, until: OffsetDateTime) -> Result<String> {
        let content = Content { until: until.unix_timestamp(), what };
        let mut body = serde_json::to_vec(&content).map_err(Error::internal)?;
        let mut nonce = [0; NONCE_LEN];
        aws_lc_rs::rand::fill(&mut nonce).map_err(|_| Error::internal("the system's random generator failed"))?;
        self.cipher()?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose), &mut body)
            .map_err(|_| Error::internal("sealing failed"))?;
        Ok(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &body].concat()))
    }

    /// What was sealed for this purpose; `None` when it was not, or its time is over.
    #[must_use]
    pub fn open<T: DeserializeOwned>(&self, purpose: &str, link: &str, now: OffsetDateTime) -> Option<T> {
        if link.len() > LONGEST {
            return None;
        }
        let sealed = URL_SAFE_NO_PAD.decode(link).ok()?;
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN)?;
        let (nonce, mut body) = (Nonce::try_assume_unique_for_key(nonce).ok()?, body.to_vec());
        let plain = self.cipher().ok()?.open_in_place(nonce, Aad::from(purpose), &mut body).ok()?;
        let content: Content<T> = serde_json::from_slice(plain).ok()?;
        (now.unix_timestamp() < content.until).then_some(content.what)
    }
}

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey(hidden)")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use time::Duration;

    #[test]
    fn a_link_opens_for_its_purpose_in_its_time_under_its_key_and_unchanged() {
        let (key, now) = (LinkKey::of(b"secret"), OffsetDateTime::UNIX_EPOCH);
        let link = key.seal("sign-up", &"jane@acme.example", now + Duration::hours(1)).unwrap();
        assert!(!link.contains("jane"));
        let open = |key: &LinkKey, purpose, link: &str, now| key.open::<String>(purpose, link, now);
        assert_eq!(open(&key, "sign-up", &link, now).as_deref(), Some("jane@acme.example"));
        assert_eq!(open(&key, "portals", &link, now), None);
        assert_eq!(open(&key, "sign-up", &link, now + Duration::hours(1)), None);
        assert_eq!(open(&LinkKey::of(b"other"), "sign-up", &link, now), None);
        let changed = link.replacen(link.chars().nth(30).unwrap(), "-", 1);
        for wrong in [&*changed, "", "x", &"A".repeat(100), &"A".repeat(100_000)] {
            assert_eq!(open(&key, "sign-up", wrong, now), None);
        }
    }
}
