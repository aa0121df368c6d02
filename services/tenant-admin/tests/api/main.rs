//! tenant-admin through its routes: a real database, callers as the gateway describes them.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod bench;
mod closing;
mod create;
mod domains;
mod mail;
mod members;
mod own;
mod post;
mod sign_up;
