//! What a plugin adds to the platform: actions, tasks and events of the SDK's example, in a real worker.

use crate::host::Host;
use axum::body::Body;
use http::{Method, Request, StatusCode};
use http_shell::{Caller, TOKEN_HEADER};
use serde_json::{Value, json};
use std::time::Duration;
use testkit::{Reply, admin, key, send};

async fn greeter() -> Host {
    let host = Host::start().await;
    host.install("proscenium:greeter").await.unwrap();
    // A native worker is asked what it hosts when it first starts.
    assert_eq!(host.get("/api/greeter/greeting").await.status, StatusCode::OK);
    host
}

async fn until<F: Future<Output = Option<Value>>>(what: &str, mut ask: impl FnMut() -> F) -> Value {
    for _ in 0..200 {
        if let Some(found) = ask().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never {what}");
}

async fn as_service(host: &Host, method: Method, path: &str, body: Body) -> Reply {
    let caller = Caller::service(host.tenant, "scaffolder");
    let token = key().issue(Some(caller.tenant), &caller.principal).unwrap();
    let request = Request::builder().method(method).uri(path).header(TOKEN_HEADER, token);
    send(&host.router, request.header("content-type", "application/json").body(body).unwrap()).await
}

/// An archive of nothing but two empty blocks.
fn order(line: &Value) -> Body {
    let mut bytes = line.to_string().into_bytes();
    bytes.push(b'\n');
    bytes.extend([0; 1024]);
    Body::from(bytes)
}

#[tokio::test]
async fn an_action_of_a_plugin_is_listed_and_runs() {
    let host = greeter().await;
    let path = "/internal/plugins/v1/extensions";
    let listed = until("described", || async {
        let found = as_service(&host, Method::GET, path, Body::empty()).await.json();
        found[0]["extensions"]["actions"][0]["id"].is_string().then(|| found[0].clone())
    });
    let listed = listed.await;
    assert_eq!(
        (&listed["pluginId"], &listed["extensions"]["actions"][0]["id"]),
        (&json!("greeter"), &json!("greeter:write"))
    );
    let path = "/internal/plugins/v1/workers/greeter/scaffolder/run";
    let line = json!({"action": "greeter:write", "input": {"name": "Ferris"}});
    let reply = as_service(&host, Method::POST, path, order(&line)).await;
    assert_eq!(reply.status, StatusCode::OK);
    let bytes = reply.bytes.clone();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<Value> = text.lines().take(3).map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0], json!({"event": "log", "level": "info", "message": "greeted"}));
    assert_eq!(lines[1], json!({"event": "output", "name": "text", "value": "Hello, Ferris!\n"}));
    assert_eq!(lines[2], json!({"event": "done", "workspace": true}));
    assert!(text.contains("greeting.txt") && text.contains("Hello, Ferris!"));
    let bad = json!({"action": "greeter:write", "input": {}});
    let reply = as_service(&host, Method::POST, path, order(&bad)).await;
    assert_eq!(
        reply.text().lines().next().unwrap(),
        r#"{"event":"failed","error":{"name":"InputError","message":"name is missing"}}"#
    );
    let unknown = as_service(&host, Method::POST, path, order(&json!({"action": "nothing", "input": {}}))).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let drain = as_service(&host, Method::POST, "/internal/plugins/v1/workers/greeter/drain", Body::empty()).await;
    assert_eq!(drain.status, StatusCode::NOT_FOUND, "what is not for services is not passed on");
    host.stop().await;
}

#[tokio::test]
async fn a_task_runs_when_it_is_due_and_when_it_is_asked_for_once_at_a_time() {
    let host = greeter().await;
    let path = "/api/plugins/v1/installed/greeter/tasks";
    let runs = |wanted: i64| {
        let host = &host;
        async move {
            let tasks = host.get(path).await.json();
            (tasks["items"][0]["runs"].as_i64() >= Some(wanted)).then(|| tasks["items"][0].clone())
        }
    };
    let task = until("run", || runs(1)).await;
    assert_eq!(task["task"], "greeter/sing");
    assert_eq!(task["lastError"], Value::Null, "{task}");
    assert_eq!(task["schedule"]["everyMs"], 3_600_000);
    let by = admin(host.tenant);
    let run = format!("{path}/run");
    let ask = |task: &str| Some(json!({ "task": task }));
    assert_eq!(host.request(Some(&by), Method::POST, &run, ask("greeter/sing")).await.status, StatusCode::ACCEPTED);
    until("run again", || runs(2)).await;
    assert_eq!(host.request(Some(&by), Method::POST, &run, ask("nothing")).await.status, StatusCode::NOT_FOUND);
    host.stop().await;
}

#[tokio::test]
async fn an_event_reaches_a_plugin_that_sleeps() {
    let host = greeter().await;
    until("described", || async {
        let tasks = host.get("/api/plugins/v1/installed/greeter/tasks").await.json();
        tasks["items"][0].is_object().then_some(tasks)
    })
    .await;
    let event = |topic: &str| Body::from(json!({"topic": topic, "eventPayload": {"from": "outside"}}).to_string());
    let path = "/internal/plugins/v1/events";
    let published = as_service(&host, Method::POST, path, event("greeting")).await;
    assert_eq!((published.status, published.json()), (StatusCode::ACCEPTED, json!({"subscribers": 1})));
    let nobody = as_service(&host, Method::POST, path, event("silence")).await;
    assert_eq!(nobody.json(), json!({"subscribers": 0}));
    until("heard", || async {
        let heard = host.get("/api/greeter/greeting").await.json();
        (heard["heard"] == 1).then_some(heard)
    })
    .await;
    host.stop().await;
}

#[tokio::test]
async fn the_permissions_of_a_plugin_are_kept_and_told_to_its_organisation_alone() {
    let host = Host::start().await;
    host.install("proscenium:greeter").await.unwrap();
    let path = "/api/plugins/v1/permissions";
    let unknown =
        json!([{"pluginId": "greeter", "title": "Greeter", "described": false, "permissions": [], "rules": []}]);
    assert_eq!(host.get(path).await.json(), unknown, "nobody has asked its worker yet");
    host.get("/api/greeter/greeting").await;
    let told = until("described", || async {
        let told = host.get(path).await.json();
        (told[0]["described"] == true).then_some(told)
    });
    let told = told.await;
    assert_eq!(told[0]["permissions"][0]["name"], "greeter.guest.greet");
    assert_eq!(told[0]["rules"][0]["paramsSchema"]["required"], json!(["names"]));
    let other = host.test.tenant("other").await;
    let theirs = host.request(Some(&admin(other)), Method::GET, path, None).await;
    assert_eq!((theirs.status, theirs.json()), (StatusCode::OK, json!([])));
    let remove = "/api/plugins/v1/installed/greeter";
    host.request(Some(&admin(host.tenant)), Method::DELETE, remove, None).await;
    assert_eq!(host.get(path).await.json(), json!([]), "they go with the plugin");
    host.stop().await;
}
