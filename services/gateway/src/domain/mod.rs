//! The gateway's rules, without I/O: whose host it is, what a cookie or an origin proves, where a path leads, what a
//! browser is told.

pub mod admission;
pub mod agent;
pub mod attempt;
pub mod browser;
pub mod content;
pub mod cookie;
pub mod host;
pub mod origin;
pub mod page;
pub mod path;
pub mod preview;
pub mod rate_headers;
pub mod security_headers;
pub mod user_token;
pub mod window;
