//! A random life of a catalog, with a picture taken after each step: whatever is asked about a moment of it later is
//! answered as the picture has it.

use super::harness::{Catalog, component, group};
use super::history::{encode, now};
use catalog::domain::content;
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const STEPS: usize = 30;
const FILES: [&str; 4] = ["a.yaml", "b.yaml", "c.yaml", "d.yaml"];
const COMPONENTS: [&str; 7] = ["c1", "c2", "c3", "c4", "c5", "c6", "c7"];
const GROUPS: [&str; 3] = ["g1", "g2", "g3"];

/// Numbers that look random and are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.roll(from.len())]
    }
}

fn component_text(dice: &mut Dice, name: &str) -> String {
    let owner = format!("owner: {}", dice.pick(&["g1", "g2", "g3", "nobody"]));
    let tags = dice.pick(&["", ", tags: [x]", ", tags: [x, y]", ", tags: [y, z]"]);
    let more = dice.pick(&["", "", ", system: s", ", dependsOn: ['component:c1']", ", status: {a: 1}"]);
    let text = component(name, more).replace("owner: team-a", &owner).replace("{name: ", "{title: T, name: ");
    let text = text.replace(&format!("name: {name}"), &format!("name: {name}{tags}"));
    // Now and then one that cannot be processed: it keeps what it was, with a status.
    if dice.roll(10) == 0 { text.replace("lifecycle: production, ", "") } else { text }
}

fn file_text(dice: &mut Dice) -> String {
    let mut text = "# a file may be empty\n".to_owned();
    for name in COMPONENTS {
        if dice.roll(3) == 0 {
            text += &component_text(dice, name);
        }
    }
    for name in GROUPS {
        if dice.roll(3) == 0 {
            text += &group(name).replace("type: team", dice.pick(&["type: team", "type: squad, parent: g1"]));
        }
    }
    text
}

async fn step(catalog: &Catalog, dice: &mut Dice, locations: &mut BTreeMap<&'static str, String>) {
    match dice.roll(12) {
        0..=5 => {
            let files: Vec<&str> = locations.keys().copied().collect();
            if !files.is_empty() {
                catalog.files.put(dice.pick(&files), file_text(dice));
                catalog.refresh_all().await;
            }
        }
        6 => catalog.files.put(dice.pick(&FILES), "kind: ["),
        7 | 8 => {
            let file = dice.pick(&FILES);
            match locations.remove(file) {
                Some(id) => {
                    let reply = catalog.delete(&format!("/api/catalog/locations/{id}")).await;
                    assert_eq!(reply.status, StatusCode::NO_CONTENT, "{}", reply.text());
                }
                None => drop(locations.insert(file, catalog.register(file).await)),
            }
        }
        9 => {
            let entities = catalog.get("/api/catalog/entities?filter=kind=component").await.json();
            let uids: Vec<&str> =
                entities.as_array().unwrap().iter().filter_map(|it| it["metadata"]["uid"].as_str()).collect();
            if !uids.is_empty() {
                catalog.delete(&format!("/api/catalog/entities/by-uid/{}", dice.pick(&uids))).await;
            }
        }
        _ => {
            let deleted = catalog.get("/api/catalog/v1/deleted-entities").await.json();
            let refs: Vec<&str> =
                deleted["items"].as_array().unwrap().iter().filter_map(|it| it["entityRef"].as_str()).collect();
            if !refs.is_empty() {
                let path = dice.pick(&refs).replace(':', "/");
                let reply = catalog.post(&format!("/api/catalog/v1/deleted-entities/{path}/restore"), json!({})).await;
                assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
            }
        }
    }
    catalog.settle().await;
}

/// An entity as the past has it: without status.
fn without_status(entity: &Value) -> Value {
    if entity.get("status").is_none() {
        return entity.clone();
    }
    let relations: Vec<(String, String)> = entity["relations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["type"].as_str().unwrap().to_owned(), it["targetRef"].as_str().unwrap().to_owned()))
        .collect();
    let uid = entity["metadata"]["uid"].as_str().unwrap();
    let content = content::of_document(&entity.to_string()).unwrap();
    serde_json::from_str(&content::restitch(&content, uid, &relations).document).unwrap()
}

fn entity_ref(entity: &Value) -> String {
    let kind = entity["kind"].as_str().unwrap().to_lowercase();
    format!("{kind}:default/{}", entity["metadata"]["name"].as_str().unwrap())
}

/// What there was at one moment.
struct Picture {
    moment: String,
    entities: BTreeMap<String, Value>,
    answers: Vec<Value>,
}

async fn take(catalog: &Catalog) -> Picture {
    let all = catalog.get("/api/catalog/entities").await.json();
    let entities = all.as_array().unwrap().iter().map(|entity| (entity_ref(entity), without_status(entity))).collect();
    Picture { moment: now(), entities, answers: ask(catalog, None).await }
}

const LISTS: [&str; 4] = [
    "/api/catalog/entities?filter=kind=component,kind=group",
    "/api/catalog/entities?order=desc:spec.owner&order=asc:metadata.tags&limit=100",
    "/api/catalog/entity-facets?facet=metadata.tags&facet=relations.ownedBy&facet=kind",
    "/api/catalog/entity-facets?facet=spec.owner&filter=relations.ownedby=group:default/g1&filter=kind=group",
];

/// The answers to some questions, of now or of a moment.
async fn ask(catalog: &Catalog, moment: Option<&str>) -> Vec<Value> {
    let mut answers = Vec::new();
    for path in LISTS {
        let path = moment.map_or_else(|| path.to_owned(), |moment| format!("{path}&asOf={moment}"));
        let reply = catalog.get(&path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
        answers.push(shown(reply.json()));
    }
    answers.push(walk(catalog, moment).await);
    let mut body =
        json!({"query": {"$any": [{"metadata.tags": {"$contains": "x"}}, {"relations.partOf": {"$exists": true}}]}});
    if let Some(moment) = moment {
        body["asOf"] = moment.into();
    }
    let found = catalog.post("/api/catalog/entities/by-query", body).await.json();
    answers.push(json!([shown(found["items"].clone()), found["totalItems"]]));
    answers
}

/// Every page of a sorted list, there and back.
async fn walk(catalog: &Catalog, moment: Option<&str>) -> Value {
    let mut pages = Vec::new();
    let mut query = "filter=kind=component&orderField=spec.owner,desc&limit=2".to_owned();
    if let Some(moment) = moment {
        query += &format!("&asOf={moment}");
    }
    let mut way = "nextCursor";
    loop {
        let page = catalog.get(&format!("/api/catalog/entities/by-query?{query}")).await.json();
        pages.push(json!([shown(page["items"].clone()), page["totalItems"]]));
        if page["pageInfo"].get(way).is_none() {
            if way == "prevCursor" || page["pageInfo"].get("prevCursor").is_none() {
                return pages.into();
            }
            way = "prevCursor";
        }
        query = format!("limit=2&cursor={}", encode(&page["pageInfo"][way]));
    }
}

/// Entities without status, whatever else as it is.
fn shown(answer: Value) -> Value {
    match answer {
        Value::Array(items) => items.iter().map(without_status).collect(),
        other => other,
    }
}

async fn live(seed: u64) -> (Catalog, Vec<Picture>) {
    let catalog = Catalog::new().await;
    let mut dice = Dice(seed);
    let mut locations = BTreeMap::new();
    for file in FILES {
        catalog.files.put(file, file_text(&mut dice));
        locations.insert(file, catalog.register(file).await);
    }
    catalog.settle().await;
    let mut pictures = vec![take(&catalog).await];
    for _ in 0..STEPS {
        step(&catalog, &mut dice, &mut locations).await;
        pictures.push(take(&catalog).await);
    }
    (catalog, pictures)
}

fn all_refs(pictures: &[Picture]) -> Vec<String> {
    let mut refs: Vec<String> = pictures.iter().flat_map(|picture| picture.entities.keys().cloned()).collect();
    refs.sort();
    refs.dedup();
    refs
}

async fn by_refs(catalog: &Catalog, refs: &[String], moment: &str) -> BTreeMap<String, Value> {
    let reply = catalog.post("/api/catalog/entities/by-refs", json!({"entityRefs": refs, "asOf": moment})).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let items = reply.json()["items"].as_array().unwrap().clone();
    refs.iter().cloned().zip(items).filter(|(_, item)| !item.is_null()).collect()
}

/// Of every change.
async fn moments(catalog: &Catalog) -> Vec<String> {
    let mut tx = catalog.test.db.tenant(catalog.tenant).await.unwrap();
    let sql = "select changed_at from catalog_change where tenant_id = $1 order by seq";
    let moments: Vec<OffsetDateTime> = sqlx::query_scalar(sql).bind(tx.id()).fetch_all(tx.conn()).await.unwrap();
    moments.into_iter().map(|moment| moment.format(&Rfc3339).unwrap()).collect()
}

async fn the_past_is_as_it_was(seed: u64) {
    let (catalog, pictures) = live(seed).await;
    let refs = all_refs(&pictures);
    assert!(refs.len() >= COMPONENTS.len() + GROUPS.len(), "not much of a life: {refs:?}");
    for (i, picture) in pictures.iter().enumerate() {
        let found = by_refs(&catalog, &refs, &picture.moment).await;
        assert_eq!(found, picture.entities, "step {i} of seed {seed}, at {}", picture.moment);
        let answers = ask(&catalog, Some(&picture.moment)).await;
        for (answer, expected) in answers.iter().zip(&picture.answers) {
            assert_eq!(answer, expected, "step {i} of seed {seed}, at {}", picture.moment);
        }
    }
    // Between the steps as well, lists and single entities tell the same.
    for moment in moments(&catalog).await {
        let listed = catalog.get(&format!("/api/catalog/entities?asOf={moment}")).await.json();
        let listed = listed.as_array().unwrap().iter().map(|entity| (entity_ref(entity), entity.clone())).collect();
        assert_eq!(by_refs(&catalog, &refs, &moment).await, listed, "seed {seed}, at {moment}");
    }
}

#[tokio::test]
async fn whatever_happened_every_moment_is_answered_as_it_was() {
    the_past_is_as_it_was(0x5eed_0001).await;
}

#[tokio::test]
async fn another_life_is_remembered_as_well() {
    the_past_is_as_it_was(0x5eed_0002).await;
}
