//! Every kind of read against the oracle. The suite runs with the index and without, so each answers as the other does.

use super::harness::Catalog;
use super::oracle::{self, Dice, Known, Query, fleet};
use catalog::domain::cursor::Direction;
use catalog::domain::filter::Filter;
use catalog::domain::predicate;
use serde_json::{Value, json};

const ENTITIES: usize = 140;

fn entities(known: &[&Known]) -> Vec<Value> {
    known.iter().map(|known| known.entity.clone()).collect()
}

#[tokio::test]
async fn any_list_in_any_order_is_what_reading_every_entity_gives() {
    let (catalog, all) = fleet(1, ENTITIES).await;
    let mut dice = Dice(2);
    let mut hits = 0;
    for _ in 0..250 {
        let query = oracle::query(&mut dice);
        let expected = query.answer(&all, &Filter::everything());
        let (limit, offset) = (dice.roll(30), dice.roll(8));
        let page = catalog.post("/api/catalog/entities/by-query", query.body(limit, offset)).await.json();
        let slice: Vec<&Known> = expected.iter().skip(offset).take(limit).copied().collect();
        assert_eq!(page["items"], Value::from(entities(&slice)), "{query:?} {limit} {offset}");
        assert_eq!(page["totalItems"], expected.len(), "{query:?}");
        hits += slice.len();
    }
    assert!(hits > 500, "the queries hit next to nothing: {hits}");
}

#[tokio::test]
async fn walking_any_list_to_its_end_and_back_visits_each_entity_once() {
    let (catalog, all) = fleet(3, ENTITIES).await;
    let mut dice = Dice(4);
    for _ in 0..25 {
        let query = oracle::query(&mut dice);
        let expected = entities(&query.answer(&all, &Filter::everything()));
        let limit = 1 + dice.roll(40);
        let mut page = catalog.post("/api/catalog/entities/by-query", query.body(limit, 0)).await.json();
        let mut pages = vec![page["items"].clone()];
        while let Some(cursor) = page["pageInfo"]["nextCursor"].as_str() {
            page = more(&catalog, cursor, limit).await;
            pages.push(page["items"].clone());
        }
        let walked: Vec<Value> = pages.iter().flat_map(|page| page.as_array().unwrap().clone()).collect();
        assert_eq!(walked, expected, "{query:?} {limit}");
        for before in pages.iter().rev().skip(1) {
            let cursor = page["pageInfo"]["prevCursor"].as_str().unwrap_or_else(|| panic!("no way back in {query:?}"));
            page = more(&catalog, cursor, limit).await;
            assert_eq!(page["items"], *before, "{query:?} {limit}");
            assert_eq!(page["totalItems"], expected.len());
        }
        assert!(page["pageInfo"]["prevCursor"].is_null(), "{query:?}: something before the beginning");
    }
}

async fn more(catalog: &Catalog, cursor: &str, limit: usize) -> Value {
    catalog.post("/api/catalog/entities/by-query", json!({"cursor": cursor, "limit": limit})).await.json()
}

#[tokio::test]
async fn the_older_list_sorts_by_several_fields_with_what_lacks_them_last() {
    let (catalog, all) = fleet(5, ENTITIES).await;
    let mut dice = Dice(6);
    let fields = ["metadata.title", "spec.rank", "kind", "metadata.tags", "metadata.name", "nope"];
    for _ in 0..40 {
        let orders: Vec<(String, Direction)> = (0..dice.roll(3))
            .map(|_| {
                let direction = if dice.roll(2) == 0 { Direction::Asc } else { Direction::Desc };
                (dice.pick(&fields).to_owned(), direction)
            })
            .collect();
        let filter =
            dice.pick(&["", "filter=kind=api&", "filter=metadata.tags=java,kind=component&", "filter=kind=x&"]);
        let (limit, offset) = (1 + dice.roll(50), dice.roll(20));
        let sorted: String = orders
            .iter()
            .map(|(field, direction)| {
                format!("order={}:{field}&", if *direction == Direction::Asc { "asc" } else { "desc" })
            })
            .collect();
        let path = format!("/api/catalog/entities?{filter}{sorted}limit={limit}&offset={offset}");
        let given = filter.trim_start_matches("filter=").trim_end_matches('&').to_owned();
        let parsed = if given.is_empty() { Filter::everything() } else { Filter::from_parameters(&[given]).unwrap() };
        let expected = oracle::by_fields(&all, &parsed, &orders);
        let slice: Vec<&Known> = expected.iter().skip(offset).take(limit).copied().collect();
        let reply = catalog.get(&path).await;
        assert_eq!(reply.json(), Value::from(entities(&slice)), "{path}");
        assert_eq!(reply.headers.contains_key("link"), expected.len() > offset + limit, "{path}");
    }
}

#[tokio::test]
async fn facets_count_what_reading_every_entity_counts() {
    let (catalog, all) = fleet(7, ENTITIES).await;
    let mut dice = Dice(8);
    let keys = ["kind", "metadata.title", "metadata.tags", "metadata.labels.tier", "relations.ownedby", "spec.rank"];
    for i in 0..60 {
        let query = if i == 0 { json!({}) } else { oracle::predicate(&mut dice, i % 3) };
        let filter = predicate::parse(&query).unwrap();
        let reply = catalog.post("/api/catalog/entity-facets", json!({"query": query, "facets": keys})).await.json();
        for key in keys {
            assert_eq!(reply["facets"][key], oracle::facet(&all, &filter, key), "{query} {key}");
        }
    }
}

#[tokio::test]
async fn entities_by_reference_come_in_the_order_asked_for_as_far_as_they_match() {
    let (catalog, all) = fleet(9, ENTITIES).await;
    let mut dice = Dice(10);
    for i in 0..40 {
        let query = if i % 4 == 0 { json!({}) } else { oracle::predicate(&mut dice, i % 3) };
        let filter = predicate::parse(&query).unwrap();
        let refs: Vec<String> = (0..dice.roll(40))
            .map(|_| match dice.roll(6) {
                0 => "component:default/nobody".to_owned(),
                _ => all[dice.roll(all.len())].entity_ref.clone(),
            })
            .collect();
        let expected: Vec<Value> = refs
            .iter()
            .map(|entity_ref| {
                let known = all.iter().find(|known| known.entity_ref == *entity_ref);
                known
                    .filter(|it| filter.holds_for(&it.terms, &it.relations))
                    .map_or(Value::Null, |it| it.entity.clone())
            })
            .collect();
        let body = json!({"entityRefs": refs, "query": query});
        let reply = catalog.post("/api/catalog/entities/by-refs", body).await.json();
        assert_eq!(reply["items"], Value::from(expected), "{query}");
    }
}

#[tokio::test]
async fn a_long_list_is_streamed_and_is_the_same_list() {
    let (catalog, all) = fleet(11, 600).await;
    let everything = Query { predicate: json!({}), order: None, full_text: None };
    let expected = Value::from(entities(&everything.answer(&all, &Filter::everything())));
    let reply = catalog.get("/api/catalog/entities").await;
    assert!(!reply.headers.contains_key("content-length"), "the whole list was put together in memory");
    assert_eq!(reply.json(), expected);
    let page = catalog.get("/api/catalog/entities/by-query?limit=10000").await.json();
    assert_eq!(page["items"], expected);
    assert_eq!(page["totalItems"], all.len());
    let names = catalog.get("/api/catalog/entities?fields=metadata.name").await.json();
    assert_eq!(names.as_array().unwrap().len(), all.len());
    let refs: Vec<&str> = all.iter().map(|known| known.entity_ref.as_str()).chain(["x:y/z"]).collect();
    let reply = catalog.post("/api/catalog/entities/by-refs", json!({"entityRefs": refs})).await.json();
    assert_eq!(reply["items"].as_array().unwrap()[..all.len()], expected.as_array().unwrap()[..]);
    assert!(reply["items"][all.len()].is_null());
}
