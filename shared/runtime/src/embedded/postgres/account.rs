//! The user that Postgres runs as: ourselves, or an unprivileged one when we are root, which Postgres refuses.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use nix::unistd::{User, getegid, geteuid};
use tokio::process::Command;

/// Users that may run Postgres for root, in order of preference.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// A user and group.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
    switch: bool,
}

impl Account {
    pub(super) fn choose() -> anyhow::Result<Self> {
        if !geteuid().is_root() {
            let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
            return Ok(Self { name: "this user".to_owned(), uid, gid, switch: false });
        }
        for name in UNPRIVILEGED {
            if let Some(user) = User::from_name(name)? {
                let (uid, gid) = (user.uid.as_raw(), user.gid.as_raw());
                return Ok(Self { name: name.to_owned(), uid, gid, switch: true });
            }
        }
        anyhow::bail!("Postgres does not run as root, and this machine has neither a user postgres nor nobody: add one")
    }

    pub(super) fn ids(&self) -> (u32, u32) {
        (self.uid, self.gid)
    }

    /// Makes `command` run as this user; the standard library drops root's supplementary groups too.
    pub(super) fn apply(&self, command: &mut Command) {
        if self.switch {
            command.gid(self.gid).uid(self.uid);
        }
    }

    pub(super) fn own(&self, path: &Path) -> std::io::Result<()> {
        if self.switch { chown(path, Some(self.uid), Some(self.gid)) } else { Ok(()) }
    }

    /// Whether this user can pass through every folder above and including `path`.
    pub(super) fn can_enter(&self, path: &Path) -> bool {
        !self.switch
            || path.ancestors().all(|folder| {
                std::fs::metadata(folder).is_ok_and(|meta| {
                    let mode = meta.permissions().mode();
                    let bit = if meta.uid() == self.uid {
                        0o100
                    } else if meta.gid() == self.gid {
                        0o010
                    } else {
                        0o001
                    };
                    mode & bit != 0
                })
            })
    }
}
