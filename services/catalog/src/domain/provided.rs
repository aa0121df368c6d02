//! Entities that come from no file: judged as if they did, but nothing is read for them.

use super::kinds::Kinds;
use super::location::is_location;
use super::outcome::{Content, Emitted, Problem};
use super::process::{has_null_character, judge};
use super::source::{NO_KEY, RESTORED_SET};
use model::entity::{ANNOTATION_LOCATION, ANNOTATION_ORIGIN_LOCATION};
use model::location::LocationRef;
use model::{Envelope, normalise, placeholder};
use serde_json::Value;

/// Why an entity is not taken: the problem, and a JSON pointer to what is wrong, where one place is.
pub type Refused = (Problem, Option<String>);

/// The location that stands for a provider, in entities that name none.
#[must_use]
pub fn provider_location(name: &str) -> LocationRef {
    LocationRef { kind: "provider".to_owned(), target: name.to_owned() }
}

/// The location that stands for an entity of a set: `managed:SET/kind/namespace/name`.
#[must_use]
pub fn set_location(set: &str, entity: &Envelope<'_>) -> LocationRef {
    let target = format!("{set}/{}/{}/{}", entity.kind, entity.namespace, entity.name).to_lowercase();
    LocationRef { kind: "managed".to_owned(), target }
}

/// The location key under which a set claims an entity.
#[must_use]
pub fn set_key(set: &str, entity: &Envelope<'_>) -> String {
    if set == RESTORED_SET { NO_KEY.to_owned() } else { set_location(set, entity).to_string() }
}

/// Adds the annotations that every entity of a provider must have, unless the provider did.
///
/// # Errors
/// When the provider wrote something there that is no location.
pub fn locate(entity: &mut Value, provider: &str) -> Result<(), Refused> {
    let place = provider_location(provider).to_string();
    normalise::add_annotations(entity, [(ANNOTATION_LOCATION, place.clone()), (ANNOTATION_ORIGIN_LOCATION, place)]);
    for name in [ANNOTATION_LOCATION, ANNOTATION_ORIGIN_LOCATION] {
        let text = model::entity::annotation(entity, name).unwrap_or_default();
        if let Err(complaint) = LocationRef::parse(text) {
            let problem = Problem::new("InputError", format!("The annotation {name} is not a location: {complaint}"));
            return Err((problem, Some(format!("/metadata/annotations/{}", name.replace('/', "~1")))));
        }
    }
    Ok(())
}

/// Judges an entity that has its locations. One that points at further files is read later, as its own unit; what is
/// wrong with it is told now all the same.
pub fn content(entity: Value, kinds: &Kinds) -> (Content, Option<Refused>) {
    let refused = |refused: Refused| (Content::Done(Err(refused.0.clone())), Some(refused));
    let Some(envelope) = Envelope::of(&entity) else {
        return refused((Problem::new("InputError", "The entity has no kind or no name"), None));
    };
    if has_null_character(&entity) {
        return refused((Problem::new("InputError", format!("{} contains a null character", envelope.key())), None));
    }
    if !kinds.allowed.allow(envelope.kind) {
        let message =
            format!("Entity {} is of kind {}, which this catalog does not accept", envelope.key(), envelope.kind);
        return refused((Problem::new("NotAllowedError", message), Some("/kind".to_owned())));
    }
    if let Some(found) = placeholder::find(&entity).first() {
        let message = format!(
            "Placeholders such as {} are filled in for files only: send the content itself",
            found.resolver.key()
        );
        return refused((Problem::new("InputError", message), Some(found.pointer.clone())));
    }
    if is_location(&entity) {
        let problem = judge(entity.clone(), &kinds.custom).err();
        return (Content::Pending(entity), problem);
    }
    match judge(entity, &kinds.custom) {
        Ok(processed) => {
            let unsearchable = processed.unsearchable.clone().map(|problem| (problem, None));
            (Content::Done(Ok(processed)), unsearchable)
        }
        Err(judged) => refused(judged),
    }
}

/// An entity of a provider, and why it is not shown as sent, if so.
#[must_use]
pub fn from_provider(
    provider: &str,
    mut entity: Value,
    location_key: Option<String>,
    kinds: &Kinds,
) -> (Emitted, Option<Problem>) {
    let entity_ref = Envelope::of(&entity).map(|envelope| envelope.key().replace('\0', "")).unwrap_or_default();
    let (content, refused) = match locate(&mut entity, provider) {
        Ok(()) => content(entity, kinds),
        Err(refused) => (Content::Done(Err(refused.0.clone())), Some(refused)),
    };
    let location_key = location_key.unwrap_or_else(|| NO_KEY.to_owned());
    (Emitted { entity_ref, location_key, content }, refused.map(|(problem, _)| problem))
}

/// The path of what is wrong below the entity, `spec.owner`, and what is wrong, for a form.
#[must_use]
pub fn field(refused: &Refused) -> (String, String) {
    let (problem, pointer) = refused;
    let reason = problem
        .message
        .rsplit_once("; caused by ")
        .map_or(&*problem.message, |(_, cause)| cause.split_once(": ").map_or(cause, |(_, text)| text));
    let segments = pointer.as_deref().unwrap_or_default().split('/').skip(1);
    let mut path: Vec<String> = segments.map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    if let Some((_, rest)) = reason.split_once("must have required property '")
        && let Some((name, _)) = rest.split_once('\'')
    {
        path.push(name.to_owned());
    }
    (path.join("."), reason.to_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::kinds::AllowedKinds;
    use serde_json::json;

    fn component(spec: Value) -> Value {
        json!({"apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": "a"}, "spec": spec})
    }

    fn kinds() -> Kinds {
        Kinds::built_in(AllowedKinds::new(["component", "location"]))
    }

    #[test]
    fn a_provider_that_names_no_location_is_the_location() {
        let spec = json!({"type": "a", "lifecycle": "b", "owner": "c"});
        let (emitted, problem) = from_provider("org", component(spec.clone()), None, &kinds());
        assert_eq!((emitted.location_key.as_str(), problem), (NO_KEY, None));
        let Content::Done(Ok(processed)) = emitted.content else { panic!() };
        assert_eq!(processed.entity["metadata"]["annotations"][ANNOTATION_LOCATION], "provider:org");
        let mut named = component(spec.clone());
        named["metadata"]["annotations"] = json!({ANNOTATION_LOCATION: "url:https://a/b"});
        let Content::Done(Ok(processed)) = from_provider("org", named, None, &kinds()).0.content else { panic!() };
        assert_eq!(processed.entity["metadata"]["annotations"][ANNOTATION_LOCATION], "url:https://a/b");
        let mut wrong = component(spec);
        wrong["metadata"]["annotations"] = json!({ANNOTATION_LOCATION: "https://a/b"});
        assert!(from_provider("org", wrong, None, &kinds()).1.unwrap().message.contains("url:https://a/b"));
    }

    #[test]
    fn the_field_of_a_form_is_named_also_when_it_is_missing() {
        let field_of = |entity: Value| field(&content(entity, &kinds()).1.unwrap()).0;
        assert_eq!(field_of(component(json!({"type": "a", "lifecycle": "b"}))), "spec.owner");
        assert_eq!(field_of(component(json!({"type": 7, "lifecycle": "b", "owner": "c"}))), "spec.type");
        let mut labelled = component(json!({"type": "a", "lifecycle": "b", "owner": "c"}));
        labelled["metadata"]["labels"] = json!({"a": "not good!"});
        assert!(field_of(labelled).starts_with("metadata.labels"));
        let mut foreign = component(json!({}));
        foreign["kind"] = "Gadget".into();
        assert_eq!(field_of(foreign), "kind");
        let placeholder = component(json!({"type": "a", "lifecycle": "b", "owner": "c", "x": {"$text": "./a"}}));
        assert_eq!(field_of(placeholder), "spec.x");
    }
}
