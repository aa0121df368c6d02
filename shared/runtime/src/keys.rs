//! Keys that never leave our own processes: from the settings, else generated once into the data folder.

use std::path::Path;

use anyhow::Context;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::config::{Internal, Secret};
use crate::secret_file;

const NAME: &str = "keys.json";
const KEY_BYTES: usize = 32;

/// The process's own keys. No `Debug`: they cannot be logged.
#[derive(Clone)]
pub struct Keys {
    master: [u8; KEY_BYTES],
    internal: [u8; KEY_BYTES],
    former_masters: Vec<[u8; KEY_BYTES]>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    master_key: String,
    internal_key: String,
}

impl Keys {
    /// Takes each key from `settings`, else from `data_dir`, generating what is in neither.
    pub fn open(settings: &Internal, former: &[Secret], data_dir: &Path) -> anyhow::Result<Self> {
        let (master, internal) = match (&settings.master_key, &settings.key) {
            (Some(master), Some(internal)) => (master.expose().to_owned(), internal.expose().to_owned()),
            (master, internal) => {
                let stored = stored(data_dir)?;
                let or_stored = |given: &Option<Secret>, stored: String| {
                    given.as_ref().map_or(stored, |key| key.expose().to_owned())
                };
                (or_stored(master, stored.master_key), or_stored(internal, stored.internal_key))
            }
        };
        Ok(Self {
            master: decode(&master).context("internal.master_key")?,
            internal: decode(&internal).context("internal.key")?,
            former_masters: former
                .iter()
                .map(|key| decode(key.expose()))
                .collect::<anyhow::Result<_>>()
                .context("keys.former_master_keys")?,
        })
    }

    /// Wraps the tenants' own keys.
    pub fn master(&self) -> &[u8; KEY_BYTES] {
        &self.master
    }

    /// Former master keys, newest first.
    pub fn former_masters(&self) -> Vec<[u8; KEY_BYTES]> {
        self.former_masters.clone()
    }

    /// A password for `role` that follows from the master key: every process with the key knows it.
    /// 48 lower-case hexadecimal digits.
    pub fn password(&self, role: &str) -> String {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &self.master);
        let tag = aws_lc_rs::hmac::sign(&key, format!("proscenium/database-role/v1/{role}").as_bytes());
        tag.as_ref().iter().take(24).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Seeds of the keys that sign plugins' bundles: the one that follows from the master key, then the former ones'.
    pub fn bundle_seeds(&self) -> Vec<[u8; KEY_BYTES]> {
        let seed = |master: &[u8; KEY_BYTES]| {
            let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, master);
            let tag = aws_lc_rs::hmac::sign(&key, b"proscenium/bundle-signing/v1");
            <[u8; KEY_BYTES]>::try_from(tag.as_ref()).unwrap_or(*master)
        };
        std::iter::once(&self.master).chain(&self.former_masters).map(seed).collect()
    }

    /// Signs the tokens between services.
    pub fn internal(&self) -> &[u8; KEY_BYTES] {
        &self.internal
    }
}

fn stored(data_dir: &Path) -> anyhow::Result<Stored> {
    let path = data_dir.join(NAME);
    match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let generate = || -> anyhow::Result<String> { Ok(STANDARD.encode(secret_file::random_bytes(KEY_BYTES)?)) };
            let fresh = Stored { master_key: generate()?, internal_key: generate()? };
            secret_file::write(&path, &serde_json::to_vec_pretty(&fresh)?)
                .with_context(|| path.display().to_string())?;
            Ok(fresh)
        }
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

fn decode(text: &str) -> anyhow::Result<[u8; KEY_BYTES]> {
    let bytes = STANDARD.decode(text.trim()).ok();
    bytes
        .and_then(|bytes| <[u8; KEY_BYTES]>::try_from(bytes).ok())
        .context("must be 32 bytes in base64; `openssl rand -base64 32` makes one")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn keys_are_generated_once_and_private() {
        let folder = tempfile::tempdir().expect("folder");
        let none = Internal { key: None, master_key: None };
        let first = Keys::open(&none, &[], folder.path()).expect("generated");
        let second = Keys::open(&none, &[], folder.path()).expect("read");
        assert!(first.master() == second.master() && first.internal() == second.internal());
        assert!(first.master() != first.internal());
        let mode = std::fs::metadata(folder.path().join(NAME)).expect("stat").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn given_keys_win_and_malformed_ones_are_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let given = Secret::new(STANDARD.encode([7_u8; KEY_BYTES]));
        let both = Internal { key: Some(given.clone()), master_key: Some(given) };
        let keys = Keys::open(&both, &[], folder.path()).expect("given");
        assert_eq!(keys.internal(), &[7; KEY_BYTES]);
        assert!(!folder.path().join(NAME).exists(), "nothing to generate");
        let short = Internal { key: Some(Secret::new("c2hvcnQ=")), master_key: None };
        let error = Keys::open(&short, &[], folder.path()).err().expect("too short");
        assert!(format!("{error:#}").contains("32 bytes"));
    }
}
