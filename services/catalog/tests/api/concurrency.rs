//! Writers and readers at the same time: each answer is the catalog as it was at one moment between question and answer.

use super::harness::Catalog;
use super::oracle::{self, Dice, Known};
use catalog::domain::cause::Cause;
use catalog::domain::filter::Filter;
use catalog::domain::outcome::Emitted;
use catalog::store::apply;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const WRITERS: u64 = 8;
const READERS: u64 = 8;
const PERIOD: Duration = Duration::from_secs(4);
/// On a busy machine it takes longer until enough has happened.
const PATIENCE: Duration = Duration::from_secs(90);
const ANSWERS: usize = 150;
const CHANGES: usize = 60;

/// The whole catalog after each change.
type States = Arc<Mutex<BTreeMap<i64, Arc<Vec<Known>>>>>;

/// What the source of a writer says next: one entity under one of a few names, so that entities come, change and go.
fn emitted(dice: &mut Dice, writer: u64) -> Emitted {
    let name = format!("w{writer}-{}", dice.roll(3));
    oracle::emitted(&oracle::component(dice, &name))
}

/// When to stop: after the period, and when enough has happened.
struct Stop {
    started: Instant,
    answers: AtomicUsize,
    changes: AtomicUsize,
}

impl Stop {
    fn is_now(&self) -> bool {
        let enough = self.answers.load(Ordering::Relaxed) >= ANSWERS && self.changes.load(Ordering::Relaxed) >= CHANGES;
        let elapsed = self.started.elapsed();
        (elapsed > PERIOD && enough) || elapsed > PATIENCE
    }
}

async fn write(catalog: &Catalog, states: &States, seed: u64, stop: &Stop) {
    let mut dice = Dice(seed);
    while !stop.is_now() {
        let emitted = emitted(&mut dice, seed);
        let mut tx = catalog.test.db.tenant(catalog.tenant).await.unwrap();
        apply::register(&mut tx, &format!("@test/{seed}"), &emitted, &Cause::platform()).await.unwrap();
        // Still under the organisation's lock: nobody else changes anything now.
        let seq = seq(&mut tx).await;
        let state = Arc::new(oracle::read_all(&mut tx).await);
        states.lock().unwrap().insert(seq, state);
        tx.commit().await.unwrap();
        stop.changes.fetch_add(1, Ordering::Relaxed);
    }
}

async fn seq(tx: &mut store::TenantTx) -> i64 {
    let seq: Option<i64> = sqlx::query_scalar("select seq from tenant_seq where tenant_id = $1")
        .bind(tx.id())
        .fetch_optional(tx.conn())
        .await
        .unwrap();
    seq.unwrap_or(0)
}

async fn present(catalog: &Catalog) -> i64 {
    seq(&mut catalog.test.db.tenant(catalog.tenant).await.unwrap()).await
}

/// Asks and compares with every state that the answer may be of. Returns how many of them it could have been.
async fn ask(catalog: &Catalog, states: &States, dice: &mut Dice) -> usize {
    let earliest = present(catalog).await;
    let query = oracle::query(dice);
    let (limit, facet) = (1 + dice.roll(12), dice.roll(4) == 0);
    let answer = if facet {
        let body = json!({"query": query.predicate, "facets": ["metadata.title"]});
        catalog.post("/api/catalog/entity-facets", body).await.json()["facets"]["metadata.title"].clone()
    } else {
        let mut page = catalog.post("/api/catalog/entities/by-query", query.body(limit, 0)).await.json();
        page.as_object_mut().unwrap().remove("pageInfo");
        page
    };
    let latest = present(catalog).await;
    let possible: Vec<Arc<Vec<Known>>> =
        states.lock().unwrap().range(earliest..=latest).map(|(_, state)| Arc::clone(state)).collect();
    let expected = |all: &Vec<Known>| -> Value {
        if facet {
            let filter = catalog::domain::predicate::parse(&query.predicate).unwrap();
            return oracle::facet(all, &filter, "metadata.title");
        }
        let list = query.answer(all, &Filter::everything());
        let items: Vec<Value> = list.iter().take(limit).map(|known| known.entity.clone()).collect();
        json!({"items": items, "totalItems": list.len()})
    };
    assert!(
        possible.iter().any(|state| expected(state) == answer),
        "between {earliest} and {latest}, the catalog was never so: {query:?} gave {answer}"
    );
    possible.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_answer_under_concurrent_writes_is_the_catalog_of_one_moment() {
    let catalog = Arc::new(Catalog::new().await);
    let states: States = Arc::default();
    states.lock().unwrap().insert(0, Arc::default());
    let stop = Arc::new(Stop { started: Instant::now(), answers: AtomicUsize::new(0), changes: AtomicUsize::new(0) });
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let (catalog, states, stop) = (Arc::clone(&catalog), Arc::clone(&states), Arc::clone(&stop));
        tasks.spawn(async move { write(&catalog, &states, writer, &stop).await });
    }
    for reader in 0..READERS {
        let (catalog, states, stop) = (Arc::clone(&catalog), Arc::clone(&states), Arc::clone(&stop));
        tasks.spawn(async move {
            let mut dice = Dice(100 + reader);
            while !stop.is_now() {
                ask(&catalog, &states, &mut dice).await;
                stop.answers.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    let (answers, changes) = (stop.answers.load(Ordering::Relaxed), stop.changes.load(Ordering::Relaxed));
    assert!(answers >= ANSWERS && changes >= CHANGES, "{answers} answers, {changes} changes");
    // At rest, everything is known exactly.
    let mut dice = Dice(7);
    for _ in 0..50 {
        assert_eq!(ask(&catalog, &states, &mut dice).await, 1);
    }
}
