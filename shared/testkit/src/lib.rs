//! What tests share: a real Postgres, one migrated database per test, tenants, callers and requests.
//!
//! Tests go through the same doors as the product, so row-level security is live in each. Nothing here is linked into
//! the product.

#![expect(clippy::expect_used, reason = "test code fails by panicking")]
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "tests look past the doors and choose the server"
)]

mod call;
mod database;
mod postgres;
pub mod ssrf;

pub use call::{Reply, admin, caller, key, member, request, send, user};
pub use database::{TestDb, kek};
