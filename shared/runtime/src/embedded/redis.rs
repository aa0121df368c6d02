//! A Redis or Valkey found on this machine, on a socket in a private folder, without persistence.
//!
//! It holds caches and counters only, so it goes with this process however that ends.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::Context;
use nix::unistd::{getegid, geteuid};
use tokio::process::Child;

use super::run_dir;
use crate::config::SecretUrl;
use crate::places;
use crate::process::{Launcher, spawn_bound};
use crate::sandbox::Level;

const PROGRAMS: [&str; 2] = ["redis-server", "valkey-server"];
const START_DEADLINE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(10);

/// A running local server.
pub struct Redis {
    child: Child,
    socket: PathBuf,
    note: String,
}

impl Redis {
    /// Starts one, or `None` when the machine has no such program.
    pub async fn start(data_dir: &Path, launcher: &Launcher) -> anyhow::Result<Option<Self>> {
        let Some(program) = find() else { return Ok(None) };
        let folder = run_dir::prepare(data_dir, "redis", (geteuid().as_raw(), getegid().as_raw()))?;
        let socket = folder.join("redis.sock");
        // Left by a crash; the server that made it went with its process.
        drop(std::fs::remove_file(&socket));
        let mut command = launcher.command(Level::L0, &program);
        command.arg("--unixsocket").arg(&socket).arg("--dir").arg(&folder);
        command.args([
            "--port",
            "0",
            "--unixsocketperm",
            "700",
            "--save",
            "",
            "--appendonly",
            "no",
            "--daemonize",
            "no",
        ]);
        command.args(["--maxmemory", "64mb", "--maxmemory-policy", "volatile-lru", "--loglevel", "warning"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = spawn_bound(command).await.with_context(|| format!("cannot start {}", program.display()))?;
        let mut redis = Self { child, note: format!("{} on {}", program.display(), socket.display()), socket };
        redis.wait_until_ready().await?;
        Ok(Some(redis))
    }

    /// Its address.
    pub fn url(&self) -> SecretUrl {
        SecretUrl::new(format!("redis+unix://{}", self.socket.display()))
    }

    /// What was started, for people.
    pub fn note(&self) -> String {
        self.note.clone()
    }

    /// Stops it; nothing in it is worth waiting for.
    pub async fn stop(mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::warn!(error = %error, "Redis does not stop");
        }
        drop(std::fs::remove_file(&self.socket));
        if let Some(folder) = self.socket.parent() {
            drop(std::fs::remove_dir(folder));
        }
    }

    async fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let client = redis::Client::open(self.url().expose())?;
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                anyhow::bail!("it ended at once ({status})");
            }
            let failure = match client.get_multiplexed_async_connection().await {
                Ok(mut connection) => match redis::cmd("PING").query_async::<String>(&mut connection).await {
                    Ok(_) => return Ok(()),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            anyhow::ensure!(started.elapsed() < START_DEADLINE, "it does not answer: {failure}");
            tokio::time::sleep(POLL).await;
        }
    }
}

fn find() -> Option<PathBuf> {
    let fetched = places::tools_dir().map(|tools| tools.join("valkey/bin/valkey-server"));
    PROGRAMS.iter().find_map(|program| places::on_path(program)).or(fetched.filter(|file| places::is_executable(file)))
}
