//! What an organisation decides about its catalog, and what becomes of orphans.

use super::harness::{Catalog, component, location};
use super::providers::{full, given};
use http::StatusCode;
use serde_json::{Value, json};

const SETTINGS: &str = "/api/catalog/v1/settings";
const ORPHAN: &str = "backstage.io/orphan";

fn is_orphan(entity: &Value) -> bool {
    entity["metadata"]["annotations"][ORPHAN] == "true"
}

#[tokio::test]
async fn settings_have_defaults_and_change_one_by_one() {
    let catalog = Catalog::new().await;
    let mut wanted = json!({
        "orphanStrategy": "delete", "removalGuard": {"percent": 20, "entities": 10}, "historyDays": 365,
        "undeleteDays": 30,
    });
    let shown = |reply: &Value| -> Value {
        wanted_keys()
            .iter()
            .map(|key| ((*key).to_owned(), reply[key].clone()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    assert_eq!(shown(&catalog.get(SETTINGS).await.json()), wanted);
    wanted["removalGuard"]["percent"] = json!(50);
    let changed = catalog.patch(SETTINGS, json!({"removalGuard": {"percent": 50}})).await;
    assert_eq!((changed.status, shown(&changed.json())), (StatusCode::OK, wanted.clone()));
    wanted["undeleteDays"] = json!(0);
    catalog.patch(SETTINGS, json!({"undeleteDays": 0})).await;
    assert_eq!(shown(&catalog.get(SETTINGS).await.json()), wanted);
    for (body, field) in [
        (json!({"removalGuard": {"percent": 101}}), "removalGuard.percent"),
        (json!({"historyDays": 0}), "historyDays"),
        (json!({"undeleteDays": 366}), "undeleteDays"),
    ] {
        let refused = catalog.patch(SETTINGS, body).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.json()["error"]["fields"].get(field).is_some(), "{}", refused.text());
    }
    assert_eq!(catalog.patch(SETTINGS, json!({"orphanStrategy": "shred"})).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(catalog.patch(SETTINGS, json!({"nothing": 1})).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(shown(&catalog.get(SETTINGS).await.json()), wanted, "what is refused changes nothing");
}

fn wanted_keys() -> [&'static str; 4] {
    ["orphanStrategy", "removalGuard", "historyDays", "undeleteDays"]
}

#[tokio::test]
async fn the_guard_uses_the_organisations_own_thresholds() {
    let catalog = Catalog::new().await;
    catalog.patch(SETTINGS, json!({"removalGuard": {"percent": 0, "entities": 1}})).await;
    let some = |count: usize| (0..count).map(|i| given(&format!("c{i}"), "1", "")).collect::<Vec<_>>();
    full(&catalog, "org", some(100)).await;
    assert_eq!(full(&catalog, "org", some(99)).await["removed"], 1);
    assert_eq!(full(&catalog, "org", some(97)).await["held"]["removing"], 2);
}

#[tokio::test]
async fn an_orphan_that_is_kept_is_marked_until_somebody_lists_it_again() {
    let catalog = Catalog::new().await;
    catalog.patch(SETTINGS, json!({"orphanStrategy": "keep"})).await;
    catalog.files.put("a.yaml", component("a", "") + &component("b", "") + &location("more", &["./more.yaml"]));
    catalog.files.put("more.yaml", component("below", ""));
    catalog.register("a.yaml").await;
    catalog.wait_for("component:default/below", |_| true).await;
    catalog.settle().await;
    let whole = catalog.entity("component:default/b").await.unwrap();
    catalog.files.put("a.yaml", component("a", ""));
    catalog.refresh("component:default/a").await;
    let orphan = catalog.wait_for("component:default/b", is_orphan).await;
    assert_eq!(orphan["metadata"]["uid"], whole["metadata"]["uid"]);
    assert!(is_orphan(&catalog.entity("location:default/more").await.unwrap()));
    assert!(!is_orphan(&catalog.entity("component:default/below").await.unwrap()), "its Location lists it");
    let found =
        catalog.names(&format!("/api/catalog/entities/by-query?filter=metadata.annotations.{ORPHAN}=true")).await;
    assert_eq!(found.len(), 2);
    catalog.files.put("a.yaml", component("a", "") + &component("b", ""));
    catalog.refresh("component:default/a").await;
    let adopted = catalog.wait_for("component:default/b", |entity| !is_orphan(entity)).await;
    assert_eq!(adopted["metadata"], whole["metadata"], "as if nothing had happened");
    // Whoever deletes an orphan deletes it.
    let more = catalog.entity("location:default/more").await.unwrap();
    catalog.delete(&format!("/api/catalog/entities/by-uid/{}", more["metadata"]["uid"].as_str().unwrap())).await;
    assert!(catalog.entity("location:default/more").await.is_none());
}

#[tokio::test]
async fn orphans_go_when_they_are_not_kept_any_more() {
    let catalog = Catalog::new().await;
    catalog.patch(SETTINGS, json!({"orphanStrategy": "keep"})).await;
    let names: Vec<String> = (0..15).map(|i| format!("c{i}")).collect();
    catalog.files.put("a.yaml", names.iter().map(|name| component(name, "")).collect::<String>() + &component("z", ""));
    catalog.register("a.yaml").await;
    catalog.wait_for("component:default/z", |_| true).await;
    catalog.settle().await;
    catalog.files.put("a.yaml", component("z", ""));
    catalog.refresh("component:default/z").await;
    catalog.wait_for("component:default/c3", is_orphan).await;
    assert_eq!(catalog.get("/api/catalog/v1/removals").await.json()["items"], json!([]), "nothing would be removed");
    // A provider that lets go of an entity removes it, as in Backstage.
    full(&catalog, "org", vec![given("p", "1", "")]).await;
    full(&catalog, "org", vec![]).await;
    assert!(catalog.entity("component:default/p").await.is_none());
    catalog.patch(SETTINGS, json!({"orphanStrategy": "delete"})).await;
    assert_eq!(catalog.names("/api/catalog/entities/by-query?filter=kind=component").await, ["z"]);
}

#[tokio::test]
async fn only_an_administrator_changes_settings() {
    let catalog = Catalog::new().await;
    for (role, status) in [("viewer", 403), ("member", 403), ("maintainer", 403), ("admin", 200)] {
        let by = testkit::caller(catalog.tenant, testkit::user(role));
        let body = Some(json!({"historyDays": 30}));
        let reply = testkit::request(&catalog.router, Some(&by), http::Method::PATCH, SETTINGS, body).await;
        assert_eq!(reply.status.as_u16(), status, "{role}");
        let seen = testkit::request(&catalog.router, Some(&by), http::Method::GET, SETTINGS, None).await;
        assert_eq!(seen.status, StatusCode::OK, "{role}");
    }
}

#[tokio::test]
async fn kinds_that_are_not_allowed_any_more_are_refused_wherever_they_come_from() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("a", ""));
    catalog.register("a.yaml").await;
    catalog.wait_for("component:default/a", |_| true).await;
    assert!(catalog.get(SETTINGS).await.json()["allowedKinds"].as_array().unwrap().contains(&json!("Component")));
    for wrong in [json!(["Component"]), json!(["Location", "not a kind"]), json!("Location")] {
        let refused = catalog.patch(SETTINGS, json!({"allowedKinds": wrong})).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text());
    }
    let changed = catalog.patch(SETTINGS, json!({"allowedKinds": ["Location", "Group"]})).await;
    assert_eq!(changed.json()["allowedKinds"], json!(["Group", "Location"]), "{}", changed.text());
    let done = full(&catalog, "org", vec![given("p", "1", "")]).await;
    assert_eq!(done["failedCount"], 1, "{done}");
    let put = json!({"entity": super::providers::entity("w", "1")});
    let refused = catalog.put("/api/catalog/v1/sets/portal/entities", put.clone()).await;
    assert!(refused.json()["error"]["fields"].get("entity.kind").is_some(), "{}", refused.text());
    // The file was read again by itself, and says what is wrong with it now.
    let told = catalog.wait(async || {
        catalog.get("/api/catalog/v1/locations").await.text().contains("which this catalog does not accept")
    });
    assert!(told.await);
    catalog.patch(SETTINGS, json!({"allowedKinds": ["location", "component"]})).await;
    assert_eq!(catalog.put("/api/catalog/v1/sets/portal/entities", put).await.status, StatusCode::OK);
    assert_eq!(full(&catalog, "org", vec![given("p", "1", "")]).await["failedCount"], 0);
}
