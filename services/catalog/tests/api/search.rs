//! The search bar.

use crate::harness::{Catalog, component, group};

#[tokio::test]
async fn a_change_is_found_as_soon_as_it_is_visible() {
    let catalog = Catalog::new().await;
    catalog.files.put(
        "a.yaml",
        component("shop", "").replace("{name: shop}", "{name: shop, title: The Shop, description: Sells umbrellas}"),
    );
    catalog.register("a.yaml").await;
    catalog.wait_for("component:default/shop", |_| true).await;
    for term in ["shop", "umbrella", "UMBREL", "sells shop", "service"] {
        let found = catalog.get(&format!("/api/search/query?term={}", term.replace(' ', "%20"))).await.json();
        assert_eq!(found["numberOfResults"], 1, "{term}: {found}");
        assert_eq!(found["results"][0]["document"]["title"], "The Shop");
    }
    catalog.files.put("a.yaml", component("shop", ""));
    catalog.refresh("component:default/shop").await;
    catalog.wait_for("component:default/shop", |entity| entity["metadata"].get("title").is_none()).await;
    assert_eq!(catalog.get("/api/search/query?term=umbrellas").await.json()["numberOfResults"], 0);
}

#[tokio::test]
async fn a_term_of_any_characters_is_only_a_term() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", group("team-a"));
    catalog.register("a.yaml").await;
    catalog.wait_for("group:default/team-a", |_| true).await;
    for term in ["'", "\\", "a & !b", ":*", "<->", "it's", "\u{1F68B}", "%", "$$", "tenant", "a\\'b"] {
        let term: String = url::form_urlencoded::byte_serialize(term.as_bytes()).collect();
        let reply = catalog.get(&format!("/api/search/query?term={term}&filters[kind]={term}")).await;
        assert_eq!(reply.status.as_u16(), 200, "{term}: {}", reply.text());
    }
}
