//! A small schema language: enough for Backstage's own schemas, checked in the order and with the texts of ajv.

use serde_json::Value;

/// What a value must look like.
#[derive(Debug)]
pub(super) enum Shape {
    /// A string with a length between the two, in characters.
    Text { min: usize, max: usize },
    /// A string or a boolean.
    TextOrBool,
    /// A string that is one of these.
    OneOfTexts(&'static [&'static str]),
    /// Exactly this string, with no type of its own.
    Constant(&'static str),
    /// A sequence.
    List { min: usize, items: &'static Shape },
    /// A mapping.
    Map(&'static MapShape),
    /// Exactly one of these.
    OneOf(&'static [Shape]),
}

/// What a mapping must look like.
#[derive(Debug)]
pub(super) struct MapShape {
    pub(super) required: &'static [&'static str],
    pub(super) properties: &'static [(&'static str, Shape)],
    pub(super) others: Others,
}

/// What members besides the listed ones may be.
#[derive(Debug)]
pub(super) enum Others {
    Anything,
    Nothing,
    Each(&'static Shape),
}

/// A value that is not as its shape demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// JSON pointer; empty for the root.
    pub(crate) pointer: String,
    /// ajv's text without the place: `must be string`.
    pub(crate) text: String,
    /// ajv's parameters: `type: string`.
    pub(crate) parameters: String,
}

impl Mismatch {
    /// `/spec/owner must be string`.
    pub(crate) fn brief(&self) -> String {
        let place = if self.pointer.is_empty() { "<root>" } else { &self.pointer };
        format!("{place} {}", self.text)
    }

    /// `/spec/owner must be string - type: string`.
    pub(crate) fn full(&self) -> String {
        if self.parameters.is_empty() { self.brief() } else { format!("{} - {}", self.brief(), self.parameters) }
    }
}

/// The first mismatch of a value with its shape; `at` is the pointer of the value and is left as it was.
pub(super) fn check(value: &Value, shape: &Shape, at: &mut String) -> Option<Mismatch> {
    match (shape, value) {
        (Shape::Text { min, max }, Value::String(text)) => length(text, *min, *max, at),
        (Shape::Text { .. }, _) => wrong_type("string", at),
        (Shape::TextOrBool, Value::String(_) | Value::Bool(_)) => None,
        (Shape::TextOrBool, _) => wrong_type("string,boolean", at),
        (Shape::OneOfTexts(texts), Value::String(text)) if texts.contains(&text.as_str()) => None,
        (Shape::OneOfTexts(texts), Value::String(_)) => {
            mismatch(at, "must be equal to one of the allowed values", format!("allowedValues: {}", texts.join(",")))
        }
        (Shape::OneOfTexts(_), _) => wrong_type("string", at),
        (Shape::Constant(text), value) if value.as_str() == Some(text) => None,
        (Shape::Constant(text), _) => mismatch(at, "must be equal to constant", format!("allowedValue: {text}")),
        (Shape::List { min, items }, Value::Array(values)) => list(values, *min, items, at),
        (Shape::List { .. }, _) => wrong_type("array", at),
        (Shape::Map(shape), Value::Object(map)) => members(map, shape, at),
        (Shape::Map(_), _) => wrong_type("object", at),
        (Shape::OneOf(shapes), value) => one_of(value, shapes, at),
    }
}

fn mismatch(at: &str, text: impl Into<String>, parameters: impl Into<String>) -> Option<Mismatch> {
    Some(Mismatch { pointer: at.to_owned(), text: text.into(), parameters: parameters.into() })
}

fn wrong_type(expected: &str, at: &str) -> Option<Mismatch> {
    mismatch(at, format!("must be {expected}"), format!("type: {expected}"))
}

fn length(text: &str, min: usize, max: usize, at: &str) -> Option<Mismatch> {
    // Bytes bound characters from above, so the usual case counts nothing.
    let characters = if text.len() > max || min > 1 { text.chars().count() } else { text.len() };
    if characters > max {
        return mismatch(at, format!("must NOT have more than {max} characters"), format!("limit: {max}"));
    }
    if characters < min {
        return mismatch(at, format!("must NOT have fewer than {min} characters"), format!("limit: {min}"));
    }
    None
}

fn list(values: &[Value], min: usize, items: &Shape, at: &mut String) -> Option<Mismatch> {
    if values.len() < min {
        return mismatch(at, format!("must NOT have fewer than {min} items"), format!("limit: {min}"));
    }
    values.iter().enumerate().find_map(|(index, value)| below(value, items, at, &index.to_string()))
}

fn members(map: &serde_json::Map<String, Value>, shape: &MapShape, at: &mut String) -> Option<Mismatch> {
    if let Some(missing) = shape.required.iter().find(|name| !map.contains_key(**name)) {
        return mismatch(at, format!("must have required property '{missing}'"), format!("missingProperty: {missing}"));
    }
    let listed = |name: &str| shape.properties.iter().any(|(known, _)| *known == name);
    match &shape.others {
        Others::Anything => {}
        Others::Nothing => {
            if let Some(extra) = map.keys().find(|name| !listed(name)) {
                return mismatch(at, "must NOT have additional properties", format!("additionalProperty: {extra}"));
            }
        }
        Others::Each(each) => {
            let found =
                map.iter().filter(|(name, _)| !listed(name)).find_map(|(name, value)| below(value, each, at, name));
            if found.is_some() {
                return found;
            }
        }
    }
    shape.properties.iter().find_map(|(name, shape)| below(map.get(*name)?, shape, at, name))
}

/// Checks a member or an item, with the pointer extended by its name.
fn below(value: &Value, shape: &Shape, at: &mut String, name: &str) -> Option<Mismatch> {
    let length = at.len();
    at.push('/');
    if name.contains(['~', '/']) {
        at.push_str(&name.replace('~', "~0").replace('/', "~1"));
    } else {
        at.push_str(name);
    }
    let found = check(value, shape, at);
    at.truncate(length);
    found
}

fn one_of(value: &Value, shapes: &[Shape], at: &mut String) -> Option<Mismatch> {
    let mut first = None;
    for shape in shapes {
        match check(value, shape, at) {
            None => return None,
            Some(found) => first = first.or(Some(found)),
        }
    }
    first
}
