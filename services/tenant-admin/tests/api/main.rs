//! tenant-admin through its routes: a real database, callers as the gateway describes them.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod audit;
mod audit_streams;
mod bench;
mod create;
mod members;
mod own;
mod policies;
mod scim;
mod secrets;
mod sign_up;
mod tokens;
