//! What a slot's process takes of the machine now, and how many it had: for people to look at.

use super::isolation::Cell;
use super::watch::{Processes, usage};
use nix::unistd::Pid;
use runtime::sandbox::cgroup::Usage;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// The process that runs, and those that ran.
#[derive(Debug, Default)]
pub struct Vitals(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    // Weak: looking must not keep a worker's surroundings.
    running: Option<(Pid, Weak<Cell>)>,
    starts: u64,
}

impl Vitals {
    /// A process has begun.
    pub fn begun(&self, leader: Option<Pid>, cell: &Arc<Cell>) {
        let mut inner = self.lock();
        inner.starts += 1;
        inner.running = leader.map(|leader| (leader, Arc::downgrade(cell)));
    }

    /// That process has ended; a newer one stays.
    pub fn ended(&self, leader: Option<Pid>) {
        let mut inner = self.lock();
        if inner.running.as_ref().map(|(running, _)| *running) == leader {
            inner.running = None;
        }
    }

    /// How many processes were started since the platform was.
    #[must_use]
    pub fn starts(&self) -> u64 {
        self.lock().starts
    }

    /// What the process takes now, and the most memory that it may take, in bytes; `None` while there is none.
    #[must_use]
    pub fn usage(&self, processes: &Processes) -> Option<(Usage, u64)> {
        let (leader, cell) = self.lock().running.clone()?;
        let cell = cell.upgrade()?;
        let limit = u64::from(cell.worker.memory_mb) << 20;
        Some((usage(&cell, leader, processes), limit))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
