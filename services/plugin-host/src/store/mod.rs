//! The plugin host's statements: installations, their packages, and what workers need to know of the organisation.

pub mod egress;
pub mod installation;
pub mod package;
pub mod tenant;
