//! Two organisations in one database.

use super::harness::{Catalog, component};
use http::Method;
use testkit::{admin, request};

#[tokio::test]
async fn another_organisation_sees_none_of_it_by_no_path() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("shop", "") + &component("stock", ""));
    let id = catalog.register("a.yaml").await;
    let shop = catalog.wait_for("component:default/shop", |_| true).await;
    let uid = shop["metadata"]["uid"].as_str().unwrap();
    let other = admin(catalog.test.tenant("globex").await);
    let ask = async |path: &str| request(&catalog.router, Some(&other), Method::GET, path, None).await;
    for path in [
        "/api/catalog/entities/by-name/component/default/shop".to_owned(),
        "/api/catalog/entities/by-name/component/default/shop/ancestry".to_owned(),
        "/api/catalog/locations/by-entity/component/default/shop".to_owned(),
        format!("/api/catalog/entities/by-uid/{uid}"),
        format!("/api/catalog/locations/{id}"),
        format!("/api/catalog/v1/locations/{id}/progress"),
    ] {
        assert_eq!(ask(&path).await.status.as_u16(), 404, "{path}");
    }
    for path in [
        "/api/catalog/entities",
        "/api/catalog/entities/by-query",
        "/api/catalog/entity-facets?facet=kind",
        "/api/catalog/locations",
        "/api/catalog/v1/locations",
        "/api/search/query?term=shop",
        "/api/search/query",
    ] {
        let text = ask(path).await.text();
        assert!(!text.contains("shop") && !text.contains("Component"), "{path}: {text}");
    }
}

#[tokio::test]
async fn a_cursor_of_another_organisation_is_refused_as_a_forged_one_is() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("a", "") + &component("b", ""));
    catalog.register("a.yaml").await;
    catalog.wait_for("component:default/b", |_| true).await;
    let page = catalog.get("/api/catalog/entities/by-query?limit=1").await.json();
    let cursor = page["pageInfo"]["nextCursor"].as_str().unwrap();
    let cursor: String = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
    let path = format!("/api/catalog/entities/by-query?cursor={cursor}");
    assert_eq!(catalog.get(&path).await.status.as_u16(), 200);
    let other = admin(catalog.test.tenant("globex").await);
    let foreign = request(&catalog.router, Some(&other), Method::GET, &path, None).await;
    let forged = catalog.get("/api/catalog/entities/by-query?cursor=abcd").await;
    assert_eq!(foreign.status.as_u16(), 400);
    assert_eq!(foreign.json()["error"], forged.json()["error"]);
}

#[tokio::test]
async fn the_same_file_in_two_organisations_is_two_sets_of_entities() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("shop", ""));
    let id = catalog.register("a.yaml").await;
    let mine = catalog.wait_for("component:default/shop", |_| true).await;
    let other = Catalog::on(catalog.test.clone(), catalog.test.tenant("globex").await, catalog.files.clone());
    other.register("a.yaml").await;
    let theirs = other.wait_for("component:default/shop", |_| true).await;
    assert_ne!(mine["metadata"]["uid"], theirs["metadata"]["uid"]);
    assert_eq!(catalog.delete(&format!("/api/catalog/locations/{id}")).await.status.as_u16(), 204);
    assert!(catalog.entity("component:default/shop").await.is_none());
    assert_eq!(other.entity("component:default/shop").await, Some(theirs));
}
