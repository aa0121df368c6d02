//! Which entities have a term: one number, a few, or a bitmap.
//!
//! Most terms belong to one entity (names, uids, annotations), where a bitmap would cost a hundred bytes for four.

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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

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
