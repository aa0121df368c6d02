//! From parser events to JSON values, without recursion.

use super::key::{Key, Writer};
use super::{Document, Limits, Position, YamlError, scalar, words};
use granit_parser::{ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, Span, Tag};
use serde_json::{Map, Value};
use std::collections::HashMap;

pub(super) fn documents(text: &str, limits: &Limits) -> Result<Vec<Document>, YamlError> {
    let mut documents = all_documents(text, limits)?;
    documents.retain(|document| !document.value.is_null());
    Ok(documents)
}

pub(super) fn all_documents(text: &str, limits: &Limits) -> Result<Vec<Document>, YamlError> {
    if text.len() > limits.bytes {
        return Err(too_large(limits));
    }
    let mut composer = Composer::new(limits);
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
    Sequence { items: Vec<Value>, anchor: usize, nodes_before: usize },
    Mapping { map: Map<String, Value>, keys: Vec<Key>, key: Option<String>, anchor: usize, nodes_before: usize },
}

struct Composer<'a> {
    limits: &'a Limits,
    documents: Vec<Document>,
    index: usize,
    stack: Vec<Frame>,
    root: Option<Value>,
    line: usize,
    nodes: usize,
    alias_nodes: usize,
    /// Finished anchored nodes of this document with the number of nodes in each.
    anchors: HashMap<usize, (Value, usize)>,
    /// Set while a collection that stands as a key is read.
    key_writer: Option<(Writer, usize)>,
}

impl<'a> Composer<'a> {
    fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            documents: Vec::new(),
            index: 0,
            stack: Vec::new(),
            root: None,
            line: 0,
            nodes: 0,
            alias_nodes: 0,
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
        Ok(())
    }

    fn end_document(&mut self) -> Result<(), YamlError> {
        let value = self.root.take().unwrap_or(Value::Null);
        self.documents.push(Document { value, index: self.index, line: self.line });
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
        self.count(1, span)?;
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
            self.anchors.insert(anchor, (value.clone(), 1));
        }
        self.node(value, span)
    }

    fn begin(&mut self, mapping: bool, anchor: usize, span: &Span) -> Result<(), YamlError> {
        self.count(1, span)?;
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
        let nodes_before = self.nodes - 1;
        self.stack.push(if mapping {
            Frame::Mapping { map: Map::new(), keys: Vec::new(), key: None, anchor, nodes_before }
        } else {
            Frame::Sequence { items: Vec::new(), anchor, nodes_before }
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
        let (value, anchor, nodes_before) = match self.stack.pop() {
            Some(Frame::Sequence { items, anchor, nodes_before }) => (Value::Array(items), anchor, nodes_before),
            Some(Frame::Mapping { map, anchor, nodes_before, .. }) => (Value::Object(map), anchor, nodes_before),
            None => return Ok(()),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), self.nodes - nodes_before));
        }
        self.node(value, span)
    }

    fn alias(&mut self, id: usize, span: &Span) -> Result<(), YamlError> {
        let Some((value, nodes)) = self.anchors.get(&id) else {
            return Err(YamlError {
                message: "An alias cannot stand inside the node that it refers to".to_owned(),
                position: Some(position(&span.start)),
            });
        };
        self.alias_nodes += nodes;
        if self.alias_nodes > self.limits.alias_nodes {
            return Err(self.over(format!("aliases that add more than {} nodes", self.limits.alias_nodes), span));
        }
        let (value, nodes) = (value.clone(), *nodes);
        self.count(nodes, span)?;
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
        // Only keys that are not plain strings can share a member name without being equal.
        let taken = match &new {
            Key::Scalar(Value::String(text)) => {
                map.contains_key(text) && !keys.iter().any(|known| same_name(known, text))
            }
            Key::Scalar(_) => keys.contains(&new),
            Key::Collection(_) => false,
        };
        if taken {
            let message = format!("Map keys must be unique; \"{}\" is repeated", new.into_name());
            return Err(YamlError { message, position: Some(position(&span.start)) });
        }
        if !matches!(new, Key::Scalar(Value::String(_))) {
            keys.push(new.clone());
        }
        *key = Some(new.into_name());
        Ok(())
    }

    fn count(&mut self, nodes: usize, span: &Span) -> Result<(), YamlError> {
        self.nodes += nodes;
        if self.nodes > self.limits.nodes {
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

/// Whether a key that is no plain string got the member name `text`.
fn same_name(known: &Key, text: &str) -> bool {
    known.clone().into_name() == text
}
