//! Decisions without I/O: the life of a worker, package names, what may be installed, what crosses the border to a plugin, plain words.

pub mod allow_list;
pub mod egress;
pub mod headers;
pub mod lifecycle;
pub mod media_type;
pub mod package;
pub mod reason;
pub mod secret_refs;
