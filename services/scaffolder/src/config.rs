//! What the operator sets for the scaffolder at start.

use crate::actions::Site;
use crate::domain::engine::Limits;
use crate::workspace::WorkspaceLimits;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Settings of the scaffolder service.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder below which each run has its own.
    pub workspaces: PathBuf,
    /// Runs at the same time in this process; 0: it runs none, and serves requests only.
    pub concurrency: u16,
    /// Runs of one organisation at the same time, over all processes.
    pub tenant_concurrency: u16,
    /// How long one step may take.
    pub step_limit: Duration,
    /// How long a run may take, without the time that it waits at gates.
    pub task_limit: Duration,
    /// How long a step that runs when the process is to stop may go on, before it is begun anew elsewhere.
    pub grace: Duration,
    /// Where people reach the installation.
    pub site: Site,
    /// How long a run is believed to live after its process last said so.
    pub lease: Duration,
    /// How often the process says so, and asks whether the run was cancelled.
    pub heartbeat: Duration,
    /// How often the queue is looked at when nothing woke us.
    pub poll_interval: Duration,
    /// How often a reader of events looks for new ones of a run in another process; those of this one it hears of at once.
    pub event_interval: Duration,
    /// What rendering may use.
    pub engine: Limits,
    /// What a run may keep on disk.
    pub workspace: WorkspaceLimits,
}

impl Config {
    /// The settings of a process, in its data folder.
    #[must_use]
    pub fn of_settings(data_dir: &Path, settings: &runtime::Config) -> Self {
        let own = &settings.scaffolder;
        let site = Site { scheme: settings.scheme.as_str().to_owned(), domain: settings.domain.clone() };
        Self {
            concurrency: own.concurrency,
            tenant_concurrency: own.tenant_concurrency,
            lease: own.lease,
            heartbeat: (own.lease / 10).max(Duration::from_millis(100)),
            step_limit: own.step_limit,
            task_limit: own.task_limit,
            site,
            ..Self::new(data_dir)
        }
    }

    /// The settings for a data folder.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self {
            workspaces: data_dir.join("workspaces"),
            concurrency: 50,
            tenant_concurrency: 25,
            step_limit: Duration::from_secs(3600),
            task_limit: Duration::from_secs(24 * 3600),
            grace: Duration::from_secs(8),
            site: Site::default(),
            lease: Duration::from_secs(10),
            heartbeat: Duration::from_secs(1),
            poll_interval: Duration::from_millis(500),
            event_interval: Duration::from_millis(500),
            engine: Limits::default(),
            workspace: WorkspaceLimits::default(),
        }
    }
}
