//! Mutations that entity providers send.

use kernel::{EntityRef, RefDefaults};
use model::Envelope;
use model::validate::check_envelope;
use serde_json::{Map, Value};

/// The most entities that one mutation may name.
pub const MAX_ENTITIES: usize = 20_000;
/// The longest location key, in bytes.
const MAX_KEY: usize = 2000;
/// How location keys begin that only entities written here have.
const OWN_KEYS: &str = "managed:";

/// An entity as a provider sends it.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// The document; it can at least be named.
    pub entity: Value,
    /// Where it is, in the provider's words; decides conflicts.
    pub location_key: Option<String>,
}

/// A change of what a provider provides.
#[derive(Debug, Clone, PartialEq)]
pub enum Mutation {
    /// This is all there is.
    Full(Vec<Given>),
    /// These are new or changed, and those are gone, by key.
    Delta(Vec<Given>, Vec<String>),
}

/// What is wrong with a mutation, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Path in the body, `entities.3.entity`.
    pub path: String,
    /// What is wrong there.
    pub text: String,
}

fn complain<T>(path: impl Into<String>, text: impl Into<String>) -> Result<T, Complaint> {
    Err(Complaint { path: path.into(), text: text.into() })
}

impl Mutation {
    /// Reads `{type: "full", entities}` or `{type: "delta", added, removed}`. An entity that cannot be named refuses the
    /// mutation as a whole, as in Backstage; all else that can be wrong with one concerns it alone.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(body: Value) -> Result<Self, Complaint> {
        let Value::Object(mut body) = body else { return complain("", "must be object") };
        let kind = body.remove("type");
        let mutation = match kind.as_ref().and_then(Value::as_str) {
            Some("full") => Self::Full(given(&mut body, "entities", true)?),
            Some("delta") => Self::Delta(given(&mut body, "added", false)?, removed(&mut body)?),
            _ => return complain("type", "must be \"full\" or \"delta\""),
        };
        if let Some(name) = body.keys().next() {
            return complain(name, "is not known here");
        }
        match mutation.len() {
            too_many if too_many > MAX_ENTITIES => {
                let text = format!("names {too_many} entities, and {MAX_ENTITIES} is the most; send several deltas");
                complain(if kind.as_ref().and_then(Value::as_str) == Some("full") { "entities" } else { "added" }, text)
            }
            _ => Ok(mutation),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Full(given) => given.len(),
            Self::Delta(added, removed) => added.len() + removed.len(),
        }
    }
}

fn list(body: &mut Map<String, Value>, name: &str, required: bool) -> Result<Vec<Value>, Complaint> {
    match body.remove(name) {
        Some(Value::Array(items)) => Ok(items),
        None if !required => Ok(Vec::new()),
        None => complain(name, "is missing"),
        Some(_) => complain(name, "must be array"),
    }
}

fn given(body: &mut Map<String, Value>, name: &str, required: bool) -> Result<Vec<Given>, Complaint> {
    let items = list(body, name, required)?;
    items.into_iter().enumerate().map(|(i, item)| one_given(item, &format!("{name}.{i}"))).collect()
}

fn one_given(item: Value, path: &str) -> Result<Given, Complaint> {
    let Value::Object(mut item) = item else { return complain(path, "must be object") };
    let Some(entity) = item.remove("entity") else { return complain(format!("{path}.entity"), "is missing") };
    if let Err(refusal) = check_envelope(&entity) {
        return complain(format!("{path}.entity"), format!("Malformed entity envelope, {}", refusal.message()));
    }
    let key_path = format!("{path}.locationKey");
    let location_key = match item.remove("locationKey") {
        None | Some(Value::Null) => None,
        Some(Value::String(key)) if key.len() > MAX_KEY || key.contains('\0') => {
            return complain(key_path, format!("must be at most {MAX_KEY} bytes without null characters"));
        }
        Some(Value::String(key)) if key.starts_with(OWN_KEYS) => {
            return complain(key_path, format!("must not begin with '{OWN_KEYS}'"));
        }
        Some(Value::String(key)) => Some(key),
        Some(_) => return complain(key_path, "must be string"),
    };
    Ok(Given { entity, location_key })
}

fn removed(body: &mut Map<String, Value>) -> Result<Vec<String>, Complaint> {
    let items = list(body, "removed", false)?;
    items.into_iter().enumerate().map(|(i, item)| one_removed(&item, &format!("removed.{i}"))).collect()
}

fn one_removed(item: &Value, path: &str) -> Result<String, Complaint> {
    if let Some(entity_ref) = item.get("entityRef") {
        let Some(text) = entity_ref.as_str() else { return complain(format!("{path}.entityRef"), "must be string") };
        return match EntityRef::parse(text, RefDefaults::default()) {
            Ok(entity_ref) => Ok(entity_ref.key().replace('\0', "")),
            Err(error) => complain(format!("{path}.entityRef"), error.message),
        };
    }
    match item.get("entity").and_then(Envelope::of) {
        Some(envelope) => Ok(envelope.key().replace('\0', "")),
        None => complain(path, "must have an entityRef, or an entity with kind and name"),
    }
}

/// Whether a provider may have this name.
#[must_use]
pub fn is_provider_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._:@/-".contains(c);
    !name.is_empty() && name.len() <= 100 && name.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn entity(name: &str) -> Value {
        json!({"apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": name}})
    }

    #[test]
    fn both_types_are_read() {
        let full = Mutation::parse(json!({"type": "full", "entities": [{"entity": entity("a"), "locationKey": "k"}]}));
        let given = Given { entity: entity("a"), location_key: Some("k".into()) };
        assert_eq!(full.unwrap(), Mutation::Full(vec![given]));
        let delta = json!({
            "type": "delta", "added": [{"entity": entity("a"), "locationKey": null}],
            "removed": [{"entityRef": "Component:b"}, {"entity": entity("C"), "locationKey": "k"}],
        });
        let given = Given { entity: entity("a"), location_key: None };
        let removed = vec!["component:default/b".to_owned(), "component:default/c".to_owned()];
        assert_eq!(Mutation::parse(delta).unwrap(), Mutation::Delta(vec![given], removed));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let nameless = json!({"apiVersion": "a/b", "kind": "Component", "metadata": {}});
        for (body, path) in [
            (json!([]), ""),
            (json!({"entities": []}), "type"),
            (json!({"type": "full"}), "entities"),
            (json!({"type": "full", "entities": {}}), "entities"),
            (json!({"type": "full", "entities": [], "removed": []}), "removed"),
            (json!({"type": "full", "entities": [{"entity": entity("a")}, {}]}), "entities.1.entity"),
            (json!({"type": "full", "entities": [{"entity": nameless}]}), "entities.0.entity"),
            (
                json!({"type": "full", "entities": [{"entity": entity("a"), "locationKey": 7}]}),
                "entities.0.locationKey",
            ),
            (
                json!({"type": "full", "entities": [{"entity": entity("a"), "locationKey": "managed:x"}]}),
                "entities.0.locationKey",
            ),
            (json!({"type": "delta", "removed": [{"entityRef": "no-kind"}]}), "removed.0.entityRef"),
            (json!({"type": "delta", "removed": [{}]}), "removed.0"),
            (json!({"type": "full", "entities": vec![json!({"entity": entity("a")}); MAX_ENTITIES + 1]}), "entities"),
        ] {
            assert_eq!(Mutation::parse(body).unwrap_err().path, path);
        }
    }

    #[test]
    fn names_of_providers_are_words_and_paths() {
        for (name, good) in [("github:acme", true), ("@acme/org", true), ("", false), ("a b", false), ("ä", false)] {
            assert_eq!(is_provider_name(name), good, "{name}");
        }
    }
}
