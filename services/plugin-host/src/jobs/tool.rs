//! Runs the programs of the plugin worker that install packages and build remotes: Node, arguments in, JSON out.

use crate::Config;
use crate::domain::reason::Reason;
use crate::supervisor::launch::{check_node, find_node};
use kernel::{Error, ErrorKind, Result};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use runtime::process::{download_environment, spawn_bound};
use runtime::sandbox::Level;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::ffi::OsStr;
use std::process::{ExitStatus, Stdio};
use tokio::io::AsyncReadExt as _;
use tokio::process::Child;

/// Longest output that is read of a tool.
const MAX_OUTPUT: u64 = 16 << 20;

/// Runs `program` with `args` and reads what it prints.
///
/// # Errors
/// `Input` with the tool's own words when it refuses or fails; `Unavailable` when it takes too long or the registry
/// cannot be reached.
pub async fn run<T: DeserializeOwned>(config: &Config, program: &str, args: &[&OsStr]) -> Result<T> {
    let node = find_node(&config.tools).map_err(cannot)?;
    check_node(&node).await.map_err(cannot)?;
    let script = config.tools.program(program).ok_or_else(|| cannot(Reason::ProgramMissing))?;
    let mut command = config.launcher.command(Level::L0, node);
    command
        .arg(script)
        .args(args)
        .env_clear()
        .envs(download_environment())
        // What Node itself asks goes the way of what its registry client asks.
        .env("NODE_USE_ENV_PROXY", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = spawn_bound(command).await.map_err(Error::internal)?;
    let _group = Group::of(&child);
    let Ok(ended) = tokio::time::timeout(config.install, Printed::of(&mut child)).await else {
        return Err(Error::unavailable(format!("It took longer than {} seconds.", config.install.as_secs())));
    };
    let printed = ended.map_err(Error::internal)?;
    if printed.status.success() {
        return serde_json::from_str(printed.answer()).map_err(Error::internal);
    }
    Err(match printed.refusal() {
        Some(message) => Error::new(kind(&message), shortened(&message)),
        None => Error::internal(format!("{program}: {}: {}", printed.status, shortened(&printed.err))),
    })
}

/// How a tool ended, and what it printed until then.
pub struct Printed {
    /// How it ended.
    pub status: ExitStatus,
    /// On standard error.
    pub err: String,
    out: String,
}

impl Printed {
    /// Reads until the tool has ended; of each of its outputs 16 MiB at most.
    ///
    /// # Errors
    /// Those of waiting for it.
    pub async fn of(child: &mut Child) -> std::io::Result<Self> {
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (out, err, status) = tokio::join!(read(stdout), read(stderr), child.wait());
        Ok(Self { status: status?, err, out })
    }

    /// The one object that counts: others may print before it.
    #[must_use]
    pub fn answer(&self) -> &str {
        self.out.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default()
    }

    /// The tool's own words for why it failed, if it said them.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        let said: Value = serde_json::from_str(self.answer()).ok()?;
        Some(said.pointer("/error/message")?.as_str()?.to_owned())
    }
}

/// The tool and what it started (npm): gone with it, also when the installation is given up.
pub struct Group(Option<Pid>);

impl Group {
    /// Of a child that leads its group.
    #[must_use]
    pub fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // Usually nobody is left to be killed.
            let _already_gone = killpg(group, Signal::SIGKILL).is_err();
        }
    }
}

async fn read(pipe: Option<impl tokio::io::AsyncRead + Unpin>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        // What came before a failure is shown.
        drop((&mut pipe).take(MAX_OUTPUT).read_to_end(&mut bytes).await);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// npm's names for a registry that did not answer; everything else stays as it is however often one tries.
fn kind(message: &str) -> ErrorKind {
    let passing = ["ETIMEDOUT", "ECONNREFUSED", "ECONNRESET", "EAI_AGAIN", "ENOTFOUND", "E429", "E502", "E503", "E504"];
    if passing.iter().any(|code| message.contains(code)) { ErrorKind::Unavailable } else { ErrorKind::Input }
}

fn shortened(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(1000).collect::<String>().trim().to_owned()
}

fn cannot(reason: Reason) -> Error {
    let text = reason.to_string().replace("Its worker cannot start: ", "");
    let mut letters = text.chars();
    let sentence = letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str());
    Error::input(sentence.unwrap_or_default())
}
