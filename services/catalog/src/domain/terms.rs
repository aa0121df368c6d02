//! The flat search terms of an entity: what filters, orders, facets and full text see.
//!
//! Behaviour of Backstage's search table: only leaves have terms; keys and values are compared in lower case, facets
//! show the original; items of an array go under the array's own path, and texts in it also as `path.item = true`;
//! a value of more than 200 characters is there but has no comparable value; a longer key is dropped.

use super::text::lower;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

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
    fn new(key: &str, original: Option<String>) -> Self {
        Self { key: key.to_owned(), original: original.filter(|text| text.encode_utf16().count() <= MAX_LENGTH) }
    }

    /// The value to compare with.
    #[must_use]
    pub fn value(&self) -> Option<String> {
        self.original.as_deref().map(lower)
    }
}

/// Paths whose subtree has no terms.
const SKIPPED: [&str; 7] =
    ["attachments", "relations", "status", "metadata.name", "metadata.namespace", "metadata.uid", "metadata.etag"];

/// All terms of an entity, with one `relations.<type>` term per relation.
///
/// # Errors
/// When two keys differ only in letter case: such an entity cannot be searched, so Backstage refuses it.
pub fn of_entity(entity: &Value, uid: &str, relations: &[(String, String)]) -> Result<Vec<Term>, String> {
    let mut walk = Walk { terms: BTreeSet::new(), spellings: HashMap::new() };
    walk.visit("", entity)?;
    let metadata = &entity["metadata"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    walk.terms.insert(Term::new("metadata.name", text(&metadata["name"])));
    walk.terms.insert(Term::new("metadata.uid", Some(uid.to_owned())));
    walk.terms.insert(Term::new(
        "metadata.namespace",
        Some(text(&metadata["namespace"]).unwrap_or_else(|| "default".into())),
    ));
    for (kind, target) in relations {
        walk.terms.insert(Term::new(&lower(&format!("relations.{kind}")), Some(target.clone())));
    }
    Ok(walk.terms.into_iter().filter(|term| term.key.encode_utf16().count() <= MAX_LENGTH).collect())
}

struct Walk {
    terms: BTreeSet<Term>,
    spellings: HashMap<String, String>,
}

impl Walk {
    fn visit(&mut self, path: &str, value: &Value) -> Result<(), String> {
        if SKIPPED.contains(&path) {
            return Ok(());
        }
        match value {
            Value::Object(object) => object.iter().try_for_each(|(key, child)| {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                self.visit(&path, child)
            }),
            Value::Array(items) => items.iter().try_for_each(|item| {
                self.visit(path, item)?;
                match item {
                    Value::String(text) => self.leaf(&format!("{path}.{text}"), Some("true".to_owned()), true),
                    _ => Ok(()),
                }
            }),
            Value::Null => self.leaf(path, None, false),
            Value::Bool(bool) => self.leaf(path, Some(bool.to_string()), false),
            Value::Number(number) => self.leaf(path, Some(number.to_string()), false),
            Value::String(text) => self.leaf(path, Some(text.clone()), false),
        }
    }

    fn leaf(&mut self, path: &str, original: Option<String>, from_item: bool) -> Result<(), String> {
        let key = lower(path);
        if !from_item {
            let spelling = self.spellings.entry(key.clone()).or_insert_with(|| path.to_owned());
            if spelling != path {
                return Err(format!("Entity has duplicate keys that vary only in casing, {spelling}, {path}"));
            }
        }
        self.terms.insert(Term::new(&key, original));
        Ok(())
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
