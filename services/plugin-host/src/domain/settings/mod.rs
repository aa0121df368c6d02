//! What a plugin's configuration may be: the JSON schemas of its packages, what is wrong with a configuration, and which
//! part of one browsers see.
//!
//! Semantics are those of Backstage's config loader: schemas of several packages add up, keys that none of them knows are
//! fine, texts may stand for numbers, and what is not marked is for the back end. Two things are stricter: of a choice
//! (`anyOf`, `oneOf`) only the branch that a value fits makes it visible, and a mark as secret anywhere wins.
//!
//! Not `model::schema`, which judges entities: there a value fits or it does not. Here each value must also be traced to
//! the subschemas that speak of it, a reference to a secret stands for any text or number, and all mistakes are named.
//!
//! Never true here: a schema and a configuration that need more than [`STEPS`], or that panic; a value for browsers that
//! no schema marks for them, or that refers to a secret.

mod judge;
mod scalar;
mod visible;

pub use judge::{Judgement, Mistake, judge};
pub use visible::{frontend_part, plain_secrets};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// Longest schema of one package, in bytes of JSON.
pub const MAX_SCHEMA_BYTES: usize = 256 * 1024;
/// Steps that judging one configuration may take; one is a subschema that is looked at.
pub const STEPS: u32 = 200_000;

/// What the bundle tool found of one package's configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Extracted {
    /// JSON Schema (draft 07) with Backstage's `visibility` and `deepVisibility`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
    /// Its topmost keys that the plugin itself describes; the others are its libraries'.
    pub own_keys: Vec<String>,
    /// Packages that it was made from.
    pub packages: Vec<Origin>,
    /// What is missing in it, for people.
    pub notes: Vec<String>,
}

/// A package whose schema counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ConfigSchemaOrigin)]
pub struct Origin {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// One schema that demands what each of several does. Their definitions keep apart.
#[must_use]
pub fn combine(schemas: Vec<Value>) -> Option<Value> {
    if schemas.len() < 2 {
        return schemas.into_iter().next();
    }
    let mut definitions = Map::new();
    let mut all = Vec::new();
    for (index, schema) in schemas.into_iter().enumerate() {
        let mut schema = with_prefix(schema, &format!("{index}-"));
        if let Value::Object(map) = &mut schema
            && let Some(Value::Object(own)) = map.shift_remove("definitions")
        {
            definitions.extend(own.into_iter().map(|(name, value)| (format!("{index}-{name}"), value)));
        }
        all.push(schema);
    }
    Some(json!({ "type": "object", "allOf": all, "definitions": definitions }))
}

/// The schema with its references to definitions changed; what else is called `$ref` inside a value stays.
fn with_prefix(schema: Value, prefix: &str) -> Value {
    match schema {
        Value::Array(items) => Value::Array(items.into_iter().map(|item| with_prefix(item, prefix)).collect()),
        Value::Object(map) => Value::Object(
            map.into_iter()
                .map(|(key, value)| match value {
                    Value::String(text) if key == "$ref" => {
                        let name = text.strip_prefix("#/definitions/");
                        let renamed = name.map(|name| format!("#/definitions/{prefix}{name}"));
                        (key, Value::String(renamed.unwrap_or(text)))
                    }
                    value => (key, with_prefix(value, prefix)),
                })
                .collect(),
        ),
        other => other,
    }
}

/// A JSON pointer with one step more.
fn below(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests;
