//! Regular expressions as JSON schemas have them, run by an engine whose time grows with the length of the text only.

use regex::{Regex, RegexBuilder};

/// What a compiled expression may need, in bytes, smallest first: the size that it fits in tells what a match costs.
const SIZES: [usize; 5] = [2 << 10, 8 << 10, 32 << 10, 128 << 10, 512 << 10];
/// Bytes of a compiled expression in one of its states, about.
const STATE: usize = 32;

/// A compiled expression.
#[derive(Debug)]
pub(super) struct Pattern {
    /// As written.
    pub(super) text: String,
    regex: Regex,
    states: u64,
}

impl Pattern {
    /// Reads an expression.
    ///
    /// # Errors
    /// Why it is none, or none that can be run in linear time.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let translated = translate(text);
        let mut failure = String::new();
        for size in SIZES {
            match RegexBuilder::new(&translated).size_limit(size).dfa_size_limit(size).build() {
                Ok(regex) => return Ok(Self { text: text.to_owned(), regex, states: (size / STATE) as u64 }),
                Err(regex::Error::CompiledTooBig(_)) => failure = "it is too large".to_owned(),
                Err(error) => {
                    failure = error.to_string();
                    break;
                }
            }
        }
        // The parser draws a picture of the expression; its last line is the reason.
        let reason = failure.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        Err(format!("{text:?} is not a regular expression that we take: {reason}"))
    }

    /// What matching a text costs at worst, in steps.
    pub(super) fn cost(&self, text: &str) -> u64 {
        1 + text.len() as u64 * self.states / 64
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

/// From JavaScript's notation to the engine's: there, `\d` and `\w` mean ASCII, and `[`, `&`, `~` are plain inside a class.
fn translate(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut in_class = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('d') => out.push_str("[0-9]"),
                Some('D') => out.push_str("[^0-9]"),
                Some('w') => out.push_str("[0-9A-Za-z_]"),
                Some('W') => out.push_str("[^0-9A-Za-z_]"),
                Some('/') => out.push('/'),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            '[' if in_class => out.push_str("\\["),
            '[' => {
                in_class = true;
                out.push('[');
                if characters.peek() == Some(&'^') {
                    out.extend(characters.next());
                }
                // An empty class matches nothing, its negation everything; the engine would take the end for a member.
                if characters.peek() == Some(&']') {
                    characters.next();
                    in_class = false;
                    let everything = out.ends_with('^');
                    out.truncate(out.len() - if everything { 2 } else { 1 });
                    out.push_str(if everything { "[\\s\\S]" } else { "[^\\s\\S]" });
                }
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            '&' | '~' if in_class => out.extend(['\\', character]),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn expressions_mean_what_they_mean_in_javascript() {
        for (pattern, good, bad) in [
            ("^\\d+$", "12", "٣"),
            ("^\\w+$", "a_1", "é"),
            ("^[\\w.-]+$", "a.b-c", "a b"),
            ("^[[&~]+$", "[&~", "x"),
            ("^https:\\/\\/", "https://a", "http://a"),
            ("b", "abc", "ac"),
            ("^\\u0041$", "A", "B"),
        ] {
            let pattern = Pattern::new(pattern).unwrap();
            assert!(pattern.matches(good) && !pattern.matches(bad), "{pattern:?}");
        }
        assert!(!Pattern::new("^[]$").unwrap().matches("a"));
        assert!(Pattern::new("^[^]$").unwrap().matches("\n"));
    }

    #[test]
    fn what_the_engine_cannot_run_in_linear_time_is_refused_with_the_reason() {
        for (pattern, reason) in [
            ("(?=a)", "look-around"),
            ("(a)\\1", "backreferences"),
            ("(", "unclosed group"),
            ("(a{999}){999}", "too large"),
        ] {
            let message = Pattern::new(pattern).unwrap_err();
            assert!(message.contains(reason), "{message}");
        }
    }
}
