//! The plugin host's statements: installations, their packages, and what workers need to know of the organisation.

pub mod description;
pub mod installation;
pub mod package;
pub mod task;
pub mod tenant;
