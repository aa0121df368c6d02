//! Postgres, Redis and S3 over kills, restarts and awkward folders.

use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use sqlx::{Connection, PgConnection, Row};

use crate::server::{Server, eventually, executable, lives};

/// A second start takes half a second; the rest is room for a busy machine.
const QUICK: Duration = Duration::from_secs(6);

async fn number(url: &str, sql: &'static str) -> Result<i32, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::query(sql).fetch_one(&mut connection).await?.try_get(0)
}

async fn execute(url: &str, sql: &'static str) {
    let mut connection = PgConnection::connect(url).await.expect("connected");
    sqlx::raw_sql(sql).execute(&mut connection).await.expect("executed");
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

fn socket_of(redis_url: &str) -> String {
    redis_url.strip_prefix("redis+unix://").expect("socket").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_survives_a_kill_and_is_adopted_while_redis_goes() {
    let folder = tempfile::tempdir().expect("folder");
    let first = Server::start(folder.path(), &[]);
    let (url, postgres) = (first.text("database"), first.postgres());
    execute(&url, "create table kept (n int); insert into kept values (42)").await;
    assert_eq!(number(&first.text("plugins"), "select 7").await.expect("second database"), 7);
    let redis = first.ready.get("redis").and_then(|url| url.as_str()).map(socket_of);
    first.kill();

    assert!(lives(postgres), "Postgres outlives a crash of ours");
    assert_eq!(number(&url, "select n from kept").await.expect("still answers"), 42);
    if let Some(socket) = &redis {
        eventually("Redis goes with its server", || std::os::unix::net::UnixStream::connect(socket).is_err());
    }

    let second = Server::start(folder.path(), &[]);
    assert_eq!(second.postgres(), postgres, "adopted and not started again");
    assert!(second.ready["notes"][0].as_str().expect("note").contains("adopted"));
    assert!(second.ready_after < QUICK, "{:?}", second.ready_after);
    assert_eq!(number(&second.text("database"), "select n from kept").await.expect("answers"), 42);
    second.terminate();
    eventually("an adopted Postgres stops with its server", || !lives(postgres));

    let third = Server::start(folder.path(), &[]);
    assert!(third.ready_after < QUICK, "{:?}", third.ready_after);
    assert_eq!(number(&third.text("database"), "select n from kept").await.expect("answers"), 42);
    assert_eq!(third.text("database"), url, "port, socket and password are remembered");
    third.terminate();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_postgres_recovers() {
    let folder = tempfile::tempdir().expect("folder");
    let first = Server::start(folder.path(), &[]);
    execute(&first.text("database"), "create table kept (n int); insert into kept values (42)").await;
    let postgres = first.postgres();
    first.kill();
    nix::sys::signal::kill(postgres, nix::sys::signal::Signal::SIGKILL).expect("killed");
    eventually("the postmaster is gone", || !lives(postgres));
    let second = Server::start(folder.path(), &[]);
    assert_eq!(number(&second.text("database"), "select n from kept").await.expect("answers"), 42);
    second.terminate();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_of_150_characters_works_and_stays_private() {
    let folder = tempfile::tempdir().expect("folder");
    let missing = 150 - folder.path().as_os_str().len() - 1;
    let long = folder.path().join("d".repeat(missing));
    assert_eq!(long.as_os_str().len(), 150);
    let server = Server::start(&long, &[]);
    assert_eq!(number(&server.text("database"), "select 1").await.expect("answers"), 1);
    for secret in ["keys.json", "run.json", "postgres-password", "postgres.log"] {
        if let Ok(meta) = std::fs::metadata(long.join(secret)) {
            assert_eq!(meta.permissions().mode() & 0o777, 0o600, "{secret}");
        }
    }
    assert_eq!(std::fs::metadata(long.join("postgres")).expect("cluster").permissions().mode() & 0o077, 0);
    if let Some(url) = server.ready.get("redis").and_then(|url| url.as_str()) {
        assert!(std::fs::metadata(socket_of(url)).expect("socket").file_type().is_socket());
    }
    server.terminate();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_without_the_password_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Server::start(folder.path(), &[]);
    let mut url = url::Url::parse(&server.text("database")).expect("url");
    url.set_password(Some("guessed")).expect("set");
    assert!(PgConnection::connect(url.as_str()).await.is_err(), "through the socket");
    url.set_query(None);
    assert!(PgConnection::connect(url.as_str()).await.is_err(), "through loopback");
    server.terminate();
}

#[test]
fn a_throw_away_postgres_leaves_nothing_however_its_owner_ends() {
    for end in [Server::kill, Server::terminate] {
        let folder = tempfile::tempdir().expect("folder");
        let server = Server::start(folder.path(), &["--throw-away"]);
        let postgres = server.postgres();
        assert!(lives(postgres));
        end(server);
        eventually("postgres ends", || !lives(postgres));
        eventually("its files are removed", || is_empty(&folder.path().join("postgres")));
    }
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let first = Server::start(folder.path(), &[]);
    let second = std::process::Command::new(executable()).arg(folder.path()).output().expect("ran");
    assert!(!second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("another server runs on"));
    first.terminate();
}
