//! The history of one entity: what happened to it with which change.

use super::content;
use super::diff::{self, Difference};
use super::filter::Filter;
use super::terms;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// A type and a target.
pub type Relation = (String, String);

/// What an entity was between two changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The change that brought it.
    pub from_seq: i64,
    /// The change that ended it; `None` while it holds.
    pub to_seq: Option<i64>,
    /// The entity's uid then.
    pub uid: String,
    /// Without relations, status, uid and etag.
    pub content: Value,
}

/// When a relation of the entity held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    /// Which one.
    pub relation: Relation,
    /// The change that brought it.
    pub from_seq: i64,
    /// The change that ended it; `None` while it holds.
    pub to_seq: Option<i64>,
}

const fn holds(from_seq: i64, to_seq: Option<i64>, seq: i64) -> bool {
    from_seq <= seq
        && match to_seq {
            Some(to_seq) => seq < to_seq,
            None => true,
        }
}

/// What a change did to the entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was not there before.
    Created,
    /// It was deleted before, and a person brought it back.
    Restored,
    /// Its content changed, and perhaps its relations.
    Changed,
    /// Nothing but its relations changed.
    Relations,
    /// It was removed.
    Deleted,
}

/// One entry of a history.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The number of the change.
    pub seq: i64,
    /// What it did.
    pub change: Change,
    /// What is different since; empty where there is nothing to compare with.
    pub differences: Vec<Difference>,
}

/// What is known of an entity over a stretch of changes.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// Every version that held at some time of the stretch.
    pub versions: Vec<Version>,
    /// Every relation that held at some time of the stretch.
    pub relations: Vec<Interval>,
    /// What was before this change is not known any more.
    pub pruned_seq: i64,
}

impl Past {
    fn version_at(&self, seq: i64) -> Option<&Version> {
        self.versions.iter().find(|version| holds(version.from_seq, version.to_seq, seq))
    }

    fn relations_at(&self, seq: i64) -> BTreeSet<&Relation> {
        let then = self.relations.iter().filter(|interval| holds(interval.from_seq, interval.to_seq, seq));
        then.map(|interval| &interval.relation).collect()
    }

    fn is_visible(&self, version: &Version, seq: i64, condition: &Filter) -> bool {
        if condition.is_everything() {
            return true;
        }
        let relations: Vec<Relation> = self.relations_at(seq).into_iter().cloned().collect();
        is_visible(&version.content, &version.uid, &relations, condition)
    }

    /// What the change `seq` did, as somebody sees it who may read the entity while `condition` holds for it; `None`
    /// when it did nothing, or nothing that they may know of.
    #[must_use]
    pub fn event(&self, seq: i64, restored: bool, condition: &Filter) -> Option<Event> {
        let before = self.version_at(seq - 1);
        let after = self.version_at(seq);
        let shown = |version: Option<&Version>, seq| version.is_some_and(|it| self.is_visible(it, seq, condition));
        let change = match (before, after) {
            (None, None) => return None,
            (Some(_), None) => Change::Deleted,
            (None, Some(_)) if restored => Change::Restored,
            (None, Some(_)) if seq <= self.pruned_seq => Change::Changed,
            (None, Some(_)) => Change::Created,
            (Some(before), Some(after)) if before.from_seq == after.from_seq => Change::Relations,
            (Some(_), Some(_)) => Change::Changed,
        };
        let seen_before = shown(before, seq - 1);
        if !(if change == Change::Deleted { seen_before } else { shown(after, seq) }) {
            return None;
        }
        let differences = match (before, after) {
            (Some(before), Some(after)) if seen_before => self.differences(before, after, seq),
            _ => Vec::new(),
        };
        // The same relation said by somebody else, for example.
        let is_nothing = change == Change::Relations && differences.is_empty() && seen_before;
        (!is_nothing).then_some(Event { seq, change, differences })
    }

    fn differences(&self, before: &Version, after: &Version, seq: i64) -> Vec<Difference> {
        let mut found = diff::diff(&before.content, &after.content);
        let (old, new) = (self.relations_at(seq - 1), self.relations_at(seq));
        let kinds: BTreeSet<&str> = old.symmetric_difference(&new).map(|(kind, _)| kind.as_str()).collect();
        let by_kind = |relations: &BTreeSet<&Relation>| {
            let targets = |kind: &str| -> Vec<&str> {
                relations.iter().filter(|relation| relation.0 == kind).map(|relation| relation.1.as_str()).collect()
            };
            let map: Map<String, Value> = kinds.iter().map(|kind| ((*kind).to_owned(), json!(targets(kind)))).collect();
            json!({"relations": map})
        };
        found.extend(diff::diff(&by_kind(&old), &by_kind(&new)));
        found
    }
}

/// Whether the condition holds for a version with the relations that it had.
#[must_use]
pub fn is_visible(content: &Value, uid: &str, relations: &[Relation], condition: &Filter) -> bool {
    condition.is_everything()
        || terms::of_entity(content, uid, relations).is_ok_and(|terms| condition.holds_for(&terms, relations))
}

/// An entity as it was, put together again.
#[must_use]
pub fn document(version: &Value, uid: &str, relations: &[Relation]) -> String {
    content::restitch(version, uid, relations).document
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(from_seq: i64, to_seq: Option<i64>, owner: &str) -> Version {
        let content = json!({"kind": "Component", "metadata": {"name": "a"}, "spec": {"owner": owner}});
        Version { from_seq, to_seq, uid: "u".into(), content }
    }

    fn owned(from_seq: i64, to_seq: Option<i64>, target: &str) -> Interval {
        Interval { relation: ("ownedBy".into(), target.into()), from_seq, to_seq }
    }

    fn past() -> Past {
        Past {
            versions: vec![
                version(3, Some(5), "a"),
                version(5, Some(9), "b"),
                version(12, Some(14), "b"),
                version(14, None, "b"),
            ],
            relations: vec![owned(3, Some(5), "a"), owned(5, Some(7), "b"), owned(7, None, "c"), owned(6, None, "c")],
            pruned_seq: 0,
        }
    }

    fn read(past: &Past, seq: i64, condition: &Filter) -> Option<(Change, Vec<String>)> {
        let event = past.event(seq, seq == 12, condition)?;
        let paths = event.differences.iter().map(|found| format!("{:?} {}", found.op, found.path)).collect();
        Some((event.change, paths))
    }

    #[test]
    fn a_life_is_told_from_creation_to_restoration() {
        let told = |seq| read(&past(), seq, &Filter::everything());
        assert_eq!(told(2), None);
        assert_eq!(told(3), Some((Change::Created, vec![])));
        let changed = vec!["Replace spec.owner".into(), "Replace relations.ownedBy".into()];
        assert_eq!(told(5), Some((Change::Changed, changed)));
        assert_eq!(told(6), Some((Change::Relations, vec!["Add relations.ownedBy".into()])));
        assert_eq!(told(7), Some((Change::Relations, vec!["Remove relations.ownedBy".into()])));
        assert_eq!(told(8), None);
        assert_eq!(told(9), Some((Change::Deleted, vec![])));
        assert_eq!(told(12), Some((Change::Restored, vec![])));
    }

    #[test]
    fn a_relation_that_another_entity_says_too_is_no_change() {
        let mut past = past();
        past.relations = vec![owned(5, Some(7), "c"), owned(6, None, "c")];
        assert_eq!(read(&past, 6, &Filter::everything()), None);
        assert_eq!(read(&past, 7, &Filter::everything()), None);
    }

    #[test]
    fn who_may_not_read_a_version_learns_neither_of_it_nor_from_the_next_ones_difference() {
        let owner = |name: &str| Filter::Values("spec.owner".into(), vec![name.into()]);
        assert_eq!(read(&past(), 3, &owner("b")), None);
        assert_eq!(read(&past(), 5, &owner("b")), Some((Change::Changed, vec![])));
        assert_eq!(read(&past(), 5, &owner("a")), None);
        assert_eq!(read(&past(), 9, &owner("a")), None);
        assert_eq!(read(&past(), 9, &owner("b")), Some((Change::Deleted, vec![])));
    }

    #[test]
    fn what_began_before_the_kept_past_is_not_called_created() {
        let past = Past { pruned_seq: 3, ..past() };
        assert_eq!(read(&past, 3, &Filter::everything()), Some((Change::Changed, vec![])));
    }
}
