//! Running git: without a shell, without this machine's settings, without hooks, within limits.

mod commit;
mod push;

pub(crate) use commit::{NewFile, commit};
pub(crate) use push::push;

use kernel::{Error, Result};
use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

/// A git command for one repository. `arguments` must hold nothing that a caller could turn into an option.
pub(crate) fn git<A: AsRef<OsStr>>(
    git_dir: &Path,
    settings: &[String],
    arguments: impl IntoIterator<Item = A>,
) -> Command {
    let mut command = runtime::process::bare("git");
    command
        .env("GIT_DIR", git_dir)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("HOME", git_dir)
        .env("LC_ALL", "C")
        .current_dir("/");
    for setting in ["safe.directory=*", "core.hooksPath=/dev/null", "gc.auto=0", "credential.helper="] {
        command.args(["-c", setting]);
    }
    for setting in settings {
        command.args(["-c", setting]);
    }
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a finished command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) success: bool,
    pub(crate) output: Vec<u8>,
    pub(crate) errors: String,
}

/// Runs a command to its end: at most `max_bytes` of output are kept, and it is killed at the deadline.
pub(crate) async fn run(
    mut command: Command,
    input: Option<Vec<u8>>,
    max_bytes: u64,
    deadline: Duration,
) -> Result<Said> {
    if input.is_some() {
        command.stdin(Stdio::piped());
    }
    let mut child = command.spawn().map_err(no_git)?;
    let stdin = child.stdin.take();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let work = async {
        let write = async {
            if let (Some(mut stdin), Some(input)) = (stdin, input) {
                // A command that ends early closes its input; its status tells why.
                let _ = stdin.write_all(&input).await;
            }
        };
        let ((), output, errors) = tokio::join!(write, read_to(stdout, max_bytes), read_to(stderr, 64 << 10));
        (child.wait().await, output, errors)
    };
    let (status, output, errors) = tokio::time::timeout(deadline, work).await.map_err(|_| {
        Error::unavailable(format!("git gave no answer within {} s. Try again later.", deadline.as_secs()))
    })?;
    let success = status.map_err(Error::internal)?.success();
    Ok(Said { success, output, errors: String::from_utf8_lossy(&errors).into_owned() })
}

/// As [`run`]; failure is an internal error.
pub(crate) async fn run_ok(command: Command, input: Option<Vec<u8>>, max_bytes: u64) -> Result<Vec<u8>> {
    let said = run(command, input, max_bytes, Duration::from_secs(30)).await?;
    if said.success { Ok(said.output) } else { Err(Error::internal(format!("git: {}", said.errors.trim()))) }
}

pub(crate) fn no_git(error: std::io::Error) -> Error {
    Error::unavailable("git cannot be started. The operator installs the package git.").with_source(error)
}

async fn read_to(stream: Option<impl AsyncRead + Unpin>, max_bytes: u64) -> Vec<u8> {
    let mut kept = Vec::new();
    if let Some(mut stream) = stream {
        // What is beyond the limit is read and dropped, so that the command can end.
        let _ = (&mut stream).take(max_bytes).read_to_end(&mut kept).await;
        let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
    }
    kept
}
