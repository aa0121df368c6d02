//! Takes secrets out of text by their value.
//!
//! Owns the forms in which a secret can stand in a line of log, an event or an error: as it is, escaped as in JSON or in
//! HTML, line by line, in hexadecimal digits, in base64 at any offset, and any of these in the encoding of addresses,
//! whole or in part, or broken over lines. It must never be shown itself, so its `Debug` says only how many values it
//! holds.

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

/// Longer values, which are texts with secrets in them, are not looked for in encodings of what they are escaped to: there
/// would be too many forms.
const LONGEST_NESTED: usize = 8192;
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
    /// Looked for across the ends of lines.
    broken: Forms,
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
        for inner in escaped_again(value) {
            if value.contains(char::is_control) {
                self.plain.insert(inner);
            } else {
                self.escaped.insert(inner);
            }
        }
        for form in [json_ascii(value), json_for_html(value), html_escaped(value)] {
            if form != value {
                self.escaped.insert(form);
            }
        }
        let nested = value.len() <= LONGEST_NESTED;
        self.add_forms(value, nested);
        // A log shows a secret of several lines one line at a time.
        for line in value.lines().map(str::trim).filter(|line| value.contains('\n') && line.len() > 3) {
            self.add_forms(line, nested);
        }
    }

    fn add_forms(&mut self, value: &str, nested: bool) {
        self.plain.insert(value.to_owned());
        if value.len() < SHORTEST_ENCODED {
            return;
        }
        if value.contains(' ') {
            // As forms write blanks.
            self.plain.insert(value.replace(' ', "+"));
        }
        self.broken.insert(value.to_owned());
        self.add_encoded(value);
        // What is encoded is often JSON that holds it.
        for inner in escaped_again(value).iter().filter(|_| nested) {
            self.add_encoded(inner);
        }
    }

    /// In base64 and in hexadecimal digits.
    fn add_encoded(&mut self, value: &str) {
        let hex =
            value.bytes().fold(String::with_capacity(value.len() * 2), |text, byte| text + &format!("{byte:02x}"));
        self.plain.insert(hex.to_uppercase());
        self.broken.insert(hex.clone());
        self.plain.insert(hex);
        for alphabet in [&STANDARD, &URL_SAFE] {
            for offset in 0..3 {
                let core = base64_core(&GeneralPurpose::new(alphabet, NO_PAD), value, offset);
                self.broken.insert(core.clone());
                self.base64.insert(core);
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
        if let Some(joined) = Decoded::joined(text) {
            // With the characters beside the match, which may hold bits of it.
            let places = self.broken.find(&joined.bytes).into_iter();
            let places = places.filter(|(start, end)| joined.offsets[*end - 1] - joined.offsets[*start] >= end - start);
            let places = places.map(|range| with_neighbours(&joined.bytes, range));
            ranges.extend(places.map(|(start, end)| (joined.offsets[start], joined.offsets[end - 1] + 1)));
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

/// A text without what somebody chose to encode in it, or to break it with.
struct Decoded {
    bytes: Vec<u8>,
    /// Where in the text each byte began, and at last where the text ends.
    offsets: Vec<usize>,
}

impl Decoded {
    /// Without the ends of lines, also those that are escaped. `None` when there is one line.
    fn joined(text: &str) -> Option<Self> {
        let (raw, mut at) = (text.as_bytes(), 0);
        let mut joined = Self { bytes: Vec::new(), offsets: Vec::new() };
        if !text.contains('\n') && !text.contains("\\n") {
            return None;
        }
        while let Some(byte) = raw.get(at) {
            let backslashes = raw[at..].iter().take_while(|byte| **byte == b'\\').count();
            if backslashes > 0 && matches!(raw.get(at + backslashes), Some(b'n' | b'r')) {
                // However often it was escaped.
                at += backslashes + 1;
                continue;
            }
            if !matches!(byte, b'\n' | b'\r') {
                joined.offsets.push(at);
                joined.bytes.push(*byte);
            }
            at += 1;
        }
        joined.offsets.push(at);
        Some(joined)
    }

    /// With `%xx` decoded, whichever characters were encoded. `None` when nothing is.
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

/// The value inside JSON, inside JSON inside JSON, and so on: text is escaped again when what holds it is put into text once
/// more, as with the dump of an output in a log line. Nothing where escaping changes nothing.
fn escaped_again(value: &str) -> Vec<String> {
    let mut forms: Vec<String> = Vec::new();
    for _ in 0..ESCAPED_TIMES {
        let inner = forms.last().map_or(value, String::as_str);
        let escaped = json_escaped(inner);
        if escaped == inner {
            break;
        }
        forms.push(escaped);
    }
    forms
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

/// As inside a JSON string of a program that writes nothing but ASCII.
fn json_ascii(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in json_escaped(value).chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        }
    }
    out
}

/// As inside a JSON string that may stand in a page.
fn json_for_html(value: &str) -> String {
    let escaped = json_escaped(value).replace('&', "\\u0026");
    escaped.replace('<', "\\u003c").replace('>', "\\u003e")
}

/// As in a page, the way that the filter `escape` writes it.
fn html_escaped(value: &str) -> String {
    let escaped = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    escaped.replace('"', "&quot;").replace('\'', "&#39;").replace('\\', "&#92;")
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
    fn a_secret_inside_json_in_base64_leaves_nothing() {
        for secret in ["say \"hush\" now", "back\\slash\\es", "first line of it\nsecond line"] {
            let redaction = redaction(&[secret]);
            for before in ["", "a", "ab"] {
                let json = format!("{before}{{\"key\":\"{}\"}}", json_escaped(secret));
                let clean = redaction.apply(&general_purpose::STANDARD.encode(&json));
                let left = clean.split("***").map(|part| part.trim_matches('=')).filter(|part| !part.is_empty());
                let left: Vec<Vec<u8>> =
                    left.filter_map(|part| general_purpose::STANDARD_NO_PAD.decode(part).ok()).collect();
                assert!(clean.contains("***") && !format!("{left:?}").contains(secret), "{clean}");
                assert!(clean.len() < 40, "{clean}");
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
    fn a_secret_is_masked_in_the_escaping_of_pages_and_of_other_programs() {
        let redaction = redaction(&["p<ss&'wörd\"😀"]);
        for escaped in
            [r#"p&lt;ss&amp;&#39;wörd&quot;😀"#, r#"p<ss&'w\u00f6rd\"\ud83d\ude00"#, r#"p\u003css\u0026'wörd\"😀"#]
        {
            assert_eq!(redaction.apply(&format!("it is {escaped}.")), "it is ***.");
        }
        let hex: String = "p<ss&'wörd\"😀".bytes().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(redaction.apply(&format!("{hex} {}", hex.to_uppercase())), "*** ***");
    }

    #[test]
    fn a_secret_is_masked_where_it_is_broken_over_lines() {
        let secret = "s3cr3t/Va1ue+42~".repeat(9);
        let redaction = redaction(&[&secret]);
        for before in ["", "a", "ab"] {
            let encoded = general_purpose::STANDARD.encode(format!("{before}{secret}"));
            let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            for text in [&encoded, &hex, &secret] {
                for end in ["\n", "\r\n", "\\n", "\\\\r\\\\n"] {
                    let lines: Vec<&str> =
                        (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
                    let clean = redaction.apply(&format!("begin {} end", lines.join(end)));
                    assert!(clean.starts_with("begin ") && clean.ends_with(" end") && clean.len() < 24, "{clean}");
                }
            }
        }
        // What is whole in each line is masked there and leaves the ends of lines.
        let redaction = super::tests::redaction(&["correct-horse"]);
        assert_eq!(redaction.apply("x correct-horse\ncorrect-horse\nz"), "x ***\n***\nz");
    }

    #[test]
    fn debug_output_does_not_show_the_values() {
        assert_eq!(format!("{:?}", redaction(&["hunter2"])), "Redaction(1 values)");
    }
}
