//! Where in the text a value stands: read again, on demand, only when there is something to complain about.

use super::compose::{parser, position};
use super::{Limits, Position, Start};
use granit_parser::{Event, Span};

/// Finds the place of the value at `pointer` (a JSON pointer such as `/spec/owner`) in the document that begins at
/// `start`; only that document is read.
///
/// Where the value is missing, the place of the deepest part of the path that is there. `None` when the document is not
/// there or is not YAML.
#[must_use]
pub fn locate(text: &str, start: Start, pointer: &str) -> Option<Position> {
    if text.len() > Limits::default().bytes {
        return None;
    }
    let text = text.get(start.offset..)?;
    let path: Vec<String> = pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    let mut search = Search { path: &path, open: Vec::new(), matched: 0, best: None };
    for next in parser(text) {
        let (event, span) = next.ok()?;
        match event {
            Event::DocumentEnd => break,
            event => search.event(&event, &span),
        }
    }
    search.best.map(|place| Position { line: place.line + start.lines, ..place })
}

/// An open collection on the way down.
struct Open {
    mapping: bool,
    /// Whether this collection stands at `path[..matched]` for the depth at which it was opened.
    on_path: bool,
    /// Items or pairs begun so far.
    index: usize,
    /// The key that waits for its value, with the place where it stands.
    key: Option<(String, Position)>,
}

struct Search<'a> {
    path: &'a [String],
    open: Vec<Open>,
    matched: usize,
    best: Option<Position>,
}

impl Search<'_> {
    fn event(&mut self, event: &Event<'_>, span: &Span) {
        match event {
            Event::Scalar(text, ..) => self.node(Some(text), span, None),
            Event::Alias(_) => self.node(Some(""), span, None),
            Event::SequenceStart(..) => self.node(None, span, Some(false)),
            Event::MappingStart(..) => self.node(None, span, Some(true)),
            Event::SequenceEnd | Event::MappingEnd => {
                self.open.pop();
            }
            _ => {}
        }
    }

    /// Takes notice of a node; `opens` says which collection it begins.
    fn node(&mut self, text: Option<&str>, span: &Span, opens: Option<bool>) {
        let mut on_path = self.open.is_empty();
        let mut place = position(&span.start);
        let depth = self.open.len();
        if let Some(parent) = self.open.last_mut() {
            if parent.mapping && parent.key.is_none() {
                parent.key = Some((text.unwrap_or_default().to_owned(), place));
                if let Some(mapping) = opens {
                    // A collection as a key: skip through it without matching anything inside.
                    self.open.push(Open { mapping, on_path: false, index: 0, key: None });
                }
                return;
            }
            let part = self.path.get(depth - 1);
            on_path = parent.on_path
                && match parent.key.take() {
                    Some((key, at)) => {
                        place = at;
                        part == Some(&key)
                    }
                    None => part.is_some_and(|part| *part == parent.index.to_string()),
                };
            parent.index += 1;
        }
        if on_path && (depth > self.matched || self.best.is_none()) {
            self.matched = depth;
            self.best = Some(place);
        }
        if let Some(mapping) = opens {
            self.open.push(Open { mapping, on_path, index: 0, key: None });
        }
    }
}
