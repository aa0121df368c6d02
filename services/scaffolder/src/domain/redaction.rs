//! What must not appear in a log line, an event or an error of a run: values with secrets taken out, and text that
//! secrets got into. The masking itself is [`kernel::Redaction`].

use kernel::Redaction;
use serde_json::Value;

/// The value with every secret masked in every text, keys included.
#[must_use]
pub fn masked(value: &Value, redaction: &Redaction) -> Value {
    match value {
        Value::String(text) => Value::String(redaction.apply(text)),
        Value::Array(items) => Value::Array(items.iter().map(|item| masked(item, redaction)).collect()),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (redaction.apply(key), masked(value, redaction))).collect())
        }
        other => other.clone(),
    }
}

/// Text that a secret got into: what was rendered with secrets, compared with what is rendered without any.
///
/// Entries of objects are compared by their place, as Backstage compares them: where a secret made a key appear, all
/// that follows is taken for tainted, keys included.
#[must_use]
pub fn tainted(with_secrets: &Value, without: Option<&Value>) -> Vec<String> {
    match with_secrets {
        Value::String(text) if without.and_then(Value::as_str) != Some(text) => vec![text.clone()],
        Value::Array(items) => {
            let other = |index| without.and_then(|without| without.get(index));
            items.iter().enumerate().flat_map(|(index, item)| tainted(item, other(index))).collect()
        }
        Value::Object(map) => {
            let mut others = without.and_then(Value::as_object).into_iter().flatten();
            let entry = |(key, value): (&String, &Value)| match others.next() {
                Some((other_key, other)) => {
                    let mut found = tainted(value, Some(other));
                    if key != other_key {
                        found.push(key.clone());
                    }
                    found
                }
                None => [vec![key.clone()], strings(value)].concat(),
            };
            map.iter().flat_map(entry).collect()
        }
        _ => Vec::new(),
    }
}

/// Every string in a value, keys included.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(map) => {
            map.iter().flat_map(|(key, value)| [vec![key.clone()], strings(value)].concat()).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_that_a_secret_got_into_is_found_by_comparison() {
        let with = json!({"a": "pre-s3cret", "b": ["plain", "s3cret"]});
        let without = json!({"a": "pre-", "b": ["plain"]});
        assert_eq!(tainted(&with, Some(&without)), ["pre-s3cret", "s3cret"]);
        let shifted = tainted(&json!({"gone": "s3cret", "kept": "yes"}), Some(&json!({"kept": "yes"})));
        assert_eq!(shifted, ["s3cret", "gone", "kept", "yes"]);
    }

    #[test]
    fn a_value_is_masked_in_every_text_of_it() {
        let mut redaction = Redaction::default();
        redaction.add("hunter2");
        let value = json!({"a hunter2": ["x", 1, {"b": "hunter2!"}], "c": null});
        assert_eq!(masked(&value, &redaction), json!({"a ***": ["x", 1, {"b": "***!"}], "c": null}));
    }
}
