//! The plugin host through its front door: real database, real object storage, real worker processes.
#![expect(clippy::unwrap_used, reason = "tests")]

mod extensions;
mod host;
mod radar;
mod routes;
mod secrets;
mod sockets;
mod workers;
