//! What is known of a browser, so that a person recognises it in a list of sessions.

use ::http::HeaderMap;
use ::http::header::USER_AGENT;
use std::net::IpAddr;

const MAX_USER_AGENT: usize = 300;

/// A browser at the moment of signing in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser {
    /// What it calls itself.
    pub user_agent: Option<String>,
    /// Where it was.
    pub address: String,
}

impl Browser {
    /// The one that sent these headers from this address.
    #[must_use]
    pub fn of(headers: &HeaderMap, address: IpAddr) -> Self {
        let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        let user_agent = user_agent.map(|text| text.chars().take(MAX_USER_AGENT).collect());
        Self { user_agent, address: address.to_canonical().to_string() }
    }
}
