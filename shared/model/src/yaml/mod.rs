//! YAML streams as the npm package `yaml` reads them (core schema 1.2, no merge keys, unique keys), within budgets.
//!
//! A stream is all or nothing: the first mistake refuses the whole text, as one broken document makes Backstage
//! refuse the whole file.

mod compose;
mod emit;
mod key;
mod locate;
mod scalar;
mod words;

pub use emit::to_text;
pub use locate::locate;

use serde_json::Value;
use std::fmt;

/// How much one text may cost. With the defaults no text takes more than 200 ms or 64 MB in a release build, which
/// `tests/fuzz` holds, and five thousand entities of usual size fit into one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Length of the text.
    pub bytes: usize,
    /// Scalars and keys in all documents together, a sequence or mapping counting twice, an alias as what it stands for.
    pub nodes: usize,
    /// How deep sequences and mappings nest. Must stay below serde_json's own limit of 128.
    pub depth: usize,
    /// Documents in the stream, empty ones included.
    pub documents: usize,
    /// Nodes that aliases may add to one document.
    pub alias_nodes: usize,
    /// Bytes that anchors and aliases may copy in all documents together: [`NODE_BYTES`] and its text for each node.
    pub copied_bytes: usize,
}

/// What a node counts besides its text when copies are counted.
pub const NODE_BYTES: usize = 64;

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 4_000_000,
            nodes: 250_000,
            depth: 100,
            documents: 20_000,
            alias_nodes: 20_000,
            copied_bytes: 4_000_000,
        }
    }
}

/// One document that is not empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The content; anything but null.
    pub value: Value,
    /// Its place in the stream, counted from 0, empty documents included.
    pub index: usize,
    /// The line of its first node, counted from 1.
    pub line: usize,
    /// Where it begins.
    pub start: Start,
}

/// Where a document begins in its text; what [`locate`] takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Start {
    /// Bytes before its first line.
    pub offset: usize,
    /// Lines before its first line.
    pub lines: usize,
}

/// A place in a text, both counted from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Why a text is not a YAML stream that we take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    /// What is wrong, without the place.
    pub message: String,
    /// Where; none when the text as a whole is at fault (its size).
    pub position: Option<Position>,
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(position) => write!(f, "{} at {position}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for YamlError {}

impl From<YamlError> for kernel::Error {
    fn from(error: YamlError) -> Self {
        Self::input(error.to_string())
    }
}

/// Reads all documents of a stream; empty ones are left out.
///
/// # Errors
/// The first mistake in the text or the first budget that it exceeds.
pub fn parse(text: &str, limits: &Limits) -> Result<Vec<Document>, YamlError> {
    compose::documents(text, limits)
}

/// Reads the documents of a descriptor file, each of which must be a mapping. Bytes that are not UTF-8 become U+FFFD.
///
/// # Errors
/// As [`parse`]; also when a document is a scalar or a sequence, or when the text is a web page.
pub fn parse_descriptor(bytes: &[u8], limits: &Limits) -> Result<Vec<Document>, YamlError> {
    if bytes.len() > limits.bytes {
        return Err(compose::too_large(limits));
    }
    let text = String::from_utf8_lossy(bytes);
    if looks_like_html(&text) {
        let message = "This is a web page (HTML), not YAML; use the address of the raw file";
        return Err(YamlError { message: message.to_owned(), position: Some(Position { line: 1, column: 1 }) });
    }
    let documents = parse(&text, limits)?;
    match documents.iter().find(|document| !document.value.is_object()) {
        None => Ok(documents),
        Some(document) => Err(YamlError {
            message: format!("Expected object at root, got {}", kind_of(&document.value)),
            position: Some(Position { line: document.line, column: 1 }),
        }),
    }
}

/// Reads a text that must hold exactly one document, as the `$yaml` placeholder does; an empty one is null.
///
/// # Errors
/// As [`parse`]; also when there is more than one document.
pub fn parse_single(text: &str, limits: &Limits) -> Result<Value, YamlError> {
    let mut documents = compose::all_documents(text, limits)?;
    match (documents.pop(), documents.len()) {
        (Some(document), 0) => Ok(document.value),
        (_, others) => Err(YamlError {
            message: format!(
                "expected to find exactly one document of data, found {}",
                if others == 0 { 0 } else { others + 1 }
            ),
            position: None,
        }),
    }
}

/// What JavaScript's `typeof` says of a value.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Bool(_) => "boolean",
        Value::Null | Value::Array(_) | Value::Object(_) => "object",
    }
}

/// Whether a text begins as web pages do; sign-in pages of source hosts arrive this way with status 200.
fn looks_like_html(text: &str) -> bool {
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    ["<!doctype html", "<html"]
        .iter()
        .any(|tag| start.get(..tag.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(tag)))
}
