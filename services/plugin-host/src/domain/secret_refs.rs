//! References to secrets in a plugin's configuration: `${{ secrets.NAME }}` anywhere in a text.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The names that a configuration refers to.
#[must_use]
pub fn names(config: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    visit(config, &mut |text| {
        for part in parts(text) {
            if let Part::Secret(name) = part {
                found.insert(name.to_owned());
            }
        }
    });
    found
}

/// The configuration with values in place of the references. A name without a value stays as it is.
#[must_use]
pub fn filled(config: Value, values: &BTreeMap<String, String>) -> Value {
    match config {
        Value::String(text) => Value::String(fill(&text, values)),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| filled(item, values)).collect()),
        Value::Object(map) => Value::Object(map.into_iter().map(|(key, value)| (key, filled(value, values))).collect()),
        other => other,
    }
}

fn visit(config: &Value, each: &mut impl FnMut(&str)) {
    match config {
        Value::String(text) => each(text),
        Value::Array(items) => items.iter().for_each(|item| visit(item, each)),
        Value::Object(map) => map.values().for_each(|value| visit(value, each)),
        _ => {}
    }
}

fn fill(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    for part in parts(text) {
        match part {
            Part::Text(plain) => out.push_str(plain),
            Part::Secret(name) => match values.get(name) {
                Some(value) => out.push_str(value),
                None => out.push_str(&format!("${{{{ secrets.{name} }}}}")),
            },
        }
    }
    out
}

enum Part<'a> {
    Text(&'a str),
    Secret(&'a str),
}

/// The text in pieces; what looks like an expression and is no reference to a secret is text.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${{") {
        let (before, from) = rest.split_at(start);
        let Some(end) = from.find("}}") else { break };
        let name = from[3..end].trim().strip_prefix("secrets.").filter(|name| is_name(name));
        match name {
            Some(name) => parts.extend([Part::Text(before), Part::Secret(name)]),
            None => parts.push(Part::Text(&rest[..start + end + 2])),
        }
        rest = &from[end + 2..];
    }
    parts.push(Part::Text(rest));
    parts
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_are_found_and_filled_anywhere_in_a_configuration() {
        let config = json!({
            "token": "${{ secrets.TOKEN }}",
            "list": [{ "header": "Bearer ${{secrets.TOKEN}} / ${{ secrets.OTHER }}" }],
            "plain": "${{ parameters.x }} ${TOKEN} ${{ secrets.a-b }} ${{ open",
            "number": 1,
        });
        assert_eq!(names(&config), BTreeSet::from(["OTHER".to_owned(), "TOKEN".to_owned()]));
        let values = BTreeMap::from([("TOKEN".to_owned(), "s3cret }} ${{ secrets.OTHER }}".to_owned())]);
        let expected = json!({
            "token": "s3cret }} ${{ secrets.OTHER }}",
            "list": [{ "header": "Bearer s3cret }} ${{ secrets.OTHER }} / ${{ secrets.OTHER }}" }],
            "plain": "${{ parameters.x }} ${TOKEN} ${{ secrets.a-b }} ${{ open",
            "number": 1,
        });
        assert_eq!(filled(config, &values), expected);
    }
}
