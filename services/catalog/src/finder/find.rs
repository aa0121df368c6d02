//! Answers a search from memory.

use super::fresh::Slot;
use super::marking::{Plain, Stems};
use super::query::Query;
use super::words::{Asked, Candidate, Row, Words};
use crate::State;
use crate::domain::document::DOCUMENT_TYPE;
use crate::store::finder::{self, Shown};
use crate::store::search::{Hit, Search};
use http_shell::Caller;
use kernel::{Error, Result, TenantId};
use roaring::RoaringBitmap;
use std::sync::Arc;

/// With more documents than these, SQL finds out in which of them words stand in a row.
const MAX_IN_A_ROW: usize = 500;
/// What every document has a value of its own for is not among the fields that the index knows.
const UNKNOWN_FIELDS: [&str; 3] = ["title", "text", "location"];

/// A search as the index is asked.
struct Question<'s> {
    search: &'s Search,
    query: Option<Query>,
    visible: Option<Arc<RoaringBitmap>>,
}

impl Question<'_> {
    fn asked(&self) -> Asked<'_> {
        Asked {
            query: self.query.as_ref(),
            text: &self.search.asked,
            types: self.search.types.as_deref(),
            filters: &self.search.filters,
            visible: self.visible.as_deref(),
        }
    }

    fn page(&self, words: &Words, candidates: &[Candidate]) -> (usize, Vec<Row>) {
        let size = |number: i32| usize::try_from(number).unwrap_or(0);
        let rows = words.rank(&self.asked(), candidates, size(self.search.offset), size(self.search.limit));
        (candidates.len(), rows)
    }
}

/// One page of what the caller may see, best first; `None` when SQL has to be asked.
///
/// # Errors
/// `Input` for a type that there are no documents of; those of the database.
pub async fn find(state: &State, caller: &Caller, search: &Search) -> Result<Option<Vec<Hit>>> {
    let tenant = caller.tenant;
    if search.filters.iter().any(|(key, _)| UNKNOWN_FIELDS.contains(&key.as_str())) {
        return Ok(None);
    }
    let query = match &search.words {
        None => None,
        Some(words) => match Query::parse(&state.finder.normalized(tenant, words).await?) {
            Some(query) if !query.words.iter().any(|word| word.starts_with('/')) => Some(query),
            _ => return Ok(None),
        },
    };
    // Once more when what was found has changed before it was shown.
    for _ in 0..2 {
        let (revision, index) = state.catalogs.fresh(tenant).await?;
        let scope = state.scope(caller, revision.policy_version).await?;
        let Some(slot) = state.finder.at(tenant, revision).await else { return Ok(None) };
        let visible = if scope.condition.is_everything() {
            None
        } else {
            let seen = index.and_then(|index| index.read(|index| (index.seq(), index.visible(&scope.condition))));
            // Both must be of the same moment: what somebody may read can have changed between two.
            let same = |seq| slot.read(|words| words.seq() == seq).unwrap_or(false);
            let Some((_, visible)) = seen.filter(|(seq, _)| same(*seq)) else { return Ok(None) };
            visible
        };
        let question = Question { search, query: query.clone(), visible };
        let Some((total, rows)) = page(state, tenant, &slot, &question).await? else { return Ok(None) };
        if let Some(shown) = state.finder.shown(tenant, &rows).await? {
            return hits(state, tenant, &question, total, &rows, &shown).await.map(Some);
        }
    }
    Ok(None)
}

/// How many there are, and one page of them.
async fn page(
    state: &State,
    tenant: TenantId,
    slot: &Slot,
    question: &Question<'_>,
) -> Result<Option<(usize, Vec<Row>)>> {
    if !question.query.as_ref().is_some_and(|query| query.in_a_row) {
        let asked = slot.read(|words| {
            check_types(words, question.search.types.as_deref())?;
            Ok(question.page(words, &words.candidates(&question.asked())))
        });
        return asked.transpose();
    }
    let asked = slot.read(|words| {
        check_types(words, question.search.types.as_deref())?;
        let candidates = words.candidates(&question.asked());
        let sources = candidates.iter().filter(|one| !one.by_name).map(|one| words.source(one));
        Ok::<_, Error>(sources.map(|(kind, source)| (kind == DOCUMENT_TYPE, source.entity)).collect::<Vec<_>>())
    });
    let Some(sources) = asked.transpose()? else { return Ok(None) };
    if sources.len() > MAX_IN_A_ROW || sources.iter().any(|(own, _)| !own) {
        return Ok(None);
    }
    let entities: Vec<i32> = sources.iter().filter_map(|(_, entity)| i32::try_from(*entity).ok()).collect();
    let in_a_row = match &question.search.words {
        Some(words) if !entities.is_empty() => {
            let mut tx = state.finder.db().tenant(tenant).await?;
            finder::in_a_row(&mut tx, words, &entities).await?
        }
        _ => Vec::new(),
    };
    let in_a_row: RoaringBitmap = in_a_row.into_iter().filter_map(|entity| u32::try_from(entity).ok()).collect();
    Ok(slot.read(|words| {
        let mut candidates = words.candidates(&question.asked());
        candidates.retain(|one| one.by_name || in_a_row.contains(words.source(one).1.entity));
        question.page(words, &candidates)
    }))
}

fn check_types(words: &Words, types: Option<&[String]>) -> Result<()> {
    let unknown = types.unwrap_or_default().iter().find(|kind| *kind != DOCUMENT_TYPE && !words.has_kind(kind));
    unknown.map_or(Ok(()), |unknown| Err(unknown_type(unknown)))
}

/// The complaint about a type that there are no documents of.
#[must_use]
pub fn unknown_type(kind: &str) -> Error {
    Error::input(format!("There are no documents of type \"{kind}\""))
}

/// A text with what was found in it, or what Postgres has to mark.
enum Marked<'s> {
    Ready(String),
    Open(&'s str),
}

async fn hits(
    state: &State,
    tenant: TenantId,
    question: &Question<'_>,
    total: usize,
    rows: &[Row],
    shown: &[Arc<Shown>],
) -> Result<Vec<Hit>> {
    let mut marked = match &question.query {
        Some(query) => marked(state, tenant, question.search, query, shown).await?.into_iter().map(Some).collect(),
        None => vec![None; shown.len() * 3],
    }
    .into_iter();
    let mut next = || marked.next().flatten();
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    let hit = |(row, shown): (&Row, &Arc<Shown>)| Hit {
        total,
        kind: row.kind.to_string(),
        document: shown.document.clone(),
        title: next(),
        body: next(),
        location: next(),
    };
    Ok(rows.iter().zip(shown).map(hit).collect())
}

/// Title, text and path of each document, marked.
async fn marked(
    state: &State,
    tenant: TenantId,
    search: &Search,
    query: &Query,
    shown: &[Arc<Shown>],
) -> Result<Vec<String>> {
    let texts: Vec<&str> =
        shown.iter().flat_map(|one| [one.title.as_str(), one.body.as_str(), one.location.as_str()]).collect();
    let plain: Vec<Option<Plain<'_>>> = texts.iter().map(|text| Plain::read(text)).collect();
    let unknown = |stems: &Stems| {
        let words = plain.iter().flatten().flat_map(|plain| plain.unknown(&query.words, stems));
        let mut words: Vec<String> = words.collect();
        words.sort_unstable();
        words.dedup();
        words
    };
    let mark = |stems: &Stems| {
        let mut marked = Vec::with_capacity(texts.len());
        for (text, plain) in texts.iter().zip(&plain) {
            let ready = match plain {
                _ if is_path(text) => Some((*text).to_owned()),
                Some(plain) => plain.mark(&query.words, stems, &search.start_tag, &search.end_tag),
                None => None,
            };
            marked.push(ready.map_or(Marked::Open(text), Marked::Ready));
        }
        marked
    };
    let marked = state.finder.with_stems(tenant, unknown, mark).await?;
    let open: Vec<&str> =
        marked.iter().filter_map(|one| if let Marked::Open(text) = one { Some(*text) } else { None }).collect();
    let mut headlines = match &search.words {
        Some(words) if !open.is_empty() => {
            let mut tx = state.finder.db().tenant(tenant).await?;
            finder::headlines(&mut tx, words, &search.headline_options(), &open).await?
        }
        _ => Vec::new(),
    }
    .into_iter();
    let text = |one| match one {
        Marked::Ready(text) => text,
        Marked::Open(_) => headlines.next().unwrap_or_default(),
    };
    Ok(marked.into_iter().map(text).collect())
}

/// Postgres takes it for one word, and nobody asks for that one here.
fn is_path(text: &str) -> bool {
    text.starts_with('/') && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b))
}
