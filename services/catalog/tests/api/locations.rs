//! Registering, moving, and what is refused.

use super::harness::{Catalog, component, url};
use http::{Method, StatusCode};
use serde_json::json;
use testkit::{caller, request, user};

#[tokio::test]
async fn the_same_address_is_registered_once_or_read_again_when_asked_for() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("shop", ", v: one"));
    let id = catalog.register("a.yaml").await;
    catalog.wait_for("component:default/shop", |_| true).await;
    let body = json!({"type": "url", "target": url("a.yaml")});
    assert_eq!(catalog.post("/api/catalog/locations", body.clone()).await.status, StatusCode::CONFLICT);
    catalog.files.put("a.yaml", component("shop", ", v: two"));
    let again = catalog.post("/api/catalog/locations?onConflict=refresh", body).await;
    assert_eq!(again.json()["location"]["id"], id.as_str());
    catalog.wait_for("component:default/shop", |entity| entity["spec"]["v"] == "two").await;
}

#[tokio::test]
async fn a_dry_run_reads_everything_and_registers_nothing() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("shop", ""));
    let path = "/api/catalog/locations?dryRun=true";
    let reply = catalog.post(path, json!({"type": "url", "target": url("a.yaml")})).await;
    assert_eq!(reply.json()["entities"][1]["metadata"]["name"], "shop", "{}", reply.text());
    assert_eq!(catalog.get("/api/catalog/locations").await.json(), json!([]));
    catalog.files.put("a.yaml", "kind: [unclosed");
    let reply = catalog.post(path, json!({"type": "url", "target": url("a.yaml")})).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert!(reply.text().contains("line 1") && reply.text().contains("a.yaml"), "{}", reply.text());
    assert_eq!(catalog.test.audit_rows(catalog.tenant).await, 0);
}

#[tokio::test]
async fn what_is_no_web_address_is_refused_at_the_field() {
    let catalog = Catalog::new().await;
    for target in ["nonsense", "file:///etc/passwd", "", "javascript:alert(1)", "http://"] {
        let reply = catalog.post("/api/catalog/locations", json!({"type": "url", "target": target})).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{target:?}");
        assert!(reply.json()["error"]["fields"]["target"].is_string(), "{}", reply.text());
    }
    let reply = catalog.post("/api/catalog/locations", json!({"type": "file", "target": "/etc/passwd"})).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_moved_location_brings_the_new_entities_and_drops_the_old_ones() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("a", ""));
    catalog.files.put("b.yaml", component("b", ""));
    let id = catalog.register("a.yaml").await;
    catalog.wait_for("component:default/a", |_| true).await;
    let body = json!({"type": "url", "target": url("b.yaml")});
    let path = format!("/api/catalog/locations/{id}");
    let moved = request(&catalog.router, Some(&catalog.admin()), Method::PUT, &path, Some(body)).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.text());
    catalog.wait_for("component:default/b", |_| true).await;
    catalog.wait_until_gone("component:default/a").await;
    // The address that is free again can be registered again, under another name.
    catalog.register("a.yaml").await;
    catalog.wait_for("component:default/a", |_| true).await;
    assert!(catalog.entity("component:default/b").await.is_some());
}

#[tokio::test]
async fn a_viewer_looks_and_changes_nothing() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("shop", ""));
    let id = catalog.register("a.yaml").await;
    catalog.wait_for("component:default/shop", |_| true).await;
    let viewer = caller(catalog.tenant, user("viewer"));
    let ask = async |method: Method, path: &str, body| {
        request(&catalog.router, Some(&viewer), method, path, body).await.status
    };
    assert_eq!(ask(Method::GET, "/api/catalog/entities/by-query", None).await, StatusCode::OK);
    let body = json!({"type": "url", "target": url("b.yaml")});
    assert_eq!(ask(Method::POST, "/api/catalog/locations", Some(body)).await, StatusCode::FORBIDDEN);
    assert_eq!(ask(Method::DELETE, &format!("/api/catalog/locations/{id}"), None).await, StatusCode::FORBIDDEN);
    let nobody = request(&catalog.router, None, Method::GET, "/api/catalog/entities", None).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
}
