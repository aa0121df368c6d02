//! Evaluates a [`Filter`] on one entity that is at hand, for states that no table holds.
//!
//! Must agree with `store::conditions`, which compiles the same filter into SQL.

use super::filter::Filter;
use super::terms::Term;

impl Filter {
    /// Whether it holds for the entity with these terms and relations (type and target).
    #[must_use]
    pub fn holds_for(&self, terms: &[Term], relations: &[(String, String)]) -> bool {
        let with_key = |key: &String| {
            let key = key.clone();
            terms.iter().filter(move |term| term.key == key)
        };
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds_for(terms, relations)),
            Self::Any(parts) => parts.iter().any(|part| part.holds_for(terms, relations)),
            Self::Not(inner) => !inner.holds_for(terms, relations),
            Self::Exists(key) => with_key(key).next().is_some(),
            Self::Values(key, values) => {
                with_key(key).any(|term| term.value().is_some_and(|value| values.iter().any(|one| *one == value)))
            }
            Self::Prefix(key, prefix) => {
                with_key(key).any(|term| term.value().is_some_and(|value| value.starts_with(prefix.as_str())))
            }
            Self::Relation { types, targets } => relations.iter().any(|(kind, target)| {
                types.as_ref().is_none_or(|types| types.contains(&kind.to_lowercase()))
                    && targets.as_ref().is_none_or(|targets| targets.contains(target))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::terms;
    use serde_json::json;

    #[test]
    fn each_condition_looks_at_what_it_names() {
        let entity = json!({"kind": "Component", "metadata": {"name": "Shop", "tags": ["Java"]}, "spec": {"a": null}});
        let relations = [("ownedBy".to_owned(), "group:default/a".to_owned())];
        let terms = terms::of_entity(&entity, "u", &relations).unwrap();
        let holds = |filter: Filter| filter.holds_for(&terms, &relations);
        let values = |key: &str, value: &str| Filter::Values(key.into(), vec![value.into()]);
        let related = |kind: &str, target: &str| Filter::Relation {
            types: Some(vec![kind.into()]),
            targets: Some(vec![target.into()]),
        };
        assert!(holds(Filter::everything()) && !holds(Filter::Any(vec![])));
        assert!(holds(values("kind", "component")) && !holds(values("kind", "api")));
        assert!(holds(values("metadata.tags", "java")) && holds(Filter::Prefix("metadata.name".into(), "sh".into())));
        assert!(holds(Filter::Exists("spec.a".into())) && !holds(Filter::Prefix("spec.a".into(), String::new())));
        assert!(holds(related("ownedby", "group:default/a")) && !holds(related("ownedby", "group:default/b")));
        assert!(holds(Filter::Not(Box::new(values("kind", "api")))));
    }
}
