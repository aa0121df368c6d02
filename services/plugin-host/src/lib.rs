//! Plugins: what organisations have installed, and the workers that run it.
//!
//! Owns the tables of `migrations/04xx`, the bundles below `DATA_DIR/bundles`, the remotes in object storage and every
//! worker process. Invariants:
//!
//! - A plugin's code never runs in this process, and a worker never outlives it.
//! - A worker that crashes, hangs or cannot start makes its own routes answer 503 with the reason in plain words;
//!   nothing else changes.
//! - A worker sees its own tokens only: never a session, never a user's own token, never ours.
//! - No code runs of a package that is not on the operator's list, but for organisations' own uploads where the operator
//!   permits these; such code runs for its organisation alone.
//! - Whatever an administrator does to a plugin leaves an audit row.
//!
//! Back-end bundles are on this machine's disk for now: a plugin host on another machine has to install them again.
//! Start reading at [`routes`] for what is answered, at [`supervisor`] for workers, at [`jobs`] for installing.

mod bundles;
mod catalogue;
pub mod config;
mod discovery;
pub mod domain;
mod events;
mod http;
mod install;
pub mod jobs;
mod leaflets;
mod recorder;
mod render;
mod rollouts;
mod state;
pub mod store;
pub mod supervisor;
mod tasks;
pub mod uploads;

pub use bundles::BundleKeys;
pub use config::Config;
pub use domain::allow_list::AllowList;
pub use domain::gate::Gate;
pub use http::routes;
pub use install::{install, request_install};
pub use render::pictures::sweep as sweep_pictures;
pub use rollouts::{NewRollout, Wish, list_rollouts, list_versions, start_rollout, wish};
pub use state::State;
pub use uploads::Desk;
pub use uploads::command::upload;

/// What this machine permits under these settings, as the operator sees it.
///
/// # Errors
/// The settings are wrong.
pub fn isolation(config: &runtime::Config) -> anyhow::Result<supervisor::isolation::View> {
    let config = Config::of_process(config, None, Vec::new())?;
    Ok(supervisor::isolation::Isolation::establish(&config).view())
}
