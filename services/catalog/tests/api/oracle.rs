//! The catalog's queries, answered by reading every entity: slow, short, and written without a look at the product.

use super::harness::Catalog;
use catalog::domain::cause::Cause;
use catalog::domain::cursor::Direction;
use catalog::domain::filter::Filter;
use catalog::domain::outcome::{Content, Emitted, Processed};
use catalog::domain::terms::{self, Term};
use catalog::store::apply;
use serde_json::{Value, json};
use std::cmp::Ordering;
use store::TenantTx;

/// Numbers that look random and are the same each time.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

/// An entity, as it is stored.
#[derive(Debug, Clone)]
pub struct Known {
    pub number: i32,
    pub entity_ref: String,
    pub entity: Value,
    pub terms: Vec<Term>,
    pub relations: Vec<(String, String)>,
}

/// Every entity, as the transaction finds it.
pub async fn read_all(tx: &mut TenantTx) -> Vec<Known> {
    let rows: Vec<(i32, String, String)> =
        sqlx::query_as("select entity_no, entity_ref, document from entity where tenant_id = $1 order by entity_no")
            .bind(tx.id())
            .fetch_all(tx.conn())
            .await
            .unwrap();
    rows.into_iter().map(|(number, entity_ref, document)| known(number, entity_ref, &document)).collect()
}

fn known(number: i32, entity_ref: String, document: &str) -> Known {
    let entity: Value = serde_json::from_str(document).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let relations = entity["relations"].as_array().unwrap();
    let relations: Vec<_> = relations.iter().map(|one| (text(&one["type"]), text(&one["targetRef"]))).collect();
    let terms = terms::of_entity(&entity, entity["metadata"]["uid"].as_str().unwrap(), &relations).unwrap();
    Known { number, entity_ref, entity, terms, relations }
}

impl Known {
    fn values(&self, key: &str) -> impl Iterator<Item = String> {
        self.terms.iter().filter(move |term| term.key == key).filter_map(|term| Some(term.value()?.into_owned()))
    }

    fn least(&self, key: &str) -> Option<String> {
        self.values(key).min()
    }
}

/// What a list asks for.
#[derive(Debug, Clone)]
pub struct Query {
    pub predicate: Value,
    pub order: Option<(String, Direction)>,
    pub full_text: Option<(String, Vec<String>)>,
}

impl Query {
    pub fn body(&self, limit: usize, offset: usize) -> Value {
        let mut body = json!({"query": self.predicate, "limit": limit, "offset": offset});
        if let Some((field, direction)) = &self.order {
            body["orderBy"] = json!([{"field": field, "order": direction}]);
        }
        if let Some((term, fields)) = &self.full_text {
            body["fullTextFilter"] = json!({"term": term, "fields": fields});
        }
        body
    }

    /// The whole list, in order.
    pub fn answer<'k>(&self, all: &'k [Known], scope: &Filter) -> Vec<&'k Known> {
        let filter = catalog::domain::predicate::parse(&self.predicate).unwrap();
        let holds = |known: &&Known| {
            filter.holds_for(&known.terms, &known.relations)
                && scope.holds_for(&known.terms, &known.relations)
                && self.full_text.as_ref().is_none_or(|(term, fields)| {
                    fields.iter().any(|field| known.values(&field.to_lowercase()).any(|value| value.contains(term)))
                })
        };
        let hits = all.iter().filter(holds);
        let Some((field, direction)) = &self.order else { return hits.collect() };
        let field = field.to_lowercase();
        let value = |known: &Known| match direction {
            Direction::Asc => known.values(&field).min(),
            Direction::Desc => known.values(&field).max(),
        };
        let mut rows: Vec<_> = hits.filter_map(|known| Some((value(known)?, known.number, known))).collect();
        rows.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        if *direction == Direction::Desc {
            rows.reverse();
        }
        rows.into_iter().map(|(.., known)| known).collect()
    }
}

/// The older list: by several fields, and then by key.
pub fn by_fields<'k>(all: &'k [Known], filter: &Filter, orders: &[(String, Direction)]) -> Vec<&'k Known> {
    let mut rows: Vec<&Known> = all.iter().filter(|known| filter.holds_for(&known.terms, &known.relations)).collect();
    rows.sort_by(|a, b| {
        for (field, direction) in orders {
            let order = match (a.least(field), b.least(field)) {
                (Some(a), Some(b)) if *direction == Direction::Desc => b.cmp(&a),
                (Some(a), Some(b)) => a.cmp(&b),
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (None, None) => Ordering::Equal,
            };
            if order != Ordering::Equal {
                return order;
            }
        }
        a.entity_ref.cmp(&b.entity_ref)
    });
    rows
}

/// The values of a key as written, counted.
pub fn facet(all: &[Known], filter: &Filter, key: &str) -> Value {
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for known in all.iter().filter(|known| filter.holds_for(&known.terms, &known.relations)) {
        for term in known.terms.iter().filter(|term| term.key == key) {
            if let Some(original) = &term.original {
                *counts.entry(original).or_default() += 1;
            }
        }
    }
    counts.into_iter().map(|(value, count)| json!({"value": value, "count": count})).collect()
}

const KEYS: [&str; 13] = [
    "kind",
    "KIND",
    "metadata.name",
    "metadata.namespace",
    "metadata.title",
    "metadata.tags",
    "metadata.tags.java",
    "metadata.description",
    "metadata.labels.Tier",
    "spec.type",
    "spec.rank",
    "relations.ownedBy",
    "nope",
];

const VALUES: [&str; 18] = [
    "component",
    "API",
    "java",
    "go",
    "true",
    "t1",
    "T2",
    "3",
    "",
    "t 7",
    "group:default/team-2",
    "e05",
    "E1",
    "zebra",
    "äther",
    "default",
    "a",
    "ß",
];

/// A predicate that no person would write.
pub fn predicate(dice: &mut Dice, depth: usize) -> Value {
    let shape = if depth == 0 {
        dice.pick(&["value", "exists", "missing", "in", "prefix", "contains", "relation", "target", "all"])
    } else {
        dice.pick(&["and", "or", "not", "value", "exists"])
    };
    let (key, value, other) = (dice.pick(&KEYS), dice.pick(&VALUES), dice.pick(&VALUES));
    match shape {
        "and" => json!({"$all": [predicate(dice, depth - 1), predicate(dice, depth - 1)]}),
        "or" => json!({"$any": [predicate(dice, depth - 1), predicate(dice, depth - 1)]}),
        "not" => json!({"$not": predicate(dice, depth - 1)}),
        "exists" => json!({key: {"$exists": true}}),
        "missing" => json!({key: {"$exists": false}}),
        "in" => json!({key: {"$in": [value, other]}}),
        "prefix" => json!({key: {"$hasPrefix": value}}),
        "contains" => json!({key: {"$contains": value}}),
        "relation" => json!({"relations": {"$contains": {"type": "ownedBy", "targetRef": "group:default/team-3"}}}),
        "target" => json!({"relations": {"$contains": {"targetRef": {"$in": [value, "group:default/team-1"]}}}}),
        "all" => json!({}),
        _ => json!({key: value}),
    }
}

/// A list that no person would ask for.
pub fn query(dice: &mut Dice) -> Query {
    let depth = dice.roll(4);
    let direction = if dice.roll(2) == 0 { Direction::Asc } else { Direction::Desc };
    let order = (dice.roll(3) > 0).then(|| (dice.pick(&KEYS).to_owned(), direction));
    let full_text = (dice.roll(3) == 0).then(|| {
        let fields = (0..=dice.roll(2)).map(|_| dice.pick(&KEYS).to_owned()).collect();
        (dice.pick(&["a", "e", "team", "0", "t ", "zeb", "not there"]).to_owned(), fields)
    });
    let full_text = full_text.map(|(term, fields): (String, Vec<String>)| (term.trim().to_owned(), fields));
    Query { predicate: predicate(dice, depth), order, full_text }
}

/// An entity as a source says it, without the checks that a file goes through.
pub fn emitted(text: &str) -> Emitted {
    let entity = model::yaml::parse_single(text.trim_start_matches("---\n"), &model::yaml::Limits::default()).unwrap();
    let relations = model::relations::relations(&entity).unwrap();
    Emitted {
        entity_ref: model::Envelope::of(&entity).unwrap().key(),
        location_key: "url:https://files.test/oracle.yaml".into(),
        content: Content::Done(Ok(Processed::new(entity, relations))),
    }
}

/// A catalog with so many of them.
pub async fn fleet(seed: u64, entities: usize) -> (Catalog, Vec<Known>) {
    let catalog = Catalog::new().await;
    let mut dice = Dice(seed);
    let mut tx = catalog.test.db.tenant(catalog.tenant).await.unwrap();
    for i in 0..entities {
        let emitted = emitted(&component(&mut dice, &format!("e{i:03}")));
        apply::register(&mut tx, &format!("@test/{i}"), &emitted, &Cause::platform()).await.unwrap();
    }
    let all = read_all(&mut tx).await;
    tx.commit().await.unwrap();
    assert_eq!(all.len(), entities);
    (catalog, all)
}

/// A component with traits that are easily got wrong.
pub fn component(dice: &mut Dice, name: &str) -> String {
    let mut tags: Vec<&str> = (0..dice.roll(4)).map(|_| dice.pick(&["java", "go", "tier-1", "c++"])).collect();
    tags.sort_unstable();
    tags.dedup();
    let title = match dice.roll(5) {
        0 => String::new(),
        1 => ", title: \"\"".to_owned(),
        // The same in two spellings, and what lower case makes longer.
        2 => format!(", title: \"{}\"", dice.pick(&["Zebra", "zebra", "ZEBRA", "Äther", "äther", "İ"])),
        _ => format!(", title: \"T {}\"", dice.roll(60)),
    };
    let description = match dice.roll(6) {
        0 => format!(", description: \"{}\"", "long ".repeat(60)),
        1 => format!(", description: \"{}\"", dice.pick(&["a", "A b", "null"])),
        _ => String::new(),
    };
    let kind = dice.pick(&["Component", "Resource", "API"]);
    format!(
        "---\napiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}, labels: {{Tier: \"{}\"}}, tags: {tags:?}{title}{description}}}\nspec: {{type: {}, lifecycle: x, owner: team-{}, definition: d, rank: {}}}\n",
        dice.pick(&["A", "a", "b"]),
        dice.pick(&["t1", "T1", "t2", "service"]),
        dice.roll(6),
        dice.pick(&["1", "2", "10", "null", "[3, 1]", "[x, Y]", "true", "{deep: 1}"]),
    )
}
