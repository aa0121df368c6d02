//! What is wrong with a text that is no JSON, in the words of JavaScript's own parser (V8), which clients of the real
//! scaffolder are used to. Positions count UTF-16 units, as JavaScript counts them.

/// Units that are shown on each side of the place.
const CONTEXT: usize = 10;

/// Why `text` is not the JSON of an object or a list; none when it is.
pub(super) fn fault(text: &str) -> Option<String> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let first = units.iter().position(|unit| !is_blank(*unit));
    match first {
        None => Some(END.to_owned()),
        // Only objects and lists are taken; whatever else is refused at its first character.
        Some(at) if !matches!(units[at], OPEN_BRACE | OPEN_BRACKET) => Some(unexpected(&units, at)),
        Some(_) => Scanner { units: &units, at: 0 }.document().err(),
    }
}

const END: &str = "Unexpected end of JSON input";
const OPEN_BRACE: u16 = b'{' as u16;
const CLOSE_BRACE: u16 = b'}' as u16;
const OPEN_BRACKET: u16 = b'[' as u16;
const CLOSE_BRACKET: u16 = b']' as u16;
const QUOTE: u16 = b'"' as u16;
const COMMA: u16 = b',' as u16;
const COLON: u16 = b':' as u16;
const MINUS: u16 = b'-' as u16;
const BACKSLASH: u16 = b'\\' as u16;

const fn is_blank(unit: u16) -> bool {
    matches!(unit, 0x20 | 0x09 | 0x0a | 0x0d)
}

const fn is_digit(unit: u16) -> bool {
    unit >= b'0' as u16 && unit <= b'9' as u16
}

fn is_hex(unit: u16) -> bool {
    char::from_u32(u32::from(unit)).is_some_and(|c| c.is_ascii_hexdigit())
}

fn unexpected(units: &[u16], at: usize) -> String {
    let text = |range: std::ops::Range<usize>| String::from_utf16_lossy(&units[range]);
    let (token, length) = (text(at..at + 1), units.len());
    let shown = if length < 2 * CONTEXT + 1 {
        format!("\"{}\"", text(0..length))
    } else if at < CONTEXT {
        format!("\"{}\"...", text(0..at + CONTEXT))
    } else if at < length - CONTEXT {
        format!("...\"{}\"...", text(at - CONTEXT..at + CONTEXT))
    } else {
        format!("...\"{}\"", text(at - CONTEXT..length))
    };
    format!("Unexpected token '{token}', {shown} is not valid JSON")
}

/// Reads a text unit by unit; errors are whole messages.
struct Scanner<'a> {
    units: &'a [u16],
    at: usize,
}

/// A container that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Object,
    List,
}

impl Scanner<'_> {
    fn document(&mut self) -> Result<(), String> {
        let mut open = Vec::new();
        loop {
            if self.value(&mut open)? {
                continue;
            }
            // A value ended: go on in what is open around it.
            loop {
                let Some(container) = open.last().copied() else {
                    self.blanks();
                    let rest = self.at < self.units.len();
                    let message = "Unexpected non-whitespace character after JSON";
                    return if rest { Err(self.said(message)) } else { Ok(()) };
                };
                self.blanks();
                let close = if container == Open::Object { CLOSE_BRACE } else { CLOSE_BRACKET };
                match self.peek() {
                    Some(COMMA) => {
                        self.at += 1;
                        if container == Open::Object {
                            self.name("Expected double-quoted property name in JSON")?;
                        }
                        break;
                    }
                    Some(unit) if unit == close => {
                        self.at += 1;
                        open.pop();
                    }
                    _ if container == Open::Object => {
                        return Err(self.said("Expected ',' or '}' after property value in JSON"));
                    }
                    _ => return Err(self.said("Expected ',' or ']' after array element in JSON")),
                }
            }
        }
    }

    /// Reads a value, or the beginning of a container that has something in it: then another value follows.
    fn value(&mut self, open: &mut Vec<Open>) -> Result<bool, String> {
        self.blanks();
        match self.peek() {
            Some(OPEN_BRACE) => {
                self.at += 1;
                self.blanks();
                if self.peek() == Some(CLOSE_BRACE) {
                    self.at += 1;
                    return Ok(false);
                }
                open.push(Open::Object);
                self.name("Expected property name or '}' in JSON")?;
                Ok(true)
            }
            Some(OPEN_BRACKET) => {
                self.at += 1;
                self.blanks();
                if self.peek() == Some(CLOSE_BRACKET) {
                    self.at += 1;
                    return Ok(false);
                }
                open.push(Open::List);
                Ok(true)
            }
            Some(QUOTE) => self.string().map(|()| false),
            Some(unit) if unit == MINUS || is_digit(unit) => self.number().map(|()| false),
            Some(unit) => {
                let words = ["true", "false", "null"];
                let word = words.into_iter().find(|word| word.encode_utf16().next() == Some(unit));
                match word {
                    Some(word) => self.word(word).map(|()| false),
                    None => Err(self.unexpected()),
                }
            }
            None => Err(END.to_owned()),
        }
    }

    /// A property's name with its colon.
    fn name(&mut self, otherwise: &str) -> Result<(), String> {
        self.blanks();
        if self.peek() != Some(QUOTE) {
            return Err(self.said(otherwise));
        }
        self.string()?;
        self.blanks();
        if self.peek() != Some(COLON) {
            return Err(self.said("Expected ':' after property name in JSON"));
        }
        self.at += 1;
        Ok(())
    }

    fn word(&mut self, word: &str) -> Result<(), String> {
        for unit in word.encode_utf16() {
            match self.peek() {
                Some(found) if found == unit => self.at += 1,
                Some(_) => return Err(self.unexpected()),
                None => return Err(END.to_owned()),
            }
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), String> {
        if self.peek() == Some(MINUS) {
            self.at += 1;
            if !self.peek().is_some_and(is_digit) {
                return Err(self.said("No number after minus sign in JSON"));
            }
        }
        let zero = self.peek() == Some(u16::from(b'0'));
        self.at += 1;
        if zero && self.peek().is_some_and(is_digit) {
            return Err(self.said("Unexpected number in JSON"));
        }
        self.digits();
        if self.peek() == Some(u16::from(b'.')) {
            self.at += 1;
            if !self.digits() {
                return Err(self.said("Unterminated fractional number in JSON"));
            }
        }
        if matches!(self.peek(), Some(unit) if unit == u16::from(b'e') || unit == u16::from(b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(unit) if unit == u16::from(b'+') || unit == MINUS) {
                self.at += 1;
            }
            if !self.digits() {
                return Err(self.said("Exponent part is missing a number in JSON"));
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> bool {
        let from = self.at;
        while self.peek().is_some_and(is_digit) {
            self.at += 1;
        }
        self.at > from
    }

    fn string(&mut self) -> Result<(), String> {
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err(self.said("Unterminated string in JSON")),
                Some(QUOTE) => {
                    self.at += 1;
                    return Ok(());
                }
                Some(BACKSLASH) => self.escape()?,
                Some(unit) if unit < 0x20 => {
                    return Err(self.said("Bad control character in string literal in JSON"));
                }
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<(), String> {
        self.at += 1;
        let Some(unit) = self.peek() else { return Err(self.said("Unterminated string in JSON")) };
        match char::from_u32(u32::from(unit)) {
            Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => self.at += 1,
            Some('u') => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek().is_some_and(is_hex) {
                        return Err(self.said("Bad Unicode escape in JSON"));
                    }
                    self.at += 1;
                }
            }
            _ => return Err(self.said("Bad escaped character in JSON")),
        }
        Ok(())
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(is_blank) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u16> {
        self.units.get(self.at).copied()
    }

    fn unexpected(&self) -> String {
        unexpected(self.units, self.at)
    }

    /// A message with the place.
    fn said(&self, message: &str) -> String {
        let before = &self.units[..self.at.min(self.units.len())];
        let line = before.iter().filter(|unit| **unit == u16::from(b'\n')).count() + 1;
        let start = before.iter().rposition(|unit| *unit == u16::from(b'\n')).map_or(0, |at| at + 1);
        format!("{message} at position {} (line {line} column {})", self.at, self.at - start + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told_as_v8_tells_them() {
        for (text, told) in [
            ("{bad", "Expected property name or '}' in JSON at position 1 (line 1 column 2)"),
            ("{\"a\":1,}", "Expected double-quoted property name in JSON at position 7 (line 1 column 8)"),
            ("{\n  \"a\": 1,\n  b\n}", "Expected double-quoted property name in JSON at position 14 (line 3 column 3)"),
            ("{\"a\":1", "Expected ',' or '}' after property value in JSON at position 6 (line 1 column 7)"),
            ("{\"a\":", "Unexpected end of JSON input"),
            ("[1,]", "Unexpected token ']', \"[1,]\" is not valid JSON"),
            ("\"str\"", "Unexpected token '\"', \"\"str\"\" is not valid JSON"),
            ("{\"a\":01}", "Unexpected number in JSON at position 6 (line 1 column 7)"),
            ("{\"a\":\"\\u12\"}", "Bad Unicode escape in JSON at position 10 (line 1 column 11)"),
            ("{} {}", "Unexpected non-whitespace character after JSON at position 3 (line 1 column 4)"),
            (
                "{\"abcdefghijklmnop\": ?, \"b\": 1}",
                "Unexpected token '?', ...\"jklmnop\": ?, \"b\": 1}\" is not valid JSON",
            ),
        ] {
            assert_eq!(fault(text).as_deref(), Some(told), "{text}");
        }
    }

    #[test]
    fn what_is_json_has_no_fault_however_deep() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for text in ["{}", " [1, -2.5e+3, \"\\u00e9\\n\", true, null, {\"a\": [ ]}] ", &deep] {
            assert_eq!(fault(text), None);
        }
    }
}
