//! The words of a `tsvector`, each with where it stands in its document and how often.

use super::query::lexeme;

/// A bit for a word in the title.
pub const IN_TITLE: u8 = 1;
/// A bit for a word in the text.
pub const IN_TEXT: u8 = 2;
/// The bits of all places; the third is anywhere else.
pub const PLACES: u8 = 7;
/// By so many bits above the places stands how often, as far as it can be counted.
pub const COUNT: u32 = 3;
const MOST: u8 = 7;
/// Bits of all of this.
pub const MARKS: u32 = 6;

/// Both together.
pub const fn merged(a: u8, b: u8) -> u8 {
    let count = (a >> COUNT) + (b >> COUNT);
    ((a | b) & PLACES) | (if count < MOST { count } else { MOST } << COUNT)
}

/// The words of a `tsvector` with their marks, without those that are there for other purposes: organisations, names
/// and paths.
pub fn entries(vector: &str) -> impl Iterator<Item = (String, u8)> + '_ {
    let mut rest = vector;
    std::iter::from_fn(move || {
        loop {
            let (word, after) = lexeme(rest.trim_start())?;
            let end = after.find(' ').unwrap_or(after.len());
            let positions = after[..end].strip_prefix(':');
            rest = &after[end..];
            if let Some(positions) = positions.filter(|_| !word.starts_with('/')) {
                return Some((word, marks(positions)));
            }
        }
    })
}

/// Of positions like `1A,4B,7`.
fn marks(positions: &str) -> u8 {
    positions.split(',').fold(0, |marks, position| {
        let place = match position.as_bytes().last() {
            Some(b'A') => IN_TITLE,
            Some(b'B') => IN_TEXT,
            _ => PLACES & !(IN_TITLE | IN_TEXT),
        };
        merged(marks, place | (1 << COUNT))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_with_the_places_where_they_stand() {
        let read: Vec<_> = entries("'it''s':1A,3B 'x':2 'tenant a b' 'y':4C,5C").collect();
        let twice = 2 << COUNT;
        assert_eq!(read, [("it's".into(), 3 | twice), ("x".into(), 4 | 1 << COUNT), ("y".into(), 4 | twice)]);
    }
}
