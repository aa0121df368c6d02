//! tenant-admin's statements.

pub mod audit_stream;
pub mod closing;
pub mod member;
pub mod member_link;
pub mod own_host;
pub mod policy;
pub mod scim;
pub mod secret;
pub mod secret_grant;
pub mod service_token;
pub mod sign_in;
pub mod tenant;
pub mod token;
pub mod used_link;
