//! tenant-admin's statements.

pub mod audit_stream;
pub mod invitation;
pub mod member;
pub mod scim;
pub mod tenant;
pub mod token;
