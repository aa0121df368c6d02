//! What people and programs show to prove who they are: passwords, API tokens, one-time codes, session keys, and the
//! words of identity providers.
//!
//! The gateway checks them and tenant-admin hands them out, so their formats live here, below both.
//! Nothing here knows a database. A secret leaves this crate in two forms only: the text that is shown once, and
//! the [`Digest`] that may be stored.

mod api_token;
mod code;
mod hashing;
mod person;
pub mod plugin_token;
pub mod provider;
mod sealed_link;
pub mod signing;
mod strength;

pub use api_token::ApiToken;
pub use code::{Digest, OneTimeCode};
pub use hashing::PasswordHasher;
pub use person::user_ref;
pub use sealed_link::LinkKey;
pub use strength::password_problem;
