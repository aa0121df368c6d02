//! What processors of plugins say about an entity.

use super::kinds::Kinds;
use super::outcome::{Content, Emitted, Problem};
use super::process::{has_null_character, judge};
use kernel::{EntityRef, RefDefaults};
use model::entity::{ANNOTATION_LOCATION, ANNOTATION_ORIGIN_LOCATION};
use model::validate::check_envelope;
use model::{Envelope, Relation, normalise};
use plugin_protocol::extensions::ProcessedItem;
use serde_json::Value;

/// The most that one entity may emit.
const MAX_EMITTED: usize = 1000;

/// What came of an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Emission {
    /// As the processors left it.
    pub entity: Value,
    /// Relations between any entities.
    pub relations: Vec<Relation>,
    /// Further entities.
    pub entities: Vec<Value>,
}

/// Reads what a worker answered about one entity. What processors emit and the catalog does not know is left out: keys for
/// refreshing, and locations.
///
/// # Errors
/// The processor's own, thrown or emitted; that it changed which entity it is.
pub fn read(item: ProcessedItem) -> Result<Emission, Problem> {
    if let Some(error) = item.error {
        let text = format!("Processor {} threw an error; caused by {}: {}", error.processor, error.name, error.message);
        return Err(Problem::new("InputError", text));
    }
    let Some(entity) = item.entity else { return Err(Problem::new("InputError", "A processor took the entity away")) };
    if item.emitted.len() > MAX_EMITTED {
        return Err(Problem::new("InputError", format!("Processors emitted more than {MAX_EMITTED} results")));
    }
    let mut emission = Emission { entity, relations: Vec::new(), entities: Vec::new() };
    for mut result in item.emitted {
        match result["type"].as_str() {
            Some("relation") => emission.relations.push(relation(&result["relation"])?),
            Some("entity") => emission.entities.push(result["entity"].take()),
            Some("error") => {
                let text = |key: &str| result["error"][key].as_str().unwrap_or("Error").to_owned();
                return Err(Problem::new(text("name"), text("message")));
            }
            _ => {}
        }
    }
    Ok(emission)
}

/// An entity that a processor emitted, with the claim of the one that it came from; `None` when it cannot be named.
#[must_use]
pub fn emitted(mut entity: Value, location_key: &str, kinds: &Kinds) -> Option<Emitted> {
    let entity_ref = Envelope::of(&entity)?.key().replace('\0', "");
    normalise::add_annotations(
        &mut entity,
        [(ANNOTATION_LOCATION, location_key.to_owned()), (ANNOTATION_ORIGIN_LOCATION, location_key.to_owned())],
    );
    let kind = entity["kind"].as_str().unwrap_or_default();
    let refused = if has_null_character(&entity) {
        Some(Problem::new("InputError", format!("{entity_ref} contains a null character")))
    } else if !kinds.allowed.allow(kind) {
        let text = format!("Entity {entity_ref} is of kind {kind}, which this catalog does not accept");
        Some(Problem::new("NotAllowedError", text))
    } else {
        check_envelope(&entity).err().map(Problem::from)
    };
    let content = match refused {
        Some(problem) => Err(problem),
        None => judge(entity, &kinds.custom).map_err(|(problem, _)| problem),
    };
    Some(Emitted { entity_ref, location_key: location_key.to_owned(), content: Content::Done(content) })
}

/// `{type, source, target}`, each end a reference as text or in parts.
fn relation(value: &Value) -> Result<Relation, Problem> {
    let wrong = || Problem::new("InputError", "A processor emitted a relation that is none");
    let kind = value["type"].as_str().filter(|kind| !kind.is_empty() && kind.len() <= 63).ok_or_else(wrong)?;
    let end = |name: &str| {
        let end = &value[name];
        let found = match end.as_str() {
            Some(text) => EntityRef::parse(text, RefDefaults::default()).ok(),
            None => end["kind"]
                .as_str()
                .zip(end["name"].as_str())
                .map(|(kind, name)| EntityRef::new(kind, end["namespace"].as_str().unwrap_or("default"), name)),
        };
        found.map(|found| found.key()).filter(|key| !key.contains('\0')).ok_or_else(wrong)
    };
    Ok(Relation { source: end("source")?, kind: kind.to_owned().into(), target: end("target")? })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn item(emitted: Value) -> ProcessedItem {
        serde_json::from_value(json!({"entity": {"kind": "Component"}, "emitted": emitted})).unwrap()
    }

    #[test]
    fn relations_come_in_parts_or_as_texts() {
        let part = |name: &str| json!({"kind": "Component", "namespace": "default", "name": name});
        let given = json!([
            {"type": "relation", "relation": {"type": "scaffoldedFrom", "source": part("A"), "target": "template:t"}},
            {"type": "refresh", "key": "k"},
        ]);
        let emission = read(item(given)).unwrap();
        let [relation] = &emission.relations[..] else { panic!("{emission:?}") };
        assert_eq!((relation.source.as_str(), relation.target.as_str()), ("component:default/a", "template:default/t"));
        assert!(read(item(json!([{"type": "relation", "relation": {"type": "x"}}]))).is_err());
    }

    #[test]
    fn errors_of_processors_are_problems_of_the_entity() {
        let emitted = json!([{"type": "error", "error": {"name": "InputError", "message": "no owner"}}]);
        assert_eq!(read(item(emitted)).unwrap_err().message, "no owner");
        let thrown = json!({"emitted": [], "error": {"name": "Error", "message": "no", "processor": "Relations"}});
        let problem = read(serde_json::from_value(thrown).unwrap()).unwrap_err();
        assert!(problem.message.contains("Relations") && problem.message.contains("no"), "{problem:?}");
    }
}
