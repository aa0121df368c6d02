//! The plugin host is killed at each step of a rollout; the next one goes on or goes back, and nothing is left halfway.

use crate::host::{Host, example};
use crate::notes::{Fault, PACKAGE, gate, lay_down, tools};
use kernel::system_clock;
use plugin_host::{AllowList, NewRollout, Wish};
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// A plugin host in a process of its own.
struct Other(Child);

impl Other {
    fn start(host: &Host) -> Self {
        let (node, worker_dir) = tools().unwrap();
        let settings = json!({
            "appUrl": host.test.app_url(), "systemUrl": host.test.system_url(), "pluginsUrl": host.plugins_url,
            "s3Url": host.endpoint.url, "bucket": host.endpoint.bucket, "region": host.endpoint.region,
            "accessKey": host.endpoint.access_key, "secretKey": host.endpoint.secret_key.expose(),
            "tenant": host.tenant, "plugin": "notes", "package": PACKAGE, "node": node, "workerDir": worker_dir, "dataDir": host.folder.path(),
        });
        let mut command = Command::new(example("harness"));
        command.arg("rollouts").arg(settings.to_string()).stdin(Stdio::null());
        Self(command.spawn().unwrap())
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        // SIGKILL.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

async fn step_of(host: &Host, id: Uuid) -> (String, Value) {
    let rollout = host.rollout(id).await;
    (rollout["members"][0]["step"].as_str().unwrap().to_owned(), rollout)
}

async fn wait_for(host: &Host, id: Uuid, wanted: &[&str]) -> String {
    let begun = Instant::now();
    loop {
        let (step, rollout) = step_of(host, id).await;
        if wanted.contains(&step.as_str()) {
            return step;
        }
        assert!(begun.elapsed() < Duration::from_secs(90), "never {wanted:?}: {rollout:#}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_killed_at_any_step_is_succeeded_by_one_that_goes_on() {
    if tools().is_none() {
        return eprintln!("skipped: Node or the plugin worker is not built");
    }
    let mut host = Host::at_rest().await;
    host.allow = AllowList::new([PACKAGE]).unwrap();
    lay_down(host.folder.path(), "1.0.0", 1, Fault::None);
    lay_down(host.folder.path(), "2.0.0", 2, Fault::None);
    let mut other = Other::start(&host);
    host.install(&format!("{PACKAGE}@1.0.0")).await.unwrap();
    wait_for_tables(&host).await;
    let begin = || {
        let gate = plugin_host::Gate { soak_seconds: 1, min_requests: 0, ..gate() };
        NewRollout {
            package: PACKAGE.to_owned(),
            version: "2.0.0".to_owned(),
            canaries: vec![],
            waves: vec![100],
            parallel: 1,
            gate,
            only: None,
        }
    };
    let once = ["checking", "switching", "watching"];
    let id = plugin_host::start_rollout(&host.test.db, &system_clock(), &host.allow, begin()).await.unwrap();
    for step in once {
        let met = wait_for(&host, id, &[step, "promoted"]).await;
        eprintln!("killed while {met}");
        drop(other);
        other = Other::start(&host);
    }
    wait_for(&host, id, &["promoted"]).await;
    assert_eq!(versions(&host).await, (Some("2.0.0".to_owned()), 1, 1));
    // And on the way back.
    plugin_host::wish(&host.test.db, id, Wish::Revert).await.unwrap();
    let met = wait_for(&host, id, &["restoring", "restored"]).await;
    eprintln!("killed while {met}");
    drop(other);
    let _other = Other::start(&host);
    wait_for(&host, id, &["restored"]).await;
    let (version, live, left) = versions(&host).await;
    assert_eq!((version.as_deref(), live, left), (Some("1.0.0"), 1, 1));
    drop(_other);
    host.stop().await;
}

/// Waits until the first version has made its tables.
async fn wait_for_tables(host: &Host) {
    let mut plugins = PgConnection::connect(&host.plugins_url).await.unwrap();
    let begun = Instant::now();
    loop {
        let made: bool = sqlx::query_scalar("select exists (select from pg_tables where tablename = 'notes')")
            .fetch_one(&mut plugins)
            .await
            .unwrap();
        if made {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(90), "the first version never starts");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The version; how many schemas are live; how many are kept.
async fn versions(host: &Host) -> (Option<String>, i64, i64) {
    let mut tx = host.test.db.tenant(host.tenant).await.unwrap();
    let found = sqlx::query_as(
        "select (select version from plugin_package where tenant_id = $1),
           (select count(*) from plugin_schema where tenant_id = $1 and state = 'live'),
           (select count(*) from plugin_schema where tenant_id = $1 and state <> 'live')",
    )
    .bind(tx.id())
    .fetch_one(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    found
}
