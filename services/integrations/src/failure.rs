//! From the client's failures to the errors that services understand.

use kernel::{Error, ErrorKind};
use runtime::outbound::Failure;

/// The kind that a caller acts on: 400 for what must be changed, 403 for what is not allowed, 404, 503 for what may work
/// later.
#[must_use]
pub fn to_error(failure: &Failure) -> Error {
    let kind = match failure {
        Failure::NotAUrl { .. } | Failure::TooLarge { .. } | Failure::TooManyRedirects { .. } => ErrorKind::Input,
        Failure::Refused { .. } | Failure::NotListed { .. } | Failure::Denied { .. } => ErrorKind::NotAllowed,
        Failure::NotFound { .. } => ErrorKind::NotFound,
        Failure::Status { status, .. } if (400..500).contains(status) && *status != 429 => ErrorKind::Input,
        Failure::Status { .. } | Failure::TimedOut { .. } | Failure::Unreachable { .. } => ErrorKind::Unavailable,
    };
    let retry_after = match failure {
        Failure::Status { retry_after, .. } if kind == ErrorKind::Unavailable => *retry_after,
        _ => None,
    };
    Error { retry_after, ..Error::new(kind, failure.to_string()) }
}
