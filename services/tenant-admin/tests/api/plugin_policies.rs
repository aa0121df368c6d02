//! Policies about the permissions of plugins: which there are, what may be saved, and why somebody may do something.

use crate::bench::{Bench, Org};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use http_shell::{ServiceClient, ServiceName};
use kernel::TenantId;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use testkit::{Reply, key};

/// What the plugin host says of each organisation's plugins, by whoever asks for it.
#[derive(Clone, Default)]
struct Plugins(Arc<Mutex<Vec<(TenantId, Value)>>>);

impl Plugins {
    fn set(&self, tenant: TenantId, told: Value) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(known, _)| *known != tenant);
        all.push((tenant, told));
    }
}

async fn told(State(plugins): State<Plugins>, headers: HeaderMap) -> Json<Value> {
    let (tenant, _) = key().read(&headers).unwrap();
    let all = plugins.0.lock().unwrap_or_else(PoisonError::into_inner);
    let found = all.iter().find(|(known, _)| Some(*known) == tenant);
    Json(found.map_or_else(|| json!([]), |(_, told)| told.clone()))
}

/// Floors are the first digit of a room.
async fn apply(Json(asked): Json<Value>) -> Json<Value> {
    let item = &asked["items"][0];
    let floors = item["conditions"]["params"]["floors"].as_array().unwrap();
    let is_there =
        floors.iter().any(|floor| item["resourceRef"].as_str().unwrap().starts_with(floor.as_str().unwrap()));
    Json(json!({"items": [{"id": item["id"], "result": if is_there { "ALLOW" } else { "DENY" }}]}))
}

fn rooms() -> Value {
    let floors = json!({"type": "array", "items": {"type": "string"}});
    json!({"pluginId": "rooms", "title": "Rooms", "described": true,
        "permissions": [
            {"type": "resource", "name": "rooms.room.book", "attributes": {"action": "update"}, "resourceType": "room"},
            {"type": "basic", "name": "rooms.plan.read", "attributes": {"action": "read"}}],
        "rules": [{"name": "IS_ON_FLOOR", "description": "Rooms on these floors", "resourceType": "room",
            "paramsSchema": {"type": "object", "required": ["floors"], "properties": {"floors": floors}}}]})
}

struct Scene {
    bench: Bench,
    org: Org,
    plugins: Plugins,
}

impl Scene {
    async fn set() -> Self {
        let plugins = Plugins::default();
        let catalog = Router::new()
            .route(
                "/api/catalog/.well-known/backstage/permissions/metadata",
                get(async || Json(json!({"permissions": []}))),
            )
            .route("/api/catalog/entities/by-refs", post(async || Json(json!({"items": []}))));
        let host = Router::new()
            .route("/api/plugins/v1/permissions", get(told))
            .route("/api/rooms/.well-known/backstage/permissions/apply-conditions", post(apply))
            .with_state(plugins.clone());
        let services = ServiceClient::new(key());
        services.attach(ServiceName::Catalog, catalog);
        services.attach(ServiceName::PluginHost, host);
        let bench = Bench::beside(services).await;
        let org = bench.org("acme").await;
        let new = json!({"pluginId": "new", "title": "New", "described": false, "permissions": [], "rules": []});
        plugins.set(org.tenant, json!([rooms(), new]));
        Self { bench, org, plugins }
    }

    async fn catalogue(&self) -> Value {
        self.bench.get(&self.org.admin, "/policies/permissions").await.json()
    }

    async fn draft(&self, revision: i64, document: &Value) -> Reply {
        let body = json!({"revision": revision, "document": document});
        self.bench.call(&self.org.admin, Method::PUT, "/policies/draft", Some(body)).await
    }
}

/// Members book rooms on these floors.
fn booking(rule: &str, floors: &Value) -> Value {
    let called = json!({"rule": rule, "resourceType": "room", "params": {"floors": floors}});
    let condition = json!({"pluginId": "rooms", "resourceType": "room", "conditions": called});
    json!({"roles": [{"name": "bookers", "subjects": ["member"], "rules": [
        {"permission": "rooms.room.book", "effect": "allow", "condition": condition},
        {"permission": "rooms.plan.read", "effect": "deny"}]}]})
}

#[tokio::test]
async fn permissions_of_installed_plugins_are_listed_with_their_rules_for_their_organisation_alone() {
    let scene = Scene::set().await;
    let all = scene.catalogue().await;
    assert_eq!(all["groups"].as_array().unwrap().last(), Some(&json!({"pluginId": "rooms", "title": "Rooms"})));
    assert_eq!(all["silent"], json!(["new"]), "it was not asked yet");
    let book = all["permissions"].as_array().unwrap().iter().find(|one| one["name"] == "rooms.room.book");
    let expected = json!({"name": "rooms.room.book", "pluginId": "rooms", "action": "update", "resourceType": "room",
        "conditionPluginId": "rooms", "roles": ["member", "maintainer", "admin"]});
    assert_eq!(book, Some(&expected));
    assert_eq!(all["rules"].as_array().unwrap().len(), 1);
    assert_eq!(all["rules"][0]["paramsSchema"]["required"], json!(["floors"]));
    let other = scene.bench.org("other").await;
    let theirs = scene.bench.get(&other.admin, "/policies/permissions").await;
    assert!(!theirs.text().contains("rooms"), "{}", theirs.text());
}

#[tokio::test]
async fn a_condition_is_saved_when_the_plugin_has_the_rule_and_stays_when_the_plugin_goes() {
    let scene = Scene::set().await;
    for (rule, floors, expected) in [
        ("IS_RED", json!(["1"]), "rooms has no rule IS_RED for room."),
        ("IS_ON_FLOOR", json!("1"), "IS_ON_FLOOR: \"floors\" must be of the type array."),
    ] {
        let refused = scene.draft(0, &booking(rule, &floors)).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text());
        assert_eq!(refused.json()["error"]["fields"], json!({"roles.0.rules.0.condition": expected}));
        let text = serde_json::to_string(&booking(rule, &floors)).unwrap();
        let import = json!({"format": "yaml", "text": text});
        let refused = scene.bench.post(&scene.org.admin, "/policies/import", import).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text());
    }
    let fine = booking("IS_ON_FLOOR", &json!(["1"]));
    assert_eq!(scene.draft(0, &fine).await.status, StatusCode::OK);
    // The plugin goes, or comes back with other rules: what was saved may be saved again, and published.
    scene.plugins.set(scene.org.tenant, json!([]));
    assert!(!scene.catalogue().await.to_string().contains("rooms"));
    assert_eq!(scene.draft(1, &fine).await.status, StatusCode::OK);
    let mut without_rules = rooms();
    without_rules["rules"] = json!([]);
    scene.plugins.set(scene.org.tenant, json!([without_rules]));
    assert_eq!(scene.draft(2, &fine).await.status, StatusCode::OK);
    assert_eq!(scene.draft(3, &booking("IS_ON_FLOOR", &json!(["2"]))).await.status, StatusCode::BAD_REQUEST);
    let made = scene.bench.post(&scene.org.admin, "/policies/publish", json!({"revision": 3})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
}

#[tokio::test]
async fn why_asks_the_plugin_about_its_resources() {
    let scene = Scene::set().await;
    let joe = json!({ "name": "Joe", "email": "joe@acme.example", "role": "member" });
    let joe = scene.bench.post(&scene.org.admin, "/members", joe).await.json()["member"]["id"].clone();
    assert_eq!(scene.draft(0, &booking("IS_ON_FLOOR", &json!(["1"]))).await.status, StatusCode::OK);
    for (room, expected) in [("101", "allow"), ("201", "deny")] {
        let path = format!(
            "/policies/explain?member={}&permission=rooms.room.book&resourceRef={room}&draft=true",
            joe.as_str().unwrap()
        );
        let why = scene.bench.get(&scene.org.admin, &path).await.json();
        assert_eq!((&why["decision"], &why["onResource"]), (&json!("conditional"), &json!(expected)), "{why}");
        assert_eq!(why["condition"]["pluginId"], "rooms");
    }
}
