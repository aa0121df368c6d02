//! How far workers are separated from the machine: each level with the native probe, and the battery of attacks from inside.
#![expect(clippy::unwrap_used, reason = "tests")]

mod battery;
#[expect(dead_code, reason = "it serves the other tests as well")]
#[path = "../api/host.rs"]
mod host;
mod levels;
