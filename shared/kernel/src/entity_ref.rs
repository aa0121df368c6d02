//! References to catalog entities: `[kind:][namespace/]name`.

use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a reference means where it leaves kind or namespace out.
#[derive(Debug, Clone, Copy, Default)]
pub struct RefDefaults<'a> {
    /// Kind to assume; without one, a reference must name its kind.
    pub kind: Option<&'a str>,
    /// Namespace to assume; `default` where `None`.
    pub namespace: Option<&'a str>,
}

impl<'a> RefDefaults<'a> {
    /// Assume this kind and the namespace `default`.
    #[must_use]
    pub const fn kind(kind: &'a str) -> Self {
        Self { kind: Some(kind), namespace: None }
    }
}

/// A full reference in the letter case in which it was written.
///
/// Two references name the same entity when their [`key`](EntityRef::key)s are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntityRef {
    /// For example `Component`.
    pub kind: String,
    /// For example `default`.
    pub namespace: String,
    /// For example `payments-api`.
    pub name: String,
}

impl EntityRef {
    /// Builds a reference from its parts.
    #[must_use]
    pub fn new(kind: impl Into<String>, namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind: kind.into(), namespace: namespace.into(), name: name.into() }
    }

    /// Reads `[kind:][namespace/]name` as Backstage's `parseEntityRef` does.
    ///
    /// # Errors
    /// `InputError` when the text is empty, a part is empty, or the kind is missing and has no default.
    pub fn parse(text: &str, defaults: RefDefaults<'_>) -> Result<Self> {
        let (kind, rest) = match text.split_once(':') {
            Some((kind, rest)) => (Some(kind), rest),
            None => (None, text),
        };
        let (namespace, name) = match rest.split_once('/') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, rest),
        };
        let malformed =
            || Error::input(format!("Entity reference \"{text}\" was not on the form [<kind>:][<namespace>/]<name>"));
        if name.is_empty() || kind == Some("") || namespace == Some("") {
            return Err(malformed());
        }
        let kind = kind.or(defaults.kind).ok_or_else(|| {
            Error::input(format!("Entity reference \"{text}\" had missing or empty kind (e.g. did not start with \"component:\" or similar)"))
        })?;
        Ok(Self::new(kind, namespace.or(defaults.namespace).unwrap_or("default"), name))
    }

    /// The form under which entities are stored and compared: `kind:namespace/name`, all lower case.
    #[must_use]
    pub fn key(&self) -> String {
        self.to_string().to_lowercase()
    }
}

impl fmt::Display for EntityRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}/{}", self.kind, self.namespace, self.name)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn parts_that_are_left_out_take_their_defaults() {
        let short = EntityRef::parse("team-a", RefDefaults::kind("Group")).unwrap();
        assert_eq!(short.to_string(), "Group:default/team-a");
        let full = EntityRef::parse("API:Prod/Orders", RefDefaults::default()).unwrap();
        assert_eq!(full.key(), "api:prod/orders");
    }

    #[test]
    fn a_second_slash_belongs_to_the_name_as_in_backstage() {
        let parsed = EntityRef::parse("component:a/b/c", RefDefaults::default()).unwrap();
        assert_eq!((parsed.namespace.as_str(), parsed.name.as_str()), ("a", "b/c"));
    }

    #[test]
    fn a_reference_with_an_empty_part_is_refused() {
        for text in ["", ":a", "component:", "component:/a", "component:a/", "a"] {
            assert!(EntityRef::parse(text, RefDefaults::default()).is_err(), "{text:?} was accepted");
        }
    }
}
