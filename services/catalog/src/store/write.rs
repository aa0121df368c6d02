//! Writes final entities: row, terms and search document, for whatever changed, in a few statements.
//!
//! [`stitch_all`] and [`delete`] are the only writers of entity rows. An entity whose content is what it was gets its
//! new relations and status put into the text that is stored; the rest of it is neither read nor written again.

use super::additions::{self, Additions};
use super::history::{self, Superseded};
use super::postings::{self, After, Terms, array};
use super::relations::{self, Replaced};
use super::sequence::{self, Counters};
use crate::domain::cause::Cause;
use crate::domain::content;
use crate::domain::document::{self, SearchDocument};
use crate::domain::outcome::{Problem, Processed};
use crate::domain::stitch::{self, Marks, Stitched};
use crate::domain::terms::Term;
use crate::domain::text::lower;
use kernel::{Error, Result};
use model::Envelope;
use sqlx::types::Json;
use std::collections::{BTreeMap, BTreeSet};
use store::queue::{self, Urgency};
use store::{TenantTx, db};
use uuid::Uuid;

/// Entities stitched together, so that a huge file stays below the statement timeout.
const CHUNK: usize = 5000;
/// Documents written by one statement: a few megabytes, which neither side has to put into files or new memory.
const DOCUMENTS: usize = 1000;

/// Content that is new, or may be.
#[derive(Debug, Clone, Copy)]
pub struct Fresh<'p> {
    /// The content.
    pub processed: &'p Processed,
    /// Whether there was no such entity before.
    pub is_new: bool,
    /// The change that brings it.
    pub seq: i64,
}

/// Stitches the entities that were processed anew and those whose relations or status changed.
///
/// Entities in `processed` take that content; all others keep theirs. Keys without an entity are passed over, since a
/// relation may name what does not exist.
///
/// # Errors
/// Those of the database.
pub async fn stitch_all(
    tx: &mut TenantTx,
    counters: &mut Counters,
    processed: &BTreeMap<&str, &Processed>,
    affected: &BTreeSet<String>,
) -> Result<()> {
    let seq = counters.seq;
    let fresh = processed.iter().map(|(key, processed)| (*key, Fresh { processed, is_new: false, seq })).collect();
    stitch_with(tx, counters, &fresh, affected, &Replaced::default()).await
}

/// As [`stitch_all`], with relations at hand that this transaction wrote, and contents from several changes of it.
///
/// # Errors
/// Those of the database.
pub async fn stitch_with(
    tx: &mut TenantTx,
    counters: &mut Counters,
    processed: &BTreeMap<&str, Fresh<'_>>,
    affected: &BTreeSet<String>,
    replaced: &Replaced,
) -> Result<()> {
    let mut wanted: Vec<String> = affected.iter().cloned().collect();
    wanted.extend(processed.keys().filter(|key| !affected.contains(**key)).map(|key| (*key).to_owned()));
    for wanted in wanted.chunks(CHUNK) {
        stitch_some(tx, counters, processed, wanted, replaced).await?;
    }
    Ok(())
}

/// Stitches one entity, because what is added to it changed.
///
/// # Errors
/// Those of the database.
pub async fn stitch_again(tx: &mut TenantTx, entity_ref: &str, cause: &Cause) -> Result<()> {
    let mut counters = sequence::lock(tx, cause).await?;
    stitch_all(tx, &mut counters, &BTreeMap::new(), &BTreeSet::from([entity_ref.to_owned()])).await?;
    sequence::save(tx, &counters).await
}

async fn stitch_some(
    tx: &mut TenantTx,
    counters: &mut Counters,
    processed: &BTreeMap<&str, Fresh<'_>>,
    wanted: &[String],
    replaced: &Replaced,
) -> Result<()> {
    let known = list_known(tx, wanted).await?;
    let related = relations::list_of(tx, wanted, replaced).await?;
    let mut additions = additions::load(tx, wanted).await?;
    let made = contents(&known, processed, &mut additions)?;
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut relinked: Vec<Relinked<'_>> = Vec::new();
    for known in &known {
        let related = related.get(&known.entity_ref).map(Vec::as_slice).unwrap_or_default();
        let fresh = searchable(processed, &known.entity_ref);
        let seq = fresh.map_or(counters.seq, |fresh| fresh.seq);
        let made = made.get(known.entity_ref.as_str()).map(|processed| Fresh { processed, is_new: false, seq });
        match (made.or(fresh), &known.digest) {
            (Some(content), digest) if digest.as_ref() != Some(&content.processed.digest) => {
                rows.extend(Row::new(known, content, related, counters)?);
            }
            _ => relinked.extend(Relinked::new(known, related)),
        }
    }
    let ended: Vec<Superseded<'_>> = rows.iter().filter_map(Row::superseded).collect();
    history::supersede(tx, &ended).await?;
    let terms: Vec<Terms<'_>> = rows.iter().map(Row::terms).chain(relinked.iter().map(Relinked::terms)).collect();
    let plan = postings::plan(tx, counters, &terms).await?;
    let (of_rows, of_relinked) = plan.term_nos.split_at(rows.len());
    for (rows, term_nos) in rows.chunks(DOCUMENTS).zip(of_rows.chunks(DOCUMENTS)) {
        upsert(tx, counters.seq, rows, term_nos).await?;
    }
    additions.save(tx).await?;
    for rows in rows.chunks(DOCUMENTS) {
        upsert_search(tx, rows).await?;
    }
    ask_for_tests(tx, &rows).await?;
    for (rows, term_nos) in relinked.chunks(DOCUMENTS).zip(of_relinked.chunks(DOCUMENTS)) {
        update_relations(tx, counters.seq, rows, term_nos).await?;
    }
    plan.write(tx).await
}

/// Has the tests of templates run that are new or changed.
async fn ask_for_tests(tx: &mut TenantTx, rows: &[Row<'_>]) -> Result<()> {
    let templates = rows.iter().filter(|row| row.entity_ref.starts_with("template:"));
    let keys: Vec<String> = templates.map(|row| row.entity_ref.to_owned()).collect();
    queue::enqueue_all(tx, queue::TEMPLATE_TESTS, &keys, Urgency::Background).await
}

#[derive(sqlx::FromRow)]
struct Known {
    entity_ref: String,
    entity_id: Uuid,
    problem: Option<Json<Problem>>,
    entity_no: Option<i32>,
    document: Option<String>,
    digest: Option<String>,
    etag_at: Option<i32>,
    relations_at: Option<i32>,
    etag: Option<String>,
    since_seq: Option<i64>,
    term_nos: Option<Vec<i32>>,
}

impl Known {
    fn marks(&self) -> Option<Marks> {
        let place = |at: Option<i32>| at.and_then(|at| usize::try_from(at).ok());
        Some(Marks { etag_at: place(self.etag_at)?, relations_at: place(self.relations_at)? })
    }

    fn term_nos(&self) -> &[i32] {
        self.term_nos.as_deref().unwrap_or_default()
    }

    fn status(&self) -> Option<serde_json::Value> {
        self.problem.as_ref().map(|problem| problem.status())
    }
}

async fn list_known(tx: &mut TenantTx, entity_refs: &[String]) -> Result<Vec<Known>> {
    sqlx::query_as(
        "select state.entity_ref, state.entity_id, state.problem, entity.entity_no, entity.document, entity.digest,
           entity.etag_at, entity.relations_at, entity.etag, entity.since_seq,
           entity.term_nos
         from refresh_state state
         left join entity on entity.tenant_id = $1 and entity.entity_ref = state.entity_ref
         where state.tenant_id = $1 and state.entity_ref = any ($2)
         order by state.entity_ref",
    )
    .bind(tx.id())
    .bind(entity_refs)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// New content of this entity that can be shown.
fn searchable<'p>(processed: &BTreeMap<&str, Fresh<'p>>, entity_ref: &str) -> Option<Fresh<'p>> {
    processed.get(entity_ref).copied().filter(|one| one.processed.unsearchable.is_none())
}

/// Contents that have to be made first: of entities to which something is, or was, added, and of those that were stored
/// before documents had marks.
fn contents<'k>(
    known: &'k [Known],
    processed: &BTreeMap<&str, Fresh<'_>>,
    additions: &mut Additions,
) -> Result<BTreeMap<&'k str, Processed>> {
    let mut contents = BTreeMap::new();
    for known in known {
        let key = known.entity_ref.as_str();
        let fresh = searchable(processed, key).map(|fresh| &fresh.processed.entity);
        if !additions.concern(key) && (known.digest.is_some() || fresh.is_some()) {
            continue;
        }
        let base = match (fresh, additions.base(key).or(known.document.as_deref())) {
            (Some(fresh), _) => fresh.clone(),
            (None, Some(document)) => {
                content::of_document(document).ok_or_else(|| Error::internal("entity that is not JSON"))?
            }
            (None, None) => continue,
        };
        contents.insert(key, Processed::new(additions.dress(key, base), Vec::new()));
    }
    Ok(contents)
}

fn relation_terms(related: &[(String, String)]) -> BTreeSet<Term> {
    related.iter().filter_map(|(kind, target)| Term::of_relation(kind, target)).collect()
}

/// An entity whose content is new.
struct Row<'p> {
    entity_no: i32,
    entity_id: Uuid,
    entity_ref: &'p str,
    name: String,
    stitched: Stitched,
    content: &'p Processed,
    search: SearchDocument,
    term_nos: &'p [i32],
    /// Beside those of the content.
    own_terms: Vec<Term>,
    /// The change that brought the content, as against relations and status.
    since_seq: i64,
    /// The document whose content this one replaces.
    superseded: Option<&'p str>,
}

impl<'p> Row<'p> {
    /// `None` when the entity is exactly what is stored.
    fn new(
        known: &'p Known,
        fresh: Fresh<'p>,
        related: &[(String, String)],
        counters: &mut Counters,
    ) -> Result<Option<Self>> {
        let uid = known.entity_id.to_string();
        let content = fresh.processed;
        let entity = &content.entity;
        let stitched = stitch::stitch(entity, &content.digest, &uid, related, known.status().as_ref());
        if known.digest.is_some() && known.etag.as_ref() == Some(&stitched.etag) {
            return Ok(None);
        }
        let envelope = Envelope::of(entity).ok_or_else(|| Error::internal("entity without envelope"))?;
        let mut own_terms: Vec<Term> = relation_terms(related).into_iter().collect();
        own_terms.push(Term::of_uid(&uid));
        let superseded = known
            .document
            .as_deref()
            .filter(|before| known.digest.is_some() || content::superseded(before, &stitched.document).is_some());
        let since_seq = known.since_seq.filter(|_| superseded.is_none()).unwrap_or(fresh.seq);
        Ok(Some(Self {
            entity_no: known.entity_no.unwrap_or_else(|| counters.take_entity_no()),
            entity_id: known.entity_id,
            entity_ref: &known.entity_ref,
            name: envelope.name.to_lowercase(),
            stitched,
            content,
            search: document::of_entity(entity),
            term_nos: known.term_nos(),
            own_terms,
            since_seq,
            superseded,
        }))
    }

    fn superseded(&self) -> Option<Superseded<'_>> {
        Some(Superseded { entity_ref: self.entity_ref, content: self.superseded?, seq: self.since_seq })
    }

    fn terms(&self) -> Terms<'_> {
        let all = self.content.terms.iter().chain(&self.own_terms).collect();
        Terms { entity_no: self.entity_no, before: self.term_nos, after: After::All(all) }
    }
}

/// An entity whose content is what it was, with other relations or another status.
struct Relinked<'k> {
    entity_no: i32,
    term_nos: &'k [i32],
    stitched: Stitched,
    added: Vec<Term>,
    gone: Vec<Term>,
}

impl<'k> Relinked<'k> {
    /// `None` when the entity is exactly what is stored, or is not stored at all.
    fn new(known: &'k Known, related: &[(String, String)]) -> Option<Self> {
        let (entity_no, document, digest) = (known.entity_no?, known.document.as_ref()?, known.digest.as_ref()?);
        let marks = known.marks()?;
        let stitched = stitch::relink(document, marks, digest, related, known.status().as_ref())?;
        if known.etag.as_ref() == Some(&stitched.etag) {
            return None;
        }
        let before = relation_terms(&stitch::relations_of(document, marks)?);
        let after = relation_terms(related);
        Some(Self {
            entity_no,
            term_nos: known.term_nos(),
            stitched,
            added: after.difference(&before).cloned().collect(),
            gone: before.difference(&after).cloned().collect(),
        })
    }

    fn terms(&self) -> Terms<'_> {
        let after = After::Some { added: &self.added, gone: &self.gone };
        Terms { entity_no: self.entity_no, before: self.term_nos, after }
    }
}

fn column<'r, R, T>(rows: &'r [R], of: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

fn at(place: usize) -> i32 {
    i32::try_from(place).unwrap_or(i32::MAX)
}

async fn upsert(tx: &mut TenantTx, seq: i64, rows: &[Row<'_>], term_nos: &[Vec<i32>]) -> Result<()> {
    sqlx::query(
        "insert into entity (tenant_id, seq, entity_no, entity_id, entity_ref, etag, document, digest, etag_at,
           relations_at, since_seq, term_nos)
         select $1, $2, entity_no, entity_id, entity_ref, etag, document, digest, etag_at, relations_at, since_seq,
           term_nos::integer[]
         from unnest($3::integer[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::integer[],
             $10::integer[], $11::bigint[], $12::text[])
           as new (entity_no, entity_id, entity_ref, etag, document, digest, etag_at, relations_at, since_seq, term_nos)
         on conflict on constraint entity_ref do update set
           seq = excluded.seq, entity_id = excluded.entity_id, etag = excluded.etag, document = excluded.document,
           digest = excluded.digest,
           etag_at = excluded.etag_at, relations_at = excluded.relations_at,
           since_seq = excluded.since_seq, term_nos = excluded.term_nos",
    )
    .bind(tx.id())
    .bind(seq)
    .bind(column(rows, |row| row.entity_no))
    .bind(column(rows, |row| row.entity_id))
    .bind(column(rows, |row| row.entity_ref))
    .bind(column(rows, |row| row.stitched.etag.as_str()))
    .bind(column(rows, |row| row.stitched.document.as_str()))
    .bind(column(rows, |row| row.content.digest.as_str()))
    .bind(column(rows, |row| at(row.stitched.marks.etag_at)))
    .bind(column(rows, |row| at(row.stitched.marks.relations_at)))
    .bind(column(rows, |row| row.since_seq))
    .bind(column(term_nos, |numbers| array(numbers.iter().copied())))
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

async fn update_relations(tx: &mut TenantTx, seq: i64, rows: &[Relinked<'_>], term_nos: &[Vec<i32>]) -> Result<()> {
    sqlx::query(
        "update entity set seq = $2, etag = new.etag, document = new.document, term_nos = new.term_nos::integer[]
         from unnest($3::integer[], $4::text[], $5::text[], $6::text[])
           as new (entity_no, etag, document, term_nos)
         where entity.tenant_id = $1 and entity.entity_no = new.entity_no",
    )
    .bind(tx.id())
    .bind(seq)
    .bind(column(rows, |row| row.entity_no))
    .bind(column(rows, |row| row.stitched.etag.as_str()))
    .bind(column(rows, |row| row.stitched.document.as_str()))
    .bind(column(term_nos, |numbers| array(numbers.iter().copied())))
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

async fn upsert_search(tx: &mut TenantTx, rows: &[Row<'_>]) -> Result<()> {
    // The organisation is a word of the vector, so that the index alone can tell its documents from all others; and so
    // is the name, since a title may have nothing of it.
    sqlx::query(
        "insert into search_document (tenant_id, entity_no, type, title, heading, name, body, document, vector)
         select $1, new.entity_no, $2, new.title, new.heading, new.name, new.body, new.document,
           setweight(to_tsvector('pg_catalog.english', new.title), 'A')
             || setweight(to_tsvector('pg_catalog.english', new.body), 'B')
             || setweight(to_tsvector('pg_catalog.english', new.document - '{title,text}'::text[]), 'C')
             || array_to_tsvector(array['tenant ' || $1::text, 'name ' || new.name])
         from unnest($3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[])
           as new (entity_no, title, heading, name, body, document)
         left join search_document old on old.tenant_id = $1 and old.entity_no = new.entity_no
         where old.document is distinct from new.document or old.heading is null
         on conflict on constraint search_document_pk do update set
           title = excluded.title, heading = excluded.heading, name = excluded.name, body = excluded.body,
           document = excluded.document, vector = excluded.vector",
    )
    .bind(tx.id())
    .bind(document::DOCUMENT_TYPE)
    .bind(column(rows, |row| row.entity_no))
    .bind(column(rows, |row| row.search.title.as_str()))
    .bind(column(rows, |row| lower(&row.search.title)))
    .bind(column(rows, |row| row.name.as_str()))
    .bind(column(rows, |row| row.search.text.as_str()))
    .bind(column(rows, |row| Json(&row.search.json)))
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Deletes the final rows of these entities; their refresh state stays.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut TenantTx, entity_refs: &[String]) -> Result<()> {
    history::bury(tx, entity_refs).await?;
    let gone: Vec<(i32, Vec<i32>)> = sqlx::query_as(
        "delete from entity where tenant_id = $1 and entity_ref = any ($2) returning entity_no, term_nos",
    )
    .bind(tx.id())
    .bind(entity_refs)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    postings::forget(tx, &gone).await?;
    sqlx::query("delete from search_document where tenant_id = $1 and entity_no = any ($2)")
        .bind(tx.id())
        .bind(gone.iter().map(|(entity_no, _)| *entity_no).collect::<Vec<_>>())
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}
