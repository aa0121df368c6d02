//! Removals that are too large to happen unseen.

use super::harness::{Catalog, component, location};
use super::providers::{full, given, mutate};
use http::StatusCode;
use serde_json::{Value, json};

async fn removals(catalog: &Catalog) -> Vec<Value> {
    let reply = catalog.get("/api/catalog/v1/removals").await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    reply.json()["items"].as_array().unwrap().clone()
}

async fn decide(catalog: &Catalog, id: &Value, verb: &str) -> StatusCode {
    let path = format!("/api/catalog/v1/removals/{}/{verb}", id.as_str().unwrap());
    catalog.post(&path, json!({})).await.status
}

async fn components(catalog: &Catalog) -> usize {
    catalog.names("/api/catalog/entities/by-query?filter=kind=component&limit=1000").await.len()
}

fn some(range: std::ops::Range<usize>) -> Vec<Value> {
    range.map(|i| given(&format!("c{i}"), "1", "")).collect()
}

fn file(range: std::ops::Range<usize>) -> String {
    range.map(|i| component(&format!("c{i}"), "")).collect()
}

/// A catalog with one file of this many components.
async fn of_one_file(count: usize) -> Catalog {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", file(0..count));
    catalog.register("a.yaml").await;
    catalog.wait_for(&format!("component:default/c{}", count - 1), |_| true).await;
    catalog.settle().await;
    catalog
}

/// Reads the file again that lists `c0`.
async fn read_again(catalog: &Catalog, text: String) {
    catalog.files.put("a.yaml", text);
    catalog.refresh("component:default/c0").await;
    catalog.settle().await;
}

#[tokio::test]
async fn a_removal_waits_beyond_both_thresholds_and_not_at_them() {
    for (count, left, waits) in [(20, 10, false), (20, 9, true), (55, 44, false), (54, 43, true)] {
        let catalog = Catalog::new().await;
        full(&catalog, "org", some(0..count)).await;
        let done = full(&catalog, "org", some(0..left)).await;
        let removing = count - left;
        assert_eq!(done["removed"], json!(if waits { 0 } else { removing }), "{count} to {left}: {done}");
        assert_eq!(done.get("held").is_some(), waits, "{count} to {left}: {done}");
        assert_eq!(removals(&catalog).await.len(), usize::from(waits));
        assert_eq!(components(&catalog).await, if waits { count } else { left });
    }
}

#[tokio::test]
async fn additions_and_changes_do_not_wait_for_the_removals_beside_them() {
    let catalog = of_one_file(30).await;
    read_again(&catalog, component("c0", ", from: new") + &component("added", "")).await;
    assert_eq!(catalog.entity("component:default/c0").await.unwrap()["spec"]["from"], "new");
    assert!(catalog.entity("component:default/added").await.is_some());
    assert_eq!(components(&catalog).await, 31);
    let held = &removals(&catalog).await[0];
    assert_eq!((&held["total"], &held["removing"], &held["percent"]), (&json!(30), &json!(29), &json!(96.7)));
    assert_eq!(held["source"]["kind"], "location");
    assert_eq!(held["source"]["name"], super::harness::url("a.yaml"));
    assert_eq!(held["entityRefs"].as_array().unwrap().len(), 29);
    let one = catalog.get(&format!("/api/catalog/v1/removals/{}", held["id"].as_str().unwrap())).await;
    assert_eq!(one.json(), *held);
}

#[tokio::test]
async fn reading_again_while_a_removal_waits_makes_no_second_one() {
    let catalog = of_one_file(30).await;
    read_again(&catalog, file(0..10)).await;
    let first = removals(&catalog).await;
    for text in [file(0..10) + "\n", file(0..10) + "\n\n", file(0..8)] {
        read_again(&catalog, text).await;
        let now = removals(&catalog).await;
        assert_eq!((now.len(), &now[0]["id"], &now[0]["heldAt"]), (1, &first[0]["id"], &first[0]["heldAt"]));
        assert_eq!(components(&catalog).await, 30);
    }
    // Two more went than at first: they wait with the others.
    assert_eq!(removals(&catalog).await[0]["removing"], 22);
}

#[tokio::test]
async fn a_hold_shrinks_with_what_comes_back_and_closes_when_all_is_there() {
    let catalog = of_one_file(30).await;
    read_again(&catalog, file(0..10)).await;
    read_again(&catalog, file(0..25)).await;
    let held = &removals(&catalog).await[0];
    assert_eq!((&held["removing"], &held["total"]), (&json!(5), &json!(30)));
    // What was held goes only when somebody says so, however few are left.
    assert_eq!(components(&catalog).await, 30);
    read_again(&catalog, file(0..30)).await;
    assert_eq!(removals(&catalog).await, [json!(null); 0]);
    read_again(&catalog, file(0..29)).await;
    assert_eq!(components(&catalog).await, 29, "a small removal happens at once again");
}

#[tokio::test]
async fn approving_removes_what_is_still_absent() {
    let catalog = of_one_file(30).await;
    read_again(&catalog, file(0..10)).await;
    read_again(&catalog, file(0..12)).await;
    let id = removals(&catalog).await[0]["id"].clone();
    assert_eq!(decide(&catalog, &id, "approve").await, StatusCode::OK);
    assert_eq!(components(&catalog).await, 12);
    assert_eq!(removals(&catalog).await, [json!(null); 0]);
    assert_eq!(decide(&catalog, &id, "approve").await, StatusCode::NOT_FOUND);
    read_again(&catalog, file(0..30)).await;
    assert_eq!(components(&catalog).await, 30, "they may come back");
}

#[tokio::test]
async fn what_was_rejected_stays_until_its_source_lets_go_of_more() {
    let catalog = of_one_file(30).await;
    read_again(&catalog, file(0..10)).await;
    let first = removals(&catalog).await[0]["id"].clone();
    assert_eq!(decide(&catalog, &first, "reject").await, StatusCode::NO_CONTENT);
    assert_eq!(decide(&catalog, &first, "reject").await, StatusCode::NOT_FOUND);
    for text in [file(0..10) + "\n", file(0..12)] {
        read_again(&catalog, text).await;
        assert_eq!((removals(&catalog).await.len(), components(&catalog).await), (0, 30));
    }
    read_again(&catalog, file(0..9)).await;
    let again = removals(&catalog).await;
    assert_eq!((again.len(), components(&catalog).await), (1, 30));
    assert_ne!(again[0]["id"], first, "it is another question");
    assert_eq!(again[0]["removing"], 21);
    assert_eq!(decide(&catalog, &again[0]["id"], "approve").await, StatusCode::OK);
    assert_eq!(components(&catalog).await, 9);
}

#[tokio::test]
async fn what_a_person_deletes_goes_at_once() {
    let catalog = of_one_file(30).await;
    full(&catalog, "org", (0..30).map(|i| given(&format!("p{i}"), "1", "")).collect()).await;
    let locations = catalog.get("/api/catalog/locations").await.json();
    let id = locations[0]["data"]["id"].as_str().unwrap().to_owned();
    read_again(&catalog, file(0..1)).await;
    assert_eq!(removals(&catalog).await.len(), 1);
    assert_eq!(catalog.delete(&format!("/api/catalog/locations/{id}")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(components(&catalog).await, 30);
    assert_eq!(removals(&catalog).await, [json!(null); 0]);
    full(&catalog, "org", vec![]).await;
    let held = catalog.entity("component:default/p3").await.unwrap();
    let uid = held["metadata"]["uid"].as_str().unwrap();
    catalog.delete(&format!("/api/catalog/entities/by-uid/{uid}")).await;
    assert_eq!(components(&catalog).await, 29);
    let left = removals(&catalog).await;
    assert_eq!(decide(&catalog, &left[0]["id"], "approve").await, StatusCode::OK);
    assert_eq!(components(&catalog).await, 0);
}

#[tokio::test]
async fn deltas_wait_as_well_and_what_is_added_again_leaves_the_hold() {
    let catalog = Catalog::new().await;
    full(&catalog, "org", some(0..40)).await;
    let refs = |range: std::ops::Range<usize>| -> Vec<Value> {
        range.map(|i| json!({"entityRef": format!("component:default/c{i}")})).collect()
    };
    let done = mutate(&catalog, "org", json!({"type": "delta", "removed": refs(0..20)})).await;
    assert_eq!(
        (&done["removed"], &done["held"]["removing"], &done["held"]["percent"]),
        (&json!(0), &json!(20), &json!(50.0))
    );
    // A mutation that says nothing about them leaves them held, and one that goes joins them.
    let done = mutate(&catalog, "org", json!({"type": "delta", "added": some(50..51)})).await;
    assert_eq!(done["held"]["removing"], 20);
    let done = mutate(&catalog, "org", json!({"type": "delta", "removed": refs(20..21)})).await;
    assert_eq!((&done["removed"], &done["held"]["removing"]), (&json!(0), &json!(21)));
    let done = mutate(&catalog, "org", json!({"type": "delta", "added": some(0..15)})).await;
    assert_eq!(done["held"]["removing"], 6);
    assert_eq!(decide(&catalog, &removals(&catalog).await[0]["id"], "approve").await, StatusCode::OK);
    assert_eq!(components(&catalog).await, 35);
}

#[tokio::test]
async fn a_location_that_goes_with_a_thousand_below_it_waits_though_it_is_one() {
    let catalog = Catalog::new().await;
    catalog.files.put("root.yaml", location("root", &["./a.yaml", "./b.yaml"]));
    catalog.files.put("a.yaml", location("part", &["./many.yaml"]));
    catalog.files.put("b.yaml", component("c99", ""));
    catalog.files.put("many.yaml", file(0..40));
    catalog.register("root.yaml").await;
    catalog.wait_for("component:default/c39", |_| true).await;
    catalog.wait_for("component:default/c99", |_| true).await;
    catalog.settle().await;
    catalog.files.put("a.yaml", component("instead", ""));
    catalog.refresh("component:default/c99").await;
    catalog.wait_for("component:default/instead", |_| true).await;
    catalog.settle().await;
    assert_eq!(components(&catalog).await, 42);
    let held = &removals(&catalog).await[0];
    assert_eq!(held["removing"], 41, "{held}");
    assert_eq!(held["source"]["name"], "location:default/root");
    assert!(held["source"]["location"].is_string());
    assert_eq!(decide(&catalog, &held["id"], "approve").await, StatusCode::OK);
    assert_eq!(components(&catalog).await, 2);
}

#[tokio::test]
async fn a_file_that_is_gone_removes_nothing() {
    let catalog = of_one_file(30).await;
    catalog.files.set("a.yaml", super::harness::File::Status(404));
    catalog.refresh("component:default/c0").await;
    catalog.settle().await;
    assert_eq!((components(&catalog).await, removals(&catalog).await.len()), (30, 0));
}

#[tokio::test]
async fn what_others_list_as_well_is_no_removal() {
    let catalog = Catalog::new().await;
    let shared: Vec<Value> = (0..30).map(|i| given(&format!("c{i}"), "1", "k")).collect();
    full(&catalog, "one", shared.clone()).await;
    full(&catalog, "two", shared).await;
    let done = full(&catalog, "two", vec![]).await;
    assert!(done.get("held").is_none(), "{done}");
    assert_eq!(components(&catalog).await, 30);
    assert!(full(&catalog, "one", vec![]).await.get("held").is_some());
}

#[tokio::test]
async fn deciding_is_audited_and_needs_the_right_to_delete() {
    let catalog = Catalog::new().await;
    full(&catalog, "org", some(0..20)).await;
    full(&catalog, "org", vec![]).await;
    let id = removals(&catalog).await[0]["id"].as_str().unwrap().to_owned();
    let member = testkit::member(catalog.tenant);
    for (method, path) in [
        (http::Method::GET, "/api/catalog/v1/removals".to_owned()),
        (http::Method::POST, format!("/api/catalog/v1/removals/{id}/approve")),
        (http::Method::POST, format!("/api/catalog/v1/removals/{id}/reject")),
    ] {
        let reply = testkit::request(&catalog.router, Some(&member), method, &path, None).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{path}");
    }
    let rows = catalog.test.audit_rows(catalog.tenant).await;
    assert_eq!(decide(&catalog, &json!(id), "approve").await, StatusCode::OK);
    assert_eq!(catalog.test.audit_rows(catalog.tenant).await, rows + 1);
}
