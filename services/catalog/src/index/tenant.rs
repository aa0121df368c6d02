//! The index of one organisation at one point of its history: who exists, and who has which term.

use super::dictionary::{Dictionary, KeyId, NewTerm, TermId, TooLarge};
use super::entities::{Entities, Entity};
use super::postings::Postings;
use super::remembered::Remembered;
use crate::domain::cursor::FullText;
use crate::domain::filter::Filter;
use crate::domain::terms::Term;
use foldhash::{HashMap, HashMapExt as _};
use roaring::RoaringBitmap;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// An entity as it is read from the database.
#[derive(Debug, Clone)]
pub struct NewEntity {
    /// Its number.
    pub number: u32,
    /// Its uid.
    pub uid: Uuid,
    /// Its key.
    pub entity_ref: String,
    /// When it changed last.
    pub seq: i64,
    /// The database's numbers of its terms.
    pub terms: Vec<i32>,
}

/// What happened since.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Up to which change.
    pub seq: i64,
    /// Entities that are gone.
    pub gone: Vec<u32>,
    /// Entities that are new or different.
    pub entities: Vec<NewEntity>,
    /// Their terms that were not known.
    pub terms: Vec<NewTerm>,
}

/// After so many changes, and a quarter of all, what is left is put together and measured anew.
const SCATTERED: usize = 1000;
/// So many new entities are put into the order of keys one by one.
const PATCHED: usize = 256;

/// Bytes that an entity costs beside its key and terms, about.
const ENTITY: usize = 100;
/// Bytes that a term costs beside its value, about.
const TERM: usize = 40;

/// The index of one organisation.
#[derive(Debug, Default)]
pub struct TenantIndex {
    epoch: Uuid,
    seq: i64,
    entities: Entities,
    pub(super) all: RoaringBitmap,
    pub(super) dictionary: Dictionary,
    /// Entities in the order of their keys, made when it is first asked for.
    ref_order: OnceLock<Vec<u32>>,
    /// Entities that callers may see, by condition.
    scopes: Remembered<Filter>,
    /// Entities with values that contain a text.
    pub(super) texts: Remembered<FullText>,
    /// Bytes in memory, about: measured when it was made and after many changes, and guessed since.
    bytes: usize,
    /// Changes since it was put together.
    scattered: usize,
    /// The last number that was given to a term which the database does not know.
    invented: i32,
    /// While it becomes that of another moment: terms of entities that were left out. Most come back with the same ones.
    former: HashMap<u32, Box<[TermId]>>,
}

impl TenantIndex {
    /// The index of an organisation without entities.
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

    /// How many entities there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entities.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it had better be made anew.
    #[must_use]
    pub fn is_worn(&self) -> bool {
        self.dictionary.is_worn()
    }

    /// The number of the term, if the index knows it.
    #[must_use]
    pub fn knows_term(&self, number: i32) -> bool {
        self.dictionary.term(number).is_some()
    }

    /// The entity with this key.
    #[must_use]
    pub fn by_ref(&self, entity_ref: &str) -> Option<u32> {
        self.entities.by_ref(entity_ref)
    }

    /// The entity with this uid.
    #[must_use]
    pub fn by_uid(&self, uid: Uuid) -> Option<u32> {
        self.entities.by_uid(uid)
    }

    /// The entity with this number.
    #[must_use]
    pub fn entity(&self, number: u32) -> Option<&Entity> {
        self.entities.get(number)
    }

    /// The entities in the order of their keys.
    #[must_use]
    pub fn ref_order(&self) -> &[u32] {
        self.ref_order.get_or_init(|| {
            let mut order: Vec<(&str, u32)> =
                self.entities.iter(self.all.iter()).map(|(number, entity)| (&*entity.entity_ref, number)).collect();
            order.sort_unstable();
            order.into_iter().map(|(_, number)| number).collect()
        })
    }

    /// The entities that the condition holds for; `None` when those are all.
    #[must_use]
    pub fn visible(&self, condition: &Filter) -> Option<Arc<RoaringBitmap>> {
        if condition.is_everything() {
            return None;
        }
        Some(self.scopes.get_or_make(condition, || self.select(condition).into_owned()))
    }

    /// A copy that is to become that of another moment, with `touched` entities left out.
    #[must_use]
    pub fn without(&self, epoch: Uuid, seq: i64, touched: &[u32]) -> Self {
        let gone: RoaringBitmap = touched.iter().copied().collect();
        let mut copy = Self {
            epoch,
            seq,
            entities: self.entities.clone(),
            all: &self.all - &gone,
            dictionary: self.dictionary.clone(),
            bytes: self.bytes,
            ..Self::default()
        };
        // Term by term and not entity by entity, since these may be all there are.
        copy.dictionary.take_all(&gone);
        for number in touched {
            if let Some(entity) = copy.entities.remove(*number) {
                copy.bytes = copy.bytes.saturating_sub(entity.entity_ref.len() + ENTITY);
                copy.former.insert(*number, entity.terms);
            }
        }
        copy
    }

    /// Adds entities that it does not have, by the spelling of their terms.
    ///
    /// # Errors
    /// When they do not fit.
    pub fn add(&mut self, entities: Vec<(NewEntity, Vec<Term>)>) -> Result<(), TooLarge> {
        let mut known: HashMap<&Term, TermId> = HashMap::new();
        let mut new: HashMap<&Term, i32> = HashMap::new();
        let nothing = Box::default();
        let mut lists = Vec::with_capacity(entities.len());
        for (entity, terms) in &entities {
            let former = self.former.get(&entity.number).unwrap_or(&nothing);
            let (mut ids, mut others) = (Vec::with_capacity(terms.len()), Vec::new());
            for term in terms {
                let original = term.original.as_deref();
                let same = self.dictionary.among(former, &term.key, original).or_else(|| known.get(term).copied());
                if let Some(id) = same {
                    ids.push(id);
                    continue;
                }
                others.push(term);
                if new.contains_key(term) {
                    continue;
                }
                match self.dictionary.spelled(&term.key, term.value().as_deref(), original) {
                    Some(id) => drop(known.insert(term, id)),
                    // The numbers of the database are positive.
                    None => {
                        self.invented -= 1;
                        new.insert(term, self.invented);
                    }
                }
            }
            lists.push((ids, others));
        }
        let made = new.iter().map(|(term, number)| NewTerm {
            number: *number,
            key: term.key.clone(),
            value: term.value().map(Cow::into_owned),
            original: term.original.clone(),
        });
        let made: Vec<NewTerm> = made.collect();
        self.bytes += made.iter().map(|term| term.original.as_ref().map_or(0, String::len) + TERM).sum::<usize>();
        self.dictionary.add(made)?;
        known.extend(new.into_iter().filter_map(|(term, number)| Some((term, self.dictionary.term(number)?))));
        for ((entity, _), (mut ids, others)) in entities.iter().zip(lists) {
            ids.extend(others.iter().filter_map(|term| known.get(term).copied()));
            self.bytes += entity.entity_ref.len() + ENTITY;
            self.place(entity.clone(), ids);
        }
        Ok(())
    }

    /// It is that of the other moment now.
    pub fn settle(&mut self) {
        self.former = HashMap::new();
    }

    /// Takes over what happened since. Entities that are gone go first.
    ///
    /// # Errors
    /// When it does not fit: the index is then of no use any more.
    pub fn apply(&mut self, changes: Changes) -> Result<(), TooLarge> {
        self.scopes.clear();
        self.texts.clear();
        self.scattered += changes.gone.len() + changes.entities.len();
        for number in &changes.gone {
            self.remove(*number);
        }
        self.bytes +=
            changes.terms.iter().map(|term| term.original.as_ref().map_or(0, String::len) + TERM).sum::<usize>();
        self.dictionary.add(changes.terms)?;
        let mut new = Vec::new();
        for entity in changes.entities {
            if !self.entities.contains(entity.number) {
                new.push(entity.number);
                self.bytes += entity.entity_ref.len() + ENTITY;
            }
            self.put(entity);
        }
        self.patch_ref_order(&new);
        self.seq = changes.seq;
        if self.scattered > SCATTERED + self.len() / 4 {
            self.compact();
        }
        Ok(())
    }

    /// Puts everything into memory of its own, part by part. What came bit by bit lies between what was needed for the
    /// moment, and holds whole pages of it.
    fn compact(&mut self) {
        self.dictionary.sort_texts();
        self.entities = self.entities.clone();
        self.dictionary = self.dictionary.clone();
        self.scattered = 0;
        self.bytes = self.measured();
    }

    /// Few new entities are put into their places; with many, the order is made anew when it is asked for.
    fn patch_ref_order(&mut self, new: &[u32]) {
        let Some(mut order) = self.ref_order.take().filter(|_| new.len() <= PATCHED) else { return };
        if order.len() + new.len() != self.entities.len() {
            order.retain(|number| self.entities.contains(*number));
        }
        for number in new {
            let Some(entity) = self.entities.get(*number) else { continue };
            let before = |other: &u32| self.entities.get(*other).is_some_and(|o| o.entity_ref < entity.entity_ref);
            let at = order.partition_point(before);
            order.insert(at, *number);
        }
        let _ = self.ref_order.set(order);
    }

    /// Adds an entity or replaces what is known of it.
    fn put(&mut self, new: NewEntity) {
        let terms = new.terms.iter().filter_map(|term| self.dictionary.term(*term)).collect();
        self.place(new, terms);
    }

    fn place(&mut self, new: NewEntity, mut terms: Vec<TermId>) {
        let number = new.number;
        terms.sort_unstable_by_key(|term| (self.dictionary.key_of(*term), *term));
        if let Some(old) = self.entities.get(number) {
            let old_terms = old.terms.clone();
            for term in old_terms.iter().filter(|term| !terms.contains(term)) {
                self.dictionary.take(*term, number);
            }
            for term in terms.iter().filter(|term| !old_terms.contains(term)) {
                self.dictionary.give(*term, number);
            }
            self.forget_keys(number, &old_terms);
        } else {
            for term in &terms {
                self.dictionary.give(*term, number);
            }
        }
        self.note_keys(number, &terms);
        self.all.insert(number);
        let (entity_ref, uid, seq) = (new.entity_ref.into(), new.uid, new.seq);
        self.entities.insert(number, Entity { entity_ref, uid, seq, terms: terms.into() });
    }

    fn remove(&mut self, number: u32) {
        let Some(entity) = self.entities.remove(number) else { return };
        self.bytes = self.bytes.saturating_sub(entity.entity_ref.len() + ENTITY);
        for term in &entity.terms {
            self.dictionary.take(*term, number);
        }
        self.forget_keys(number, &entity.terms);
        self.all.remove(number);
    }

    fn note_keys(&mut self, number: u32, terms: &[TermId]) {
        let mut last: Option<KeyId> = None;
        for term in terms {
            let has_value = self.dictionary.value(*term).is_some();
            let key_id = self.dictionary.key_of(*term);
            let key = self.dictionary.key_mut(key_id);
            key.several |= last == Some(key_id);
            let set = if has_value { Some(&mut key.valued) } else { key.unvalued_mut() };
            // Whoever has a term without a value has made the place for it.
            set.map(|set| set.insert(number));
            last = Some(key_id);
        }
    }

    fn forget_keys(&mut self, number: u32, terms: &[TermId]) {
        for term in terms {
            let key_id = self.dictionary.key_of(*term);
            let key = self.dictionary.key_mut(key_id);
            key.valued.remove(number);
            key.unvalued_mut().map(|unvalued| unvalued.remove(number));
        }
    }

    /// Bytes in memory, about.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    fn measured(&self) -> usize {
        let order = self.ref_order.get().map_or(0, |order| order.capacity() * 4);
        let sets = self.all.serialized_size() + order;
        self.entities.bytes() + sets + self.dictionary.bytes() + size_of::<Self>()
    }
}

/// Makes an index from everything that there is.
#[derive(Debug)]
pub struct Builder {
    index: TenantIndex,
    bytes: usize,
}

impl Builder {
    /// Begins with nothing.
    #[must_use]
    pub fn new(epoch: Uuid, seq: i64) -> Self {
        Self { index: TenantIndex::empty(epoch, seq), bytes: size_of::<TenantIndex>() }
    }

    /// Adds an entity; its terms come from [`postings`](Self::postings).
    pub fn entity(&mut self, new: NewEntity) {
        let (number, uid, seq) = (new.number, new.uid, new.seq);
        let entity_ref: Box<str> = new.entity_ref.into();
        self.bytes += entity_ref.len() + ENTITY;
        self.index.all.insert(number);
        self.index.entities.insert(number, Entity { entity_ref, uid, seq, terms: Box::default() });
    }

    /// Adds terms. In order of key and value they cost least.
    ///
    /// # Errors
    /// When they do not fit.
    pub fn terms(&mut self, new: Vec<NewTerm>) -> Result<(), TooLarge> {
        let texts = |term: &NewTerm| term.original.as_ref().map_or(0, String::len) + TERM;
        self.bytes += new.iter().map(texts).sum::<usize>();
        self.index.dictionary.add(new)
    }

    /// Says which entities, ascending, have the term with this number.
    pub fn postings(&mut self, number: i32, entities: &[u32]) {
        let Some(term) = self.index.dictionary.term(number) else { return };
        // In the list of each entity, and in the set of the term.
        self.bytes += entities.len() * 6;
        self.index.dictionary.set_postings(term, Postings::from_sorted(entities));
    }

    /// Bytes in memory, about, as far as it got.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The index.
    #[must_use]
    pub fn finish(mut self) -> TenantIndex {
        for (number, terms) in self.index.dictionary.by_entity(&self.index.all) {
            self.index.note_keys(number, &terms);
            if let Some(entity) = self.index.entities.get_mut(number) {
                entity.terms = terms;
            }
        }
        self.index.dictionary.shrink();
        self.index.entities.shrink();
        self.index.bytes = self.index.measured();
        self.index
    }
}
