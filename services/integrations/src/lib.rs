//! Integrations: the platform's hands in the outside world.
//!
//! Owns reading files and folders at web addresses and on source hosts, the hosts that organisations have connected with
//! their tokens, pushing to git remotes, the guard against inner addresses, and the demo git host. No other service opens a
//! connection to an address that a tenant chose. Invariants:
//!
//! - Nothing is read or pushed to before every address of the host was checked (`runtime::outbound`).
//! - Every read has a limit on size and time, and every failure names the address and the remedy.
//! - A token goes to the API that it was given for and nowhere else; it is in no answer, log or error.
//! - Background work leaves a part of what a host lets us ask to people.
//! - The demo git host answers only where the operator has set `demo = true`.
//!
//! Start reading at [`http`], then `hosts/mod.rs`.

pub mod config;
pub mod demo_git;
pub mod domain;
mod failure;
mod git;
pub mod hosts;
pub mod http;
mod store;

pub use config::{Ground, Integrations, World};

use http_shell::{InternalKey, ServiceRouter};

/// The service, with the demo git host where it is wanted.
#[must_use]
pub fn service(state: Integrations, key: &InternalKey) -> ServiceRouter {
    let demo = state.demo.clone().map(demo_git::router);
    let mut service = http::routes().build(state, key);
    service.router = service.router.layer(axum::extract::DefaultBodyLimit::max(http::MAX_REQUEST_BYTES));
    if let Some(demo) = demo {
        service.router = service.router.merge(demo);
    }
    service
}
