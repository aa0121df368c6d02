//! Identifiers that are safe by type.

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// One organisation. The only value that is ever formatted into a statement (by `store`, as a UUID).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TenantId(Uuid);

impl TenantId {
    /// Wraps an id that came from the database or from a verified token.
    #[must_use]
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// A fresh, time-ordered id (UUIDv7).
    #[must_use]
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }

    /// The bare id, for binding to a statement.
    #[must_use]
    pub const fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Names one request in logs, errors and traces. Printable ASCII, at most 64 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// Takes a client's id when it is harmless, else makes one.
    #[must_use]
    pub fn accept(offered: Option<&str>) -> Self {
        match offered {
            Some(id) if Self::is_harmless(id) => Self(id.to_owned()),
            _ => Self(Uuid::now_v7().simple().to_string()),
        }
    }

    fn is_harmless(id: &str) -> bool {
        (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_with_a_line_break_is_replaced() {
        assert_ne!(RequestId::accept(Some("abcdefgh\nforged log line")).as_str(), "abcdefgh\nforged log line");
        assert_eq!(RequestId::accept(Some("trace-0123456789")).as_str(), "trace-0123456789");
    }
}
