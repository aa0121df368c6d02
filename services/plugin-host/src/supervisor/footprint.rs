//! What one slot's process takes of the machine, for whoever looks.

use super::isolation::Cell;
use super::watch::{Processes, usage};
use nix::unistd::Pid;
use runtime::sandbox::cgroup::Usage;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// The process that runs now, if there is one.
#[derive(Debug, Default)]
pub struct Footprint(Mutex<Option<(Weak<Cell>, Pid)>>);

impl Footprint {
    /// Follows a process that was started. It is forgotten with its cell.
    pub fn follow(&self, cell: &Arc<Cell>, leader: Option<Pid>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = leader.map(|leader| (Arc::downgrade(cell), leader));
    }

    /// What it takes now; `None` without a process. Reads a few small files of the kernel's.
    #[must_use]
    pub fn read(&self, processes: &Processes) -> Option<Usage> {
        let followed = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (cell, leader) = followed?;
        Some(usage(&*cell.upgrade()?, leader, processes))
    }
}
