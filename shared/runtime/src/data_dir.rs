//! The folder that keeps everything, and the lock that keeps a second server out of it.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;

/// The data folder of this process. A claimed one is locked until the value is dropped or the process ends.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    lock: Option<File>,
}

impl DataDir {
    /// Makes the folder if need be, without claiming it: for commands beside a running server.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        // As root, Postgres runs as another user and must be able to pass through; secrets inside are 0600.
        let mode = if nix::unistd::geteuid().is_root() { 0o711 } else { 0o700 };
        DirBuilder::new()
            .recursive(true)
            .mode(mode)
            .create(path)
            .with_context(|| format!("cannot make the data folder {}", path.display()))?;
        let path = path.canonicalize().with_context(|| format!("data folder {}", path.display()))?;
        Ok(Self { path, lock: None })
    }

    /// Opens and locks the folder; an error when another server has it.
    pub fn claim(path: &Path) -> anyhow::Result<Self> {
        let mut folder = Self::open(path)?;
        let file = folder.lock_file()?;
        match file.try_lock() {
            Ok(()) => folder.lock = Some(file),
            Err(TryLockError::WouldBlock) => {
                anyhow::bail!(
                    "another server runs on {}; stop it, or choose another folder with --data-dir",
                    folder.path.display()
                )
            }
            Err(TryLockError::Error(error)) => return Err(error).context("cannot lock the data folder"),
        }
        std::fs::set_permissions(
            &folder.path,
            Permissions::from_mode(if nix::unistd::geteuid().is_root() { 0o711 } else { 0o700 }),
        )?;
        Ok(folder)
    }

    /// Whether a server has claimed the folder now.
    pub fn is_claimed(&self) -> anyhow::Result<bool> {
        if self.lock.is_some() {
            return Ok(true);
        }
        match self.lock_file()?.try_lock() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn lock_file(&self) -> anyhow::Result<File> {
        let path = self.path.join("lock");
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("cannot open {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_second_server_is_kept_out_until_the_first_ends() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("data");
        let first = DataDir::claim(&path).expect("first");
        let error = DataDir::claim(&path).expect_err("second").to_string();
        assert!(error.contains("another server"), "{error}");
        assert!(DataDir::open(&path).expect("beside").is_claimed().expect("asked"));
        drop(first);
        assert!(!DataDir::open(&path).expect("beside").is_claimed().expect("asked"));
        DataDir::claim(&path).expect("free again");
    }
}
