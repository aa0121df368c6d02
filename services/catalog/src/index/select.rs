//! Which entities a [`Filter`] holds for. Says the same as `store::conditions` does in SQL.

use super::dictionary::TermId;
use super::key::Key;
use super::tenant::TenantIndex;
use crate::domain::cursor::FullText;
use crate::domain::filter::Filter;
use memchr::memmem::Finder;
use roaring::RoaringBitmap;
use std::borrow::Cow;
use std::sync::Arc;

/// The prefix of the keys that hold relations.
pub const RELATIONS: &str = "relations.";

/// A set, borrowed where it lies ready.
pub type Set<'i> = Cow<'i, RoaringBitmap>;

impl TenantIndex {
    /// The entities that the filter holds for.
    #[must_use]
    pub fn select(&self, filter: &Filter) -> Set<'_> {
        match filter {
            Filter::All(parts) => self.all_of(parts),
            Filter::Any(parts) => union(parts.iter().map(|part| self.select(part))).unwrap_or_default(),
            Filter::Not(inner) => Cow::Owned(&self.all - &*self.select(inner)),
            Filter::Exists(key) => self.dictionary.key(key).map(having).unwrap_or_default(),
            Filter::Values(key, values) => {
                let Some(key) = self.dictionary.key(key) else { return Set::default() };
                let terms = values.iter().map(|value| self.dictionary.with_value(key, value));
                union(terms.map(|terms| self.having_any(terms))).unwrap_or_default()
            }
            Filter::Prefix(key, prefix) => {
                let Some(key) = self.dictionary.key(key) else { return Set::default() };
                self.having_any(self.dictionary.with_prefix(key, prefix))
            }
            Filter::Relation { types, targets } => self.related(types.as_deref(), targets.as_deref()),
        }
    }

    /// The smallest part first, so that the rest has little to do; what must not hold is taken off at the end.
    fn all_of(&self, parts: &[Filter]) -> Set<'_> {
        let (mut sets, mut without) = (Vec::new(), Vec::new());
        for part in parts {
            match part {
                Filter::Not(inner) => without.push(self.select(inner)),
                part if part.is_everything() => {}
                part => sets.push(self.select(part)),
            }
        }
        sets.sort_by_cached_key(|set| set.len());
        let mut sets = sets.into_iter();
        let mut left = sets.next().unwrap_or(Cow::Borrowed(&self.all));
        for set in sets {
            left = Cow::Owned(match left {
                Cow::Owned(left) => left & &*set,
                Cow::Borrowed(left) => left & &*set,
            });
        }
        for set in without {
            *left.to_mut() -= &*set;
        }
        left
    }

    fn having_any(&self, terms: &[TermId]) -> Set<'_> {
        if let [only] = terms {
            return self.dictionary.holders(*only).bitmap();
        }
        let mut set = RoaringBitmap::new();
        self.dictionary.union(terms, &mut set);
        Cow::Owned(set)
    }

    /// Relations are terms: `relations.<type>` = target.
    fn related(&self, types: Option<&[String]>, targets: Option<&[String]>) -> Set<'_> {
        let keys: Vec<&Key> = match types {
            Some(types) => types.iter().filter_map(|kind| self.dictionary.key(&format!("{RELATIONS}{kind}"))).collect(),
            None => self.dictionary.keys_below(RELATIONS).collect(),
        };
        let sets = keys.into_iter().map(|key| match targets {
            None => having(key),
            Some(targets) => {
                let terms = targets.iter().map(|target| self.dictionary.with_value(key, target));
                union(terms.map(|terms| self.having_any(terms))).unwrap_or_default()
            }
        });
        union(sets).unwrap_or_default()
    }

    /// The entities with a value, of one of the fields, that contains the text. Remembered: whoever turns pages or types on
    /// asks for the same again.
    #[must_use]
    pub fn containing(&self, full_text: &FullText) -> Arc<RoaringBitmap> {
        self.texts.get_or_make(full_text, || {
            let mut set = RoaringBitmap::new();
            let finder = Finder::new(full_text.term.as_str());
            for key in full_text.fields.iter().filter_map(|field| self.dictionary.key(field)) {
                self.dictionary.find(key, &finder, |holders| holders.add_to(&mut set));
            }
            set
        })
    }
}

/// The entities that have the key, with or without a value.
fn having(key: &Key) -> Set<'_> {
    if key.unvalued().is_empty() {
        return key.valued.bitmap();
    }
    let mut set = key.valued.bitmap().into_owned();
    key.unvalued().add_to(&mut set);
    Cow::Owned(set)
}

fn union<'i>(sets: impl IntoIterator<Item = Set<'i>>) -> Option<Set<'i>> {
    let mut sets = sets.into_iter();
    let first = sets.next()?;
    Some(sets.fold(first, |mut union, set| {
        *union.to_mut() |= &*set;
        union
    }))
}
