//! From numbers to places, in as few bytes as that takes.

use foldhash::{HashMap, HashMapExt as _};

/// Numbers in a page. An empty page costs a pointer, so that numbers which were given up hardly do.
const PAGE: usize = 64;
/// Nothing is here.
const NOWHERE: u32 = u32::MAX;

/// Places by number, for numbers that follow one another with gaps.
#[derive(Debug, Clone, Default)]
pub struct Pages(Vec<Option<Box<[u32; PAGE]>>>);

impl Pages {
    fn split(number: u32) -> (usize, usize) {
        (number as usize / PAGE, number as usize % PAGE)
    }

    /// The place of a number.
    #[must_use]
    pub fn get(&self, number: u32) -> Option<u32> {
        let (page, at) = Self::split(number);
        self.0.get(page)?.as_ref().map(|page| page[at]).filter(|place| *place != NOWHERE)
    }

    /// Notes the place of a number.
    pub fn set(&mut self, number: u32, place: u32) {
        let (page, at) = Self::split(number);
        if self.0.len() <= page {
            self.0.resize(page + 1, None);
        }
        self.0[page].get_or_insert_with(|| Box::new([NOWHERE; PAGE]))[at] = place;
    }

    /// Forgets a number; returns where it was.
    pub fn take(&mut self, number: u32) -> Option<u32> {
        let place = self.get(number)?;
        let (page, at) = Self::split(number);
        let slot = &mut self.0[page];
        if let Some(places) = slot {
            places[at] = NOWHERE;
            if places.iter().all(|place| *place == NOWHERE) {
                *slot = None;
            }
        }
        Some(place)
    }

    /// Bytes on the heap, about.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.0.capacity() * size_of::<usize>() + self.0.iter().flatten().count() * PAGE * 4
    }
}

/// Places by number, for any numbers: eight bytes each, those that came lately somewhat more.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    sorted: Vec<(i32, u32)>,
    /// Not among the sorted ones yet.
    fresh: HashMap<i32, u32>,
}

/// So many may be unsorted, and an eighth of all.
const FRESH: usize = 1024;

impl Numbers {
    /// The place of a number.
    #[must_use]
    pub fn get(&self, number: i32) -> Option<u32> {
        if let Some(place) = self.fresh.get(&number) {
            return Some(*place);
        }
        let at = self.sorted.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        Some(self.sorted[at].1)
    }

    /// Notes the place of a number that has none.
    pub fn insert(&mut self, number: i32, place: u32) {
        self.fresh.insert(number, place);
        if self.fresh.len() > FRESH + self.sorted.len() / 8 {
            self.sort();
        }
    }

    fn sort(&mut self) {
        let known = self.sorted.len();
        self.sorted.reserve_exact(self.fresh.len());
        self.sorted.extend(std::mem::replace(&mut self.fresh, HashMap::new()));
        self.sorted[known..].sort_unstable();
        // Two runs: stable sorting merges them in one pass.
        self.sorted.sort();
    }

    /// Gives back what was reserved for growing.
    pub fn shrink(&mut self) {
        self.sort();
        self.sorted.shrink_to_fit();
    }

    /// Bytes on the heap, about.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.sorted.capacity() * 8 + self.fresh.capacity() * 10
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_gaps_are_found_where_they_were_put_until_they_are_taken() {
        let mut pages = Pages::default();
        for number in (0..10_000).step_by(7) {
            pages.set(number, number * 2);
        }
        assert_eq!((pages.get(7), pages.get(8), pages.get(99_999)), (Some(14), None, None));
        for number in (0..5_000).step_by(7) {
            assert_eq!(pages.take(number), Some(number * 2));
        }
        assert_eq!((pages.take(7), pages.get(5_005)), (None, Some(10_010)));
        assert!(pages.heap_bytes() < 10_000 * 4);
    }

    #[test]
    fn numbers_that_come_in_any_order_are_found() {
        let mut numbers = Numbers::default();
        let scattered = |at: i32| (at.wrapping_mul(-1_640_531_527)) >> 3;
        for at in 0..20_000 {
            numbers.insert(scattered(at), at.cast_unsigned());
        }
        assert!((0..20_000).all(|at| numbers.get(scattered(at)) == Some(at.cast_unsigned())));
        numbers.shrink();
        assert!((0..20_000).all(|at| numbers.get(scattered(at)) == Some(at.cast_unsigned())));
        assert_eq!(numbers.heap_bytes(), 160_000);
    }
}
