//! One folder of workspaces for each process, so that processes on one machine can share a data folder, and what a killed
//! one left is found: nobody holds the lock on it.

use crate::workspace::Workspace;
use nix::fcntl::{Flock, FlockArg};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Name of the file in each folder that its process holds a lock on.
const LOCK: &str = ".lock";

/// This process's folder; removed when dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _lock: Flock<File>,
}

impl Folder {
    /// Makes a folder below `parent`, and removes those of processes that are gone.
    pub(super) fn claim(parent: &Path) -> io::Result<Self> {
        fs::create_dir_all(parent)?;
        let path = parent.join(format!("process-{}", Uuid::now_v7().simple()));
        fs::create_dir(&path)?;
        let lock = File::create(path.join(LOCK))?;
        let lock = Flock::lock(lock, FlockArg::LockExclusiveNonblock).map_err(|(_, error)| io::Error::from(error))?;
        let folder = Self { path, _lock: lock };
        for item in fs::read_dir(parent)?.flatten() {
            if item.path() != folder.path && item.file_name().to_string_lossy().starts_with("process-") {
                remove_dead(&item.path());
            }
        }
        Ok(folder)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        Workspace::remove(&self.path);
    }
}

/// Removes the folder of a process that is gone. One that is being made has no lock file yet, and is left alone.
fn remove_dead(path: &Path) {
    let Ok(file) = File::open(path.join(LOCK)) else { return };
    if Flock::lock(file, FlockArg::LockExclusiveNonblock).is_ok() {
        Workspace::remove(path);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_a_dead_process_left_is_removed_and_a_live_one_is_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        let live = Folder::claim(parent.path()).unwrap();
        fs::write(live.path().join("a"), b"x").unwrap();
        let dead = parent.path().join("process-dead");
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join(LOCK), b"").unwrap();
        fs::create_dir(parent.path().join("other")).unwrap();
        let second = Folder::claim(parent.path()).unwrap();
        assert!(live.path().join("a").exists() && !dead.exists() && parent.path().join("other").exists());
        let path = second.path().to_path_buf();
        drop(second);
        assert!(!path.exists());
    }
}
