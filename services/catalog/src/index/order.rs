//! Sorted lists: pages after or before a position, and pages by offset.

use super::dictionary::{Dictionary, KeyId, TermId};
use super::key::Key;
use super::tenant::TenantIndex;
use crate::domain::cursor::{Direction, EntityList, Order, Position};
use crate::domain::filter::Filter;
use roaring::RoaringBitmap;

/// An entity in an answer, and the change that its document must be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Its number.
    pub number: u32,
    /// When it changed last.
    pub seq: i64,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The entities, in the order of the list.
    pub rows: Vec<Found>,
    /// Whether there are more in the direction that was asked for.
    pub more: bool,
    /// Where the first row stands.
    pub first: Option<Position>,
    /// Where the last row stands.
    pub last: Option<Position>,
    /// How many entities the list has.
    pub total: u64,
}

/// Looking at an entity that was found costs about as much as so many steps of the order.
const STEPS: u64 = 128;

impl TenantIndex {
    /// The entities of a list that the caller may see, without those that have no value to sort by.
    fn listed(&self, list: &EntityList, scope: &Filter) -> RoaringBitmap {
        let mut hits = self.within(&list.filter, scope);
        if let Some(full_text) = &list.full_text {
            hits &= &*self.containing(full_text);
        }
        if let Some(order) = &list.order {
            match self.dictionary.key(&order.field) {
                Some(key) => hits &= &*key.valued.bitmap(),
                None => hits.clear(),
            }
        }
        hits
    }

    /// The entities that both the filter and the scope hold for.
    #[must_use]
    pub fn within(&self, filter: &Filter, scope: &Filter) -> RoaringBitmap {
        let hits = self.select(filter);
        match self.visible(scope) {
            None => hits.into_owned(),
            Some(visible) => &*hits & &*visible,
        }
    }

    /// Up to `limit` entities after (before, when the list says so) its position.
    #[must_use]
    pub fn page(&self, list: &EntityList, scope: &Filter, limit: usize, offset: usize) -> Page {
        let hits = self.listed(list, scope);
        let total = hits.len();
        let mut numbers =
            if limit == 0 { Vec::new() } else { self.slice(list, &hits, limit.saturating_add(1), offset) };
        let more = numbers.len() > limit;
        numbers.truncate(limit);
        if list.backwards {
            numbers.reverse();
        }
        let position = |number: &u32| self.position(list.order.as_ref(), *number);
        let (first, last) = (numbers.first().map(position), numbers.last().map(position));
        Page { rows: self.found(&numbers), more, first, last, total }
    }

    fn position(&self, order: Option<&Order>, number: u32) -> Position {
        let value =
            order.and_then(|order| self.sort_value(self.dictionary.key_id(&order.field)?, order.direction, number));
        Position { value: value.map(str::to_owned), number: i32::try_from(number).unwrap_or(i32::MAX) }
    }

    fn found(&self, numbers: &[u32]) -> Vec<Found> {
        let found = |number: &u32| self.entity(*number).map(|entity| Found { number: *number, seq: entity.seq });
        numbers.iter().filter_map(found).collect()
    }

    /// Entity numbers in the direction of walking.
    fn slice(&self, list: &EntityList, hits: &RoaringBitmap, limit: usize, offset: usize) -> Vec<u32> {
        let forward = list.order.as_ref().map_or(Direction::Asc, |order| order.direction);
        let walking = if list.backwards { forward.reversed() } else { forward };
        match &list.order {
            None => by_number(hits, walking, list.from.as_ref(), offset, limit),
            Some(order) => {
                let Some(key) = self.dictionary.key(&order.field) else { return Vec::new() };
                let walk = Walk { index: self, key, order, walking, hits, from: list.from.as_ref(), offset, limit };
                if hits.len() * STEPS < key.by_value().len() as u64 {
                    walk.through_hits()
                } else {
                    walk.through_order()
                }
            }
        }
    }

    /// The value that an entity is sorted by: the smallest one, the largest when descending.
    fn sort_value(&self, key: KeyId, direction: Direction, number: u32) -> Option<&str> {
        let terms = &self.entity(number)?.terms;
        let values = self.dictionary.of_key(terms, key).iter().filter_map(|term| self.dictionary.value(*term));
        match direction {
            Direction::Asc => values.min(),
            Direction::Desc => values.max(),
        }
    }

    /// A page of the older list: by key, or by several fields with the entities without a value last.
    #[must_use]
    pub fn page_by_offset(
        &self,
        filter: &Filter,
        scope: &Filter,
        orders: &[Order],
        limit: Option<usize>,
        offset: usize,
    ) -> (Vec<Found>, bool) {
        let hits = self.within(filter, scope);
        let limit = limit.unwrap_or(usize::MAX);
        let wanted = limit.saturating_add(1);
        let mut numbers: Vec<u32> = if orders.is_empty() {
            self.ref_order().iter().copied().filter(|number| hits.contains(*number)).skip(offset).take(wanted).collect()
        } else {
            let sorted = self.sorted_by_all(&hits, orders);
            sorted.into_iter().skip(offset).take(wanted).collect()
        };
        let more = numbers.len() > limit;
        numbers.truncate(limit);
        (self.found(&numbers), more)
    }

    fn sorted_by_all(&self, hits: &RoaringBitmap, orders: &[Order]) -> Vec<u32> {
        let keys: Vec<(Option<KeyId>, Direction)> =
            orders.iter().map(|order| (self.dictionary.key_id(&order.field), order.direction)).collect();
        let mut rows: Vec<(Vec<Option<&str>>, &str, u32)> = hits
            .iter()
            .filter_map(|number| {
                // The smallest value in both directions: what the original does.
                let values = keys.iter().map(|(key, _)| self.sort_value((*key)?, Direction::Asc, number)).collect();
                Some((values, &*self.entity(number)?.entity_ref, number))
            })
            .collect();
        rows.sort_by(|(a, a_ref, _), (b, b_ref, _)| {
            let by_fields = a.iter().zip(b).zip(&keys).map(|((a, b), (_, direction))| match (a, b) {
                (Some(a), Some(b)) if *direction == Direction::Asc => a.cmp(b),
                (Some(a), Some(b)) => b.cmp(a),
                // Nothing comes last, whichever way.
                (a, b) => b.is_some().cmp(&a.is_some()),
            });
            by_fields.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then).then_with(|| a_ref.cmp(b_ref))
        });
        rows.into_iter().map(|(_, _, number)| number).collect()
    }
}

fn by_number(
    hits: &RoaringBitmap,
    walking: Direction,
    from: Option<&Position>,
    offset: usize,
    limit: usize,
) -> Vec<u32> {
    let from = from.map(|from| u32::try_from(from.number).unwrap_or(0));
    match (walking, from) {
        (Direction::Asc, None) => hits.iter().skip(offset).take(limit).collect(),
        (Direction::Asc, Some(from)) => hits.range(from.saturating_add(1)..).skip(offset).take(limit).collect(),
        (Direction::Desc, None) => hits.iter().rev().skip(offset).take(limit).collect(),
        (Direction::Desc, Some(from)) => hits.range(..from).rev().skip(offset).take(limit).collect(),
    }
}

/// A walk through a list that is sorted by the values of a key, equal ones by number.
struct Walk<'w> {
    index: &'w TenantIndex,
    key: &'w Key,
    order: &'w Order,
    walking: Direction,
    hits: &'w RoaringBitmap,
    from: Option<&'w Position>,
    offset: usize,
    limit: usize,
}

impl Walk<'_> {
    fn dictionary(&self) -> &Dictionary {
        &self.index.dictionary
    }

    /// Sorts whatever was found: for few entities among many.
    fn through_hits(&self) -> Vec<u32> {
        let Some(key) = self.dictionary().key_id(&self.order.field) else { return Vec::new() };
        let rows = self.hits.iter().filter_map(|number| {
            let value = self.index.sort_value(key, self.order.direction, number)?;
            self.is_ahead(value, number).then_some((value, number))
        });
        let mut rows: Vec<(&str, u32)> = rows.collect();
        rows.sort_unstable();
        if self.walking == Direction::Desc {
            rows.reverse();
        }
        rows.into_iter().map(|(_, number)| number).skip(self.offset).take(self.limit).collect()
    }

    /// Goes through the values in order until the page is full.
    fn through_order(&self) -> Vec<u32> {
        let terms = self.key.by_value();
        let terms = match (self.from.and_then(|from| from.value.as_deref()), self.walking) {
            (None, _) => terms,
            (Some(value), Direction::Asc) => &terms[self.dictionary().before(self.key, value, false)..],
            (Some(value), Direction::Desc) => &terms[..self.dictionary().before(self.key, value, true)],
        };
        let mut page = Filling { skip: self.offset, limit: self.limit, numbers: Vec::new() };
        let mut group = Vec::new();
        let mut rest = terms;
        // Most terms are nobody's who was found: only for the others it is looked which have the same value.
        let is_hit = |term: &TermId| self.dictionary().holders(*term).meets(self.hits);
        match self.walking {
            Direction::Asc => {
                while let Some(at) = rest.iter().position(is_hit) {
                    rest = &rest[at..];
                    let same = self.equal(rest[0], rest.iter().skip(1));
                    let (these, others) = rest.split_at(1 + same);
                    if self.collect(these, &mut group) && !page.take(group.iter()) {
                        break;
                    }
                    rest = others;
                }
            }
            Direction::Desc => {
                while let Some(at) = rest.iter().rposition(is_hit) {
                    rest = &rest[..=at];
                    let same = self.equal(rest[at], rest.iter().rev().skip(1));
                    let (others, these) = rest.split_at(at - same);
                    if self.collect(these, &mut group) && !page.take(group.iter().rev()) {
                        break;
                    }
                    rest = others;
                }
            }
        }
        page.numbers
    }

    /// How many of the following terms have the same value, written differently.
    fn equal<'t>(&self, term: TermId, following: impl Iterator<Item = &'t TermId>) -> usize {
        let value = self.dictionary().value(term);
        following.take_while(|other| self.dictionary().value(**other) == value).count()
    }

    /// Fills the group with the entities that were found, ahead of the position, and sorted by this value.
    fn collect(&self, terms: &[TermId], group: &mut Vec<u32>) -> bool {
        group.clear();
        for term in terms {
            self.dictionary().holders(*term).list_in(self.hits, group);
        }
        if group.is_empty() {
            return false;
        }
        if terms.len() > 1 {
            group.sort_unstable();
            group.dedup();
        }
        let Some(value) = terms.first().and_then(|term| self.dictionary().value(*term)) else { return false };
        if self.from.is_some_and(|from| from.value.as_deref() == Some(value)) {
            group.retain(|number| self.is_ahead(value, *number));
        }
        if self.key.several
            && let Some(key) = self.dictionary().key_id(&self.order.field)
        {
            group.retain(|number| self.index.sort_value(key, self.order.direction, *number) == Some(value));
        }
        !group.is_empty()
    }

    fn is_ahead(&self, value: &str, number: u32) -> bool {
        let Some(from) = self.from else { return true };
        let position = (from.value.as_deref().unwrap_or_default(), u32::try_from(from.number).unwrap_or(0));
        match self.walking {
            Direction::Asc => (value, number) > position,
            Direction::Desc => (value, number) < position,
        }
    }
}

/// A page that is being filled.
struct Filling {
    skip: usize,
    limit: usize,
    numbers: Vec<u32>,
}

impl Filling {
    /// `false` when it is full.
    fn take<'n>(&mut self, numbers: impl Iterator<Item = &'n u32>) -> bool {
        for number in numbers {
            if self.skip > 0 {
                self.skip -= 1;
            } else {
                self.numbers.push(*number);
                if self.numbers.len() >= self.limit {
                    return false;
                }
            }
        }
        true
    }
}
