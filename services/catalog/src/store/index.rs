//! What the index in memory is made from and compared with.

use crate::index::dictionary::NewTerm;
use crate::index::order::Found;
use crate::index::tenant::{Builder, Changes, NewEntity, TenantIndex};
use bytes::Bytes;
use futures::TryStreamExt as _;
use kernel::{Error, Result, TenantId};
use sqlx::{FromRow as _, Row as _};
use std::collections::{BTreeSet, HashMap};
use store::{Db, TenantTx, db};
use uuid::Uuid;

/// Which state of the catalog, and of the policies over it, an answer is made from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, sqlx::FromRow)]
pub struct Revision {
    /// New after a restore: what was remembered before is worthless.
    pub epoch: Uuid,
    /// The number of the last change.
    pub seq: i64,
    /// Raised whenever conditions on what people may read change.
    pub policy_version: i64,
}

/// The organisation's present revision, for one small round trip. Before its first change it has none.
///
/// # Errors
/// Those of the database.
pub async fn revision(db_: &Db, tenant: TenantId) -> Result<Revision> {
    let row = db_.glance(tenant, "select epoch, seq, policy_version from tenant_seq where tenant_id = $1").await?;
    row.map_or(Ok(Revision::default()), |row| Revision::from_row(&row).map_err(db))
}

/// The revision that the transaction sees.
///
/// # Errors
/// Those of the database.
pub async fn revision_in(tx: &mut TenantTx) -> Result<Revision> {
    let found = sqlx::query_as("select epoch, seq, policy_version from tenant_seq where tenant_id = $1")
        .bind(tx.id())
        .fetch_optional(tx.conn())
        .await
        .map_err(db)?;
    Ok(found.unwrap_or_default())
}

#[derive(sqlx::FromRow)]
struct Counters {
    epoch: Uuid,
    seq: i64,
    tombstones_after: i64,
}

async fn counters(tx: &mut TenantTx) -> Result<Counters> {
    let found = sqlx::query_as("select epoch, seq, tombstones_after from tenant_seq where tenant_id = $1")
        .bind(tx.id())
        .fetch_optional(tx.conn())
        .await
        .map_err(db)?;
    Ok(found.unwrap_or(Counters { epoch: Uuid::nil(), seq: 0, tombstones_after: 0 }))
}

/// Terms that are handed over at a time.
const CHUNK: usize = 4_096;

/// The whole index, read from one state; `None` when it would be larger than so many bytes.
///
/// # Errors
/// Those of the database.
pub async fn load(tx: &mut TenantTx, max_bytes: usize) -> Result<Option<TenantIndex>> {
    let now = counters(tx).await?;
    let mut builder = Builder::new(now.epoch, now.seq);
    load_entities(tx, &mut builder).await?;
    let mut first = HashMap::new();
    let fits = load_terms(tx, &mut builder, &mut first, max_bytes).await?
        && load_lists(tx, &mut builder, first, max_bytes).await?;
    Ok(fits.then(|| builder.finish()))
}

async fn load_entities(tx: &mut TenantTx, builder: &mut Builder) -> Result<()> {
    let id = tx.id();
    let mut rows =
        sqlx::query("select entity_no, entity_id, entity_ref, seq from entity where tenant_id = $1 order by entity_no")
            .bind(id)
            .fetch(tx.conn());
    while let Some(row) = rows.try_next().await.map_err(db)? {
        builder.entity(entity(&row, Vec::new())?);
    }
    Ok(())
}

fn entity(row: &sqlx::postgres::PgRow, terms: Vec<i32>) -> Result<NewEntity> {
    Ok(NewEntity {
        number: number(row.try_get(0).map_err(db)?)?,
        uid: row.try_get(1).map_err(db)?,
        entity_ref: row.try_get(2).map_err(db)?,
        seq: row.try_get(3).map_err(db)?,
        terms,
    })
}

fn number(entity_no: i32) -> Result<u32> {
    u32::try_from(entity_no).map_err(Error::internal)
}

fn term(row: &sqlx::postgres::PgRow) -> Result<NewTerm> {
    let (key, original): (String, Option<String>) = (row.try_get(1).map_err(db)?, row.try_get(2).map_err(db)?);
    // Sent only where the two differ.
    let lowered: Option<String> = row.try_get(3).map_err(db)?;
    let value = lowered.or_else(|| original.clone());
    Ok(NewTerm { number: row.try_get(0).map_err(db)?, key, value, original })
}

/// In the order of the index `term_value`, which is the order that they cost least in. Entities that stand with a term
/// that may have lists are put into `first`.
async fn load_terms(
    tx: &mut TenantTx,
    builder: &mut Builder,
    first: &mut HashMap<i32, Vec<u32>>,
    max_bytes: usize,
) -> Result<bool> {
    let id = tx.id();
    let mut rows = sqlx::query(
        "select term_no, key, original, case when value <> original then value end, entity_nos, listed
         from term where tenant_id = $1 order by key, value, term_no",
    )
    .bind(id)
    .fetch(tx.conn());
    let (mut chunk, mut alone) = (Vec::with_capacity(CHUNK), Vec::with_capacity(CHUNK));
    while let Some(row) = rows.try_next().await.map_err(db)? {
        let term = term(&row)?;
        let (entities, has_more) = (numbers(row.try_get(4).map_err(db)?), row.try_get(5).map_err(db)?);
        if has_more {
            first.insert(term.number, entities);
        } else {
            alone.push((term.number, entities));
        }
        chunk.push(term);
        if chunk.len() == CHUNK && !hand_over(builder, &mut chunk, &mut alone, max_bytes) {
            return Ok(false);
        }
    }
    Ok(hand_over(builder, &mut chunk, &mut alone, max_bytes))
}

/// Whether it fits.
fn hand_over(
    builder: &mut Builder,
    terms: &mut Vec<NewTerm>,
    postings: &mut Vec<(i32, Vec<u32>)>,
    max_bytes: usize,
) -> bool {
    if builder.terms(std::mem::take(terms)).is_err() {
        return false;
    }
    for (term, mut entities) in postings.drain(..) {
        entities.sort_unstable();
        builder.postings(term, &entities);
    }
    builder.bytes() <= max_bytes
}

fn numbers(numbers: Vec<i32>) -> Vec<u32> {
    numbers.into_iter().filter_map(|number| u32::try_from(number).ok()).collect()
}

/// Entities that stand in lists, beside those that stand with their terms.
async fn load_lists(
    tx: &mut TenantTx,
    builder: &mut Builder,
    mut first: HashMap<i32, Vec<u32>>,
    max_bytes: usize,
) -> Result<bool> {
    let id = tx.id();
    let mut rows =
        sqlx::query("select term_no, entity_nos from posting_list where tenant_id = $1 order by term_no, first_no")
            .bind(id)
            .fetch(tx.conn());
    let mut give = |builder: &mut Builder, term: i32, mut entities: Vec<u32>| {
        entities.extend(first.remove(&term).unwrap_or_default());
        entities.sort_unstable();
        builder.postings(term, &entities);
    };
    let (mut term, mut entities) = (0, Vec::new());
    while let Some(row) = rows.try_next().await.map_err(db)? {
        let next: i32 = row.try_get(0).map_err(db)?;
        if next != term {
            give(builder, term, std::mem::take(&mut entities));
            term = next;
        }
        entities.extend(numbers(row.try_get(1).map_err(db)?));
        if builder.bytes() > max_bytes {
            return Ok(false);
        }
    }
    give(builder, term, entities);
    // Those that were expected to have lists, and have none so far.
    for (term, mut entities) in first {
        entities.sort_unstable();
        builder.postings(term, &entities);
    }
    Ok(builder.bytes() <= max_bytes)
}

/// As many changed entities are taken over one by one, and up to half of all: with more of them the index is made anew,
/// beside the one in use. Ingestion commits ten thousand at a time.
const MANY: usize = 20_000;

/// What happened since the change `since` of this epoch; `None` when the index, which has so many entities, has to be made
/// anew. `unknown` says which of these terms the index does not know.
///
/// # Errors
/// Those of the database.
pub async fn load_changes(
    tx: &mut TenantTx,
    (epoch, since): (Uuid, i64),
    entities: usize,
    unknown: impl Fn(BTreeSet<i32>) -> Vec<i32>,
) -> Result<Option<Changes>> {
    let now = counters(tx).await?;
    if now.epoch != epoch || now.seq < since || now.tombstones_after > since {
        return Ok(None);
    }
    let many = MANY.max(entities / 2);
    let gone: Vec<i32> =
        sqlx::query_scalar("select entity_no from entity_tombstone where tenant_id = $1 and seq > $2 limit $3")
            .bind(tx.id())
            .bind(since)
            .bind(i64::try_from(many).unwrap_or(i64::MAX))
            .fetch_all(tx.conn())
            .await
            .map_err(db)?;
    let rows = sqlx::query(
        "select e.entity_no, e.entity_id, e.entity_ref, e.seq, e.term_nos
         from entity e where e.tenant_id = $1 and e.seq > $2 limit $3",
    )
    .bind(tx.id())
    .bind(since)
    .bind(i64::try_from(many).unwrap_or(i64::MAX))
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    if rows.len() >= many || gone.len() >= many {
        return Ok(None);
    }
    let entities = rows.iter().map(|row| entity(row, row.try_get(4).map_err(db)?)).collect::<Result<Vec<_>>>()?;
    let terms = unknown(entities.iter().flat_map(|entity| entity.terms.iter().copied()).collect());
    let terms = list_terms(tx, &terms).await?;
    let gone = gone.into_iter().filter_map(|gone| u32::try_from(gone).ok()).collect();
    Ok(Some(Changes { seq: now.seq, gone, entities, terms }))
}

async fn list_terms(tx: &mut TenantTx, term_nos: &[i32]) -> Result<Vec<NewTerm>> {
    let (Some(first), Some(last)) = (term_nos.iter().min(), term_nos.iter().max()) else { return Ok(Vec::new()) };
    // New terms have numbers that follow one another: reading them in a row costs a third of looking each of them up.
    let span = usize::try_from(i64::from(*last) - i64::from(*first) + 1).unwrap_or(usize::MAX);
    let statement = if span <= term_nos.len().saturating_mul(2) {
        "select term_no, key, original, case when value <> original then value end
         from term where tenant_id = $1 and term_no between $2 and $3"
    } else {
        "select term_no, key, original, case when value <> original then value end
         from term where tenant_id = $1 and term_no between $2 and $3 and term_no = any ($4)"
    };
    let mut query = sqlx::query(statement).bind(tx.id()).bind(first).bind(last);
    if span > term_nos.len().saturating_mul(2) {
        query = query.bind(term_nos);
    }
    let rows = query.fetch_all(tx.conn()).await.map_err(db)?;
    rows.iter().map(term).collect()
}

/// The documents of these entities, and the change that made each.
///
/// # Errors
/// Those of the database.
pub async fn documents(tx: &mut TenantTx, entities: &[u32]) -> Result<HashMap<u32, (Found, Bytes)>> {
    let numbers: Vec<i32> = entities.iter().filter_map(|number| i32::try_from(*number).ok()).collect();
    let rows: Vec<(i32, i64, String)> =
        sqlx::query_as("select entity_no, seq, document from entity where tenant_id = $1 and entity_no = any ($2)")
            .bind(tx.id())
            .bind(numbers)
            .fetch_all(tx.conn())
            .await
            .map_err(db)?;
    let found = rows.into_iter().filter_map(|(entity_no, seq, document)| {
        let number = u32::try_from(entity_no).ok()?;
        Some((number, (Found { number, seq }, Bytes::from(document))))
    });
    Ok(found.collect())
}
