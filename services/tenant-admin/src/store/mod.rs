//! tenant-admin's statements.

pub mod invitation;
pub mod member;
pub mod policy;
pub mod tenant;
pub mod token;
