//! Makes the index of a catalog as it was after one change.
//!
//! It is the present one, less every entity that changed since, and with these as they were: put together from their
//! versions, some at a time, while the next ones are read.

use super::versions::{self, Then};
use crate::domain::content;
use crate::domain::history::Relation;
use crate::domain::terms::{self, Term};
use crate::index::freshness::Fresh;
use crate::index::tenant::{NewEntity, TenantIndex};
use crate::store::index::{self, Revision};
use kernel::{Error, Result};
use std::collections::HashMap;
use store::{TenantTx, db};

/// Changed entities that are put together at a time.
const CHUNK: usize = 2_500;

/// The index after the change `seq`; `None` when it would be larger than so many bytes. The transaction must see one
/// state. `present` is of use when it is of that state too.
///
/// # Errors
/// Those of the database.
pub async fn load_at(
    tx: &mut TenantTx,
    present: Option<Fresh>,
    seq: i64,
    max_bytes: usize,
) -> Result<Option<TenantIndex>> {
    let now = index::revision_in(tx).await?;
    let touched = list_touched(tx, seq).await?;
    let Some(index) = without(tx, present, now, (seq, &touched), max_bytes).await? else { return Ok(None) };
    let changed = list_changed(tx, seq).await?;
    let mut adding = tokio::task::spawn_blocking(move || Ok(Some(index)));
    for refs in changed.chunks(CHUNK) {
        // While those before are added.
        let then = versions::list_at(tx, seq, refs).await?;
        let asked: Vec<(&str, i64)> = then.iter().map(|entity| (entity.entity_ref.as_str(), seq)).collect();
        let relations = versions::list_relations_at(tx, &asked).await?;
        let Some(index) = adding.await.map_err(Error::internal)?? else { return Ok(None) };
        adding = tokio::task::spawn_blocking(move || add(index, then, relations, max_bytes));
    }
    let made = adding.await.map_err(Error::internal)??;
    Ok(made.map(|mut index| {
        index.settle();
        index
    }))
}

/// The index with these entities; `None` when it is too large.
fn add(
    mut index: TenantIndex,
    then: Vec<Then>,
    relations: HashMap<String, Vec<Relation>>,
    max_bytes: usize,
) -> Result<Option<TenantIndex>> {
    let indexed = index_all(then, relations)?;
    let fits = index.add(indexed).is_ok() && index.bytes() <= max_bytes;
    Ok(fits.then_some(index))
}

/// The index of the transaction's state, as a copy or read anew, without the entities that are not now as they were then.
async fn without(
    tx: &mut TenantTx,
    present: Option<Fresh>,
    now: Revision,
    (seq, touched): (i64, &[u32]),
    max_bytes: usize,
) -> Result<Option<TenantIndex>> {
    let is_same = |index: &TenantIndex| (index.epoch(), index.seq()) == (now.epoch, now.seq);
    let copy = |index: &TenantIndex| is_same(index).then(|| index.without(now.epoch, seq, touched));
    if let Some(copy) = present.and_then(|present| present.read(copy)).flatten() {
        return Ok(Some(copy));
    }
    Ok(index::load(tx, max_bytes).await?.map(|index| index.without(now.epoch, seq, touched)))
}

/// Entities that changed since, or whose terms are behind their relations.
async fn list_touched(tx: &mut TenantTx, seq: i64) -> Result<Vec<u32>> {
    let touched: Vec<i32> = sqlx::query_scalar(
        "select entity_no from entity where tenant_id = $1 and seq > $2
         union
         select entity.entity_no from stitch_due due
         join entity on entity.tenant_id = $1 and entity.entity_ref = due.entity_ref
         where due.tenant_id = $1",
    )
    .bind(tx.id())
    .bind(seq)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    touched.into_iter().map(number).collect()
}

/// Those of them that were there, and those that were there and are gone.
async fn list_changed(tx: &mut TenantTx, seq: i64) -> Result<Vec<String>> {
    sqlx::query_scalar(
        "select entity_ref from entity where tenant_id = $1 and seq > $2 and since_seq <= $2
         union
         select entity.entity_ref from stitch_due due
         join entity on entity.tenant_id = $1 and entity.entity_ref = due.entity_ref and entity.since_seq <= $2
         where due.tenant_id = $1
         union
         select entity_ref from entity_version where tenant_id = $1 and to_seq > $2 and from_seq <= $2",
    )
    .bind(tx.id())
    .bind(seq)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// An entity and its terms.
type Indexed = (NewEntity, Vec<Term>);

fn index_all(then: Vec<Then>, mut relations: HashMap<String, Vec<Relation>>) -> Result<Vec<Indexed>> {
    then.into_iter()
        .map(|entity| {
            let broken = || Error::internal(format!("the stored version of {} is not JSON", entity.entity_ref));
            let content = content::of_document(&entity.document).ok_or_else(broken)?;
            let related = relations.remove(&entity.entity_ref).unwrap_or_default();
            let Then { entity_no, entity_ref, entity_id: uid, .. } = entity;
            let terms = terms::of_entity(&content, &uid.to_string(), &related).map_err(Error::internal)?;
            Ok((NewEntity { number: number(entity_no)?, uid, entity_ref, seq: 0, terms: Vec::new() }, terms))
        })
        .collect()
}

fn number(entity_no: i32) -> Result<u32> {
    u32::try_from(entity_no).map_err(Error::internal)
}
