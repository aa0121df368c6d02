//! A process of its own that holds the backends, so that it can be killed.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

/// The executable `backends`, which cargo builds before these tests.
pub fn executable() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_backends"))
}

pub struct Server {
    child: Child,
    pub ready: Value,
    pub ready_after: Duration,
}

impl Server {
    pub fn start(data_dir: &Path, extra: &[&str]) -> Self {
        let started = Instant::now();
        let mut child = Command::new(executable())
            .arg(data_dir)
            .args(extra)
            .env_remove("DATABASE_URL")
            .env_remove("REDIS_URL")
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("piped");
        BufReader::new(stdout).read_line(&mut line).expect("line");
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"));
        Self { child, ready, ready_after: started.elapsed() }
    }

    pub fn text(&self, key: &str) -> String {
        self.ready.get(key).and_then(Value::as_str).expect("text").to_owned()
    }

    pub fn postgres(&self) -> Pid {
        let pid = self.ready.get("postgresPid").and_then(Value::as_i64).expect("pid");
        Pid::from_raw(i32::try_from(pid).expect("pid"))
    }

    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    pub fn terminate(mut self) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).expect("pid")), Signal::SIGTERM).expect("signalled");
        assert!(self.child.wait().expect("gone").success());
    }
}

/// Whether a process runs; one that ended and was not yet reaped does not.
pub fn lives(pid: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().next()).is_some_and(|state| state != "Z")
}

pub fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
