//! Watches over one child: passes on signals, collects whatever ends, and ends as the child did.

use nix::errno::Errno;
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use std::process::{Command, ExitCode};

/// What an exit status above this says: killed by the signal that is left.
const SIGNALLED: i32 = 128;

/// Starts the command and waits for it. As the first process of a namespace this also collects orphans.
pub fn tend(mut command: Command) -> Result<ExitCode, String> {
    let mut signals = SigSet::empty();
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP, Signal::SIGCHLD] {
        signals.add(signal);
    }
    // The child begins with no signal blocked: the standard library sees to that.
    signals.thread_block().map_err(|error| format!("cannot block signals: {error}"))?;
    let child = command.spawn().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let pid = Pid::from_raw(i32::try_from(child.id()).map_err(|error| error.to_string())?);
    loop {
        match signals.wait() {
            Ok(Signal::SIGCHLD) => {
                if let Some(code) = collect(pid) {
                    return Ok(ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)));
                }
            }
            Ok(signal) => {
                // One that has just ended is collected in the next round.
                let _gone = kill(pid, signal);
            }
            Err(Errno::EINTR) => {}
            Err(error) => return Err(format!("cannot wait: {error}")),
        }
    }
}

/// Collects every child that has ended; the exit code if the one was among them.
fn collect(pid: Pid) -> Option<i32> {
    let mut code = None;
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::Exited(ended, status)) if ended == pid => code = Some(status),
            Ok(WaitStatus::Signaled(ended, signal, _)) if ended == pid => code = Some(SIGNALLED + signal as i32),
            Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD) => return code,
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return code.or(Some(SIGNALLED)),
        }
    }
}
