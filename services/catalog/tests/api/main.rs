//! The catalog through its front door, on a real database, with files that tests swap.

#![expect(clippy::unwrap_used, reason = "test code fails by panicking")]

mod consistency;
mod deletion;
mod files;
mod globs;
mod guard;
mod harness;
mod history;
mod ingestion;
mod kinds;
mod locations;
mod managed;
mod overlays;
mod past;
mod patience;
mod permissions;
mod providers;
mod query;
mod search;
mod settings;
mod source;
mod tenants;
