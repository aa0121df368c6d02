//! How values are written, where that is not how they are compared.
//!
//! Nearly always it is the same but for a few capital letters: then only where these are is kept.

use super::growth;
use std::borrow::Cow;

/// Spellings of terms, which come in ascending order.
#[derive(Debug, Clone, Default)]
pub struct Spellings {
    /// Term, and where its spelling begins.
    places: Vec<(u32, u32)>,
    bytes: Vec<u8>,
}

impl Spellings {
    /// Notes how a term is written whose value is `value`. Terms come in ascending order. `None` when it does not fit.
    pub fn push(&mut self, term: u32, value: &str, written: &str) -> Option<()> {
        let start = u32::try_from(self.bytes.len()).ok()?;
        if let Some(capitals) = capitals(value, written) {
            varint(&mut self.bytes, capitals.len());
            let mut last = 0;
            for at in capitals {
                varint(&mut self.bytes, at - last);
                last = at;
            }
        } else {
            varint(&mut self.bytes, 0);
            varint(&mut self.bytes, written.len());
            self.bytes.extend_from_slice(written.as_bytes());
        }
        growth::push(&mut self.places, (term, start));
        Some(())
    }

    /// How a term is written whose value is `value`.
    #[must_use]
    pub fn written<'s>(&'s self, term: u32, value: &'s str) -> Cow<'s, str> {
        let Ok(at) = self.places.binary_search_by_key(&term, |(term, _)| *term) else { return Cow::Borrowed(value) };
        let mut rest = self.bytes.get(self.places[at].1 as usize..).unwrap_or_default();
        let capitals = take_varint(&mut rest);
        if capitals == 0 {
            let length = take_varint(&mut rest);
            return String::from_utf8_lossy(rest.get(..length).unwrap_or_default());
        }
        let mut written = value.as_bytes().to_vec();
        let mut place = 0;
        for _ in 0..capitals {
            place += take_varint(&mut rest);
            if let Some(letter) = written.get_mut(place) {
                letter.make_ascii_uppercase();
            }
        }
        String::from_utf8(written).map_or(Cow::Borrowed(value), Cow::Owned)
    }

    /// Gives back what was reserved for growing.
    pub fn shrink(&mut self) {
        self.places.shrink_to_fit();
        self.bytes.shrink_to_fit();
    }

    /// Bytes on the heap.
    #[must_use]
    pub const fn heap_bytes(&self) -> usize {
        self.places.capacity() * 8 + self.bytes.capacity()
    }
}

/// Where the capital letters are, when nothing else is different and saying so is shorter.
fn capitals(value: &str, written: &str) -> Option<Vec<usize>> {
    if value.len() != written.len() {
        return None;
    }
    let mut capitals = Vec::new();
    for (at, (small, as_written)) in value.bytes().zip(written.bytes()).enumerate() {
        if small != as_written {
            if small != as_written.to_ascii_lowercase() {
                return None;
            }
            capitals.push(at);
        }
    }
    (!capitals.is_empty() && capitals.len() < written.len()).then_some(capitals)
}

fn varint(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push((number & 0x7f) as u8);
}

fn take_varint(bytes: &mut &[u8]) -> usize {
    let (mut number, mut shift) = (0, 0);
    while let Some((byte, rest)) = bytes.split_first() {
        *bytes = rest;
        number |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 || shift >= usize::BITS {
            break;
        }
    }
    number
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_spelling_comes_back_as_it_was_written() {
        let long = "x".repeat(300) + "Y";
        let written = ["Orders Intake C00001", "API", "Äther", "İstanbul", "ẞ", long.as_str(), "k", "A", "ÄB c"];
        let mut spellings = Spellings::default();
        let values: Vec<String> = written.iter().map(|text| text.to_lowercase()).collect();
        for (term, (value, written)) in (0..).zip(values.iter().zip(written)) {
            spellings.push(term * 3, value, written).unwrap();
        }
        for (term, (value, written)) in (0..).zip(values.iter().zip(written)) {
            assert_eq!(spellings.written(term * 3, value), written);
        }
        assert_eq!(spellings.written(1, "plain"), "plain");
    }

    #[test]
    fn a_capital_letter_costs_a_byte_and_not_the_whole_text() {
        let mut spellings = Spellings::default();
        let text = format!("K{}", "eeps the state of its area ".repeat(6));
        spellings.push(7, &text.to_lowercase(), &text).unwrap();
        assert_eq!(spellings.bytes.len(), 2);
    }
}
