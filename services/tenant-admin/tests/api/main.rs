//! tenant-admin through its routes: a real database, callers as the gateway describes them.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod audit;
mod audit_streams;
mod bench;
mod closing;
mod create;
mod domains;
mod mail;
mod members;
mod own;
mod plugin_policies;
mod policies;
mod post;
mod scim;
mod secrets;
mod sign_up;
mod tokens;
