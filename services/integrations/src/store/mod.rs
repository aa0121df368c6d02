//! The SQL of this service.

pub mod source_host;
