//! A plugin that greets: a page's API, a scaffolder action, a task and an event. Run by the platform as a native worker.
#![expect(clippy::print_stdout, reason = "a worker's log is its standard output")]

use plugin_sdk::{Boot, Event, Outcome, Platform, Plugin, Router, Schedule, routing::get};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Where Backstage's plugins say which permissions they ask about.
const PERMISSIONS: &str = "/.well-known/backstage/permissions/metadata";

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    plugin_sdk::run(greeter).await
}

fn greeter(boot: &Boot) -> Result<Plugin, String> {
    let greeting = match boot.config.get("greeter") {
        Some(settings) => settings["greeting"].as_str().ok_or("greeter.greeting must be a text")?.to_owned(),
        None => "Hello".to_owned(),
    };
    let (platform, heard) = (Platform::of(boot), Arc::new(AtomicU64::new(0)));
    let (counted, said) = (heard.clone(), greeting.clone());
    let count = get(move || async move {
        let body = json!({ "greeting": said, "heard": heard.load(Ordering::SeqCst) }).to_string();
        ([("content-type", "application/json")], body)
    });
    let permissions = get(|| async { ([("content-type", "application/json")], permissions().to_string()) });
    Ok(Plugin::new("greeter")
        .routes(Router::new().route("/greeting", count).route(PERMISSIONS, permissions))
        .action("greeter:write", "Writes a greeting into a file", schema(), move |run| {
            let greeting = greeting.clone();
            async move {
                let text = format!("{greeting}, {}!\n", run.text("name")?);
                std::fs::write(run.workspace.join("greeting.txt"), &text)?;
                run.log("greeted");
                Outcome::Ok(Map::from_iter([("text".to_owned(), Value::String(text))]))
            }
        })
        .task("sing", Schedule::Every(Duration::from_secs(3600)), Duration::from_secs(60), move || {
            let platform = platform.clone();
            async move {
                println!("la la la");
                let event = Event { topic: "song".into(), event_payload: json!("la"), metadata: Map::new() };
                Outcome::Ok(platform.publish(&event).await?)
            }
        })
        .on("greeting", move |_| {
            let counted = counted.clone();
            async move {
                counted.fetch_add(1, Ordering::SeqCst);
                Outcome::Ok(())
            }
        }))
}

fn schema() -> Value {
    json!({ "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } })
}

/// What may be allowed and denied in the policies of an organisation, and a rule for its conditions.
fn permissions() -> Value {
    json!({
        "permissions": [{ "type": "resource", "name": "greeter.guest.greet", "attributes": { "action": "create" },
            "resourceType": "guest" }],
        "rules": [{ "name": "IS_CALLED", "description": "Guests with one of these names", "resourceType": "guest",
            "paramsSchema": { "type": "object", "required": ["names"], "additionalProperties": false,
                "properties": { "names": { "type": "array", "items": { "type": "string" } } } } }],
    })
}
