//! Terms and postings of entities: which entity has which key and value.
//!
//! `posting` answers which entities have a term; which terms an entity has stands in its own row, since only writers ask.

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
    /// Numbers of the terms that it has.
    pub before: &'t [i32],
    /// What it has afterwards.
    pub after: After<'t>,
}

/// The terms that an entity has afterwards.
#[derive(Debug)]
pub enum After<'t> {
    /// These.
    All(Vec<&'t Term>),
    /// What it has now, with some more and some less.
    Some {
        /// Terms that it does not have yet.
        added: &'t [Term],
        /// Terms that it has.
        gone: &'t [Term],
    },
}

impl After<'_> {
    fn terms(&self) -> impl Iterator<Item = &Term> {
        let (all, added, gone): (&[&Term], &[Term], &[Term]) = match self {
            Self::All(terms) => (terms, &[], &[]),
            Self::Some { added, gone } => (&[], added, gone),
        };
        all.iter().copied().chain(added).chain(gone)
    }
}

/// A posting: term and entity.
type Posting = (i32, i32);

/// What has to be written so that the postings of some entities are right.
#[derive(Debug)]
pub struct Plan<'t> {
    /// Numbers of the terms of each entity, in order, entities as they were given.
    pub term_nos: Vec<Vec<i32>>,
    new: Vec<(i32, &'t Term)>,
    added: Vec<Posting>,
    gone: Vec<Posting>,
    first_new: i32,
}

/// Finds out what has to be written, and numbers new terms.
///
/// # Errors
/// Those of the database.
pub async fn plan<'t>(tx: &mut TenantTx, counters: &mut Counters, entities: &'t [Terms<'t>]) -> Result<Plan<'t>> {
    let first_new = counters.next_term_no;
    let numbers = number(tx, counters, entities).await?;
    let of = |term: &Term| numbers.get(term).copied();
    let (mut added, mut gone, mut term_nos) = (Vec::new(), Vec::new(), Vec::with_capacity(entities.len()));
    for Terms { entity_no, before, after } in entities {
        let before: BTreeSet<i32> = before.iter().copied().collect();
        let after: BTreeSet<i32> = match after {
            After::All(terms) => terms.iter().filter_map(|term| of(term)).collect(),
            After::Some { added, gone } => {
                let gone: BTreeSet<i32> = gone.iter().filter_map(of).collect();
                before.difference(&gone).copied().chain(added.iter().filter_map(of)).collect()
            }
        };
        added.extend(after.difference(&before).map(|term_no| (*term_no, *entity_no)));
        gone.extend(before.difference(&after).map(|term_no| (*term_no, *entity_no)));
        term_nos.push(after.into_iter().collect());
    }
    added.sort_unstable();
    let mut new: Vec<(i32, &Term)> = numbers.into_iter().map(|(term, term_no)| (term_no, term)).collect();
    // A term that goes and was not known gets a number which nothing uses.
    new.retain(|(term_no, _)| *term_no >= first_new && entities_with(&added, *term_no) > 0);
    new.sort_unstable();
    Ok(Plan { term_nos, new, added, gone, first_new })
}

impl Plan<'_> {
    /// Writes it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn write(self, tx: &mut TenantTx) -> Result<()> {
        insert_terms(tx, &self.new, &self.added).await?;
        insert(tx, &self.added).await?;
        delete(tx, &self.gone).await?;
        let known = self.added.iter().copied().filter(|(term_no, _)| *term_no < self.first_new);
        count(tx, known, &self.gone).await
    }
}

/// Deletes the postings of entities that go: number and terms of each.
///
/// # Errors
/// Those of the database.
pub async fn forget(tx: &mut TenantTx, entities: &[(i32, Vec<i32>)]) -> Result<()> {
    let gone: Vec<Posting> = entities
        .iter()
        .flat_map(|(entity_no, term_nos)| term_nos.iter().map(|term_no| (*term_no, *entity_no)))
        .collect();
    delete(tx, &gone).await?;
    count(tx, std::iter::empty(), &gone).await
}

/// The number of every term, those included that get one now.
async fn number<'t>(
    tx: &mut TenantTx,
    counters: &mut Counters,
    entities: &'t [Terms<'t>],
) -> Result<HashMap<&'t Term, i32>> {
    let mut all: Vec<&Term> = entities.iter().flat_map(|one| one.after.terms()).collect();
    all.sort_unstable();
    all.dedup();
    let mut numbers: HashMap<&Term, i32> = HashMap::with_capacity(all.len());
    for all in all.chunks(CHUNK) {
        for (place, term_no) in find(tx, all).await? {
            if let Some(term) = usize::try_from(place - 1).ok().and_then(|place| all.get(place)) {
                numbers.insert(term, term_no);
            }
        }
    }
    for term in all {
        numbers.entry(term).or_insert_with(|| {
            counters.next_term_no += 1;
            counters.next_term_no - 1
        });
    }
    Ok(numbers)
}

/// The places, counted from 1, of those of these terms that are stored, and their numbers.
async fn find(tx: &mut TenantTx, terms: &[&Term]) -> Result<Vec<(i32, i32)>> {
    // One look into the index for each: in a plain join, the planner would rather read all terms.
    sqlx::query_as(
        "select asked.place::integer, found.term_no
         from unnest($2::text[], $3::text[], $4::text[]) with ordinality as asked (key, value, original, place)
         cross join lateral (
           select term.term_no from term where term.tenant_id = $1 and term.key = asked.key
             and term.value = asked.value and term.original = asked.original limit 1
         ) found
         union all
         select asked.place::integer, found.term_no
         from unnest($2::text[], $4::text[]) with ordinality as asked (key, original, place)
         cross join lateral (
           select term.term_no from term where term.tenant_id = $1 and term.key = asked.key
             and term.value is null and term.original is null limit 1
         ) found
         where asked.original is null",
    )
    .bind(tx.id())
    .bind(terms.iter().map(|term| term.key.as_str()).collect::<Vec<_>>())
    .bind(terms.iter().map(|term| term.value()).collect::<Vec<_>>())
    .bind(terms.iter().map(|term| term.original.as_deref()).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// How many of these postings, which are in order, belong to a term.
fn entities_with(postings: &[Posting], term_no: i32) -> i32 {
    let rest = &postings[postings.partition_point(|posting| posting.0 < term_no)..];
    i32::try_from(rest.partition_point(|posting| posting.0 == term_no)).unwrap_or(i32::MAX)
}

/// Rows written by one statement, so that a huge file stays below the statement timeout.
const CHUNK: usize = 20_000;

/// Writes new terms with the number of their postings.
async fn insert_terms(tx: &mut TenantTx, new: &[(i32, &Term)], added: &[Posting]) -> Result<()> {
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
        .bind(new.iter().map(|(term_no, _)| entities_with(added, *term_no)).collect::<Vec<_>>())
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
    let fewer: Vec<i32> = changes.iter().filter(|(_, by)| *by < 0).map(|(term_no, _)| *term_no).collect();
    if !fewer.is_empty() {
        sqlx::query("delete from term where tenant_id = $1 and term_no = any ($2) and entities = 0")
            .bind(tx.id())
            .bind(fewer)
            .execute(tx.conn())
            .await
            .map_err(db)?;
    }
    Ok(())
}
