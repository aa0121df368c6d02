//! What the operator sets for the scaffolder at start.

use crate::domain::engine::Limits;
use crate::workspace::WorkspaceLimits;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Settings of the scaffolder service.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder below which each run has its own.
    pub workspaces: PathBuf,
    /// Runs at the same time in this process.
    pub concurrency: u16,
    /// How long a run is believed to live after its process last said so.
    pub lease: Duration,
    /// How often the process says so, and asks whether the run was cancelled.
    pub heartbeat: Duration,
    /// How often the queue is looked at when nothing woke us.
    pub poll_interval: Duration,
    /// How often a reader of events looks for new ones.
    pub event_interval: Duration,
    /// What rendering may use.
    pub engine: Limits,
    /// What a run may keep on disk.
    pub workspace: WorkspaceLimits,
}

impl Config {
    /// The settings for a data folder.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self {
            workspaces: data_dir.join("workspaces"),
            concurrency: 10,
            lease: Duration::from_secs(10),
            heartbeat: Duration::from_secs(1),
            poll_interval: Duration::from_millis(500),
            event_interval: Duration::from_millis(250),
            engine: Limits::default(),
            workspace: WorkspaceLimits::default(),
        }
    }
}
