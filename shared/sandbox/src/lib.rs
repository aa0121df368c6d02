//! Children that are separated from the host: `proscenium sandbox --level L3 [--parent PID] [--plan JSON] -- CMD ARGS…`.
//!
//! The executable starts itself again instead of running code between fork and exec, so nothing here is unsafe. It runs
//! before any thread or async runtime exists. Invariants:
//!
//! - A level that is asked for is reached, or the command does not start: it is never lowered silently.
//! - Whatever is started here ends when its parent does, and takes all that it started with it.
//! - Nothing is decided by what the command says.
//!
//! Reading order: [`Level`] for what each level means, [`Plan`] for what a child gets, `outside` and `inside` for the two
//! halves of the way in, [`probe`] for what this machine permits, [`cgroup`] for limits that the kernel keeps.

pub mod cgroup;
mod fence;
mod inside;
mod level;
mod outside;
mod plan;
pub mod probe;
mod request;
mod rights;
mod root;
mod syscalls;
mod tend;

pub use level::Level;
pub use plan::{Identity, Plan};

use request::{Request, Wanted};
use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

/// Number of an open file descriptor for the report line; without it the line goes to stderr.
pub const REPORT_FD: &str = "PROSCENIUM_SANDBOX_REPORT_FD";

/// Exit status when CMD could not be started at all.
const CANNOT_START: u8 = 126;

/// Becomes the command in `args` (what follows `sandbox`), or watches over it; returns when it could not start or ended.
pub fn exec(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let done = request::parse(args).and_then(|wanted| match wanted {
        Wanted::Alive => {
            drop(writeln!(std::io::stdout(), "{}", probe::ALIVE));
            Ok(ExitCode::SUCCESS)
        }
        Wanted::Inside(request) => inside::run(&request),
        Wanted::Command(request) => outside::run(&request),
    });
    done.unwrap_or_else(|message| {
        drop(writeln!(std::io::stderr(), "proscenium sandbox: {message}"));
        ExitCode::from(CANNOT_START)
    })
}

/// Says which level was reached.
#[expect(clippy::disallowed_methods, reason = "the descriptor is named by whoever starts this very process")]
fn report(request: &Request) {
    let line = format!("{{\"isolationLevel\":\"{}\"}}\n", request.level.as_str());
    let descriptor = std::env::var(REPORT_FD).ok().and_then(|text| text.parse::<u32>().ok());
    let written = match descriptor {
        Some(descriptor) => std::fs::OpenOptions::new()
            .write(true)
            .open(format!("/proc/self/fd/{descriptor}"))
            .and_then(|mut file| file.write_all(line.as_bytes())),
        None => std::io::stderr().write_all(format!("proscenium sandbox: {line}").as_bytes()),
    };
    // The report is information; a closed descriptor must not keep the command from starting.
    drop(written);
}
