//! Values as YAML that people like to read and [`parse_single`](super::parse_single) reads back as they were.

use super::scalar;
use serde_json::{Map, Value};

/// Longest text that stands on its line without quotes.
const MAX_PLAIN: usize = 200;

/// Writes a value as one document, in block notation.
#[must_use]
pub fn to_text(value: &Value) -> String {
    let mut out = String::new();
    node(value, 0, &mut out);
    out
}

// Recursion is bounded: whoever makes values bounds their depth.
fn node(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => mapping(map, indent, out),
        Value::Array(items) if !items.is_empty() => sequence(items, indent, out),
        other => {
            flow(other, indent, out);
            out.push('\n');
        }
    }
}

fn mapping(map: &Map<String, Value>, indent: usize, out: &mut String) {
    for (index, (key, value)) in map.iter().enumerate() {
        if index > 0 {
            pad(indent, out);
        }
        text(key, out);
        out.push(':');
        match value {
            Value::Object(map) if !map.is_empty() => below(value, indent + 2, out),
            Value::Array(items) if !items.is_empty() => below(value, indent + 2, out),
            other => {
                out.push(' ');
                flow(other, indent + 2, out);
                out.push('\n');
            }
        }
    }
}

fn below(value: &Value, indent: usize, out: &mut String) {
    out.push('\n');
    pad(indent, out);
    node(value, indent, out);
}

fn sequence(items: &[Value], indent: usize, out: &mut String) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            pad(indent, out);
        }
        out.push_str("- ");
        node(item, indent + 2, out);
    }
}

/// What stands on the line of its key or dash.
fn flow(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::String(content) if is_block(content) => block(content, indent, out),
        Value::String(content) => text(content, out),
        other => out.push_str(&other.to_string()),
    }
}

/// A text of lines that mean the same in literal notation.
fn is_block(content: &str) -> bool {
    let line = |line: &str| {
        !line.starts_with([' ', '\t'])
            && !line.ends_with([' ', '\t'])
            && line.chars().all(|c| !c.is_control() && !matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{85}'))
    };
    content.trim_end_matches('\n').contains('\n') && !content.starts_with('\n') && content.split('\n').all(line)
}

fn block(content: &str, indent: usize, out: &mut String) {
    let body = content.trim_end_matches('\n');
    out.push_str(match content.len() - body.len() {
        0 => "|-",
        1 => "|",
        _ => "|+",
    });
    // The line end after the last line is written by whoever wrote the key.
    for line in content.strip_suffix('\n').unwrap_or(content).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            pad(indent.max(2), out);
            out.push_str(line);
        }
    }
}

fn text(content: &str, out: &mut String) {
    if is_plain(content) {
        out.push_str(content);
    } else {
        // JSON's notation is YAML's, but for characters that YAML does not let stand for themselves.
        for character in Value::from(content).to_string().chars() {
            match character {
                '\u{7f}'..='\u{9f}' | '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' => {
                    out.push_str(&format!("\\u{:04x}", u32::from(character)));
                }
                other => out.push(other),
            }
        }
    }
}

fn is_plain(content: &str) -> bool {
    let inner =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/' | '$' | '+' | '(' | ')' | ';');
    let first = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '/' | '$');
    content.len() <= MAX_PLAIN
        && content.starts_with(first)
        && content.chars().all(inner)
        && !content.ends_with(' ')
        && scalar::resolve(content).is_string()
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::yaml::{Limits, parse_single};
    use serde_json::json;

    #[test]
    fn what_is_written_reads_as_it_was() {
        for value in [
            json!({"openapi": "3.0.3", "paths": {"/a/{id}": {"get": {"tags": ["x", "on y"], "deprecated": false}}}}),
            json!({"": null, "a": {}, "b": [], "c": [[], {}, [1, [2.5, -3]], {"d": ["e"]}], "true": "true", "1": "1"}),
            json!([
                "", " x", "x ", "a: b", "a #b", "- a", "#", "~", "null", "Null", "0x1F", ".inf", "1e3", "y", "é", "=",
                "%a", "@"
            ]),
            json!({"t": "one\ntwo", "u": "one\ntwo\n", "v": "one\n\ntwo\n\n\n", "w": "\none", "x": " one\ntwo", "y": "a\r\nb", "z": "\n"}),
            json!(["a\nb\n", ["c\nd"], {"k": "e\nf\n\n"}]),
            json!({"k\nl": "tab\there", "q\"": "back\\slash", "null\u{0}": "\u{7f}\u{85}\u{feff}\u{2028}\u{1F600}"}),
            json!("x\ny"),
            json!(7),
            json!({"---": "...", "a": "--- b\n... c"}),
        ] {
            let text = to_text(&value);
            assert_eq!(parse_single(&text, &Limits::default()).unwrap(), value, "{text}");
        }
    }
}
