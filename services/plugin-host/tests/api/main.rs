//! The plugin host through its front door: real database, real object storage, real worker processes.
#![expect(clippy::expect_used, clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

mod host;
mod npm;
mod radar;
mod routes;
mod workers;
