//! What people add to entities that somebody else describes.

use super::harness::{Catalog, component};
use super::providers::entity;
use http::StatusCode;
use serde_json::{Value, json};

const OVERLAY: &str = "/api/catalog/v1/entities/component/default/shop/overlay";
const PROVENANCE: &str = "/api/catalog/v1/entities/component/default/shop/provenance";

fn shop(metadata: &str, from: &str) -> String {
    format!(
        "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: shop{metadata}}}\n\
         spec: {{type: service, lifecycle: production, owner: team-a, from: {from}}}\n"
    )
}

async fn with_shop(metadata: &str) -> Catalog {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", shop(metadata, "one") + &component("other", ""));
    catalog.register("a.yaml").await;
    catalog.wait_for("component:default/shop", |_| true).await;
    catalog.settle().await;
    catalog
}

fn addition() -> Value {
    json!({
        "annotations": {"acme.com/pager": "team-42"}, "labels": {"tier": "gold"}, "tags": ["paid"],
        "links": [{"url": "https://runbook.example/shop", "title": "Runbook"}],
    })
}

fn is_added(shop: &Value) -> bool {
    let metadata = &shop["metadata"];
    metadata["annotations"]["acme.com/pager"] == "team-42"
        && metadata["labels"]["tier"] == "gold"
        && metadata["tags"].as_array().is_some_and(|tags| tags.contains(&json!("paid")))
        && metadata["links"].as_array().is_some_and(|links| links.iter().any(|link| link["title"] == "Runbook"))
}

async fn shown(catalog: &Catalog) -> Value {
    catalog.entity("component:default/shop").await.unwrap()
}

#[tokio::test]
async fn an_overlay_shows_at_once_is_found_and_comes_off_without_a_trace() {
    let catalog = with_shop(", tags: [java]").await;
    let before = shown(&catalog).await;
    assert_eq!(catalog.get(OVERLAY).await.status, StatusCode::NOT_FOUND);
    let put = catalog.put(OVERLAY, addition()).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.text());
    let after = shown(&catalog).await;
    assert!(is_added(&after), "{after}");
    assert_eq!(after["metadata"]["tags"], json!(["java", "paid"]));
    assert_ne!(after["metadata"]["etag"], before["metadata"]["etag"]);
    let query = "/api/catalog/entities/by-query?filter=metadata.labels.tier=gold,metadata.tags.paid";
    assert_eq!(catalog.names(query).await, ["shop"]);
    let got = catalog.get(OVERLAY).await.json();
    assert_eq!(got["annotations"], addition()["annotations"]);
    assert_eq!(got["actor"], "user:default/admin");
    // What one gets, one may put.
    assert_eq!(catalog.put(OVERLAY, got).await.status, StatusCode::OK);
    catalog.put(OVERLAY, json!({"tags": ["other"]})).await;
    assert_eq!(shown(&catalog).await["metadata"]["tags"], json!(["java", "other"]));
    assert!(!is_added(&shown(&catalog).await), "an overlay replaces the one before");
    assert_eq!(catalog.delete(OVERLAY).await.status, StatusCode::NO_CONTENT);
    assert_eq!(shown(&catalog).await, before);
    assert_eq!(catalog.delete(OVERLAY).await.status, StatusCode::NOT_FOUND);
    catalog.put(OVERLAY, addition()).await;
    assert_eq!(catalog.put(OVERLAY, json!({})).await.status, StatusCode::OK, "adding nothing is taking all off");
    assert_eq!(shown(&catalog).await, before);
    assert_eq!(catalog.get(OVERLAY).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_overlay_survives_changes_of_the_file_and_a_change_of_relations() {
    let catalog = with_shop("").await;
    catalog.put(OVERLAY, addition()).await;
    catalog
        .files
        .put("a.yaml", shop(", description: new", "two") + &component("other", ", dependsOn: ['component:shop']"));
    catalog.refresh("component:default/shop").await;
    let changed = catalog.wait_for("component:default/shop", |shop| shop["spec"]["from"] == "two").await;
    assert!(is_added(&changed), "{changed}");
    assert!(changed["relations"].to_string().contains("dependencyOf"), "{changed}");
    // The base is what the file says now, also after being stitched again for a relation only.
    catalog.files.put("a.yaml", shop(", description: new", "two") + &component("other", ""));
    catalog.refresh("component:default/shop").await;
    let without = |shop: &Value| !shop["relations"].to_string().contains("dependencyOf");
    assert!(is_added(&catalog.wait_for("component:default/shop", without).await));
    catalog.delete(OVERLAY).await;
    let bare = shown(&catalog).await;
    assert_eq!((&bare["metadata"]["description"], bare["metadata"].get("labels")), (&json!("new"), None));
    assert!(bare["metadata"].get("tags").is_none() && bare["metadata"].get("links").is_none(), "{bare}");
}

#[tokio::test]
async fn an_overlay_is_there_again_when_the_entity_returns() {
    let catalog = with_shop("").await;
    catalog.put(OVERLAY, addition()).await;
    catalog.files.put("a.yaml", component("other", ""));
    catalog.refresh("component:default/shop").await;
    catalog.wait_until_gone("component:default/shop").await;
    assert_eq!(catalog.get(OVERLAY).await.status, StatusCode::NOT_FOUND);
    catalog.files.put("a.yaml", shop("", "three") + &component("other", ""));
    catalog.refresh("component:default/other").await;
    assert!(is_added(&catalog.wait_for("component:default/shop", |_| true).await));
    let uid = shown(&catalog).await["metadata"]["uid"].as_str().unwrap().to_owned();
    catalog.delete(&format!("/api/catalog/entities/by-uid/{uid}")).await;
    let again = catalog.wait_for("component:default/shop", |shop| shop["metadata"]["uid"] != uid.as_str()).await;
    assert!(is_added(&again));
}

#[tokio::test]
async fn what_the_file_says_wins_and_provenance_tells_who_said_what() {
    let catalog = with_shop(", annotations: {acme.com/pager: team-1}, labels: {TIER: silver}, tags: [java]").await;
    catalog.put(OVERLAY, addition()).await;
    let metadata = shown(&catalog).await["metadata"].clone();
    assert_eq!(
        (&metadata["annotations"]["acme.com/pager"], &metadata["labels"]),
        (&json!("team-1"), &json!({"TIER": "silver"}))
    );
    let told = catalog.get(PROVENANCE).await.json();
    let source = |path: &str| {
        let found = told["fields"].as_array().unwrap().iter().find(|field| field["path"] == path);
        found.unwrap_or_else(|| panic!("no {path} in {told}"))["source"].clone()
    };
    assert_eq!(source("/metadata/annotations/acme.com~1pager")["kind"], "file");
    assert_eq!(source("/metadata/labels/TIER")["kind"], "file");
    assert_eq!(source("/metadata/tags/0")["kind"], "file");
    assert_eq!(source("/spec/owner")["location"], "url:https://files.test/a.yaml");
    let added = source("/metadata/tags/1");
    assert_eq!((&added["kind"], &added["actor"]), (&json!("overlay"), &json!("user:default/admin")));
    assert!(added["changedAt"].is_string());
    assert_eq!(source("/metadata/links/0")["kind"], "overlay");
}

#[tokio::test]
async fn provenance_names_the_set_of_an_entity_that_was_written_here() {
    let catalog = Catalog::new().await;
    catalog.put("/api/catalog/v1/sets/portal/entities", json!({"entity": entity("shop", "1")})).await;
    let told = catalog.get(PROVENANCE).await.json();
    let owner = told["fields"].as_array().unwrap().iter().find(|field| field["path"] == "/spec/owner").unwrap();
    assert_eq!((&owner["source"]["kind"], &owner["source"]["actor"]), (&json!("set"), &json!("user:default/admin")));
    assert_eq!(owner["source"]["location"], "managed:portal/component/default/shop");
    assert_eq!(catalog.put(OVERLAY, addition()).await.status, StatusCode::OK);
    assert!(is_added(&shown(&catalog).await));
}

#[tokio::test]
async fn an_overlay_that_a_file_could_not_have_is_refused() {
    let catalog = with_shop("").await;
    for (body, field) in [
        (json!({"tags": ["Not A Tag"]}), "tags.0"),
        (json!({"links": [{"title": "nowhere"}]}), "links.0"),
        (
            json!({"annotations": {"backstage.io/managed-by-location": "url:x"}}),
            "annotations.backstage.io/managed-by-location",
        ),
    ] {
        let reply = catalog.put(OVERLAY, body.clone()).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{body}");
        let fields = reply.json()["error"]["fields"].clone();
        assert!(fields.as_object().unwrap().keys().any(|key| key.starts_with(field)), "{body}: {fields}");
    }
    for body in [json!({"spec": {}}), json!({"tags": "x"}), json!({"labels": {"a": "1", "A": "1"}})] {
        assert_eq!(catalog.put(OVERLAY, body.clone()).await.status, StatusCode::BAD_REQUEST, "{body}");
    }
    let nobody = "/api/catalog/v1/entities/component/default/nobody";
    assert_eq!(catalog.put(&format!("{nobody}/overlay"), addition()).await.status, StatusCode::NOT_FOUND);
    assert_eq!(catalog.get(&format!("{nobody}/provenance")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_added_is_a_version_of_its_own_in_the_history() {
    let catalog = with_shop("").await;
    catalog.put(OVERLAY, addition()).await;
    let history = catalog.get("/api/catalog/v1/entities/component/default/shop/history").await.json();
    let newest = &history["items"][0];
    assert_eq!(
        (&newest["change"], &newest["cause"]["actor"]),
        (&json!("changed"), &json!("user:default/admin")),
        "{history}"
    );
    assert!(newest["diff"].to_string().contains("acme.com"), "{newest}");
}
