//! The catalog through its front door, on a real database, with files that tests swap.

#![expect(clippy::unwrap_used, reason = "test code fails by panicking")]

mod consistency;
mod deletion;
mod files;
mod globs;
mod harness;
mod ingestion;
mod kinds;
mod locations;
mod patience;
mod permissions;
mod query;
mod search;
mod source;
mod tenants;
