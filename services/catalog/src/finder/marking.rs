//! Marks the words that were found, as `ts_headline` of Postgres does, in texts that are plain enough.
//!
//! Plain are words of ASCII letters, whole numbers, and words joined by hyphens, with a mark of punctuation behind
//! them: nearly all titles, and texts in which not everything was found. All else is for Postgres to say. A test
//! compares the two.

use std::collections::HashMap;

/// A text of fewer words is shown whole.
const FEW: usize = 15;

/// What words come to when Postgres stems them; `None` for words that are not searched.
pub type Stems = HashMap<String, Option<String>>;

/// One token that can be marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Token<'t> {
    text: &'t str,
    /// Where it begins.
    at: usize,
    /// Letters are stemmed, numbers are not.
    stemmed: bool,
    /// How many words end before it, counted as Postgres counts.
    before: usize,
}

/// A text taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plain<'t> {
    text: &'t str,
    tokens: Vec<Token<'t>>,
    words: usize,
}

impl<'t> Plain<'t> {
    /// Takes a text apart; `None` when it is not plain.
    #[must_use]
    pub fn read(text: &'t str) -> Option<Self> {
        let mut plain = Self { text, tokens: Vec::new(), words: 0 };
        let mut at = 0;
        for chunk in text.split(' ') {
            let core = chunk.strip_suffix([',', '.', ';', ':', '!', '?']).unwrap_or(chunk);
            // A lone mark, and one at the end of a number, can belong to something else.
            if core.is_empty() != chunk.is_empty() {
                return None;
            }
            let numeric = core.bytes().all(|b| b.is_ascii_digit());
            if !core.is_empty() && !(plain.chunk(core, at) && (core.len() == chunk.len() || !numeric)) {
                return None;
            }
            at += chunk.len() + 1;
        }
        Some(plain)
    }

    fn push(&mut self, text: &'t str, at: usize, stemmed: bool) {
        self.tokens.push(Token { text, at, stemmed, before: self.words });
        self.words += 1;
    }

    /// Words and numbers, and words joined by hyphens, of which the last may be a number.
    fn chunk(&mut self, core: &'t str, at: usize) -> bool {
        let letters = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphabetic());
        let digits = |part: &str| !part.is_empty() && part.len() < 9 && part.bytes().all(|b| b.is_ascii_digit());
        let mut parts: Vec<&'t str> = core.split('-').collect();
        let number = parts.pop_if(|last| digits(last));
        if !parts.iter().all(|part| letters(part)) {
            return false;
        }
        match (parts.len(), number) {
            (0, Some(number)) => self.push(number, at, false),
            // `team-7` is a team and minus seven.
            (1, Some(number)) => {
                let name = parts[0].len();
                self.push(parts[0], at, true);
                self.push(&core[name..=name + number.len()], at + name, false);
            }
            (count, number) => {
                // Joined words count once together and once each.
                self.words += usize::from(count > 1);
                let mut from = at;
                for part in parts {
                    self.push(part, from, true);
                    from += part.len() + 1;
                }
                if let Some(number) = number {
                    self.push(number, from, false);
                }
            }
        }
        true
    }

    /// Words whose stems have to be known before [`Self::mark`], in lower case.
    pub fn unknown<'s>(&'s self, prefixes: &'s [String], stems: &'s Stems) -> impl Iterator<Item = String> + 's {
        let tokens = self.tokens.iter().filter(|token| token.stemmed && may_match(token.text, prefixes));
        tokens.map(|token| token.text.to_ascii_lowercase()).filter(|word| !stems.contains_key(word))
    }

    /// The text, or its beginning when it is long, with what was found between the marks. `None` when all that was
    /// asked for is in a long text: then the part to show has to be chosen.
    #[must_use]
    pub fn mark(&self, prefixes: &[String], stems: &Stems, start: &str, end: &str) -> Option<String> {
        let found = |token: &Token<'_>| prefixes.iter().any(|prefix| matches(token, prefix, stems));
        let whole = self.words < FEW;
        let complete = |prefix: &String| self.tokens.iter().any(|token| matches(token, prefix, stems));
        if !whole && !prefixes.is_empty() && prefixes.iter().all(complete) {
            return None;
        }
        let shown = if whole { self.text.len() } else { self.end_of_beginning() };
        let mut out = String::with_capacity(shown + 2 * (start.len() + end.len()));
        let mut from = 0;
        for token in self.tokens.iter().take_while(|token| token.at < shown).filter(|token| found(token)) {
            out.push_str(&self.text[from..token.at]);
            out.push_str(start);
            out.push_str(token.text);
            out.push_str(end);
            from = token.at + token.text.len();
        }
        out.push_str(&self.text[from..shown]);
        Some(out)
    }

    /// Behind the fifteenth word.
    fn end_of_beginning(&self) -> usize {
        let last = self.tokens.iter().take_while(|token| token.before < FEW).last();
        last.map_or(0, |token| token.at + token.text.len())
    }
}

fn matches(token: &Token<'_>, prefix: &str, stems: &Stems) -> bool {
    if !token.stemmed {
        return token.text.starts_with(prefix);
    }
    if !may_match(token.text, std::slice::from_ref(&prefix.to_owned())) {
        return false;
    }
    let stem = stems.get(&token.text.to_ascii_lowercase()).and_then(Option::as_deref);
    stem.is_some_and(|stem| stem.starts_with(prefix))
}

/// Stemming changes at most the last letters: a word that does not begin nearly like the prefix cannot match it.
fn may_match(word: &str, prefixes: &[String]) -> bool {
    prefixes.iter().any(|prefix| {
        let same = word.bytes().zip(prefix.bytes()).take_while(|(w, p)| w.eq_ignore_ascii_case(p)).count();
        same > 0 && same + 2 >= prefix.len()
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn stems(pairs: &[(&str, &str)]) -> Stems {
        pairs.iter().map(|(word, stem)| ((*word).to_owned(), Some((*stem).to_owned()))).collect()
    }

    fn marked(text: &str, prefix: &str) -> Option<String> {
        let stems = stems(&[("payment", "payment"), ("payments", "payment"), ("pay", "pay"), ("paid", "paid")]);
        Plain::read(text).unwrap().mark(&[prefix.to_owned()], &stems, "<", ">")
    }

    #[test]
    fn words_that_stem_to_what_was_asked_for_are_marked() {
        for (text, prefix, expected) in [
            ("Payments, please", "payment", "<Payments>, please"),
            ("payment-api-0012", "payment", "<payment>-api-0012"),
            ("payment-api-0012", "00", "payment-api-<0012>"),
            ("team-0012", "-0012", "team<-0012>"),
            ("Nothing here", "payment", "Nothing here"),
            ("We paid the payment", "pa", "We <paid> the <payment>"),
            ("", "a", ""),
        ] {
            assert_eq!(marked(text, prefix).as_deref(), Some(expected), "{text} {prefix}");
        }
    }

    #[test]
    fn a_long_text_is_cut_behind_its_fifteenth_word_unless_everything_is_in_it() {
        let long = format!("a-b {} end.", "word ".repeat(11).trim_end());
        assert_eq!(marked(&long, "payment"), Some(long[..long.len() - 1].to_owned()), "two joined words are three");
        let longer = format!("{long} More");
        assert_eq!(marked(&longer, "payment"), Some(long[..long.len() - 1].to_owned()));
        assert_eq!(marked(&format!("{longer} payment"), "payment"), None);
    }

    #[test]
    fn what_could_be_an_address_a_file_or_a_number_is_not_plain() {
        for text in ["node.js", "a/b", "x@y.z", "1.5", "v2", "a_b", "(a)", "a  --  b", "Straße", "12.", "a,b", ".", "2nd"] {
            assert_eq!(Plain::read(text), None, "{text}");
        }
    }
}
