//! The search bar.

use super::harness::{Catalog, component, group};
use super::permissions::{allow, jane, rule};
use authz::Permission;
use http::Method;
use http_shell::Caller;
use serde_json::{Value, json};
use testkit::{Reply, request};

/// A small company's catalog, with titles and texts as people write them.
async fn company() -> Catalog {
    let catalog = Catalog::new().await;
    let mut text = String::new();
    for (kind, name, more, spec) in [
        (
            "Component",
            "payments",
            "title: Payments, description: Takes money",
            "type: service, lifecycle: production, owner: team-a",
        ),
        (
            "Component",
            "payments-ui",
            "description: What cashiers look at",
            "type: website, lifecycle: production, owner: team-a",
        ),
        (
            "Component",
            "ledger",
            "title: Ledger of payments, description: Books everything",
            "type: service, lifecycle: production, owner: team-b",
        ),
        (
            "Component",
            "mailer",
            "title: Mailer, description: Sends a letter for each payment that failed",
            "type: service, lifecycle: experimental, owner: team-b",
        ),
        ("API", "orders", "title: Order API", "type: openapi, lifecycle: production, owner: team-a, definition: x"),
        ("Component", "order-api", "title: Gateway of orders", "type: service, lifecycle: production, owner: payments"),
        ("Resource", "books", "title: Books, description: Running and running", "type: database, owner: team-b"),
    ] {
        text += &format!(
            "---\napiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}, {more}}}\nspec: {{{spec}}}\n"
        );
    }
    catalog.files.put("a.yaml", text + &group("team-a") + &group("team-b"));
    catalog.register("a.yaml").await;
    catalog.wait_for("group:default/team-b", |_| true).await;
    catalog.settle().await;
    catalog
}

/// Names in the locations of the results.
fn found(reply: &Value) -> Vec<String> {
    let name = |result: &Value| result["document"]["location"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    reply["results"].as_array().unwrap_or_else(|| panic!("{reply}")).iter().map(name).collect()
}

async fn search(catalog: &Catalog, query: &str) -> Value {
    catalog.get(&format!("/api/search/query?{query}")).await.json()
}

#[tokio::test]
async fn what_is_called_like_the_term_comes_first_then_what_begins_like_it_then_titles_then_texts() {
    let catalog = company().await;
    for (term, expected) in [
        ("payments", &["payments", "payments-ui", "ledger", "mailer", "order-api"][..]),
        ("Payments", &["payments", "payments-ui", "ledger", "mailer", "order-api"]),
        ("paym", &["payments", "payments-ui", "ledger", "mailer", "order-api"]),
        ("ledger%20of", &["ledger"]),
        ("order-api", &["order-api"]),
        ("order%20api", &["orders"]),
        ("run", &["books"]),
        ("the", &[]),
        ("a%20letter", &["mailer"]),
        ("/catalog/default/component/mailer", &["mailer"]),
    ] {
        let reply = search(&catalog, &format!("term={term}")).await;
        assert_eq!(found(&reply), expected, "{term}");
        assert_eq!(reply["numberOfResults"], expected.len(), "{term}");
    }
}

#[tokio::test]
async fn filters_types_and_pages_narrow_what_is_found() {
    let catalog = company().await;
    for (query, expected) in [
        ("term=&filters[kind]=API", &["orders"][..]),
        ("filters[kind][0]=API&filters[kind][1]=Resource", &["books", "orders"]),
        ("filters[kind]=Component&filters[lifecycle]=experimental", &["mailer"]),
        ("filters[kind]=component", &[]),
        ("filters[nope]=x", &[]),
        ("types=software-catalog&filters[kind]=Resource", &["books"]),
    ] {
        assert_eq!(found(&search(&catalog, query).await), expected, "{query}");
    }
    let all = found(&search(&catalog, "").await);
    assert_eq!(all.len(), 10, "seven, two groups and the location: {all:?}");
    let mut walked = Vec::new();
    let mut query = "pageLimit=3".to_owned();
    loop {
        let page = search(&catalog, &query).await;
        assert_eq!(page["numberOfResults"], 10);
        assert_eq!(page["results"][0]["rank"], walked.len() + 1);
        walked.extend(found(&page));
        let Some(next) = page["nextPageCursor"].as_str() else { break };
        query = format!("pageLimit=3&pageCursor={next}");
    }
    assert_eq!(walked, all);
}

#[tokio::test]
async fn what_was_found_is_marked_and_long_texts_are_shortened() {
    let catalog = company().await;
    let reply = search(&catalog, "term=failed").await;
    let highlight = &reply["results"][0]["highlight"];
    let (pre, post) = (highlight["preTag"].as_str().unwrap(), highlight["postTag"].as_str().unwrap());
    let fields = json!({
        "text": format!("Sends a letter for each payment that {pre}failed{post}"),
        "title": "Mailer", "location": "/catalog/default/component/mailer", "path": "",
    });
    assert_eq!(highlight["fields"], fields);
    let without_term = search(&catalog, "filters[kind]=API").await;
    assert_eq!(without_term["results"][0]["highlight"]["fields"], json!({}));
    push(&catalog, "techdocs", "", &[page("mailer", "Manual", &format!("{} needle", "word ".repeat(200)))]).await;
    let text = search(&catalog, "term=needle").await["results"][0]["highlight"]["fields"]["text"].clone();
    assert!(text.as_str().unwrap().len() < 400 && text.as_str().unwrap().contains("needle"), "{text}");
}

#[tokio::test]
async fn nobody_finds_or_counts_what_they_may_not_read() {
    let catalog = company().await;
    push(&catalog, "techdocs", "", &[page("payments", "Payments manual", "x"), page("mailer", "Payment letters", "x")])
        .await;
    let ask = async |query: &str| -> Value {
        let path = format!("/api/search/query?{query}");
        request(&catalog.router, Some(&jane(&catalog)), Method::GET, &path, None).await.json()
    };
    assert_eq!(ask("term=payments").await["numberOfResults"], 7);
    let mine = rule("IS_ENTITY_OWNER", &json!({"claims": ["$ownerRefs"]}));
    allow(&catalog, Permission::CATALOG_ENTITY_READ, "maintainer", &mine).await;
    let seen = ask("term=payments").await;
    assert_eq!(found(&seen), ["payments", "payments-ui", "manual"]);
    assert_eq!(seen["numberOfResults"], 3);
    assert_eq!(ask("").await["numberOfResults"], 4);
    let second = ask("pageLimit=2").await["nextPageCursor"].as_str().unwrap().to_owned();
    let last = ask(&format!("pageLimit=2&pageCursor={second}")).await;
    assert_eq!((last["results"].as_array().unwrap().len(), last.get("nextPageCursor")), (2, None));
    allow(
        &catalog,
        Permission::CATALOG_ENTITY_READ,
        "user:default/jane",
        &rule("IS_ENTITY_KIND", &json!({"kinds": ["Resource"]})),
    )
    .await;
    assert_eq!(ask("").await["numberOfResults"], 5, "a change of a condition counts at once");
    assert_eq!(
        search(&catalog, "term=payments").await["numberOfResults"],
        7,
        "the administrator is under no condition"
    );
}

/// A page about a component.
fn page(name: &str, title: &str, text: &str) -> Value {
    json!({
        "title": title, "text": text, "location": format!("/docs/default/component/{name}/manual"), "path": "manual",
        "kind": "component", "name": name, "tags": ["Guide", name], "draft": false,
        "authorization": {"resourceRef": format!("component:default/{name}")},
    })
}

async fn push(catalog: &Catalog, kind: &str, query: &str, documents: &[Value]) -> Reply {
    let by = Caller::service(catalog.tenant, "integrations");
    let path = format!("/internal/search/v1/documents/{kind}{query}");
    request(&catalog.router, Some(&by), Method::PUT, &path, Some(json!({"documents": documents}))).await
}

#[tokio::test]
async fn services_push_documents_of_other_types() {
    let catalog = company().await;
    assert_eq!(catalog.get("/api/search/query?types[0]=techdocs").await.status.as_u16(), 400);
    let documents =
        [page("ledger", "Keeping books", "Debit"), page("mailer", "Letters", "Stamps"), page("none", "No", "No")];
    let reply = push(&catalog, "techdocs", "", &documents).await;
    assert_eq!(reply.json(), json!({"stored": 2, "skipped": 1}), "{}", reply.text());
    let reply = search(&catalog, "types[0]=techdocs").await;
    assert_eq!(reply["numberOfResults"], 2);
    assert_eq!(reply["results"][0]["type"], "techdocs");
    assert!(reply["results"][0]["document"].get("authorization").is_none());
    for (query, expected) in [
        ("term=books", &["Books", "Keeping books", "Ledger of payments"][..]),
        ("term=books&types=techdocs", &["Keeping books"]),
        ("term=books&types=software-catalog", &["Books", "Ledger of payments"]),
        ("types=techdocs&filters[tags]=mailer", &["Letters"]),
        ("types=techdocs&filters[tags]=Guide&filters[draft]=false", &["Keeping books", "Letters"]),
        ("types=techdocs&filters[draft]=true", &[]),
    ] {
        let reply = search(&catalog, query).await;
        let titles: Vec<_> =
            reply["results"].as_array().unwrap().iter().map(|one| one["document"]["title"].clone()).collect();
        assert_eq!(titles, expected, "{query}");
    }
    // One entity's pages alone are replaced; the others stay.
    let again =
        push(&catalog, "techdocs", "?entityRef=component:default/mailer", &[page("mailer", "Mail", "Stamps")]).await;
    assert_eq!(again.status.as_u16(), 200, "{}", again.text());
    assert_eq!(search(&catalog, "term=stamps").await["results"][0]["document"]["title"], "Mail");
    assert_eq!(search(&catalog, "term=debit").await["numberOfResults"], 1);
    push(&catalog, "techdocs", "", &[]).await;
    assert_eq!(search(&catalog, "types=techdocs").await["numberOfResults"], 0, "known, and none left");
}

#[tokio::test]
async fn pages_of_an_entity_go_with_it_and_bad_ones_are_refused() {
    let catalog = company().await;
    push(&catalog, "techdocs", "", &[page("ledger", "Keeping books", "Debit")]).await;
    catalog.files.put("a.yaml", component("other", ""));
    catalog.refresh("component:default/payments").await;
    catalog.wait_until_gone("component:default/ledger").await;
    assert_eq!(search(&catalog, "term=debit").await["numberOfResults"], 0);
    for (kind, documents) in [
        ("software-catalog", json!([])),
        ("Tech%20Docs", json!([])),
        ("techdocs", json!({})),
        ("techdocs", json!([{}])),
        ("techdocs", json!([{"title": "a", "text": "b", "location": "c"}])),
    ] {
        let path = format!("/internal/search/v1/documents/{kind}");
        let by = Caller::service(catalog.tenant, "integrations");
        let body = json!({"documents": documents});
        let reply = request(&catalog.router, Some(&by), Method::PUT, &path, Some(body)).await;
        assert_eq!(reply.status.as_u16(), 400, "{kind} {documents}: {}", reply.text());
    }
    assert_eq!(
        request(
            &catalog.router,
            Some(&catalog.admin()),
            Method::PUT,
            "/internal/search/v1/documents/techdocs",
            Some(json!({"documents": []}))
        )
        .await
        .status
        .as_u16(),
        403
    );
}

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
