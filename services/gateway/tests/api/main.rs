//! The gateway through its front door: requests with hosts, cookies and tokens against the router, a real database,
//! a real tenant-admin behind it.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod audited;
mod bench;
mod csrf;
mod forwarding;
mod hosts;
mod limits;
mod operator;
mod policies;
mod portal;
mod provisioning;
mod sessions;
mod sign_up;
mod tokens;
