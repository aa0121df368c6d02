//! The flat search terms of an entity: what filters, orders, facets and full text see.
//!
//! Behaviour of Backstage's search table: only leaves have terms; keys and values are compared in lower case, facets
//! show the original; items of an array go under the array's own path, and texts in it also as `path.item = true`;
//! a value of more than 200 characters is there but has no comparable value; a longer key is dropped.

use super::text::{lower, lowered};
use serde_json::Value;
use std::borrow::Cow;

/// Longest key, and longest comparable value, in characters.
pub const MAX_LENGTH: usize = 200;

/// One term.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term {
    /// Dotted path, lower case.
    pub key: String,
    /// The value as written; `None` where it is null or too long to compare.
    pub original: Option<String>,
}

impl Term {
    fn new(key: String, original: Option<&str>) -> Self {
        Self { key, original: original.filter(|text| is_short(text)).map(str::to_owned) }
    }

    /// The term that every entity has of its own.
    #[must_use]
    pub fn of_uid(uid: &str) -> Self {
        Self::new("metadata.uid".to_owned(), Some(uid))
    }

    /// The term of one relation; `None` when its type is too long for a key.
    #[must_use]
    pub fn of_relation(kind: &str, target: &str) -> Option<Self> {
        let key = lower(&["relations.", kind].concat());
        is_short(&key).then(|| Self::new(key, Some(target)))
    }

    /// The value to compare with.
    #[must_use]
    pub fn value(&self) -> Option<Cow<'_, str>> {
        self.original.as_deref().map(lowered)
    }
}

/// Whether a text has no more characters than keys and comparable values may have, counted as JavaScript does.
fn is_short(text: &str) -> bool {
    // A character of UTF-16 is one to three bytes here: most texts need no counting.
    text.len() <= MAX_LENGTH || (text.len() <= 3 * MAX_LENGTH && text.encode_utf16().count() <= MAX_LENGTH)
}

/// Paths whose subtree has no terms.
const SKIPPED: [&str; 7] =
    ["attachments", "relations", "status", "metadata.name", "metadata.namespace", "metadata.uid", "metadata.etag"];

/// The terms of an entity's content, each once and in order; uid and relations have terms of their own.
///
/// # Errors
/// When two keys differ only in letter case: such an entity cannot be searched, so Backstage refuses it.
pub fn of_content(entity: &Value) -> Result<Vec<Term>, String> {
    let mut walk = Walk { path: String::with_capacity(64), terms: Vec::with_capacity(32), leaves: Vec::new() };
    walk.visit(entity);
    walk.check_spellings()?;
    let metadata = &entity["metadata"];
    let mut terms = walk.terms;
    terms.push(Term::new("metadata.name".to_owned(), metadata["name"].as_str()));
    let namespace = metadata["namespace"].as_str().unwrap_or("default");
    terms.push(Term::new("metadata.namespace".to_owned(), Some(namespace)));
    terms.retain(|term| is_short(&term.key));
    terms.sort_unstable();
    terms.dedup();
    Ok(terms)
}

/// All terms of an entity, with one `relations.<type>` term per relation.
///
/// # Errors
/// As [`of_content`].
pub fn of_entity(entity: &Value, uid: &str, relations: &[(String, String)]) -> Result<Vec<Term>, String> {
    let mut terms = of_content(entity)?;
    terms.push(Term::of_uid(uid));
    terms.extend(relations.iter().filter_map(|(kind, target)| Term::of_relation(kind, target)));
    terms.sort_unstable();
    terms.dedup();
    Ok(terms)
}

struct Walk {
    path: String,
    terms: Vec<Term>,
    /// Key and spelling of each leaf, in the order of the document.
    leaves: Vec<(String, String)>,
}

impl Walk {
    fn visit(&mut self, value: &Value) {
        if SKIPPED.contains(&self.path.as_str()) {
            return;
        }
        match value {
            Value::Object(object) => {
                for (key, child) in object {
                    let length = self.enter(key);
                    self.visit(child);
                    self.path.truncate(length);
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.visit(item);
                    if let Value::String(text) = item {
                        let length = self.enter(text);
                        self.terms.push(Term::new(lower(&self.path), Some("true")));
                        self.path.truncate(length);
                    }
                }
            }
            Value::Null => self.leaf(None),
            Value::Bool(bool) => self.leaf(Some(if *bool { "true" } else { "false" })),
            Value::Number(number) => self.leaf(Some(&number.to_string())),
            Value::String(text) => self.leaf(Some(text)),
        }
    }

    /// Goes one step down; returns the length to go back to.
    fn enter(&mut self, name: &str) -> usize {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        length
    }

    fn leaf(&mut self, original: Option<&str>) {
        let key = lower(&self.path);
        if self.leaves.last().is_none_or(|(_, spelling)| *spelling != self.path) {
            self.leaves.push((key.clone(), self.path.clone()));
        }
        self.terms.push(Term::new(key, original));
    }

    fn check_spellings(&mut self) -> Result<(), String> {
        // Stable: of two spellings, the earlier one is named first.
        self.leaves.sort_by(|(a, _), (b, _)| a.cmp(b));
        let clash = self.leaves.windows(2).find(|pair| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1);
        clash.map_or(Ok(()), |pair| {
            let (one, other) = (&pair[0].1, &pair[1].1);
            Err(format!("Entity has duplicate keys that vary only in casing, {one}, {other}"))
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn pairs(entity: &Value) -> Vec<(String, Option<String>)> {
        of_entity(entity, "u", &[("ownedBy".into(), "group:default/a".into())])
            .unwrap()
            .into_iter()
            .map(|term| (term.key, term.original))
            .collect()
    }

    #[test]
    fn items_of_an_array_are_values_of_its_path_and_keys_of_their_own() {
        let found = pairs(&json!({"metadata": {"name": "x", "tags": ["Java", "go"]}}));
        for expected in [
            ("metadata.tags", "Java"),
            ("metadata.tags.java", "true"),
            ("metadata.namespace", "default"),
            ("metadata.uid", "u"),
            ("relations.ownedby", "group:default/a"),
        ] {
            assert!(found.contains(&(expected.0.into(), Some(expected.1.into()))), "{expected:?} not in {found:?}");
        }
    }

    #[test]
    fn only_leaves_have_terms_and_empty_branches_have_none() {
        let found = pairs(&json!({"metadata": {"name": "x"}, "spec": {"a": {}, "b": [], "c": {"d": null}}}));
        let keys: Vec<_> = found.iter().map(|(key, _)| key.as_str()).collect();
        assert!(keys.contains(&"spec.c.d") && !keys.contains(&"spec") && !keys.contains(&"spec.a"));
        assert!(!keys.contains(&"spec.b"));
    }

    #[test]
    fn a_value_of_201_characters_is_there_without_being_comparable() {
        let found = pairs(&json!({"metadata": {"name": "x"}, "spec": {"a": "y".repeat(201), "b": "y".repeat(200)}}));
        assert!(found.contains(&("spec.a".into(), None)));
        assert!(found.contains(&("spec.b".into(), Some("y".repeat(200)))));
    }

    #[test]
    fn keys_that_differ_only_in_case_are_refused() {
        assert!(of_entity(&json!({"metadata": {"labels": {"Foo": "a", "foo": "b"}}}), "u", &[]).is_err());
    }
}
