//! One binary for every test that crosses services.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]
#![expect(clippy::disallowed_types, reason = "these tests look past the doors on purpose")]

mod authz;
mod isolation;
mod sign_in;
mod tidy;
