//! Dry runs.

use crate::house::{House, messages};
use http::StatusCode;
use serde_json::{Value, json};

fn request(steps: Value, files: &[(&str, &str)]) -> Value {
    use base64::Engine as _;
    let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let contents: Vec<Value> =
        files.iter().map(|(path, text)| json!({"path": path, "base64Content": encode(text)})).collect();
    json!({
        "template": {"apiVersion": "scaffolder.backstage.io/v1beta3", "kind": "Template", "metadata": {"name": "t"},
            "spec": {"type": "x", "steps": steps, "output": {"n": "${{ parameters.n }}"}}},
        "values": {"n": 3}, "directoryContents": contents,
    })
}

#[tokio::test]
async fn a_dry_run_renders_and_has_no_effects() {
    let house = House::without_worker(|_| {}).await;
    let steps = json!([
        {"id": "t", "name": "T", "action": "fetch:template", "input": {"url": "./sk", "values": {"n": "${{ parameters.n }}"}}},
        {"id": "p", "name": "P", "action": "proscenium:git:push", "input": {"remoteUrl": "http://git.test/x.git"}},
        {"id": "l", "name": "L", "action": "debug:log", "input": {"message": "${{ steps.p.output.commitHash }}"}},
    ]);
    let reply =
        house.post("/v2/dry-run", request(steps, &[("sk/a-${{ values.n }}.txt", "n=${{ values.n + 1 }}")])).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let body = reply.json();
    assert_eq!(body["directoryContents"], json!([{"path": "a-3.txt", "executable": false, "base64Content": "bj00"}]));
    assert_eq!(body["output"], json!({"n": 3}));
    let said = messages(body["log"].as_array().unwrap());
    assert_eq!(said[0], "Starting up task with 4 steps", "one of them is the hidden one");
    assert!(said.contains(&"Skipping because proscenium:git:push does not support dry-run".to_owned()), "{said:?}");
    assert!(said.contains(&"info: <example>".to_owned()), "{said:?}");
    assert!(house.world.0.lock().unwrap().pushes.is_empty());
    assert_eq!(house.get("/v2/tasks").await.json()["totalTasks"], 0);
}

#[tokio::test]
async fn a_broken_file_is_said_with_its_line() {
    let house = House::without_worker(|_| {}).await;
    let steps = json!([{"action": "fetch:template", "input": {"url": "./sk"}}]);
    let reply = house.post("/v2/dry-run", request(steps, &[("sk/a", "ok\n{% nope %}")])).await;
    assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
    let error = &reply.json()["error"];
    assert_eq!(error["name"], "TemplateRenderError");
    assert!(error["message"].as_str().unwrap().starts_with("Template error at line 2"), "{error}");
}

#[tokio::test]
async fn no_path_leads_out_of_the_workspace() {
    let house = House::without_worker(|_| {}).await;
    for (steps, path) in [
        (json!([{"action": "fetch:plain", "input": {"url": ".", "targetPath": "../x"}}]), "a"),
        (json!([{"action": "fetch:plain", "input": {"url": "../../etc"}}]), "a"),
        (json!([{"action": "fs:delete", "input": {"files": ["/etc/hostname"]}}]), "a"),
        (json!([{"action": "fs:readdir", "input": {"paths": [".."]}}]), "a"),
        (json!([{"action": "catalog:write", "input": {"filePath": "../x", "entity": {}}}]), "a"),
        (json!([]), "../escape"),
    ] {
        let reply = house.post("/v2/dry-run", request(steps.clone(), &[(path, "x")])).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{steps} {}", reply.text());
    }
}

#[tokio::test]
async fn a_url_that_is_no_web_address_is_refused() {
    let house = House::without_worker(|_| {}).await;
    let steps = json!([{"action": "fetch:plain:file", "input": {"url": "file:///etc/passwd", "targetPath": "x"}}]);
    let reply = house.post("/v2/dry-run", request(steps, &[])).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN, "{}", reply.text());
}
