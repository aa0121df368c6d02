//! Texts, numbers and truth values as a configuration has them: a text may stand for a number, and the other way round.

use crate::domain::secret_refs;
use serde_json::Value;

/// Whether a value may be of this type.
pub(super) fn is(kind: &str, value: &Value) -> bool {
    match (kind, value) {
        (_, Value::Null) => true,
        ("object", _) => value.is_object(),
        ("array", _) => value.is_array(),
        ("string", Value::String(_) | Value::Number(_) | Value::Bool(_)) => true,
        ("boolean", _) => truth(value).is_some(),
        ("number", _) => number(value).is_some(),
        ("integer", _) => number(value).is_some_and(|number| number.fract() == 0.0),
        ("null", _) => matches!(value, Value::String(text) if text.is_empty()),
        ("string", _) => false,
        // A type that nobody knows demands nothing.
        _ => true,
    }
}

/// Whether a type is that of a value with nothing inside.
pub(super) fn is_scalar(kind: &str) -> bool {
    !matches!(kind, "object" | "array")
}

/// The number that a value is or stands for.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Whether a value is one of those that are allowed, whichever way it is written.
pub(super) fn equal(allowed: &Value, value: &Value) -> bool {
    match (allowed, value) {
        (Value::Number(_), _) => number(value).is_some_and(|found| number(allowed) == Some(found)),
        (Value::Bool(_), _) => truth(value).is_some_and(|found| truth(allowed) == Some(found)),
        (Value::String(text), Value::Number(found)) => *text == found.to_string(),
        _ => allowed == value,
    }
}

/// Whether it is a text that refers to a secret: what will stand there is not known here.
pub(super) fn refers(value: &Value) -> bool {
    value.is_string() && !secret_refs::names(value).is_empty()
}

/// A type in a sentence: "must be a text".
pub(super) fn in_words(kind: &str) -> &str {
    match kind {
        "object" => "a group of settings",
        "array" => "a list",
        "string" => "a text",
        "boolean" => "true or false",
        "number" => "a number",
        "integer" => "a whole number",
        "null" => "empty",
        other => other,
    }
}
