//! The gateway's statements. Everything goes through the tenant's door except the look-up of the tenant itself and
//! what is the operator's.

pub mod api_token;
pub mod attempt;
pub mod identity;
pub mod member;
pub mod operator;
pub mod provider;
pub mod scim;
pub mod session;
pub mod tenant;
pub mod view_as;
