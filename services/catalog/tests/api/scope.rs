//! Conditions on reading: every read against a brute-force reading of the same rules.

use super::harness::{Catalog, names};
use super::permissions::{allow, jane, publish, rule};
use authz::{Criteria, Effect, Permission};
use catalog::domain::condition::EntityCondition;
use http::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use testkit::request;

const KINDS: [&str; 3] = ["Component", "Resource", "API"];

/// How many entities conditions are compared for in every run; `PROSCENIUM_TEST_ENTITIES=10000` makes it so many.
const ENTITIES: usize = 48;
/// As many entities stand in one file.
const IN_A_FILE: usize = 1_000;
/// As many keys as one request may ask for.
const REFS: usize = 1_000;
/// As many results as one page of search has.
const RESULTS: usize = 100;

fn asked_entities() -> usize {
    #[expect(clippy::disallowed_methods, reason = "how somebody asks a test for more entities")]
    let asked = std::env::var("PROSCENIUM_TEST_ENTITIES").ok();
    asked.map_or(ENTITIES, |asked| asked.parse().unwrap())
}

/// Entities with every combination of a few traits.
async fn fleet(size: usize) -> Catalog {
    let catalog = Catalog::new().await;
    let numbers: Vec<usize> = (0..size).collect();
    for numbers in numbers.chunks(IN_A_FILE) {
        let mut text = String::new();
        for &i in numbers {
            let kind = KINDS[i % 3];
            let label = if i % 4 == 0 { ", labels: {Tier: \"One\"}" } else { "" };
            let note = if i % 5 == 0 { ", annotations: {a.io/b: \"Yes\"}" } else { "" };
            let tag = if i % 2 == 0 { "java" } else { "go" };
            text += &format!(
                "---\napiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata: {{name: e{i:02}, title: Number {i}, tags: [{tag}]{label}{note}}}\nspec: {{type: t{}, lifecycle: x, owner: team-{}, definition: d, rank: {}}}\n",
                i % 4,
                ["a", "b", "c"][i % 3 * i % 3],
                i % 7,
            );
        }
        let last = numbers[numbers.len() - 1];
        let file = format!("fleet-{last}.yaml");
        catalog.files.put(&file, text);
        catalog.register(&file).await;
        catalog.wait_for(&format!("{}:default/e{last:02}", KINDS[last % 3].to_lowercase()), |_| true).await;
    }
    catalog.settle().await;
    catalog
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// A condition that no person would write.
    fn criteria(&mut self, depth: usize) -> Value {
        let shape = if depth == 0 { 9 } else { self.below(5) };
        match shape {
            0 => json!({"anyOf": [self.criteria(depth - 1), self.criteria(depth - 1)]}),
            1 => json!({"allOf": [self.criteria(depth - 1), self.criteria(depth - 1)]}),
            2 => json!({"not": self.criteria(depth - 1)}),
            _ => self.rule(),
        }
    }

    fn rule(&mut self) -> Value {
        let with = |key: &str, name: &str, value: Option<&str>| match value {
            Some(value) => json!({key: name, "value": value}),
            None => json!({key: name}),
        };
        match self.below(6) {
            0 => rule("IS_ENTITY_KIND", &json!({"kinds": [self.pick(&["component", "API", "nope"])]})),
            1 => {
                let claims =
                    self.pick(&[vec!["$ownerRefs"], vec!["group:default/team-b", "group:default/team-c"], vec![]]);
                rule("IS_ENTITY_OWNER", &json!({"claims": claims}))
            }
            2 => {
                let value = self.pick(&[None, Some("one"), Some("two")]);
                rule("HAS_LABEL", &with("label", self.pick(&["tier", "Tier", "none"]), value))
            }
            3 => rule("HAS_ANNOTATION", &with("annotation", "A.io/b", self.pick(&[None, Some("YES"), Some("no")]))),
            4 => {
                let (key, value) =
                    self.pick(&[("tags", Some("Java")), ("tags.go", None), ("name", Some("E07")), ("labels", None)]);
                rule("HAS_METADATA", &with("key", key, value))
            }
            _ => {
                let (key, value) =
                    self.pick(&[("type", Some("T1")), ("rank", Some("3")), ("type", None), ("nope", None)]);
                rule("HAS_SPEC", &with("key", key, value))
            }
        }
    }
}

fn name_of(entity: &Value) -> String {
    entity["metadata"]["name"].as_str().unwrap().to_owned()
}

/// What the rules say, entity by entity.
fn expected<'a>(all: &'a [Value], criteria: &Value, catalog: &Catalog) -> Vec<&'a Value> {
    let caller = jane(catalog);
    let criteria = Criteria::parse(criteria).unwrap().resolved_for(caller.principal.user().unwrap());
    let condition = EntityCondition::understand(&criteria).unwrap();
    all.iter().filter(|entity| condition.holds_for(entity)).collect()
}

fn counts<'a>(values: impl Iterator<Item = &'a Value>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for value in values {
        *counts.entry(value.as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn lists_totals_facets_and_search_agree_on_what_one_may_read() {
    let size = asked_entities();
    let catalog = fleet(size).await;
    let all: Vec<Value> = catalog.get("/api/catalog/entities").await.json().as_array().unwrap().clone();
    let refs: Vec<String> = all
        .iter()
        .map(|entity| format!("{}:default/{}", entity["kind"].as_str().unwrap().to_lowercase(), name_of(entity)))
        .collect();
    let by = jane(&catalog);
    let ask = async |path: &str, body: Option<Value>| -> Value {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let reply = request(&catalog.router, Some(&by), method, path, body).await;
        assert_eq!(reply.status.as_u16(), 200, "{path}: {}", reply.text());
        reply.json()
    };
    let mut random = Random(11);
    let (mut some, mut none) = (0, 0);
    for round in 0..60 {
        let (only, never) = (random.criteria(round % 4), random.criteria(round % 3));
        let criteria = match round % 3 {
            0 => only.clone(),
            1 => json!({"not": never}),
            _ => json!({"allOf": [only, {"not": never}]}),
        };
        let read = Permission::CATALOG_ENTITY_READ;
        let rule = (round % 3 != 1).then_some((Effect::Allow, &only));
        publish(&catalog, read, "maintainer", rule).await;
        let rule = (round % 3 != 0).then_some((Effect::Deny, &never));
        publish(&catalog, read, "group:default/team-a", rule).await;
        let seen = expected(&all, &criteria, &catalog);
        let seen_names: BTreeSet<String> = seen.iter().map(|entity| name_of(entity)).collect();
        if seen.is_empty() {
            none += 1
        } else {
            some += 1
        }

        let list =
            ask(&format!("/api/catalog/entities/by-query?orderField=metadata.name,asc&limit={}", size + 100), None)
                .await;
        assert_eq!(names(&list["items"]).into_iter().collect::<BTreeSet<_>>(), seen_names, "{criteria}");
        assert_eq!(list["totalItems"], seen.len(), "{criteria}");
        assert_eq!(names(&ask("/api/catalog/entities", None).await).len(), seen.len(), "{criteria}");

        let facets = ask("/api/catalog/entity-facets?facet=spec.type", None).await;
        let shown: BTreeMap<String, u64> = facets["facets"]["spec.type"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["value"].as_str().unwrap().to_owned(), one["count"].as_u64().unwrap()))
            .collect();
        assert_eq!(shown, counts(seen.iter().map(|entity| &entity["spec"]["type"])), "{criteria}");

        let found = ask("/api/search/query?term=number&pageLimit=100", None).await;
        let in_search: BTreeSet<String> = found["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["document"]["location"].as_str().unwrap().rsplit('/').next().unwrap().to_owned())
            .collect();
        let titled: BTreeSet<String> =
            seen.iter().filter(|e| e["metadata"].get("title").is_some()).map(|e| name_of(e)).collect();
        assert!(in_search.is_subset(&titled), "{criteria}");
        assert_eq!(in_search.len(), titled.len().min(RESULTS), "{criteria}");
        assert_eq!(found["numberOfResults"], titled.len(), "{criteria}");

        let mut given = BTreeSet::new();
        for refs in refs.chunks(REFS) {
            let by_refs = ask("/api/catalog/entities/by-refs", Some(json!({"entityRefs": refs}))).await;
            given.extend(by_refs["items"].as_array().unwrap().iter().filter(|item| !item.is_null()).map(name_of));
        }
        assert_eq!(given, seen_names, "{criteria}");
    }
    assert!(some > 20 && none > 3, "the conditions are too much alike: {some} {none}");
}

#[tokio::test]
async fn a_walk_by_cursor_shows_each_readable_entity_once_and_none_beside() {
    let catalog = fleet(ENTITIES).await;
    let criteria = json!({"not": rule("IS_ENTITY_KIND", &json!({"kinds": ["location", "resource"]}))});
    allow(&catalog, Permission::CATALOG_ENTITY_READ, "maintainer", &criteria).await;
    let by = jane(&catalog);
    let mut path = "/api/catalog/entities/by-query?limit=5&orderField=metadata.name,desc".to_owned();
    let mut walked = Vec::new();
    loop {
        let page = request(&catalog.router, Some(&by), Method::GET, &path, None).await.json();
        assert_eq!(page["totalItems"], 32);
        walked.extend(names(&page["items"]));
        let Some(next) = page["pageInfo"]["nextCursor"].as_str() else { break };
        let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        path = format!("/api/catalog/entities/by-query?limit=5&cursor={next}");
    }
    let mut sorted = walked.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!((walked.len(), sorted.len()), (32, 32));
}

#[tokio::test]
async fn a_single_entity_and_its_ancestors_are_hidden_where_the_condition_hides_them() {
    let catalog = fleet(ENTITIES).await;
    allow(&catalog, Permission::CATALOG_ENTITY_READ, "maintainer", &rule("IS_ENTITY_KIND", &json!({"kinds": ["api"]})))
        .await;
    let by = jane(&catalog);
    let ask = async |path: &str| request(&catalog.router, Some(&by), Method::GET, path, None).await;
    let resource = catalog.entity("resource:default/e01").await.unwrap();
    let uid = resource["metadata"]["uid"].as_str().unwrap();
    for path in [
        "/api/catalog/entities/by-name/resource/default/e01".to_owned(),
        "/api/catalog/entities/by-name/resource/default/e01/ancestry".to_owned(),
        format!("/api/catalog/entities/by-uid/{uid}"),
    ] {
        assert_eq!(ask(&path).await.status.as_u16(), 404, "{path}");
    }
    assert_eq!(ask("/api/catalog/entities/by-name/api/default/e02").await.status.as_u16(), 200);
    let ancestry = ask("/api/catalog/entities/by-name/api/default/e02/ancestry").await;
    assert_eq!(ancestry.status.as_u16(), 200, "{}", ancestry.text());
    assert!(!ancestry.text().contains("location:default"), "{}", ancestry.text());
}
