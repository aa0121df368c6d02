//! Entities that people write in the catalog itself.

use super::harness::{Catalog, component};
use super::providers::{entity, full, given};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Reply, member, request};

const SET: &str = "/api/catalog/v1/sets/portal";

async fn put_set(catalog: &Catalog, entities: Vec<Value>) -> Reply {
    catalog.put(SET, json!({"entities": entities})).await
}

async fn put_one(catalog: &Catalog, set: &str, entity: Value) -> Reply {
    catalog.put(&format!("/api/catalog/v1/sets/{set}/entities"), json!({"entity": entity})).await
}

#[tokio::test]
async fn a_set_is_replaced_as_a_whole_and_read_back_as_it_was_put() {
    let catalog = Catalog::new().await;
    assert_eq!(catalog.get(SET).await.status, StatusCode::NOT_FOUND);
    let mut odd = entity("a", "1");
    odd["metadata"]["annotations"] =
        json!({"z/last": "1", "a/first": "2", "backstage.io/managed-by-location": "url:x"});
    odd["spec"]["dependsOn"] = json!(["component:z", "component:b"]);
    let put = put_set(&catalog, vec![odd.clone(), entity("b", "1")]).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.text());
    let got = catalog.get(SET).await.json();
    assert_eq!(got, json!({"set": "portal", "entities": [odd, entity("b", "1")]}));
    assert_eq!(got["entities"][0].to_string(), odd.to_string(), "in the order in which it was written");
    let shown = catalog.entity("component:default/a").await.unwrap();
    let location = &shown["metadata"]["annotations"]["backstage.io/managed-by-location"];
    assert_eq!(location, "managed:portal/component/default/a");
    put_set(&catalog, vec![entity("b", "2"), entity("c", "1")]).await;
    assert!(catalog.entity("component:default/a").await.is_none());
    assert_eq!(catalog.entity("component:default/b").await.unwrap()["spec"]["from"], "2");
    let sets = catalog.get("/api/catalog/v1/sets").await.json();
    assert_eq!(sets, json!({"items": [{"set": "portal", "entityCount": 2}]}));
    assert_eq!(catalog.delete(SET).await.status, StatusCode::NO_CONTENT);
    assert!(catalog.entity("component:default/b").await.is_none());
    assert_eq!(catalog.delete(SET).await.status, StatusCode::NOT_FOUND);
}

/// Templates whose tests are to be run.
async fn asked_for(catalog: &Catalog) -> Vec<String> {
    let mut tx = catalog.test.db.tenant(catalog.tenant).await.unwrap();
    let asked = "delete from job where tenant_id = $1 and queue = 'scaffolder.template-tests' returning key";
    let keys = sqlx::query_scalar(asked).bind(tx.id()).fetch_all(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    keys
}

#[tokio::test]
async fn the_tests_of_a_template_are_asked_for_with_each_change_of_it() {
    let catalog = Catalog::new().await;
    let template = |steps: Value| {
        json!({"apiVersion": "scaffolder.backstage.io/v1beta3", "kind": "Template", "metadata": {"name": "pay"},
            "spec": {"type": "service", "steps": steps}})
    };
    let kinds = json!({"allowedKinds": ["Component", "Location", "Template"]});
    assert_eq!(catalog.patch("/api/catalog/v1/settings", kinds).await.status, StatusCode::OK);
    let put = put_set(&catalog, vec![template(json!([])), entity("a", "1")]).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.text());
    assert_eq!(asked_for(&catalog).await, ["template:default/pay"]);
    put_set(&catalog, vec![template(json!([])), entity("a", "2")]).await;
    assert_eq!(asked_for(&catalog).await, [""; 0], "the template is what it was");
    put_set(&catalog, vec![template(json!([{"action": "debug:log"}])), entity("a", "2")]).await;
    assert_eq!(asked_for(&catalog).await, ["template:default/pay"]);
}

#[tokio::test]
async fn single_entities_are_created_changed_and_deleted() {
    let catalog = Catalog::new().await;
    let put = put_one(&catalog, "portal", entity("A", "1")).await;
    assert_eq!((put.status, put.json()), (StatusCode::OK, json!({"entityRef": "component:default/a"})));
    let uid = catalog.entity("component:default/a").await.unwrap()["metadata"]["uid"].clone();
    put_one(&catalog, "portal", entity("A", "2")).await;
    put_one(&catalog, "portal", entity("b", "1")).await;
    let a = catalog.entity("component:default/a").await.unwrap();
    assert_eq!((&a["spec"]["from"], &a["metadata"]["uid"]), (&json!("2"), &uid));
    let of_a = format!("{SET}/entities/Component/default/A");
    assert_eq!(catalog.delete(&of_a).await.status, StatusCode::NO_CONTENT);
    assert_eq!(catalog.delete(&of_a).await.status, StatusCode::NOT_FOUND);
    assert!(catalog.entity("component:default/a").await.is_none());
    assert_eq!(catalog.get(SET).await.json()["entities"], json!([entity("b", "1")]));
    let elsewhere = "/api/catalog/v1/sets/other/entities/component/default/b";
    assert_eq!(catalog.delete(elsewhere).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_wrong_is_named_next_to_its_field_and_nothing_is_written() {
    let catalog = Catalog::new().await;
    let mut ownerless = entity("a", "1");
    ownerless["spec"].as_object_mut().unwrap().remove("owner");
    let mut misnamed = entity("a", "1");
    misnamed["metadata"]["name"] = "not a name".into();
    let mut foreign = entity("a", "1");
    foreign["kind"] = "Gadget".into();
    for (entity, field) in [
        (ownerless.clone(), "entity.spec.owner"),
        (misnamed, "entity.metadata.name"),
        (foreign, "entity.kind"),
        (json!({"kind": "Component"}), "entity.apiVersion"),
        (json!(7), "entity"),
    ] {
        let reply = put_one(&catalog, "portal", entity).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{}", reply.text());
        let error = &reply.json()["error"];
        assert!(error["fields"].get(field).is_some(), "{field}: {error}");
    }
    let reply = put_set(&catalog, vec![entity("fine", "1"), ownerless, entity("fine", "2")]).await;
    let fields = reply.json()["error"]["fields"].clone();
    assert!(fields.get("entities.1.spec.owner").is_some() && fields.get("entities.2").is_some(), "{fields}");
    assert!(catalog.entity("component:default/fine").await.is_none());
    assert_eq!(put_one(&catalog, "Not-A-Set", entity("a", "1")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(catalog.put(SET, json!({"entity": {}})).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_entity_of_somebody_elses_cannot_be_taken_over() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("filed", ""));
    catalog.register("a.yaml").await;
    catalog.wait_for("component:default/filed", |_| true).await;
    full(&catalog, "org", vec![given("provided", "1", "k"), given("weak", "1", "")]).await;
    put_one(&catalog, "other", entity("written", "1")).await;
    for (name, reason) in [
        ("filed", "comes from url:https://files.test/a.yaml"),
        ("provided", "comes from the provider org"),
        ("written", "belongs to the set other"),
    ] {
        let reply = put_one(&catalog, "portal", entity(name, "2")).await;
        assert_eq!(reply.status, StatusCode::CONFLICT);
        assert!(reply.text().contains(reason), "{}", reply.text());
        assert_eq!(put_set(&catalog, vec![entity(name, "2")]).await.status, StatusCode::CONFLICT);
    }
    assert_eq!(catalog.get(SET).await.status, StatusCode::NOT_FOUND, "nothing was written");
    // Its provider named no key, so a key takes it.
    assert_eq!(put_one(&catalog, "portal", entity("weak", "2")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_file_gets_an_entity_when_the_set_lets_go_of_it() {
    let catalog = Catalog::new().await;
    put_one(&catalog, "portal", entity("a", "set")).await;
    catalog.files.put("a.yaml", component("a", ", from: file") + &component("b", ""));
    catalog.register("a.yaml").await;
    catalog.wait_for("component:default/b", |_| true).await;
    assert_eq!(catalog.entity("component:default/a").await.unwrap()["spec"]["from"], "set");
    catalog.delete(&format!("{SET}/entities/component/default/a")).await;
    catalog.wait_for("component:default/a", |entity| entity["spec"]["from"] == "file").await;
}

#[tokio::test]
async fn deleting_a_managed_entity_by_uid_deletes_it_for_good() {
    let catalog = Catalog::new().await;
    put_set(&catalog, vec![entity("a", "1"), entity("b", "1")]).await;
    let uid = catalog.entity("component:default/a").await.unwrap()["metadata"]["uid"].as_str().unwrap().to_owned();
    catalog.delete(&format!("/api/catalog/entities/by-uid/{uid}")).await;
    assert!(catalog.entity("component:default/a").await.is_none());
    assert_eq!(catalog.get(SET).await.json()["entities"], json!([entity("b", "1")]));
}

#[tokio::test]
async fn large_sets_go_at_once_when_a_person_replaces_them() {
    let catalog = Catalog::new().await;
    put_set(&catalog, (0..40).map(|i| entity(&format!("c{i}"), "1")).collect()).await;
    assert_eq!(put_set(&catalog, vec![entity("c0", "1")]).await.status, StatusCode::OK);
    assert_eq!(catalog.names("/api/catalog/entities/by-query?filter=kind=component").await, ["c0"]);
    assert_eq!(catalog.get("/api/catalog/v1/removals").await.json()["items"], json!([]));
}

#[tokio::test]
async fn whoever_may_not_delete_replaces_nothing_away() {
    let catalog = Catalog::new().await;
    put_set(&catalog, vec![entity("a", "1"), entity("b", "1")]).await;
    let by = member(catalog.tenant);
    let put = async |entities: Vec<Value>| {
        request(&catalog.router, Some(&by), Method::PUT, SET, Some(json!({"entities": entities}))).await.status
    };
    assert_eq!(put(vec![entity("a", "2")]).await, StatusCode::FORBIDDEN);
    assert!(catalog.entity("component:default/b").await.is_some());
    assert_eq!(put(vec![entity("a", "2"), entity("b", "1"), entity("c", "1")]).await, StatusCode::OK);
    let deleted = request(&catalog.router, Some(&by), Method::DELETE, SET, None).await;
    assert_eq!(deleted.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_was_restored_gives_way_to_whoever_emits_it() {
    let catalog = Catalog::new().await;
    assert_eq!(put_one(&catalog, "restored", entity("a", "restored")).await.status, StatusCode::OK);
    catalog.files.put("a.yaml", component("a", ", from: file"));
    catalog.register("a.yaml").await;
    catalog.wait_for("component:default/a", |entity| entity["spec"]["from"] == "file").await;
    assert_eq!(catalog.get("/api/catalog/v1/sets/restored").await.status, StatusCode::NOT_FOUND);
    catalog.files.put("a.yaml", component("b", ""));
    catalog.refresh("component:default/a").await;
    catalog.wait_until_gone("component:default/a").await;
}

#[tokio::test]
async fn an_entity_that_was_brought_back_is_a_managed_one() {
    let catalog = Catalog::new().await;
    put_one(&catalog, "portal", entity("a", "1")).await;
    catalog.delete(&format!("{SET}/entities/component/default/a")).await;
    let restored = catalog.post("/api/catalog/v1/deleted-entities/component/default/a/restore", json!({})).await;
    assert_eq!(restored.status, StatusCode::OK, "{}", restored.text());
    let set = catalog.get("/api/catalog/v1/sets/restored").await.json();
    assert_eq!(set["entities"][0]["spec"]["from"], "1", "{set}");
    assert_eq!(put_one(&catalog, "restored", entity("a", "2")).await.status, StatusCode::OK);
    assert_eq!(catalog.entity("component:default/a").await.unwrap()["spec"]["from"], "2");
    // A set names a key, so it may have the entity.
    assert_eq!(put_one(&catalog, "portal", entity("a", "3")).await.status, StatusCode::OK);
    let sets = catalog.get("/api/catalog/v1/sets").await.json();
    assert_eq!(sets, json!({"items": [{"set": "portal", "entityCount": 1}]}));
}

#[tokio::test]
async fn what_was_written_is_judged_anew_when_its_kind_changes() {
    let catalog = Catalog::new().await;
    let kind = |relations: Value, required: Value| {
        json!({"schema": {"type": "object", "properties": {"spec": {"type": "object", "required": required}}},
            "relations": relations})
    };
    let path = "/api/catalog/v1/kinds/Machine";
    catalog.put(path, kind(json!([]), json!([]))).await;
    let machine =
        json!({"apiVersion": "acme/v1", "kind": "Machine", "metadata": {"name": "m"}, "spec": {"runBy": "g"}});
    assert_eq!(put_one(&catalog, "portal", machine).await.status, StatusCode::OK);
    let rule = json!([{"field": "spec.runBy", "type": "runBy", "reverse": "runs", "defaultKind": "group"}]);
    let changed = catalog.put(path, kind(rule.clone(), json!([]))).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    let related = catalog.entity("machine:default/m").await.unwrap();
    assert!(related["relations"].to_string().contains("group:default/g"), "{related}");
    catalog.put(path, kind(rule, json!(["rack"]))).await;
    let failing = catalog.entity("machine:default/m").await.unwrap();
    assert!(failing["status"].to_string().contains("rack"), "{failing}");
    assert!(failing["relations"].to_string().contains("group:default/g"), "it stays as it was: {failing}");
}
