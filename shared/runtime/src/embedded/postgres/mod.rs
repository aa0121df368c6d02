//! An embedded Postgres: found, initialised once, started, adopted after a crash of ours, stopped with us.
//!
//! It is a full, durable Postgres (fsync on) that listens on a socket in a private folder and on
//! loopback, with a generated password. It survives a `kill -9` of this process; the next start
//! adopts it. A throw-away one, for tests, goes with the process however that ends.

mod account;
mod binaries;
mod cluster;

use std::fs::{File, OpenOptions};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::Context;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::{Child, Command};

use super::{MAIN_DATABASE, PLUGINS_DATABASE, run_dir};
use crate::config::SecretUrl;
use crate::secret_file;
use account::Account;
use binaries::Binaries;
use cluster::Postmaster;

const SUPERUSER: &str = "proscenium";
/// Crash recovery of a large cluster may take minutes; an ordinary start takes a fraction of a second.
const START_DEADLINE: Duration = Duration::from_secs(300);
const FAST_STOP_DEADLINE: Duration = Duration::from_secs(20);
/// How often an existing cluster is tried.
const ATTEMPTS: u32 = 5;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(700);
const POLL: Duration = Duration::from_millis(20);
const LOG_KEEP_BYTES: u64 = 8 << 20;

/// Small on an idle laptop, enough for a team; production brings its own Postgres.
const SETTINGS: [&str; 10] = [
    "max_connections=250",
    "shared_buffers=256MB",
    "work_mem=4MB",
    "maintenance_work_mem=32MB",
    "max_wal_size=512MB",
    "jit=off",
    "huge_pages=off",
    "max_parallel_workers_per_gather=0",
    "log_checkpoints=off",
    "listen_addresses=127.0.0.1",
];

/// Runs beside [`SETTINGS`] for a throw-away cluster: nothing in it must survive a crash.
const THROW_AWAY_SETTINGS: [&str; 3] = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// Stops Postgres and removes its files when the pipe from our process closes, however that happens.
/// As root an empty folder stays: Postgres's user cannot remove it from ours.
const LIFELINE: &str = r#"
cluster=$1 sockets=$2
shift 2
"$@" &
postgres=$!
cat >/dev/null
kill -QUIT $postgres
wait $postgres
rm -rf -- "$cluster" "$sockets"
"#;

/// How a cluster is kept and started.
#[derive(Debug, Clone)]
pub struct Options {
    data_dir: PathBuf,
    throw_away: bool,
}

impl Options {
    /// A durable cluster in `data_dir/postgres` that outlives a crash of this process.
    pub fn lasting(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), throw_away: false }
    }

    /// For tests: no fsync; stopped and removed as soon as this process ends, even by `kill -9`.
    pub fn throw_away(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), throw_away: true }
    }
}

/// A running embedded Postgres.
pub struct Postgres {
    cluster: PathBuf,
    postmaster: Postmaster,
    password: String,
    note: String,
    /// Absent when adopted.
    child: Option<Child>,
}

impl Postgres {
    /// Starts or adopts the Postgres of `options`, making its cluster the first time.
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        let account = Account::choose()?;
        std::fs::create_dir_all(&options.data_dir)?;
        open_to_account(&options.data_dir, &account)?;
        let data_dir = options.data_dir.canonicalize()?;
        let cluster = cluster::locate(&data_dir, &account)?;
        let password = password(&data_dir)?;
        if let Some(postmaster) = cluster::running(&cluster)? {
            return Self::adopt(cluster, postmaster, password).await;
        }
        let run_dir = run_dir::prepare(&data_dir, "pg", account.ids())?;
        let made_by = cluster::major(&cluster)?;
        let binaries = binaries::find(&account, made_by).await?;
        if made_by.is_none() {
            tracing::info!(version = %binaries.version, cluster = %cluster.display(), "making a Postgres cluster");
            cluster::create(&cluster, &binaries, &account, &run_dir, &password, !options.throw_away).await?;
        }
        let mut attempts = if made_by.is_some() { ATTEMPTS } else { 1 };
        let (child, postmaster) = loop {
            let port = free_port(&data_dir)?;
            let log = open_log(&data_dir)?;
            let mut command = server_command(&binaries, &account, &cluster, &run_dir, port, options.throw_away);
            command.stdout(log.try_clone()?).stderr(log).process_group(0);
            let mut child = command.spawn().context("cannot start postgres")?;
            attempts -= 1;
            match wait_until_ready(&cluster, Some(&mut child)).await {
                Ok(postmaster) => break (child, postmaster),
                Err(error) if attempts == 0 => return Err(error.context(log_tail(&data_dir))),
                // After a crash of the postmaster its children need a moment to notice and go.
                Err(_) => tokio::time::sleep(BETWEEN_ATTEMPTS).await,
            }
        };
        let user = if account.uid == nix::unistd::geteuid().as_raw() {
            String::new()
        } else {
            format!(", as user {}", account.name)
        };
        let note = format!("{} from {}, in {}{user}", binaries.version, binaries.folder.display(), cluster.display());
        Ok(Self { cluster, postmaster, password, note, child: Some(child) })
    }

    async fn adopt(cluster: PathBuf, postmaster: Postmaster, password: String) -> anyhow::Result<Self> {
        let postmaster = if postmaster.ready { postmaster } else { wait_until_ready(&cluster, None).await? };
        let note = format!("adopted process {} that an earlier run left, in {}", postmaster.pid, cluster.display());
        Ok(Self { cluster, postmaster, password, note, child: None })
    }

    /// URL of `database` for the superuser, through the socket.
    pub fn url(&self, database: &str) -> SecretUrl {
        let folder = self.postmaster.socket_dir.to_string_lossy().replace('/', "%2F");
        SecretUrl::new(format!(
            "postgres://{SUPERUSER}:{}@localhost:{}/{database}?host={folder}",
            self.password, self.postmaster.port
        ))
    }

    /// The same through loopback, for programs that know no socket folders.
    pub fn tcp_url(&self, database: &str) -> SecretUrl {
        SecretUrl::new(format!(
            "postgres://{SUPERUSER}:{}@127.0.0.1:{}/{database}",
            self.password, self.postmaster.port
        ))
    }

    /// Folder of the socket `.s.PGSQL.PORT`.
    pub fn socket_dir(&self) -> &Path {
        &self.postmaster.socket_dir
    }

    /// Port on loopback, and in the socket's name.
    pub fn port(&self) -> u16 {
        self.postmaster.port
    }

    /// What was started or adopted, for people.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// Process id of the postmaster.
    pub fn pid(&self) -> i32 {
        self.postmaster.pid
    }

    /// Stops it: rolls open transactions back and writes everything out.
    pub async fn stop(mut self) {
        for (signal, patience) in [(Signal::SIGINT, FAST_STOP_DEADLINE), (Signal::SIGQUIT, FAST_STOP_DEADLINE)] {
            if kill(Pid::from_raw(self.postmaster.pid), signal).is_err() || self.ended_within(patience).await {
                break;
            }
            tracing::warn!(signal = signal.as_str(), "Postgres does not stop");
        }
        // The lifeline's shell, if there is one, cleans up when its pipe closes.
        if let Some(mut child) = self.child.take() {
            drop(child.stdin.take());
            drop(tokio::time::timeout(FAST_STOP_DEADLINE, child.wait()).await);
        }
        drop(std::fs::remove_dir(&self.postmaster.socket_dir));
    }

    async fn ended_within(&mut self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if !self.cluster.join("postmaster.pid").exists() {
                return true;
            }
            tokio::time::sleep(POLL).await;
        }
        false
    }
}

/// The data folder is ours; when Postgres runs as another user, that one must be able to pass through.
fn open_to_account(data_dir: &Path, account: &Account) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let meta = std::fs::metadata(data_dir)?;
    let me = nix::unistd::geteuid().as_raw();
    if account.uid != me && meta.uid() == me && meta.permissions().mode() & 0o001 == 0 {
        std::fs::set_permissions(data_dir, std::fs::Permissions::from_mode(meta.permissions().mode() | 0o001))?;
    }
    Ok(())
}

fn password(data_dir: &Path) -> anyhow::Result<String> {
    let file = data_dir.join("postgres-password");
    match std::fs::read_to_string(&file) {
        Ok(password) => Ok(password),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let password = secret_file::random_text(24)?;
            secret_file::write(&file, password.as_bytes())?;
            Ok(password)
        }
        Err(error) => Err(error).with_context(|| file.display().to_string()),
    }
}

/// The port of the last run when it is still free, else another, which is remembered.
fn free_port(data_dir: &Path) -> anyhow::Result<u16> {
    let file = data_dir.join("postgres-port");
    let remembered = std::fs::read_to_string(&file).ok().and_then(|text| text.trim().parse::<u16>().ok());
    if let Some(port) = remembered
        && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
    {
        return Ok(port);
    }
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    secret_file::write(&file, port.to_string().as_bytes())?;
    Ok(port)
}

fn server_command(
    binaries: &Binaries,
    account: &Account,
    cluster: &Path,
    run_dir: &Path,
    port: u16,
    throw_away: bool,
) -> Command {
    let server = binaries.program("postgres");
    let mut command = if throw_away {
        let mut lifeline = cluster::command(Path::new("/bin/sh"), account);
        lifeline.args(["-c", LIFELINE, "lifeline"]).arg(cluster).arg(run_dir).arg(server).stdin(Stdio::piped());
        lifeline
    } else {
        let mut server = cluster::command(&server, account);
        server.stdin(Stdio::null());
        server
    };
    command.arg("-D").arg(cluster).arg("-k").arg(run_dir).arg("-p").arg(port.to_string());
    let extra: &[&str] = if throw_away { &THROW_AWAY_SETTINGS } else { &[] };
    for setting in SETTINGS.iter().chain(extra) {
        command.args(["-c", setting]);
    }
    command
}

async fn wait_until_ready(cluster: &Path, mut child: Option<&mut Child>) -> anyhow::Result<Postmaster> {
    let started = Instant::now();
    let mut patience_announced = false;
    while started.elapsed() < START_DEADLINE {
        if let Some(child) = child.as_deref_mut()
            && let Some(status) = child.try_wait()?
        {
            anyhow::bail!("postgres ended at once ({status})");
        }
        if let Some(postmaster) = cluster::running(cluster)?
            && postmaster.ready
        {
            return Ok(postmaster);
        }
        if !patience_announced && started.elapsed() > Duration::from_secs(5) {
            tracing::info!("waiting for Postgres to recover");
            patience_announced = true;
        }
        tokio::time::sleep(POLL).await;
    }
    anyhow::bail!("postgres was not ready after {} s", START_DEADLINE.as_secs())
}

fn log_path(data_dir: &Path) -> PathBuf {
    data_dir.join("postgres.log")
}

fn open_log(data_dir: &Path) -> anyhow::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let path = log_path(data_dir);
    if std::fs::metadata(&path).is_ok_and(|meta| meta.len() > LOG_KEEP_BYTES) {
        std::fs::rename(&path, path.with_extension("log.1"))?;
    }
    OpenOptions::new().append(true).create(true).mode(0o600).open(&path).with_context(|| path.display().to_string())
}

fn log_tail(data_dir: &Path) -> String {
    let path = log_path(data_dir);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let tail = lines.get(lines.len().saturating_sub(5)..).unwrap_or_default();
    format!("{} ends with:\n{}", path.display(), tail.join("\n"))
}
