//! The server shell: everything about HTTP that all services share.
//!
//! Owns route registration with access ([`Routes`]), the internal token ([`InternalKey`]), extractors, the error
//! body and the client between services ([`ServiceClient`]). Invariants:
//!
//! - A route cannot be registered without its [`Access`]; the table of routes drives OpenAPI and both matrices.
//! - No handler runs before its access was checked.
//! - Every failure, extractor rejections and panics included, leaves as Backstage's error body.

mod access;
mod canonical;
mod client;
mod compression;
mod error;
mod extract;
mod internal_token;
mod openapi;
mod origin;
pub mod outside;
mod routes;
mod secrets;
mod trace;
pub mod upgrade;

pub use access::{Access, Audience};
pub use client::{ServiceClient, ServiceName, read_json};
pub use error::{ApiError, Result, render};
pub use extract::{Caller, Json, Operator, OptionalCaller, Path, Query};
pub use internal_token::{InternalKey, TOKEN_HEADER};
pub use openapi::write_openapi;
pub use origin::{CLIENT_HEADER, describe_client};
pub use routes::{RouteEntry, Routes, ServiceRouter};
pub use secrets::{GrantedSecrets, Grantee};
/// Collects handlers for [`Routes::route`].
pub use utoipa_axum::routes;
