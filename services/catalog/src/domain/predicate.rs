//! The JSON predicate language of `query` in request bodies.
//!
//! An object is either one operator (`$all`, `$any`, `$not`) or a set of keys that must all hold. A value is a text,
//! number or boolean, or an object with one of `$exists`, `$in`, `$contains`, `$hasPrefix`.

use super::filter::{Filter, MAX_CONDITIONS, too_many};
use super::text::lower;
use serde_json::{Map, Value};

/// How deep predicates may nest; deeper ones are refused rather than walked.
const MAX_DEPTH: usize = 32;

/// Reads a predicate on entities. `{}` and `{"$all": []}` hold for all, `{"$any": []}` for none.
///
/// # Errors
/// A message that names the offending path, without the words `Invalid query`.
pub fn parse(value: &Value) -> Result<Filter, String> {
    parse_at(value, "", MAX_DEPTH, &mut { MAX_CONDITIONS })
}

fn parse_at(value: &Value, path: &str, depth: usize, left: &mut usize) -> Result<Filter, String> {
    *left = left.checked_sub(value.as_object().map_or(1, |object| object.len().max(1))).ok_or_else(too_many)?;
    let depth = depth.checked_sub(1).ok_or_else(|| format!("Nested too deeply at \"{path}\""))?;
    let Some(object) = value.as_object() else {
        return Err(format!("Expected object, received {} at \"{path}\"", type_name(value)));
    };
    if let Some(operator) = object.keys().find(|key| key.starts_with('$')) {
        if let Some(other) = object.keys().find(|key| *key != operator) {
            return Err(format!("Unrecognized key(s) in object: '{other}'"));
        }
        let operand = &object[operator];
        return match operator.as_str() {
            "$all" => Ok(Filter::All(parse_list(operand, operator, depth, left)?)),
            "$any" => Ok(Filter::Any(parse_list(operand, operator, depth, left)?)),
            "$not" => Ok(Filter::Not(Box::new(parse_at(operand, "$not", depth, left)?))),
            _ => Err(format!("Unrecognized key(s) in object: '{operator}'")),
        };
    }
    Ok(Filter::All(object.iter().map(|(key, value)| parse_value(key, value)).collect::<Result<_, _>>()?))
}

fn parse_list(value: &Value, operator: &str, depth: usize, left: &mut usize) -> Result<Vec<Filter>, String> {
    let Some(items) = value.as_array() else {
        return Err(format!("Expected array, received {} at \"{operator}\"", type_name(value)));
    };
    items.iter().enumerate().map(|(i, item)| parse_at(item, &format!("{operator}.{i}"), depth, left)).collect()
}

fn parse_value(key: &str, value: &Value) -> Result<Filter, String> {
    if let Some(text) = primitive(value) {
        return Ok(Filter::Values(lower(key), vec![text]));
    }
    let Some(object) = value.as_object() else {
        return Err(format!("Expected string, received {} at \"{key}\"", type_name(value)));
    };
    let mut entries = object.iter();
    match (entries.next(), entries.next()) {
        (Some((operator, operand)), None) => operator_value(key, operator, operand),
        (None, _) => Err(format!("Required at \"{key}.$exists\"")),
        (_, Some((other, _))) => Err(format!("Unrecognized key(s) in object: '{other}' at \"{key}\"")),
    }
}

fn operator_value(key: &str, operator: &str, operand: &Value) -> Result<Filter, String> {
    let wrong =
        |expected: &str| Err(format!("Expected {expected}, received {} at \"{key}.{operator}\"", type_name(operand)));
    match operator {
        "$exists" => match operand.as_bool() {
            Some(true) => Ok(Filter::Exists(lower(key))),
            Some(false) => Ok(Filter::Not(Box::new(Filter::Exists(lower(key))))),
            None => wrong("boolean"),
        },
        "$in" => match operand.as_array() {
            Some(items) => Ok(Filter::Values(lower(key), primitives(items, key)?)),
            None => wrong("array"),
        },
        "$hasPrefix" => match operand.as_str() {
            Some(prefix) => Ok(Filter::Prefix(lower(key), lower(prefix))),
            None => wrong("string"),
        },
        "$contains" => match (primitive(operand), operand.as_object()) {
            (Some(text), _) => Ok(Filter::Values(lower(key), vec![text])),
            (None, Some(object)) => contains_object(key, object),
            (None, None) => wrong("string"),
        },
        _ => Err(format!("Unrecognized key(s) in object: '{operator}' at \"{key}\"")),
    }
}

fn contains_object(key: &str, object: &Map<String, Value>) -> Result<Filter, String> {
    if lower(key) != "relations" {
        return Err(format!("Object form of $contains is not supported for field \"{key}\""));
    }
    let mut types = None;
    let mut targets = None;
    for (name, value) in object {
        let values = match (primitive(value), value.get("$in").and_then(Value::as_array)) {
            (Some(text), _) => vec![text],
            (None, Some(items)) => primitives(items, name)?,
            (None, None) => return Err(format!("Unsupported value for \"{name}\" in $contains of \"{key}\"")),
        };
        match lower(name).as_str() {
            "type" => types = Some(values),
            "targetref" => targets = Some(values),
            _ => return Err(format!("Unsupported key \"{name}\" in $contains of \"{key}\"")),
        }
    }
    Ok(Filter::Relation { types, targets })
}

fn primitives(items: &[Value], key: &str) -> Result<Vec<String>, String> {
    items
        .iter()
        .map(|item| {
            primitive(item).ok_or_else(|| format!("Expected string, received {} at \"{key}.$in\"", type_name(item)))
        })
        .collect()
}

/// The lower-case text that a term of this value has.
fn primitive(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(lower(text)),
        Value::Number(number) => Some(lower(&number.to_string())),
        Value::Bool(bool) => Some(bool.to_string()),
        _ => None,
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_side_by_side_must_all_hold() {
        assert_eq!(
            parse(&json!({"KIND": "Domain", "spec.count": 42})).unwrap(),
            Filter::All(vec![
                Filter::Values("kind".into(), vec!["domain".into()]),
                Filter::Values("spec.count".into(), vec!["42".into()]),
            ])
        );
    }

    #[test]
    fn an_operator_beside_a_key_is_refused() {
        for bad in [
            json!({"kind": "x", "$not": {"a": "b"}}),
            json!({"$all": {"kind": "x"}}),
            json!({"kind": null}),
            json!({"kind": ["x"]}),
            json!({"kind": {"$nope": 1}}),
            json!({"kind": {"$exists": "yes"}}),
            json!({"kind": {"$in": "x"}}),
            json!({"kind": {"$in": ["x"], "$exists": true}}),
            json!({"spec.stops": {"$contains": {"zone": 2}}}),
            json!([]),
        ] {
            assert!(parse(&bad).is_err(), "{bad} was accepted");
        }
    }

    #[test]
    fn a_predicate_that_nests_without_end_is_refused() {
        let mut value = json!({"kind": "x"});
        for _ in 0..100 {
            value = json!({"$not": value});
        }
        assert!(parse(&value).unwrap_err().contains("deeply"));
    }

    #[test]
    fn relations_can_be_asked_for_by_type_and_target() {
        assert_eq!(
            parse(&json!({"relations": {"$contains": {"type": "ownedBy", "targetRef": {"$in": ["Group:default/A"]}}}}))
                .unwrap(),
            Filter::All(vec![Filter::Relation {
                types: Some(vec!["ownedby".into()]),
                targets: Some(vec!["group:default/a".into()]),
            }])
        );
    }
}
