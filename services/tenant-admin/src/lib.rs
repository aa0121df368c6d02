//! Organisations and their people: sign-up, members, invitations, personal tokens, the organisation's own settings.
//!
//! Invariants:
//!
//! - An organisation comes to be in one transaction: row, host, key, first administrator, audit rows, or nothing.
//! - It never loses its last administrator; the check holds the administrators' rows locked.
//! - Passwords, codes and tokens are stored as hashes only and shown once.
//! - Every change writes its audit row in the same transaction and tells the gateways what to forget.
//!
//! Start reading at `http/mod.rs`, then `create.rs`, then `domain/`.

mod closing;
mod config;
mod create;
mod domain;
mod http;
pub mod jobs;
mod mails;
mod state;
mod store;

pub use closing::{Closing, ListedTenant, close_tenant, list_tenants, set_plan};
pub use config::Config;
pub use create::{
    AdminCredentials, CreatedTenant, DemoTenant, NewTenant, TenantSummary, create_tenant, demo_tenant, find_tenant,
    sign_in_link,
};
pub use http::routes;
pub use state::{Ground, TenantAdmin};
