//! One throw-away Postgres per test process, or the one that `PROSCENIUM_TEST_DATABASE_URL` names.

use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Superuser URL of the test cluster, without a database name: append `/NAME`.
pub(crate) fn admin_url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| match std::env::var("PROSCENIUM_TEST_DATABASE_URL") {
        Ok(url) => url.trim_end_matches('/').to_owned(),
        Err(_) => start(),
    })
}

/// The user that the server runs as: Postgres refuses root.
fn server_user() -> Option<(u32, u32)> {
    let out = |args: &[&str]| {
        let out = Command::new("id").args(args).output().ok()?;
        String::from_utf8(out.stdout).ok()?.trim().parse::<u32>().ok()
    };
    if out(&["-u"])? != 0 {
        return None;
    }
    Some((out(&["-u", "postgres"]).unwrap_or(65534), out(&["-g", "postgres"]).unwrap_or(65534)))
}

fn binaries() -> PathBuf {
    if let Ok(dir) = std::env::var("PROSCENIUM_TEST_POSTGRES_BIN") {
        return PathBuf::from(dir);
    }
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/postgres/bin");
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .chain([tools])
        .filter(|dir| dir.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().expect("Postgres 15 to 18 is needed for tests: run `scripts/setup`")
}

/// Starts a cluster that ends with this process: a shell holds our pipe as its lifeline and stops the server at EOF.
fn start() -> String {
    let bin = binaries();
    let dir = tempfile::Builder::new().prefix("pro-test-pg-").tempdir_in("/tmp").expect("temporary folder").keep();
    let user = server_user();
    let run_as = |mut command: Command| {
        if let Some((uid, gid)) = user {
            command.uid(uid).gid(gid);
        }
        command.current_dir(&dir);
        command
    };
    if let Some((uid, gid)) = user {
        chown(&dir, Some(uid), Some(gid)).expect("chown");
    }
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o700)).expect("chmod");
    let data = dir.join("data");
    let mut initdb = Command::new(bin.join("initdb"));
    initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"]).arg(&data);
    let made = run_as(initdb).stdout(Stdio::null()).output().expect("initdb runs");
    assert!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));
    let port = free_port();
    let script = format!(
        "'{postgres}' -D '{data}' -p {port} -h 127.0.0.1 -k '{dir}' -F -c full_page_writes=off -c shared_buffers=64MB \
         -c max_connections=300 -c log_min_messages=fatal </dev/null >/dev/null 2>&1 & pid=$!; cat >/dev/null; \
         kill -INT $pid; wait $pid; rm -rf '{dir}'",
        postgres = bin.join("postgres").display(),
        data = data.display(),
        dir = dir.display(),
    );
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script).stdin(Stdio::piped()).stdout(Stdio::null()).process_group(0);
    hold(run_as(shell).spawn().expect("sh starts"));
    wait_for(port);
    format!("postgres://postgres@127.0.0.1:{port}")
}

/// Keeps the lifeline open until the process ends.
fn hold(child: Child) {
    static CHILD: OnceLock<Child> = OnceLock::new();
    CHILD.set(child).expect("started once");
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port()
}

fn wait_for(port: u16) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Ok(mut socket) = std::net::TcpStream::connect(("127.0.0.1", port)) {
            // An SSL request; any answer means that the server takes connections.
            let mut answer = [0; 1];
            let asked = socket.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]);
            if asked.is_ok() && std::io::Read::read(&mut socket, &mut answer).is_ok_and(|n| n == 1) {
                return;
            }
        }
        assert!(Instant::now() < deadline, "Postgres did not start on port {port}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
