//! What the registry warned of when a bundle was made: shown to who decides, and a refusal where the operator says so.

use crate::host::Host;
use crate::rendering::{PACKAGE, host_with, lay_down, roll_out, version};
use http::{Method, StatusCode};
use plugin_host::config::Rendering;
use plugin_host::domain::advisory::Policy;
use plugin_host::domain::rendering::Wish;
use serde_json::{Value, json};
use testkit::member;

async fn host(policy: Policy) -> Option<Host> {
    host_with(|config| {
        config.advisories = policy;
        config.rendering = Rendering { wish: Wish::Off, ..Rendering::default() };
    })
    .await
}

/// Version 1.1.0, as the bundle tool describes it.
fn lay_down_with(host: &Host, advisories: &Value) {
    lay_down(host.folder.path(), "1.1.0", &json!({ "complaints": [] }));
    let name = format!("{}@1.1.0", PACKAGE.replace('/', "+"));
    let file = host.folder.path().join("bundles").join(name).join("bundle.json");
    let mut described: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    described["advisories"] = advisories.clone();
    described["about"] = json!({ "package": PACKAGE, "version": "1.1.0" });
    std::fs::write(file, described.to_string()).unwrap();
}

fn critical() -> Value {
    let finding = json!({ "package": "left", "version": "1.0.0", "severity": "critical", "title": "It runs code.",
        "url": "https://github.com/advisories/GHSA-1" });
    json!({ "checkedAt": "2026-12-01T00:00:00.000Z", "findings": [finding], "left": 0 })
}

#[tokio::test(flavor = "multi_thread")]
async fn advisories_are_shown_to_the_operator_and_to_administrators_and_refuse_nothing() {
    let Some(host) = host(Policy::Warn).await else { return };
    lay_down_with(&host, &critical());
    let id = roll_out(&host, "1.1.0", &[]).await;
    assert_eq!(host.ended(id).await["phase"], "done");
    let part = host.shown(&format!("/rollouts/{id}/organizations")).await["items"][0].clone();
    assert_eq!(part["advisories"], critical());
    let about = "/api/plugins/v1/installed/notes/about";
    let told = host.get(about).await.json();
    assert_eq!(told["packages"][0]["advisories"], critical(), "{told:#}");
    let reply = host.request(Some(&member(host.tenant)), Method::GET, about, None).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.json()["packages"][0]["advisories"].is_null(), "{}", reply.text());
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_critical_advisory_refuses_a_version_where_the_operator_says_so() {
    let Some(host) = host(Policy::Block).await else { return };
    lay_down_with(&host, &critical());
    let reason = "The npm registry has a critical advisory for what is in it, such as left@1.0.0: It runs code.";
    let id = roll_out(&host, "1.1.0", &[]).await;
    let ended = host.ended(id).await;
    assert!(ended["reason"].as_str().unwrap().contains(reason), "{ended:#}");
    assert_eq!(ended["members"][0]["step"], "skipped", "nobody has met it");
    assert_eq!(version(&host).await, "1.0.0");
    let globex = host.test.tenant("globex").await;
    let refused = host.install_for(globex, &format!("{PACKAGE}@1.1.0")).await;
    assert_eq!(refused.unwrap_err(), reason);
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_checked_says_why_and_is_no_reason_to_refuse() {
    let Some(host) = host(Policy::Block).await else { return };
    let unchecked = json!({ "checkedAt": "2026-12-01T00:00:00.000Z", "findings": [], "left": 0,
        "notChecked": "The registry answers 404." });
    lay_down_with(&host, &unchecked);
    let id = roll_out(&host, "1.1.0", &[]).await;
    assert_eq!(host.ended(id).await["phase"], "done");
    let part = host.shown(&format!("/rollouts/{id}/organizations")).await["items"][0].clone();
    assert_eq!(part["advisories"], unchecked);
    host.stop().await;
}
