//! Counts of entities by value, as written.

use super::dictionary::TermId;
use super::key::Key;
use super::tenant::TenantIndex;
use crate::domain::filter::Filter;
use roaring::RoaringBitmap;
use std::borrow::Cow;
use std::collections::HashMap;

/// A value as written, and how many entities have it.
pub type Bucket<'i> = (Cow<'i, str>, u64);

impl TenantIndex {
    /// For each key, its values among the entities that filter and scope hold for, in the order of values.
    #[must_use]
    pub fn facets(&self, keys: &[String], filter: &Filter, scope: &Filter) -> Vec<Vec<Bucket<'_>>> {
        let everything = filter.is_everything() && scope.is_everything();
        let hits = (!everything).then(|| self.within(filter, scope));
        keys.iter().map(|key| self.facet(key, hits.as_ref())).collect()
    }

    fn facet(&self, key: &str, hits: Option<&RoaringBitmap>) -> Vec<Bucket<'_>> {
        let Some(key) = self.dictionary.key(key) else { return Vec::new() };
        let mut buckets = match hits {
            None => self.counted(key.by_value(), |term| self.dictionary.holders(term).len()),
            Some(hits) if hits.len() < key.by_value().len() as u64 / 8 => self.counted_by_entity(key, hits),
            Some(hits) => self.counted(key.by_value(), |term| self.dictionary.holders(term).len_in(hits)),
        };
        buckets.sort_unstable();
        // In the index of another moment two terms may be written alike.
        buckets.dedup_by(|next, kept| {
            let alike = next.0 == kept.0;
            kept.1 += if alike { next.1 } else { 0 };
            alike
        });
        buckets
    }

    fn counted(&self, terms: &[TermId], count: impl Fn(TermId) -> u64) -> Vec<Bucket<'_>> {
        let bucket = |term: &TermId| Some((self.dictionary.original(*term)?, count(*term)));
        terms.iter().filter_map(bucket).filter(|(_, count)| *count > 0).collect()
    }

    /// For few entities and many values.
    fn counted_by_entity(&self, key: &Key, hits: &RoaringBitmap) -> Vec<Bucket<'_>> {
        let Some(key) = self.dictionary.key_id(key.name()) else { return Vec::new() };
        let mut counts: HashMap<TermId, u64> = HashMap::new();
        for entity in hits.iter().filter_map(|number| self.entity(number)) {
            for term in self.dictionary.of_key(&entity.terms, key) {
                *counts.entry(*term).or_default() += 1;
            }
        }
        counts.into_iter().filter_map(|(term, count)| Some((self.dictionary.original(term)?, count))).collect()
    }
}
