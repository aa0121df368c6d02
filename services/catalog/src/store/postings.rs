//! Terms and postings of entities: which entity has which key and value.

use super::sequence::Counters;
use crate::domain::terms::Term;
use kernel::Result;
use std::collections::{BTreeSet, HashMap};
use store::{TenantTx, db};

/// Makes the postings of these entities equal to their terms, touching only what differs.
///
/// # Errors
/// Those of the database.
pub async fn replace(tx: &mut TenantTx, counters: &mut Counters, entities: &[(i32, Vec<Term>)]) -> Result<()> {
    let numbers = ensure_terms(tx, counters, entities).await?;
    let mut wanted: BTreeSet<(i32, i32)> = BTreeSet::new();
    for (entity_no, terms) in entities {
        wanted.extend(terms.iter().filter_map(|term| numbers.get(term)).map(|term_no| (*term_no, *entity_no)));
    }
    let entity_nos: Vec<i32> = entities.iter().map(|(entity_no, _)| *entity_no).collect();
    let present = list_of(tx, &entity_nos).await?;
    let added: Vec<(i32, i32)> = wanted.difference(&present).copied().collect();
    let gone: Vec<(i32, i32)> = present.difference(&wanted).copied().collect();
    insert(tx, &added).await?;
    delete(tx, &gone).await?;
    count(tx, &added, &gone).await
}

/// Deletes the postings of entities that go.
///
/// # Errors
/// Those of the database.
pub async fn forget(tx: &mut TenantTx, entity_nos: &[i32]) -> Result<()> {
    let gone: Vec<(i32, i32)> = sqlx::query_as(
        "delete from posting where tenant_id = $1 and entity_no = any ($2) returning term_no, entity_no",
    )
    .bind(tx.id())
    .bind(entity_nos)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    count(tx, &[], &gone).await
}

async fn list_of(tx: &mut TenantTx, entity_nos: &[i32]) -> Result<BTreeSet<(i32, i32)>> {
    let rows: Vec<(i32, i32)> =
        sqlx::query_as("select term_no, entity_no from posting where tenant_id = $1 and entity_no = any ($2)")
            .bind(tx.id())
            .bind(entity_nos)
            .fetch_all(tx.conn())
            .await
            .map_err(db)?;
    Ok(rows.into_iter().collect())
}

/// The number of every term, new ones included. `$2` and `$3` are parallel lists of keys and originals.
async fn ensure_terms<'t>(
    tx: &mut TenantTx,
    counters: &mut Counters,
    entities: &'t [(i32, Vec<Term>)],
) -> Result<HashMap<&'t Term, i32>> {
    let all: BTreeSet<&Term> = entities.iter().flat_map(|(_, terms)| terms).collect();
    let keys: Vec<&str> = all.iter().map(|term| term.key.as_str()).collect();
    let originals: Vec<Option<&str>> = all.iter().map(|term| term.original.as_deref()).collect();
    let known: Vec<(i32, String, Option<String>)> = sqlx::query_as(
        "select term.term_no, term.key, term.original
         from unnest($2::text[], $3::text[]) as asked (key, original)
         join term on term.tenant_id = $1 and term.key = asked.key and term.original = asked.original
         union all
         select term.term_no, term.key, term.original
         from unnest($2::text[], $3::text[]) as asked (key, original)
         join term on term.tenant_id = $1 and term.key = asked.key and term.original is null
         where asked.original is null",
    )
    .bind(tx.id())
    .bind(keys)
    .bind(originals)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    let known: HashMap<Term, i32> =
        known.into_iter().map(|(term_no, key, original)| (Term { key, original }, term_no)).collect();
    let mut numbers = HashMap::with_capacity(all.len());
    let mut new: Vec<(i32, &Term)> = Vec::new();
    for term in all {
        let term_no = known.get(term).copied().unwrap_or_else(|| {
            let term_no = counters.next_term_no;
            counters.next_term_no += 1;
            new.push((term_no, term));
            term_no
        });
        numbers.insert(term, term_no);
    }
    insert_terms(tx, &new).await?;
    Ok(numbers)
}

async fn insert_terms(tx: &mut TenantTx, new: &[(i32, &Term)]) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into term (tenant_id, term_no, key, value, original, entities)
         select $1, term_no, key, value, original, 0
         from unnest($2::integer[], $3::text[], $4::text[], $5::text[]) as new (term_no, key, value, original)",
    )
    .bind(tx.id())
    .bind(new.iter().map(|(term_no, _)| *term_no).collect::<Vec<_>>())
    .bind(new.iter().map(|(_, term)| term.key.as_str()).collect::<Vec<_>>())
    .bind(new.iter().map(|(_, term)| term.value()).collect::<Vec<_>>())
    .bind(new.iter().map(|(_, term)| term.original.as_deref()).collect::<Vec<_>>())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Rows written by one statement, so that a huge file stays below the statement timeout.
const CHUNK: usize = 20_000;

async fn insert(tx: &mut TenantTx, rows: &[(i32, i32)]) -> Result<()> {
    for rows in rows.chunks(CHUNK) {
        sqlx::query(
            "insert into posting (tenant_id, term_no, entity_no)
             select $1, term_no, entity_no from unnest($2::integer[], $3::integer[]) as new (term_no, entity_no)",
        )
        .bind(tx.id())
        .bind(rows.iter().map(|(term_no, _)| *term_no).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, entity_no)| *entity_no).collect::<Vec<_>>())
        .execute(tx.conn())
        .await
        .map_err(db)?;
    }
    Ok(())
}

async fn delete(tx: &mut TenantTx, rows: &[(i32, i32)]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "delete from posting using unnest($2::integer[], $3::integer[]) as gone (term_no, entity_no)
         where posting.tenant_id = $1 and posting.term_no = gone.term_no and posting.entity_no = gone.entity_no",
    )
    .bind(tx.id())
    .bind(rows.iter().map(|(term_no, _)| *term_no).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, entity_no)| *entity_no).collect::<Vec<_>>())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Keeps `term.entities` equal to the number of its postings; terms that nobody has go.
async fn count(tx: &mut TenantTx, added: &[(i32, i32)], gone: &[(i32, i32)]) -> Result<()> {
    let mut changes: HashMap<i32, i32> = HashMap::new();
    for (term_no, _) in added {
        *changes.entry(*term_no).or_default() += 1;
    }
    for (term_no, _) in gone {
        *changes.entry(*term_no).or_default() -= 1;
    }
    changes.retain(|_, change| *change != 0);
    if changes.is_empty() {
        return Ok(());
    }
    let (term_nos, changes): (Vec<i32>, Vec<i32>) = changes.into_iter().unzip();
    sqlx::query(
        "update term set entities = term.entities + changed.by
         from unnest($2::integer[], $3::integer[]) as changed (term_no, by)
         where term.tenant_id = $1 and term.term_no = changed.term_no",
    )
    .bind(tx.id())
    .bind(&term_nos)
    .bind(changes)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    sqlx::query("delete from term where tenant_id = $1 and term_no = any ($2) and entities = 0")
        .bind(tx.id())
        .bind(term_nos)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}
