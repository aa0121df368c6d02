//! JSON texts of strangers, within a budget.

use serde_json::Value;

/// Values, members and collections that one text may hold.
pub const MAX_NODES: usize = 250_000;

/// Reads a text. Memory follows the number of values more than the length of the text, so they are counted first.
///
/// # Errors
/// It is no JSON, nests deeper than 128, or holds too much.
pub fn parse(text: &[u8]) -> Result<Value, String> {
    parse_within(text, MAX_NODES)
}

/// As [`parse`], with a budget of one's own.
///
/// # Errors
/// As [`parse`].
pub fn parse_within(text: &[u8], max_nodes: usize) -> Result<Value, String> {
    if nodes(text) > max_nodes {
        return Err(format!("the JSON holds more than {max_nodes} values"));
    }
    serde_json::from_slice(text).map_err(|error| error.to_string())
}

/// About how many values there are: at least as many as the parser would make, collections counted twice.
fn nodes(text: &[u8]) -> usize {
    let (mut nodes, mut in_text, mut escaped) = (1, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b',' | b':' if !in_text => nodes += 1,
            b'[' | b'{' if !in_text => nodes += 2,
            _ => {}
        }
    }
    nodes
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn what_stands_in_a_text_is_no_value() {
        assert_eq!(nodes(br#"{"a": ["b, [c:\"{", 1]}"#), 7);
        assert_eq!(parse(br#"{"a": ["b, [c:\"{", 1]}"#).unwrap(), json!({"a": ["b, [c:\"{", 1]}));
    }

    #[test]
    fn a_text_of_too_many_values_is_refused_before_it_is_read() {
        let text = format!("[{}1]", "[],".repeat(100_000));
        assert!(parse(text.as_bytes()).unwrap_err().contains("more than 250000 values"));
        assert!(parse(b"[1").unwrap_err().contains("EOF"));
    }
}
