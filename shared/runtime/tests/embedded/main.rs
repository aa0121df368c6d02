//! The embedded backends as a server's life treats them: started, killed, started again, stopped.
#![expect(clippy::expect_used, reason = "tests")]

mod backends;
mod bus;
mod children;
mod server;
