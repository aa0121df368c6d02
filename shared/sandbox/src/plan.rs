//! What a child gets of the host. It travels as JSON in an argument, which everybody may read: nothing secret is in it.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What a child gets. Paths are the same inside and outside.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// Whom the child becomes. Needed from L1 on where the server is root, impossible where it is not.
    pub identity: Option<Identity>,
    /// An empty folder on which the child's own root is built, from L2 on.
    pub root: PathBuf,
    /// Files and folders that can be read and executed.
    pub readable: Vec<PathBuf>,
    /// Folders that can be written as well.
    pub writable: Vec<PathBuf>,
    /// Size of the private `/tmp`, from L2 on.
    pub scratch_mb: u32,
    /// Where the child starts.
    pub folder: PathBuf,
    /// Processes and threads of this user, from L1 on.
    pub tasks: u64,
    /// Open files of one process, from L1 on.
    pub open_files: u64,
    /// Largest file that can be written, from L1 on.
    pub file_mb: u64,
    /// Folders of control groups to enter, at L3.
    pub cgroups: Vec<PathBuf>,
}

/// A user and a group that nobody else has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// User.
    pub uid: u32,
    /// Group.
    pub gid: u32,
}
