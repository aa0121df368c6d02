//! Levels of isolation with the native probe: what is reached, what is refused, who makes room for whom.

use crate::host::{Host, lives, quick, unavailable};
use futures::future::join_all;
use http::{Method, Request, StatusCode};
use http_shell::{Caller, TOKEN_HEADER};
use plugin_host::domain::lifecycle::Limits;
use plugin_host::supervisor::budget::Awake;
use plugin_host::supervisor::isolation::Settings;
use runtime::sandbox::Level;
use serde_json::{Value, json};
use std::time::Duration;
use testkit::{admin, key, send};

/// What this machine reaches; tests of higher levels say so and pass where it is less.
fn reached(host: &Value, level: Level) -> bool {
    let found: Level = host["level"].as_str().unwrap().parse().unwrap();
    if found < level {
        use std::io::Write as _;
        drop(writeln!(std::io::stderr(), "not tested: {host}"));
    }
    found >= level
}

#[tokio::test]
async fn every_level_serves_starts_again_and_ends() {
    for level in Level::DOWNWARDS {
        let host = Host::with(|config| config.isolation = Settings::forced(level)).await;
        let view = host.get("/api/plugins/v1/isolation").await.json();
        if !reached(&view, level) {
            host.stop().await;
            continue;
        }
        assert_eq!((&view["level"], &view["runs"]), (&json!(level.as_str()), &json!(true)), "{view}");
        assert_eq!(view["notContained"].as_array().unwrap().is_empty(), level == Level::L3, "{view}");
        host.probe("serve").await;
        let echo = host.get("/api/probe/echo").await;
        assert_eq!(echo.status, StatusCode::OK, "{level:?}: {}", echo.text());
        assert_eq!(host.worker("probe").await["isolationLevel"], level.as_str());
        let crashed = unavailable(&host.get("/api/probe/crash").await);
        assert_eq!(crashed, "The plugin's worker stopped answering.");
        // From L2 on a process of ours ends after it, so it may still be called ready for a moment.
        for _ in 0..40 {
            if host.worker("probe").await["restarts"] == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(host.wait_for("probe", "ready").await["restarts"], 1, "{level:?}");
        assert_eq!(host.get("/api/probe/echo").await.status, StatusCode::OK, "{level:?}");
        let left = host.folder.path().join("sockets");
        host.shut_down().await;
        let left: Vec<_> = std::fs::read_dir(left).unwrap().flatten().map(|entry| entry.path()).collect();
        assert!(left.is_empty(), "{level:?}: {left:?}");
        host.stop().await;
    }
}

/// An order of the scaffolder's: the action, and an empty workspace.
async fn greet(host: &Host) -> String {
    let caller = Caller::service(host.tenant, "scaffolder");
    let token = key().issue(Some(caller.tenant), &caller.principal).unwrap();
    let mut body = json!({"action": "greeter:write", "input": {"name": "Ferris"}}).to_string().into_bytes();
    body.push(b'\n');
    body.extend([0; 1024]);
    let request = Request::post("/internal/plugins/v1/workers/greeter/scaffolder/run").header(TOKEN_HEADER, token);
    send(&host.router, request.header("content-type", "application/json").body(body.into()).unwrap()).await.text()
}

#[tokio::test]
async fn at_every_level_a_plugin_tells_the_platform_and_works_on_a_workspace() {
    for level in Level::DOWNWARDS {
        let host = Host::with(|config| config.isolation = Settings::forced(level)).await;
        if !reached(&host.get("/api/plugins/v1/isolation").await.json(), level) {
            host.stop().await;
            continue;
        }
        host.install("proscenium:greeter").await.unwrap();
        let first = host.get("/api/greeter/greeting").await;
        assert_eq!(first.status, StatusCode::OK, "{level:?}: {}", first.text());
        // The task publishes an event: it fails unless the platform has taken it.
        let mut task = Value::Null;
        for _ in 0..200 {
            task = host.get("/api/plugins/v1/installed/greeter/tasks").await.json()["items"][0].clone();
            if task["runs"].as_i64() >= Some(1) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(task["runs"].as_i64() >= Some(1) && task["lastError"].is_null(), "{level:?}: {task}");
        let text = greet(&host).await;
        assert!(text.contains("greeting.txt") && text.contains("Hello, Ferris!"), "{level:?}: {text}");
        assert_eq!(host.worker("greeter").await["isolationLevel"], level.as_str());
        host.stop().await;
    }
}

#[tokio::test]
async fn below_the_operators_minimum_nothing_runs_and_the_reason_is_shown() {
    let below = Settings { minimum: Level::L2, ..Settings::forced(Level::L0) };
    let host = Host::with(|config| config.isolation = below).await;
    host.probe("serve").await;
    let message = unavailable(&host.get("/api/probe/echo").await);
    assert!(message.contains("asks for isolation level L2, and this machine gives L0"), "{message}");
    let view = host.get("/api/plugins/v1/isolation").await.json();
    assert_eq!((&view["minimumLevel"], &view["runs"]), (&json!("L2"), &json!(false)));
    host.stop().await;
}

#[tokio::test]
async fn a_full_host_puts_the_idlest_worker_to_sleep_and_a_busy_one_is_left_alone() {
    let host = Host::with(|config| config.awake = Awake { most: 1, of_one: 0 }).await;
    host.probe("serve").await;
    let globex = host.test.tenant("globex").await;
    let first = host.get("/api/probe/echo").await.json()["pid"].as_u64().unwrap();
    host.install_for(globex, "proscenium:probe").await.unwrap();
    let by = admin(globex);
    let other = host.request(Some(&by), Method::GET, "/api/probe/echo", None).await;
    assert_eq!(other.status, StatusCode::OK, "{}", other.text());
    assert!(!lives(first), "it kept its place");
    assert_eq!(host.worker("probe").await["state"], "stopped");
    // Both at once: one waits until the other has answered.
    let both = join_all((0..6).map(|number| {
        let (host, by) = (&host, if number % 2 == 0 { admin(host.tenant) } else { admin(globex) });
        async move { host.request(Some(&by), Method::GET, "/api/probe/echo", None).await.status }
    }));
    assert!(both.await.iter().all(|status| *status == StatusCode::OK));
    host.stop().await;
}

#[tokio::test]
async fn when_all_places_stay_busy_the_answer_says_so() {
    let limits = Limits { start: Duration::from_secs(30), ..quick() };
    let host = Host::with(|config| {
        config.awake = Awake { most: 1, of_one: 0 };
        config.limits = limits;
    })
    .await;
    host.probe("serve").await;
    let globex = host.test.tenant("globex").await;
    host.install_for(globex, "proscenium:probe").await.unwrap();
    let by = admin(globex);
    assert_eq!(host.get("/api/probe/echo").await.status, StatusCode::OK);
    let refused = tokio::select! {
        _ = host.get("/api/probe/never") => panic!("answered"),
        refused = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            host.request(Some(&by), Method::GET, "/api/probe/echo", None).await
        } => refused,
    };
    assert!(unavailable(&refused).contains("all places for workers are taken"), "{}", refused.text());
    host.stop().await;
}

#[tokio::test]
async fn an_administrator_lists_the_hosts_of_a_plugin() {
    let host = Host::start().await;
    host.probe("serve").await;
    let path = "/api/plugins/v1/installed/probe/egress";
    assert_eq!(host.get(path).await.json(), json!({ "hosts": [] }));
    let by = admin(host.tenant);
    let before = host.test.audit_rows(host.tenant).await;
    let put = |hosts: Value| host.request(Some(&by), Method::PUT, path, Some(json!({ "hosts": hosts })));
    let set = put(json!(["API.github.com:443", "*.example.com:8443"])).await;
    assert_eq!(set.json(), json!({ "hosts": ["api.github.com", "*.example.com:8443"] }), "{}", set.text());
    assert_eq!(host.get(path).await.json(), set.json());
    assert_eq!(host.test.audit_rows(host.tenant).await, before + 1);
    let refused = put(json!(["https://x"])).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.json()["error"]["fields"]["hosts"].as_str().unwrap().contains("https://x"));
    let globex = admin(host.test.tenant("globex").await);
    assert_eq!(host.request(Some(&globex), Method::GET, path, None).await.status, StatusCode::NOT_FOUND);
    host.stop().await;
}
