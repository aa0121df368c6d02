//! Takes secrets out of text by their value.
//!
//! Owns the forms in which a secret can stand in a line of log, an event or an error: as it is, escaped as in JSON, line
//! by line, in base64 at any offset, and any of these in the encoding of addresses, whole or in part. It must never be
//! shown itself, so its `Debug` says only how many values it holds.

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::NO_PAD;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// What stands where a secret stood.
const MASK: &str = "***";
/// Shorter values are masked as they are and not in their encodings, which would be parts of many texts.
const SHORTEST_ENCODED: usize = 6;

/// Levels of escaping that are looked for.
const ESCAPED_TIMES: usize = 3;

/// Secret values, ready to be looked for. The search is prepared at the first text and kept.
#[derive(Clone, Default)]
pub struct Redaction {
    count: usize,
    /// Masked first.
    plain: Forms,
    /// In base64, where the characters beside the match carry a part of the secret as well.
    base64: Forms,
    /// Looked for in what is left when the others are masked.
    escaped: Forms,
}

impl fmt::Debug for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redaction({} values)", self.count)
    }
}

impl Redaction {
    /// Adds a value in each form in which a text may carry it. Values of one character are left alone, as Backstage
    /// leaves them: they would mask every text.
    pub fn add(&mut self, value: &str) {
        let value = value.trim();
        if value.encode_utf16().count() <= 1 {
            return;
        }
        self.count += 1;
        // Text is escaped again when what holds it is put into text once more: the dump of an output in a log line.
        let mut inner = value.to_owned();
        for _ in 0..ESCAPED_TIMES {
            let escaped = json_escaped(&inner);
            if escaped == inner {
                break;
            }
            if value.contains(char::is_control) {
                self.plain.insert(escaped.clone());
            } else {
                self.escaped.insert(escaped.clone());
            }
            inner = escaped;
        }
        self.add_forms(value);
        // A log shows a secret of several lines one line at a time.
        for line in value.lines().map(str::trim).filter(|line| value.contains('\n') && line.len() > 3) {
            self.add_forms(line);
        }
    }

    fn add_forms(&mut self, value: &str) {
        self.plain.insert(value.to_owned());
        if value.len() < SHORTEST_ENCODED {
            return;
        }
        if value.contains(' ') {
            // As forms write blanks.
            self.plain.insert(value.replace(' ', "+"));
        }
        for alphabet in [&STANDARD, &URL_SAFE] {
            for offset in 0..3 {
                self.base64.insert(base64_core(&GeneralPurpose::new(alphabet, NO_PAD), value, offset));
            }
        }
    }

    /// Adds several values.
    pub fn extend<'a>(&mut self, values: impl IntoIterator<Item = &'a str>) {
        for value in values {
            self.add(value);
        }
    }

    /// Whether it holds nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The text with every secret masked; overlapping secrets are masked as one.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        if self.is_empty() {
            return text.to_owned();
        }
        let mut ranges = self.places(text.as_bytes());
        if let Some(decoded) = Decoded::of(text) {
            let places = self.places(&decoded.bytes);
            ranges.extend(places.into_iter().map(|(start, end)| (decoded.offsets[start], decoded.offsets[end])));
        }
        let clean = mask(text, ranges);
        let rest = self.escaped.find(clean.as_bytes());
        mask(&clean, rest)
    }

    fn places(&self, text: &[u8]) -> Vec<(usize, usize)> {
        let mut places = self.plain.find(text);
        places.extend(self.base64.find(text).into_iter().map(|range| with_neighbours(text, range)));
        places
    }
}

/// A text with `%xx` decoded, whichever characters somebody chose to encode.
struct Decoded {
    bytes: Vec<u8>,
    /// Where in the text each byte began, and at last where the text ends.
    offsets: Vec<usize>,
}

impl Decoded {
    /// `None` when nothing is encoded.
    fn of(text: &str) -> Option<Self> {
        let (raw, mut at) = (text.as_bytes(), 0);
        let mut decoded = Self { bytes: Vec::with_capacity(raw.len()), offsets: Vec::with_capacity(raw.len() + 1) };
        while let Some(byte) = raw.get(at) {
            let digits = (*byte == b'%').then(|| raw.get(at + 1..at + 3)).flatten();
            let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
            let hidden = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            decoded.offsets.push(at);
            decoded.bytes.push(hidden.unwrap_or(*byte));
            at += if hidden.is_some() { 3 } else { 1 };
        }
        decoded.offsets.push(at);
        (decoded.bytes.len() < raw.len()).then_some(decoded)
    }
}

/// As inside a JSON string.
fn json_escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// Those characters of the base64 of a longer text that come from the value alone, where the value begins `offset`
/// bytes after a multiple of three.
fn base64_core(engine: &GeneralPurpose, value: &str, offset: usize) -> String {
    let bytes = [&[0; 2][..offset], value.as_bytes()].concat();
    let encoded = engine.encode(&bytes);
    // The first character after the blanks still has bits of them, the last before the end perhaps bits of what follows.
    let from = if offset == 0 { 0 } else { offset + 1 };
    let to = bytes.len() / 3 * 4 + bytes.len() % 3;
    encoded.get(from..to).unwrap_or_default().to_owned()
}

/// Widens a match in base64 by the characters that hold the secret's first and last bits.
fn with_neighbours(bytes: &[u8], (start, end): (usize, usize)) -> (usize, usize) {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let start = start - usize::from(start.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(is_base64));
    let mut end = end + usize::from(bytes.get(end).is_some_and(is_base64));
    while bytes.get(end) == Some(&b'=') {
        end += 1;
    }
    (start, end)
}

/// Texts to look for all at once.
#[derive(Clone, Default)]
struct Forms {
    texts: BTreeSet<String>,
    /// Made at the first search after a change.
    search: OnceLock<Option<Arc<AhoCorasick>>>,
}

impl Forms {
    fn insert(&mut self, text: String) {
        if !text.is_empty() && self.texts.insert(text) {
            self.search = OnceLock::new();
        }
    }

    /// Every place, overlapping ones too.
    fn find(&self, text: &[u8]) -> Vec<(usize, usize)> {
        if self.texts.is_empty() {
            return Vec::new();
        }
        match self.search.get_or_init(|| AhoCorasick::new(&self.texts).ok().map(Arc::new)) {
            Some(search) => search.find_overlapping_iter(text).map(|found| (found.start(), found.end())).collect(),
            // Too many to be looked for at once: better nothing than a secret.
            None => vec![(0, text.len())],
        }
    }
}

fn mask(text: &str, mut ranges: Vec<(usize, usize)>) -> String {
    ranges.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::with_capacity(ranges.len());
    for (start, end) in ranges {
        // Values begin and end with whole characters, and so do places; a mistake here must not become a panic.
        let (start, end) = (text.floor_char_boundary(start), text.ceil_char_boundary(end));
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

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose;

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
    fn a_secret_in_base64_leaves_none_of_its_bits_wherever_it_stands() {
        let secret = "s3cr3t/Va1ue+42~";
        let redaction = redaction(&[secret]);
        for before in ["", "a", "ab", "abc", "user:"] {
            for after in ["", "z", "zy", "zyx"] {
                let text = format!("{before}{secret}{after}");
                for engine in [&general_purpose::STANDARD, &general_purpose::URL_SAFE_NO_PAD] {
                    let line = format!("Authorization: Basic {} done", engine.encode(&text));
                    let clean = redaction.apply(&line);
                    assert!(clean.contains("***"), "{line} stayed");
                    // Whatever is left decodes to none of the secret's first or last letters.
                    let left = clean.replace("Authorization: Basic ", "").replace(" done", "");
                    for part in left.split("***") {
                        assert!(part.len() < 8, "{part} is left of {line}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_secret_is_masked_in_the_encodings_of_addresses() {
        let redaction = redaction(&["p&ss wörd/+"]);
        for encoded in ["p%26ss%20w%C3%B6rd%2F%2B", "p%26ss%20w%c3%b6rd%2f%2b", "p%26ss+w%C3%B6rd%2F%2B", "p&ss wörd/+"]
        {
            assert_eq!(redaction.apply(&format!("https://h/?q={encoded}&x")), "https://h/?q=***&x");
        }
    }

    #[test]
    fn debug_output_does_not_show_the_values() {
        assert_eq!(format!("{:?}", redaction(&["hunter2"])), "Redaction(1 values)");
    }
}
