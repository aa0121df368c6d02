//! Children that cannot outlive this process, even when it is killed.
//!
//! [`Launcher`] wraps a command in this executable's `sandbox` verb (see [`crate::sandbox`]). The
//! kernel ties the death signal to the *thread* that forked, so every bound child is forked by one
//! thread that lives as long as the process.

use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};

use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::sandbox::{Level, Plan};

/// Knows the executable whose `sandbox` verb starts bound children.
#[derive(Debug, Clone)]
pub struct Launcher {
    executable: PathBuf,
    /// The verb as a small program of its own, which stays beside the child; else the executable does.
    helper: Option<PathBuf>,
}

impl Launcher {
    /// This process's own executable, or the one that `PROSCENIUM_LAUNCHER` names (for tests, whose
    /// executable has no `sandbox` verb).
    #[expect(clippy::disallowed_methods, reason = "this crate owns the environment")]
    pub fn of_this_process() -> Self {
        match std::env::var_os("PROSCENIUM_LAUNCHER") {
            Some(path) => Self::at(path),
            // Not current_exe(): that path is wrong once the file was replaced by an upgrade.
            None => {
                Self { helper: crate::places::beside_executable("proscenium-sandbox"), ..Self::at("/proc/self/exe") }
            }
        }
    }

    /// Another executable with the verb.
    pub fn at(executable: impl Into<PathBuf>) -> Self {
        Self { executable: executable.into(), helper: None }
    }

    /// The executable itself.
    pub fn executable(&self) -> &std::path::Path {
        &self.executable
    }

    /// As [`command`](Self::command), with what the child gets of the host. From level L2 on this process watches over
    /// another one, which ends with it.
    ///
    /// # Errors
    /// The plan holds a path that is no UTF-8.
    pub fn confined(&self, level: Level, plan: &Plan, program: impl AsRef<OsStr>) -> io::Result<Command> {
        let plan = serde_json::to_string(plan).map_err(io::Error::other)?;
        let mut command = Self::sandbox(self.helper.as_ref().unwrap_or(&self.executable), level);
        command.arg("--plan").arg(plan).arg("--").arg(program);
        Ok(command)
    }

    /// A command that becomes `program` at isolation `level`. Add arguments, environment and streams
    /// to it as usual, then start it with [`spawn_bound`]. It gets a process group of its own, so that
    /// Ctrl-C in a terminal reaches it only through us.
    pub fn command(&self, level: Level, program: impl AsRef<OsStr>) -> Command {
        let mut command = Self::sandbox(&self.executable, level);
        command.arg("--").arg(program);
        command
    }

    fn sandbox(executable: &std::path::Path, level: Level) -> Command {
        let mut command = Command::new(executable);
        command
            .arg0("proscenium")
            .args(["sandbox", "--level", level.as_str(), "--parent"])
            .arg(std::process::id().to_string())
            .process_group(0)
            .kill_on_drop(true);
        command
    }
}

/// A short-lived command that gets nothing of this process's environment but the search path, so that neither our
/// secrets nor the operator's own settings of the program reach it. It ends when its handle is dropped.
#[expect(clippy::disallowed_methods, reason = "this crate owns the environment")]
pub fn bare(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().kill_on_drop(true);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// The environment of a program that downloads packages: search path, home folder, proxies, certificates and the
/// settings of npm, and none of our own.
#[expect(clippy::disallowed_methods, reason = "this crate owns the environment")]
pub fn download_environment() -> Vec<(std::ffi::OsString, std::ffi::OsString)> {
    const NAMES: [&str; 9] = [
        "path",
        "home",
        "lang",
        "tmpdir",
        "http_proxy",
        "https_proxy",
        "no_proxy",
        "ssl_cert_file",
        "node_extra_ca_certs",
    ];
    let wanted = |name: &str| NAMES.contains(&name) || name.starts_with("npm_config_");
    std::env::vars_os()
        .filter(|(name, _)| name.to_str().is_some_and(|name| wanted(&name.to_ascii_lowercase())))
        .collect()
}

/// Starts a child from the one thread that lives as long as this process.
pub async fn spawn_bound(mut command: Command) -> io::Result<Child> {
    let (answer, answered) = oneshot::channel();
    let runtime = Handle::current();
    let job: Job = Box::new(move || {
        let _context = runtime.enter();
        // A caller that went away drops the answer, and with it the child.
        drop(answer.send(command.spawn()));
    });
    forker()?.send(job).map_err(|_| io::Error::other("the forking thread ended"))?;
    answered.await.map_err(|_| io::Error::other("the forking thread ended"))?
}

type Job = Box<dyn FnOnce() + Send>;

fn forker() -> io::Result<Sender<Job>> {
    static FORKER: OnceLock<Mutex<Option<Sender<Job>>>> = OnceLock::new();
    let mut slot = FORKER.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(sender) = slot.as_ref() {
        return Ok(sender.clone());
    }
    let (sender, jobs) = channel::<Job>();
    std::thread::Builder::new().name("forker".into()).spawn(move || {
        for job in jobs {
            job();
        }
    })?;
    *slot = Some(sender.clone());
    Ok(sender)
}
