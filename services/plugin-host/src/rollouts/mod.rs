//! Rollouts: a version brought to many organisations in rings, watched, and taken back when it is bad.
//!
//! [`domain::rollout`](crate::domain::rollout) decides; `driver` feeds it events and carries out its actions; `check`,
//! `switch` and `restore` are those. Every state is a row before it is acted on, so another process goes on where one was
//! killed. Start reading at `driver`.

mod check;
mod data;
mod driver;
mod operator;
mod restore;
mod switch;
mod upkeep;

pub(crate) use operator::start_own_rollout;
pub use operator::{NewRollout, Wish, list_rollouts, list_versions, start_rollout, start_rollout_by, wish, wish_by};

use crate::State;
use crate::store::package::Installed;
use crate::store::rollout::Side;
use runtime::Tasks;

/// Spawns what carries out rollouts.
pub fn spawn(state: &State, tasks: &Tasks) {
    driver::spawn(state, tasks);
    upkeep::spawn(state, tasks);
}

/// A side of an upgrade as installing it would have found it.
fn installed(plugin_id: &str, side: &Side) -> Installed {
    Installed {
        plugin_id: plugin_id.to_owned(),
        version: side.version.clone(),
        description: side.description.clone(),
        backend: side.backend.clone(),
        frontend: side.frontend.clone(),
        upload: side.upload,
    }
}
