//! From a registered address to entities.

use super::harness::{Catalog, File, Files, component, group, location, url};
use serde_json::{Value, json};
use testkit::TestDb;

fn relations(entity: &Value, kind: &str) -> Vec<String> {
    let all = entity["relations"].as_array().unwrap().iter();
    all.filter(|r| r["type"] == kind).map(|r| r["targetRef"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_registered_file_becomes_entities_with_relations_in_both_directions() {
    let catalog = Catalog::new().await;
    catalog.files.put(
        "a.yaml",
        component("shop", ", dependsOn: ['component:stock']") + &component("stock", "") + &group("team-a"),
    );
    catalog.register("a.yaml").await;
    let shop = catalog.wait_for("component:default/shop", |_| true).await;
    assert_eq!(relations(&shop, "ownedBy"), ["group:default/team-a"]);
    let team = catalog.entity("group:default/team-a").await.unwrap();
    assert_eq!(relations(&team, "ownerOf"), ["component:default/shop", "component:default/stock"]);
    let stock = catalog.entity("component:default/stock").await.unwrap();
    assert_eq!(relations(&stock, "dependencyOf"), ["component:default/shop"]);
    assert_eq!(stock["metadata"]["annotations"]["backstage.io/managed-by-location"], format!("url:{}", url("a.yaml")));
}

#[tokio::test]
async fn files_that_did_not_change_cost_a_conditional_request_and_change_nothing() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("shop", ", x: {$text: ./note.txt}"));
    catalog.files.put("note.txt", "one");
    catalog.register("a.yaml").await;
    let before = catalog.wait_for("component:default/shop", |_| true).await;
    catalog.settle().await;
    catalog.files.take_log();
    catalog.refresh("component:default/shop").await;
    catalog.settle().await;
    let mut log = catalog.files.take_log();
    log.sort();
    assert_eq!(log, [(url("a.yaml"), 304), (url("note.txt"), 304)]);
    assert_eq!(catalog.entity("component:default/shop").await.unwrap(), before);
    catalog.files.put("note.txt", "two");
    catalog.refresh("component:default/shop").await;
    let after = catalog.wait_for("component:default/shop", |entity| entity["spec"]["x"] == "two").await;
    assert_eq!(after["metadata"]["uid"], before["metadata"]["uid"]);
    assert_ne!(after["metadata"]["etag"], before["metadata"]["etag"]);
}

#[tokio::test]
async fn a_document_that_is_wrong_fails_alone_and_progress_says_where() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("good", "") + "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: bad}\nspec: {type: a, lifecycle: b}\n");
    let id = catalog.register("a.yaml").await;
    catalog.wait_for("component:default/good", |_| true).await;
    catalog.settle().await;
    assert!(catalog.entity("component:default/bad").await.is_none());
    let progress = catalog.get(&format!("/api/catalog/v1/locations/{id}/progress")).await.json();
    assert_eq!(progress["state"], "done");
    assert_eq!(progress["entities"], json!([{"entityRef": "component:default/good", "kind": "Component"}]));
    let problem = &progress["problems"][0];
    assert_eq!(problem["entityRef"], "component:default/bad");
    assert_eq!(problem["line"], 10);
    assert!(problem["message"].as_str().unwrap().contains("owner"), "{problem}");
}

#[tokio::test]
async fn a_file_that_breaks_keeps_its_entities_and_recovers() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("shop", ""));
    let id = catalog.register("a.yaml").await;
    catalog.wait_for("component:default/shop", |_| true).await;
    for broken in [
        File::Text("kind: [unclosed".into()),
        File::Text("<!DOCTYPE html><html>".into()),
        File::Status(404),
        File::Status(503),
    ] {
        catalog.files.set("a.yaml", broken.clone());
        catalog.refresh("component:default/shop").await;
        let failed = catalog.wait(async || {
            let progress = catalog.get(&format!("/api/catalog/v1/locations/{id}/progress")).await.json();
            progress["state"] == "failed" && progress["problems"][0]["url"] == url("a.yaml")
        });
        assert!(failed.await, "{broken:?}");
        assert!(catalog.entity("component:default/shop").await.is_some(), "{broken:?}");
        catalog.files.put("a.yaml", component("shop", ", again: yes"));
        catalog.refresh("component:default/shop").await;
        let healed = catalog.wait(async || {
            let progress = catalog.get(&format!("/api/catalog/v1/locations/{id}/progress")).await.json();
            progress["state"] == "done" && progress["problems"] == json!([])
        });
        assert!(healed.await, "after {broken:?}");
    }
    let shop = catalog.entity("component:default/shop").await.unwrap();
    assert_eq!(shop["spec"]["again"], "yes");
    assert_eq!(shop.get("status"), None);
}

#[tokio::test]
async fn an_entity_that_became_invalid_keeps_its_last_good_form_with_a_status() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("shop", ", note: one"));
    catalog.register("a.yaml").await;
    catalog.wait_for("component:default/shop", |_| true).await;
    catalog.files.put("a.yaml", component("shop", "").replace("owner: team-a", "note: two"));
    catalog.refresh("component:default/shop").await;
    let shop = catalog.wait_for("component:default/shop", |entity| entity.get("status").is_some()).await;
    assert_eq!(shop["spec"]["note"], "one");
    assert!(shop["status"]["items"][0]["message"].as_str().unwrap().contains("'owner'"), "{shop}");
}

#[tokio::test]
async fn locations_lead_to_locations_and_what_is_listed_no_more_goes() {
    let catalog = Catalog::new().await;
    catalog.files.put("root.yaml", location("root", &["./deep/all.yaml", "./b.yaml"]));
    catalog.files.put("deep/all.yaml", location("all", &["../c.yaml"]));
    catalog.files.put("b.yaml", component("b", ""));
    catalog.files.put("c.yaml", component("c", ""));
    catalog.register("root.yaml").await;
    for name in ["b", "c"] {
        catalog.wait_for(&format!("component:default/{name}"), |_| true).await;
    }
    let ancestry = catalog.get("/api/catalog/entities/by-name/component/default/c/ancestry").await.json();
    assert_eq!(ancestry["items"].as_array().unwrap().len(), 4, "{ancestry}");
    catalog.files.put("root.yaml", location("root", &["./b.yaml"]));
    catalog.refresh("component:default/b").await;
    catalog.wait_until_gone("component:default/c").await;
    assert!(catalog.entity("location:default/all").await.is_none());
    assert!(catalog.entity("component:default/b").await.is_some());
}

#[tokio::test]
async fn a_host_that_never_answers_delays_nobody_else() {
    let catalog = Catalog::new().await;
    catalog.files.set("slow-1.yaml", File::Hangs);
    catalog.files.set("slow-2.yaml", File::Hangs);
    catalog.register("slow-1.yaml").await;
    catalog.register("slow-2.yaml").await;
    for i in 0..5 {
        catalog.files.put(&format!("{i}.yaml"), component(&format!("quick-{i}"), ""));
        catalog.register(&format!("{i}.yaml")).await;
    }
    for i in 0..5 {
        catalog.wait_for(&format!("component:default/quick-{i}"), |_| true).await;
    }
}

#[tokio::test]
async fn what_was_acknowledged_before_the_process_died_is_read_by_the_next_one() {
    let test = TestDb::new().await;
    let tenant = test.tenant("acme").await;
    let files = Files::default();
    files.put("a.yaml", component("shop", ""));
    let first = Catalog::on(test.clone(), tenant, files.clone());
    first.register("a.yaml").await;
    drop(first);
    let second = Catalog::on(test, tenant, files);
    assert!(second.entity("component:default/shop").await.is_none());
    second.start();
    second.wait_for("component:default/shop", |_| true).await;
}

#[tokio::test]
async fn null_characters_are_refused_one_by_one_and_stop_nothing() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("good", "") + &component("evil", ", note: \"a\\0b\""));
    catalog.register("a.yaml").await;
    catalog.wait_for("component:default/good", |_| true).await;
    catalog.settle().await;
    assert!(catalog.entity("component:default/evil").await.is_none());
    for path in ["/api/catalog/entities/by-query?filter=a=%00", "/api/search/query?term=%00&filters[a]=%00"] {
        let status = catalog.get(path).await.status.as_u16();
        assert!(status == 400 || status == 200, "{path}: {status}");
    }
    let reply = catalog.post("/api/catalog/entities/by-refs", json!({"entityRefs": ["a\0b"]})).await;
    assert_eq!(reply.status.as_u16(), 400);
    assert_eq!(catalog.get("/api/catalog/entities/by-name/component/default/a%00").await.status.as_u16(), 404);
}
