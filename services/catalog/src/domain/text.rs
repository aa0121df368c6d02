//! How texts are compared: lower case everywhere, digests for names and etags.

use aws_lc_rs::digest;
use std::borrow::Cow;

/// The form in which keys and values are compared.
#[must_use]
pub fn lower(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() }
}

/// As [`lower`]; most texts are in lower case already.
#[must_use]
pub fn lowered(text: &str) -> Cow<'_, str> {
    let is_lower = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_lower { Cow::Borrowed(text) } else { Cow::Owned(lower(text)) }
}

/// SHA-1 in hexadecimal, for the names that Backstage derives with it; no secret depends on it.
#[must_use]
pub fn sha1_hex(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref())
}

/// SHA-256 in hexadecimal, for change detection.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).map(char::from).collect()
}

/// The smallest text that sorts, byte by byte, after every text beginning with `prefix`; `None` when there is none.
#[must_use]
pub fn after_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_of_a_prefix_sorts_after_everything_that_begins_with_it() {
        assert_eq!(after_prefix("ab").as_deref(), Some("ac"));
        assert_eq!(after_prefix("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(after_prefix("\u{D7FF}").as_deref(), Some("\u{E000}"));
        assert_eq!(after_prefix(""), None);
    }

    #[test]
    fn sha1_is_that_of_the_real_backstage() {
        assert_eq!(sha1_hex(b"url:http://localhost:18099/root.yaml"), "3de522f8bc37792da0b205c5ef80ec1ac4e450ae");
    }
}
