//! One binary for every test that crosses services.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod isolation;
mod tidy;
