//! What a query asks of an entity, and the comma language of `filter=`.
//!
//! Filters see the flat search terms of an entity ([`super::terms`]), never its JSON: keys and values are compared in
//! lower case, and only leaves have terms. A [`Filter`] is compiled to SQL in `store::conditions`.

use super::text::lower;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Conditions that one query may have, values of one key not counted: each is a step of every plan.
pub const MAX_CONDITIONS: usize = 4_000;

/// The complaint about a query with more of them.
#[must_use]
pub fn too_many() -> String {
    format!("The query has more than {MAX_CONDITIONS} conditions")
}

/// A condition on one entity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Filter {
    /// Every one holds; true when there is none.
    All(Vec<Filter>),
    /// At least one holds; false when there is none.
    Any(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// The entity has a term with this key, whatever its value.
    Exists(String),
    /// The entity has a term with this key and one of these values.
    Values(String, Vec<String>),
    /// The entity has a term with this key whose value begins so.
    Prefix(String, String),
    /// The entity has a relation of one of these types to one of these entities; `None` stands for any.
    Relation {
        /// Relation types, lower case.
        types: Option<Vec<String>>,
        /// Target refs, lower case.
        targets: Option<Vec<String>>,
    },
}

impl Filter {
    /// Holds for every entity.
    #[must_use]
    pub const fn everything() -> Self {
        Self::All(Vec::new())
    }

    /// Whether it obviously holds for every entity.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        matches!(self, Self::All(parts) if parts.iter().all(Self::is_everything))
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self.is_everything(), other.is_everything()) {
            (true, _) => other,
            (_, true) => self,
            _ => Self::All(vec![self, other]),
        }
    }

    /// At least one holds; everything when one of them does for all.
    #[must_use]
    pub fn any_of(mut parts: Vec<Self>) -> Self {
        if parts.iter().any(Self::is_everything) {
            return Self::everything();
        }
        match (parts.pop(), parts.is_empty()) {
            (Some(only), true) => only,
            (Some(last), false) => {
                parts.push(last);
                Self::Any(parts)
            }
            (None, _) => Self::Any(parts),
        }
    }

    /// Reads repeated `filter` parameters: each is a comma-separated AND, together they are an OR, and the same key
    /// twice in one is an OR of its values. Returns the parameter's complaint when a condition has no key.
    ///
    /// # Errors
    /// The message of Backstage's parser.
    pub fn from_parameters(parameters: &[String]) -> Result<Self, String> {
        let mut alternatives = Vec::new();
        let mut left = MAX_CONDITIONS;
        for parameter in parameters {
            alternatives.push(Self::conjunction(parameter, &mut left)?);
        }
        if alternatives.is_empty() {
            return Ok(Self::everything());
        }
        Ok(Self::any_of(alternatives))
    }

    fn conjunction(text: &str, left: &mut usize) -> Result<Self, String> {
        let mut keys: Vec<(String, Vec<String>)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for statement in text.split(',').map(str::trim).filter(|statement| !statement.is_empty()) {
            let (key, value) = match statement.split_once('=') {
                Some((key, value)) => (key.trim(), Some(value.trim())),
                None => (statement, None),
            };
            if key.is_empty() {
                return Err(format!(
                    "Invalid filter, '{statement}' is not a valid statement (expected a string on the form a=b or a= or a)"
                ));
            }
            let key = lower(key);
            let at = match places.get(&key) {
                Some(at) => *at,
                None => {
                    *left = left.checked_sub(1).ok_or_else(too_many)?;
                    places.insert(key.clone(), keys.len());
                    keys.push((key, Vec::new()));
                    keys.len() - 1
                }
            };
            keys[at].1.extend(value.map(lower));
        }
        Ok(Self::All(
            keys.into_iter()
                .map(|(key, values)| if values.is_empty() { Self::Exists(key) } else { Self::Values(key, values) })
                .collect(),
        ))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn parsed(parameters: &[&str]) -> Filter {
        Filter::from_parameters(&parameters.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_comma_is_and_while_the_same_key_twice_is_or() {
        assert_eq!(
            parsed(&["kind=User,kind=Group,spec.type"]),
            Filter::All(vec![
                Filter::Values("kind".into(), vec!["user".into(), "group".into()]),
                Filter::Exists("spec.type".into()),
            ])
        );
    }

    #[test]
    fn a_key_alone_followed_by_a_value_collapses_to_the_value() {
        assert_eq!(parsed(&["a,a=b"]), Filter::All(vec![Filter::Values("a".into(), vec!["b".into()])]));
    }

    #[test]
    fn repeated_parameters_are_alternatives_and_one_that_asks_nothing_matches_all() {
        assert!(matches!(parsed(&["a=1", "b=2"]), Filter::Any(parts) if parts.len() == 2));
        assert!(parsed(&["a=1", ","]).is_everything());
        assert!(parsed(&[]).is_everything());
    }

    #[test]
    fn an_equals_sign_in_the_value_stays_there_and_one_without_a_key_is_refused() {
        assert_eq!(parsed(&["a=b=c"]), Filter::All(vec![Filter::Values("a".into(), vec!["b=c".into()])]));
        assert!(Filter::from_parameters(&["=x".to_owned()]).is_err());
    }
}
