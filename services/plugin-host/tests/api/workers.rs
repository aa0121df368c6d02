//! Workers that behave, crash, hang, never become ready, and whose host is killed.

use crate::host::{Host, example, lives, quick, unavailable};
use axum::body::Body;
use http::{Method, Request, StatusCode};
use plugin_host::domain::lifecycle::Limits;
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use testkit::{admin, user};

#[tokio::test]
async fn the_first_request_starts_the_worker_and_sees_what_it_should() {
    let host = Host::start().await;
    host.probe("serve").await;
    assert_eq!(host.worker("probe").await["state"], "stopped");
    let request = Request::post("/api/probe/echo?a=b%20c").header("cookie", "s=1").header("authorization", "Bearer x");
    let reply = host.raw(request, Body::from("hello")).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let seen = reply.json();
    assert_eq!(seen["uri"], "/api/probe/echo?a=b%20c");
    assert_eq!(seen["method"], "POST");
    assert_eq!(seen["headers"]["host"], "acme.localhost:7007");
    assert_eq!(seen["headers"]["cookie"], Value::Null);
    assert_eq!(seen["headers"]["x-proscenium-token"], Value::Null);
    assert!(reply.headers.get("set-cookie").is_none(), "a plugin set a cookie");
    let token = seen["headers"]["authorization"].as_str().unwrap().strip_prefix("Bearer ").unwrap();
    let claims = token.split('.').nth(1).unwrap();
    let claims = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!((&claims["aud"], &claims["sub"]), (&json!("plugin:probe"), &json!("user:default/admin")));
    assert_eq!(host.worker("probe").await["state"], "ready");
    host.stop().await;
    assert!(!lives(seen["pid"].as_u64().unwrap()), "the worker outlived its host's end");
}

#[tokio::test]
async fn the_root_of_a_plugins_api_is_the_plugins() {
    let host = Host::start().await;
    host.probe("serve").await;
    for path in ["/api/probe", "/api/probe/", "/api/probe?a=1"] {
        let reply = host.get(path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
    }
    assert_eq!(host.get("/api/probe?a=1").await.json()["uri"], "/api/probe?a=1");
    assert_eq!(host.get("/api/nothing").await.status, StatusCode::NOT_FOUND);
    host.stop().await;
}

#[tokio::test]
async fn bodies_stream_in_both_directions() {
    let host = Host::start().await;
    host.probe("serve").await;
    let size = 20_000_000;
    let reply = host.raw(Request::post("/api/probe/upload"), Body::from(vec![7; size])).await;
    assert_eq!(reply.text(), size.to_string());
    let caller = admin(host.tenant);
    let token = testkit::key().issue(Some(caller.tenant), &caller.principal).unwrap();
    let request =
        Request::get("/api/probe/stream").header(http_shell::TOKEN_HEADER, token).body(Body::empty()).unwrap();
    let began = Instant::now();
    let response = tower::ServiceExt::oneshot(host.router.clone(), request).await.unwrap();
    let mut body = response.into_body();
    let first = http_body_util::BodyExt::frame(&mut body).await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first, "part 0\n");
    assert!(began.elapsed() < Duration::from_millis(550), "the first part waited for the last");
    host.stop().await;
}

#[tokio::test]
async fn a_worker_that_cannot_start_says_why_and_nothing_else_changes() {
    let host = Host::start().await;
    for (mode, expected) in [
        ("exit", "Its worker stopped unexpectedly (exit code 3)."),
        ("fatal", "Its worker cannot start: probe.key is not a key."),
        ("silent", "Its worker did not become ready within 3 seconds and was stopped."),
    ] {
        host.probe(mode).await;
        assert_eq!(unavailable(&host.get("/api/probe/echo").await), expected, "{mode}");
        let worker = host.worker("probe").await;
        assert_eq!(worker["message"], expected, "{worker}");
        assert_eq!(host.get("/api/plugins/v1/installed").await.status, StatusCode::OK);
    }
    host.configure("probe", json!({ "probe": { "mode": "serve" } })).await;
    assert_eq!(host.get("/api/probe/echo").await.status, StatusCode::OK, "a good configuration heals it");
    host.stop().await;
}

#[tokio::test]
async fn five_failures_open_the_breaker_and_an_administrator_closes_it() {
    let host = Host::start().await;
    host.probe("exit").await;
    unavailable(&host.get("/api/probe/echo").await);
    let worker = host.wait_for("probe", "failed").await;
    assert_eq!(worker["restarts"], 4, "{worker}");
    let began = Instant::now();
    unavailable(&host.get("/api/probe/echo").await);
    assert!(began.elapsed() < Duration::from_millis(500), "an open breaker refuses at once");
    let (by, path) = (admin(host.tenant), "/api/plugins/v1/installed/probe/restart");
    assert_eq!(host.request(Some(&by), Method::POST, path, None).await.status, StatusCode::ACCEPTED);
    assert_eq!(host.wait_for("probe", "failed").await["restarts"], 4);
    let logs = host.get("/api/plugins/v1/installed/probe/logs").await.json();
    let texts: Vec<&str> =
        logs["lines"].as_array().unwrap().iter().map(|line| line["text"].as_str().unwrap()).collect();
    assert!(
        texts.contains(&"probe starts") && texts.contains(&"Its worker stopped unexpectedly (exit code 3)."),
        "{texts:?}"
    );
    host.stop().await;
}

#[tokio::test]
async fn a_crash_is_answered_and_healed() {
    let host = Host::start().await;
    host.probe("serve").await;
    assert_eq!(host.get("/api/probe/echo").await.status, StatusCode::OK);
    assert_eq!(unavailable(&host.get("/api/probe/crash").await), "The plugin's worker stopped answering.");
    let worker = host.wait_for("probe", "ready").await;
    assert_eq!(worker["restarts"], 1, "{worker}");
    assert_eq!(host.get("/api/probe/echo").await.status, StatusCode::OK);
    host.stop().await;
}

#[tokio::test]
async fn a_worker_that_hangs_is_killed_and_started_again() {
    let host = Host::start().await;
    host.probe("serve").await;
    let pid = host.get("/api/probe/echo").await.json()["pid"].as_u64().unwrap();
    assert_eq!(host.get("/api/probe/hang").await.text(), "from now on");
    for _ in 0..100 {
        if !lives(pid) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!lives(pid), "the hung worker lives on");
    assert_eq!(host.wait_for("probe", "ready").await["restarts"], 1);
    host.stop().await;
}

#[tokio::test]
async fn an_answer_that_never_comes_ends_at_the_deadline() {
    let host = Host::with(|config| config.first_byte = Duration::from_millis(300)).await;
    host.probe("serve").await;
    assert_eq!(unavailable(&host.get("/api/probe/never").await), "The plugin did not answer within 0 seconds.");
    assert_eq!(host.worker("probe").await["state"], "ready");
    host.stop().await;
}

#[tokio::test]
async fn an_idle_worker_sleeps_and_a_busy_one_does_not() {
    let idle = Duration::from_millis(600);
    let host = Host::with(|config| config.limits = Limits { idle, ..quick() }).await;
    host.probe("serve").await;
    let pid = host.get("/api/probe/echo").await.json()["pid"].as_u64().unwrap();
    assert_eq!(host.get("/api/probe/slow").await.status, StatusCode::OK, "cut off while it worked");
    host.wait_for("probe", "stopped").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!lives(pid), "the idle worker lives on");
    assert_ne!(host.get("/api/probe/echo").await.json()["pid"], pid);
    host.stop().await;
}

#[tokio::test]
async fn a_worker_that_ignores_its_end_is_killed() {
    let drain = Duration::from_millis(500);
    let host = Host::with(|config| config.limits = Limits { drain, ..quick() }).await;
    host.probe("deaf").await;
    let pid = host.get("/api/probe/echo").await.json()["pid"].as_u64().unwrap();
    host.stop().await;
    assert!(!lives(pid), "it ignored its end");
}

#[tokio::test]
async fn a_restart_loses_no_request() {
    let host = Host::start().await;
    host.probe("serve").await;
    let first = host.get("/api/probe/echo").await.json()["pid"].clone();
    host.configure("probe", json!({ "probe": { "mode": "serve", "version": 2 } })).await;
    let replies = futures::future::join_all((0..20).map(|_| host.get("/api/probe/echo"))).await;
    for reply in replies {
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        assert_eq!(reply.json()["settings"]["version"], 2);
        assert_ne!(reply.json()["pid"], first);
    }
    host.stop().await;
}

#[tokio::test]
async fn a_flood_of_log_lines_is_bounded() {
    let host = Host::start().await;
    host.probe("serve").await;
    assert_eq!(host.get("/api/probe/flood").await.status, StatusCode::OK);
    let lines = host.get("/api/plugins/v1/installed/probe/logs").await.json()["lines"].as_array().unwrap().len();
    assert!((1..=200).contains(&lines), "{lines} lines");
    host.stop().await;
}

#[tokio::test]
async fn nobody_and_other_organisations_reach_no_worker() {
    let host = Host::start().await;
    host.probe("serve").await;
    let other = admin(host.test.tenant("globex").await);
    let path = "/api/probe/echo";
    assert_eq!(host.request(None, Method::GET, path, None).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(host.request(Some(&other), Method::GET, path, None).await.status, StatusCode::NOT_FOUND);
    let viewer = testkit::caller(host.tenant, user("viewer"));
    assert_eq!(host.request(Some(&viewer), Method::GET, path, None).await.status, StatusCode::OK);
    host.stop().await;
}

#[tokio::test]
async fn no_worker_lives_on_after_its_host_is_killed() {
    let host = Host::start().await;
    host.probe("serve").await;
    let folder = tempfile::Builder::new().prefix("ph").tempdir_in("/tmp").unwrap();
    let mut killed = Command::new(example("harness"))
        .arg("host")
        .args([host.test.app_url(), host.test.system_url(), host.tenant.to_string()])
        .arg(folder.path())
        .arg(example("probe"))
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let worker = loop {
        let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", killed.id())).unwrap_or_default();
        let all = children_of(killed.id());
        if let Some(child) = all.first().filter(|_| sockets(folder.path()) > 0) {
            break *child;
        }
        assert!(killed.try_wait().unwrap().is_none(), "the host ended: {children}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(lives(worker));
    killed.kill().unwrap();
    killed.wait().unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!lives(worker), "the worker outlived its killed host");
    host.stop().await;
}

fn sockets(folder: &std::path::Path) -> usize {
    std::fs::read_dir(folder.join("sockets")).map_or(0, Iterator::count)
}

/// Children that any thread of the process forked.
fn children_of(pid: u32) -> Vec<u64> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    threads
        .flat_map(|thread| {
            let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            children.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u64>>()
        })
        .collect()
}
