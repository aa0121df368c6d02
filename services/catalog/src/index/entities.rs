//! The entities of an index: by number, by key and by uid.

use super::dictionary::TermId;
use super::growth;
use super::numbers::Pages;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::{BuildHasher as _, Hash};
use uuid::Uuid;

/// An entity as the index knows it.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Its key, `component:default/orders`.
    pub entity_ref: Box<str>,
    /// Its uid.
    pub uid: Uuid,
    /// When it changed last: the document with this number is the one to send.
    pub seq: i64,
    /// Its terms, by key.
    pub terms: Box<[TermId]>,
}

/// Entities with the ways to find them. The tables of keys and uids hold numbers alone: what is looked for is compared
/// with the entity itself.
#[derive(Debug, Clone, Default)]
pub struct Entities {
    slots: Vec<Option<Entity>>,
    free: Vec<u32>,
    places: Pages,
    by_ref: HashTable<u32>,
    by_uid: HashTable<u32>,
    hasher: RandomState,
}

impl Entities {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entity with this number.
    #[must_use]
    pub fn get(&self, number: u32) -> Option<&Entity> {
        self.slots.get(self.places.get(number)? as usize)?.as_ref()
    }

    /// The same, to be changed. Its key and uid must stay.
    pub fn get_mut(&mut self, number: u32) -> Option<&mut Entity> {
        self.slots.get_mut(self.places.get(number)? as usize)?.as_mut()
    }

    /// Whether there is one with this number.
    #[must_use]
    pub fn contains(&self, number: u32) -> bool {
        self.places.get(number).is_some()
    }

    /// The number of the entity with this key.
    #[must_use]
    pub fn by_ref(&self, entity_ref: &str) -> Option<u32> {
        let same = |number: &u32| self.get(*number).is_some_and(|it| *it.entity_ref == *entity_ref);
        self.by_ref.find(self.hasher.hash_one(entity_ref), same).copied()
    }

    /// The number of the entity with this uid.
    #[must_use]
    pub fn by_uid(&self, uid: Uuid) -> Option<u32> {
        let same = |number: &u32| self.get(*number).is_some_and(|it| it.uid == uid);
        self.by_uid.find(self.hasher.hash_one(uid), same).copied()
    }

    /// Adds an entity, or replaces the one with this number. Of several with one key or uid, the last one is found.
    pub fn insert(&mut self, number: u32, entity: Entity) {
        self.remove(number);
        if let Some(other) = self.by_ref(&entity.entity_ref) {
            forget(&mut self.by_ref, self.hasher.hash_one(&*entity.entity_ref), other);
        }
        if let Some(other) = self.by_uid(entity.uid) {
            forget(&mut self.by_uid, self.hasher.hash_one(entity.uid), other);
        }
        let (ref_hash, uid_hash) = (self.hasher.hash_one(&*entity.entity_ref), self.hasher.hash_one(entity.uid));
        let place = self.free.pop().unwrap_or_else(|| {
            growth::push(&mut self.slots, None);
            // There are not more entities than numbers.
            u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
        });
        self.slots[place as usize] = Some(entity);
        self.places.set(number, place);
        let (slots, places, hasher) = (&self.slots, &self.places, &self.hasher);
        let of = |number: u32| places.get(number).and_then(|place| slots[place as usize].as_ref());
        self.by_ref.insert_unique(ref_hash, number, |other| hash(hasher, of(*other).map(|it| &*it.entity_ref)));
        self.by_uid.insert_unique(uid_hash, number, |other| hash(hasher, of(*other).map(|it| it.uid)));
    }

    /// Takes an entity out.
    pub fn remove(&mut self, number: u32) -> Option<Entity> {
        let place = self.places.take(number)?;
        let entity = self.slots.get_mut(place as usize)?.take()?;
        self.free.push(place);
        // Unless a successor with the same key or uid is known already.
        forget(&mut self.by_ref, self.hasher.hash_one(&*entity.entity_ref), number);
        forget(&mut self.by_uid, self.hasher.hash_one(entity.uid), number);
        Some(entity)
    }

    /// All of them with their numbers, which `all` lists.
    pub fn iter<'e>(&'e self, all: impl Iterator<Item = u32> + 'e) -> impl Iterator<Item = (u32, &'e Entity)> + 'e {
        all.filter_map(|number| Some((number, self.get(number)?)))
    }

    /// Gives back what was reserved for growing.
    pub fn shrink(&mut self) {
        self.slots.shrink_to_fit();
    }

    /// Bytes in memory, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let texts = |entity: &Entity| entity.terms.len() * 4 + entity.entity_ref.len() + 16;
        let slots = self.slots.capacity() * size_of::<Option<Entity>>() + self.free.capacity() * 4;
        let tables = (self.by_ref.capacity() + self.by_uid.capacity()) * 6;
        self.slots.iter().flatten().map(texts).sum::<usize>() + slots + tables + self.places.heap_bytes()
    }
}

fn hash(hasher: &RandomState, it: Option<impl Hash>) -> u64 {
    it.map_or(0, |it| hasher.hash_one(it))
}

fn forget(table: &mut HashTable<u32>, hash: u64, number: u32) {
    if let Ok(entry) = table.find_entry(hash, |other| *other == number) {
        entry.remove();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(name: &str, uid: u128) -> Entity {
        Entity { entity_ref: name.into(), uid: Uuid::from_u128(uid), seq: 1, terms: Box::default() }
    }

    #[test]
    fn entities_are_found_by_number_key_and_uid_until_they_go() {
        let mut entities = Entities::default();
        for number in 0..5_000 {
            entities.insert(number, entity(&format!("component:default/{number}"), u128::from(number)));
        }
        for number in (0..5_000).step_by(3) {
            assert!(entities.remove(number).is_some());
        }
        for number in 0..5_000 {
            let there = (number % 3 != 0).then_some(number);
            assert_eq!(entities.by_ref(&format!("component:default/{number}")), there);
            assert_eq!(entities.by_uid(Uuid::from_u128(u128::from(number))), there);
            assert_eq!(entities.contains(number), there.is_some());
        }
        assert_eq!(entities.len(), 3_333);
    }

    #[test]
    fn a_successor_with_the_same_key_is_found_when_its_predecessor_goes_after_it_came() {
        let mut entities = Entities::default();
        entities.insert(1, entity("component:default/a", 1));
        entities.insert(2, entity("component:default/a", 2));
        assert_eq!(entities.by_ref("component:default/a"), Some(2));
        entities.remove(1);
        assert_eq!(entities.by_ref("component:default/a"), Some(2));
        entities.insert(2, entity("component:default/b", 3));
        assert_eq!((entities.by_ref("component:default/a"), entities.by_uid(Uuid::from_u128(2))), (None, None));
        assert_eq!(entities.len(), 1);
    }
}
