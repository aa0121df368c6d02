//! Sign-in through a real OpenID Connect provider (npm `oidc-provider`, a process of its own) and a whole installation.
//!
//! The provider is in `tests/e2e/idp`; what it answers can be forged there, and what the browser brings back is forged
//! here. Nothing that is forged, replayed, mixed up or for somebody else may start a session.

mod battery;
mod github;
mod idp;
mod members;
mod scene;
mod sessions;
mod set_up;
