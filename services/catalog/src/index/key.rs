//! A key and its values.
//!
//! The values lie one after the other in one text, each ended by a zero byte (which no value can contain), so that a text
//! is looked for in all of them at once. Each element of a list in a descriptor is a key of its own with a single value,
//! so that there are nearly as many keys as entities: what few of them need stands elsewhere.

use super::dictionary::TermId;
use super::growth;
use super::postings::Postings;
use super::spelling::Spellings;
use memchr::{memchr, memrchr};
use std::borrow::Cow;
use std::sync::Arc;

/// Stands for the place of a value where there is none.
pub const NO_VALUE: u32 = u32::MAX;

/// A key and its values.
#[derive(Debug, Clone)]
pub struct Key {
    name: Arc<str>,
    values: String,
    /// In the order of their values.
    by_value: Vec<TermId>,
    rest: Option<Box<Rest>>,
    /// Entities that have a value of this key.
    pub valued: Postings,
    /// Whether an entity may have several values.
    pub several: bool,
}

/// What few keys have.
#[derive(Debug, Clone, Default)]
struct Rest {
    /// Only where they differ from the values.
    spellings: Spellings,
    /// In the order in which their values follow one another in the text; empty when it is that of the values.
    in_text: Vec<TermId>,
    /// Those without a value.
    nulls: Vec<TermId>,
    /// Entities that have this key without a value.
    unvalued: Postings,
}

static NOBODY: Postings = Postings::None;

impl Key {
    /// A key without values.
    #[must_use]
    pub const fn new(name: Arc<str>) -> Self {
        Self { name, values: String::new(), by_value: Vec::new(), rest: None, valued: Postings::None, several: false }
    }

    /// Its name, lower case.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its terms that have a value, in the order of values.
    #[must_use]
    pub fn by_value(&self) -> &[TermId] {
        &self.by_value
    }

    /// The same, to be put into order.
    pub const fn by_value_mut(&mut self) -> &mut Vec<TermId> {
        &mut self.by_value
    }

    /// Its terms that have a value, in the order in which they stand in [`text`](Self::text).
    #[must_use]
    pub fn in_text(&self) -> &[TermId] {
        let other = self.rest.as_ref().map(|rest| &*rest.in_text).filter(|order| !order.is_empty());
        other.unwrap_or(&self.by_value)
    }

    /// All values, each ended by a zero byte.
    #[must_use]
    pub const fn text(&self) -> &[u8] {
        self.values.as_bytes()
    }

    /// Its terms without a value.
    #[must_use]
    pub fn nulls(&self) -> &[TermId] {
        self.rest.as_ref().map_or(&[], |rest| &rest.nulls)
    }

    /// Entities that have this key without a value.
    #[must_use]
    pub fn unvalued(&self) -> &Postings {
        self.rest.as_ref().map_or(&NOBODY, |rest| &rest.unvalued)
    }

    /// The same, to be changed.
    pub fn unvalued_mut(&mut self) -> Option<&mut Postings> {
        self.rest.as_mut().map(|rest| &mut rest.unvalued)
    }

    /// The value that begins here in the text.
    #[must_use]
    pub fn value_at(&self, start: u32) -> Option<&str> {
        let rest = self.values.get(start as usize..)?;
        let end = memchr(0, rest.as_bytes())?;
        rest.get(..end)
    }

    /// How a term is written whose value is `value`.
    #[must_use]
    pub fn written<'k>(&'k self, term: TermId, value: &'k str) -> Cow<'k, str> {
        self.rest.as_ref().map_or(Cow::Borrowed(value), |rest| rest.spellings.written(term, value))
    }

    /// Adds a term without a value.
    pub fn push_null(&mut self, term: TermId) {
        growth::push(&mut self.rest.get_or_insert_default().nulls, term);
    }

    /// Adds a term, later than all others, at the end of the text and of [`by_value`](Self::by_value). Returns where its
    /// value begins; `None` when it does not fit.
    pub fn push(&mut self, term: TermId, value: &str, written: Option<&str>) -> Option<u32> {
        // A zero byte would end the value; Postgres has none either.
        let start =
            u32::try_from(self.values.len()).ok().filter(|start| *start != NO_VALUE && !value.contains('\0'))?;
        let is_sorted = self.rest.as_ref().is_none_or(|rest| rest.in_text.is_empty());
        if !is_sorted || self.last_in_text().is_some_and(|last| last > value.as_bytes()) {
            let rest = self.rest.get_or_insert_default();
            if is_sorted {
                rest.in_text.clone_from(&self.by_value);
            }
            growth::push(&mut rest.in_text, term);
        }
        growth::push_str(&mut self.values, value);
        growth::push_str(&mut self.values, "\0");
        growth::push(&mut self.by_value, term);
        if let Some(written) = written.filter(|written| *written != value) {
            self.rest.get_or_insert_default().spellings.push(term, value, written)?;
        }
        Some(start)
    }

    fn last_in_text(&self) -> Option<&[u8]> {
        let text = self.values.as_bytes().strip_suffix(b"\0")?;
        Some(&text[memrchr(0, text).map_or(0, |end| end + 1)..])
    }

    /// Puts the text into the order of values. `starts` says where the value of a term begins; returns where those that
    /// moved begin now.
    pub fn sort_text(&mut self, starts: impl Fn(TermId) -> u32) -> Vec<(TermId, u32)> {
        let Some(rest) = self.rest.as_mut().filter(|rest| !rest.in_text.is_empty()) else { return Vec::new() };
        rest.in_text = Vec::new();
        let mut values = String::with_capacity(self.values.len());
        let mut moved = Vec::with_capacity(self.by_value.len());
        for term in &self.by_value {
            // It is shorter than the text that it is from, where places fit.
            moved.push((*term, u32::try_from(values.len()).unwrap_or(NO_VALUE)));
            values.push_str(self.value_at(starts(*term)).unwrap_or_default());
            values.push('\0');
        }
        self.values = values;
        moved
    }

    /// Bytes in memory, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let rest = self.rest.as_ref().map_or(0, |rest| {
            let lists = (rest.in_text.capacity() + rest.nulls.capacity()) * 4;
            size_of::<Rest>() + rest.spellings.heap_bytes() + lists + rest.unvalued.heap_bytes()
        });
        let own = self.values.capacity() + self.by_value.capacity() * 4 + self.valued.heap_bytes() + self.name.len();
        // The name's counters, and the entry in the table of names.
        rest + own + size_of::<Self>() + 48
    }

    /// Gives back what was reserved for growing.
    pub fn shrink(&mut self) {
        self.values.shrink_to_fit();
        self.by_value.shrink_to_fit();
        if let Some(rest) = &mut self.rest {
            rest.spellings.shrink();
            rest.in_text.shrink_to_fit();
            rest.nulls.shrink_to_fit();
        }
    }
}
