//! What a bundle is: a list of files with their hashes, and the hash of that list, which is the bundle's address.

use super::advisory::Advisories;
use aws_lc_rs::digest::{SHA256, digest};
use kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Component, Path};
use utoipa::ToSchema;

/// Most files of one bundle.
pub const MOST_FILES: usize = 200_000;
/// Most bytes of all its files together.
pub const MOST_BYTES: u64 = 4 << 30;
/// The files one after the other are stored in parts of this length.
pub const PART_BYTES: usize = 8 << 20;

/// A bundle's list of contents. Its bytes are signed; their hash is the bundle's address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Of this document.
    pub schema: u32,
    /// The npm package.
    pub package: String,
    /// Its exact version.
    pub version: String,
    /// SHA-256 in hex of npm's lock file: every package of the bundle by version and integrity.
    pub lock_digest: String,
    /// What the static checks found.
    pub checks: Checks,
    /// Every file and link, by its path.
    pub files: BTreeMap<String, Entry>,
    /// SHA-256 in hex of each part of the files' bytes, in the order of `files`.
    pub parts: Vec<String>,
}

/// One file or link of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", untagged)]
pub enum Entry {
    /// A file.
    File {
        /// SHA-256 of its content in hex.
        sha256: String,
        /// Length.
        bytes: u64,
        /// Whether it may be executed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        executable: bool,
    },
    /// A symbolic link within the bundle.
    Link {
        /// Where it leads, relative to its own folder.
        to: String,
    },
}

/// What is known of a bundle without running it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Checks {
    /// npm packages in it.
    pub packages: usize,
    /// How many of them have which licence; `none` where they name none.
    pub licences: BTreeMap<String, usize>,
    /// Packages with compiled code.
    pub native: Vec<String>,
    /// Packages with install scripts, which were not run.
    pub install_scripts: Vec<String>,
    /// What the registry warned of when the bundle was made; absent in bundles from before that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub advisories: Option<Advisories>,
}

impl Manifest {
    /// The bytes that are hashed and signed.
    ///
    /// # Errors
    /// `Internal` when it cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(Error::internal)
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote and checks that no entry leaves the bundle's folder.
    ///
    /// # Errors
    /// `Input` when it is no manifest, or one that could do harm.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let manifest: Self =
            serde_json::from_slice(bytes).map_err(|error| Error::input(format!("It is no manifest: {error}")))?;
        if manifest.schema != 1 || manifest.files.len() > MOST_FILES {
            return Err(Error::input("The manifest is of another kind, or too long"));
        }
        for (path, entry) in &manifest.files {
            let harmless = is_inside(path)
                && match entry {
                    Entry::File { sha256, .. } => is_digest(sha256),
                    Entry::Link { to } => link_is_inside(path, to),
                };
            if !harmless {
                return Err(Error::input(format!("The manifest's entry {path:?} leads out of the bundle")));
            }
        }
        Ok(manifest)
    }

    /// Length of all files together.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let length = |entry: &Entry| if let Entry::File { bytes, .. } = entry { *bytes } else { 0 };
        self.files.values().map(length).sum()
    }
}

/// Whether the path stays below its root.
#[must_use]
pub fn is_inside(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Whether a link at `path` that leads `to` stays in the bundle.
#[must_use]
pub fn link_is_inside(path: &str, to: &str) -> bool {
    let mut depth = Path::new(path).components().count().saturating_sub(1);
    for part in Path::new(to).components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir if depth > 0 => depth -= 1,
            _ => return false,
        }
    }
    !to.is_empty()
}

/// Whether this is SHA-256 in hex.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// SHA-256 in hex.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

/// Bytes in hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The name of a package's version as a folder, and in object storage: `@scope+name@1.0.0`.
#[must_use]
pub fn folder_name(package: &str, version: &str) -> String {
    format!("{}@{version}", package.replace('/', "+"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn manifest(path: &str, entry: Entry) -> Manifest {
        Manifest {
            schema: 1,
            package: "x".to_owned(),
            version: "1.0.0".to_owned(),
            lock_digest: String::new(),
            checks: Checks::default(),
            files: [(path.to_owned(), entry)].into(),
            parts: vec![],
        }
    }

    #[test]
    fn a_manifest_survives_being_written_and_each_change_gives_another_address() {
        let file = |bytes| Entry::File { sha256: "a".repeat(64), bytes, executable: false };
        let one = manifest("a/b.js", file(1));
        let bytes = one.to_bytes().unwrap();
        assert_eq!(Manifest::parse(&bytes).unwrap(), one);
        assert_ne!(sha256(&bytes), sha256(&manifest("a/b.js", file(2)).to_bytes().unwrap()));
        assert_ne!(sha256(&bytes), sha256(&manifest("a/c.js", file(1)).to_bytes().unwrap()));
        assert_eq!(one.bytes(), 1);
    }

    #[test]
    fn nothing_leaves_the_bundles_folder() {
        let file = || Entry::File { sha256: "a".repeat(64), bytes: 1, executable: false };
        for path in ["../a", "/a", "a/../../b", "", "./a", "a/./../b"] {
            let bytes = manifest(path, file()).to_bytes().unwrap();
            assert!(Manifest::parse(&bytes).is_err(), "{path:?}");
        }
        for (path, to, fine) in [
            ("node_modules/.bin/x", "../x/bin.js", true),
            ("a", "b", true),
            ("a", "../b", false),
            ("a/b", "../../c", false),
            ("a/b", "/etc/passwd", false),
            ("a/b", "", false),
        ] {
            let bytes = manifest(path, Entry::Link { to: to.to_owned() }).to_bytes().unwrap();
            assert_eq!(Manifest::parse(&bytes).is_ok(), fine, "{path:?} to {to:?}");
        }
    }
}
