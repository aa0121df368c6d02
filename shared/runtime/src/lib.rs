//! What every role needs to run: settings, logs and traces, tasks, child processes, and the embedded
//! Postgres, Redis and S3 that make one command enough on a fresh machine.
//!
//! Owns the process's contact with its environment: nothing outside this crate reads environment
//! variables, spawns a task or starts a child. Knows nothing of SQL, HTTP routes or tenants' data.
//!
//! Start reading at [`Config`], then [`embedded`], then [`Tasks`].

pub mod bus;
pub mod cache;
pub mod config;
pub mod data_dir;
pub mod embedded;
pub mod fresh;
pub mod key_scan;
pub mod key_service;
pub mod keys;
pub mod mail;
pub mod objects;
pub mod outbound;
pub mod places;
pub mod process;
pub mod redaction;
mod redis_link;
pub mod run_file;
mod secret_file;
pub mod tasks;
pub mod telemetry;

pub use config::Config;
pub use sandbox;
pub use tasks::Tasks;
