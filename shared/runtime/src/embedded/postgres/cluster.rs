//! The cluster on disk: where it lies, how it is made, and what its lock file says about a running postmaster.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::account::Account;
use super::binaries::Binaries;
use super::{MAIN_DATABASE, PLUGINS_DATABASE, SUPERUSER};
use crate::secret_file;

const NAME: &str = "postgres";
const ELSEWHERE: &str = "/var/lib/proscenium";

/// Where the cluster of `data_dir` lies. Usually inside it; when the user that Postgres runs as
/// cannot pass through (a checkout under root's home), under `/var/lib/proscenium`, with a link.
pub(super) fn locate(data_dir: &Path, account: &Account) -> anyhow::Result<PathBuf> {
    let inside = data_dir.join(NAME);
    if account.can_enter(data_dir) {
        anyhow::ensure!(
            !inside.is_symlink(),
            "{} is a link, but the folder itself is reachable; move the cluster back in",
            inside.display()
        );
        return Ok(inside);
    }
    if let Ok(target) = std::fs::read_link(&inside) {
        // The link may outlive its target, as when a container is made anew around a kept checkout.
        target.parent().map(std::fs::create_dir_all).transpose()?;
        return Ok(target);
    }
    anyhow::ensure!(
        !inside.exists(),
        "{} exists, but the user {} cannot pass through {}; move the data folder, or run as the user that owns it",
        inside.display(),
        account.name,
        data_dir.display()
    );
    // Not the path alone: a checkout that was deleted and cloned again must not find the old cluster.
    let home = Path::new(ELSEWHERE).join(format!("{}-{}", folder_name(data_dir), secret_file::random_text(6)?));
    std::fs::create_dir_all(&home).with_context(|| format!("cannot make {}", home.display()))?;
    let outside = home.join(NAME);
    std::os::unix::fs::symlink(&outside, &inside)?;
    Ok(outside)
}

fn folder_name(data_dir: &Path) -> String {
    let readable = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    data_dir.to_string_lossy().chars().map(readable).collect::<String>().trim_matches('-').to_owned()
}

/// The major version that made the cluster, or `None` when there is none yet.
pub(super) fn major(cluster: &Path) -> anyhow::Result<Option<u32>> {
    let file = cluster.join("PG_VERSION");
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(Some(text.trim().parse().with_context(|| file.display().to_string())?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| file.display().to_string()),
    }
}

/// Makes the cluster with both databases. It appears under its name only when it is complete, so a
/// crash in the middle leaves nothing that looks like one.
pub(super) async fn create(
    cluster: &Path,
    binaries: &Binaries,
    account: &Account,
    run_dir: &Path,
    password: &str,
    durable: bool,
) -> anyhow::Result<()> {
    let staging = cluster.with_extension("new");
    if staging.exists() {
        std::fs::remove_dir_all(&staging)?;
    }
    std::fs::create_dir(&staging)?;
    account.own(&staging)?;
    let password_file = run_dir.join("password");
    secret_file::write(&password_file, password.as_bytes())?;
    account.own(&password_file)?;
    let made = initdb(&staging, binaries, account, &password_file, durable).await;
    std::fs::remove_file(&password_file)?;
    made?;
    let statements = format!("create database {MAIN_DATABASE};\ncreate database {PLUGINS_DATABASE};\n");
    let mut single = command(&binaries.program("postgres"), account);
    single.args(["--single", "-c", "log_min_messages=fatal"]);
    if !durable {
        single.args(["-c", "fsync=off"]);
    }
    single.arg("-D").arg(&staging).arg("postgres");
    run(single, Some(statements.as_bytes())).await.context("cannot create the databases")?;
    std::fs::rename(&staging, cluster)?;
    Ok(())
}

async fn initdb(
    staging: &Path,
    binaries: &Binaries,
    account: &Account,
    password_file: &Path,
    durable: bool,
) -> anyhow::Result<()> {
    // Case mapping and classes of all letters, byte order for sorting. Before 17 only libc has it, if at all.
    let unicode: &[&str] = if binaries.major >= 17 {
        &["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    } else {
        &["--locale=C.UTF-8"]
    };
    let mut failure = None;
    for locale in [unicode, &["--locale=C"]] {
        let mut command = command(&binaries.program("initdb"), account);
        command.args(["--encoding=UTF8", "--auth=scram-sha-256", "--username", SUPERUSER]).args(locale);
        command.arg("--pwfile").arg(password_file).arg("-D").arg(staging);
        if !durable {
            command.arg("--no-sync");
        }
        match run(command, None).await {
            Ok(()) => return Ok(()),
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.unwrap_or_else(|| anyhow::anyhow!("not tried"))).context("initdb failed")
}

/// A program as Postgres's user, with nothing of our environment but the language.
pub(super) fn command(program: &Path, account: &Account) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .current_dir("/");
    account.apply(&mut command);
    command
}

async fn run(mut command: Command, input: Option<&[u8]>) -> anyhow::Result<()> {
    let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
    let mut child = command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn()?;
    if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
        stdin.write_all(input).await?;
    }
    let output = child.wait_with_output().await?;
    let said = String::from_utf8_lossy(&output.stderr);
    // Single-user mode reports a failed statement in its output only.
    anyhow::ensure!(output.status.success() && !said.contains("ERROR:"), "{}", said.trim());
    Ok(())
}

/// What `postmaster.pid` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Postmaster {
    pub(super) pid: i32,
    pub(super) port: u16,
    pub(super) socket_dir: PathBuf,
    pub(super) ready: bool,
}

/// The postmaster that runs on the cluster, if one does. A lock file that a crash left behind is
/// removed when its process id now belongs to something else, as happens in restarted containers, or
/// to a process that ended and that nobody reaps, as in containers without an init. Should any of its
/// children live on, Postgres itself still refuses to start, by their shared memory.
pub(super) fn running(cluster: &Path) -> anyhow::Result<Option<Postmaster>> {
    let file = cluster.join("postmaster.pid");
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| file.display().to_string()),
    };
    let Some(pid) = text.lines().next().and_then(|line| line.trim().parse::<i32>().ok()) else {
        return Ok(None);
    };
    if kill(Pid::from_raw(pid), None).is_err() {
        return Ok(None);
    }
    let is_stale = match std::fs::read_link(format!("/proc/{pid}/cwd")) {
        Ok(folder) if folder == cluster => return Ok(parse(&text)),
        Ok(_) => true,
        Err(_) => has_ended(pid),
    };
    if is_stale {
        std::fs::remove_file(&file)?;
    }
    Ok(None)
}

/// Whether the process is a zombie.
fn has_ended(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'))
}

fn parse(text: &str) -> Option<Postmaster> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    Some(Postmaster {
        pid: lines.first()?.parse().ok()?,
        port: lines.get(3)?.parse().ok()?,
        socket_dir: PathBuf::from(lines.get(4)?),
        ready: lines.get(7).is_some_and(|status| *status == "ready"),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;

    const LOCK_FILE: &str =
        "4711\n/data/postgres\n1763840000\n54321\n/tmp/proscenium-pg-1\n127.0.0.1\n  123 456\nready   \n";

    #[test]
    fn the_lock_file_is_read_as_pg_ctl_reads_it() {
        let postmaster = parse(LOCK_FILE).expect("complete");
        assert_eq!(
            postmaster,
            Postmaster { pid: 4711, port: 54321, socket_dir: "/tmp/proscenium-pg-1".into(), ready: true }
        );
        assert!(!parse(&LOCK_FILE.replace("ready", "starting")).expect("complete").ready);
        assert_eq!(parse("4711\n/data\n"), None, "still being written");
    }

    #[test]
    fn a_lock_file_whose_process_id_was_given_to_another_program_is_stale() {
        let cluster = tempfile::tempdir().expect("folder");
        let file = cluster.path().join("postmaster.pid");
        std::fs::write(&file, LOCK_FILE.replace("4711", &std::process::id().to_string())).expect("write");
        assert_eq!(running(cluster.path()).expect("read"), None);
        assert!(!file.exists());
    }

    #[test]
    fn names_of_folders_elsewhere_are_readable() {
        assert_eq!(folder_name(Path::new("/root/my checkout/.data")), "root-my-checkout--data");
    }
}
