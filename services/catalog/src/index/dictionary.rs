//! Every key and value that occurs, in order, with who has them.
//!
//! The values of a key lie one after the other in one text, each ended by a zero byte (which no value can contain), so
//! that a text is looked for in all of them at once. A term whose last entity went stays where it is, without postings,
//! until the index is made anew: nothing that points at it has to move.

use super::postings::Postings;
use foldhash::{HashMap, HashMapExt as _};
use memchr::memmem::Finder;
use roaring::RoaringBitmap;
use std::ops::Range;
use std::sync::Arc;

/// The place of a term in the dictionary. Means nothing outside of one index.
pub type TermId = u32;
/// The place of a key in the dictionary.
pub type KeyId = u32;

/// Where a text is in the text of its key. `u32::MAX` as start: there is none.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: u32,
    length: u16,
}

impl Span {
    const NONE: Self = Self { start: u32::MAX, length: 0 };

    const fn is_some(self) -> bool {
        self.start != u32::MAX
    }

    fn of(self, text: &str) -> &str {
        let start = self.start as usize;
        text.get(start..start + usize::from(self.length)).unwrap_or_default()
    }
}

#[derive(Debug, Clone)]
struct Term {
    key: KeyId,
    value: Span,
    /// Only where it differs from the value.
    original: Span,
    postings: Postings,
}

/// A key and its values.
#[derive(Debug, Clone)]
pub struct Key {
    name: Arc<str>,
    values: String,
    originals: String,
    /// In the order in which their values follow one another in `values`.
    in_text: Vec<TermId>,
    /// In the order of their values.
    by_value: Vec<TermId>,
    /// Those without a value.
    nulls: Vec<TermId>,
    /// Entities that have a value of this key.
    pub valued: Postings,
    /// Entities that have this key without a value.
    pub unvalued: Postings,
    /// Whether an entity may have several values.
    pub several: bool,
}

/// A term that is not in the dictionary yet.
#[derive(Debug, Clone)]
pub struct NewTerm {
    /// The number it has in the database.
    pub number: i32,
    /// Its key.
    pub key: String,
    /// The value to compare with.
    pub value: Option<String>,
    /// The value as written.
    pub original: Option<String>,
}

/// Something did not fit: the index cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// All keys and terms of one organisation.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    keys: Vec<Key>,
    by_name: HashMap<Arc<str>, KeyId>,
    terms: Vec<Term>,
    by_number: HashMap<i32, TermId>,
    dead: usize,
}

impl Dictionary {
    /// The key of this name, if an entity ever had it.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&Key> {
        self.by_name.get(name).map(|id| &self.keys[*id as usize])
    }

    /// The keys whose names begin so.
    pub fn keys_below<'d>(&'d self, prefix: &'d str) -> impl Iterator<Item = &'d Key> {
        self.keys.iter().filter(move |key| key.name.starts_with(prefix))
    }

    /// The key of a term.
    #[must_use]
    pub fn key_of(&self, term: TermId) -> KeyId {
        self.terms[term as usize].key
    }

    /// The key in this place.
    pub fn key_mut(&mut self, key: KeyId) -> &mut Key {
        &mut self.keys[key as usize]
    }

    /// The place of the key of this name.
    #[must_use]
    pub fn key_id(&self, name: &str) -> Option<KeyId> {
        self.by_name.get(name).copied()
    }

    /// The term with this number in the database.
    #[must_use]
    pub fn term(&self, number: i32) -> Option<TermId> {
        self.by_number.get(&number).copied()
    }

    /// The term that is spelled so. A number that was given up may have left another one behind, which nobody has.
    #[must_use]
    pub fn spelled(&self, key: &str, value: Option<&str>, original: Option<&str>) -> Option<TermId> {
        let key = self.key(key)?;
        let alike = value.map_or(&*key.nulls, |value| self.with_value(key, value));
        let mut spelled = alike.iter().copied().filter(|term| self.original(*term) == original).peekable();
        let first = spelled.peek().copied();
        spelled.find(|term| !self.postings(*term).is_empty()).or(first)
    }

    /// The value of a term.
    #[must_use]
    pub fn value(&self, term: TermId) -> Option<&str> {
        let term = &self.terms[term as usize];
        term.value.is_some().then(|| term.value.of(&self.keys[term.key as usize].values))
    }

    /// The value of a term as written.
    #[must_use]
    pub fn original(&self, term: TermId) -> Option<&str> {
        let entry = &self.terms[term as usize];
        if entry.original.is_some() {
            return Some(entry.original.of(&self.keys[entry.key as usize].originals));
        }
        self.value(term)
    }

    /// Who has a term.
    #[must_use]
    pub fn postings(&self, term: TermId) -> &Postings {
        &self.terms[term as usize].postings
    }

    /// Sets who has a term that nobody had, when the dictionary is made.
    pub fn set_postings(&mut self, term: TermId, postings: Postings) {
        self.dead = self.dead.saturating_sub(usize::from(!postings.is_empty()));
        self.terms[term as usize].postings = postings;
    }

    /// Gives an entity a term.
    pub fn give(&mut self, term: TermId, entity: u32) {
        let postings = &mut self.terms[term as usize].postings;
        if postings.is_empty() {
            self.dead = self.dead.saturating_sub(1);
        }
        postings.insert(entity);
    }

    /// Takes a term from an entity.
    pub fn take(&mut self, term: TermId, entity: u32) {
        let postings = &mut self.terms[term as usize].postings;
        if postings.remove(entity) && postings.is_empty() {
            self.dead += 1;
        }
    }

    /// Whether most of the dictionary is terms that nobody has any more.
    #[must_use]
    pub fn is_worn(&self) -> bool {
        self.dead > 10_000 && self.dead * 2 > self.terms.len()
    }

    /// Adds terms. They begin without postings.
    ///
    /// # Errors
    /// When a text does not fit.
    pub fn add(&mut self, new: Vec<NewTerm>) -> Result<(), TooLarge> {
        // How many of a key's terms were in order before.
        let mut sorted: HashMap<KeyId, usize> = HashMap::new();
        for term in new {
            if self.by_number.contains_key(&term.number) {
                continue;
            }
            let key = self.key_id_or_new(&term.key)?;
            sorted.entry(key).or_insert_with(|| self.keys[key as usize].by_value.len());
            self.push(key, &term)?;
        }
        for (key, sorted) in sorted {
            self.merge(key, sorted);
        }
        Ok(())
    }

    fn key_id_or_new(&mut self, name: &str) -> Result<KeyId, TooLarge> {
        if let Some(known) = self.by_name.get(name) {
            return Ok(*known);
        }
        let id = KeyId::try_from(self.keys.len()).map_err(|_| TooLarge)?;
        let name: Arc<str> = name.into();
        self.keys.push(Key {
            name: Arc::clone(&name),
            values: String::new(),
            originals: String::new(),
            in_text: Vec::new(),
            by_value: Vec::new(),
            nulls: Vec::new(),
            valued: Postings::None,
            unvalued: Postings::None,
            several: false,
        });
        self.by_name.insert(name, id);
        Ok(id)
    }

    fn push(&mut self, key: KeyId, new: &NewTerm) -> Result<(), TooLarge> {
        let id = TermId::try_from(self.terms.len()).map_err(|_| TooLarge)?;
        let entry = &mut self.keys[key as usize];
        let (mut value, mut original) = (Span::NONE, Span::NONE);
        match &new.value {
            Some(text) => {
                value = append(&mut entry.values, text)?;
                entry.values.push('\0');
                entry.in_text.push(id);
                entry.by_value.push(id);
                if let Some(written) = new.original.as_ref().filter(|written| *written != text) {
                    original = append(&mut entry.originals, written)?;
                }
            }
            None => entry.nulls.push(id),
        }
        self.terms.push(Term { key, value, original, postings: Postings::None });
        self.by_number.insert(new.number, id);
        self.dead += 1;
        Ok(())
    }

    /// Puts the terms behind the first `sorted` ones into their places.
    fn merge(&mut self, key: KeyId, sorted: usize) {
        let mut by_value = std::mem::take(&mut self.keys[key as usize].by_value);
        let in_order = |pair: &[TermId]| self.value(pair[0]) <= self.value(pair[1]);
        // When the index is made, terms come in order.
        if !by_value[sorted.saturating_sub(1)..].windows(2).all(in_order) {
            // Stable, and made for runs: two of them cost one pass.
            by_value.sort_by(|a, b| self.value(*a).cmp(&self.value(*b)));
        }
        self.keys[key as usize].by_value = by_value;
    }

    /// The terms of the key with this value: several, when they are written differently.
    #[must_use]
    pub fn with_value<'k>(&self, key: &'k Key, value: &str) -> &'k [TermId] {
        let start = key.by_value.partition_point(|term| self.value(*term).is_some_and(|known| known < value));
        let rest = &key.by_value[start..];
        let end = rest.iter().take_while(|term| self.value(**term) == Some(value)).count();
        &rest[..end]
    }

    /// How many terms of the key have a value before this one, itself counted or not.
    #[must_use]
    pub fn before(&self, key: &Key, value: &str, itself: bool) -> usize {
        let before = |known: &str| if itself { known <= value } else { known < value };
        key.by_value.partition_point(|term| self.value(*term).is_some_and(before))
    }

    /// Those of an entity's terms that are of this key.
    #[must_use]
    pub fn of_key<'t>(&self, terms: &'t [TermId], key: KeyId) -> &'t [TermId] {
        let start = terms.partition_point(|term| self.key_of(*term) < key);
        let length = terms[start..].iter().take_while(|term| self.key_of(**term) == key).count();
        &terms[start..start + length]
    }

    /// The terms of the key that begin so, in the order of values.
    #[must_use]
    pub fn with_prefix<'k>(&self, key: &'k Key, prefix: &str) -> &'k [TermId] {
        let at = self.range(key, |value| value < prefix, |value| value.starts_with(prefix));
        &key.by_value[at]
    }

    /// The values that are not `before` and then `within`, in a list that is sorted accordingly.
    fn range(&self, key: &Key, before: impl Fn(&str) -> bool, within: impl Fn(&str) -> bool) -> Range<usize> {
        let start = key.by_value.partition_point(|term| self.value(*term).is_some_and(&before));
        let length = key.by_value[start..].partition_point(|term| self.value(*term).is_some_and(&within));
        start..start + length
    }

    /// Calls `found` with the postings of each term of the key whose value contains the text.
    pub fn find(&self, key: &Key, finder: &Finder<'_>, mut found: impl FnMut(&Postings)) {
        let text = key.values.as_bytes();
        let mut from = 0;
        while let Some(at) = text.get(from..).and_then(|rest| finder.find(rest)).map(|at| at + from) {
            let after = key.in_text.partition_point(|term| self.terms[*term as usize].value.start as usize <= at);
            let Some(term) = key.in_text.get(after.wrapping_sub(1)) else { return };
            let term = &self.terms[*term as usize];
            found(&term.postings);
            from = term.value.start as usize + usize::from(term.value.length) + 1;
        }
    }

    /// Everybody whose value is one of these.
    pub fn union(&self, terms: &[TermId], set: &mut RoaringBitmap) {
        for term in terms {
            self.postings(*term).add_to(set);
        }
    }

    /// Bytes in memory, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let keys = self.keys.iter().map(|key| {
            let lists = (key.in_text.capacity() + key.by_value.capacity() + key.nulls.capacity()) * 4;
            let sets = key.valued.heap_bytes() + key.unvalued.heap_bytes();
            let texts = key.values.capacity() + key.originals.capacity() + key.name.len();
            lists + sets + texts + size_of::<Key>() + 64
        });
        let postings = self.terms.iter().map(|term| term.postings.heap_bytes());
        let terms = self.terms.capacity() * size_of::<Term>() + self.by_number.capacity() * 9;
        keys.sum::<usize>() + postings.sum::<usize>() + terms
    }

    /// Gives back what was reserved for growing.
    pub fn shrink(&mut self) {
        for key in &mut self.keys {
            key.values.shrink_to_fit();
            key.originals.shrink_to_fit();
            key.in_text.shrink_to_fit();
            key.by_value.shrink_to_fit();
            key.nulls.shrink_to_fit();
        }
        self.terms.shrink_to_fit();
        self.by_number.shrink_to_fit();
    }
}

impl Key {
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
}

fn append(text: &mut String, more: &str) -> Result<Span, TooLarge> {
    let start = u32::try_from(text.len()).ok().filter(|start| *start != u32::MAX).ok_or(TooLarge)?;
    let length = u16::try_from(more.len()).map_err(|_| TooLarge)?;
    text.push_str(more);
    Ok(Span { start, length })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn term(number: i32, original: &str) -> NewTerm {
        let (value, original) = (Some(original.to_lowercase()), Some(original.to_owned()));
        NewTerm { number, key: "metadata.title".into(), value, original }
    }

    fn filled() -> Dictionary {
        let mut dictionary = Dictionary::default();
        dictionary.add(vec![term(1, "Pear"), term(2, "apple"), term(3, "")]).unwrap();
        dictionary.add(vec![term(4, "pear"), term(5, "Zebra"), term(6, "apricot"), term(2, "twice")]).unwrap();
        for number in 1..=6 {
            let id = dictionary.term(number).unwrap();
            dictionary.give(id, u32::try_from(number).unwrap());
        }
        dictionary
    }

    #[test]
    fn terms_that_come_later_find_their_places_in_order() {
        let dictionary = filled();
        let key = dictionary.key("metadata.title").unwrap();
        let values: Vec<_> = key.by_value().iter().map(|term| dictionary.value(*term).unwrap()).collect();
        assert_eq!(values, ["", "apple", "apricot", "pear", "pear", "zebra"]);
        let originals: Vec<_> =
            dictionary.with_value(key, "pear").iter().map(|term| dictionary.original(*term).unwrap()).collect();
        assert_eq!(originals, ["Pear", "pear"]);
        assert_eq!(dictionary.with_prefix(key, "ap").len(), 2);
        assert_eq!(dictionary.with_prefix(key, "").len(), 6);
        assert!(dictionary.with_value(key, "b").is_empty() && dictionary.with_prefix(key, "zz").is_empty());
    }

    #[test]
    fn a_text_is_found_inside_values_and_never_across_two_of_them() {
        let dictionary = filled();
        let key = dictionary.key("metadata.title").unwrap();
        let found = |text: &str| {
            let mut set = RoaringBitmap::new();
            dictionary.find(key, &Finder::new(text), |postings| postings.add_to(&mut set));
            set.iter().collect::<Vec<_>>()
        };
        assert_eq!(found("ap"), [2, 6]);
        assert_eq!(found("p"), [1, 2, 4, 6]);
        assert_eq!(found("earapple"), Vec::<u32>::new());
        assert_eq!(found("zebra"), [5]);
    }

    #[test]
    fn a_term_that_nobody_has_any_more_is_counted_and_may_come_back() {
        let mut dictionary = filled();
        let id = dictionary.term(5).unwrap();
        assert_eq!(dictionary.dead, 0);
        dictionary.take(id, 5);
        assert_eq!(dictionary.dead, 1);
        dictionary.give(id, 9);
        assert_eq!((dictionary.dead, dictionary.postings(id).len()), (0, 1));
    }
}
