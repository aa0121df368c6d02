//! Where an entity comes from.

use super::harness::{Catalog, File, component, url};
use serde_json::Value;

async fn source(catalog: &Catalog, name: &str) -> Value {
    let reply = catalog.get(&format!("/api/catalog/v1/entities/Component/default/{name}/source")).await;
    assert_eq!(reply.status.as_u16(), 200, "{}", reply.text());
    reply.json()
}

#[tokio::test]
async fn the_source_of_an_entity_is_its_document_as_the_file_has_it_now_and_what_it_came_to() {
    let catalog = Catalog::new().await;
    let shop = "---\n# The shop.\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: shop\nspec: {type: service, lifecycle: production, owner: team-a, x: {$text: ./note.txt}}\n";
    catalog.files.put("a.yaml", component("other", "") + shop);
    catalog.files.put("note.txt", "one");
    catalog.register("a.yaml").await;
    catalog.wait_for("component:default/shop", |_| true).await;
    catalog.settle().await;
    let found = source(&catalog, "shop").await;
    assert_eq!(found["location"], format!("url:{}", url("a.yaml")));
    assert_eq!(found["line"], 8);
    let raw = found["raw"].as_str().unwrap();
    assert!(raw.contains("$text: ./note.txt") && !raw.contains("other"), "{raw}");
    assert_eq!(found["processed"]["spec"]["x"], "one");
    assert_eq!(found["processed"].get("relations"), None);
    assert_eq!(found["processed"]["metadata"].get("uid"), None);
    assert!(found["readAt"].is_string() && found.get("problem").is_none(), "{found}");

    catalog.files.put("a.yaml", component("other", ""));
    let gone = source(&catalog, "shop").await;
    assert_eq!(gone.get("raw"), None);
    assert!(gone["problem"]["message"].as_str().unwrap().contains("does not list"), "{gone}");
    catalog.files.set("a.yaml", File::Status(503));
    let unreadable = source(&catalog, "shop").await;
    assert!(unreadable["problem"]["message"].as_str().unwrap().contains("not well"), "{unreadable}");
    assert_eq!(unreadable["processed"]["spec"]["x"], "one");
    assert_eq!(catalog.get("/api/catalog/v1/entities/component/default/nobody/source").await.status.as_u16(), 404);
}

#[tokio::test]
async fn an_entity_that_never_passed_has_a_source_and_a_problem() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("good", "") + &component("bad", "").replace("owner: team-a", "note: x"));
    catalog.register("a.yaml").await;
    catalog.wait_for("component:default/good", |_| true).await;
    let bad = source(&catalog, "bad").await;
    assert_eq!(bad.get("processed"), None);
    assert!(bad["raw"].as_str().unwrap().contains("note: x"));
    assert!(bad["problem"]["message"].as_str().unwrap().contains("owner"), "{bad}");
    assert_eq!(bad["problem"]["line"], 10);
}
