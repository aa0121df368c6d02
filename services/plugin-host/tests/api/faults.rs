//! Bad versions: each is stopped at the canary and taken back, and nobody else ever gets it.

use crate::notes::{Fault, PACKAGE, Traffic, gate, host, lay_down};
use http::Method;
use plugin_host::Gate;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use testkit::admin;

async fn stopped_in_the_canary(fault: Fault, version: &str, migrations: usize, words: &str) {
    let Some(host) = host().await else { return };
    let (acme, globex) = (host.tenant, host.test.tenant("globex").await);
    host.install_for(globex, &format!("{PACKAGE}@1.0.0")).await.unwrap();
    assert_eq!(host.answers(acme).await, "1.0.0");
    lay_down(host.folder.path(), version, migrations, fault);
    let traffic = Traffic::begin(&host, acme, 4);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let begun = Instant::now();
    let id = host.roll_out_by(version, &[acme], Gate { latency_factor: 2.0, ..gate() }).await;
    if fault == Fault::Frontend {
        while host.member(id, acme).await["step"] != "watching" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        for _ in 0..3 {
            let body = json!({ "pluginId": "notes", "message": "TypeError: x is undefined" });
            let reply = host.request(Some(&admin(acme)), Method::POST, "/api/plugins/v1/beacons", Some(body)).await;
            assert_eq!(reply.status, http::StatusCode::ACCEPTED);
        }
    }
    let ended = host.ended(id).await;
    let took = begun.elapsed();
    let told = traffic.end().await;
    eprintln!(
        "{fault:?}: ended after {took:?}, {} of {} requests failed, slowest {:?}",
        told.failed.len(),
        told.sent,
        told.slowest
    );
    assert_eq!(ended["phase"], "rolled-back", "{ended:#}");
    let reason = ended["reason"].as_str().unwrap();
    assert!(reason.contains(words), "{reason}");
    assert!(took < Duration::from_secs(60), "{took:?}");
    assert_eq!(host.answers(acme).await, "1.0.0");
    assert_eq!(host.answers(globex).await, "1.0.0");
    let other = host.member(id, globex).await;
    assert_eq!(other["step"], "skipped");
    if fault != Fault::Errors {
        assert_eq!(told.failed, Vec::<String>::new());
    }
    let notes = host.get("/api/notes/notes").await.json();
    let mut known: BTreeSet<i64> = notes.as_array().unwrap().iter().filter_map(|note| note["id"].as_i64()).collect();
    // What the bad version wrote into data of its own is in the report.
    let report = host.get(&format!("/api/plugins/v1/upgrades/{id}")).await.json();
    let tables = report["written"].as_array().unwrap().iter();
    let keys = tables.filter(|table| table["table"] == "notes").flat_map(|table| table["keys"].as_array().unwrap());
    known.extend(keys.filter_map(|key| key["id"].as_i64()));
    let lost: Vec<&i64> = told.written.iter().filter(|id| !known.contains(*id)).collect();
    assert_eq!(lost, Vec::<&i64>::new(), "acknowledged, and neither in the live data nor in the report");
    assert!(notes.as_array().unwrap().iter().all(|note| note["text"] == "hello"), "a migration touched the live data");
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_does_not_start() {
    stopped_in_the_canary(Fault::Boot, "1.1.0", 1, "notes cannot start").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_with_errors() {
    stopped_in_the_canary(Fault::Errors, "1.2.0", 1, "requests fail").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_with_errors_that_writes_into_migrated_data() {
    stopped_in_the_canary(Fault::Errors, "2.1.0", 2, "requests fail").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_five_times_as_slow() {
    stopped_in_the_canary(Fault::Slow, "1.3.0", 1, "95 % of its requests took").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_with_a_broken_migration() {
    stopped_in_the_canary(Fault::Migration, "2.0.0", 2, "nowhere").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_whose_front_end_breaks() {
    stopped_in_the_canary(Fault::Frontend, "1.4.0", 1, "front end broke in 3 browsers").await;
}
