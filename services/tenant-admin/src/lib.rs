//! Organisations and their people: sign-up, members, invitations, tokens, secrets, the organisation's own settings, and the
//! audit log: reading, verifying, pruning, streaming it, taking changes back.
//!
//! Invariants:
//!
//! - An organisation comes to be in one transaction: row, host, key, first administrator, audit rows, or nothing.
//! - It never loses its last administrator; the check holds the administrators' rows locked.
//! - Passwords, codes and tokens are stored as hashes only and shown once.
//! - What a published version of the policies says is never changed; reverting publishes it again as a new one.
//! - A secret's value goes in and never comes out again but to a service, for whom it is granted to.
//! - Every change writes its audit row in the same transaction and tells the gateways what to forget.
//! - A directory's token provisions people and groups and does nothing else; whom it lets in no more is out at once.
//! - What is streamed to an organisation's own archive is every row, in the order of commits, at least once.
//!
//! Start reading at `http/mod.rs`, then `create.rs`, then `domain/`.

mod catalog;
mod closing;
mod config;
mod create;
mod domain;
mod http;
pub mod jobs;
mod keys;
mod mails;
mod provisioning;
mod state;
mod store;

pub use closing::{Closing, ListedTenant, close_tenant, list_tenants, set_plan};
pub use config::Config;
pub use create::{
    AdminCredentials, CreatedTenant, DemoTenant, NewTenant, TenantSummary, create_tenant, demo_tenant, find_tenant,
    sign_in_link,
};
pub use http::{Verification, routes, verify};
pub use keys::{Rewrapped, rewrap_all};
pub use state::{Ground, TenantAdmin};
