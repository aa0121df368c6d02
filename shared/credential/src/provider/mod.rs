//! Identity providers of an organisation: what their settings are, what their words mean, and which of them count.
//!
//! Pure. tenant-admin keeps the settings, the gateway sends people through them; both must agree on what a claim stands
//! for. Invariants:
//!
//! - Nothing in an ID token counts before [`id_token::verify`] has said so.
//! - A role comes from a rule that an administrator wrote, or from nowhere.
//! - A mail address that the provider has not verified finds no member and no entity.

pub mod discovery;
pub mod id_token;
mod mapping;
mod settings;

pub use mapping::{Claims, Lookup, Mapped, UNVERIFIED_MAIL};
pub use settings::{GroupRule, Kind, Resolver, RoleMapping, RoleRule, Settings, Unmatched, name_problem, web_address};

/// Where a provider sends people back to: a path of the organisation's own origin, as Backstage has it.
#[must_use]
pub fn redirect_uri(origin: &str, name: &str) -> String {
    format!("{origin}/api/auth/{name}/handler/frame")
}
