//! Entity providers: full and delta mutations, whose an entity is, and what is refused.

use super::harness::{Catalog, component, url};
use http::StatusCode;
use serde_json::{Value, json};

/// A component as a provider sends it.
pub fn entity(name: &str, from: &str) -> Value {
    json!({
        "apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": name},
        "spec": {"type": "service", "lifecycle": "production", "owner": "team-a", "from": from},
    })
}

/// With a location key, if it is not empty.
pub fn given(name: &str, from: &str, key: &str) -> Value {
    if key.is_empty() {
        json!({"entity": entity(name, from)})
    } else {
        json!({"entity": entity(name, from), "locationKey": key})
    }
}

/// Sends a mutation that must be accepted.
pub async fn mutate(catalog: &Catalog, provider: &str, mutation: Value) -> Value {
    let reply = catalog.post(&format!("/api/catalog/v1/providers/{provider}/mutations"), mutation).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    reply.json()
}

pub async fn full(catalog: &Catalog, provider: &str, given: Vec<Value>) -> Value {
    mutate(catalog, provider, json!({"type": "full", "entities": given})).await
}

async fn from(catalog: &Catalog, name: &str) -> Option<String> {
    let entity = catalog.entity(&format!("component:default/{name}")).await?;
    entity["spec"]["from"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn a_full_mutation_replaces_and_a_delta_adds_and_removes() {
    let catalog = Catalog::new().await;
    let done = full(&catalog, "org", vec![given("a", "1", ""), given("b", "1", "")]).await;
    assert_eq!((&done["changed"], &done["removed"]), (&json!(2), &json!(0)));
    assert_eq!(from(&catalog, "a").await.as_deref(), Some("1"));
    let done = full(&catalog, "org", vec![given("a", "2", "")]).await;
    assert_eq!((&done["changed"], &done["removed"]), (&json!(1), &json!(1)));
    assert_eq!((from(&catalog, "a").await.as_deref(), from(&catalog, "b").await), (Some("2"), None));
    let delta = json!({"type": "delta", "added": [given("c", "1", "")], "removed": [{"entityRef": "component:a"}]});
    let done = mutate(&catalog, "org", delta).await;
    assert_eq!((&done["changed"], &done["removed"]), (&json!(1), &json!(1)));
    assert_eq!((from(&catalog, "a").await, from(&catalog, "c").await.as_deref()), (None, Some("1")));
    let again = json!({"type": "delta", "added": [given("c", "1", "")], "removed": [{"entity": entity("nobody", "")}]});
    let done = mutate(&catalog, "org", again).await;
    assert_eq!((&done["changed"], &done["removed"]), (&json!(0), &json!(0)));
}

#[tokio::test]
async fn a_provider_removes_nothing_that_another_source_lists() {
    let catalog = Catalog::new().await;
    full(&catalog, "one", vec![given("a", "1", "k")]).await;
    full(&catalog, "two", vec![given("a", "1", "k"), given("b", "1", "")]).await;
    let done =
        mutate(&catalog, "two", json!({"type": "delta", "removed": [{"entityRef": "component:default/a"}]})).await;
    assert_eq!(done["removed"], 0);
    assert!(from(&catalog, "a").await.is_some());
    let done =
        mutate(&catalog, "two", json!({"type": "delta", "removed": [{"entityRef": "component:default/a"}]})).await;
    assert_eq!(done["removed"], 0, "it is not its own any more");
    assert_eq!(full(&catalog, "one", vec![]).await["removed"], 1);
    assert_eq!((from(&catalog, "a").await, from(&catalog, "b").await.as_deref()), (None, Some("1")));
}

#[tokio::test]
async fn the_first_location_key_keeps_an_entity_and_no_key_gives_way_to_one() {
    for (first, second, winner) in
        [("", "", "two"), ("", "k", "two"), ("k", "k", "two"), ("k", "other", "one"), ("k", "", "one")]
    {
        let catalog = Catalog::new().await;
        full(&catalog, "one", vec![given("a", "one", first)]).await;
        let done = full(&catalog, "two", vec![given("a", "two", second)]).await;
        assert_eq!(from(&catalog, "a").await.as_deref(), Some(winner), "{first:?} then {second:?}: {done}");
        let conflicts =
            if winner == "one" { json!([{"entityRef": "component:default/a", "claimedBy": "k"}]) } else { json!([]) };
        assert_eq!(done["conflicts"], conflicts, "{first:?} then {second:?}");
        // Whoever lost it does not remove it either.
        let loser = if winner == "one" { "two" } else { "one" };
        full(&catalog, loser, vec![]).await;
        assert_eq!(from(&catalog, "a").await.as_deref(), Some(winner), "{first:?} then {second:?}");
    }
}

#[tokio::test]
async fn a_source_may_name_another_key_for_what_it_alone_has() {
    let catalog = Catalog::new().await;
    full(&catalog, "one", vec![given("a", "1", "k")]).await;
    assert_eq!(full(&catalog, "one", vec![given("a", "2", "moved")]).await["conflictCount"], 0);
    assert_eq!(from(&catalog, "a").await.as_deref(), Some("2"));
}

#[tokio::test]
async fn a_file_and_a_provider_follow_the_same_rules() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("mine", ", from: file") + &component("weak", ", from: file"));
    full(&catalog, "org", vec![given("weak", "org", "")]).await;
    catalog.register("a.yaml").await;
    catalog.wait_for("component:default/mine", |_| true).await;
    assert_eq!(from(&catalog, "weak").await.as_deref(), Some("file"), "a file names a key");
    let done = full(&catalog, "org", vec![given("mine", "org", "org:1"), given("weak", "org", "")]).await;
    let claimed = url("a.yaml");
    assert_eq!(done["conflictCount"], 2);
    assert_eq!(done["conflicts"][0]["claimedBy"], format!("url:{claimed}"));
    assert_eq!(from(&catalog, "mine").await.as_deref(), Some("file"));
}

#[tokio::test]
async fn an_entity_that_is_not_valid_fails_alone_and_keeps_what_it_was() {
    let catalog = Catalog::new().await;
    full(&catalog, "org", vec![given("a", "1", ""), given("b", "1", "")]).await;
    let mut ownerless = given("a", "2", "");
    ownerless["entity"]["spec"].as_object_mut().unwrap().remove("owner");
    let foreign = json!({"entity": {"apiVersion": "x/y", "kind": "Gadget", "metadata": {"name": "g"}, "spec": {}}});
    let mut reading = given("c", "1", "");
    reading["entity"]["spec"]["more"] = json!({"$text": "./file"});
    let mut lost = given("d", "1", "");
    lost["entity"]["metadata"]["annotations"] = json!({"backstage.io/managed-by-location": "nowhere"});
    let done = full(&catalog, "org", vec![ownerless, given("b", "2", ""), foreign, reading, lost]).await;
    assert_eq!((&done["failedCount"], &done["removed"]), (&json!(4), &json!(0)), "{done}");
    let failed: Vec<&str> =
        done["failed"].as_array().unwrap().iter().map(|f| f["entityRef"].as_str().unwrap()).collect();
    assert_eq!(failed, ["component:default/a", "gadget:default/g", "component:default/c", "component:default/d"]);
    let a = catalog.entity("component:default/a").await.unwrap();
    assert_eq!(a["spec"]["from"], "1");
    assert!(a["status"]["items"][0]["message"].as_str().unwrap().contains("owner"), "{a}");
    assert_eq!(from(&catalog, "b").await.as_deref(), Some("2"));
    assert!(catalog.entity("component:default/c").await.is_none());
    full(&catalog, "org", vec![given("a", "3", ""), given("b", "2", "")]).await;
    assert!(catalog.entity("component:default/a").await.unwrap().get("status").is_none());
}

#[tokio::test]
async fn a_location_of_a_provider_is_read_like_any_other() {
    let catalog = Catalog::new().await;
    catalog.files.put("more.yaml", component("from-file", ""));
    let location = json!({
        "apiVersion": "backstage.io/v1alpha1", "kind": "Location", "metadata": {"name": "repo"},
        "spec": {"type": "url", "target": url("more.yaml")},
    });
    full(&catalog, "org", vec![json!({"entity": location})]).await;
    let found = catalog.wait_for("component:default/from-file", |_| true).await;
    assert_eq!(found["metadata"]["annotations"]["backstage.io/managed-by-origin-location"], "provider:org");
    full(&catalog, "org", vec![]).await;
    assert!(catalog.entity("component:default/from-file").await.is_none());
    assert!(catalog.entity("location:default/repo").await.is_none());
}

#[tokio::test]
async fn a_mutation_that_makes_no_sense_is_refused_with_its_place() {
    let catalog = Catalog::new().await;
    let path = "/api/catalog/v1/providers/org/mutations";
    let nameless = json!({"apiVersion": "a/b", "kind": "Component", "metadata": {}});
    for (body, field) in [
        (json!({"type": "half"}), "type"),
        (json!({"type": "full"}), "entities"),
        (json!({"type": "full", "entities": [given("a", "", ""), {"entity": nameless}]}), "entities.1.entity"),
        (json!({"type": "delta", "removed": [{"entityRef": "a"}]}), "removed.0.entityRef"),
    ] {
        let reply = catalog.post(path, body.clone()).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{body}: {}", reply.text());
        assert!(reply.json()["error"]["fields"].get(field).is_some(), "{body}: {}", reply.text());
    }
    assert!(catalog.entity("component:default/a").await.is_none(), "nothing of it was taken");
    let name = catalog.post("/api/catalog/v1/providers/a%20b/mutations", json!({"type": "full", "entities": []})).await;
    assert_eq!(name.status, StatusCode::BAD_REQUEST);
    let huge = json!({"type": "full", "entities": [], "x": "x".repeat(33 << 20)});
    assert_eq!(catalog.post(path, huge).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let many: Vec<Value> = (0..20_001).map(|i| given(&format!("e{i}"), "", "")).collect();
    let many = catalog.post(path, json!({"type": "full", "entities": many})).await;
    assert!(many.status == StatusCode::BAD_REQUEST && many.text().contains("20000"), "{}", many.text());
}

#[tokio::test]
async fn the_cause_of_a_change_names_the_provider() {
    let catalog = Catalog::new().await;
    full(&catalog, "@acme%2Forg:1", vec![given("a", "1", "")]).await;
    let mut tx = catalog.test.db.tenant(catalog.tenant).await.unwrap();
    let cause: Value =
        sqlx::query_scalar("select cause from catalog_change where tenant_id = $1 order by seq desc limit 1")
            .bind(tx.id())
            .fetch_one(tx.conn())
            .await
            .unwrap();
    assert_eq!(cause, json!({"kind": "provider", "provider": "@acme/org:1"}));
}
