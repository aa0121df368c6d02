//! The text of one document in a file of several.

use model::Envelope;
use model::yaml::{Limits, parse_descriptor};

/// A document as its file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawDocument {
    /// Where it begins, counted from 1.
    pub line: usize,
    /// Its text, without the lines that part it from others.
    pub text: String,
}

/// The document of the entity with this key: the last one, which is the one that counts. `None` when there is none, or
/// when the file is no YAML.
#[must_use]
pub fn find(bytes: &[u8], entity_ref: &str) -> Option<RawDocument> {
    let documents = parse_descriptor(bytes, &Limits::default()).ok()?;
    let is_it = |value| Envelope::of(value).is_some_and(|envelope| envelope.key() == entity_ref);
    let document = documents.iter().rfind(|document| is_it(&document.value))?;
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().collect();
    let first = document.line.checked_sub(1)?;
    let parts = |line: &&str| *line == "---" || line.starts_with("--- ") || *line == "...";
    // A document may begin on the line of its mark.
    let length = lines.get(first + 1..).unwrap_or_default().iter().position(|line| parts(&line.trim_end()));
    let last = length.map_or(lines.len(), |length| first + 1 + length);
    let body = lines.get(first..last)?;
    let end = body.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |at| at + 1);
    Some(RawDocument { line: document.line, text: body[..end].join("\n") + "\n" })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const FILE: &str = "# both\nkind: A\napiVersion: v\nmetadata: {name: one}\n--- # next\n\nkind: A\napiVersion: v\n# why\nmetadata:\n  name: Two\n\n---\nkind: A\napiVersion: v\nmetadata: {name: one, title: again}\n";

    #[test]
    fn a_document_is_found_by_its_key_with_its_line_and_its_comments() {
        let two = find(FILE.as_bytes(), "a:default/two").unwrap();
        assert_eq!(two.line, 7);
        assert_eq!(two.text, "kind: A\napiVersion: v\n# why\nmetadata:\n  name: Two\n");
        assert_eq!(find(FILE.as_bytes(), "a:default/three"), None);
        assert_eq!(find(b"a: [", "a:default/one"), None);
    }

    #[test]
    fn of_two_documents_with_the_same_name_the_last_one_is_shown() {
        assert!(find(FILE.as_bytes(), "a:default/one").unwrap().text.contains("again"));
    }
}
