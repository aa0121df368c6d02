//! Tests that look at the whole: layers and sizes (tidy), the schema (isolation), routes (authz).
//!
//! The crate has no code of its own; everything is in the test binary `main.rs`.
