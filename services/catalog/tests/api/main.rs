//! The catalog through its front door, on a real database, with files that tests swap.

#![expect(clippy::unwrap_used, reason = "test code fails by panicking")]

mod concurrency;
mod deletion;
mod equality;
mod guard;
mod harness;
mod history;
mod ingestion;
mod kinds;
mod locations;
mod managed;
mod oracle;
mod overlays;
mod past;
mod permissions;
mod providers;
mod query;
mod search;
mod settings;
mod tenants;
