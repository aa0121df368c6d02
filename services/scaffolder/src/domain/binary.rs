//! Tells a binary file from text, by the same signs as the package that Backstage asks, so that the same files are
//! copied instead of rendered.

/// Bytes that are looked at.
const SAMPLE: usize = 512;
/// A multi-byte character may begin at the end of the sample and reach this far beyond it.
const OVERHANG: usize = 3;
/// Marks that announce a text encoding, or the one format that is announced as binary.
const TEXT_MARKS: [&[u8]; 6] = [
    &[0xef, 0xbb, 0xbf],
    &[0x00, 0x00, 0xfe, 0xff],
    &[0xff, 0xfe, 0x00, 0x00],
    &[0x84, 0x31, 0x95, 0x33],
    &[0xfe, 0xff],
    &[0xff, 0xfe],
];

/// Whether the file that begins with `content` is binary.
#[must_use]
pub fn is_binary(content: &[u8]) -> bool {
    let window = &content[..content.len().min(SAMPLE + OVERHANG)];
    if window.is_empty() || TEXT_MARKS[..4].iter().any(|mark| window.starts_with(mark)) {
        return false;
    }
    if window.starts_with(b"%PDF-") {
        return true;
    }
    if TEXT_MARKS[4..].iter().any(|mark| window.starts_with(mark)) {
        return false;
    }
    let scanned = window.len().min(SAMPLE);
    let mut suspicious = 0;
    let mut at = 0;
    while at < scanned {
        let byte = window[at];
        if byte == 0 {
            return true;
        }
        let plain = (7..=14).contains(&byte) || (32..=127).contains(&byte);
        if !plain {
            match character_length(&window[at..]) {
                Character::Whole(length) => {
                    at += length;
                    continue;
                }
                // A broken character has used up its second byte.
                Character::Broken => at += 1,
                Character::None => {}
            }
            suspicious += 1;
            if at >= 32 && suspicious * 100 > scanned * 10 {
                return true;
            }
        }
        at += 1;
    }
    suspicious * 100 > scanned * 10 || (suspicious > 1 && is_protobuf(&window[..scanned]))
}

enum Character {
    Whole(usize),
    Broken,
    None,
}

/// Length of the UTF-8 character at the start of `bytes`.
fn character_length(bytes: &[u8]) -> Character {
    let length = match bytes[0] {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf7 => 4,
        _ => return Character::None,
    };
    match bytes.get(1..length) {
        None => Character::None,
        Some(rest) if rest.iter().all(|byte| (0x80..=0xbf).contains(byte)) => Character::Whole(length),
        Some(_) => Character::Broken,
    }
}

/// Whether the bytes read as a run of protocol buffer fields, at least one of them whole.
fn is_protobuf(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    let mut fields = 0;
    while let Some(tag) = variable_integer(&mut rest) {
        let skipped = match tag & 7 {
            0 => variable_integer(&mut rest).map(|_| ()),
            1 => skip(&mut rest, 8),
            2 => variable_integer(&mut rest).and_then(|length| skip(&mut rest, length as usize)),
            5 => skip(&mut rest, 4),
            _ => return false,
        };
        if skipped.is_none() {
            break;
        }
        fields += 1;
    }
    fields > 0
}

fn variable_integer(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for index in 0..10 {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f).checked_shl(7 * index).unwrap_or(0);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn skip(rest: &mut &[u8], length: usize) -> Option<()> {
    *rest = rest.get(length..)?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_text_in_any_language() {
        for text in ["", "a", "line\r\n\ttab", "Ünïcødé ✓ 😀", "\u{feff}with a mark"] {
            assert!(!is_binary(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn a_zero_byte_or_many_odd_ones_are_binary() {
        assert!(is_binary(b"ab\0cd"));
        assert!(is_binary(b"%PDF-1.7 text"));
        assert!(is_binary(&[0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]));
        assert!(is_binary(&[0xff; 64]));
    }

    #[test]
    fn utf_16_with_a_mark_counts_as_text() {
        assert!(!is_binary(&[0xff, 0xfe, b'a', 0, b'b', 0]));
    }
}
