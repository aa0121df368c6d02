//! Which secrets the steps of a template mention, so that a run is given those and no others.

use serde_json::Value;
use std::collections::BTreeSet;

/// More are not asked for.
const MOST: usize = 100;

/// The names after `secrets.`, and in `secrets['…']`, in every text of the steps.
#[must_use]
pub fn mentioned(steps: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    visit(steps, &mut found);
    found
}

fn visit(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => scan(text, found),
        Value::Array(items) => items.iter().for_each(|item| visit(item, found)),
        Value::Object(map) => {
            for (key, value) in map {
                scan(key, found);
                visit(value, found);
            }
        }
        _ => {}
    }
}

fn scan(text: &str, found: &mut BTreeSet<String>) {
    for (at, word) in text.match_indices("secrets") {
        let rest = text[at + word.len()..].trim_start();
        let name = match rest.strip_prefix('.') {
            Some(rest) => rest.trim_start(),
            None => {
                let inside = rest.strip_prefix('[').map(str::trim_start);
                inside.and_then(|inside| inside.strip_prefix(['\'', '"'])).unwrap_or_default()
            }
        };
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
        let name = &name[..end];
        let fine = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.len() <= 64;
        if fine && found.len() < MOST {
            found.insert(name.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_found_in_every_spelling_that_expressions_have() {
        let steps = json!([
            { "if": "${{ secrets.A }}", "input": { "x": "${{ secrets['B'] }} ${{ secrets [ \"C_1\" ] | upper }}" } },
            { "input": { "${{ secrets.D }}": ["${{ parameters.secret }}", "my secrets", "${{ secrets.0x }}"] } },
        ]);
        let expected = ["A", "B", "C_1", "D"].map(str::to_owned);
        assert_eq!(mentioned(&steps), BTreeSet::from(expected));
    }
}
