//! The public edge: the only part of Proscenium that listens to the outside.
//!
//! Owns host names, sessions, tokens and their checks, limits of attempts, the way to the services, and the portal's
//! files. Invariants:
//!
//! - Every request passes [`edge`]: it gets its id, its surface (whose host) and its identity there, once.
//! - A cookie counts on its organisation's own host only; a change that rides on it needs that host's exact `Origin`.
//! - A token of another organisation is an invalid token. An organisation's user tokens are checked with its own keys
//!   only, and die with their session.
//! - The operator's cookie counts on the apex only, and makes nobody of any organisation.
//! - Services never see a client's cookie, token or internal header; they see who is asking in a token that the
//!   gateway signs for a minute. Nothing outside `/api`, `/scim` and the demo git host ever reaches a service.
//! - Whatever is remembered about a tenant, a session or a token is at most two seconds old.
//!
//! Start reading at `http/edge.rs`, then `identity.rs`, then `domain/`.

mod admit;
mod config;
mod domain;
mod federation;
mod http;
mod identity;
mod limits;
mod operator;
mod policies;
mod state;
mod store;

pub use config::{Attempts, Config};
pub use http::{edge, routes};
pub use operator::{OperatorLink, operator_link, operator_sign_out};
pub use state::{Gateway, Parts};
