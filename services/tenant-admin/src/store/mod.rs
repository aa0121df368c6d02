//! tenant-admin's statements.

pub mod closing;
pub mod domain;
pub mod invitation;
pub mod member;
pub mod password_reset;
pub mod tenant;
pub mod token;
