//! From driver errors to our own, without leaking constraint values.

use kernel::{Error, ErrorKind};

/// Maps a driver error: unique violations become conflicts, a lost database 503, everything else 500.
///
/// The text of the database never reaches a client, since its detail lines quote values; it stays in the source.
#[must_use]
pub fn db(error: sqlx::Error) -> Error {
    let kind = match &error {
        sqlx::Error::RowNotFound => ErrorKind::NotFound,
        sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolClosed => {
            ErrorKind::Unavailable
        }
        sqlx::Error::Database(cause) => match cause.code().as_deref() {
            Some("23505") => ErrorKind::Conflict,
            Some("57P01" | "57P02" | "57P03" | "53300" | "08006" | "08001" | "40001" | "40P01") => {
                ErrorKind::Unavailable
            }
            Some("57014") => ErrorKind::Unavailable,
            _ => ErrorKind::Internal,
        },
        _ => ErrorKind::Internal,
    };
    let message = match kind {
        ErrorKind::NotFound => "No such row",
        ErrorKind::Conflict => "It exists already",
        ErrorKind::Unavailable => "The database cannot answer right now. Try again in a moment.",
        _ => "An internal error occurred",
    };
    Error::new(kind, message).with_source(error)
}

/// Whether the statement failed because a unique constraint of this name (any, when `None`) was violated.
#[must_use]
pub fn is_unique_violation(error: &sqlx::Error, constraint: Option<&str>) -> bool {
    match error {
        sqlx::Error::Database(cause) if cause.code().as_deref() == Some("23505") => {
            constraint.is_none_or(|name| cause.constraint() == Some(name))
        }
        _ => false,
    }
}

/// The name of the constraint that one of our errors stems from.
#[must_use]
pub fn violated_constraint(error: &Error) -> Option<&str> {
    match error.source.as_ref()?.downcast_ref::<sqlx::Error>()? {
        sqlx::Error::Database(cause) => cause.constraint(),
        _ => None,
    }
}
