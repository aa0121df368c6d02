//! The catalog through its front door, on a real database, with files that tests swap.

#![expect(clippy::unwrap_used, reason = "test code fails by panicking")]

mod concurrency;
mod consistency;
mod deletion;
mod equality;
mod files;
mod finder;
mod globs;
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
mod patience;
mod permissions;
mod providers;
mod query;
mod quota;
mod scope;
mod search;
mod settings;
mod source;
mod tenants;
