//! Is this value an entity that the catalog takes? With Backstage's verdicts and texts.
//!
//! The checks run in Backstage's order: envelope, schema of all entities, no foreign root fields, field formats, kind.

mod format;
mod kinds;
mod shape;

pub use kinds::{BUILT_IN_KINDS, Layer};
pub(crate) use shape::Mismatch;

use crate::entity::{DEFAULT_NAMESPACE, Envelope};
use crate::normalise;
use serde_json::{Value, json};
use std::fmt;

/// The check that said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The value lacks what makes it an entity; refuses the whole file.
    Envelope,
    /// The schema of all entities, or the format of a field.
    Policy,
    /// The schema of its kind.
    Kind,
    /// Nobody knows this kind in this version.
    UnknownKind,
    /// A relation field names something that is no reference.
    Relation,
}

/// Why an entity is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    stage: Stage,
    name: &'static str,
    message: String,
    cause: Option<(&'static str, String)>,
    pointer: Option<String>,
}

impl Refusal {
    /// The check that said no.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// The class of the error in Backstage: `InputError` or `TypeError`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Backstage's whole text, cause included.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The part of the text that tells a person what to correct.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.cause.as_ref().map_or(&self.message, |(_, text)| text)
    }

    /// JSON pointer to what is wrong; for [`yaml::locate`](crate::yaml::locate).
    #[must_use]
    pub fn pointer(&self) -> Option<&str> {
        self.pointer.as_deref()
    }

    /// The error as Backstage serialises it: `{name, message, cause?}`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut error = json!({"name": self.name, "message": self.message});
        if let Some((name, message)) = &self.cause {
            error["cause"] = json!({"name": name, "message": message});
        }
        error
    }

    pub(crate) fn kind(entity: &Value, layer: Layer, reason: String, pointer: Option<String>) -> Self {
        let of = display_ref(entity);
        let what = format!("Processor {} threw an error while validating the entity {of}", layer.processor());
        Self::caused(Stage::Kind, &what, "TypeError", reason, pointer)
    }

    pub(crate) fn relation(layer: Layer, name: &'static str, reason: String, pointer: String) -> Self {
        let what = format!("Processor {} threw an error while postprocessing", layer.processor());
        Self::caused(Stage::Relation, &what, name, reason, Some(pointer))
    }

    pub(crate) fn caused(
        stage: Stage,
        what: &str,
        name: &'static str,
        reason: String,
        pointer: Option<String>,
    ) -> Self {
        let message = format!("{what}; caused by {name}: {reason}");
        Self { stage, name: "InputError", message, cause: Some((name, reason)), pointer }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

impl From<Refusal> for kernel::Error {
    fn from(refusal: Refusal) -> Self {
        Self::input(refusal.message)
    }
}

/// Checks that a value has what an entity must have to be named. The value that fails here makes its whole file fail.
///
/// # Errors
/// A `TypeError` with ajv's text.
pub fn check_envelope(entity: &Value) -> Result<(), Refusal> {
    match shape::check(entity, &kinds::ENVELOPE, &mut String::new()) {
        None => Ok(()),
        Some(found) => Err(Refusal {
            stage: Stage::Envelope,
            name: "TypeError",
            message: found.full(),
            cause: None,
            pointer: Some(found.pointer),
        }),
    }
}

/// Checks what holds for every kind, and writes the default namespace.
///
/// # Errors
/// An `InputError`: `Policy check failed for …; caused by …`.
pub fn check_policy(entity: &mut Value) -> Result<(), Refusal> {
    let refuse = |entity: &Value, reason: String, pointer: String| {
        let what = format!("Policy check failed for {}", display_ref(entity));
        Err(Refusal::caused(Stage::Policy, &what, "Error", reason, Some(pointer)))
    };
    if let Some(found) = shape::check(entity, &kinds::ENTITY, &mut String::new()) {
        return refuse(entity, format!("Malformed envelope, {}", found.brief()), found.pointer);
    }
    normalise::set_default_namespace(entity);
    for field in ["relations", "status"] {
        if entity.get(field).is_some() {
            return refuse(entity, format!("Unknown field {field}"), format!("/{field}"));
        }
    }
    match format::check(entity) {
        None => Ok(()),
        Some(bad) => refuse(entity, bad.message, bad.pointer),
    }
}

/// Checks the spec against the schema of the kind; tells which layer knows the kind.
///
/// # Errors
/// An `InputError`: the schema is not met, or nobody knows the kind in this version.
pub fn check_kind(entity: &Value) -> Result<Layer, Refusal> {
    let text = |name: &str| entity.get(name).and_then(Value::as_str).unwrap_or_default();
    let spec = entity.get("spec");
    let Some((layer, shape)) = kinds::spec_shape(text("apiVersion"), text("kind"), spec) else {
        let of = display_ref(entity);
        let message = format!(
            "No processor recognized the entity {of} as valid, possibly caused by a foreign kind or apiVersion"
        );
        let pointer = Some("/kind".to_owned());
        return Err(Refusal { stage: Stage::UnknownKind, name: "InputError", message, cause: None, pointer });
    };
    let found = match spec {
        Some(spec) => shape::check(spec, &shape::Shape::Map(shape), &mut "/spec".to_owned()),
        None => Some(shape::Mismatch {
            pointer: String::new(),
            text: "must have required property 'spec'".to_owned(),
            parameters: "missingProperty: spec".to_owned(),
        }),
    };
    match found {
        None => Ok(layer),
        Some(found) => Err(Refusal::kind(entity, layer, found.full(), Some(found.pointer))),
    }
}

/// Checks a document as Backstage's validator of its kind does: the schema of all entities, then that of the kind. It
/// is what the scaffolder holds a template against that somebody sends along; nothing is looked up or written.
///
/// # Errors
/// ajv's text, `/spec/steps must be array - type: array`, or that nobody knows the kind.
pub fn check_document(document: &Value) -> Result<(), String> {
    if let Some(found) = shape::check(document, &kinds::ENTITY, &mut String::new()) {
        return Err(found.full());
    }
    check_kind(document).map(|_| ()).map_err(|refusal| refusal.reason().to_owned())
}

/// All checks in order; on success the entity has its namespace.
///
/// # Errors
/// The first refusal.
pub fn validate(entity: &mut Value) -> Result<Layer, Refusal> {
    check_envelope(entity)?;
    check_policy(entity)?;
    check_kind(entity)
}

/// The reference for messages, in lower case; works for values that are hardly an entity.
fn display_ref(entity: &Value) -> String {
    Envelope::of(entity).map_or_else(|| format!("unknown:{DEFAULT_NAMESPACE}/unknown"), |envelope| envelope.key())
}
