//! Terms and postings of entities: which entity has which key and value.

use super::sequence::Counters;
use crate::domain::terms::Term;
use kernel::Result;
use std::collections::{BTreeSet, HashMap};
use store::{TenantTx, db};

/// What is known about the terms of one entity.
#[derive(Debug)]
pub struct Terms<'t> {
    /// The entity's number.
    pub entity_no: i32,
    /// How its postings come to be right.
    pub change: Change<'t>,
}

/// How the postings of one entity change.
#[derive(Debug)]
pub enum Change<'t> {
    /// It has none yet: these.
    New(Vec<&'t Term>),
    /// It has some; afterwards it has these.
    All(Vec<&'t Term>),
    /// It gets and loses only these.
    Some {
        /// Terms that it does not have yet.
        added: Vec<Term>,
        /// Terms that it has.
        gone: Vec<Term>,
    },
}

impl Change<'_> {
    fn terms(&self) -> impl Iterator<Item = &Term> {
        let (these, added, gone): (&[&Term], &[Term], &[Term]) = match self {
            Self::New(terms) | Self::All(terms) => (terms, &[], &[]),
            Self::Some { added, gone } => (&[], added, gone),
        };
        these.iter().copied().chain(added).chain(gone)
    }
}

/// A posting: term and entity.
type Posting = (i32, i32);

/// Brings the postings of these entities up to date, touching only what differs.
///
/// # Errors
/// Those of the database.
pub async fn replace(tx: &mut TenantTx, counters: &mut Counters, entities: &[Terms<'_>]) -> Result<()> {
    let numbers = number(tx, counters, entities).await?;
    let of = |term: &Term| numbers.known.get(term).or_else(|| numbers.new.get(term)).copied();
    let mut added: Vec<Posting> = Vec::new();
    let mut gone: Vec<Posting> = Vec::new();
    let mut wanted: BTreeSet<Posting> = BTreeSet::new();
    let mut compared: Vec<i32> = Vec::new();
    for Terms { entity_no, change } in entities {
        let posting = |term_no: i32| (term_no, *entity_no);
        match change {
            Change::New(terms) => added.extend(terms.iter().filter_map(|term| of(term)).map(posting)),
            Change::All(terms) => {
                compared.push(*entity_no);
                wanted.extend(terms.iter().filter_map(|term| of(term)).map(posting));
            }
            Change::Some { added: more, gone: less } => {
                added.extend(more.iter().filter_map(of).map(posting));
                gone.extend(less.iter().filter_map(of).map(posting));
            }
        }
    }
    if !compared.is_empty() {
        let present = list_of(tx, &compared).await?;
        added.extend(wanted.difference(&present));
        gone.extend(present.difference(&wanted));
    }
    added.sort_unstable();
    added.dedup();
    insert_terms(tx, &numbers.new, &added).await?;
    insert(tx, &added).await?;
    delete(tx, &gone).await?;
    let known = |posting: &&Posting| posting.0 < numbers.first_new;
    count(tx, added.iter().filter(known).copied(), &gone).await
}

/// Deletes the postings of entities that go.
///
/// # Errors
/// Those of the database.
pub async fn forget(tx: &mut TenantTx, entity_nos: &[i32]) -> Result<()> {
    let gone: Vec<Posting> = sqlx::query_as(
        "delete from posting where tenant_id = $1 and entity_no = any ($2) returning term_no, entity_no",
    )
    .bind(tx.id())
    .bind(entity_nos)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    count(tx, std::iter::empty(), &gone).await
}

async fn list_of(tx: &mut TenantTx, entity_nos: &[i32]) -> Result<BTreeSet<Posting>> {
    let rows: Vec<Posting> =
        sqlx::query_as("select term_no, entity_no from posting where tenant_id = $1 and entity_no = any ($2)")
            .bind(tx.id())
            .bind(entity_nos)
            .fetch_all(tx.conn())
            .await
            .map_err(db)?;
    Ok(rows.into_iter().collect())
}

/// Numbers of terms: those that are stored, and those that are given out now, all of which are at least `first_new`.
struct Numbers<'t> {
    known: HashMap<&'t Term, i32>,
    new: HashMap<&'t Term, i32>,
    first_new: i32,
}

/// The number of every term. `$2` and `$3` are parallel lists of keys and originals.
async fn number<'t>(tx: &mut TenantTx, counters: &mut Counters, entities: &'t [Terms<'_>]) -> Result<Numbers<'t>> {
    let mut all: Vec<&Term> = entities.iter().flat_map(|one| one.change.terms()).collect();
    all.sort_unstable();
    all.dedup();
    let keys: Vec<&str> = all.iter().map(|term| term.key.as_str()).collect();
    let originals: Vec<Option<&str>> = all.iter().map(|term| term.original.as_deref()).collect();
    let places: Vec<(i32, i32)> = sqlx::query_as(
        "select term.term_no, asked.place::integer
         from unnest($2::text[], $3::text[]) with ordinality as asked (key, original, place)
         join term on term.tenant_id = $1 and term.key = asked.key and term.original = asked.original
         union all
         select term.term_no, asked.place::integer
         from unnest($2::text[], $3::text[]) with ordinality as asked (key, original, place)
         join term on term.tenant_id = $1 and term.key = asked.key and term.original is null
         where asked.original is null",
    )
    .bind(tx.id())
    .bind(keys)
    .bind(originals)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    let place = |place: i32| usize::try_from(place).ok().and_then(|place| all.get(place.checked_sub(1)?)).copied();
    let known: HashMap<&Term, i32> =
        places.into_iter().filter_map(|(term_no, at)| Some((place(at)?, term_no))).collect();
    let first_new = counters.next_term_no;
    let mut new = HashMap::new();
    for term in all {
        if !known.contains_key(term) {
            new.insert(term, counters.next_term_no);
            counters.next_term_no += 1;
        }
    }
    Ok(Numbers { known, new, first_new })
}

/// Rows written by one statement, so that a huge file stays below the statement timeout.
const CHUNK: usize = 20_000;

/// Writes new terms with the number of their postings.
async fn insert_terms(tx: &mut TenantTx, new: &HashMap<&Term, i32>, added: &[Posting]) -> Result<()> {
    let entities = |term_no: i32| {
        let first = added.partition_point(|posting| posting.0 < term_no);
        i32::try_from(added[first..].partition_point(|posting| posting.0 == term_no)).unwrap_or(i32::MAX)
    };
    let mut new: Vec<(i32, &Term)> = new.iter().map(|(term, term_no)| (*term_no, *term)).collect();
    new.retain(|(term_no, _)| entities(*term_no) > 0);
    new.sort_unstable();
    for new in new.chunks(CHUNK) {
        sqlx::query(
            "insert into term (tenant_id, term_no, key, value, original, entities)
             select $1, term_no, key, value, original, entities
             from unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::integer[])
               as new (term_no, key, value, original, entities)",
        )
        .bind(tx.id())
        .bind(new.iter().map(|(term_no, _)| *term_no).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, term)| term.key.as_str()).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, term)| term.value()).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, term)| term.original.as_deref()).collect::<Vec<_>>())
        .bind(new.iter().map(|(term_no, _)| entities(*term_no)).collect::<Vec<_>>())
        .execute(tx.conn())
        .await
        .map_err(db)?;
    }
    Ok(())
}

async fn insert(tx: &mut TenantTx, rows: &[Posting]) -> Result<()> {
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

async fn delete(tx: &mut TenantTx, rows: &[Posting]) -> Result<()> {
    for rows in rows.chunks(CHUNK) {
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
    }
    Ok(())
}

/// Keeps `term.entities` equal to the number of its postings; terms that nobody has go.
async fn count(tx: &mut TenantTx, added: impl Iterator<Item = Posting>, gone: &[Posting]) -> Result<()> {
    let mut changes: HashMap<i32, i32> = HashMap::new();
    for (term_no, _) in added {
        *changes.entry(term_no).or_default() += 1;
    }
    for (term_no, _) in gone {
        *changes.entry(*term_no).or_default() -= 1;
    }
    changes.retain(|_, change| *change != 0);
    if changes.is_empty() {
        return Ok(());
    }
    let mut changes: Vec<(i32, i32)> = changes.into_iter().collect();
    changes.sort_unstable();
    for changes in changes.chunks(CHUNK) {
        sqlx::query(
            "update term set entities = term.entities + changed.by
             from unnest($2::integer[], $3::integer[]) as changed (term_no, by)
             where term.tenant_id = $1 and term.term_no = changed.term_no",
        )
        .bind(tx.id())
        .bind(changes.iter().map(|(term_no, _)| *term_no).collect::<Vec<_>>())
        .bind(changes.iter().map(|(_, by)| *by).collect::<Vec<_>>())
        .execute(tx.conn())
        .await
        .map_err(db)?;
    }
    let emptied: Vec<i32> = changes.iter().filter(|(_, by)| *by < 0).map(|(term_no, _)| *term_no).collect();
    if !emptied.is_empty() {
        sqlx::query("delete from term where tenant_id = $1 and term_no = any ($2) and entities = 0")
            .bind(tx.id())
            .bind(emptied)
            .execute(tx.conn())
            .await
            .map_err(db)?;
    }
    Ok(())
}
