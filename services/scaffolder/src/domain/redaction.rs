//! Takes secrets out of text by their value.
//!
//! Owns the list of values that must not appear in a log line, an event or an error. It must never be shown itself,
//! so its `Debug` says only how many values it holds.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;

/// What stands where a secret stood.
const MASK: &str = "***";

/// The secret values of one step.
#[derive(Clone, Default)]
pub struct Redaction {
    values: BTreeSet<String>,
    /// Looked for in what is left when `values` are masked.
    escaped: BTreeSet<String>,
}

impl fmt::Debug for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redaction({} values)", self.values.len())
    }
}

impl Redaction {
    /// Adds a value in each form in which a log may carry it: trimmed, and escaped as inside a JSON string.
    /// Values of one character are left alone, as Backstage leaves them: they would mask every text.
    pub fn add(&mut self, value: &str) {
        let value = value.trim();
        if value.encode_utf16().count() <= 1 {
            return;
        }
        let json = serde_json::Value::from(value).to_string();
        let escaped = &json[1..json.len() - 1];
        if value.contains(char::is_control) {
            self.values.insert(escaped.to_owned());
        } else if escaped != value {
            self.escaped.insert(escaped.to_owned());
        }
        self.values.insert(value.to_owned());
        // A log shows a secret of several lines one line at a time.
        for line in value.lines().map(str::trim).filter(|line| value.contains('\n') && line.len() > 3) {
            self.values.insert(line.to_owned());
        }
    }

    /// Adds several values.
    pub fn extend<'a>(&mut self, values: impl IntoIterator<Item = &'a str>) {
        for value in values {
            self.add(value);
        }
    }

    /// The text with every secret masked; overlapping secrets are masked as one.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        mask(&mask(text, &self.values), &self.escaped)
    }
}

fn mask(text: &str, values: &BTreeSet<String>) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for value in values {
        let mut from = 0;
        while let Some(at) = text[from..].find(value.as_str()) {
            let start = from + at;
            ranges.push((start, start + value.len()));
            from = start + text[start..].chars().next().map_or(1, char::len_utf8);
        }
    }
    ranges.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::with_capacity(ranges.len());
    for (start, end) in ranges {
        match merged.last_mut() {
            Some(last) if start < last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    let mut clean = String::with_capacity(text.len());
    let mut cursor = 0;
    for (start, end) in merged {
        clean.push_str(&text[cursor..start]);
        clean.push_str(MASK);
        cursor = end;
    }
    clean.push_str(&text[cursor..]);
    clean
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

    fn redaction(values: &[&str]) -> Redaction {
        let mut redaction = Redaction::default();
        redaction.extend(values.iter().copied());
        redaction
    }

    #[test]
    fn a_secret_is_masked_wherever_it_stands() {
        let redaction = redaction(&["hunter2"]);
        assert_eq!(redaction.apply("user:hunter2@host, hunter2hunter2"), "user:***@host, ******");
        assert_eq!(redaction.apply("nothing here"), "nothing here");
    }

    #[test]
    fn overlapping_secrets_leave_no_remainder() {
        assert_eq!(redaction(&["abcd", "cdef"]).apply("x abcdef y"), "x *** y");
    }

    #[test]
    fn a_secret_of_several_lines_is_masked_inside_json_too() {
        let redaction = redaction(&["-----BEGIN\nabcdef\n-----END"]);
        assert_eq!(redaction.apply(r#"{"key":"-----BEGIN\nabcdef\n-----END"}"#), r#"{"key":"***"}"#);
        assert_eq!(redaction.apply("one line: abcdef"), "one line: ***");
    }

    #[test]
    fn an_escaped_value_is_masked_where_its_parts_are_not() {
        let redaction = redaction(&["hush", "{\"A\":\"HUSH\"}", "{\"a\":\"hush\"}"]);
        assert_eq!(redaction.apply(r#"{"m":"{\"a\":\"hush\"}"}"#), r#"{"m":"{\"a\":\"***\"}"}"#);
        assert_eq!(redaction.apply(r#"{"m":"{\"A\":\"HUSH\"}"}"#), r#"{"m":"***"}"#);
    }

    #[test]
    fn a_single_character_is_not_masked() {
        assert_eq!(redaction(&["a", " b "]).apply("a b"), "a b");
    }

    #[test]
    fn text_that_a_secret_got_into_is_found_by_comparison() {
        let with = json!({"a": "pre-s3cret", "b": ["plain", "s3cret"]});
        let without = json!({"a": "pre-", "b": ["plain"]});
        assert_eq!(tainted(&with, Some(&without)), ["pre-s3cret", "s3cret"]);
        let shifted = tainted(&json!({"gone": "s3cret", "kept": "yes"}), Some(&json!({"kept": "yes"})));
        assert_eq!(shifted, ["s3cret", "gone", "kept", "yes"]);
    }

    #[test]
    fn debug_output_does_not_show_the_values() {
        assert_eq!(format!("{:?}", redaction(&["hunter2"])), "Redaction(1 values)");
    }
}
