//! An index that was patched many times against one that was made at once, and against the rules themselves.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::dictionary::NewTerm;
use super::tenant::{Builder, Changes, NewEntity, TenantIndex};
use crate::domain::cursor::{Direction, EntityList, FullText, Order};
use crate::domain::filter::Filter;
use crate::domain::terms::Term;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[usize::try_from(self.roll(from.len() as u64)).unwrap()]
    }
}

/// Entities as the database would have them, and the numbers that it gave to their terms.
#[derive(Default)]
struct Model {
    entities: BTreeMap<u32, Vec<Term>>,
    term_numbers: HashMap<Term, i32>,
    next_entity: u32,
}

const KEYS: [&str; 5] = ["kind", "metadata.title", "metadata.tags", "spec.a", "relations.ownedby"];
const VALUES: [&str; 8] = ["x", "X", "yellow", "Yellow", "zz", "", "äther", "y"];

impl Model {
    fn terms(dice: &mut Dice, number: u32) -> Vec<Term> {
        let mut terms = BTreeSet::new();
        terms.insert(Term { key: "metadata.name".into(), original: Some(format!("Name-{number}")) });
        for _ in 0..dice.roll(7) {
            let original = (dice.roll(8) > 0).then(|| dice.pick(&VALUES).to_owned());
            terms.insert(Term { key: dice.pick(&KEYS).into(), original });
        }
        terms.into_iter().collect()
    }

    fn number_of(&mut self, term: &Term) -> i32 {
        let next = i32::try_from(self.term_numbers.len()).unwrap() + 1;
        *self.term_numbers.entry(term.clone()).or_insert(next)
    }

    fn entity(&mut self, number: u32, seq: i64) -> NewEntity {
        let terms = self.entities[&number].clone();
        let terms = terms.iter().map(|term| self.number_of(term)).collect();
        let uid = Uuid::from_u128(u128::from(number));
        // Sorted differently from the numbers.
        NewEntity { number, uid, entity_ref: format!("component:default/{:03}", 999 - number), seq, terms }
    }

    fn new_terms(&self, unknown: impl Fn(i32) -> bool) -> Vec<NewTerm> {
        let terms = self.term_numbers.iter().filter(|(_, number)| unknown(**number));
        terms
            .map(|(term, number)| NewTerm {
                number: *number,
                key: term.key.clone(),
                value: term.value().map(|value| value.into_owned()),
                original: term.original.clone(),
            })
            .collect()
    }

    fn change(&mut self, dice: &mut Dice, index: &TenantIndex, seq: i64) -> Changes {
        let (mut gone, mut changed) = (Vec::new(), BTreeSet::new());
        for _ in 0..=dice.roll(4) {
            let known: Vec<u32> = self.entities.keys().copied().collect();
            let number = match (dice.roll(4), known.is_empty()) {
                (0 | 1, _) | (_, true) => {
                    self.next_entity += 1;
                    self.next_entity
                }
                _ => known[usize::try_from(dice.roll(known.len() as u64)).unwrap()],
            };
            if dice.roll(4) == 0 && self.entities.remove(&number).is_some() {
                changed.remove(&number);
                gone.push(number);
            } else {
                self.entities.insert(number, Self::terms(dice, number));
                changed.insert(number);
            }
        }
        let entities: Vec<NewEntity> = changed.into_iter().map(|number| self.entity(number, seq)).collect();
        Changes { seq, gone, entities, terms: self.new_terms(|number| !index.knows_term(number)) }
    }

    fn built(&mut self, seq: i64) -> TenantIndex {
        let mut builder = Builder::new(Uuid::nil(), seq);
        let numbers: Vec<u32> = self.entities.keys().copied().collect();
        let mut postings: BTreeMap<i32, Vec<u32>> = BTreeMap::new();
        for number in numbers {
            let entity = self.entity(number, seq);
            for term in &entity.terms {
                postings.entry(*term).or_default().push(number);
            }
            builder.entity(entity);
        }
        let mut terms = self.new_terms(|_| true);
        terms.sort_by(|a, b| (&a.key, &a.value).cmp(&(&b.key, &b.value)));
        builder.terms(terms).unwrap();
        for (term, entities) in postings {
            builder.postings(term, &entities);
        }
        builder.finish()
    }

    fn holding(&self, filter: &Filter) -> Vec<u32> {
        let relations = |terms: &[Term]| -> Vec<(String, String)> {
            let of = terms.iter().filter_map(|term| Some((term.key.strip_prefix("relations.")?, term.value()?)));
            of.map(|(kind, target)| (kind.to_owned(), target.into_owned())).collect()
        };
        let holds = |terms: &Vec<Term>| filter.holds_for(terms, &relations(terms));
        self.entities.iter().filter(|(_, terms)| holds(terms)).map(|(number, _)| *number).collect()
    }
}

fn filter(dice: &mut Dice, depth: u64) -> Filter {
    let (key, value) = (dice.pick(&KEYS).to_owned(), dice.pick(&VALUES).to_lowercase());
    if depth > 0 {
        let parts = |dice: &mut Dice| (0..dice.roll(4)).map(|_| filter(dice, depth - 1)).collect();
        match dice.roll(3) {
            0 => return Filter::All(parts(dice)),
            1 => return Filter::Any(parts(dice)),
            _ => return Filter::Not(Box::new(filter(dice, depth - 1))),
        }
    }
    match dice.roll(5) {
        0 => Filter::Exists(key),
        1 => Filter::Values(key, vec![value]),
        2 => Filter::Values(key, vec![value, dice.pick(&VALUES).to_lowercase(), "nope".into()]),
        3 => Filter::Prefix(key, value),
        _ => Filter::Values("metadata.name".into(), vec![format!("name-{}", dice.roll(40))]),
    }
}

fn list(dice: &mut Dice) -> EntityList {
    let direction = if dice.roll(2) == 0 { Direction::Asc } else { Direction::Desc };
    let order = (dice.roll(3) > 0).then(|| Order { field: dice.pick(&KEYS).into(), direction });
    let full_text = (dice.roll(3) == 0)
        .then(|| FullText { term: dice.pick(&["x", "ell", "ä"]).into(), fields: vec![dice.pick(&KEYS).into()] });
    let depth = dice.roll(3);
    EntityList { filter: filter(dice, depth), full_text, order, from: None, first: None, backwards: false, count: true }
}

#[test]
fn an_index_that_was_patched_is_the_one_that_would_be_made_anew() {
    let (mut dice, mut model) = (Dice(42), Model::default());
    let mut patched = TenantIndex::empty(Uuid::nil(), 0);
    for seq in 1..400 {
        if seq % 3 == 0 {
            // So that there is an order to patch.
            assert_eq!(patched.ref_order().len(), patched.len());
        }
        let changes = model.change(&mut dice, &patched, seq);
        patched.apply(changes).unwrap();
        assert_eq!((patched.seq(), patched.len()), (seq, model.entities.len()));
        if seq % 4 > 0 {
            continue;
        }
        let anew = model.built(seq);
        for _ in 0..20 {
            let list = list(&mut dice);
            let scope = if dice.roll(2) == 0 { Filter::everything() } else { filter(&mut dice, 1) };
            assert_eq!(
                patched.select(&list.filter).iter().collect::<Vec<_>>(),
                model.holding(&list.filter),
                "{list:?}"
            );
            let numbers = |index: &TenantIndex, offset| -> (Vec<u32>, u64) {
                let page = index.page(&list, &scope, 12, offset);
                (page.rows.iter().map(|row| row.number).collect(), page.total)
            };
            let offset = usize::try_from(dice.roll(6)).unwrap();
            assert_eq!(numbers(&patched, offset), numbers(&anew, offset), "{list:?} {scope:?}");
            let keys = KEYS.map(str::to_owned);
            assert_eq!(patched.facets(&keys, &list.filter, &scope), anew.facets(&keys, &list.filter, &scope));
        }
        assert_eq!(patched.ref_order(), anew.ref_order());
    }
    assert!(model.entities.len() > 30);
}

#[test]
fn few_hits_and_many_hits_give_the_same_pages() {
    // Both ways of sorting: looking at each hit, and going through the order.
    let (mut dice, mut model) = (Dice(7), Model::default());
    for _ in 0..300 {
        model.next_entity += 1;
        let number = model.next_entity;
        model.entities.insert(number, Model::terms(&mut dice, number));
    }
    let index = model.built(1);
    for _ in 0..300 {
        let mut list = list(&mut dice);
        list.order = Some(Order {
            field: dice.pick(&["metadata.name", "metadata.title"]).into(),
            direction: if dice.roll(2) == 0 { Direction::Asc } else { Direction::Desc },
        });
        let all = index.page(&list, &Filter::everything(), 1_000, 0).rows;
        let mut walked = Vec::new();
        loop {
            let page = index.page(&list, &Filter::everything(), 9, 0);
            walked.extend(page.rows);
            list.from = page.last;
            if !page.more {
                break;
            }
        }
        assert_eq!(walked, all, "{list:?}");
    }
}
