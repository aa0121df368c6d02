//! Kinds that an organisation defines itself: a JSON schema for the entity, and rules that turn fields into relations.
//!
//! The schema judges the whole entity, as Backstage's own kind schemas do, after the checks that hold for every kind.
//! Never true here: a custom kind with the name of a built-in one, in whatever letter case.

use crate::Refusal;
use crate::entity::{DEFAULT_NAMESPACE, Envelope, parse_ref};
use crate::relations::Relation;
use crate::schema::{Fault, Schema, SchemaError};
use crate::validate::{BUILT_IN_KINDS, Layer};
use serde_json::Value;

/// Relation rules of one kind.
const MAX_RULES: usize = 50;
/// `apiVersion`s of one kind.
const MAX_API_VERSIONS: usize = 20;
/// Edges that one entity may say in each direction.
const MAX_EDGES: usize = 5_000;

/// A kind as it is written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// For example `Machine`.
    pub kind: String,
    /// Accepted values of `apiVersion`; any when empty.
    pub api_versions: Vec<String>,
    /// JSON schema of the entity.
    pub schema: Value,
    /// Fields that name other entities.
    pub relations: Vec<RelationRule>,
}

/// A field that names other entities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationRule {
    /// Dotted path below `spec`, such as `spec.owner`; lists on the way are gone through.
    pub field: String,
    /// The relation of the entity itself, such as `ownedBy`.
    pub forward: String,
    /// The relation of the entity that is named, such as `ownerOf`.
    pub reverse: String,
    /// The kind of a reference that names none; without it references must name theirs.
    pub default_kind: Option<String>,
    /// The only kind that may be named; any when none.
    pub target_kind: Option<String>,
    /// Whether a reference without a namespace means `default` instead of the entity's own.
    pub in_default_namespace: bool,
    /// Whether the field may hold a list.
    pub multiple: bool,
}

/// What is wrong with a definition, and where: `schema/properties/spec`, `relations/0/field`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionError {
    /// Path in the definition, without a leading slash.
    pub place: String,
    /// What is wrong, without the place.
    pub message: String,
}

impl From<SchemaError> for DefinitionError {
    fn from(error: SchemaError) -> Self {
        Self { place: format!("schema{}", error.pointer), message: error.message }
    }
}

/// A kind that is ready to judge entities.
#[derive(Debug)]
pub struct CustomKind {
    definition: Definition,
    schema: Schema,
}

impl CustomKind {
    /// Reads a definition.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn new(definition: Definition) -> Result<Self, DefinitionError> {
        let wrong = |place: String, message: &str| Err(DefinitionError { place, message: message.to_owned() });
        if !is_kind(&definition.kind) {
            return wrong("kind".into(), "must be letters and digits, beginning with a letter, at most 63");
        }
        if BUILT_IN_KINDS.iter().any(|kind| kind.eq_ignore_ascii_case(&definition.kind)) {
            return wrong("kind".into(), "is built in and cannot be defined anew");
        }
        if definition.api_versions.len() > MAX_API_VERSIONS {
            return wrong("apiVersions".into(), "has more than 20 items");
        }
        if let Some(index) = definition.api_versions.iter().position(String::is_empty) {
            return wrong(format!("apiVersions/{index}"), "must not be empty");
        }
        if definition.relations.len() > MAX_RULES {
            return wrong("relations".into(), "has more than 50 items");
        }
        for (index, rule) in definition.relations.iter().enumerate() {
            if let Some((field, message)) = rule.mistake() {
                return wrong(format!("relations/{index}/{field}"), message);
            }
        }
        let schema = Schema::compile(&definition.schema)?;
        Ok(Self { definition, schema })
    }

    /// The definition that it was made of.
    #[must_use]
    pub const fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Whether it is this kind, in whatever letter case.
    #[must_use]
    pub fn is(&self, kind: &str) -> bool {
        self.definition.kind.eq_ignore_ascii_case(kind)
    }

    /// Checks an entity of this kind that has passed the checks for every kind.
    ///
    /// # Errors
    /// As [`check_kind`](crate::validate::check_kind).
    pub fn check(&self, entity: &Value) -> Result<Layer, Refusal> {
        let versions = &self.definition.api_versions;
        let version = entity.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
        if !versions.is_empty() && !versions.iter().any(|allowed| allowed == version) {
            let allowed = versions.join(",");
            let reason = format!("/apiVersion must be equal to one of the allowed values - allowedValues: {allowed}");
            return Err(Refusal::kind(entity, Layer::Custom, reason, Some("/apiVersion".to_owned())));
        }
        match self.schema.check(entity) {
            Ok(()) => Ok(Layer::Custom),
            Err(Fault::Mismatch(found)) => Err(Refusal::kind(entity, Layer::Custom, found.full(), Some(found.pointer))),
            Err(Fault::TooCostly) => {
                let reason = "checking it by the schema of its kind takes too long: simplify the schema or the entity";
                Err(Refusal::kind(entity, Layer::Custom, reason.to_owned(), None))
            }
        }
    }

    /// All relations of an entity of this kind, as [`relations`](crate::relations::relations) gives them.
    ///
    /// # Errors
    /// A field holds something that is no entity reference.
    pub fn relations(&self, entity: &Value) -> Result<Vec<Relation>, Refusal> {
        let Some(envelope) = Envelope::of(entity) else { return Ok(Vec::new()) };
        let own = envelope.key();
        let mut found = Vec::new();
        for rule in &self.definition.relations {
            let mut references = Vec::new();
            let path: Vec<&str> = rule.field.split('.').collect();
            collect(entity, &path, rule.multiple, String::new(), &mut references);
            for (pointer, value) in references {
                let target = rule.target(value, envelope.namespace).map_err(|(name, message)| {
                    Refusal::relation(Layer::Custom, name, format!("{pointer}: {message}"), pointer.clone())
                })?;
                if found.len() >= 2 * MAX_EDGES {
                    let message = format!("the entity names more than {MAX_EDGES} others");
                    return Err(Refusal::relation(Layer::Custom, "Error", message, pointer));
                }
                let (forward, reverse) = (rule.forward.clone().into(), rule.reverse.clone().into());
                found.push(Relation { source: own.clone(), kind: forward, target: target.clone() });
                found.push(Relation { source: target, kind: reverse, target: own.clone() });
            }
        }
        Ok(found)
    }
}

impl RelationRule {
    fn mistake(&self) -> Option<(&'static str, &'static str)> {
        let mut path = self.field.split('.');
        if path.next() != Some("spec") || self.field.len() > 200 || !self.field.contains('.') {
            return Some(("field", "must be a dotted path below spec, such as spec.owner"));
        }
        if path.any(str::is_empty) {
            return Some(("field", "has an empty part"));
        }
        for (name, text) in [("type", &self.forward), ("reverse", &self.reverse)] {
            if !is_relation(text) {
                return Some((name, "must be letters, digits, - and _, beginning with a letter, at most 63"));
            }
        }
        for (name, kind) in [("defaultKind", &self.default_kind), ("targetKind", &self.target_kind)] {
            if kind.as_ref().is_some_and(|kind| !is_kind(kind)) {
                return Some((name, "must be letters and digits, beginning with a letter, at most 63"));
            }
        }
        None
    }

    /// The key of the entity that a value names, or the class and text of the error.
    fn target(&self, value: &Value, own_namespace: &str) -> Result<String, (&'static str, String)> {
        let Some(text) = value.as_str() else {
            let more = if self.multiple { " or a list of texts" } else { "" };
            return Err(("TypeError", format!("an entity reference must be a text{more}")));
        };
        let namespace = if self.in_default_namespace { DEFAULT_NAMESPACE } else { own_namespace };
        let default_kind = self.default_kind.as_deref().or(self.target_kind.as_deref());
        let target = parse_ref(text, default_kind, namespace).map_err(|error| (error.name, error.message))?;
        match &self.target_kind {
            Some(kind) if !kind.eq_ignore_ascii_case(&target.kind) => {
                Err(("TypeError", format!("{text:?} must name an entity of kind {kind}")))
            }
            _ => Ok(target.key()),
        }
    }
}

/// The values at a path with their pointers. Missing, null and empty ones name nothing; of lists each item counts.
fn collect<'v>(value: &'v Value, path: &[&str], multiple: bool, pointer: String, found: &mut Vec<(String, &'v Value)>) {
    match (value, path.split_first()) {
        (Value::Null, _) => {}
        (Value::Array(items), rest) if multiple || rest.is_some() => {
            for (index, item) in items.iter().enumerate() {
                collect(item, path, multiple, format!("{pointer}/{index}"), found);
            }
        }
        (Value::Object(map), Some((first, rest))) => {
            if let Some(member) = map.get(*first) {
                let first = first.replace('~', "~0").replace('/', "~1");
                collect(member, rest, multiple, format!("{pointer}/{first}"), found);
            }
        }
        (Value::String(text), None) if text.is_empty() => {}
        (_, None) => found.push((pointer, value)),
        // The path goes on where the value does not: the schema's business.
        (_, Some(_)) => {}
    }
}

/// Whether a text can be the name of a kind: letters and digits, beginning with a letter, at most 63.
#[must_use]
pub fn is_kind(text: &str) -> bool {
    text.len() <= 63
        && text.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_relation(text: &str) -> bool {
    text.len() <= 63
        && text.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
