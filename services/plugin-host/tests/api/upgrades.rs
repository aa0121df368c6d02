//! A version takes another one's place under load, with real Node workers, and comes back.

use crate::notes::{Fault, PACKAGE, Traffic, host, host_with, lay_down};
use futures::StreamExt as _;
use http::{Method, Request, StatusCode};
use http_shell::TOKEN_HEADER;
use kernel::system_clock;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use testkit::{admin, key};
use tower::ServiceExt as _;

#[tokio::test(flavor = "multi_thread")]
async fn a_version_takes_the_others_place_and_nobody_notices() {
    let Some(host) = host().await else { return };
    let tenant = host.tenant;
    assert_eq!(host.answers(tenant).await, "1.0.0");
    lay_down(host.folder.path(), "1.1.0", 1, Fault::None);
    let traffic = Traffic::begin(&host, tenant, 6);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let id = host.roll_out("1.1.0", &[tenant]).await;
    // A stream that began before the switch ends on the former version.
    let token = key().issue(Some(tenant), &admin(tenant).principal).unwrap();
    let request =
        Request::get("/api/notes/stream").header(TOKEN_HEADER, token).body(axum::body::Body::empty()).unwrap();
    let router = host.router.clone();
    while host.member(id, tenant).await["step"] != "switching" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let stream = router.oneshot(request).await.unwrap();
    assert_eq!(stream.status(), StatusCode::OK);
    let parts: Vec<_> = stream.into_body().into_data_stream().map(|part| part.unwrap()).collect().await;
    let text = String::from_utf8(parts.concat()).unwrap();
    assert!(text.ends_with("1.0.0 9\n") || text.ends_with("1.1.0 9\n"), "cut off: {text}");
    assert_eq!(text.lines().count(), 10);
    let ended = host.ended(id).await;
    let told = traffic.end().await;
    assert_eq!(ended["phase"], "done", "{ended:#}");
    assert_eq!(told.failed, Vec::<String>::new(), "of {} requests", told.sent);
    assert_eq!(host.answers(tenant).await, "1.1.0");
    let member = &ended["members"][0];
    assert_eq!((&member["data"], &member["step"]), (&json!("share"), &json!("promoted")));
    assert!(member["figures"]["new"]["requests"].as_u64().unwrap() >= 40, "{member:#}");
    let notes = host.get("/api/notes/notes").await.json();
    assert_eq!(ids(&notes), told.written.iter().copied().collect::<BTreeSet<i64>>(), "both wrote to the same data");
    let history = host.get("/api/plugins/v1/installed/notes/history").await.json();
    let versions: Vec<&str> =
        history["items"].as_array().unwrap().iter().filter_map(|it| it["version"].as_str()).collect();
    assert_eq!(versions, ["1.1.0", "1.0.0"]);
    eprintln!("{} requests, slowest {:?}", told.sent, told.slowest);
    host.stop().await;
}

fn ids(notes: &Value) -> BTreeSet<i64> {
    notes.as_array().unwrap().iter().filter_map(|note| note["id"].as_i64()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn new_migrations_run_on_a_copy_and_going_back_reports_what_was_written() {
    let Some(host) = host().await else { return };
    let tenant = host.tenant;
    host.answers(tenant).await;
    lay_down(host.folder.path(), "2.0.0", 2, Fault::None);
    let traffic = Traffic::begin(&host, tenant, 4);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let id = host.roll_out("2.0.0", &[tenant]).await;
    let ended = host.ended(id).await;
    assert_eq!(ended["phase"], "done", "{ended:#}");
    assert_eq!(ended["members"][0]["data"], "migrate");
    let notes = host.get("/api/notes/notes").await.json();
    assert!(notes[0]["tag"] == "old", "its migrations ran: {}", notes[0]);
    // The operator takes it back, under load.
    plugin_host::wish(&host.test.db, id, plugin_host::Wish::Revert).await.unwrap();
    while host.member(id, tenant).await["step"] != "restored" {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let told = traffic.end().await;
    assert_eq!(told.failed, Vec::<String>::new(), "of {} requests", told.sent);
    assert_eq!(host.answers(tenant).await, "1.0.0");
    let live = host.get("/api/notes/notes").await.json();
    assert!(live[0]["tag"].is_null(), "the former data: {}", live[0]);
    let report = host.get(&format!("/api/plugins/v1/upgrades/{id}")).await.json();
    let mut known = ids(&live);
    let written = report["written"].as_array().unwrap();
    let table = written.iter().find(|table| table["table"] == "notes").unwrap();
    known.extend(table["keys"].as_array().unwrap().iter().filter_map(|key| key["id"].as_i64()));
    let lost: Vec<&i64> = told.written.iter().filter(|id| !known.contains(*id)).collect();
    assert_eq!(lost, Vec::<&i64>::new(), "acknowledged, and neither in the live data nor in the report");
    assert!(table["rows"].as_i64().unwrap() > 0);
    eprintln!("{} requests, slowest {:?}, held {} ms", told.sent, told.slowest, report["heldMs"]);
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pinned_and_frozen_organisations_are_left_alone_and_say_so() {
    let Some(host) = host().await else { return };
    let globex = host.test.tenant("globex").await;
    host.install_for(globex, &format!("{PACKAGE}@1.0.0")).await.unwrap();
    lay_down(host.folder.path(), "1.1.0", 1, Fault::None);
    let path = "/api/plugins/v1/installed/notes/upgrade-policy";
    let by = admin(globex);
    for (body, field) in [
        (json!({ "quietHours": { "from": 24, "to": 1 } }), "quietHours"),
        (json!({ "frozenUntil": "2999-01-01T00:00:00Z" }), "frozenUntil"),
    ] {
        let reply = host.request(Some(&by), Method::PUT, path, Some(body)).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        assert!(reply.json()["error"]["fields"][field].is_string(), "{}", reply.text());
    }
    let body = json!({ "channel": "early", "pinned": true, "quietHours": { "from": 22, "to": 4 } });
    let reply = host.request(Some(&by), Method::PUT, path, Some(body.clone())).await;
    assert_eq!((reply.status, reply.json()), (StatusCode::OK, body.clone()));
    assert_eq!(host.request(Some(&by), Method::GET, path, None).await.json(), body);
    let id = host.roll_out("1.1.0", &[]).await;
    let skipped = host.member(id, globex).await;
    assert_eq!(
        (&skipped["step"], &skipped["reason"]),
        (&json!("skipped"), &json!("Its administrator has pinned the version."))
    );
    plugin_host::wish(&host.test.db, id, plugin_host::Wish::Stop).await.unwrap();
    let ended = host.ended(id).await;
    assert_eq!(ended["phase"], "rolled-back", "{ended:#}");
    assert_eq!(ended["reason"], "The operator stopped it.");
    assert_eq!(host.answers(host.tenant).await, "1.0.0");
    assert_eq!(host.answers(globex).await, "1.0.0");
    let own = host.get("/api/plugins/v1/upgrades").await.json();
    assert_eq!(own["items"].as_array().unwrap().len(), 1, "its own part only");
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_not_what_was_signed_are_fetched_anew_before_they_run() {
    let Some(host) = host().await else { return };
    let bundle = host.folder.path().join("bundles").join(format!("{}@1.0.0", PACKAGE.replace('/', "+")));
    let index = bundle.join("node_modules").join(PACKAGE).join("index.js");
    let signed = std::fs::read_to_string(&index).unwrap();
    // What it hosts is asked for when it is installed: whatever begins afterwards is checked anew.
    assert_eq!(host.answers(host.tenant).await, "1.0.0");
    std::fs::write(&index, "process.exit(9)").unwrap();
    let restart = "/api/plugins/v1/installed/notes/restart";
    let reply = host.request(Some(&admin(host.tenant)), Method::POST, restart, None).await;
    assert_eq!(reply.status, StatusCode::ACCEPTED);
    assert_eq!(host.answers(host.tenant).await, "1.0.0");
    assert_eq!(std::fs::read_to_string(&index).unwrap(), signed);
    // Neither the folder nor a registry is needed: the version is in object storage, under its address.
    std::fs::remove_dir_all(host.folder.path().join("bundles")).unwrap();
    let reply = host.request(Some(&admin(host.tenant)), Method::POST, restart, None).await;
    assert_eq!(reply.status, StatusCode::ACCEPTED);
    assert_eq!(host.answers(host.tenant).await, "1.0.0");
    assert_eq!(std::fs::read_to_string(&index).unwrap(), signed);
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_that_is_too_large_waits_for_quiet_hours() {
    let Some(host) = host_with(|config| {
        config.upgrades.copy_bytes = 1;
        config.upgrades.quiet_look = Duration::from_millis(200);
    })
    .await
    else {
        return;
    };
    assert_eq!(host.answers(host.tenant).await, "1.0.0");
    lay_down(host.folder.path(), "2.0.0", 2, Fault::None);
    let id = host.roll_out("2.0.0", &[host.tenant]).await;
    let ended = host.ended(id).await;
    let member = &ended["members"][0];
    assert_eq!((&ended["phase"], &member["step"]), (&json!("done"), &json!("deferred")));
    assert!(member["reason"].as_str().unwrap().contains("quiet hours"), "{member}");
    assert_eq!(host.answers(host.tenant).await, "1.0.0");
    // Any hour is quiet but the one that begins in half a day.
    let hour = system_clock().now().hour();
    let quiet = json!({ "quietHours": { "from": (hour + 13) % 24, "to": (hour + 12) % 24 } });
    let path = "/api/plugins/v1/installed/notes/upgrade-policy";
    let reply = host.request(Some(&admin(host.tenant)), Method::PUT, path, Some(quiet)).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let begun = std::time::Instant::now();
    while host.answers(host.tenant).await != "2.0.0" {
        assert!(begun.elapsed() < Duration::from_secs(60), "never");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let own = host.get("/api/plugins/v1/upgrades").await.json();
    assert_eq!(own["items"][1]["step"], "skipped");
    assert!(own["items"][1]["reason"].as_str().unwrap().contains(own["items"][0]["id"].as_str().unwrap()));
    host.stop().await;
}
