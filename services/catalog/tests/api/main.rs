//! The catalog through its front door, on a real database, with files that tests swap.

#![expect(clippy::unwrap_used, reason = "test code fails by panicking")]

mod concurrency;
mod deletion;
mod equality;
pub(crate) mod harness;
mod ingestion;
mod kinds;
mod locations;
mod oracle;
mod permissions;
mod query;
mod search;
mod tenants;
