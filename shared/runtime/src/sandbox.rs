//! `proscenium sandbox --level L0 [--parent PID] -- CMD ARGS…`: becomes CMD, bound to its parent's life.
//!
//! Runs before any thread or async runtime exists. It sets the signal that the kernel sends when the
//! parent goes away, reports the isolation level it reached, and replaces itself by CMD. It holds no
//! unsafe code: the executable starts itself again instead of running code between fork and exec.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};
use std::str::FromStr;

use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::{Pid, getppid};
use serde::{Deserialize, Serialize};

/// Number of an open file descriptor for the report line; without it the line goes to stderr.
pub const REPORT_FD: &str = "PROSCENIUM_SANDBOX_REPORT_FD";

/// Exit status when CMD could not be started at all.
const CANNOT_START: u8 = 126;

/// How far a child is separated from the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// A process of its own, bound to its parent's life; nothing else.
    L0,
}

impl Level {
    /// `L0`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::L0 => "L0",
        }
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "L0" => Ok(Self::L0),
            other => Err(format!("isolation level {other} is not available; this build reaches L0")),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Request {
    level: Level,
    parent: Option<i32>,
    program: OsString,
    args: Vec<OsString>,
}

/// Becomes the command in `args` (what follows `sandbox`); returns only when that failed.
pub fn exec(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    match become_command(args) {
        Ok(never) => match never {},
        Err(message) => {
            drop(writeln!(std::io::stderr(), "proscenium sandbox: {message}"));
            ExitCode::from(CANNOT_START)
        }
    }
}

fn become_command(args: impl IntoIterator<Item = OsString>) -> Result<std::convert::Infallible, String> {
    let request = parse(args)?;
    prctl::set_pdeathsig(Signal::SIGKILL).map_err(|error| format!("cannot bind to the parent's life: {error}"))?;
    // The parent may have gone before the signal was set: then nobody would ever send it.
    if let Some(parent) = request.parent
        && getppid() != Pid::from_raw(parent)
    {
        return Err("the parent is gone".to_owned());
    }
    report(request.level);
    let error = Command::new(&request.program).args(&request.args).env_remove(REPORT_FD).exec();
    Err(format!("{}: {error}", request.program.display()))
}

#[expect(clippy::disallowed_methods, reason = "this crate owns the environment")]
fn report(level: Level) {
    let line = format!("{{\"isolationLevel\":\"{}\"}}\n", level.as_str());
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

fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Request, String> {
    let mut args = args.into_iter();
    let (mut level, mut parent) = (None, None);
    loop {
        let arg = args.next().ok_or("usage: proscenium sandbox --level L0 [--parent PID] -- CMD ARGS…")?;
        if arg == "--" {
            break;
        }
        let value = args.next().ok_or_else(|| format!("{} needs a value", arg.display()))?;
        match arg.to_str() {
            Some("--level") => level = Some(text(&value)?.parse()?),
            Some("--parent") => {
                parent = Some(text(&value)?.parse().map_err(|_| "--parent needs a process id".to_owned())?)
            }
            _ => return Err(format!("unknown argument {}", arg.display())),
        }
    }
    let program = args.next().ok_or("no command after --")?;
    let level = level.ok_or("--level is missing")?;
    Ok(Request { level, parent, program, args: args.collect() })
}

fn text(value: &OsStr) -> Result<&str, String> {
    value.to_str().ok_or_else(|| format!("{} is no UTF-8", value.display()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;

    fn parsed(line: &str) -> Result<Request, String> {
        parse(line.split(' ').map(OsString::from))
    }

    #[test]
    fn everything_after_the_dashes_is_the_command() {
        let request = parsed("--level L0 --parent 7 -- node --level x.js").expect("valid");
        assert_eq!(
            request,
            Request {
                level: Level::L0,
                parent: Some(7),
                program: "node".into(),
                args: vec!["--level".into(), "x.js".into()]
            }
        );
    }

    #[test]
    fn an_unreachable_level_is_refused_and_not_lowered() {
        for (line, wanted) in [
            ("--level L3 -- node", "not available"),
            ("-- node", "--level is missing"),
            ("--level L0 --", "no command"),
            ("--level L0 node", "needs a value"),
            ("--color red -- node", "unknown argument"),
            ("--level L0 --parent x -- node", "process id"),
        ] {
            let error = parsed(line).expect_err(line);
            assert!(error.contains(wanted), "{line}: {error}");
        }
    }
}
