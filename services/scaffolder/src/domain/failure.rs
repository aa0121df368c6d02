//! How a step or a run fails: a name and a message, as Backstage stores and shows them.

use kernel::{Error, ErrorKind};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::fmt;

/// A failure inside a run. It is written to the event table and shown to the person who started the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The kind of error, as `@backstage/errors` or JavaScript names it (`InputError`, `Error`, …).
    pub name: String,
    /// Plain words.
    pub message: String,
}

/// Shorthand for results that fail inside a run.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// A failure with any name.
    pub fn new(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self { name: name.into(), message: message.into() }
    }

    /// An ordinary failure (`Error`).
    pub fn error(message: impl Into<String>) -> Self {
        Self::new("Error", message)
    }

    /// The template or the person gave something that cannot be right (`InputError`).
    pub fn input(message: impl Into<String>) -> Self {
        Self::new("InputError", message)
    }

    /// Not allowed (`NotAllowedError`).
    pub fn not_allowed(message: impl Into<String>) -> Self {
        Self::new("NotAllowedError", message)
    }

    /// Not there (`NotFoundError`).
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new("NotFoundError", message)
    }

    /// A file operation that failed, worded as Node words it: `ENOENT: no such file or directory, open '/x'`.
    #[must_use]
    pub fn file(error: &std::io::Error, call: &str, path: &std::path::Path) -> Self {
        use std::io::ErrorKind as Io;
        let reason = match error.kind() {
            Io::NotFound => "ENOENT: no such file or directory".to_owned(),
            Io::NotADirectory => "ENOTDIR: not a directory".to_owned(),
            Io::IsADirectory => "EISDIR: illegal operation on a directory".to_owned(),
            Io::AlreadyExists => "EEXIST: file already exists".to_owned(),
            Io::PermissionDenied => "EACCES: permission denied".to_owned(),
            Io::StorageFull => "ENOSPC: no space left on device".to_owned(),
            _ => error.to_string(),
        };
        Self::error(format!("{reason}, {call} '{}'", path.display()))
    }

    /// What Backstage's logger shows of it beside the message: for a file operation, code, number, call and path.
    #[must_use]
    pub fn details(&self) -> Value {
        let mut details = Map::from_iter([("stack".to_owned(), json!(self.to_string()))]);
        let number = match self.message.split(':').next() {
            Some("ENOENT") => -2,
            Some("EACCES") => -13,
            Some("EEXIST") => -17,
            Some("ENOTDIR") => -20,
            Some("EISDIR") => -21,
            Some("ENOSPC") => -28,
            _ => return Value::Object(details),
        };
        let (reason, operation) = self.message.rsplit_once(", ").unwrap_or((&self.message, ""));
        let (call, path) = operation.split_once(' ').unwrap_or_default();
        details.insert("code".to_owned(), json!(reason.split(':').next()));
        details.insert("errno".to_owned(), json!(number));
        details.insert("syscall".to_owned(), json!(call));
        details.insert("path".to_owned(), json!(path.trim_matches('\'')));
        Value::Object(details)
    }

    /// The status code with which Backstage answers such a failure.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.name.as_str() {
            "InputError" => 400,
            "AuthenticationError" => 401,
            "NotAllowedError" => 403,
            "NotFoundError" => 404,
            "ConflictError" => 409,
            "ServiceUnavailableError" => 503,
            _ => 500,
        }
    }

    /// The same failure with secrets taken out of its words.
    #[must_use]
    pub fn redacted(self, redaction: &kernel::Redaction) -> Self {
        Self { name: redaction.apply(&self.name), message: redaction.apply(&self.message) }
    }
}

impl fmt::Display for Failure {
    /// As the first line of a JavaScript stack.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

impl std::error::Error for Failure {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        if error.kind == ErrorKind::Internal {
            tracing::error!(error = %error, "a step failed for a reason of ours");
        }
        Self::new(error.kind.name(), error.message)
    }
}
