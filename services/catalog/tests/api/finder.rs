//! The text index in memory against SQL, and its marks against those of Postgres.

use super::harness::{Catalog, INDEXED, component};
use super::permissions::{allow, jane, rule};
use authz::Permission;
use catalog::domain::filter::Filter;
use catalog::finder::find::find;
use catalog::finder::marking::{Plain, Stems};
use catalog::finder::query::Query;
use catalog::store::finder as store_finder;
use catalog::store::search::{self, Hit, Search};
use http_shell::Caller;
use serde_json::json;
use std::collections::BTreeSet;

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const WORDS: [&str; 24] = [
    "payment",
    "payments",
    "paying",
    "paid",
    "order",
    "orders",
    "ordering",
    "api",
    "the",
    "of",
    "running",
    "runs",
    "happy",
    "happiness",
    "dying",
    "skies",
    "sky",
    "hoping",
    "hope",
    "02666",
    "12",
    "service",
    "services",
    "ledger",
];

/// Texts as they are, and some that only Postgres can take apart.
const ODD: [&str; 14] = [
    "payment-api",
    "payment-api-04682",
    "team-12",
    "node.js",
    "a/b",
    "it's",
    "(orders)",
    "1.5",
    "v2",
    "x_y",
    "Straße",
    "me@example.com",
    "order-",
    "run-2-fast",
];

fn text(random: &mut Random) -> String {
    let length = random.below(24);
    let mut text = String::new();
    for at in 0..length {
        if at > 0 {
            text.push(' ');
        }
        let word = if random.below(6) == 0 { random.pick(&ODD) } else { random.pick(&WORDS) };
        let word = if random.below(4) == 0 { word.to_uppercase() } else { word.to_owned() };
        text += &word;
        if random.below(6) == 0 {
            text.push(['.', ',', ';', '!', '?', ':'][random.below(6)]);
        }
    }
    text
}

fn wanted(words: &[&str]) -> Search {
    Search {
        words: (!words.is_empty())
            .then(|| words.iter().map(|word| format!("'{word}':*")).collect::<Vec<_>>().join(" & ")),
        asked: words.join(" "),
        types: None,
        filters: Vec::new(),
        start_tag: "<m>".into(),
        end_tag: "</m>".into(),
        limit: 100,
        offset: 0,
    }
}

#[tokio::test]
async fn plain_texts_are_marked_as_postgres_marks_them() {
    let catalog = Catalog::new().await;
    let mut tx = catalog.test.db.tenant(catalog.tenant).await.unwrap();
    let mut random = Random(5);
    let (mut told, mut asked) = (0, 0);
    for _ in 0..600 {
        let words: Vec<&str> = (0..=random.below(2)).map(|_| random.pick(&WORDS)).collect();
        let search = wanted(&words);
        let normalized = store_finder::normalize(&mut tx, search.words.as_ref().unwrap()).await.unwrap();
        let query = Query::parse(&normalized).unwrap();
        let texts: Vec<String> = (0..20).map(|_| text(&mut random)).collect();
        let given: Vec<&str> = texts.iter().map(String::as_str).collect();
        let options = search.headline_options();
        let expected =
            store_finder::headlines(&mut tx, search.words.as_ref().unwrap(), &options, &given).await.unwrap();
        for (text, expected) in texts.iter().zip(expected) {
            let Some(plain) = Plain::read(text) else {
                asked += 1;
                continue;
            };
            let mut stems = Stems::new();
            let unknown: Vec<String> = plain.unknown(&query.words, &stems).collect();
            let known = store_finder::stems(&mut tx, &unknown).await.unwrap();
            stems.extend(unknown.into_iter().zip(known));
            if let Some(marked) = plain.mark(&query.words, &stems, "<m>", "</m>") {
                assert_eq!(marked, expected, "{words:?} ({normalized}) in {text:?}");
                told += 1;
            }
        }
    }
    assert!(told > 2500 && asked > 500, "{told} {asked}");
}

/// From memory, which has to know where it is in use; `None` where it is switched off.
async fn in_memory(catalog: &Catalog, by: &Caller, search: &Search) -> Option<Vec<Hit>> {
    let hits = find(catalog.state(), by, search).await.unwrap();
    assert_eq!(hits.is_some(), INDEXED, "who answered {search:?}");
    hits
}

async fn shop() -> Catalog {
    let catalog = Catalog::new().await;
    let mut random = Random(9);
    let mut file = String::new();
    for i in 0..80 {
        let title = text(&mut random).replace(['"', '\\'], "");
        let description = text(&mut random).replace(['"', '\\'], "");
        let kind = ["Component", "Resource"][i % 2];
        let title = if i % 3 == 0 { String::new() } else { format!(", title: \"{title}\"") };
        file += &format!(
            "---\napiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {}-{i}{title}, description: \"{description}\"}}\nspec: {{type: t{}, lifecycle: x, owner: team-{}}}\n",
            ["payment-api", "order", "ledger"][i % 3],
            i % 4,
            ["a", "b"][i % 5 % 2],
        );
    }
    catalog.files.put("a.yaml", file);
    catalog.register("a.yaml").await;
    catalog.wait_for("resource:default/order-1", |_| true).await;
    catalog.settle().await;
    catalog
}

/// What a person sees of a result.
fn essence(hits: &[Hit]) -> BTreeSet<String> {
    hits.iter()
        .map(|hit| format!("{} {} {:?} {:?} {:?}", hit.kind, hit.document, hit.title, hit.body, hit.location))
        .collect()
}

#[tokio::test]
async fn memory_and_sql_find_the_same() {
    let catalog = shop().await;
    let of_a = rule("IS_ENTITY_OWNER", &json!({"claims": ["group:default/team-a"]}));
    allow(&catalog, Permission::CATALOG_ENTITY_READ, "maintainer", &of_a).await;
    let own = Filter::Values("relations.ownedby".into(), vec!["group:default/team-a".into()]);
    let mut random = Random(3);
    let mut found = 0;
    for round in 0..160 {
        let mut words: Vec<&str> = (0..random.below(3)).map(|_| random.pick(&WORDS)).collect();
        if round % 5 == 0 {
            words = vec![random.pick(&["payment-api", "payment-api-3", "order-1", "order-40", "ledger-2"])];
        }
        let mut search = wanted(&words);
        if round % 3 == 0 {
            search.filters.push(("kind".into(), vec!["Component".into()]));
        }
        if round % 7 == 0 {
            search.filters.push(("type".into(), vec!["t1".into(), "t2".into()]));
        }
        let (by, scope) =
            if round % 2 == 0 { (catalog.admin(), Filter::everything()) } else { (jane(&catalog), own.clone()) };
        let mut tx = catalog.test.db.tenant(catalog.tenant).await.unwrap();
        let expected = search::find(&mut tx, &search, &scope).await.unwrap();
        drop(tx);
        let Some(hits) = in_memory(&catalog, &by, &search).await else { return };
        assert_eq!(essence(&hits), essence(&expected), "{search:?}");
        let total = |hits: &[Hit]| hits.first().map_or(0, |hit| hit.total);
        assert_eq!((total(&hits), hits.len()), (total(&expected), expected.len()), "{search:?}");
        found += hits.len();
    }
    assert!(found > 500, "{found}");
}

#[tokio::test]
async fn what_changes_is_found_at_once_in_memory_too() {
    let catalog = Catalog::new().await;
    for round in 0..12 {
        let text = component("shop", "").replace("{name: shop}", &format!("{{name: shop, title: Word{round}}}"));
        let more = if round % 2 == 0 { component("other", "") } else { String::new() };
        catalog.files.put("a.yaml", text + &more);
        if round == 0 {
            catalog.register("a.yaml").await;
        } else {
            catalog.refresh("component:default/shop").await;
        }
        catalog.wait_for("component:default/shop", |e| e["metadata"]["title"] == format!("Word{round}")).await;
        for (term, expected) in
            [(format!("word{round}"), 1), (format!("word{}x", round + 1), 0), ("other".into(), 1 - round % 2)]
        {
            let search = wanted(&[&term]);
            let Some(hits) = in_memory(&catalog, &catalog.admin(), &search).await else { return };
            // The kind `Location` and its kin have none of these words.
            let own: Vec<&Hit> = hits.iter().filter(|hit| hit.document.contains("/component/")).collect();
            assert_eq!(own.len(), expected, "{term} in round {round}: {own:?}");
        }
    }
}
