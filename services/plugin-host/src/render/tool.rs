//! The render tool as a child: Node, which starts the browser, both in one sandbox.

use super::door::Door;
use super::{Job, Settings};
use crate::State;
use crate::domain::reason::Reason;
use crate::domain::rendering::Rendered;
use crate::jobs::tool::{Group, Printed};
use crate::supervisor::isolation::{Cell, WorkerLimits};
use crate::supervisor::launch::{check_node, find_node};
use crate::supervisor::watch::{LOOK, Watch};
use kernel::TenantId;
use nix::unistd::Pid;
use runtime::process::spawn_bound;
use runtime::sandbox::Level;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixListener;
use tokio::process::Child;

/// The name that no plugin can have, under which the browser gets its user.
const NAME: &str = ".render";
/// A browser has many threads.
const TASKS: u64 = 512;
/// Its profile and its shared memory lie in memory.
const SCRATCH_MB: u32 = 256;
/// Hundredths of one CPU.
const CPU_PERCENT: u32 = 200;

/// The surroundings of one run. They go when it is dropped.
pub struct Place {
    cell: Cell,
}

impl Place {
    /// Makes them, or says in plain words why there are none.
    pub fn new(state: &State, tenant: TenantId) -> Result<Self, String> {
        let isolation = &state.launching.isolation;
        isolation.check().map_err(|reason| plain(&reason))?;
        let limits = WorkerLimits {
            memory_mb: state.config.rendering.memory_mb,
            cpu_percent: CPU_PERCENT,
            tasks: TASKS,
            scratch_mb: SCRATCH_MB,
        };
        let cell = isolation.cell_with(tenant, NAME, limits);
        cell.map(|cell| Self { cell }).map_err(|error| format!("The browser has no place: {error}."))
    }

    /// Where the door is.
    pub fn door(&self) -> PathBuf {
        self.cell.folder.join("door")
    }

    /// Runs the tool; the error says in plain words why there is no result.
    pub async fn run(self, state: &State, job: &Job<'_>, door: Door, browser: &[PathBuf]) -> Result<Rendered, String> {
        let listener = UnixListener::bind(self.door()).and_then(|listener| {
            self.cell.hand_over(&self.door())?;
            Ok(listener)
        });
        let listener = listener.map_err(|error| format!("The browser has no way out: {error}."))?;
        let child = self.start(state, browser).await?;
        let settings: &Settings = &state.config.rendering;
        let text = serde_json::to_vec(job).map_err(|error| error.to_string())?;
        let leader = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
        let ended = tokio::time::timeout(settings.limit(), async {
            tokio::select! {
                reason = self.watch(leader, state) => Err(plain(&reason)),
                ended = finish(child, &text) => ended,
                () = door.serve(listener) => Err("The browser's way out broke.".to_owned()),
            }
        });
        let ended = ended.await;
        self.cell.kill();
        let starved = self.cell.usage().is_some_and(|usage| usage.ended_for_memory > 0);
        // Taking away folders and groups may wait for the kernel.
        drop(tokio::task::spawn_blocking(move || drop(self)).await);
        match ended {
            Ok(Ok(rendered)) => Ok(rendered),
            Ok(Err(_)) if starved => Err(format!("The browser took more than {} MB.", settings.memory_mb)),
            Ok(Err(reason)) => Err(reason),
            Err(_) => Err(format!("The browser took longer than {} seconds.", settings.limit().as_secs())),
        }
    }

    /// Looks at what the browser takes, where the kernel does not limit it, until it is too much.
    async fn watch(&self, leader: Option<Pid>, state: &State) -> Reason {
        let Some(leader) = leader else { return std::future::pending().await };
        let mut watch = Watch::new(leader);
        loop {
            tokio::time::sleep(LOOK).await;
            if let Some(reason) = watch.look(&self.cell, &state.launching.isolation.processes) {
                return reason;
            }
        }
    }

    async fn start(&self, state: &State, browser: &[PathBuf]) -> Result<Child, String> {
        let config = &state.config;
        let node = find_node(&config.tools).map_err(|reason| plain(&reason))?;
        check_node(&node).await.map_err(|reason| plain(&reason))?;
        let script = config.tools.program("render.js").ok_or_else(|| plain(&Reason::ProgramMissing))?;
        // Links are followed here: inside, nothing is where they lead from.
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let (node, script) = (real(&node), real(&script));
        let base = script.parent().and_then(Path::parent).unwrap_or(&script).to_owned();
        let readable: Vec<PathBuf> = [node.clone(), base].into_iter().chain(browser.iter().cloned()).collect();
        let command = config.launcher.confined(self.cell.level, &self.cell.plan(&readable), &node);
        let mut command = command.map_err(|error| error.to_string())?;
        // Below L2 the folder that goes with the run, whose path is short: the browser makes sockets in it.
        let home = if self.cell.level < Level::L2 { &self.cell.folder } else { &self.cell.home };
        command
            .arg(script)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("NODE_ENV", "production")
            .env("HOME", home)
            .env("TMPDIR", home)
            .current_dir(if self.cell.level < Level::L2 { home.as_path() } else { Path::new("/") })
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        spawn_bound(command).await.map_err(|error| format!("The browser cannot be started: {error}."))
    }
}

/// Gives it the job and reads what it prints.
async fn finish(mut child: Child, job: &[u8]) -> Result<Rendered, String> {
    let _group = Group::of(&child);
    let stdin = child.stdin.take();
    let give = async {
        if let Some(mut stdin) = stdin {
            // A tool that does not read its job says so by what it prints.
            drop(stdin.write_all(job).await);
            drop(stdin.shutdown().await);
        }
    };
    let ((), printed) = tokio::join!(give, Printed::of(&mut child));
    let printed = printed.map_err(|error| error.to_string())?;
    let status = printed.status;
    if status.success() {
        let answer = serde_json::from_str(printed.answer());
        return answer.map_err(|error| format!("The render tool's answer is none: {error}."));
    }
    let said = printed.refusal().unwrap_or(printed.err);
    let line: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(400).collect();
    Err(if line.trim().is_empty() { format!("The render tool failed ({status}).") } else { line.trim().to_owned() })
}

fn plain(reason: &Reason) -> String {
    reason.to_string().replace("Its worker", "The browser")
}
