//! How workers are separated from the host: what this machine permits, and what one worker gets of it.
//!
//! Every layer is tried once at start. A worker runs at exactly the level that was reached, and none runs below the
//! operator's minimum.

use super::users::Users;
use super::watch::Processes;
use crate::Config;
use crate::domain::reason::Reason;
use kernel::TenantId;
use runtime::sandbox::cgroup::{Cgroups, Group, Limits, Usage};
use runtime::sandbox::probe::{Found, probe};
use runtime::sandbox::{Identity, Level, Plan};
use serde::Serialize;
use std::fs::{DirBuilder, Permissions, set_permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, chown, fchown};
use std::path::{Path, PathBuf};
use utoipa::ToSchema;
use uuid::Uuid;

/// What the operator decides about isolation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Not the highest level that works but this one; where it does not work, nothing runs.
    pub level: Option<Level>,
    /// Below this level nothing runs.
    pub minimum: Level,
    /// What one worker may take.
    pub worker: WorkerLimits,
}

/// What one worker may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerLimits {
    /// Memory, its scratch folder included.
    pub memory_mb: u32,
    /// Hundredths of one CPU.
    pub cpu_percent: u32,
    /// Processes and threads.
    pub tasks: u64,
    /// Its scratch folder.
    pub scratch_mb: u32,
}

impl Default for WorkerLimits {
    fn default() -> Self {
        Self { memory_mb: 384, cpu_percent: 100, tasks: 96, scratch_mb: 64 }
    }
}

impl Settings {
    /// This level and no other, with the usual limits.
    #[must_use]
    pub fn forced(level: Level) -> Self {
        Self { level: Some(level), minimum: Level::L0, worker: WorkerLimits::default() }
    }
}

/// Isolation as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Isolation)]
pub struct View {
    /// The level at which workers run: `L0` to `L3`.
    pub level: String,
    /// Below this level no worker is started.
    pub minimum_level: String,
    /// Whether workers are started.
    pub runs: bool,
    /// Whether each organisation's plugins run as a user of their own.
    pub own_users: bool,
    /// Version of the control groups that limit workers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub cgroups: Option<String>,
    /// What a plugin can still do at this level.
    pub not_contained: Vec<String>,
    /// Why each higher level was not reached.
    pub refused: Vec<RefusedLevel>,
}

/// A level that this machine does not permit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RefusedLevel {
    /// Which.
    level: String,
    /// Why.
    reason: String,
}

/// What was found, and who is who.
#[derive(Debug)]
pub struct Isolation {
    found: Found,
    settings: Settings,
    users: Users,
    folder: PathBuf,
    homes: PathBuf,
    /// For the watchdog.
    pub processes: Processes,
}

impl Isolation {
    /// Tries what this machine permits and says so in the log.
    #[must_use]
    pub fn establish(config: &Config) -> Self {
        let settings = config.isolation.clone();
        let found = probe(config.launcher.executable(), &config.socket_dir.join("probe"), settings.level);
        let (level, minimum) = (found.level.as_str(), settings.minimum.as_str());
        for (refused, why) in &found.refused {
            tracing::info!(level = refused.as_str(), why, "this isolation level is not available");
        }
        let open = found.level.not_contained().join("; ");
        if open.is_empty() {
            tracing::info!(level, minimum, "plugins' workers are isolated");
        } else {
            tracing::warn!(level, minimum, not_contained = open, "plugins' workers are not fully isolated");
        }
        if found.level == Level::L1 {
            // Without mounts a worker walks through this folder to its own.
            drop(set_permissions(&config.socket_dir, Permissions::from_mode(0o711)));
        }
        let homes = config.data_dir.join("workers");
        let users = Users::at(homes.join("users"));
        Self { found, settings, users, folder: config.socket_dir.clone(), homes, processes: Processes::default() }
    }

    /// The level at which workers run.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.found.level
    }

    /// For the operator.
    #[must_use]
    pub fn view(&self) -> View {
        View {
            level: self.level().as_str().to_owned(),
            minimum_level: self.wanted().as_str().to_owned(),
            runs: self.check().is_ok(),
            own_users: self.found.own_users && self.level() > Level::L0,
            cgroups: self.found.cgroups.as_ref().map(|cgroups| cgroups.version().to_owned()),
            not_contained: self.level().not_contained().into_iter().map(str::to_owned).collect(),
            refused: self
                .found
                .refused
                .iter()
                .map(|(level, reason)| RefusedLevel { level: level.as_str().to_owned(), reason: reason.clone() })
                .collect(),
        }
    }

    /// A level that is asked for is a minimum as well.
    fn wanted(&self) -> Level {
        self.settings.level.map_or(self.settings.minimum, |level| level.max(self.settings.minimum))
    }

    /// Refuses to run anything below the minimum.
    ///
    /// # Errors
    /// `TooOpen`.
    pub fn check(&self) -> Result<(), Reason> {
        let (reached, wanted) = (self.level(), self.wanted());
        if reached >= wanted {
            return Ok(());
        }
        let why = self.found.refused.iter().find(|(level, _)| *level == wanted).map(|(_, why)| why.clone());
        Err(Reason::TooOpen { reached: reached.as_str(), wanted: wanted.as_str(), why: why.unwrap_or_default() })
    }

    /// Makes the surroundings of one process.
    ///
    /// # Errors
    /// Folders or the control group cannot be made.
    pub fn cell(&self, tenant: TenantId, plugin_id: &str) -> io::Result<Cell> {
        self.cell_with(tenant, plugin_id, self.settings.worker)
    }

    /// The same with limits of its own; `plugin_id` may be a name that no plugin can have.
    ///
    /// # Errors
    /// Folders or the control group cannot be made.
    pub fn cell_with(&self, tenant: TenantId, plugin_id: &str, limits: WorkerLimits) -> io::Result<Cell> {
        let level = self.level();
        let identity =
            if self.found.own_users && level > Level::L0 { Some(self.users.of(tenant, plugin_id)?) } else { None };
        let name = Uuid::new_v4().simple().to_string().split_off(20);
        let folder = own_folder(self.folder.join(&name), identity)?;
        let mut cell =
            Cell { level, identity, worker: limits, root: None, home: PathBuf::from("/tmp"), group: None, folder };
        if level >= Level::L2 {
            cell.root = Some(own_folder(self.folder.join(format!("{name}.root")), None)?);
        } else {
            let tenant = own_folder(self.homes.join(tenant.to_string()), None)?;
            if level == Level::L1 {
                set_permissions(&self.homes, Permissions::from_mode(0o711))?;
                set_permissions(&tenant, Permissions::from_mode(0o711))?;
            }
            cell.home = own_folder(tenant.join(plugin_id), identity)?;
        }
        if let Some(cgroups) = &self.found.cgroups {
            cell.group = Some(group(cgroups, &name, limits)?);
        }
        Ok(cell)
    }
}

impl Drop for Isolation {
    fn drop(&mut self) {
        if let Some(cgroups) = &self.found.cgroups {
            cgroups.forget();
        }
    }
}

fn group(cgroups: &Cgroups, name: &str, worker: WorkerLimits) -> io::Result<Group> {
    let limits = Limits {
        memory_bytes: u64::from(worker.memory_mb) << 20,
        cpu_percent: worker.cpu_percent,
        tasks: worker.tasks,
    };
    cgroups.group(name, limits).map_err(io::Error::other)
}

/// Makes a folder that nobody but its owner may enter.
fn own_folder(path: PathBuf, owner: Option<Identity>) -> io::Result<PathBuf> {
    DirBuilder::new().recursive(true).mode(0o700).create(&path)?;
    if let Some(owner) = owner {
        chown(&path, Some(owner.uid), Some(owner.gid))?;
    }
    Ok(path)
}

/// The surroundings of one process; they go when it is dropped.
#[derive(Debug)]
pub struct Cell {
    /// How far the process is separated.
    pub level: Level,
    /// Who it is.
    pub identity: Option<Identity>,
    /// What it may take.
    pub worker: WorkerLimits,
    /// Its sockets: its own, and those that lead out.
    pub folder: PathBuf,
    /// Where it may write.
    pub home: PathBuf,
    root: Option<PathBuf>,
    group: Option<Group>,
}

impl Cell {
    /// What the process gets of the host.
    #[must_use]
    pub fn plan(&self, readable: &[PathBuf]) -> Plan {
        Plan {
            identity: self.identity,
            root: self.root.clone().unwrap_or_default(),
            readable: readable.to_vec(),
            writable: vec![self.folder.clone()],
            scratch_mb: self.worker.scratch_mb,
            folder: self.home.clone(),
            tasks: self.worker.tasks,
            open_files: 4096,
            file_mb: u64::from(self.worker.scratch_mb),
            cgroups: self.group.as_ref().map(|group| group.folders().to_vec()).unwrap_or_default(),
        }
    }

    /// Gives a socket of ours to the process.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn hand_over(&self, path: &Path) -> io::Result<()> {
        set_permissions(path, Permissions::from_mode(0o600))?;
        self.identity.map_or(Ok(()), |owner| chown(path, Some(owner.uid), Some(owner.gid)))
    }

    /// Lets the process open a pipe of ours by its path.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn own(&self, pipe: &std::io::PipeWriter) -> io::Result<()> {
        self.identity.map_or(Ok(()), |owner| fchown(pipe, Some(owner.uid), Some(owner.gid)))
    }

    /// What the control group counts; `None` where there is none.
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        self.group.as_ref().map(Group::usage)
    }

    /// Ends whatever the process has left behind.
    pub fn kill(&self) {
        if let Some(group) = &self.group {
            group.kill();
        }
    }
}

impl Drop for Cell {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
        if let Some(root) = &self.root {
            drop(std::fs::remove_dir(root));
        }
    }
}
