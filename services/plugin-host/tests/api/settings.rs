//! What can be configured: schemas that come with packages, mistakes by their place, what browsers see, and what people
//! read of a package.

use crate::host::Host;
use http::{Method, StatusCode};
use plugin_host::AllowList;
use serde_json::{Value, json};
use std::time::Duration;
use testkit::{admin, request};

const STAGE: &str = "@acme/plugin-stage-backend";
const LIGHTS: &str = "@acme/plugin-stage";

/// Lays down what the bundle tool would have made.
fn lay_down(host: &Host, package: &str, version: &str, told: Value) {
    let bundle = host.folder.path().join("bundles").join(format!("{}@{version}", package.replace('/', "+")));
    std::fs::create_dir_all(bundle.join("node_modules").join(package)).unwrap();
    std::fs::write(bundle.join("node_modules").join(package).join("package.json"), "{}").unwrap();
    let mut described = json!({
        "package": package, "version": version, "role": "backend-plugin", "pluginId": "stage",
        "backendFeatures": [package], "hasBackend": true, "hasFrontend": false, "lockDigest": "none",
    });
    described.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
    std::fs::write(bundle.join("bundle.json"), described.to_string()).unwrap();
}

fn told() -> Value {
    json!({
        "about": { "package": STAGE, "version": "1.0.0", "description": "Plays", "licence": "MIT", "keywords": ["play"] },
        "readme": "# Stage",
        "configSchema": {
            "schema": { "type": "object", "properties": { "stage": {
                "type": "object",
                "required": ["baseUrl"],
                "properties": {
                    "baseUrl": { "type": "string", "visibility": "frontend" },
                    "internalUrl": { "type": "string" },
                    "token": { "type": "string", "visibility": "secret" },
                    "seats": { "type": "integer" },
                },
            }, "proscenium": { "type": "object", "deepVisibility": "frontend" } } },
            "ownKeys": ["stage"],
            "packages": [{ "name": STAGE, "version": "1.0.0" }],
            "notes": ["A note."],
        },
    })
}

async fn host() -> Host {
    let host = Host::with(|config| config.allow = AllowList::new([STAGE, LIGHTS, "proscenium:probe"]).unwrap()).await;
    lay_down(&host, STAGE, "1.0.0", told());
    host.install(&format!("{STAGE}@1.0.0")).await.unwrap();
    host
}

impl Host {
    async fn put_config(&self, body: Value) -> testkit::Reply {
        let path = "/api/plugins/v1/installed/stage/config";
        self.request(Some(&admin(self.tenant)), Method::PUT, path, Some(body)).await
    }

    async fn for_browsers(&self) -> Value {
        let gateway = http_shell::Caller::service(self.tenant, "gateway");
        let path = "/internal/plugins/v1/portal-features";
        let reply = self.request(Some(&gateway), Method::GET, path, None).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply.json()["config"].clone()
    }
}

#[tokio::test]
async fn what_can_be_configured_comes_with_the_package() {
    let host = host().await;
    let path = "/api/plugins/v1/installed/stage/config-schema";
    let found = host.get(path).await.json();
    assert_eq!(found["schema"]["properties"]["stage"]["required"], json!(["baseUrl"]));
    assert_eq!(found["ownKeys"], json!(["stage"]));
    assert_eq!(found["packages"], json!([{ "name": STAGE, "version": "1.0.0" }]));
    assert_eq!(found["notes"], json!(["A note."]));
    let about = host.get("/api/plugins/v1/installed/stage/about").await.json();
    assert_eq!(about["packages"][0]["about"]["licence"], "MIT");
    assert_eq!(about["packages"][0]["readme"], "# Stage");
    let other = host.test.tenant("other").await;
    let refused = request(&host.router, Some(&admin(other)), Method::GET, path, None).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    host.stop().await;
}

#[tokio::test]
async fn a_configuration_is_checked_by_the_schema_and_mistakes_have_their_places() {
    let host = host().await;
    let wrong = json!({ "config": { "stage": { "seats": "many", "token": "typed-in" } } });
    let refused = host.put_config(wrong.clone()).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let fields = refused.json()["error"]["fields"].clone();
    assert_eq!(fields["/config/stage/baseUrl"], "It is needed.");
    assert_eq!(fields["/config/stage/seats"], "It must be a whole number.");
    assert!(fields["/config/stage/token"].as_str().unwrap().starts_with("This is a secret"), "{fields}");
    let nothing = host.get("/api/plugins/v1/installed/stage").await.json()["config"].clone();
    assert_eq!(nothing, json!({}));
    // Whoever knows better may say so; what stands there in clear already does not keep anybody from other changes.
    let mut insisted = wrong;
    insisted["unchecked"] = json!(true);
    assert_eq!(host.put_config(insisted).await.status, StatusCode::OK);
    let stage = json!({ "baseUrl": "https://stage", "token": "typed-in", "unknown": 1 });
    assert_eq!(host.put_config(json!({ "config": { "stage": stage, "other": {} } })).await.status, StatusCode::OK);
    let changed = json!({ "baseUrl": "https://stage", "token": "another" });
    assert_eq!(host.put_config(json!({ "config": { "stage": changed } })).await.status, StatusCode::BAD_REQUEST);
    let referred =
        json!({ "baseUrl": "https://stage", "token": "Bearer ${{ secrets.TOKEN }}", "seats": "${{ secrets.SEATS }}" });
    assert_eq!(host.put_config(json!({ "config": { "stage": referred } })).await.status, StatusCode::OK);
    // A version without a schema takes everything.
    lay_down(&host, STAGE, "2.0.0", json!({}));
    host.install(&format!("{STAGE}@2.0.0")).await.unwrap();
    let found = host.get("/api/plugins/v1/installed/stage/config-schema").await.json();
    assert_eq!(found, json!({ "ownKeys": [], "packages": [], "notes": [] }));
    assert_eq!(host.put_config(json!({ "config": { "stage": { "token": "typed-in" } } })).await.status, StatusCode::OK);
    host.stop().await;
}

#[tokio::test]
async fn browsers_get_what_the_schema_marks_for_them_and_nothing_else() {
    let host = host().await;
    assert_eq!(host.for_browsers().await, json!([]));
    let config = json!({
        "stage": { "baseUrl": "https://stage", "internalUrl": "https://inside", "token": "${{ secrets.TOKEN }}", "seats": 7 },
        "proscenium": { "surface": "apex" },
        "backend": { "auth": { "keys": ["hidden"] } },
    });
    assert_eq!(host.put_config(json!({ "config": config })).await.status, StatusCode::OK);
    let seen = json!([{ "context": "plugin:stage", "data": { "stage": { "baseUrl": "https://stage" } } }]);
    assert_eq!(host.for_browsers().await, seen);
    // Both halves of a plugin add up: the front end's package marks one more.
    let schema = json!({ "type": "object", "properties": { "stage": { "type": "object", "properties": {
        "seats": { "$ref": "#/definitions/Seats" } } } }, "definitions": { "Seats": { "visibility": "frontend" } } });
    lay_down(&host, LIGHTS, "1.0.0", json!({ "hasBackend": false, "configSchema": { "schema": schema } }));
    host.install(&format!("{LIGHTS}@1.0.0")).await.unwrap();
    let data = host.for_browsers().await[0]["data"].clone();
    assert_eq!(data, json!({ "stage": { "baseUrl": "https://stage", "seats": 7 } }));
    // A secret that is referred to is never for browsers, whatever the schema says.
    let referred = json!({ "stage": { "baseUrl": "https://${{ secrets.HOST }}", "seats": 7 } });
    assert_eq!(host.put_config(json!({ "config": referred })).await.status, StatusCode::OK);
    assert_eq!(host.for_browsers().await[0]["data"], json!({ "stage": { "seats": 7 } }));
    let other = host.test.tenant("other").await;
    let gateway = http_shell::Caller::service(other, "gateway");
    let reply = request(&host.router, Some(&gateway), Method::GET, "/internal/plugins/v1/portal-features", None).await;
    assert_eq!(reply.json(), json!({ "items": [], "config": [] }));
    host.stop().await;
}

#[tokio::test]
async fn what_may_be_installed_is_listed_also_while_the_registry_is_away() {
    let host = host().await;
    let mut items = json!([]);
    for _ in 0..100 {
        items = host.get("/api/plugins/v1/available").await.json()["items"].clone();
        if items.as_array().unwrap().iter().all(|item| item["asking"] == false) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let names: Vec<&str> = items.as_array().unwrap().iter().map(|item| item["package"].as_str().unwrap()).collect();
    assert_eq!(names, [LIGHTS, STAGE, "proscenium:probe"]);
    let installed: Vec<bool> = items.as_array().unwrap().iter().map(|item| item["installed"] == true).collect();
    assert_eq!(installed, [false, true, false]);
    assert_eq!(items[0]["pluginId"], "stage");
    // These tests have no Node, and the reason says so.
    assert!(items[0]["message"].as_str().unwrap().contains("Node"), "{items:#}");
    assert!(items[2].get("message").is_none(), "{items:#}");
    host.stop().await;
}

#[tokio::test]
async fn a_worker_shows_what_it_takes_and_has_done() {
    let host = Host::start().await;
    host.probe("serve").await;
    assert_eq!(host.get("/api/probe/echo").await.status, StatusCode::OK);
    let shown = host.get("/api/plugins/v1/installed/probe").await.json();
    let activity = &shown["activity"];
    assert_eq!((&activity["starts"], &activity["requests"], &activity["errors"]), (&json!(1), &json!(1), &json!(0)));
    let usage = &activity["usage"];
    assert!(usage["memoryBytes"].as_u64().unwrap() > 100_000, "{activity:#}");
    assert!(usage["memoryLimitBytes"].as_u64() > usage["memoryBytes"].as_u64(), "{activity:#}");
    assert!(usage["tasks"].as_u64().unwrap() >= 1, "{activity:#}");
    host.stop().await;
}
