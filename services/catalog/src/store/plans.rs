//! What each query reads when the index is off, on data of very unequal sizes: one large organisation among small ones,
//! one term that nearly all entities have and terms that hardly any has. Asserted from `explain`, not from time.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::conditions::{Start, Steer, steer};
use super::entities::{self, Counted, Statement};
use super::facets;
use crate::domain::cursor::{Direction, EntityList, FullText, Order, Position};
use crate::domain::filter::Filter;
use kernel::TenantId;
use serde_json::Value;
use sqlx::types::Json;
use store::TenantTx;
use testkit::TestDb;

const LARGE: i32 = 20_000;
const SMALL: i32 = 150;
const SMALL_ONES: usize = 20;

/// Terms: kind (95 % components), type (all but every 4,000th a service), 100 tags, names, and titles of every other one.
const FILL: [&str; 6] = [
    "insert into tenant_seq (tenant_id, epoch, seq, next_entity_no) values ($1, gen_random_uuid(), 1, $2 + 1)",
    "insert into refresh_state (tenant_id, entity_ref, entity_id, location_key, hash)
     select $1, 'component:default/e' || lpad(n::text, 6, '0'), gen_random_uuid(), 'url:x', '' from generate_series(1, $2) n",
    "insert into entity (tenant_id, entity_no, entity_id, entity_ref, etag, seq, document, term_nos)
     select $1, n, entity_id, entity_ref, '', 1, '{\"x\":\"' || repeat(md5(entity_ref), 40) || '\"}',
       array[case when n % 20 = 0 then 2 else 1 end, case when n % 4000 = 0 then 4 else 3 end, 10 + n % 100, 1000 + n]
         || case when n % 2 = 0 then array[1000000 + n] else '{}' end
     from (select entity_id, entity_ref, substr(entity_ref, 20)::integer as n from refresh_state where tenant_id = $1) made
     where $2 > 0",
    "insert into term (tenant_id, term_no, key, value, original, listed)
     select $1, n, key, value, value, true from (values (1, 'kind', 'component'), (2, 'kind', 'api'),
       (3, 'spec.type', 'service'), (4, 'spec.type', 'rare')) as t (n, key, value) where $2 > 0
     union all select $1, 10 + n, 'metadata.tags', 'tag-' || n, 'tag-' || n, true from generate_series(0, 99) n",
    "insert into term (tenant_id, term_no, key, value, original, entity_nos)
     select $1, 1000 + n, 'metadata.name', 'e' || lpad(n::text, 6, '0'), 'e' || lpad(n::text, 6, '0'), array[n]
     from generate_series(1, $2) n
     union all select $1, 1000000 + n, 'metadata.title', 'title ' || md5(n::text), 'Title ' || md5(n::text), array[n]
     from generate_series(2, $2, 2) n",
    // In lists of at most 16: as after some thousands of files, not after one.
    "insert into posting_list (tenant_id, term_no, first_no, entity_nos)
     select $1, term_no, min(n), array_agg(n order by n) from (
       select unnest(array[case when n % 20 = 0 then 2 else 1 end, case when n % 4000 = 0 then 4 else 3 end,
         10 + n % 100]) as term_no, n from generate_series(1, $2) n
     ) posting group by term_no, n / 16",
];

async fn fill(test: &TestDb, slug: &str, entities: i32) -> TenantId {
    let tenant = test.tenant(slug).await;
    let mut tx = test.db.tenant(tenant).await.unwrap();
    for statement in FILL {
        sqlx::query(statement).bind(tx.id()).bind(entities).execute(tx.conn()).await.unwrap();
    }
    tx.commit().await.unwrap();
    tenant
}

fn is(key: &str, value: &str) -> Filter {
    Filter::Values(key.into(), vec![value.into()])
}

fn all(parts: impl IntoIterator<Item = Filter>) -> Filter {
    Filter::All(parts.into_iter().collect())
}

fn list(filter: Filter, order: Option<(&str, Direction)>) -> EntityList {
    let order = order.map(|(field, direction)| Order { field: field.into(), direction });
    EntityList { filter, full_text: None, order, from: None, first: None, backwards: false, count: true }
}

/// Pages of the database that the statement touched.
async fn buffers(tx: &mut TenantTx, mut sql: Statement) -> i64 {
    let Json(plan): Json<Value> = sql.build_query_scalar().fetch_one(tx.conn()).await.unwrap();
    let top = &plan[0]["Plan"];
    top["Shared Hit Blocks"].as_i64().unwrap() + top["Shared Read Blocks"].as_i64().unwrap()
}

/// Name, pages read by counting, pages read by fetching the page.
async fn lists(tx: &mut TenantTx) -> Vec<(&'static str, i64, i64)> {
    let (asc, desc) = (Direction::Asc, Direction::Desc);
    let middle = Some(Position { value: Some("e000070".into()), number: 70 });
    let full_text =
        Some(FullText { term: "0014".into(), fields: vec!["metadata.name".into(), "metadata.title".into()] });
    let not_api = || Filter::Not(Box::new(is("kind", "api")));
    let name = Some(("metadata.name", asc));
    let lists = [
        ("everything", list(Filter::everything(), None)),
        ("nearly all, by name", list(is("kind", "component"), name)),
        ("nearly all, by title downwards", list(is("kind", "component"), Some(("metadata.title", desc)))),
        ("nearly all and rare, by name", list(all([is("kind", "component"), is("spec.type", "rare")]), name)),
        ("rare, by title", list(is("spec.type", "rare"), Some(("metadata.title", asc)))),
        (
            "a tag, not a kind, by title",
            list(all([is("metadata.tags", "tag-7"), not_api()]), Some(("metadata.title", asc))),
        ),
        ("with a title, by title", list(Filter::Exists("metadata.title".into()), Some(("metadata.title", asc)))),
        ("by a prefix of the title", list(Filter::Prefix("metadata.title".into(), "title 7".into()), name)),
        ("from the middle", EntityList { from: middle.clone(), ..list(is("kind", "component"), name) }),
        ("back from the middle", EntityList { from: middle, backwards: true, ..list(is("kind", "component"), name) }),
        ("with a text, by name", EntityList { full_text, ..list(is("kind", "component"), name) }),
        ("nobody", list(is("kind", "nobody"), name)),
    ];
    let mut read = Vec::new();
    for (name, list) in lists {
        let size = entities::size(tx, &list).await.unwrap();
        let mut counting = 0;
        let looked_up = if size.is_small { Counted::LookedUp } else { Counted::Valued };
        let valued = list.order.as_ref().is_some_and(|order| order.field == "metadata.title");
        for counted in [Some(Counted::Matching), valued.then_some(looked_up)].into_iter().flatten() {
            counting += buffers(tx, entities::count_statement(Start::EXPLAIN, tx.id(), counted, &list)).await;
        }
        if list.order.is_some() && !size.is_small {
            steer(tx, Steer::KeepOrder).await.unwrap();
        }
        let page = entities::page_statement(Start::EXPLAIN, tx.id(), &list, size.is_small, 21, 0);
        read.push((name, counting, buffers(tx, page).await));
        sqlx::query("set local enable_sort = on").execute(tx.conn()).await.unwrap();
    }
    read
}

async fn others(tx: &mut TenantTx) -> Vec<(&'static str, i64)> {
    let tenant = tx.id();
    let mut read = Vec::new();
    for (name, filter) in [("nearly all, by key", is("kind", "component")), ("some, by key", is("kind", "api"))] {
        let walked = entities::is_walked(tx, &filter, Some(101), 0).await.unwrap();
        let mut sql = if walked {
            steer(tx, Steer::KeepOrder).await.unwrap();
            entities::walk_statement(Start::EXPLAIN, tenant, &filter)
        } else {
            entities::sorted_statement(Start::EXPLAIN, tenant, &filter, &[])
        };
        sql.push(" limit 101");
        read.push((name, buffers(tx, sql).await));
        sqlx::query("set local enable_sort = on").execute(tx.conn()).await.unwrap();
    }
    steer(tx, Steer::Hash).await.unwrap();
    let title = [Order { field: "metadata.title".into(), direction: Direction::Desc }];
    let by_title = entities::sorted_statement(Start::EXPLAIN, tenant, &is("kind", "api"), &title);
    read.push(("some, by key after title", buffers(tx, by_title).await));
    for (name, key, filter) in [
        ("facet of few values among nearly all", "spec.type", is("kind", "component")),
        ("facet of some values among few", "metadata.tags", is("spec.type", "rare")),
        ("facet of many values among nearly all", "metadata.title", is("kind", "component")),
    ] {
        let facet = facets::statement(Start::EXPLAIN, tenant, &[key.to_owned()], &filter);
        read.push((name, buffers(tx, facet).await));
    }
    read
}

#[tokio::test]
async fn no_query_without_the_index_reads_more_than_its_share() {
    let test = TestDb::new().await;
    let large = fill(&test, "large", LARGE).await;
    let mut small = large;
    for i in 0..SMALL_ONES {
        small = fill(&test, &format!("small-{i}"), SMALL).await;
    }
    // Twice: as it is right after reading many files, when the planner knows nothing yet, and when it does.
    for statistics in [false, true] {
        if statistics {
            test.execute_as_admin("vacuum analyze").await;
        }
        for (tenant, entities) in [(large, LARGE), (small, SMALL)] {
            let mut tx = test.db.tenant(tenant).await.unwrap();
            let of = |name| format!("{name}, {entities} entities, statistics: {statistics}");
            for (name, counting, page) in lists(&mut tx).await {
                // A key with a value of its own for every other entity is the worst: four pages for each value, and here it
                // is asked for three times, twice by the filter.
                assert!(counting <= most(entities, 7), "counting {} read {counting} pages", of(name));
                let bound = if STOPS_EARLY.contains(&name) { most(0, 0) } else { most(entities, 3) };
                assert!(page <= bound, "a page of {} read {page} pages", of(name));
            }
            for (name, read) in others(&mut tx).await {
                assert!(read <= most(entities, 4), "{} read {read} pages", of(name));
            }
        }
    }
}

/// Pages of these lists cost the same however many entities there are.
const STOPS_EARLY: [&str; 8] = [
    "everything",
    "nearly all, by name",
    "nearly all, by title downwards",
    "nearly all and rare, by name",
    "rare, by title",
    "from the middle",
    "back from the middle",
    "nobody",
];

/// So many pages for each entity of the organisation, and some more. The whole database has some 20,000, those of the
/// documents not counted.
fn most(entities: i32, each: i64) -> i64 {
    i64::from(entities) * each + 3_000
}
