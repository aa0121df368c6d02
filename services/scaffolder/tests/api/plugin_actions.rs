//! Actions of plugins: listed, run with their workspace, cancelled. The plugin host is one of the test's own.

use crate::house::{House, messages, tree};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State as Shared;
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt as _;
use http::{HeaderMap, StatusCode};
use http_shell::ServiceName;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::queue;

/// A first line, headers and files.
type Question = (Value, Value, BTreeMap<String, String>);

/// What the plugin host was asked.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<Question>>>);

fn plugin_host(asked: Asked) -> Router {
    let extensions = json!([{"pluginId": "utils", "extensions": {
        "actions": [
            {"id": "test:write", "description": "Writes", "examples": [], "supportsDryRun": true,
             "schema": {"input": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}}},
            {"id": "test:wait", "description": "Waits", "examples": [], "schema": {}},
            {"id": "debug:log", "description": "Not ours to take", "examples": [], "schema": {}},
        ],
        "filters": [{"id": "shout", "description": "Louder"}],
        "globals": [{"id": "answer", "value": 42}],
        "autocomplete": ["colours"],
    }}]);
    Router::new()
        .route("/internal/plugins/v1/extensions", get(move || async move { axum::Json(extensions) }))
        .route("/internal/plugins/v1/workers/utils/scaffolder/run", post(run))
        .route(
            "/internal/plugins/v1/workers/utils/scaffolder/autocomplete",
            post(|axum::Json(body): axum::Json<Value>| async move {
                axum::Json(json!({"results": [{"id": format!("{}-{}", body["resource"].as_str().unwrap(), "red")}]}))
            }),
        )
        .with_state(asked)
}

async fn run(Shared(asked): Shared<Asked>, headers: HeaderMap, body: Bytes) -> axum::response::Response {
    let end = body.iter().position(|byte| *byte == b'\n').unwrap();
    let line: Value = serde_json::from_slice(&body[..end]).unwrap();
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(&body[end + 1..]).entries().unwrap() {
        let mut entry = entry.unwrap();
        let (path, mut text) = (entry.path().unwrap().display().to_string(), String::new());
        if entry.header().entry_type().is_file() {
            entry.read_to_string(&mut text).unwrap();
            files.insert(path, text);
        }
    }
    let initiator = STANDARD.decode(&headers["x-proscenium-initiator"]).unwrap();
    asked.0.lock().unwrap().push((line.clone(), serde_json::from_slice(&initiator).unwrap(), files));
    if line["action"] == "test:wait" {
        let first = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from(
            "{\"event\":\"log\",\"level\":\"info\",\"message\":\"waiting\"}\n",
        ))]);
        return Body::from_stream(first.chain(futures::stream::pending())).into_response();
    }
    if line["input"]["text"] == "fail" {
        return "{\"event\":\"failed\",\"error\":{\"name\":\"InputError\",\"message\":\"on purpose\"}}\n"
            .into_response();
    }
    let mut answer = Vec::new();
    for line in [
        json!({"event": "log", "level": "info", "message": format!("writing with {}", line["secrets"]["token"])}),
        json!({"event": "output", "name": "length", "value": line["input"]["text"].as_str().unwrap().len()}),
        json!({"event": "later", "percent": 3}),
        json!({"event": "done", "workspace": true}),
    ] {
        answer.extend(line.to_string().into_bytes());
        answer.push(b'\n');
    }
    let mut archive = tar::Builder::new(answer);
    for (path, text) in [("written.txt", line["input"]["text"].as_str().unwrap()), ("deep/er.txt", "x")] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o755);
        archive.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    archive.into_inner().unwrap().into_response()
}

async fn open() -> (House, Asked) {
    let house = House::without_worker(|_| {}).await;
    let asked = Asked::default();
    house.state.client.attach(ServiceName::PluginHost, plugin_host(asked.clone()));
    scaffolder::start(house.state.clone());
    (house, asked)
}

#[tokio::test]
async fn what_plugins_add_is_listed_beside_what_is_built_in() {
    let (house, _) = open().await;
    let listed = house.get("/v2/actions").await.json();
    let named = |id: &str| listed.as_array().unwrap().iter().filter(|one| one["id"] == id).collect::<Vec<_>>();
    assert_eq!(named("test:write")[0]["schema"]["input"]["required"], json!(["text"]));
    assert_eq!(named("debug:log").len(), 1);
    assert_ne!(named("debug:log")[0]["description"], "Not ours to take");
    let extensions = house.get("/v2/templating-extensions").await.json();
    assert_eq!(extensions["filters"]["shout"]["description"], "Louder");
    assert_eq!(extensions["globals"]["values"]["answer"]["value"], 42);
    let asked = json!({"token": "t", "context": {}});
    let completed = house.post("/v2/autocomplete/colours/warm", asked.clone()).await;
    assert_eq!(completed.json(), json!({"results": [{"id": "warm-red"}]}));
    assert_eq!(house.post("/v2/autocomplete/nothing/warm", asked).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_workspace_goes_there_and_comes_back_and_secrets_stay_hidden() {
    let (house, asked) = open().await;
    house.world.0.lock().unwrap().files.insert("http://git.test/o/r/raw/main/a.txt".into(), "before".into());
    house.template(
        "plugins",
        json!({
            "owner": "o", "type": "service",
            "steps": [
                {"id": "fetch", "name": "Fetch", "action": "fetch:plain:file", "input": {"url": "a.txt", "targetPath": "a.txt"}},
                {"id": "write", "name": "Write", "action": "test:write", "input": {"text": "${{ parameters.text }}"}},
                {"id": "list", "name": "List", "action": "fs:readdir", "input": {"paths": ["."], "recursive": true}},
            ],
            "output": {"length": "${{ steps.write.output.length }}", "files": "${{ steps.list.output.files }}"},
        }),
    );
    let id = house.begin("plugins", json!({"text": "hello"}), json!({"token": "tell-nobody"})).await;
    house.wait_for(&id, "completed").await;
    let events = house.events(&id).await;
    let output = &events.last().unwrap()["body"]["output"];
    assert_eq!(output["length"], 5);
    let files: Vec<&str> =
        output["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(files, ["written.txt", "deep/er.txt"], "the workspace is what the plugin made of it");
    let said = messages(&events).join("\n");
    assert!(said.contains("writing with") && !said.contains("tell-nobody"), "{said}");
    let asked = asked.0.lock().unwrap();
    let (line, initiator, sent) = &asked[0];
    assert_eq!(sent.get("a.txt").map(String::as_str), Some("before"));
    assert_eq!(line["secrets"]["token"], "tell-nobody");
    assert_eq!(line["context"]["task"]["id"], id.as_str());
    assert_eq!(line["context"]["step"], json!({"id": "write", "name": "Write"}));
    assert!(initiator.to_string().contains("user:default/admin"), "{initiator}");
}

#[tokio::test]
async fn wrong_input_never_reaches_the_plugin_and_its_failure_is_the_steps() {
    let (house, asked) = open().await;
    let step = |input: Value| {
        json!({"owner": "o", "type": "service",
            "steps": [{"id": "write", "name": "Write", "action": "test:write", "input": input}]})
    };
    house.template("wrong", step(json!({"text": 7})));
    let events = house.run("wrong", json!({}), "failed").await;
    assert!(messages(&events).iter().any(|text| text.contains("Invalid input passed to action test:write")));
    assert!(asked.0.lock().unwrap().is_empty());
    house.template("failing", step(json!({"text": "fail"})));
    let events = house.run("failing", json!({}), "failed").await;
    let error = &events.last().unwrap()["body"]["error"];
    assert_eq!((&error["name"], &error["message"]), (&json!("InputError"), &json!("on purpose")));
}

#[tokio::test]
async fn cancelling_a_task_ends_a_plugins_action() {
    let (house, _) = open().await;
    house.template(
        "waiting",
        json!({"owner": "o", "type": "service", "steps": [{"id": "wait", "name": "Wait", "action": "test:wait"}]}),
    );
    let id = house.begin("waiting", json!({}), json!({})).await;
    for _ in 0..200 {
        if messages(&house.events(&id).await).iter().any(|text| text.contains("waiting")) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    house.post(&format!("/v2/tasks/{id}/cancel"), json!({})).await;
    house.wait_for(&id, "failed").await;
}

const TEMPLATE: &[u8] = br"apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: pay}
spec:
  type: service
  steps: [{id: write, action: 'test:write', input: {words: hello}}]
";

/// The action's answer is recorded, so nothing is written; but the template must still call it as it wants to be called.
#[tokio::test]
async fn the_tests_of_a_template_are_run_anew_when_an_action_changes() {
    let house = House::open().await;
    house.template("pay", json!({"type": "service", "steps": []}));
    let tests = b"cases: [{name: writes, actions: {'test:write': [{output: {}}]}}]".as_slice();
    let mut folder = tree(&[("template.test.yaml", tests), ("template.yaml", TEMPLATE)]);
    folder["etag"] = json!("c0ffee");
    house.world.0.lock().unwrap().trees.insert("http://git.test/o/r/raw/main/".to_owned(), folder);
    let outcome = async |state: &str| {
        house.until(state, async || house.get("/v1/templates/default/pay/tests").await.json()["state"] == state).await;
        house.get("/v1/templates/default/pay/tests").await.json()
    };
    house.post("/v1/templates/default/pay/tests", json!({})).await;
    outcome("passed").await;
    house.state.client.attach(ServiceName::PluginHost, plugin_host(Asked::default()));
    let mut tx = house.db.db.tenant(house.tenant).await.unwrap();
    queue::hasten(&mut tx, queue::TEMPLATE_TESTS).await.unwrap();
    tx.commit().await.unwrap();
    let failed = outcome("failed").await;
    let said = failed["findings"][0]["message"].as_str().unwrap();
    assert!(said.contains("requires property \"text\""), "{said}");
}
