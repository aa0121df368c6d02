//! The recorded results of the real scaffolder that are pure rendering.
//!
//! The suite lies beside the checkout. Where it is not, the test says so and passes.

use scaffolder::domain::engine::{Engine, FileOptions, Limits};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Cases whose expectation needs a catalog, a workspace or the name of a run.
const NOT_PURE: [&str; 8] = [
    "templating/lookup/26-user-entity",
    "templating/lookup/27-user",
    "templating/lookup/29-user-entity-spec-profile-email",
    "templating/lookup/30-user-entity-metadata-name",
    "templating/lookup/33-context",
    "templating/files/011-no-recursion",
    "templating/files/089-path-empty-dir",
    "templating/files/096-path-traversal",
];

#[test]
fn expressions_and_files_render_as_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/scaffolder/cases/templating");
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: the recorded cases are not at {}", folder.display());
        return;
    };
    let mut compared = 0;
    let mut wrong = Vec::new();
    for entry in entries {
        let document: Value = serde_json::from_slice(&fs::read(entry.unwrap().path()).unwrap()).unwrap();
        for case in document["cases"].as_array().unwrap() {
            let name = case["name"].as_str().unwrap();
            let mut input = document["defaults"]["in"].as_object().cloned().unwrap_or_default();
            input.extend(case["in"].as_object().unwrap().clone());
            let kind = case["kind"].as_str().or(document["defaults"]["kind"].as_str()).unwrap();
            let got = match kind {
                _ if NOT_PURE.contains(&name) => continue,
                "expr" => expression(&input),
                "file" if !input.contains_key("more") && !input.contains_key("input") => file(&input, &case["expect"]),
                _ => continue,
            };
            compared += 1;
            if !same(&got, &case["expect"]) {
                wrong.push(format!("{name}: got {got}, recorded {}", case["expect"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 500, "only {compared} cases were found");
}

/// What is compared here is answers; how long they may take is another test's question.
fn patient() -> Limits {
    Limits { time: Duration::from_secs(30), ..Limits::default() }
}

fn expression(input: &Map<String, Value>) -> Value {
    let engine = Engine::new(patient()).unwrap();
    let context = engine
        .open(&json!({
            "parameters": input["values"], "steps": {"log": {"output": {}}}, "user": {"ref": "<user>"},
            "environment": {"parameters": {}, "secrets": {}}, "context": {"task": {"id": "x"}},
        }))
        .unwrap();
    let rendered = engine.render(&json!({"value": input["expr"]}), context).unwrap().unwrap();
    rendered.get("value").map_or_else(|| json!({"absent": true}), |value| json!({ "value": value }))
}

/// A file in the shape of its expectation: the path is a matter of the action, not of the engine.
fn file(input: &Map<String, Value>, expected: &Value) -> Value {
    let engine = Engine::new(patient()).unwrap();
    let files = engine.open_files(FileOptions::default(), Some(&input["values"])).unwrap();
    match engine.render_file(files, input["content"].as_str().unwrap()) {
        Ok(text) => {
            let path = expected["files"].as_object().and_then(|files| files.keys().next()).cloned();
            json!({"files": {path.unwrap_or_default(): text}})
        }
        Err(failure) => {
            let mut got = expected.clone();
            got["status"] = json!(failure.status());
            got["body"]["error"] = json!(failure);
            got
        }
    }
}

/// Equal, where 1 and 1.0 are the same number.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        _ => a == b,
    }
}
