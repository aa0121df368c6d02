//! Installed plugins as the API shows them.

use crate::domain::gate::Figures;
use crate::domain::package::{Source, title};
use crate::store::installation::Installation;
use crate::store::package::{Package, State};
use crate::supervisor::{Status, WorkerState};
use runtime::sandbox::Level;
use runtime::sandbox::cgroup::Usage;
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A plugin of the organisation.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Installed {
    /// For example `badges`: its API is below `/api/badges`.
    pub plugin_id: String,
    /// The package that was installed first; a back end and a front end may come in two.
    pub package: String,
    /// That package's version, or what was asked for as long as it is not there.
    pub version: String,
    /// For people.
    pub title: String,
    /// The package's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    /// Where that package comes from.
    #[schema(value_type = Source)]
    pub source: String,
    /// Whether it has a worker.
    pub has_backend: bool,
    /// Whether the portal loads something of it.
    pub has_frontend: bool,
    /// Its worker, or how far its installation is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub worker: Option<Worker>,
    /// What its worker did and takes; told of one plugin at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub activity: Option<Activity>,
    /// Part of Backstage's configuration tree, given to its worker.
    #[schema(value_type = Object)]
    pub config: Value,
    /// Every package of it.
    pub packages: Vec<InstalledPackage>,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub installed_at: OffsetDateTime,
}

/// A worker, or an installation that is not finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Worker {
    /// How it is.
    pub state: WorkerState,
    /// What is wrong, in plain words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub message: Option<String>,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub since: OffsetDateTime,
    /// How often it was started again after a failure.
    pub restarts: u32,
    /// How far it is separated from the host: `L0` to `L3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub isolation_level: Option<String>,
}

/// What a plugin's worker did since the platform was started, and takes now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PluginActivity)]
pub struct Activity {
    /// Processes that were started.
    pub starts: u64,
    /// Processes that ended by themselves, hung, or did not start.
    pub failures: u64,
    /// Answered requests.
    pub requests: u64,
    /// Of these with 5xx, or not answered at all.
    pub errors: u64,
    /// Nineteen of twenty requests had their first byte in so many milliseconds, rounded up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub p95_ms: Option<u64>,
    /// What its process takes now; absent while it sleeps.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub usage: Option<ResourceUse>,
}

/// What a process takes of the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceUse {
    /// Memory in bytes, as its control group counts it, else resident.
    pub memory_bytes: u64,
    /// The most that it may take.
    pub memory_limit_bytes: u64,
    /// CPU time since it began, in milliseconds.
    pub cpu_ms: u64,
    /// Its processes and threads.
    pub tasks: u64,
}

impl Activity {
    /// Puts the supervisor's figures together.
    #[must_use]
    pub fn of(figures: &Figures, starts: u64, usage: Option<(Usage, u64)>) -> Self {
        let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Self {
            starts,
            failures: figures.failures,
            requests: figures.requests,
            errors: figures.errors,
            p95_ms: figures.percentile(95).map(ms),
            usage: usage.map(|(usage, memory_limit_bytes)| ResourceUse {
                memory_bytes: usage.memory_bytes,
                memory_limit_bytes,
                cpu_ms: ms(usage.cpu),
                tasks: usage.tasks,
            }),
        }
    }
}

/// One package of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InstalledPackage {
    /// Its name.
    pub package: String,
    /// What is installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub version: Option<String>,
    /// Where it comes from.
    #[schema(value_type = Source)]
    pub source: String,
    /// How far it is.
    pub state: State,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub message: Option<String>,
}

/// A list of plugins.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct InstalledList {
    /// All of them, by id.
    pub items: Vec<Installed>,
}

/// Puts a plugin's rows and its worker's status together. `packages` is not empty; `level` is known where workers run.
pub fn view_of(
    plugin_id: &str,
    installation: Option<&Installation>,
    packages: &[Package],
    status: Option<Status>,
    level: Option<Level>,
) -> Installed {
    let first = packages.first();
    let has_backend = packages.iter().any(|package| package.backend.is_some());
    let requested = first.map_or(OffsetDateTime::UNIX_EPOCH, |package| package.requested_at);
    let installed_at = installation.map_or(requested, |installation| installation.installed_at);
    let version = |package: &Package| package.version.clone().or_else(|| package.wanted.clone());
    Installed {
        plugin_id: plugin_id.to_owned(),
        package: first.map(|package| package.package.clone()).unwrap_or_default(),
        version: first.and_then(version).unwrap_or_else(|| "latest".to_owned()),
        title: title(plugin_id),
        description: packages.iter().find_map(|package| package.description.clone()),
        source: first.map(|package| package.origin().to_owned()).unwrap_or_default(),
        has_backend,
        has_frontend: packages.iter().any(|package| package.frontend.is_some()),
        worker: worker(packages, has_backend, status, installed_at, level),
        activity: None,
        config: installation.map_or_else(|| Value::Object(serde_json::Map::new()), |found| found.config.clone()),
        packages: packages.iter().map(package_view).collect(),
        installed_at,
    }
}

fn worker(
    packages: &[Package],
    has_backend: bool,
    status: Option<Status>,
    installed_at: OffsetDateTime,
    level: Option<Level>,
) -> Option<Worker> {
    let worker = |state, message: Option<String>, since, restarts| {
        let isolation_level = level.map(|level| level.as_str().to_owned());
        Some(Worker { state, message, since, restarts, isolation_level })
    };
    if let Some(package) = packages.iter().find(|package| package.state == State::Installing) {
        return worker(WorkerState::Installing, None, package.changed_at, 0);
    }
    let failed = packages.iter().find(|package| package.state == State::Failed);
    let message = failed.map(|package| {
        let cause = package.message.as_deref().unwrap_or_default();
        format!("{} could not be installed: {cause}", package.package)
    });
    match (status, failed) {
        (Some(status), _) if has_backend => {
            worker(status.state, status.message.or(message), status.since, status.restarts)
        }
        (_, Some(failed)) => worker(WorkerState::Failed, message, failed.changed_at, 0),
        _ if has_backend => worker(WorkerState::Stopped, None, installed_at, 0),
        _ => None,
    }
}

fn package_view(package: &Package) -> InstalledPackage {
    InstalledPackage {
        package: package.package.clone(),
        version: package.version.clone(),
        source: package.origin().to_owned(),
        state: package.state,
        message: package.message.clone(),
    }
}
