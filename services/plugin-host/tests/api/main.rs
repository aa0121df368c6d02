//! The plugin host through its front door: real database, real object storage, real worker processes.
#![expect(clippy::unwrap_used, reason = "tests")]

mod advisories;
mod copies;
mod extensions;
mod faults;
mod host;
mod kills;
mod notes;
mod operator;
mod radar;
mod rendering;
mod routes;
mod secrets;
mod settings;
mod sockets;
mod upgrades;
mod uploads;
mod workers;
