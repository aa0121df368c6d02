//! Writes plugins for Proscenium in Rust: a worker of the protocol `proscenium-worker/1`, of which the author sees
//! nothing.
//!
//! ```no_run
//! use plugin_sdk::{Plugin, Router, routing::get};
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> std::process::ExitCode {
//!     plugin_sdk::run(|_boot| Ok(Plugin::new("hello").routes(Router::new().route("/", get("Hello")))), ).await
//! }
//! ```
//!
//! A [`Plugin`] has routes below `/api/<id>`, which only valid tokens reach, and whatever else it adds: scaffolder
//! actions, scheduled tasks, event subscriptions, catalog processors. What it says by itself (entities, events) goes
//! through [`Platform`]. `examples/greeter.rs` shows all of it; `services/tech-radar` is a plugin in use.
//!
//! The process ends when its supervisor does, drains when it is told to, and is never ready with a plugin that failed.

mod actions;
mod channel;
mod control;
mod platform;
mod plugin;
mod token;
mod worker;

pub use actions::ActionRun;
pub use axum::{Router, routing};
pub use platform::Platform;
pub use plugin::{Failure, Outcome, Plugin, Schedule};
pub use plugin_protocol::Boot;
pub use plugin_protocol::control::Event;
pub use worker::run;
