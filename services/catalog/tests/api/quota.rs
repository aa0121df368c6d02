//! A plan has room for so many entities: what is there stays, what is too much is told at its source.

use super::harness::{Catalog, Files, component};
use super::providers::{full, given};
use http::StatusCode;
use runtime::config::{Plan, Plans};
use serde_json::json;
use testkit::TestDb;

/// Room for so many entities, of which each registered location is one.
async fn catalog(entities: u32) -> Catalog {
    let test = TestDb::new().await;
    let tenant = test.tenant("acme").await;
    let plans = Plans::default().with("free", Plan { entities, ..Plan::default() });
    let catalog = Catalog::with_plans(test, tenant, Files::default(), plans);
    catalog.start();
    catalog
}

fn components(count: usize) -> String {
    (0..count).map(|i| component(&format!("c{i}"), "")).collect()
}

#[tokio::test]
async fn a_location_that_brings_too_much_keeps_what_it_had_and_says_why() {
    let catalog = catalog(5).await;
    catalog.files.put("a.yaml", components(3));
    let id = catalog.register("a.yaml").await;
    catalog.wait_for("component:default/c2", |_| true).await;
    catalog.files.put("a.yaml", components(9));
    catalog.refresh_all().await;
    let mut told = json!(null);
    let failed = catalog.wait(async || {
        told = catalog.progress(&id).await;
        told.to_string().contains("room for 5 entities")
    });
    assert!(failed.await, "{told}");
    assert_eq!(catalog.names("/api/catalog/entities/by-query?filter=kind=component").await, ["c0", "c1", "c2"]);
    catalog.files.put("a.yaml", components(4));
    catalog.refresh_all().await;
    catalog.wait_for("component:default/c3", |_| true).await;
    let healed = catalog.wait(async || !catalog.progress(&id).await.to_string().contains("room for"));
    assert!(healed.await, "{}", catalog.progress(&id).await);
}

#[tokio::test]
async fn a_provider_is_refused_as_a_whole_and_nothing_of_it_is_written() {
    let catalog = catalog(3).await;
    let some = |count: usize| (0..count).map(|i| given(&format!("c{i}"), "1", "")).collect::<Vec<_>>();
    full(&catalog, "org", some(3)).await;
    let body = json!({ "type": "full", "entities": some(4) });
    let refused = catalog.post("/api/catalog/v1/providers/org/mutations", body).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
    assert!(refused.text().contains("room for 3 entities"), "{}", refused.text());
    assert_eq!(catalog.names("/api/catalog/entities/by-query?filter=kind=component").await.len(), 3);
    full(&catalog, "org", some(3)).await;
}
