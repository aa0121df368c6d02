//! Secrets in a plugin's configuration: what was granted is filled in, what was not keeps the worker from starting.

use crate::host::Host;
use axum::extract::State;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http_shell::ServiceName;
use runtime::bus::Topic;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const VALUE: &str = "granted-to-the-probe-8d1f";

/// What tenant-admin would answer: values by name, for the plugin `probe`.
type Granted = Arc<Mutex<BTreeMap<String, String>>>;

async fn resolve(State(granted): State<Granted>, Json(asked): Json<Value>) -> Json<Value> {
    assert_eq!(asked["grantee"], json!({ "kind": "plugin", "id": "probe" }));
    let granted = granted.lock().unwrap();
    let (mut secrets, mut missing) = (Vec::new(), Vec::new());
    for name in asked["names"].as_array().unwrap() {
        match granted.get(name.as_str().unwrap()) {
            Some(value) => secrets.push(json!({ "name": name, "version": 1, "value": value, "older": [] })),
            None => missing.push(name.clone()),
        }
    }
    Json(json!({ "secrets": secrets, "missing": missing }))
}

impl Host {
    fn grant(&self, values: &[(&str, &str)]) -> Granted {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let granted: Granted = Arc::new(Mutex::new(values.collect()));
        let routes = Router::new().route("/internal/secrets/v1/resolve", axum::routing::post(resolve));
        self.client.attach(ServiceName::TenantAdmin, routes.with_state(granted.clone()));
        granted
    }

    async fn seen(&self) -> Value {
        let reply = self.get("/api/probe/echo").await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply.json()["settings"].clone()
    }

    async fn written(&self) -> String {
        self.get("/api/plugins/v1/installed/probe/logs").await.text()
    }
}

#[tokio::test]
async fn a_worker_gets_what_was_granted_and_its_log_shows_none_of_it() {
    let host = Host::start().await;
    host.grant(&[("TOKEN", VALUE)]);
    host.install("proscenium:probe").await.unwrap();
    let encoded = STANDARD.encode(format!("user:{VALUE}"));
    let say = format!("token ${{{{ secrets.TOKEN }}}} basic {encoded}");
    let config = json!({ "probe": { "mode": "serve", "token": "Bearer ${{ secrets.TOKEN }}", "say": say } });
    host.configure("probe", config.clone()).await;
    assert_eq!(host.seen().await["token"], format!("Bearer {VALUE}"));
    let written = host.written().await;
    assert!(written.contains("token *** basic dXNlcj***"), "{written}");
    assert!(!written.contains(VALUE) && !written.contains(&encoded[8..30]), "{written}");
    // What an administrator sees, and what is stored, is the reference.
    let shown = host.get("/api/plugins/v1/installed/probe").await.json();
    assert_eq!(shown["config"]["probe"]["token"], "Bearer ${{ secrets.TOKEN }}");
    host.stop().await;
}

#[tokio::test]
async fn a_worker_does_not_start_with_a_reference_to_what_was_not_granted() {
    let host = Host::start().await;
    let granted = host.grant(&[]);
    host.install("proscenium:probe").await.unwrap();
    host.configure("probe", json!({ "probe": { "token": "${{ secrets.TOKEN }}" } })).await;
    let refused = host.get("/api/probe/echo").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    let words = refused.text();
    assert!(words.contains("refers to TOKEN, which is not granted to this plugin"), "{words}");
    // The grant is told over the bus, and the next request starts it.
    granted.lock().unwrap().insert("TOKEN".to_owned(), VALUE.to_owned());
    host.bus.publish(Topic("plugin-secrets"), format!("{} probe", host.tenant));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(host.seen().await["token"], VALUE);
    // A rotated value is there with the next request, too.
    granted.lock().unwrap().insert("TOKEN".to_owned(), "rotated-for-the-probe".to_owned());
    host.bus.publish(Topic("plugin-secrets"), format!("{} probe", host.tenant));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(host.seen().await["token"], "rotated-for-the-probe");
    host.stop().await;
}

#[tokio::test]
async fn a_worker_that_gives_up_says_why_without_the_secret() {
    let host = Host::start().await;
    host.grant(&[("TOKEN", VALUE)]);
    host.install("proscenium:probe").await.unwrap();
    let config = json!({ "probe": { "mode": "fatal", "message": "key ${{ secrets.TOKEN }} is refused" } });
    host.configure("probe", config).await;
    let refused = host.get("/api/probe/echo").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.text().contains("key *** is refused"), "{}", refused.text());
    assert!(!host.written().await.contains(VALUE));
    host.stop().await;
}
