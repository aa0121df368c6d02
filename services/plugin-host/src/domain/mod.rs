//! Decisions without I/O: the life of a worker and of a rollout, what a bundle is, package names, what may be installed and
//! uploaded, what crosses the border to a plugin, what a browser saw, plain words, what a configuration may be.

pub mod advisory;
pub mod allow_list;
pub mod bundle;
pub mod compat;
pub mod egress;
pub mod gate;
pub mod headers;
pub mod lifecycle;
pub mod media_type;
pub mod own_plugins;
pub mod package;
pub mod picture;
pub mod reason;
pub mod render_door;
pub mod rendering;
pub mod rollout;
pub mod schedule;
pub mod secret_refs;
pub mod settings;
pub mod upload;
