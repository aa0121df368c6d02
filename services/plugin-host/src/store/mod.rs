//! The plugin host's statements: installations, their packages, versions and rollouts, and what workers need to know of
//! the organisation.

pub mod description;
pub mod egress;
pub mod history;
pub mod installation;
pub mod overview;
pub mod package;
pub mod policy;
pub mod preview;
pub mod recording;
pub mod rollout;
pub mod rollout_overview;
pub mod rollout_picture;
pub mod schema;
pub mod task;
pub mod tenant;
pub mod upload;
