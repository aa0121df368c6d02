//! The scaffolder: templates, and the tasks that run them.
//!
//! Owns tasks, their events and the journal of their steps; reads templates from the catalog, on behalf of whoever
//! asks. Invariants:
//!
//! - A step's beginning and end are written before the next step begins. A task whose process dies goes on at its step in
//!   whatever process takes it next, and says so; who lost a task's lease writes nothing more. An action that is declared
//!   to run at most once is never run again by itself.
//! - A run that waits at a gate holds no process, no slot and no file.
//! - One expression engine per run, with limits, and nothing of the host in its reach.
//! - Secrets are sealed while a task waits or runs, exist in the inputs of steps only, and are masked by value in
//!   whatever a run says. No row, event or log line holds one.
//! - A run's files stay in its own folder and its snapshots, which end with the run. Nothing here opens a connection to an address that
//!   a tenant chose: `integrations` does.
//!
//! Reading order: [`http`], then [`runner`] and [`actions`], then [`domain`], then [`store`](mod@store) and [`jobs`].

pub mod actions;
pub mod config;
pub mod domain;
pub mod http;
pub mod jobs;
mod owner;
pub mod runner;
pub mod snapshot;
mod state;
pub mod store;
mod stored;
pub mod trial;
pub mod workspace;

pub use config::Config;
pub use http::routes;
pub use jobs::start;
pub use state::State;
