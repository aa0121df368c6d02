//! What goes, what stays, and who takes over.

use super::harness::{Catalog, component, group, location};
use http::StatusCode;
use serde_json::Value;

fn owned(entity: &Value) -> usize {
    entity["relations"].as_array().unwrap().iter().filter(|r| r["type"] == "ownerOf").count()
}

#[tokio::test]
async fn deleting_a_location_removes_at_once_what_nobody_else_lists() {
    let catalog = Catalog::new().await;
    catalog.files.put("one.yaml", location("one", &["./shared.yaml", "./only-one.yaml"]));
    catalog.files.put("two.yaml", location("two", &["./shared.yaml"]) + &group("team-a"));
    catalog.files.put("shared.yaml", component("shared", ""));
    catalog.files.put("only-one.yaml", component("only-one", ""));
    let id = catalog.register("one.yaml").await;
    catalog.register("two.yaml").await;
    catalog.wait_for("group:default/team-a", |team| owned(team) == 2).await;
    catalog.settle().await;
    assert_eq!(catalog.delete(&format!("/api/catalog/locations/{id}")).await.status, StatusCode::NO_CONTENT);
    assert!(catalog.entity("component:default/only-one").await.is_none());
    assert!(catalog.entity("location:default/one").await.is_none());
    assert!(catalog.entity("component:default/shared").await.is_some());
    assert_eq!(owned(&catalog.entity("group:default/team-a").await.unwrap()), 1);
    assert_eq!(catalog.names("/api/catalog/entities/by-query?filter=metadata.name=only-one").await, [""; 0]);
    let found = catalog.get("/api/search/query?term=only-one").await.json();
    assert_eq!(found["numberOfResults"], 0, "{found}");
    assert_eq!(catalog.delete(&format!("/api/catalog/locations/{id}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_first_file_keeps_an_entity_and_the_second_takes_over_when_it_lets_go() {
    let catalog = Catalog::new().await;
    catalog.files.put("first.yaml", component("claimed", ", from: first"));
    catalog.files.put("second.yaml", component("claimed", ", from: second") + &component("companion", ""));
    let id = catalog.register("first.yaml").await;
    catalog.wait_for("component:default/claimed", |_| true).await;
    catalog.register("second.yaml").await;
    catalog.wait_for("component:default/companion", |_| true).await;
    assert_eq!(catalog.entity("component:default/claimed").await.unwrap()["spec"]["from"], "first");
    catalog.delete(&format!("/api/catalog/locations/{id}")).await;
    catalog.wait_for("component:default/claimed", |entity| entity["spec"]["from"] == "second").await;
}

#[tokio::test]
async fn an_entity_that_is_deleted_comes_back_with_another_uid_while_its_file_lists_it() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("shop", "") + &component("other", ""));
    catalog.register("a.yaml").await;
    let before = catalog.wait_for("component:default/shop", |_| true).await;
    catalog.settle().await;
    let uid = before["metadata"]["uid"].as_str().unwrap().to_owned();
    let path = format!("/api/catalog/entities/by-uid/{uid}");
    assert_eq!(catalog.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(catalog.get(&path).await.status, StatusCode::NOT_FOUND);
    catalog.wait_for("component:default/shop", |entity| entity["metadata"]["uid"] != uid.as_str()).await;
}

#[tokio::test]
async fn every_change_by_a_person_writes_an_audit_row() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("shop", ""));
    let rows = async || catalog.test.audit_rows(catalog.tenant).await;
    let id = catalog.register("a.yaml").await;
    assert_eq!(rows().await, 1);
    let shop = catalog.wait_for("component:default/shop", |_| true).await;
    catalog.refresh("component:default/shop").await;
    assert_eq!(rows().await, 2);
    catalog.delete(&format!("/api/catalog/entities/by-uid/{}", shop["metadata"]["uid"].as_str().unwrap())).await;
    assert_eq!(rows().await, 3);
    catalog.delete(&format!("/api/catalog/locations/{id}")).await;
    assert_eq!(rows().await, 4);
}

#[tokio::test]
async fn nothing_is_left_behind_when_everything_is_removed() {
    let catalog = Catalog::new().await;
    catalog.files.put("root.yaml", location("root", &["./a.yaml"]) + &component("b", ", tags: [x, y]"));
    catalog.files.put("a.yaml", component("a", ", dependsOn: ['component:b']") + &group("team-a"));
    let id = catalog.register("root.yaml").await;
    catalog.wait_for("component:default/a", |_| true).await;
    catalog.settle().await;
    catalog.delete(&format!("/api/catalog/locations/{id}")).await;
    let mut tx = catalog.test.db.tenant(catalog.tenant).await.unwrap();
    let left: Vec<(String, i64)> = sqlx::query_as(
        "select 'entity', count(*) from entity where tenant_id = $1
         union all select 'term', count(*) from term where tenant_id = $1
         union all select 'posting_list', count(*) from posting_list where tenant_id = $1
         union all select 'relation', count(*) from relation where tenant_id = $1
         union all select 'refresh_state', count(*) from refresh_state where tenant_id = $1
         union all select 'refresh_edge', count(*) from refresh_edge where tenant_id = $1
         union all select 'refresh_conflict', count(*) from refresh_conflict where tenant_id = $1
         union all select 'search_document', count(*) from search_document where tenant_id = $1
         union all select 'stitch_due', count(*) from stitch_due where tenant_id = $1
         union all select 'job', count(*) from job where tenant_id = $1 and queue in ('catalog.process', 'catalog.stitch')",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .unwrap();
    assert!(left.iter().all(|(_, rows)| *rows == 0), "{left:?}");
}
