//! What Postgres made of a term: words to be found, each as a prefix, and words that must stand side by side.

/// The beginning of a word, as the index has it: stemmed, in lower case.
pub type Prefix = String;

/// A query: every word must be there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Beginnings of words.
    pub words: Vec<Prefix>,
    /// Some of the words must stand in a row, which only Postgres can tell.
    pub in_a_row: bool,
}

impl Query {
    /// Reads what `to_tsquery` printed. `None` when it is more than words joined by and, or followed by each other.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut query = Self::default();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (word, after) = lexeme(rest)?;
            rest = after.strip_prefix(":*")?.trim_start();
            query.words.push(word);
            if rest.is_empty() {
                break;
            }
            rest = match rest.strip_prefix('&') {
                Some(rest) => rest,
                None => {
                    query.in_a_row = true;
                    let (distance, rest) = rest.strip_prefix('<')?.split_once('>')?;
                    (distance == "-" || distance.parse::<u16>().is_ok()).then_some(rest)?
                }
            }
            .trim_start();
        }
        Some(query)
    }
}

/// A quoted lexeme, quotes and backslashes in it doubled, and what follows it.
pub fn lexeme(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('\'')?;
    let mut word = String::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' if inner[at + 1..].starts_with('\'') => {
                chars.next();
                word.push('\'');
            }
            '\'' => return Some((word, &inner[at + 1..])),
            '\\' => word.push(chars.next()?.1),
            c => word.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(words: &[&str], in_a_row: bool) -> Option<Query> {
        Some(Query { words: words.iter().map(|word| (*word).to_owned()).collect(), in_a_row })
    }

    #[test]
    fn words_and_rows_of_words_are_understood_and_nothing_else_is() {
        for (text, expected) in [
            ("'payment':*", query(&["payment"], false)),
            ("'payment':* & 'ui':*", query(&["payment", "ui"], false)),
            ("'a-b':* <-> 'a':* <-> 'b':* & 'c':*", query(&["a-b", "a", "b", "c"], true)),
            ("'a':* <2> 'b':*", query(&["a", "b"], true)),
            ("'it''s':*", query(&["it's"], false)),
            ("'a\\\\b':*", query(&["a\\b"], false)),
            ("", query(&[], false)),
            ("'a':* | 'b':*", None),
            ("!'a':*", None),
            ("( 'a':* )", None),
            ("'a'", None),
            ("'a", None),
        ] {
            assert_eq!(Query::parse(text), expected, "{text}");
        }
    }
}
