//! One error for everything that crosses a boundary, with the names that Backstage clients know.

use std::collections::BTreeMap;
use std::fmt;

/// Shorthand for results with our own error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure it is; decides the status code and the `error.name` that clients see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// 400: the caller sent something that cannot be right.
    Input,
    /// 401: no credentials, or credentials that are not valid.
    Authentication,
    /// 403: known caller, not allowed.
    NotAllowed,
    /// 404: no such thing, or none that this caller may know of.
    NotFound,
    /// 409: it collides with what is there.
    Conflict,
    /// 413: larger than the boundary takes.
    PayloadTooLarge,
    /// 422: understood, yet cannot be processed.
    Unprocessable,
    /// 429: too many requests; `retry_after` says when to come back.
    TooManyRequests,
    /// 503: something that is needed is not there now.
    Unavailable,
    /// 500: our fault; the text is for the log only.
    Internal,
}

impl ErrorKind {
    /// The HTTP status code.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Input => 400,
            Self::Authentication => 401,
            Self::NotAllowed => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::PayloadTooLarge => 413,
            Self::Unprocessable => 422,
            Self::TooManyRequests => 429,
            Self::Unavailable => 503,
            Self::Internal => 500,
        }
    }

    /// The name in the error body, as `@backstage/errors` spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Input => "InputError",
            Self::Authentication => "AuthenticationError",
            Self::NotAllowed => "NotAllowedError",
            Self::NotFound => "NotFoundError",
            Self::Conflict => "ConflictError",
            Self::PayloadTooLarge => "PayloadTooLargeError",
            Self::Unprocessable => "UnprocessableEntityError",
            Self::TooManyRequests => "TooManyRequestsError",
            Self::Unavailable => "ServiceUnavailableError",
            Self::Internal => "Error",
        }
    }

    /// The kind that a service's answer with this status and name stands for.
    #[must_use]
    pub fn from_status(status: u16) -> Self {
        match status {
            401 => Self::Authentication,
            403 => Self::NotAllowed,
            404 => Self::NotFound,
            409 => Self::Conflict,
            413 => Self::PayloadTooLarge,
            422 => Self::Unprocessable,
            429 => Self::TooManyRequests,
            502..=504 => Self::Unavailable,
            400..=499 => Self::Input,
            _ => Self::Internal,
        }
    }
}

/// A failure with a message fit for the person who caused it, and its technical cause for the log.
#[derive(Debug)]
pub struct Error {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// Plain words: what happened, where, and what to do about it.
    pub message: String,
    /// Texts to show next to form fields, by path in the request body (`organization.slug`).
    pub fields: BTreeMap<String, String>,
    /// Seconds to wait before trying again, for 429 and 503.
    pub retry_after: Option<u64>,
    /// The cause; logged, never sent.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of any kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), fields: BTreeMap::new(), retry_after: None, source: None }
    }

    /// 400: the caller sent something that cannot be right.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Input, message)
    }

    /// 401: no credentials, or credentials that are not valid.
    pub fn authentication(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Authentication, message)
    }

    /// 403: known caller, not allowed.
    pub fn not_allowed(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotAllowed, message)
    }

    /// 404: no such thing, or none that this caller may know of.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    /// 409: it collides with what is there.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, message)
    }

    /// 413: larger than the boundary takes.
    pub fn too_large(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::PayloadTooLarge, message)
    }

    /// 429: too many requests.
    pub fn too_many(message: impl Into<String>, retry_after: u64) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(ErrorKind::TooManyRequests, message) }
    }

    /// 503: something that is needed is not there now.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, message)
    }

    /// 500: our fault. Clients see a log id instead of the cause.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let source = source.into();
        Self { source: Some(source), ..Self::new(ErrorKind::Internal, "An internal error occurred") }
    }

    /// Adds the text to show next to a form field.
    #[must_use]
    pub fn with_field(mut self, path: impl Into<String>, text: impl Into<String>) -> Self {
        self.fields.insert(path.into(), text.into());
        self
    }

    /// Adds the cause, for the log.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Whether trying the same again later may succeed.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self.kind, ErrorKind::Unavailable | ErrorKind::TooManyRequests | ErrorKind::Internal)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match (&self.source, self.kind) {
            (Some(source), ErrorKind::Internal) => write!(f, ": {source}"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}
