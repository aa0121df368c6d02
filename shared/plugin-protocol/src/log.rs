//! Log text: what comes out of a worker's standard output and error. Untrusted: it is shown, never acted upon.

use serde::Deserialize;

use crate::limits::MAX_LINE_BYTES;

/// One line of log as a reader shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// `error`, `warn`, `info` or `debug`; `info` for plain text.
    pub level: String,
    /// The message, at most [`MAX_LINE_BYTES`] long.
    pub message: String,
}

#[derive(Deserialize)]
struct Structured {
    level: String,
    message: String,
}

impl LogLine {
    /// Understands the JSON lines of the Node worker and takes everything else as text.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.trim_end_matches(['\r', '\n']);
        if let Ok(Structured { level, message }) = serde_json::from_str(text)
            && ["error", "warn", "info", "debug"].contains(&level.as_str())
        {
            return Self { level, message: cut(&message).into() };
        }
        Self { level: "info".into(), message: cut(text).into() }
    }
}

/// The longest prefix within the limit that ends between characters.
fn cut(text: &str) -> &str {
    let end = (0..=text.len().min(MAX_LINE_BYTES)).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
    &text[..end]
}
