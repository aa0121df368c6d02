//! Every key and value that occurs, in order, with who has them.
//!
//! A term whose last entity went stays where it is, without postings, until the index is made anew: nothing that points
//! at it has to move.

use super::growth;
use super::key::{Key, NO_VALUE};
use super::numbers::{Numbers, Pages};
use super::postings::{HolderTable, Holders, Postings};
use foldhash::{HashMap, HashMapExt as _};
use memchr::memmem::Finder;
use roaring::RoaringBitmap;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// The place of a term in the dictionary. Means nothing outside of one index.
pub type TermId = u32;
/// The place of a key in the dictionary.
pub type KeyId = u32;

/// A key, and where the value is in its text. Most terms belong to one entity: there are as many as ten for each, so every
/// byte counts.
#[derive(Debug, Clone, Copy)]
struct Term {
    key: KeyId,
    /// [`NO_VALUE`]: there is none.
    start: u32,
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

/// Places of terms have a bit to spare.
const MOST_TERMS: u32 = 1 << 31;

/// Something did not fit: the index cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// All keys and terms of one organisation.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    keys: Vec<Key>,
    by_name: HashMap<Arc<str>, KeyId>,
    terms: Vec<Term>,
    holders: HolderTable,
    by_number: Numbers,
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
        self.keys.iter().filter(move |key| key.name().starts_with(prefix))
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
        self.by_number.get(number)
    }

    /// The term that is spelled so. A number that was given up may have left another one behind, which nobody has.
    #[must_use]
    pub fn spelled(&self, key: &str, value: Option<&str>, original: Option<&str>) -> Option<TermId> {
        let key = self.key(key)?;
        let alike = value.map_or(key.nulls(), |value| self.with_value(key, value));
        let mut spelled = alike.iter().copied().filter(|term| self.original(*term).as_deref() == original).peekable();
        let first = spelled.peek().copied();
        spelled.find(|term| !self.holders(*term).is_empty()).or(first)
    }

    /// The value of a term.
    #[must_use]
    pub fn value(&self, term: TermId) -> Option<&str> {
        let Term { key, start } = self.terms[term as usize];
        if start == NO_VALUE { None } else { self.keys[key as usize].value_at(start) }
    }

    /// The value of a term as written.
    #[must_use]
    pub fn original(&self, term: TermId) -> Option<Cow<'_, str>> {
        let value = self.value(term)?;
        Some(self.keys[self.key_of(term) as usize].written(term, value))
    }

    /// Who has a term.
    #[must_use]
    pub fn holders(&self, term: TermId) -> Holders<'_> {
        self.holders.get(term)
    }

    /// Sets who has a term that nobody had, when the dictionary is made.
    pub fn set_postings(&mut self, term: TermId, postings: Postings) {
        self.dead = self.dead.saturating_sub(usize::from(!postings.is_empty()));
        self.holders.set(term, postings);
    }

    /// Gives an entity a term.
    pub fn give(&mut self, term: TermId, entity: u32) {
        self.dead = self.dead.saturating_sub(usize::from(self.holders.get(term).is_empty()));
        self.holders.change(term, |postings| postings.insert(entity));
    }

    /// Takes a term from an entity.
    pub fn take(&mut self, term: TermId, entity: u32) {
        let is_last = |postings: &mut Postings| postings.remove(entity) && postings.is_empty();
        self.dead += usize::from(self.holders.change(term, is_last));
    }

    /// Takes all their terms from these entities.
    pub fn take_all(&mut self, gone: &RoaringBitmap) {
        self.dead += self.holders.subtract(gone);
        for key in &mut self.keys {
            key.valued.subtract(gone);
            if let Some(unvalued) = key.unvalued_mut() {
                unvalued.subtract(gone);
            }
        }
    }

    /// That of these terms, which are in the order of keys, that is spelled so.
    #[must_use]
    pub fn among(&self, terms: &[TermId], key: &str, original: Option<&str>) -> Option<TermId> {
        let alike = self.of_key(terms, self.key_id(key)?);
        alike.iter().copied().find(|term| self.original(*term).as_deref() == original)
    }

    /// The terms of each of these entities, in the order of keys.
    #[must_use]
    pub fn by_entity(&self, all: &RoaringBitmap) -> Vec<(u32, Box<[TermId]>)> {
        let mut places = Pages::default();
        (0..).zip(all).for_each(|(place, entity)| places.set(entity, place));
        let terms = 0..TermId::try_from(self.terms.len()).unwrap_or(TermId::MAX);
        // Counted first, so that there is one list for all of them and none has to grow.
        let mut ends = vec![0_usize; usize::try_from(all.len()).unwrap_or(0)];
        let count = |ends: &mut [usize], entity| {
            let end = places.get(entity).and_then(|place| ends.get_mut(place as usize))?;
            *end += 1;
            Some(*end - 1)
        };
        for term in terms.clone() {
            self.holders(term).for_each(|entity| {
                count(&mut ends, entity);
            });
        }
        let mut total = 0;
        for end in &mut ends {
            total += std::mem::replace(end, total);
        }
        let mut lists = vec![0; total];
        for term in terms {
            self.holders(term).for_each(|entity| {
                if let Some(at) = count(&mut ends, entity) {
                    lists[at] = term;
                }
            });
        }
        let mut start = 0;
        let mut list = |(entity, end): (u32, &usize)| {
            let terms = &mut lists[std::mem::replace(&mut start, *end)..*end];
            // In the order of keys already, when terms came in it.
            terms.sort_unstable_by_key(|term| (self.key_of(*term), *term));
            (entity, Box::from(&*terms))
        };
        all.iter().zip(&ends).map(&mut list).collect()
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
            if self.by_number.get(term.number).is_some() {
                continue;
            }
            let key = self.key_id_or_new(&term.key)?;
            sorted.entry(key).or_insert_with(|| self.keys[key as usize].by_value().len());
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
        self.keys.push(Key::new(Arc::clone(&name)));
        self.by_name.insert(name, id);
        Ok(id)
    }

    fn push(&mut self, key: KeyId, new: &NewTerm) -> Result<(), TooLarge> {
        let id = TermId::try_from(self.terms.len()).ok().filter(|id| *id < MOST_TERMS).ok_or(TooLarge)?;
        let entry = &mut self.keys[key as usize];
        let start = match &new.value {
            Some(value) => entry.push(id, value, new.original.as_deref()).ok_or(TooLarge)?,
            None => {
                entry.push_null(id);
                NO_VALUE
            }
        };
        growth::push(&mut self.terms, Term { key, start });
        self.holders.push();
        self.by_number.insert(new.number, id);
        self.dead += 1;
        Ok(())
    }

    /// Puts the terms behind the first `sorted` ones into their places.
    fn merge(&mut self, key: KeyId, sorted: usize) {
        let mut by_value = std::mem::take(self.keys[key as usize].by_value_mut());
        let in_order = |pair: &[TermId]| self.value(pair[0]) <= self.value(pair[1]);
        // When the index is made, terms come in order.
        if !by_value[sorted.saturating_sub(1)..].windows(2).all(in_order) {
            // Stable, and made for runs: two of them cost one pass.
            by_value.sort_by(|a, b| self.value(*a).cmp(&self.value(*b)));
        }
        *self.keys[key as usize].by_value_mut() = by_value;
    }

    /// The terms of the key with this value: several, when they are written differently.
    #[must_use]
    pub fn with_value<'k>(&self, key: &'k Key, value: &str) -> &'k [TermId] {
        let start = key.by_value().partition_point(|term| self.value(*term).is_some_and(|known| known < value));
        let rest = &key.by_value()[start..];
        let end = rest.iter().take_while(|term| self.value(**term) == Some(value)).count();
        &rest[..end]
    }

    /// How many terms of the key have a value before this one, itself counted or not.
    #[must_use]
    pub fn before(&self, key: &Key, value: &str, itself: bool) -> usize {
        let before = |known: &str| if itself { known <= value } else { known < value };
        key.by_value().partition_point(|term| self.value(*term).is_some_and(before))
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
        &key.by_value()[at]
    }

    /// The values that are not `before` and then `within`, in a list that is sorted accordingly.
    fn range(&self, key: &Key, before: impl Fn(&str) -> bool, within: impl Fn(&str) -> bool) -> Range<usize> {
        let start = key.by_value().partition_point(|term| self.value(*term).is_some_and(&before));
        let length = key.by_value()[start..].partition_point(|term| self.value(*term).is_some_and(&within));
        start..start + length
    }

    /// Calls `found` with the holders of each term of the key whose value contains the text.
    pub fn find(&self, key: &Key, finder: &Finder<'_>, mut found: impl FnMut(Holders<'_>)) {
        let text = key.text();
        let start = |term: &TermId| self.terms[*term as usize].start as usize;
        let (mut from, mut rest) = (0, key.in_text());
        while let Some(at) = text.get(from..).and_then(|rest| finder.find(rest)).map(|at| at + from) {
            // The next one is often near: steps that double, then halving within the last of them.
            let mut step = 1;
            while rest.get(step).is_some_and(|term| start(term) <= at) {
                step *= 2;
            }
            let within = &rest[..rest.len().min(step)];
            let place = within.partition_point(|term| start(term) <= at).saturating_sub(1);
            let Some(term) = rest.get(place) else { return };
            found(self.holders(*term));
            rest = &rest[place + 1..];
            let Some(next) = rest.first() else { return };
            from = start(next);
        }
    }

    /// Everybody whose value is one of these.
    pub fn union(&self, terms: &[TermId], set: &mut RoaringBitmap) {
        for term in terms {
            self.holders(*term).add_to(set);
        }
    }

    /// Bytes in memory, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let terms = self.terms.capacity() * size_of::<Term>() + self.holders.heap_bytes() + self.by_number.heap_bytes();
        self.keys.iter().map(Key::bytes).sum::<usize>() + terms
    }

    /// Puts the values of each key into their order, which saves a list of it.
    pub fn sort_texts(&mut self) {
        for key in &mut self.keys {
            for (term, start) in key.sort_text(|term| self.terms[term as usize].start) {
                self.terms[term as usize].start = start;
            }
        }
    }

    /// Gives back what was reserved for growing.
    pub fn shrink(&mut self) {
        self.keys.iter_mut().for_each(Key::shrink);
        self.terms.shrink_to_fit();
        self.holders.shrink();
        self.by_number.shrink();
    }
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
            dictionary.find(key, &Finder::new(text), |holders| holders.add_to(&mut set));
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
        assert_eq!((dictionary.dead, dictionary.holders(id).len()), (0, 1));
    }
}
