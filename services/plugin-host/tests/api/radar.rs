//! The native worker that comes with the platform, answering from the organisation's configuration.

use crate::host::{Host, checkout, target_dir};
use http::StatusCode;
use serde_json::json;
use std::process::Command;

#[tokio::test]
async fn the_tech_radar_answers_from_the_organisations_configuration() {
    let built =
        Command::new(env!("CARGO")).args(["build", "-p", "tech-radar", "--quiet"]).current_dir(checkout()).status();
    assert!(built.unwrap().success());
    let worker = target_dir().join("tech-radar");
    let host = Host::with(|config| config.native = [("tech-radar".to_owned(), worker)].into()).await;
    host.install("proscenium:tech-radar").await.unwrap();
    let empty = host.get("/api/tech-radar/data").await;
    assert_eq!(empty.status, StatusCode::OK, "{}", empty.text());
    assert_eq!(empty.json()["entries"], json!([]));
    let entry = json!({
        "id": "rust", "title": "Rust", "quadrant": "languages",
        "timeline": [{ "date": "2026-11-22", "ringId": "adopt" }],
    });
    host.configure("tech-radar", json!({ "techRadar": { "entries": [entry] } })).await;
    assert_eq!(host.get("/api/tech-radar/data").await.json()["entries"][0]["title"], "Rust");
    let lost = json!({ "id": "x", "title": "X", "quadrant": "nowhere", "timeline": [] });
    let refused = host.try_configure("tech-radar", json!({ "techRadar": { "entries": [lost] } })).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let text = refused.json()["error"]["fields"]["/config/techRadar/entries/0/timeline"].clone();
    assert_eq!(text, "It must have at least 1 entry.");
    let lost = json!({ "id": "x", "title": "X", "quadrant": "nowhere", "timeline": [{ "date": "2026-11-22", "ringId": "adopt" }] });
    host.configure("tech-radar", json!({ "techRadar": { "entries": [lost] } })).await;
    let refused = host.get("/api/tech-radar/data").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    let message = refused.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("Its worker cannot start: techRadar"), "{message}");
    assert_eq!(host.worker("tech-radar").await["message"], message);
    host.stop().await;
}
