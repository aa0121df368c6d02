//! The worker protocol `proscenium-worker/1`: everything that a supervisor and a plugin worker say to each other.
//!
//! A worker is a process that serves plain HTTP on a Unix socket. Five channels, each with one direction:
//!
//! 1. **standard input** ([`boot`]): one line, the boot document. It then stays open as the lifeline: when it ends,
//!    the supervisor is gone and the worker drains and exits, however the supervisor died.
//! 2. **descriptor 3** ([`line`]): NDJSON about the worker's own life: `ready`, `fatal`, `stopped`.
//! 3. **standard output and error**: log text, untrusted; nothing is ever decided by it ([`log`]).
//! 4. **the worker's socket**: the plugins' own routes at `/api/<pluginId>`, and the control API ([`control`],
//!    [`extensions`]), where every request carries the capability from the boot document.
//! 5. **the supervisor's socket** ([`platform`]): what the worker says on its own, each message acknowledged.
//!
//! The protocol carries a major version. Fields may be added within a major version: readers ignore what they do not
//! know. The files in `golden/` are one example of each message; the tests of this crate and those of the Node worker
//! both read them, so the two cannot drift apart.
//!
//! This crate does no I/O. `docs/hosting-plugins.md` is the prose that goes with it.

pub mod boot;
pub mod control;
pub mod extensions;
pub mod limits;
pub mod line;
pub mod log;
pub mod platform;

pub use boot::{Boot, DatabaseGrant, Egress, Gateway, PluginBoot};
pub use limits::PROTOCOL;
pub use line::Line;
