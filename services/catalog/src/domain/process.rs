//! The pure steps of processing: a file's bytes into documents, a document into an outcome.

use super::kinds::{self, AllowedKinds};
use super::location::is_location;
use super::outcome::{Content, Emitted, Problem, Processed};
use model::location::LocationRef;
use model::validate::{check_envelope, check_kind, check_policy};
use model::yaml::{Document, Limits, Start, locate, parse_descriptor};
use model::{CustomKind, Envelope, normalise, relations};
use serde_json::Value;

/// One entity as a file holds it, stamped with where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The document.
    pub entity: Value,
    /// Where it begins in the file, for finding lines.
    pub start: Start,
}

/// Splits the text of a file into drafts. One document that cannot even be named, or is of a kind that is not accepted, fails the
/// whole file, as it does in Backstage.
///
/// # Errors
/// The problem of the first document at fault.
pub fn drafts(
    text: &str,
    location: &LocationRef,
    origin: &LocationRef,
    allowed: &AllowedKinds,
) -> Result<Vec<Draft>, Problem> {
    let documents = parse_descriptor(text.as_bytes(), &Limits::default()).map_err(|error| {
        let line = error.position.map(|position| position.line);
        Problem::new("Error", format!("YAML error at {location}, {error}")).at(&location.target, line)
    })?;
    documents.into_iter().map(|document| draft(document, text, location, origin, allowed)).collect()
}

fn draft(
    document: Document,
    text: &str,
    location: &LocationRef,
    origin: &LocationRef,
    allowed: &AllowedKinds,
) -> Result<Draft, Problem> {
    let Document { value: mut entity, line, start, .. } = document;
    check_envelope(&entity).map_err(|refusal| {
        let place = refusal.pointer().and_then(|pointer| locate(text, start, pointer)).map_or(line, |found| found.line);
        Problem::from(refusal).at(&location.target, Some(place))
    })?;
    let kind = entity["kind"].as_str().unwrap_or_default();
    if !allowed.allow(kind) {
        let what = Envelope::of(&entity).map(|envelope| envelope.key()).unwrap_or_default();
        let message = format!("Entity {what} at {location} is of kind {kind}, which this catalog does not accept");
        return Err(Problem::new("NotAllowedError", message).at(&location.target, Some(line)));
    }
    normalise::set_locations(&mut entity, location, origin);
    Ok(Draft { entity, start })
}

/// Judges an entity whose placeholders are filled in. `custom` are the kinds that the organisation defined itself.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn judge(mut entity: Value, custom: &[CustomKind]) -> Result<Processed, (Problem, Option<String>)> {
    let refused = |refusal: model::Refusal| {
        let pointer = refusal.pointer().map(str::to_owned);
        (Problem::from(refusal), pointer)
    };
    check_envelope(&entity).map_err(refused)?;
    check_policy(&mut entity).map_err(refused)?;
    let own = kinds::find(custom, entity["kind"].as_str().unwrap_or_default());
    own.map_or_else(|| check_kind(&entity), |kind| kind.check(&entity)).map_err(refused)?;
    normalise::sort_relation_fields(&mut entity);
    let relations =
        own.map_or_else(|| relations::relations(&entity), |kind| kind.relations(&entity)).map_err(refused)?;
    Ok(Processed::new(entity, relations))
}

/// What a draft emits: further files to read when it is a Location, else the judged entity.
///
/// The draft's placeholders are filled in, or `filled` says why that failed; `text` is that of the file.
#[must_use]
pub fn emit(
    draft: Draft,
    filled: Result<(), Problem>,
    location: &LocationRef,
    text: &str,
    custom: &[CustomKind],
) -> Option<Emitted> {
    let Draft { entity, start } = draft;
    // Postgres has no null characters; one in a name cannot be told from the name without it, which is refused too.
    let entity_ref = Envelope::of(&entity)?.key().replace('\0', "");
    let content = if has_null_character(&entity) {
        let problem = Problem::new("InputError", format!("{entity_ref} contains a null character"));
        Content::Done(Err(problem.at(&location.target, None)))
    } else if is_location(&entity) {
        Content::Pending(entity)
    } else {
        Content::Done(filled.and_then(|()| {
            judge(entity, custom).map_err(|(problem, pointer)| {
                let line = pointer.and_then(|pointer| locate(text, start, &pointer)).map(|found| found.line);
                problem.at(&location.target, line)
            })
        }))
    };
    Some(Emitted { entity_ref, location_key: location.to_string(), content })
}

/// Whether a text or a key in it has a character that Postgres cannot store.
#[must_use]
pub fn has_null_character(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_null_character),
        Value::Object(map) => map.iter().any(|(key, value)| key.contains('\0') || has_null_character(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn drafts_of(text: &str) -> Result<Vec<Draft>, Problem> {
        let location = LocationRef::url("https://host/a.yaml");
        drafts(text, &location, &location, &AllowedKinds::new(["component", "Location"]))
    }

    const GOOD: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: good}\nspec: {type: a, lifecycle: b, owner: c}\n";

    #[test]
    fn a_syntax_error_fails_the_whole_file_and_says_the_line() {
        let problem = drafts_of(&format!("{GOOD}---\nkind: [unclosed\n")).unwrap_err();
        assert!(problem.line.is_some_and(|line| line >= 6), "{problem:?}");
        assert_eq!(problem.url.as_deref(), Some("https://host/a.yaml"));
    }

    #[test]
    fn a_document_without_a_name_or_of_a_foreign_kind_fails_the_whole_file() {
        assert!(drafts_of(&format!("{GOOD}---\napiVersion: a/b\nkind: Component\nmetadata: {{title: x}}\n")).is_err());
        let problem =
            drafts_of(&format!("{GOOD}---\napiVersion: a/b\nkind: Gadget\nmetadata: {{name: x}}\n")).unwrap_err();
        assert_eq!(problem.line, Some(6));
    }

    #[test]
    fn a_document_without_an_owner_fails_alone() {
        let bad = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: bad}\nspec: {type: a, lifecycle: b}\n";
        let text = format!("{GOOD}---\n{bad}");
        let location = LocationRef::url("https://host/a.yaml");
        let emitted: Vec<_> = drafts_of(&text)
            .unwrap()
            .into_iter()
            .filter_map(|draft| emit(draft, Ok(()), &location, &text, &[]))
            .collect();
        assert!(matches!(&emitted[0].content, Content::Done(Ok(_))));
        let Content::Done(Err(problem)) = &emitted[1].content else { panic!("{:?}", emitted[1]) };
        assert_eq!(problem.line, Some(9), "{problem:?}");
    }
}
