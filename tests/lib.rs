//! Tests that look at the whole: layers and sizes (tidy), the schema (isolation), routes (authz), sign-in against a real
//! identity provider (sign_in).
//!
//! The crate has no code of its own; everything is in the test binary `main.rs`.
