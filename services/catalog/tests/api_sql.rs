//! The same suite with the index in memory switched off: SQL answers everything.

#[path = "api/main.rs"]
mod api;
