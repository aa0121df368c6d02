//! tenant-admin's statements.

pub mod invitation;
pub mod member;
pub mod password_reset;
pub mod sign_in;
pub mod tenant;
pub mod token;
