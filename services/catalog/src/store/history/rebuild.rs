//! Makes the index of a catalog as it was after one change.
//!
//! Entities that did not change since are taken from their present terms; only the others are put together from their
//! versions, some at a time, while the next ones are read.

use super::versions::{self, Then};
use crate::domain::content;
use crate::domain::history::Relation;
use crate::domain::terms::{self, Term};
use crate::index::dictionary::NewTerm;
use crate::index::tenant::{Builder, NewEntity, TenantIndex};
use futures::TryStreamExt as _;
use kernel::{Error, Result};
use roaring::RoaringBitmap;
use sqlx::Row as _;
use std::collections::{BTreeMap, HashMap};
use store::{TenantTx, db};
use uuid::Uuid;

/// Changed entities that are put together at a time.
const CHUNK: usize = 1000;

/// The index after the change `seq`; `None` when it would be larger than so many bytes. The transaction must see one state.
///
/// # Errors
/// Those of the database.
pub async fn load_at(tx: &mut TenantTx, epoch: Uuid, seq: i64, max_bytes: usize) -> Result<Option<TenantIndex>> {
    let mut builder = Builder::new(epoch, seq);
    let mut terms = Terms::default();
    let changed = list_changed(tx, seq).await?;
    let mut working: Option<tokio::task::JoinHandle<Result<Vec<Indexed>>>> = None;
    for refs in changed.chunks(CHUNK) {
        let then = versions::list_at(tx, seq, refs).await?;
        let asked: Vec<(&str, i64)> = then.iter().map(|entity| (entity.entity_ref.as_str(), seq)).collect();
        let relations = versions::list_relations_at(tx, &asked).await?;
        let next = tokio::task::spawn_blocking(move || index_all(then, relations));
        if let Some(done) = working.replace(next) {
            terms.take(&mut builder, done.await.map_err(Error::internal)??);
        }
        if builder.bytes() + terms.bytes > max_bytes {
            return Ok(None);
        }
    }
    if let Some(done) = working {
        terms.take(&mut builder, done.await.map_err(Error::internal)??);
    }
    let unchanged = load_unchanged(tx, &mut builder, seq).await?;
    let postings = list_postings(tx, &unchanged).await?;
    terms.finish(tx, &mut builder, postings, max_bytes).await.map(|fits| fits.then(|| builder.finish()))
}

/// Entities that were there after the change `seq` and are not now as they were then, or whose terms are behind their
/// relations.
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
struct Indexed {
    entity: NewEntity,
    terms: Vec<Term>,
}

fn index_all(then: Vec<Then>, mut relations: HashMap<String, Vec<Relation>>) -> Result<Vec<Indexed>> {
    then.into_iter()
        .map(|entity| {
            let broken = || Error::internal(format!("the stored version of {} is not JSON", entity.entity_ref));
            let content = content::of_document(&entity.document).ok_or_else(broken)?;
            let related = relations.remove(&entity.entity_ref).unwrap_or_default();
            let uid = entity.entity_id.to_string();
            let terms = terms::of_entity(&content, &uid, &related).map_err(Error::internal)?;
            let number = number(entity.entity_no)?;
            let entity =
                NewEntity { number, uid: entity.entity_id, entity_ref: entity.entity_ref, seq: 0, terms: Vec::new() };
            Ok(Indexed { entity, terms })
        })
        .collect()
}

fn number(entity_no: i32) -> Result<u32> {
    u32::try_from(entity_no).map_err(Error::internal)
}

/// Who of the changed entities has which term.
#[derive(Default)]
struct Terms {
    entities: HashMap<Term, Vec<u32>>,
    bytes: usize,
}

/// Bytes that a term costs beside its texts, about.
const TERM: usize = 100;

impl Terms {
    fn take(&mut self, builder: &mut Builder, indexed: Vec<Indexed>) {
        for Indexed { entity, terms } in indexed {
            for term in terms {
                match self.entities.get_mut(&term) {
                    Some(entities) => entities.push(entity.number),
                    None => {
                        self.bytes += term.key.len() + term.original.as_ref().map_or(0, String::len) + TERM;
                        self.entities.insert(term, vec![entity.number]);
                    }
                }
                self.bytes += 4;
            }
            builder.entity(entity);
        }
    }

    /// Hands all terms over: those of unchanged entities under their numbers, and what only changed ones had under
    /// numbers of their own.
    async fn finish(
        mut self,
        tx: &mut TenantTx,
        builder: &mut Builder,
        mut postings: HashMap<i32, Vec<u32>>,
        max_bytes: usize,
    ) -> Result<bool> {
        let mut known = if postings.is_empty() { Vec::new() } else { list_terms(tx, &postings).await? };
        for term in &known {
            let spelled = Term { key: term.key.clone(), original: term.original.clone() };
            if let Some(more) = self.entities.remove(&spelled) {
                postings.entry(term.number).or_default().extend(more);
            }
        }
        // In order they cost least; numbers of the database are positive.
        let others: BTreeMap<Term, Vec<u32>> = self.entities.drain().collect();
        for (number, (term, entities)) in (i32::MIN..).zip(others) {
            let value = term.value();
            known.push(NewTerm { number, key: term.key, value, original: term.original });
            postings.insert(number, entities);
        }
        known.sort_by(|a, b| (&a.key, &a.value).cmp(&(&b.key, &b.value)));
        if builder.terms(known).is_err() || builder.bytes() > max_bytes {
            return Ok(false);
        }
        for (number, mut entities) in postings {
            entities.sort_unstable();
            builder.postings(number, &entities);
        }
        Ok(builder.bytes() <= max_bytes)
    }
}

/// Adds the entities that are now as they were then.
async fn load_unchanged(tx: &mut TenantTx, builder: &mut Builder, seq: i64) -> Result<RoaringBitmap> {
    let id = tx.id();
    let mut rows = sqlx::query(
        "select entity_no, entity_id, entity_ref from entity where tenant_id = $1 and seq <= $2 and not exists (
           select from stitch_due due where due.tenant_id = $1 and due.entity_ref = entity.entity_ref
         ) order by entity_no",
    )
    .bind(id)
    .bind(seq)
    .fetch(tx.conn());
    let mut unchanged = RoaringBitmap::new();
    while let Some(row) = rows.try_next().await.map_err(db)? {
        let number = number(row.try_get(0).map_err(db)?)?;
        unchanged.insert(number);
        builder.entity(NewEntity {
            number,
            uid: row.try_get(1).map_err(db)?,
            entity_ref: row.try_get(2).map_err(db)?,
            seq: 0,
            terms: Vec::new(),
        });
    }
    Ok(unchanged)
}

/// Which of these entities have which term, by the term's number.
async fn list_postings(tx: &mut TenantTx, entities: &RoaringBitmap) -> Result<HashMap<i32, Vec<u32>>> {
    let mut postings = HashMap::new();
    if entities.is_empty() {
        return Ok(postings);
    }
    let id = tx.id();
    let mut rows =
        sqlx::query("select term_no, array_agg(entity_no) from posting where tenant_id = $1 group by term_no")
            .bind(id)
            .fetch(tx.conn());
    while let Some(row) = rows.try_next().await.map_err(db)? {
        let numbers: Vec<i32> = row.try_get(1).map_err(db)?;
        let own = numbers.into_iter().filter_map(|number| u32::try_from(number).ok());
        let own: Vec<u32> = own.filter(|number| entities.contains(*number)).collect();
        if !own.is_empty() {
            postings.insert(row.try_get(0).map_err(db)?, own);
        }
    }
    Ok(postings)
}

async fn list_terms(tx: &mut TenantTx, postings: &HashMap<i32, Vec<u32>>) -> Result<Vec<NewTerm>> {
    let id = tx.id();
    let mut rows =
        sqlx::query("select term_no, key, value, original from term where tenant_id = $1").bind(id).fetch(tx.conn());
    let mut terms = Vec::with_capacity(postings.len());
    while let Some(row) = rows.try_next().await.map_err(db)? {
        let number: i32 = row.try_get(0).map_err(db)?;
        if postings.contains_key(&number) {
            let (key, value, original) =
                (row.try_get(1).map_err(db)?, row.try_get(2).map_err(db)?, row.try_get(3).map_err(db)?);
            terms.push(NewTerm { number, key, value, original });
        }
    }
    Ok(terms)
}
