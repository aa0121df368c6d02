//! Which words are in which documents of one organisation: the text index, in memory and without any I/O.
//!
//! Documents are only ever added; one that changed is added again and the older one is dead, until so many are dead
//! that the whole had better be made anew. Ranks as `text_search.hits` in SQL does, but for what tells texts apart.

use super::beginning::{Beginning, Prefix};
use super::query::Query;
use super::vector::{COUNT, IN_TEXT, IN_TITLE, MARKS, PLACES, entries, merged};
use crate::index::growth;
use roaring::RoaringBitmap;
use serde_json::{Map, Value};
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;
use uuid::Uuid;

/// The grade of everything when nothing in particular is asked for.
const UNGRADED: u64 = 5;
/// Bits below the grade, and below how often the words are there ([`Graded`]).
const GRADE: u32 = 48;
const OFTEN: u32 = 32;

/// Bytes that a document, a word and a field cost beside their texts, about.
const DOCUMENT: usize = 160;
const WORD: usize = 88;

/// Says where a document comes from, within its organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Source {
    /// Number of its type.
    pub kind: u16,
    /// Whoever may read this entity may find the document.
    pub entity: u32,
    /// Counts the documents of one type and entity.
    pub part: i32,
}

/// A document as it is read from the database.
#[derive(Debug, Clone)]
pub struct NewDocument {
    /// For example `software-catalog`.
    pub kind: String,
    /// The entity's number.
    pub entity: u32,
    /// Counts the documents of one type and entity.
    pub part: i32,
    /// The change that made it.
    pub seq: i64,
    /// Its title in lower case.
    pub heading: String,
    /// The entity's name in lower case; empty for documents that are not the entity's own.
    pub name: String,
    /// What it can be filtered by, as a JSON object.
    pub fields: String,
    /// Its words, as Postgres prints a `tsvector`.
    pub vector: String,
}

/// What happened since.
#[derive(Debug)]
pub struct Changes {
    /// Up to which change.
    pub seq: i64,
    /// Entities that are gone, with all their documents.
    pub gone: RoaringBitmap,
    /// Types whose documents were pushed anew.
    pub kinds: Vec<String>,
    /// Documents that are new or different.
    pub documents: Vec<NewDocument>,
}

#[derive(Debug)]
struct Document {
    source: Source,
    seq: i64,
    heading: Box<str>,
    /// Where it is not the heading: most entities have no title beside their name.
    name: Option<Box<str>>,
    fields: Box<[u32]>,
    digest: u64,
    /// How heading and name begin: few begin like what is asked for, and only those are looked at.
    begin: [Beginning; 2],
    /// Characters of the heading.
    length: u32,
    alive: bool,
}

impl Document {
    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.heading)
    }
}

/// A candidate with what comes first when documents are put in order, the smaller the better: the grade, how often the
/// words are there where that counts, and the length of the heading where that does.
type Graded<'w> = (u64, &'w Document);

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// `None` for all documents.
    pub query: Option<&'a Query>,
    /// The term in lower case.
    pub text: &'a str,
    /// Document types; `None` for all.
    pub types: Option<&'a [String]>,
    /// Fields, and values one of which they must have.
    pub filters: &'a [(String, Vec<String>)],
    /// The entities that the caller may read; `None` for all.
    pub visible: Option<&'a RoaringBitmap>,
}

/// A document that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    place: u32,
    marks: u8,
    count: u16,
    /// It is about the entity of that name, whatever its words.
    pub by_name: bool,
}

/// A document to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its type.
    pub kind: Arc<str>,
    /// Where it comes from.
    pub source: Source,
    /// The change that made it: another one is not the one that was found.
    pub seq: i64,
}

/// The documents of one organisation, up to one change.
#[derive(Debug, Default)]
pub struct Words {
    epoch: Uuid,
    seq: i64,
    words: BTreeMap<Box<str>, Vec<u32>>,
    documents: Vec<Document>,
    /// Digests of the documents' names, in the order of documents: looked through in one go.
    names: Vec<u64>,
    places: HashMap<Source, u32>,
    kinds: Vec<Arc<str>>,
    fields: HashMap<String, HashMap<String, u32>>,
    values: u32,
    dead: usize,
    bytes: usize,
}

impl Words {
    /// An organisation without documents.
    #[must_use]
    pub fn empty(epoch: Uuid, seq: i64) -> Self {
        Self { epoch, seq, bytes: size_of::<Self>(), ..Self::default() }
    }

    /// Which life of the database it was read from.
    #[must_use]
    pub const fn epoch(&self) -> Uuid {
        self.epoch
    }

    /// The change up to which it is complete.
    #[must_use]
    pub const fn seq(&self) -> i64 {
        self.seq
    }

    /// Bytes in memory, about.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many documents can be found.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether it had better be made anew.
    #[must_use]
    pub fn is_worn(&self) -> bool {
        self.dead > 1000 + self.places.len() / 2
    }

    /// The types that there are documents of, or were.
    #[must_use]
    pub fn has_kind(&self, kind: &str) -> bool {
        self.kinds.iter().any(|known| **known == *kind)
    }

    /// Adds a document or replaces it. `None` when there are more than can be counted.
    pub fn put(&mut self, new: &NewDocument) -> Option<()> {
        let source = Source { kind: self.kind(&new.kind)?, entity: new.entity, part: new.part };
        let digest = digest((&new.heading, &new.name, &new.fields, &new.vector));
        if let Some(place) = self.places.get(&source) {
            let known = &mut self.documents[*place as usize];
            known.seq = new.seq;
            if known.digest == digest {
                return Some(());
            }
        }
        let place = u32::try_from(self.documents.len()).ok().filter(|place| place >> (32 - MARKS) == 0)?;
        self.remove(source);
        let fields = self.fields_of(&new.fields);
        self.index(place, &new.vector);
        let name: Option<Box<str>> = (new.name != new.heading).then(|| new.name.as_str().into());
        self.bytes += new.heading.len() + name.as_ref().map_or(0, |name| name.len()) + fields.len() * 4 + DOCUMENT;
        let document = Document {
            source,
            seq: new.seq,
            heading: new.heading.as_str().into(),
            name,
            fields: fields.into(),
            digest,
            begin: [Beginning::of(&new.heading), Beginning::of(&new.name)],
            length: u32::try_from(new.heading.chars().count()).unwrap_or(u32::MAX),
            alive: true,
        };
        growth::push(&mut self.documents, document);
        growth::push(&mut self.names, self::digest(new.name.as_str()));
        self.places.insert(source, place);
        Some(())
    }

    fn remove(&mut self, source: Source) {
        if let Some(place) = self.places.remove(&source) {
            self.documents[place as usize].alive = false;
            self.dead += 1;
        }
    }

    /// Takes over what happened since. `false` when it does not fit: the index is then of no use any more.
    pub fn apply(&mut self, changes: &Changes) -> bool {
        let kinds: Vec<Option<u16>> = changes.kinds.iter().map(|kind| self.kind(kind)).collect();
        self.remove_where(|source| changes.gone.contains(source.entity) || kinds.contains(&Some(source.kind)));
        self.seq = changes.seq;
        changes.documents.iter().all(|new| self.put(new).is_some())
    }

    fn remove_where(&mut self, gone: impl Fn(&Source) -> bool) {
        let gone: Vec<Source> = self.places.keys().filter(|source| gone(source)).copied().collect();
        gone.into_iter().for_each(|source| self.remove(source));
    }

    /// The number of a type. From now on it is known, whether or not there are documents of it.
    pub fn kind(&mut self, kind: &str) -> Option<u16> {
        let at = self.kinds.iter().position(|known| **known == *kind).unwrap_or_else(|| {
            self.kinds.push(kind.into());
            self.kinds.len() - 1
        });
        u16::try_from(at).ok()
    }

    /// Each field and value that a filter can name has a number.
    fn fields_of(&mut self, json: &str) -> Vec<u32> {
        let object: Map<String, Value> = serde_json::from_str(json).unwrap_or_default();
        let mut numbers = Vec::new();
        for (key, value) in object {
            let mut values = match value {
                Value::Array(items) => items,
                value => vec![value],
            };
            values.retain(|value| !value.is_null());
            for value in values {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                numbers.push(self.value(&key, text));
            }
        }
        numbers.sort_unstable();
        numbers
    }

    fn value(&mut self, key: &str, value: String) -> u32 {
        let values = match self.fields.get_mut(key) {
            Some(values) => values,
            None => self.fields.entry(key.to_owned()).or_default(),
        };
        if let Some(number) = values.get(&value) {
            return *number;
        }
        self.values += 1;
        self.bytes += value.len() + WORD;
        values.insert(value, self.values);
        self.values
    }

    fn index(&mut self, place: u32, vector: &str) {
        for (word, marks) in entries(vector) {
            let posting = place << MARKS | u32::from(marks);
            self.bytes += 4;
            if let Some(postings) = self.words.get_mut(word.as_str()) {
                growth::push(postings, posting);
            } else {
                self.bytes += word.len() + WORD;
                self.words.insert(word.into(), vec![posting]);
            }
        }
    }

    /// The documents that have all of the words, or are about the entity of that name. In no order.
    #[must_use]
    pub fn candidates(&self, asked: &Asked<'_>) -> Vec<Candidate> {
        let Some(filters) = self.filters(asked) else { return Vec::new() };
        let kinds: Option<Vec<bool>> = asked
            .types
            .map(|types| self.kinds.iter().map(|kind| types.iter().any(|wanted| **wanted == **kind)).collect());
        let wanted = |document: &Document| {
            document.alive
                && kinds.as_ref().is_none_or(|kinds| kinds[usize::from(document.source.kind)])
                && asked.visible.is_none_or(|visible| visible.contains(document.source.entity))
                && filters.iter().all(|any| document.fields.iter().any(|field| any.contains(field)))
        };
        let Some(query) = asked.query else {
            let places = (0..).zip(&self.documents).filter(|(_, document)| wanted(document));
            return places.map(|(place, _)| Candidate { place, marks: PLACES, count: 0, by_name: false }).collect();
        };
        let mut found = self.with_all(&query.words);
        self.add_named(asked.text, &mut found);
        found.retain(|candidate| wanted(&self.documents[candidate.place as usize]));
        found
    }

    /// For each filter the numbers of its values; `None` when one of them can hold for nothing.
    fn filters(&self, asked: &Asked<'_>) -> Option<Vec<Vec<u32>>> {
        let numbers = |(key, values): &(String, Vec<String>)| {
            let known = self.fields.get(key)?;
            let numbers: Vec<u32> = values.iter().filter_map(|value| known.get(value).copied()).collect();
            (!numbers.is_empty()).then_some(numbers)
        };
        asked.filters.iter().map(numbers).collect()
    }

    fn with_all(&self, prefixes: &[String]) -> Vec<Candidate> {
        let mut found: Vec<Candidate> = Vec::new();
        let mut marks = vec![0_u8; self.documents.len()];
        for (round, prefix) in prefixes.iter().enumerate() {
            let mut touched = Vec::new();
            for posting in self.postings(prefix) {
                let place = posting >> MARKS;
                let known = &mut marks[place as usize];
                if *known == 0 {
                    touched.push(place);
                }
                *known = merged(*known, posting.to_le_bytes()[0] & ((1 << MARKS) - 1));
            }
            let of = |place: u32| marks[place as usize];
            if round == 0 {
                found = touched.iter().map(|place| Candidate::new(*place, of(*place))).collect();
            } else {
                found.retain_mut(|candidate| candidate.narrow(of(candidate.place)));
            }
            touched.iter().for_each(|place| marks[*place as usize] = 0);
        }
        found
    }

    fn postings<'w>(&'w self, prefix: &'w str) -> impl Iterator<Item = u32> + 'w {
        let from = (std::ops::Bound::Included(prefix), std::ops::Bound::Unbounded);
        let words = self.words.range::<str, _>(from).take_while(move |(word, _)| word.starts_with(prefix));
        words.flat_map(|(_, postings)| postings.iter().copied())
    }

    fn add_named(&self, name: &str, found: &mut Vec<Candidate>) {
        if name.is_empty() || name.contains(' ') {
            return;
        }
        let wanted = digest(name);
        for candidate in found.iter_mut() {
            let place = candidate.place as usize;
            candidate.by_name = self.names[place] == wanted && self.documents[place].name() == name;
        }
        for (place, _) in (0..).zip(&self.names).filter(|(_, digest)| **digest == wanted) {
            let document = &self.documents[place as usize];
            if document.name() == name && !found.iter().any(|candidate| candidate.place == place) {
                found.push(Candidate { place, marks: 0, count: 0, by_name: true });
            }
        }
    }

    /// The entity of each candidate's document, and its type.
    #[must_use]
    pub fn source(&self, candidate: &Candidate) -> (&str, Source) {
        let source = self.documents[candidate.place as usize].source;
        (&self.kinds[usize::from(source.kind)], source)
    }

    /// One page of the candidates, best first.
    #[must_use]
    pub fn rank(&self, asked: &Asked<'_>, candidates: &[Candidate], offset: usize, limit: usize) -> Vec<Row> {
        let end = offset.saturating_add(limit).min(candidates.len());
        if end == 0 {
            return Vec::new();
        }
        let order = |a: &Graded<'_>, b: &Graded<'_>| self.order(a, b);
        let term = Prefix::new(asked.text);
        // Those that may be on the page; once there are twice as many, the worse half goes, and whatever is worse than
        // the last of the better half need not be looked at again.
        let mut best: Vec<Graded<'_>> = Vec::with_capacity(end.saturating_mul(2).min(candidates.len()));
        let mut last: Option<Graded<'_>> = None;
        for candidate in candidates {
            let document = &self.documents[candidate.place as usize];
            let graded = (grade(asked, term, candidate, document), document);
            if last.as_ref().is_some_and(|last| order(&graded, last) == Ordering::Greater) {
                continue;
            }
            best.push(graded);
            if best.len() >= end.saturating_mul(2) {
                best.select_nth_unstable_by(end - 1, order);
                best.truncate(end);
                last = best.last().copied();
            }
        }
        best.sort_unstable_by(order);
        best.truncate(end);
        best.drain(..offset.min(end));
        let row = |(_, document): Graded<'_>| Row {
            kind: Arc::clone(&self.kinds[usize::from(document.source.kind)]),
            source: document.source,
            seq: document.seq,
        };
        best.into_iter().map(row).collect()
    }

    fn order(&self, a: &Graded<'_>, b: &Graded<'_>) -> Ordering {
        let kind = |one: &Graded<'_>| &self.kinds[usize::from(one.1.source.kind)];
        a.0.cmp(&b.0)
            .then_with(|| (a.1.begin[0], &a.1.heading).cmp(&(b.1.begin[0], &b.1.heading)))
            .then_with(|| kind(a).cmp(kind(b)))
            .then_with(|| a.1.source.cmp(&b.1.source))
    }
}

fn digest(of: impl std::hash::Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(of)
}

/// What comes first when documents are put in order ([`Graded`]).
fn grade(asked: &Asked<'_>, term: Prefix<'_>, candidate: &Candidate, document: &Document) -> u64 {
    if asked.query.is_none() {
        return UNGRADED << GRADE;
    }
    let named = [(&*document.heading, document.begin[0]), (document.name(), document.begin[1])];
    let named = named.into_iter().filter(|(text, begin)| term.begins(text, *begin)).map(|(text, _)| text.len()).min();
    let grade = if named == Some(asked.text.len()) {
        0
    } else if named.is_some() {
        1
    } else if candidate.marks & IN_TITLE != 0 {
        2
    } else if candidate.marks & IN_TEXT != 0 {
        3
    } else {
        4
    };
    let often = if grade < 3 { 0 } else { candidate.count };
    grade << GRADE | u64::from(u16::MAX - often) << OFTEN | u64::from(document.length)
}

impl Candidate {
    /// By its first word.
    fn new(place: u32, marks: u8) -> Self {
        let mut first = Self { place, marks: PLACES, count: 0, by_name: false };
        first.narrow(marks);
        first
    }

    /// By a further word: every word in the title, or every word in title or text. `false` when it is not there.
    fn narrow(&mut self, marks: u8) -> bool {
        let title = marks & IN_TITLE;
        let text = if marks & (IN_TITLE | IN_TEXT) == 0 { 0 } else { IN_TEXT };
        self.marks &= title | text;
        self.count += u16::from(marks >> COUNT);
        marks != 0
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn document(entity: u32, heading: &str, name: &str, vector: &str) -> NewDocument {
        NewDocument {
            kind: "software-catalog".into(),
            entity,
            part: 0,
            seq: 1,
            heading: heading.into(),
            name: name.into(),
            fields: format!(r#"{{"kind":"K{}","tags":["a","b{entity}"],"draft":false,"none":null}}"#, entity % 2),
            vector: format!("{vector} 'tenant x' 'name {name}'"),
        }
    }

    fn words() -> Words {
        let mut words = Words::empty(Uuid::nil(), 1);
        for new in [
            document(1, "payments", "payments", "'payment':1A 'take':2B"),
            document(2, "payments-ui", "payments-ui", "'payment':2A 'payments-ui':1A 'ui':3A"),
            document(3, "ledger of payments", "ledger", "'ledger':1A 'payment':3A,5B"),
            document(4, "mailer", "mailer", "'mailer':1A 'payment':4B 'payment-day':3B '/a/payment':9C"),
            document(5, "gateway", "order-api", "'gateway':1A 'payment':2C"),
        ] {
            words.put(&new).unwrap();
        }
        words
    }

    fn asked<'a>(query: &'a Query, text: &'a str) -> Asked<'a> {
        Asked { query: Some(query), text, types: None, filters: &[], visible: None }
    }

    fn found(words: &Words, prefixes: &[&str], text: &str) -> Vec<u32> {
        let query = Query { words: prefixes.iter().map(|prefix| (*prefix).to_owned()).collect(), in_a_row: false };
        let asked = asked(&query, text);
        words.rank(&asked, &words.candidates(&asked), 0, 100).iter().map(|row| row.source.entity).collect()
    }

    #[test]
    fn names_come_before_titles_and_titles_before_texts() {
        let words = words();
        assert_eq!(found(&words, &["payment"], "payments"), [1, 2, 3, 4, 5]);
        assert_eq!(found(&words, &["payment", "ui"], "payment ui"), [2]);
        assert_eq!(found(&words, &["payment", "mail"], "payment mail"), [4]);
        assert_eq!(found(&words, &["order"], "order-api"), [5], "by its name alone");
        assert_eq!(found(&words, &[], "the"), Vec::<u32>::new());
        assert_eq!(found(&words, &["/a"], "/a"), Vec::<u32>::new(), "paths are not among the words");
    }

    #[test]
    fn what_changed_is_found_as_it_is_now_and_what_is_gone_is_not() {
        let mut words = words();
        words.put(&document(1, "money", "payments", "'money':1A")).unwrap();
        words
            .put(&NewDocument {
                seq: 7,
                ..document(2, "payments-ui", "payments-ui", "'payment':2A 'payments-ui':1A 'ui':3A")
            })
            .unwrap();
        assert_eq!(found(&words, &["payment"], "paym"), [2, 3, 4, 5]);
        assert_eq!(found(&words, &["money"], "money"), [1]);
        assert_eq!(words.dead, 1, "what is as it was is not added again");
        let changes = |gone: &[u32], kinds: &[&str]| Changes {
            seq: 9,
            gone: gone.iter().copied().collect(),
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
            documents: Vec::new(),
        };
        assert!(words.apply(&changes(&[2, 4], &["techdocs"])));
        assert_eq!(found(&words, &["payment"], "paym"), [3, 5]);
        assert!(words.apply(&changes(&[], &["software-catalog"])));
        assert!(words.is_empty() && found(&words, &["payment"], "paym").is_empty());
    }

    #[test]
    fn filters_types_and_what_the_caller_may_read_narrow_it() {
        let words = words();
        let filter = |key: &str, values: &[&str]| {
            vec![(key.to_owned(), values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>())]
        };
        let count = |filters: &[(String, Vec<String>)], types: Option<&[String]>, visible: Option<&RoaringBitmap>| {
            words.candidates(&Asked { query: None, text: "", types, filters, visible }).len()
        };
        assert_eq!(count(&filter("kind", &["K1"]), None, None), 3);
        assert_eq!(count(&filter("kind", &["K1", "K0"]), None, None), 5);
        assert_eq!(count(&filter("tags", &["b2"]), None, None), 1);
        assert_eq!(count(&filter("draft", &["false"]), None, None), 5);
        assert_eq!(count(&filter("none", &["null"]), None, None), 0);
        assert_eq!(count(&filter("nope", &["x"]), None, None), 0);
        assert_eq!(count(&[], Some(&["techdocs".to_owned()]), None), 0);
        assert_eq!(count(&[], None, Some(&RoaringBitmap::from_iter([1, 9]))), 1);
    }

    #[test]
    fn a_page_is_a_part_of_the_whole_order() {
        let words = words();
        let query = Query { words: vec!["payment".into()], in_a_row: false };
        let asked = asked(&query, "payments");
        let candidates = words.candidates(&asked);
        let page = |offset, limit| words.rank(&asked, &candidates, offset, limit);
        let whole = page(0, 100);
        for offset in 0..7 {
            for limit in 0..4 {
                let expected: Vec<Row> = whole.iter().skip(offset).take(limit).cloned().collect();
                assert_eq!(page(offset, limit), expected, "{offset} {limit}");
            }
        }
    }
}
