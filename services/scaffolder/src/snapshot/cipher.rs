//! The encryption of what snapshots put into object storage: files of a run may hold its secrets.
//!
//! Each task has a key of its own. It is sealed in the task's row of `task_sealed`, so it goes with the task, is sealed
//! again when the organisation's key changes, and nothing in the storage can be read without the database.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use kernel::{Error, Result};

/// How a part begins that is encrypted. Those of versions before had no encryption, and a gate may be older than that.
const MARK: &[u8] = b"PSS1";
/// Bytes by which a part grows.
pub(super) const OVERHEAD: usize = MARK.len() + NONCE_LEN + 16;

/// The key of one task.
pub(super) struct Cipher(LessSafeKey);

impl Cipher {
    pub(super) fn new(key: &[u8]) -> Result<Self> {
        UnboundKey::new(&AES_256_GCM, key).map(|key| Self(LessSafeKey::new(key))).map_err(Error::internal)
    }

    /// Encrypts a part that is at `place`.
    pub(super) fn seal(&self, place: &str, mut bytes: Vec<u8>) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(Error::internal)?;
        let mut sealed = Vec::with_capacity(bytes.len() + OVERHEAD);
        sealed.extend_from_slice(MARK);
        sealed.extend_from_slice(&nonce);
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place.as_bytes()), &mut bytes)
            .map_err(Error::internal)?;
        sealed.append(&mut bytes);
        Ok(sealed)
    }

    /// What was encrypted for `place`.
    pub(super) fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let body = sealed.strip_prefix(MARK).and_then(|rest| rest.split_first_chunk::<NONCE_LEN>());
        let (nonce, body) = body.ok_or_else(|| Error::internal("a part of a snapshot is too short"))?;
        let mut bytes = body.to_vec();
        let opened =
            self.0.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(place.as_bytes()), &mut bytes);
        let length = opened.map_err(Error::internal)?.len();
        bytes.truncate(length);
        Ok(bytes)
    }
}

/// Whether a part is encrypted.
pub(super) fn is_sealed(part: &[u8]) -> bool {
    part.starts_with(MARK)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_part_opens_at_its_place_under_its_key_and_nowhere_else() {
        let cipher = Cipher::new(&[7; 32]).unwrap();
        let sealed = cipher.seal("task/1/digest.0", b"a secret".to_vec()).unwrap();
        assert_eq!(sealed.len(), b"a secret".len() + OVERHEAD);
        assert!(is_sealed(&sealed) && !sealed.windows(6).any(|part| part == b"secret"));
        assert_eq!(cipher.open("task/1/digest.0", &sealed).unwrap(), b"a secret");
        assert!(cipher.open("task/1/digest.1", &sealed).is_err());
        assert!(Cipher::new(&[8; 32]).unwrap().open("task/1/digest.0", &sealed).is_err());
        assert!(cipher.open("task/1/digest.0", b"PSS1").is_err() && !is_sealed(&[0x1f, 0x8b]));
    }
}
