//! Which entities have a term: one number, a few, or a bitmap.
//!
//! Most terms belong to one entity (names, uids, annotations), where a bitmap would cost a hundred bytes for four.

use super::growth;
use roaring::RoaringBitmap;
use std::borrow::Cow;

/// More numbers than these are a bitmap.
const FEW: usize = 16;

/// A set of entity numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Postings {
    /// None.
    #[default]
    None,
    /// One.
    One(u32),
    /// Up to sixteen, ascending.
    Few(Box<[u32]>),
    /// More.
    Many(Box<RoaringBitmap>),
}

impl Postings {
    /// From ascending numbers.
    #[must_use]
    pub fn from_sorted(numbers: &[u32]) -> Self {
        match numbers {
            [] => Self::None,
            [one] => Self::One(*one),
            few if few.len() <= FEW => Self::Few(few.into()),
            many => Self::Many(Box::new(many.iter().copied().collect())),
        }
    }

    /// Adds a number; `false` when it was there.
    pub fn insert(&mut self, number: u32) -> bool {
        match self {
            Self::None => *self = Self::One(number),
            Self::One(one) if *one == number => return false,
            Self::One(one) => *self = Self::Few([(*one).min(number), (*one).max(number)].into()),
            Self::Few(few) => match few.binary_search(&number) {
                Ok(_) => return false,
                Err(at) => {
                    let mut more = few.to_vec();
                    more.insert(at, number);
                    *self = Self::from_sorted(&more);
                }
            },
            Self::Many(many) => return many.insert(number),
        }
        true
    }

    /// Takes a number out; `false` when it was not there.
    pub fn remove(&mut self, number: u32) -> bool {
        match self {
            Self::One(one) if *one == number => *self = Self::None,
            Self::None | Self::One(_) => return false,
            Self::Few(few) => {
                let Ok(at) = few.binary_search(&number) else { return false };
                let mut less = few.to_vec();
                less.remove(at);
                *self = Self::from_sorted(&less);
            }
            Self::Many(many) => {
                if !many.remove(number) {
                    return false;
                }
                // Half of the bound, so that a set which stays about there does not change its form each time.
                if many.len() <= (FEW / 2) as u64 {
                    *self = Self::from_sorted(&many.iter().collect::<Vec<_>>());
                }
            }
        }
        true
    }

    /// Takes all of these out.
    pub fn subtract(&mut self, gone: &RoaringBitmap) {
        match self {
            Self::None => {}
            Self::One(one) => {
                if gone.contains(*one) {
                    *self = Self::None;
                }
            }
            Self::Few(few) => {
                let left: Vec<u32> = few.iter().copied().filter(|number| !gone.contains(*number)).collect();
                *self = Self::from_sorted(&left);
            }
            Self::Many(many) => {
                **many -= gone;
                if many.len() <= FEW as u64 {
                    *self = Self::from_sorted(&many.iter().collect::<Vec<_>>());
                }
            }
        }
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::None => 0,
            Self::One(_) => 1,
            Self::Few(few) => few.len() as u64,
            Self::Many(many) => many.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::None)
    }

    /// How many of them are in the set.
    #[must_use]
    pub fn len_in(&self, set: &RoaringBitmap) -> u64 {
        match self {
            Self::None => 0,
            Self::One(one) => u64::from(set.contains(*one)),
            Self::Few(few) => few.iter().filter(|number| set.contains(**number)).count() as u64,
            Self::Many(many) => many.intersection_len(set),
        }
    }

    /// Adds all of them to the set.
    pub fn add_to(&self, set: &mut RoaringBitmap) {
        match self {
            Self::None => {}
            Self::One(one) => {
                set.insert(*one);
            }
            Self::Few(few) => set.extend(few.iter().copied()),
            Self::Many(many) => *set |= &**many,
        }
    }

    /// Appends those that are in the set, ascending.
    pub fn list_in(&self, set: &RoaringBitmap, out: &mut Vec<u32>) {
        match self {
            Self::None => {}
            Self::One(one) => out.extend(Some(*one).filter(|number| set.contains(*number))),
            Self::Few(few) => out.extend(few.iter().copied().filter(|number| set.contains(*number))),
            Self::Many(many) => out.extend((&**many & set).iter()),
        }
    }

    /// As a bitmap, borrowed where it is one.
    #[must_use]
    pub fn bitmap(&self) -> Cow<'_, RoaringBitmap> {
        match self {
            Self::None => Cow::Owned(RoaringBitmap::new()),
            Self::One(one) => Cow::Owned(RoaringBitmap::from_iter([*one])),
            Self::Few(few) => Cow::Owned(few.iter().copied().collect()),
            Self::Many(many) => Cow::Borrowed(many),
        }
    }

    /// Bytes on the heap, about.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        match self {
            Self::None | Self::One(_) => 0,
            Self::Few(few) => few.len() * 4 + 16,
            Self::Many(many) => many.serialized_size() + 96,
        }
    }
}

/// Who has a term: the same without a set where it is one entity.
#[derive(Debug, Clone, Copy)]
pub enum Holders<'p> {
    /// Nobody any more.
    None,
    /// One entity.
    One(u32),
    /// Whoever is in the set.
    Set(&'p Postings),
}

impl<'p> Holders<'p> {
    /// How many.
    #[must_use]
    pub fn len(self) -> u64 {
        match self {
            Self::None => 0,
            Self::One(_) => 1,
            Self::Set(set) => set.len(),
        }
    }

    /// Whether nobody has it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        match self {
            Self::None => true,
            Self::One(_) => false,
            Self::Set(set) => set.is_empty(),
        }
    }

    /// How many of them are in the set.
    #[must_use]
    pub fn len_in(self, set: &RoaringBitmap) -> u64 {
        match self {
            Self::None => 0,
            Self::One(one) => u64::from(set.contains(one)),
            Self::Set(postings) => postings.len_in(set),
        }
    }

    /// Whether one of them is in the set.
    #[must_use]
    pub fn meets(self, set: &RoaringBitmap) -> bool {
        match self {
            Self::None => false,
            Self::One(one) => set.contains(one),
            Self::Set(Postings::Many(many)) => !many.is_disjoint(set),
            Self::Set(few) => few.len_in(set) > 0,
        }
    }

    /// Calls with each of them, ascending.
    pub fn for_each(self, each: impl FnMut(u32)) {
        match self {
            Self::None | Self::Set(Postings::None) => {}
            Self::One(one) => Some(one).into_iter().for_each(each),
            Self::Set(Postings::One(one)) => Some(*one).into_iter().for_each(each),
            Self::Set(Postings::Few(few)) => few.iter().copied().for_each(each),
            Self::Set(Postings::Many(many)) => many.iter().for_each(each),
        }
    }

    /// Adds all of them to the set.
    pub fn add_to(self, set: &mut RoaringBitmap) {
        match self {
            Self::None => {}
            Self::One(one) => {
                set.insert(one);
            }
            Self::Set(postings) => postings.add_to(set),
        }
    }

    /// Appends those that are in the set, ascending.
    pub fn list_in(self, set: &RoaringBitmap, out: &mut Vec<u32>) {
        match self {
            Self::None => {}
            Self::One(one) => out.extend(Some(one).filter(|number| set.contains(*number))),
            Self::Set(postings) => postings.list_in(set, out),
        }
    }

    /// As a bitmap, borrowed where it is one.
    #[must_use]
    pub fn bitmap(self) -> Cow<'p, RoaringBitmap> {
        match self {
            Self::None => Cow::Owned(RoaringBitmap::new()),
            Self::One(one) => Cow::Owned(RoaringBitmap::from_iter([one])),
            Self::Set(postings) => postings.bitmap(),
        }
    }
}

/// Who has each of many terms: four bytes for a term that one entity has.
#[derive(Debug, Clone, Default)]
pub struct HolderTable {
    /// An entity, or with the first bit set the place of a set, or [`NOBODY`].
    marks: Vec<u32>,
    sets: Vec<Postings>,
    free: Vec<u32>,
}

/// Entities' numbers are positive integers of Postgres, so the first bit is free.
const SET: u32 = 1 << 31;
const NOBODY: u32 = u32::MAX;

impl HolderTable {
    /// Adds a term that nobody has.
    pub fn push(&mut self) {
        growth::push(&mut self.marks, NOBODY);
    }

    /// Who has the term in this place.
    #[must_use]
    pub fn get(&self, place: u32) -> Holders<'_> {
        match self.marks[place as usize] {
            NOBODY => Holders::None,
            one if one & SET == 0 => Holders::One(one),
            set => Holders::Set(&self.sets[(set & !SET) as usize]),
        }
    }

    /// Sets who has the term in this place.
    pub fn set(&mut self, place: u32, postings: Postings) {
        let mark = self.marks[place as usize];
        let mark = match (postings, mark) {
            (Postings::None, old) => {
                self.release(old);
                NOBODY
            }
            (Postings::One(one), old) => {
                self.release(old);
                one
            }
            (several, old) if old != NOBODY && old & SET != 0 => {
                self.sets[(old & !SET) as usize] = several;
                old
            }
            (several, _) => self.keep(several),
        };
        self.marks[place as usize] = mark;
    }

    fn keep(&mut self, several: Postings) -> u32 {
        if let Some(place) = self.free.pop() {
            self.sets[place as usize] = several;
            return place | SET;
        }
        growth::push(&mut self.sets, several);
        // There are fewer sets than terms, and of those fewer than 2^31.
        (self.sets.len() - 1) as u32 | SET
    }

    fn release(&mut self, mark: u32) {
        if mark != NOBODY && mark & SET != 0 {
            self.sets[(mark & !SET) as usize] = Postings::None;
            self.free.push(mark & !SET);
        }
    }

    /// Changes who has the term in this place.
    pub fn change<T>(&mut self, place: u32, change: impl FnOnce(&mut Postings) -> T) -> T {
        let mark = self.marks[place as usize];
        if mark != NOBODY && mark & SET != 0 {
            let postings = &mut self.sets[(mark & !SET) as usize];
            let done = change(postings);
            if matches!(postings, Postings::None | Postings::One(_)) {
                let few = std::mem::take(postings);
                self.set(place, few);
            }
            return done;
        }
        let mut postings = if mark == NOBODY { Postings::None } else { Postings::One(mark) };
        let done = change(&mut postings);
        self.set(place, postings);
        done
    }

    /// Takes these entities from every term. Returns how many terms nobody has any more.
    pub fn subtract(&mut self, gone: &RoaringBitmap) -> usize {
        let mut emptied = 0;
        for place in 0..self.marks.len() {
            let mark = self.marks[place];
            if mark == NOBODY {
                continue;
            }
            if mark & SET == 0 {
                if gone.contains(mark) {
                    self.marks[place] = NOBODY;
                    emptied += 1;
                }
                continue;
            }
            let postings = &mut self.sets[(mark & !SET) as usize];
            postings.subtract(gone);
            self.marks[place] = match postings {
                Postings::None => NOBODY,
                Postings::One(one) => *one,
                Postings::Few(_) | Postings::Many(_) => continue,
            };
            emptied += usize::from(self.marks[place] == NOBODY);
            self.release(mark);
        }
        emptied
    }

    /// Gives back what was reserved for growing.
    pub fn shrink(&mut self) {
        self.marks.shrink_to_fit();
        self.sets.shrink_to_fit();
    }

    /// Bytes on the heap, about.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let tables = (self.marks.capacity() + self.free.capacity()) * 4 + self.sets.capacity() * size_of::<Postings>();
        tables + self.sets.iter().map(Postings::heap_bytes).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn holders_of_many_terms_are_those_of_as_many_sets() {
        let (mut table, mut model) = (HolderTable::default(), vec![BTreeSet::new(); 20]);
        (0..20).for_each(|_| table.push());
        let mut random = 11_u64;
        for step in 0..20_000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let (term, number) = ((random >> 33) as u32 % 20, (random >> 40) as u32 % 30);
            let place = term as usize;
            let grows = (random >> 20) % 3 < if step / 3_000 % 2 == 0 { 2 } else { 1 };
            let changed = table.change(term, |set| if grows { set.insert(number) } else { set.remove(number) });
            assert_eq!(changed, if grows { model[place].insert(number) } else { model[place].remove(&number) });
            let holders = table.get(term);
            assert_eq!(holders.len(), model[place].len() as u64);
            assert_eq!(holders.is_empty(), model[place].is_empty());
            assert_eq!(holders.bitmap().iter().collect::<Vec<_>>(), model[place].iter().copied().collect::<Vec<_>>());
            assert!(table.sets.len() <= 20);
            if step % 500 == 0 {
                let gone: RoaringBitmap = (0..30).filter(|number| (random >> number) & 1 == 1).collect();
                let before = (0..20).filter(|term| !table.get(*term).is_empty()).count();
                let emptied = table.subtract(&gone);
                model.iter_mut().for_each(|set| set.retain(|number| !gone.contains(*number)));
                assert_eq!(before - emptied, model.iter().filter(|set| !set.is_empty()).count());
                for (term, set) in (0..).zip(&model) {
                    assert!(table.get(term).bitmap().iter().eq(set.iter().copied()));
                }
            }
        }
    }

    #[test]
    fn a_set_that_grows_and_shrinks_through_every_form_stays_the_same_set() {
        let (mut postings, mut model) = (Postings::None, BTreeSet::new());
        let mut random = 7_u64;
        for step in 0..4_000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let number = u32::try_from(random >> 33).unwrap_or(0) % 60;
            // Two thirds grow it, then two thirds shrink it, and again.
            let grows = (random >> 20) % 3 < if step / 500 % 2 == 0 { 2 } else { 1 };
            let changed = if grows { postings.insert(number) } else { postings.remove(number) };
            assert_eq!(changed, if grows { model.insert(number) } else { model.remove(&number) });
            assert_eq!(postings.len(), model.len() as u64);
            assert_eq!(postings.is_empty(), model.is_empty());
            assert_eq!(postings.bitmap().iter().collect::<Vec<_>>(), model.iter().copied().collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_is_counted_in_a_set_is_what_is_listed_in_it() {
        let set: RoaringBitmap = (0..100).step_by(3).collect();
        for size in [0_u32, 1, 2, 16, 17, 90] {
            let postings = Postings::from_sorted(&(0..size).collect::<Vec<_>>());
            let mut listed = Vec::new();
            postings.list_in(&set, &mut listed);
            assert_eq!(listed, (0..size).filter(|n| n % 3 == 0).collect::<Vec<_>>());
            assert_eq!(postings.len_in(&set), listed.len() as u64);
        }
    }
}
