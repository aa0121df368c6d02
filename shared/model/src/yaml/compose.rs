//! From parser events to JSON values, without recursion.

use super::key::{Key, Writer};
use super::{Document, Limits, NODE_BYTES, Position, Start, YamlError, scalar, words};
use granit_parser::{ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, Span, Tag};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

pub(super) fn documents(text: &str, limits: &Limits) -> Result<Vec<Document>, YamlError> {
    let mut documents = all_documents(text, limits)?;
    documents.retain(|document| !document.value.is_null());
    Ok(documents)
}

pub(super) fn all_documents(text: &str, limits: &Limits) -> Result<Vec<Document>, YamlError> {
    if text.len() > limits.bytes {
        return Err(too_large(limits));
    }
    let mut composer = Composer::new(text, limits);
    for next in parser(text) {
        let (event, span) = next.map_err(|error| from_scan_error(text, &error))?;
        composer.event(event, &span)?;
    }
    Ok(composer.documents)
}

pub(super) fn too_large(limits: &Limits) -> YamlError {
    let megabytes = limits.bytes / 1_000_000;
    YamlError {
        message: format!("The text is larger than {megabytes} MB; split it into several files"),
        position: None,
    }
}

/// The parser with the options under which it agrees best with npm's.
pub(super) fn parser(text: &str) -> Parser<'_, granit_parser::StrInput<'_>> {
    let mut options = granit_parser::options! { strict_indentation: true };
    options.set_emit_comments(false);
    Parser::new_from_str_with_options(text, options)
}

pub(super) fn position(marker: &Marker) -> Position {
    Position { line: marker.line(), column: marker.col() + 1 }
}

fn from_scan_error(text: &str, error: &ScanError) -> YamlError {
    let found = match error.kind() {
        ErrorKind::TabInPlainScalar => tab_after(text, error.marker()),
        _ => position(error.marker()),
    };
    YamlError { message: words::explain(error), position: Some(found) }
}

/// The tab that the parser means: it reports the end of the text before.
fn tab_after(text: &str, marker: &Marker) -> Position {
    let mut found = position(marker);
    for character in text.get(marker.byte_offset().unwrap_or(text.len())..).unwrap_or_default().chars() {
        match character {
            '\t' => return found,
            '\n' => found = Position { line: found.line + 1, column: 1 },
            _ => found.column += 1,
        }
    }
    position(marker)
}

/// A collection that is still open.
enum Frame {
    Sequence { items: Vec<Value>, anchor: usize, before: Size },
    Mapping { map: Map<String, Value>, keys: OddKeys, key: Option<String>, anchor: usize, before: Size },
}

/// Keys of one mapping that are no plain strings: only they can share a member name without being equal.
#[derive(Default)]
struct OddKeys {
    scalars: HashSet<String>,
    collections: HashSet<String>,
}

/// How large something is, in nodes and in bytes of text.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    nodes: usize,
    text: usize,
}

impl Size {
    const fn since(self, before: Self) -> Self {
        Self { nodes: self.nodes - before.nodes, text: self.text - before.text }
    }

    const fn bytes(self) -> usize {
        self.nodes.saturating_mul(NODE_BYTES).saturating_add(self.text)
    }
}

struct Composer<'a> {
    limits: &'a Limits,
    documents: Vec<Document>,
    index: usize,
    stack: Vec<Frame>,
    root: Option<Value>,
    line: usize,
    start: Start,
    /// Of the text, for the starts of documents.
    text: &'a str,
    /// Of everything so far.
    size: Size,
    alias_nodes: usize,
    copied_bytes: usize,
    /// Finished anchored nodes of this document with the size of each.
    anchors: HashMap<usize, (Value, Size)>,
    /// Set while a collection that stands as a key is read.
    key_writer: Option<(Writer, usize)>,
}

impl<'a> Composer<'a> {
    fn new(text: &'a str, limits: &'a Limits) -> Self {
        Self {
            limits,
            documents: Vec::new(),
            index: 0,
            stack: Vec::new(),
            root: None,
            line: 0,
            start: Start::default(),
            text,
            size: Size::default(),
            alias_nodes: 0,
            copied_bytes: 0,
            anchors: HashMap::new(),
            key_writer: None,
        }
    }

    fn event(&mut self, event: Event<'_>, span: &Span) -> Result<(), YamlError> {
        match event {
            Event::DocumentStart(..) => self.begin_document(span),
            Event::DocumentEnd => self.end_document(),
            Event::Scalar(text, style, anchor, tag) => self.scalar(text, style, anchor, tag.as_deref(), span),
            Event::SequenceStart(_, anchor, _) => self.begin(false, anchor, span),
            Event::MappingStart(_, anchor, _) => self.begin(true, anchor, span),
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(id) => self.alias(id, span),
            _ => Ok(()),
        }
    }

    fn begin_document(&mut self, span: &Span) -> Result<(), YamlError> {
        if self.index >= self.limits.documents {
            return Err(self.over(format!("more than {} documents", self.limits.documents), span));
        }
        self.anchors.clear();
        self.alias_nodes = 0;
        self.line = span.start.line();
        let offset = span.start.byte_offset().unwrap_or_default();
        let offset = self.text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        self.start = Start { offset, lines: span.start.line() - 1 };
        Ok(())
    }

    fn end_document(&mut self) -> Result<(), YamlError> {
        let value = self.root.take().unwrap_or(Value::Null);
        self.documents.push(Document { value, index: self.index, line: self.line, start: self.start });
        self.index += 1;
        Ok(())
    }

    fn scalar(
        &mut self,
        text: std::borrow::Cow<'_, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: &Span,
    ) -> Result<(), YamlError> {
        self.count(Size { nodes: 1, text: text.len() }, span)?;
        if let Some((writer, _)) = &mut self.key_writer {
            // The parser writes a node that is not there as `~`; only its length tells the two apart.
            let absent = span.start.index() == span.end.index();
            writer.scalar(if absent { "" } else { &text }, style);
            return Ok(());
        }
        let value = match tag {
            Some(tag) if tag.core_suffix().is_some_and(|suffix| suffix != "str") => scalar::resolve(&text),
            None if style == ScalarStyle::Plain => scalar::resolve(&text),
            _ => Value::String(text.into_owned()),
        };
        if anchor > 0 {
            self.anchor(anchor, &value, Size { nodes: 1, text: value.as_str().map_or(0, str::len) }, span)?;
        }
        self.node(value, span)
    }

    /// Keeps a finished node for aliases.
    fn anchor(&mut self, anchor: usize, value: &Value, size: Size, span: &Span) -> Result<(), YamlError> {
        self.copy(size, span)?;
        self.anchors.insert(anchor, (value.clone(), size));
        Ok(())
    }

    fn copy(&mut self, size: Size, span: &Span) -> Result<(), YamlError> {
        self.copied_bytes += size.bytes();
        if self.copied_bytes > self.limits.copied_bytes {
            let megabytes = self.limits.copied_bytes / 1_000_000;
            return Err(self.over(format!("anchors and aliases that copy more than {megabytes} MB"), span));
        }
        Ok(())
    }

    fn begin(&mut self, mapping: bool, anchor: usize, span: &Span) -> Result<(), YamlError> {
        let before = self.size;
        self.count(Size { nodes: 2, text: 0 }, span)?;
        if let Some((writer, depth)) = &mut self.key_writer {
            *depth += 1;
            writer.begin(mapping);
            let depth = *depth;
            return self.check_depth(depth, span);
        }
        if self.at_key() {
            let mut writer = Writer::default();
            writer.begin(mapping);
            self.key_writer = Some((writer, 1));
            return Ok(());
        }
        if self.stack.is_empty() {
            self.line = span.start.line();
        }
        self.stack.push(if mapping {
            Frame::Mapping { map: Map::new(), keys: OddKeys::default(), key: None, anchor, before }
        } else {
            Frame::Sequence { items: Vec::new(), anchor, before }
        });
        self.check_depth(0, span)
    }

    fn end(&mut self, span: &Span) -> Result<(), YamlError> {
        if let Some((writer, depth)) = &mut self.key_writer {
            *depth -= 1;
            if let Some(text) = writer.end() {
                self.key_writer = None;
                return self.key(Key::Collection(text), span);
            }
            return Ok(());
        }
        let (value, anchor, before) = match self.stack.pop() {
            Some(Frame::Sequence { items, anchor, before }) => (Value::Array(items), anchor, before),
            Some(Frame::Mapping { map, anchor, before, .. }) => (Value::Object(map), anchor, before),
            None => return Ok(()),
        };
        if anchor > 0 {
            self.anchor(anchor, &value, self.size.since(before), span)?;
        }
        self.node(value, span)
    }

    fn alias(&mut self, id: usize, span: &Span) -> Result<(), YamlError> {
        let Some(size) = self.anchors.get(&id).map(|(_, size)| *size) else {
            return Err(YamlError {
                message: "An alias cannot stand inside the node that it refers to".to_owned(),
                position: Some(position(&span.start)),
            });
        };
        self.alias_nodes += size.nodes;
        if self.alias_nodes > self.limits.alias_nodes {
            return Err(self.over(format!("aliases that add more than {} nodes", self.limits.alias_nodes), span));
        }
        self.copy(size, span)?;
        self.count(size, span)?;
        let Some(value) = self.anchors.get(&id).map(|(value, _)| value.clone()) else { return Ok(()) };
        if let Some((writer, _)) = &mut self.key_writer {
            writer.scalar(&value.to_string(), ScalarStyle::Plain);
            return Ok(());
        }
        if self.at_key() && (value.is_object() || value.is_array()) {
            return self.key(Key::Collection(value.to_string()), span);
        }
        self.node(value, span)
    }

    /// Puts a finished node where it belongs: key, value, item or root.
    fn node(&mut self, value: Value, span: &Span) -> Result<(), YamlError> {
        match self.stack.last_mut() {
            None => {
                if !matches!(value, Value::Array(_) | Value::Object(_)) {
                    self.line = span.start.line();
                }
                self.root = Some(value);
            }
            Some(Frame::Sequence { items, .. }) => items.push(value),
            Some(Frame::Mapping { map, key, .. }) => match key.take() {
                Some(name) => {
                    map.insert(name, value);
                }
                None => return self.key(Key::Scalar(value), span),
            },
        }
        Ok(())
    }

    fn at_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame::Mapping { key: None, .. }))
    }

    fn key(&mut self, new: Key, span: &Span) -> Result<(), YamlError> {
        let Some(Frame::Mapping { map, keys, key, .. }) = self.stack.last_mut() else { return Ok(()) };
        let is_text = matches!(new, Key::Scalar(Value::String(_)));
        let is_scalar = matches!(new, Key::Scalar(_));
        let name = new.into_name();
        let taken = if is_text {
            map.contains_key(&name) && !keys.scalars.contains(&name) && !keys.collections.contains(&name)
        } else {
            is_scalar && !keys.scalars.insert(name.clone())
        };
        if taken {
            let message = format!("Map keys must be unique; \"{name}\" is repeated");
            return Err(YamlError { message, position: Some(position(&span.start)) });
        }
        if !is_scalar {
            keys.collections.insert(name.clone());
        }
        *key = Some(name);
        // A key that is no text is kept twice.
        self.count(Size { nodes: usize::from(!is_text), text: 0 }, span)
    }

    fn count(&mut self, size: Size, span: &Span) -> Result<(), YamlError> {
        self.size.nodes += size.nodes;
        self.size.text += size.text;
        if self.size.nodes > self.limits.nodes {
            return Err(self.over(format!("more than {} nodes", self.limits.nodes), span));
        }
        Ok(())
    }

    fn check_depth(&self, in_key: usize, span: &Span) -> Result<(), YamlError> {
        if self.stack.len() + in_key > self.limits.depth {
            return Err(self.over(format!("collections nested deeper than {}", self.limits.depth), span));
        }
        Ok(())
    }

    fn over(&self, what: String, span: &Span) -> YamlError {
        YamlError { message: format!("The YAML has {what}"), position: Some(position(&span.start)) }
    }
}
