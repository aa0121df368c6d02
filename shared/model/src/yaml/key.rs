//! Mapping keys: what they compare as, and the text they become in JSON.
//!
//! A key may be a collection. The usual case is a template that was not rendered: `name: {{ x }}` is a mapping whose
//! only key is the mapping `{ x }`, and JavaScript turns that key into the string `{ x }`.

use granit_parser::ScalarStyle;
use serde_json::Value;
use std::fmt::Write as _;

/// A key while its mapping is being read.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    /// A scalar: two keys are the same when their resolved values are.
    Scalar(Value),
    /// A sequence or mapping, already written as text; never the same as another key.
    Collection(String),
}

impl Key {
    /// The member name in JSON.
    pub(super) fn into_name(self) -> String {
        match self {
            Self::Scalar(Value::String(text)) | Self::Collection(text) => text,
            Self::Scalar(Value::Null) => String::new(),
            Self::Scalar(other) => other.to_string(),
        }
    }
}

/// Writes collections that stand as keys in flow notation.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
    open: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    mapping: bool,
    /// Nodes written so far; in a mapping, even means that the next node is a key.
    nodes: usize,
}

impl Writer {
    pub(super) fn begin(&mut self, mapping: bool) {
        self.separate(false);
        self.text.push_str(if mapping { "{ " } else { "[ " });
        self.open.push(Open { mapping, nodes: 0 });
    }

    pub(super) fn scalar(&mut self, text: &str, style: ScalarStyle) {
        let empty = style == ScalarStyle::Plain && text.is_empty();
        self.separate(empty);
        match style {
            ScalarStyle::SingleQuoted => {
                let _ = write!(self.text, "'{}'", text.replace('\'', "''"));
            }
            ScalarStyle::DoubleQuoted => {
                let _ = write!(self.text, "{}", Value::from(text));
            }
            _ => self.text.push_str(text),
        }
    }

    /// Closes the innermost collection; gives the whole text when that was the outermost.
    pub(super) fn end(&mut self) -> Option<String> {
        let closed = self.open.pop()?;
        if closed.nodes == 0 {
            self.text.pop();
            self.text.push(if closed.mapping { '}' } else { ']' });
        } else {
            self.text.push_str(if closed.mapping { " }" } else { " ]" });
        }
        self.open.is_empty().then(|| std::mem::take(&mut self.text))
    }

    /// Writes what belongs between the previous node and the next one. An empty value writes nothing at all.
    fn separate(&mut self, empty: bool) {
        let Some(open) = self.open.last_mut() else { return };
        let value = open.mapping && open.nodes % 2 == 1;
        if value && !empty {
            self.text.push_str(": ");
        } else if !value && open.nodes > 0 {
            self.text.push_str(", ");
        }
        open.nodes += 1;
    }
}
