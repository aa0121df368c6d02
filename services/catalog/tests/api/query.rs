//! Filters, order and pages: SQL against a brute-force reading of the same rules.

use super::harness::{Catalog, names};
use catalog::domain::filter::Filter;
use catalog::domain::predicate;
use catalog::domain::terms::{self, Term};
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Name, terms and relations of an entity.
type Known = (String, Vec<Term>, Vec<(String, String)>);

const KINDS: [&str; 3] = ["Component", "Resource", "API"];
const TAGS: [&str; 4] = ["java", "go", "tier-1", "c++"];

/// Sixty entities with every combination of a few traits.
async fn fleet() -> Catalog {
    let catalog = Catalog::new().await;
    let mut text = String::new();
    for i in 0..60_usize {
        let kind = KINDS[i % 3];
        let tags: Vec<&str> =
            TAGS.iter().enumerate().filter(|(bit, _)| i >> bit & 1 == 1).map(|(_, tag)| *tag).collect();
        let title = if i % 5 == 0 { String::new() } else { format!(", title: \"T {}\"", i * 7 % 60) };
        text += &format!(
            "---\napiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata: {{name: e{i:02}, tags: {tags:?}{title}}}\nspec: {{type: t{}, lifecycle: x, owner: team-{}, definition: d, rank: {}}}\n",
            i % 4,
            i % 7,
            i % 10,
        );
    }
    catalog.files.put("fleet.yaml", text);
    catalog.register("fleet.yaml").await;
    catalog.wait_for("component:default/e00", |_| true).await;
    catalog.settle().await;
    catalog
}

fn pick<'a>(random: &mut u64, from: &[&'a str]) -> &'a str {
    *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    from[usize::try_from(*random >> 33).unwrap() % from.len()]
}

/// A predicate that no person would write.
fn predicate_at(random: &mut u64, depth: usize) -> Value {
    let leaf = ["value", "exists", "missing", "in", "prefix", "contains", "relation"];
    let branch = ["all", "any", "not", "value", "exists"];
    let shape = if depth == 0 { pick(random, &leaf) } else { pick(random, &branch) };
    let key = pick(
        random,
        &[
            "kind",
            "KIND",
            "metadata.tags",
            "metadata.tags.java",
            "spec.type",
            "spec.rank",
            "metadata.title",
            "relations.ownedBy",
            "metadata.name",
            "nope",
        ],
    );
    let value =
        pick(random, &["component", "API", "java", "true", "t1", "3", "t 7", "group:default/team-2", "e05", "E1"]);
    match shape {
        "all" => json!({"$all": [predicate_at(random, depth - 1), predicate_at(random, depth - 1)]}),
        "any" => json!({"$any": [predicate_at(random, depth - 1), predicate_at(random, depth - 1)]}),
        "not" => json!({"$not": predicate_at(random, depth - 1)}),
        "exists" => json!({key: {"$exists": true}}),
        "missing" => json!({key: {"$exists": false}}),
        "in" => json!({key: {"$in": [value, pick(random, &["resource", "go", "t2"])]}}),
        "prefix" => json!({key: {"$hasPrefix": value}}),
        "contains" => json!({key: {"$contains": value}}),
        "relation" => json!({"relations": {"$contains": {"type": "ownedBy", "targetRef": "group:default/team-3"}}}),
        _ => json!({key: value}),
    }
}

fn holds(filter: &Filter, terms: &[Term], relations: &[(String, String)]) -> bool {
    let any =
        |key: &str, of: &dyn Fn(&str) -> bool| terms.iter().any(|t| t.key == key && t.value().is_some_and(|v| of(&v)));
    match filter {
        Filter::All(parts) => parts.iter().all(|part| holds(part, terms, relations)),
        Filter::Any(parts) => parts.iter().any(|part| holds(part, terms, relations)),
        Filter::Not(inner) => !holds(inner, terms, relations),
        Filter::Exists(key) => terms.iter().any(|term| term.key == *key),
        Filter::Values(key, values) => any(key, &|value| values.iter().any(|v| v == value)),
        Filter::Prefix(key, prefix) => any(key, &|value| value.starts_with(prefix)),
        Filter::Relation { types, targets } => relations.iter().any(|(kind, target)| {
            types.as_ref().is_none_or(|all| all.contains(&kind.to_lowercase()))
                && targets.as_ref().is_none_or(|all| all.contains(target))
        }),
    }
}

#[tokio::test]
async fn any_predicate_gives_what_reading_every_entity_gives() {
    let catalog = fleet().await;
    let all = catalog.get("/api/catalog/entities").await.json();
    let all: Vec<Known> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|entity| {
            let relations: Vec<(String, String)> = entity["relations"]
                .as_array()
                .unwrap()
                .iter()
                .map(|r| (r["type"].as_str().unwrap().to_owned(), r["targetRef"].as_str().unwrap().to_owned()))
                .collect();
            let terms = terms::of_entity(entity, entity["metadata"]["uid"].as_str().unwrap(), &relations).unwrap();
            (entity["metadata"]["name"].as_str().unwrap().to_owned(), terms, relations)
        })
        .collect();
    let mut random = 42;
    let mut hits = 0;
    for i in 0..150 {
        let query = predicate_at(&mut random, i % 4);
        let filter = predicate::parse(&query).unwrap();
        let expected: BTreeSet<&str> =
            all.iter().filter(|(_, t, r)| holds(&filter, t, r)).map(|(name, ..)| name.as_str()).collect();
        let reply =
            catalog.post("/api/catalog/entities/by-query", json!({"query": query, "fields": ["metadata.name"]})).await;
        let got = names(&reply.json()["items"]);
        assert_eq!(got.iter().map(String::as_str).collect::<BTreeSet<_>>(), expected, "{query}");
        assert_eq!(reply.json()["totalItems"], expected.len(), "{query}");
        let facets = catalog
            .post("/api/catalog/entity-facets", json!({"query": query, "facets": ["metadata.name"]}))
            .await
            .json();
        assert_eq!(facets["facets"]["metadata.name"].as_array().unwrap().len(), expected.len(), "{query}");
        hits += expected.len();
    }
    assert!(hits > 500, "the predicates hit next to nothing: {hits}");
}

#[tokio::test]
async fn pages_forward_and_back_are_slices_of_the_whole_list() {
    let catalog = fleet().await;
    for order in ["", "&orderField=metadata.name,desc", "&orderField=metadata.title,asc", "&orderField=spec.type,desc"]
    {
        let whole = catalog.names(&format!("/api/catalog/entities/by-query?limit=1000{order}")).await;
        let mut path = format!("/api/catalog/entities/by-query?limit=7{order}");
        let (mut pages, mut cursors) = (Vec::new(), Vec::new());
        loop {
            let page = catalog.get(&path).await.json();
            assert_eq!(page["totalItems"], whole.len(), "{order}");
            pages.push(names(&page["items"]));
            cursors.push(page["pageInfo"]["prevCursor"].as_str().map(str::to_owned));
            let Some(next) = page["pageInfo"]["nextCursor"].as_str() else { break };
            path = with_cursor(next);
        }
        assert_eq!(pages.concat(), whole, "{order}");
        assert_eq!(cursors[0], None);
        for (i, cursor) in cursors.iter().enumerate().skip(1) {
            let back = catalog.get(&with_cursor(cursor.as_deref().unwrap())).await.json();
            assert_eq!(names(&back["items"]), pages[i - 1], "{order}, page {i}");
        }
    }
}

fn with_cursor(cursor: &str) -> String {
    let cursor: String = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
    format!("/api/catalog/entities/by-query?limit=7&cursor={cursor}")
}

#[tokio::test]
async fn a_projected_list_is_not_sent_twice() {
    let catalog = fleet().await;
    let path = "/api/catalog/entities/by-query?fields=metadata.name";
    let first = catalog.get(path).await;
    let etag = first.headers["etag"].clone();
    let mut again = http::Request::get(path).header("if-none-match", etag);
    let by = catalog.admin();
    again = again.header(http_shell::TOKEN_HEADER, testkit::key().issue(Some(by.tenant), &by.principal).unwrap());
    let reply = testkit::send(&catalog.router, again.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(reply.status, StatusCode::NOT_MODIFIED);
    assert!(reply.bytes.is_empty());
}

#[tokio::test]
async fn long_answers_are_compressed_and_odd_spellings_of_a_path_are_understood() {
    let catalog = fleet().await;
    let by = catalog.admin();
    let token = testkit::key().issue(Some(by.tenant), &by.principal).unwrap();
    for path in ["/api/catalog/entities/by-query", "/api/catalog/Entities/By-Query/"] {
        let request =
            http::Request::get(path).header("accept-encoding", "gzip").header(http_shell::TOKEN_HEADER, &token);
        let reply = testkit::send(&catalog.router, request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        assert_eq!(reply.headers["content-encoding"], "gzip");
        assert_eq!(reply.headers["vary"], "Accept-Encoding");
    }
    let plain = catalog.get("/api/catalog/entities/by-query").await;
    assert!(!plain.headers.contains_key("content-encoding"));
    assert!(catalog.entity("COMPONENT:Default/E00").await.is_some());
}
