//! How much may be sent, and how often something may be tried.
//!
//! [`attempts`] counts what needs a secret (signing in, signing up); [`rate`] counts requests a minute; [`gate`] lets only
//! so many of one organisation's requests be answered at the same time. [`admit`] puts the last two before each request.
//! Organisations whose plan limits nothing pay for none of it.

mod admit;
mod attempts;
mod gate;
mod rate;

pub use gate::{Gate, Lane};
pub use rate::Counters;

use std::net::IpAddr;

/// Addresses that one household or one attacker holds count as one: a /64 of IPv6.
fn bucket(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}-{b:x}-{c:x}-{d:x}")
        }
    }
}
