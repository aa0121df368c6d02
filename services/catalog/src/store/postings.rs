//! Terms and postings of entities: which entity has which key and value.
//!
//! Which entities have a term stands with the term when they were few at first, and in `posting_list`, some hundred of
//! them a row; which terms an entity has stands in its own row, since only writers ask.

use super::sequence::Counters;
use crate::domain::terms::Term;
use foldhash::{HashMap, HashMapExt as _};
use kernel::Result;
use std::fmt::Write as _;
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
    /// Terms that are known and said to have no lists, in order.
    unlisted: Vec<i32>,
}

/// Finds out what has to be written, and numbers new terms.
///
/// # Errors
/// Those of the database.
pub async fn plan<'t>(tx: &mut TenantTx, counters: &mut Counters, entities: &'t [Terms<'t>]) -> Result<Plan<'t>> {
    let (terms, said) = each_once(entities);
    let Numbers { by_place, mut new, unlisted } = number(tx, counters, &terms).await?;
    let mut said = said.into_iter().map(|place| by_place[place]);
    let (mut added, mut gone, mut term_nos) = (Vec::new(), Vec::new(), Vec::with_capacity(entities.len()));
    for Terms { entity_no, before, after } in entities {
        let before = in_order(before.iter().copied());
        let after = match after {
            After::All(terms) => in_order(said.by_ref().take(terms.len())),
            After::Some { added, gone } => {
                let added: Vec<i32> = said.by_ref().take(added.len()).collect();
                let gone = in_order(said.by_ref().take(gone.len()));
                in_order(less(&before, &gone).chain(added))
            }
        };
        added.extend(less(&after, &before).map(|term_no| (term_no, *entity_no)));
        gone.extend(less(&before, &after).map(|term_no| (term_no, *entity_no)));
        term_nos.push(after);
    }
    added.sort_unstable();
    // A term that goes and was not known gets a number which nothing uses.
    new.retain(|(term_no, _)| !of_term(&added, *term_no).is_empty());
    Ok(Plan { term_nos, new, added, gone, unlisted })
}

/// The terms that are said, each once; and the place among them of each that an entity says, one entity after the other.
fn each_once<'t>(entities: &'t [Terms<'t>]) -> (Vec<&'t Term>, Vec<usize>) {
    let (mut terms, mut places) = (Vec::new(), HashMap::<&Term, usize>::new());
    let mut place = |term: &'t Term| {
        *places.entry(term).or_insert_with(|| {
            terms.push(term);
            terms.len() - 1
        })
    };
    let said = entities.iter().flat_map(|one| one.after.terms()).map(&mut place).collect();
    (terms, said)
}

/// Numbers in ascending order, each once.
fn in_order(numbers: impl Iterator<Item = i32>) -> Vec<i32> {
    let mut numbers: Vec<i32> = numbers.collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Numbers without those that are among `others`, which are in order.
fn less(numbers: &[i32], others: &[i32]) -> impl Iterator<Item = i32> {
    numbers.iter().copied().filter(|number| others.binary_search(number).is_err())
}

impl Plan<'_> {
    /// Writes it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn write(self, tx: &mut TenantTx) -> Result<()> {
        let with_terms = insert_terms(tx, &self.new, &self.added).await?;
        let others = self.added.iter().copied().filter(|(term_no, _)| with_terms.binary_search(term_no).is_err());
        let others: Vec<Posting> = others.collect();
        insert(tx, &others).await?;
        set_listed(tx, self.unlisted.into_iter().filter(|term_no| !of_term(&others, *term_no).is_empty())).await?;
        delete(tx, &self.gone).await
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
    delete(tx, &gone).await
}

/// What terms are called in the database.
struct Numbers<'t> {
    /// The number of each, those included that get one now.
    by_place: Vec<i32>,
    /// Those that get one now, in order.
    new: Vec<(i32, &'t Term)>,
    /// The numbers, in order, of those that are known and have no lists yet.
    unlisted: Vec<i32>,
}

async fn number<'t>(tx: &mut TenantTx, counters: &mut Counters, terms: &[&'t Term]) -> Result<Numbers<'t>> {
    let mut order: Vec<(&Term, usize)> = terms.iter().copied().zip(0..).collect();
    order.sort_unstable();
    let known = usize::try_from(counters.next_term_no - 1).unwrap_or(0);
    let (mut by_place, mut new, mut unlisted) = (vec![0; terms.len()], Vec::new(), Vec::new());
    for some in order.chunks(CHUNK).filter(|_| known > 0) {
        for (nth, term_no, listed) in find(tx, some, known).await? {
            if let Some((_, place)) = usize::try_from(nth - 1).ok().and_then(|nth| some.get(nth)) {
                by_place[*place] = term_no;
            }
            if !listed {
                unlisted.push(term_no);
            }
        }
    }
    for (term, place) in order {
        if by_place[place] == 0 {
            by_place[place] = counters.next_term_no;
            new.push((counters.next_term_no, term));
            counters.next_term_no += 1;
        }
    }
    unlisted.sort_unstable();
    Ok(Numbers { by_place, new, unlisted })
}

/// The places, counted from 1, of those of these terms that are stored, their numbers, and whether they have lists. `known`
/// is about how many are stored in all.
async fn find(tx: &mut TenantTx, terms: &[(&Term, usize)], known: usize) -> Result<Vec<(i32, i32, bool)>> {
    // One look into the index for each: in a plain join the planner would rather read all terms, which is right only when
    // there are not many more than are asked for.
    let statement = if known / READ_ALL < terms.len() {
        "select asked.place::integer, term.term_no, term.listed
         from unnest($2::text[], $3::text[], $4::text[]) with ordinality as asked (key, value, original, place)
         join (select term_no, key, value, original, listed from term where tenant_id = $1 offset 0) term
           on term.key = asked.key and term.value = asked.value and term.original = asked.original
         union all
         select asked.place::integer, term.term_no, term.listed
         from unnest($2::text[], $4::text[]) with ordinality as asked (key, original, place)
         join (select term_no, key, listed from term where tenant_id = $1 and value is null and original is null offset 0) term
           on term.key = asked.key
         where asked.original is null"
    } else {
        "select asked.place::integer, found.term_no, found.listed
         from unnest($2::text[], $3::text[], $4::text[]) with ordinality as asked (key, value, original, place)
         cross join lateral (
           select term.term_no, term.listed from term where term.tenant_id = $1 and term.key = asked.key
             and term.value = asked.value and term.original = asked.original limit 1
         ) found
         union all
         select asked.place::integer, found.term_no, found.listed
         from unnest($2::text[], $4::text[]) with ordinality as asked (key, original, place)
         cross join lateral (
           select term.term_no, term.listed from term where term.tenant_id = $1 and term.key = asked.key
             and term.value is null and term.original is null limit 1
         ) found
         where asked.original is null"
    };
    sqlx::query_as(statement)
        .bind(tx.id())
        .bind(terms.iter().map(|(term, _)| term.key.as_str()).collect::<Vec<_>>())
        .bind(terms.iter().map(|(term, _)| term.value()).collect::<Vec<_>>())
        .bind(terms.iter().map(|(term, _)| term.original.as_deref()).collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await
        .map_err(db)
}

/// Reading so many terms in a row costs about as much as looking one up.
const READ_ALL: usize = 8;

/// Those of these postings, which are in order, that belong to a term.
fn of_term(postings: &[Posting], term_no: i32) -> &[Posting] {
    let rest = &postings[postings.partition_point(|posting| posting.0 < term_no)..];
    &rest[..rest.partition_point(|posting| posting.0 == term_no)]
}

/// Rows written by one statement, so that a huge file stays below the statement timeout.
const CHUNK: usize = 20_000;

/// As many entities of a new term stand with it; when there are more, all of them stand in lists.
const WITH_TERM: usize = 8;

/// Writes new terms. Returns those, in order, whose postings are written as well.
async fn insert_terms(tx: &mut TenantTx, new: &[(i32, &Term)], added: &[Posting]) -> Result<Vec<i32>> {
    let mut with_terms = Vec::new();
    for new in new.chunks(CHUNK) {
        let postings: Vec<&[Posting]> = new.iter().map(|(term_no, _)| of_term(added, *term_no)).collect();
        let few = |of: &&[Posting]| of.len() <= WITH_TERM;
        with_terms
            .extend(postings.iter().filter(|of| few(of)).filter_map(|of| of.first()).map(|(term_no, _)| *term_no));
        // Most terms are one entity's: a number is read in a third of the time that a list takes. The value is sent where it
        // is not the original.
        sqlx::query(
            "insert into term (tenant_id, term_no, key, value, original, entity_nos, listed)
             select $1, term_no, key, coalesce(value, original), original,
               case when entity_no > 0 then array[entity_no] else entity_nos::integer[] end, listed
             from unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::text[], $8::boolean[])
               as new (term_no, key, value, original, entity_no, entity_nos, listed)",
        )
        .bind(tx.id())
        .bind(new.iter().map(|(term_no, _)| *term_no).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, term)| term.key.as_str()).collect::<Vec<_>>())
        .bind(
            new.iter()
                .map(|(_, term)| term.value().filter(|it| Some(&**it) != term.original.as_deref()))
                .collect::<Vec<_>>(),
        )
        .bind(new.iter().map(|(_, term)| term.original.as_deref()).collect::<Vec<_>>())
        .bind(postings.iter().map(|of| if let [(_, entity_no)] = of { *entity_no } else { 0 }).collect::<Vec<_>>())
        .bind(
            postings
                .iter()
                .map(|of| (of.len() != 1).then(|| if few(of) { entities(of) } else { array([]) }))
                .collect::<Vec<_>>(),
        )
        .bind(new.iter().zip(&postings).map(|((_, term), of)| is_shared(term, of)).collect::<Vec<_>>())
        .execute(tx.conn())
        .await
        .map_err(db)?;
    }
    Ok(with_terms)
}

/// Keys below which values are an entity's own; those of labels and tags are shared.
const OWN: &str = "metadata.";
const SHARED: [&str; 2] = ["metadata.labels.", "metadata.tags"];

/// Whether others will have the term as well: saying so at once saves writing it again then, and being wrong costs whoever
/// reads it one look for lists that are not there.
fn is_shared(term: &Term, postings: &[Posting]) -> bool {
    let is_own = term.key.starts_with(OWN) && !SHARED.iter().any(|shared| term.key.starts_with(shared));
    postings.len() > 1 || !is_own
}

/// The entities of postings, in Postgres's spelling.
fn entities(postings: &[Posting]) -> String {
    array(postings.iter().map(|(_, entity_no)| *entity_no))
}

/// Entities in one list at most: a row of it stays well below the size from which Postgres stores it elsewhere.
const LIST: usize = 256;

/// Adds postings, which are in order. Whoever joins a term that others have gets a list of their own.
async fn insert(tx: &mut TenantTx, rows: &[Posting]) -> Result<()> {
    let of_terms = rows.chunk_by(|one, next| one.0 == next.0);
    let lists: Vec<&[Posting]> = of_terms.flat_map(|postings| postings.chunks(LIST)).collect();
    for lists in lists.chunks(CHUNK) {
        sqlx::query(
            "insert into posting_list (tenant_id, term_no, first_no, entity_nos)
             select $1, term_no, first_no, entity_nos::integer[]
             from unnest($2::integer[], $3::integer[], $4::text[]) as new (term_no, first_no, entity_nos)
             on conflict on constraint posting_list_pk
               do update set entity_nos = posting_list.entity_nos || excluded.entity_nos",
        )
        .bind(tx.id())
        .bind(lists.iter().filter_map(|list| list.first()).map(|(term_no, _)| *term_no).collect::<Vec<_>>())
        .bind(lists.iter().filter_map(|list| list.first()).map(|(_, entity_no)| *entity_no).collect::<Vec<_>>())
        .bind(lists.iter().map(|list| entities(list)).collect::<Vec<_>>())
        .execute(tx.conn())
        .await
        .map_err(db)?;
    }
    Ok(())
}

const TAKE_FROM_LISTS: &str = "update posting_list set entity_nos = array(
     select entity_no from unnest(posting_list.entity_nos) entity_no where entity_no <> all (gone.entity_nos)
   )
   from (select term_no, entity_nos::integer[] from unnest($2::integer[], $3::text[]) as it (term_no, entity_nos))
     as gone (term_no, entity_nos)
   where posting_list.tenant_id = $1 and posting_list.term_no = gone.term_no
     and posting_list.entity_nos && gone.entity_nos";

const TAKE_FROM_TERMS: &str = "update term set entity_nos = array(
     select entity_no from unnest(term.entity_nos) entity_no where entity_no <> all (gone.entity_nos)
   )
   from (select term_no, entity_nos::integer[] from unnest($2::integer[], $3::text[]) as it (term_no, entity_nos))
     as gone (term_no, entity_nos)
   where term.tenant_id = $1 and term.term_no = gone.term_no and term.entity_nos && gone.entity_nos";

/// Takes postings away, and terms that nobody has then.
async fn delete(tx: &mut TenantTx, rows: &[Posting]) -> Result<()> {
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    let of_terms: Vec<&[Posting]> = rows.chunk_by(|one, next| one.0 == next.0).collect();
    for terms in of_terms.chunks(CHUNK) {
        let term_nos: Vec<i32> = terms.iter().filter_map(|of| of.first()).map(|(term_no, _)| *term_no).collect();
        let gone: Vec<String> = terms.iter().map(|of| entities(of)).collect();
        for statement in [TAKE_FROM_LISTS, TAKE_FROM_TERMS] {
            let query = sqlx::query(statement).bind(tx.id()).bind(&term_nos).bind(&gone);
            query.execute(tx.conn()).await.map_err(db)?;
        }
        for statement in [
            "delete from posting_list where tenant_id = $1 and term_no = any ($2) and entity_nos = '{}'",
            "delete from term where tenant_id = $1 and term_no = any ($2) and entity_nos = '{}' and not exists (
               select from posting_list list where list.tenant_id = $1 and list.term_no = term.term_no)",
        ] {
            sqlx::query(statement).bind(tx.id()).bind(&term_nos).execute(tx.conn()).await.map_err(db)?;
        }
    }
    Ok(())
}

/// Notes that these terms have lists from now on.
async fn set_listed(tx: &mut TenantTx, term_nos: impl Iterator<Item = i32>) -> Result<()> {
    let term_nos: Vec<i32> = term_nos.collect();
    if term_nos.is_empty() {
        return Ok(());
    }
    sqlx::query("update term set listed = true where tenant_id = $1 and term_no = any ($2)")
        .bind(tx.id())
        .bind(term_nos)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// An array in Postgres's own spelling: a list of lists of different lengths cannot be bound.
pub(super) fn array(numbers: impl IntoIterator<Item = i32>) -> String {
    let mut text = String::from("{");
    for number in numbers {
        if text.len() > 1 {
            text.push(',');
        }
        // Writing to a text cannot fail.
        let _ = write!(text, "{number}");
    }
    text.push('}');
    text
}
