//! What a connection carries from one borrower to the next: nothing. Also behind a transaction-mode pooler.

use kernel::TenantId;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use store::{Db, DbOptions};
use testkit::TestDb;

/// How often the pool is poisoned in every run; `PROSCENIUM_TEST_POISONINGS=100000` makes it so many.
const POISONINGS: usize = 10_000;

fn poisonings() -> usize {
    #[expect(clippy::disallowed_methods, reason = "how somebody asks a test for more rounds")]
    let asked = std::env::var("PROSCENIUM_TEST_POISONINGS").ok();
    asked.map_or(POISONINGS, |asked| asked.parse().expect("PROSCENIUM_TEST_POISONINGS is a number"))
}

async fn slugs(db: &Db, tenant: TenantId) -> Vec<String> {
    let mut tx = db.tenant(tenant).await.expect("tenant transaction");
    // Without the predicate on purpose: only the setting of this transaction decides.
    sqlx::query_scalar("select slug from tenant").fetch_all(tx.conn()).await.expect("slugs")
}

#[tokio::test]
async fn a_poisoned_connection_gives_the_next_borrower_an_error_never_rows() {
    let test = TestDb::new().await;
    let (acme, globex) = (test.tenant("acme").await, test.tenant("globex").await);
    let options =
        DbOptions { app_connections: 1, system_connections: 1, ..DbOptions::new(test.app_url(), test.system_url()) };
    let db = Db::connect(&options, testkit::kek()).unwrap();
    for round in 0..poisonings() {
        poison(&db, acme, round).await;
        let mut next = db.without_tenant().await.expect("connection");
        let rows = sqlx::query("select slug from tenant").fetch_all(&mut *next).await;
        assert!(rows.is_err(), "round {round}: a borrower without a tenant saw {} rows", rows.unwrap().len());
        drop(next);
        if round % 100 == 0 {
            assert_eq!(slugs(&db, globex).await, ["globex"], "round {round}");
        }
    }
}

/// Leaves a transaction in one of the ways in which real ones end early.
async fn poison(db: &Db, tenant: TenantId, round: usize) {
    match round % 4 {
        0 => {
            // Cancelled while the statement runs.
            let mut tx = db.tenant(tenant).await.unwrap();
            let slow = sqlx::query("select pg_sleep(0.002), slug from tenant").fetch_all(tx.conn());
            let _ = tokio::time::timeout(Duration::from_micros(200), slow).await;
        }
        1 => {
            // The handler panics with the transaction open.
            let db = db.clone();
            #[expect(clippy::disallowed_methods, reason = "the panic has to happen in a task of its own")]
            let task = tokio::spawn(async move {
                let _tx = db.tenant(tenant).await.unwrap();
                std::panic::resume_unwind(Box::new("on purpose"));
            });
            assert!(task.await.is_err());
        }
        2 => {
            // The statement fails, and the transaction with it.
            let mut tx = db.tenant(tenant).await.unwrap();
            let failed = sqlx::query("select 1 / 0").execute(tx.conn()).await;
            assert!(failed.is_err());
        }
        _ => {
            // The request is given up between begin and the first statement.
            let begin = db.tenant(tenant);
            let _ = tokio::time::timeout(Duration::from_micros(50), begin).await;
        }
    }
}

#[tokio::test]
async fn tenants_stay_apart_behind_a_transaction_pooler_with_one_connection() {
    let test = TestDb::new().await;
    let tenants = [("acme", test.tenant("acme").await), ("globex", test.tenant("globex").await)];
    let pooler = PgBouncer::start(&test);
    let options = DbOptions {
        app_connections: 4,
        prepared_statements: false,
        ..DbOptions::new(pooler.url("proscenium_app", test.name()), test.system_url())
    };
    let db = Db::connect(&options, testkit::kek()).unwrap();
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..8 {
        let db = db.clone();
        clients.spawn(async move {
            for round in 0..100 {
                let (slug, tenant) = tenants[(client + round) % 2];
                assert_eq!(slugs(&db, tenant).await, [slug]);
            }
        });
    }
    while let Some(ended) = clients.join_next().await {
        ended.expect("client");
    }
    let mut next = db.without_tenant().await.expect("connection");
    assert!(sqlx::query("select slug from tenant").persistent(false).fetch_all(&mut *next).await.is_err());
}

/// Debian's PgBouncer in transaction mode with a single server connection.
struct PgBouncer {
    child: Child,
    port: u16,
    _dir: tempfile::TempDir,
}

impl PgBouncer {
    fn start(test: &TestDb) -> Self {
        let dir = tempfile::Builder::new().prefix("pro-test-bouncer-").tempdir_in("/tmp").unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server: Vec<&str> = test.admin_url_host().split(':').collect();
        let users = dir.path().join("users.txt");
        std::fs::write(&users, "\"proscenium_app\" \"\"\n").unwrap();
        let config = dir.path().join("pgbouncer.ini");
        std::fs::write(
            &config,
            format!(
                "[databases]\n* = host={} port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
                 unix_socket_dir =\nauth_type = any\nauth_file = {}\npool_mode = transaction\ndefault_pool_size = 1\n\
                 max_client_conn = 100\nlogfile =\npidfile =\n[users]\n",
                server[0],
                server[1],
                users.display()
            )
            .replace("* = host", &format!("{} = user=proscenium_app host", test.name())),
        )
        .unwrap();
        let mut command = Command::new("pgbouncer");
        if nix_is_root() {
            // PgBouncer refuses to be root.
            for path in [dir.path(), &users, &config] {
                chown(path, Some(65534), Some(65534)).unwrap();
                std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
            }
            command.args(["-u", "nobody"]);
        }
        let child = command
            .arg("-q")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("pgbouncer is needed for this test: run `scripts/setup --tests`");
        for _ in 0..200 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        Self { child, port, _dir: dir }
    }

    fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn nix_is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.starts_with(b"0"))
}
