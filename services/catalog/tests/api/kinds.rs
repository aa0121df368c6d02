//! Kinds that organisations define themselves, through the front door.

use super::harness::{Catalog, component, url};
use http::StatusCode;
use serde_json::{Value, json};

const KIND: &str = "/api/catalog/v1/kinds/Machine";

fn machine(name: &str, spec: &str) -> String {
    format!("---\napiVersion: example.com/v1\nkind: Machine\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n")
}

fn definition() -> Value {
    json!({
        "title": "A machine on the floor",
        "apiVersions": ["example.com/v1"],
        "schema": {"type": "object", "required": ["spec"], "properties": {"spec": {
            "type": "object", "required": ["owner"], "properties": {"owner": {"type": "string"}, "watts": {"type": "integer"}}}}},
        "relations": [
            {"field": "spec.owner", "type": "ownedBy", "reverse": "ownerOf", "defaultKind": "Group"},
            {"field": "spec.feeds", "type": "feeds", "reverse": "fedBy", "targetKind": "Machine", "multiple": true}
        ]
    })
}

fn relations(entity: &Value) -> Vec<String> {
    let all = entity["relations"].as_array().unwrap().iter();
    all.map(|r| format!("{} {}", r["type"].as_str().unwrap(), r["targetRef"].as_str().unwrap())).collect()
}

async fn problem(catalog: &Catalog, id: &str, text: &str) -> bool {
    let path = format!("/api/catalog/v1/locations/{id}/progress");
    catalog
        .wait(async || {
            let problems = catalog.get(&path).await.json()["problems"].clone();
            problems.as_array().unwrap().iter().any(|one| one["message"].as_str().unwrap().contains(text))
        })
        .await
}

#[tokio::test]
async fn a_kind_that_is_defined_lets_its_entities_in_and_relates_them() {
    let catalog = Catalog::new().await;
    catalog.files.put("m.yaml", machine("press", "owner: ops, feeds: [saw]") + &machine("saw", "owner: ops"));
    let id = catalog.register("m.yaml").await;
    assert!(problem(&catalog, &id, "which this catalog does not accept").await);
    let reply = catalog.put(KIND, definition()).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    assert_eq!(reply.json()["relations"][0]["defaultNamespace"], "inherit");
    // Nobody asked for a refresh: defining the kind did.
    let press = catalog.wait_for("machine:default/press", |_| true).await;
    assert_eq!(relations(&press), ["feeds machine:default/saw", "ownedBy group:default/ops"]);
    let saw = catalog.entity("machine:default/saw").await.unwrap();
    assert_eq!(relations(&saw), ["fedBy machine:default/press", "ownedBy group:default/ops"]);
    assert!(!problem(&catalog, &id, "accept").await);
}

#[tokio::test]
async fn changed_rules_and_schemas_count_for_entities_that_are_there() {
    let catalog = Catalog::new().await;
    catalog.put(KIND, definition()).await;
    catalog.files.put("m.yaml", machine("press", "owner: ops, watts: 5") + &component("shop", ""));
    let id = catalog.register("m.yaml").await;
    let before = catalog.wait_for("machine:default/press", |_| true).await;
    catalog.settle().await;
    let mut changed = definition();
    changed["relations"][0]["type"] = json!("runBy");
    changed["relations"][0]["reverse"] = json!("runs");
    assert_eq!(catalog.put(KIND, changed.clone()).await.status, StatusCode::OK);
    let press =
        catalog.wait_for("machine:default/press", |press| relations(press) == ["runBy group:default/ops"]).await;
    assert_eq!(press["metadata"]["uid"], before["metadata"]["uid"]);
    changed["schema"]["properties"]["spec"]["properties"]["watts"] = json!({"type": "integer", "minimum": 10});
    catalog.put(KIND, changed.clone()).await;
    let press = catalog.wait_for("machine:default/press", |press| press.get("status").is_some()).await;
    assert!(press["status"]["items"][0]["message"].as_str().unwrap().contains("/spec/watts must be >= 10"), "{press}");
    catalog.settle().await;
    catalog.files.take_log();
    assert_eq!(catalog.put(KIND, changed).await.status, StatusCode::OK);
    catalog.settle().await;
    assert_eq!(catalog.files.take_log(), [], "a definition that says the same reads nothing again");
    assert_eq!(catalog.delete(KIND).await.status, StatusCode::NO_CONTENT);
    assert!(problem(&catalog, &id, "which this catalog does not accept").await);
    assert_eq!(catalog.delete(KIND).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_entity_that_its_kind_refuses_fails_alone_with_its_line() {
    let catalog = Catalog::new().await;
    catalog.put(KIND, definition()).await;
    catalog.files.put("m.yaml", machine("press", "owner: ops") + &machine("saw", "\n  watts: 5, owner: 7"));
    let id = catalog.register("m.yaml").await;
    catalog.wait_for("machine:default/press", |_| true).await;
    catalog.settle().await;
    let progress = catalog.get(&format!("/api/catalog/v1/locations/{id}/progress")).await.json();
    let problem = &progress["problems"][0];
    assert_eq!((&problem["line"], &problem["url"]), (&json!(11), &json!(url("m.yaml"))), "{problem}");
    assert!(problem["message"].as_str().unwrap().contains("/spec/owner must be string"), "{problem}");
    let entity =
        json!({"apiVersion": "example.com/v2", "kind": "Machine", "metadata": {"name": "x"}, "spec": {"owner": "a"}});
    let body = json!({"entity": entity, "location": "url:https://files.test/x"});
    let reply = catalog.post("/api/catalog/validate-entity", body).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert!(reply.text().contains("/apiVersion must be equal to one of the allowed values"), "{}", reply.text());
}

#[tokio::test]
async fn a_wrong_definition_is_refused_with_the_place_and_changes_nothing() {
    let catalog = Catalog::new().await;
    for (path, body, place) in [
        (KIND, json!({}), "schema"),
        (KIND, json!({"schema": {"properties": {"spec": {"type": "objekt"}}}}), "schema/properties/spec/type"),
        (KIND, json!({"schema": {"$ref": "http://example.com/x.json"}}), "schema/$ref"),
        (
            KIND,
            json!({"schema": true, "relations": [{"field": "owner", "type": "a", "reverse": "b"}]}),
            "relations/0/field",
        ),
        (KIND, json!({"schema": true, "relations": [{"field": "spec.a", "type": "a"}]}), "relations/0"),
        (KIND, json!({"schema": true, "title": 7}), "title"),
        ("/api/catalog/v1/kinds/Component", json!({"schema": true}), "kind"),
        ("/api/catalog/v1/kinds/aiResource", json!({"schema": true}), "kind"),
        ("/api/catalog/v1/kinds/no-dash", json!({"schema": true}), "kind"),
        (KIND, json!({"schema": true, "more": 1}), "additional"),
    ] {
        let reply = catalog.put(path, body.clone()).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{body}");
        assert!(reply.text().contains(place), "{place}: {}", reply.text());
    }
    let items = catalog.get("/api/catalog/v1/kinds").await.json()["items"].clone();
    assert!(items.as_array().unwrap().iter().all(|kind| kind["builtIn"] == true), "{items}");
}

#[tokio::test]
async fn all_kinds_are_listed_with_what_is_known_of_them() {
    let catalog = Catalog::new().await;
    catalog.put(KIND, definition()).await;
    let items = catalog.get("/api/catalog/v1/kinds").await.json()["items"].clone();
    let find = |kind: &str| items.as_array().unwrap().iter().find(|item| item["kind"] == kind).unwrap().clone();
    assert_eq!(items.as_array().unwrap().len(), 11);
    let component = find("Component");
    assert_eq!((&component["builtIn"], &component["allowed"]), (&json!(true), &json!(true)));
    assert_eq!(component["relations"][0]["field"], "spec.owner");
    assert_eq!(find("Template")["allowed"], false, "the harness does not accept templates");
    let machine = find("Machine");
    assert_eq!((&machine["builtIn"], &machine["allowed"]), (&json!(false), &json!(true)));
    assert_eq!(machine["schema"], definition()["schema"]);
    assert_eq!(machine["title"], "A machine on the floor");
}

#[tokio::test]
async fn kinds_belong_to_one_organisation_and_changes_are_written_down() {
    let catalog = Catalog::new().await;
    catalog.put(KIND, definition()).await;
    let other = catalog.test.tenant("globex").await;
    let reply = testkit::request(&catalog.router, Some(&testkit::admin(other)), http::Method::DELETE, KIND, None).await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    let rows = catalog.test.audit_rows(catalog.tenant).await;
    catalog.delete(KIND).await;
    assert_eq!(catalog.test.audit_rows(catalog.tenant).await, rows + 1);
    let maintainer = testkit::caller(catalog.tenant, testkit::user("maintainer"));
    let reply = testkit::request(&catalog.router, Some(&maintainer), http::Method::PUT, KIND, Some(definition())).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
}
