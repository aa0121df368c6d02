//! Why nothing was read, in words for the person who gave the address.

use super::names::Forbidden;
use std::error::Error as _;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;
use url::Url;

/// Why nothing was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The address itself is wrong.
    NotAUrl {
        /// As given.
        url: String,
        /// The rest of the sentence.
        why: String,
    },
    /// The guard refused the address.
    Refused {
        /// The address that was asked for or redirected to.
        url: String,
        /// Host and port, as the operator would allow them.
        host: String,
        /// Where it leads.
        address: IpAddr,
        /// What that is.
        why: &'static str,
    },
    /// The address lies in none of the places that may be read.
    NotListed {
        /// The address that was asked for or redirected to.
        url: String,
        /// Host and port, as an administrator would list them.
        host: String,
    },
    /// There is no such file, or none for everybody's eyes.
    NotFound {
        /// The address that answered.
        url: String,
        /// 404 or 410.
        status: u16,
    },
    /// The host asks for credentials.
    Denied {
        /// The address that answered.
        url: String,
        /// 401 or 403.
        status: u16,
    },
    /// The host gave another answer that is no content.
    Status {
        /// The address that answered.
        url: String,
        /// For example 500.
        status: u16,
        /// Seconds after which the host wants to be asked again, if it said so.
        retry_after: Option<u64>,
    },
    /// The content exceeds the limit.
    TooLarge {
        /// The address that answered.
        url: String,
        /// The limit.
        max_bytes: usize,
    },
    /// More redirects than we follow.
    TooManyRedirects {
        /// The address that was asked for.
        url: String,
    },
    /// No answer in time.
    TimedOut {
        /// The address that was asked for.
        url: String,
        /// The deadline.
        after: Duration,
    },
    /// The host was not reached, or broke off.
    Unreachable {
        /// The address that was asked for or redirected to.
        url: String,
        /// The technical reason.
        why: String,
    },
}

impl Failure {
    /// None of the places that an administrator has listed.
    #[must_use]
    pub fn not_listed(url: &Url) -> Self {
        let host = url.host_str().unwrap_or_default();
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Self::NotListed { url: url.to_string(), host }
    }

    pub(super) fn refused(url: &Url, address: IpAddr, why: &'static str) -> Self {
        let host = url.host_str().unwrap_or_default();
        let host = url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Self::Refused { url: url.to_string(), host, address, why }
    }

    /// The same failure under the address that the person knows. Addresses that a host's API redirects to may hold keys,
    /// and nobody has typed them.
    #[must_use]
    pub fn named(mut self, known: &str) -> Self {
        match &mut self {
            Self::NotAUrl { url, .. }
            | Self::Refused { url, .. }
            | Self::NotListed { url, .. }
            | Self::NotFound { url, .. }
            | Self::Denied { url, .. }
            | Self::Status { url, .. }
            | Self::TooLarge { url, .. }
            | Self::TooManyRedirects { url }
            | Self::TimedOut { url, .. }
            | Self::Unreachable { url, .. } => known.clone_into(url),
        }
        self
    }

    pub(super) fn from_status(url: &str, status: u16, retry_after: Option<u64>) -> Self {
        let url = url.to_owned();
        match status {
            404 | 410 => Self::NotFound { url, status },
            401 | 403 => Self::Denied { url, status },
            _ => Self::Status { url, status, retry_after },
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAUrl { url, why } => write!(f, "'{url}' cannot be read: {why}."),
            Self::Refused { url, host, address, why } => write!(
                f,
                "Reading from '{url}' is not allowed: {address} is {why}. \
                 If this host is meant, the operator adds {host} to the setting reading.allow."
            ),
            Self::NotListed { url, host } => write!(
                f,
                "Reading from '{url}' is not allowed: {host} is not among the places that this organisation reads from. \
                 An administrator adds it under source hosts."
            ),
            Self::NotFound { url, status } => {
                write!(f, "There is no file at '{url}' (status {status}). Check the address and the branch.")
            }
            Self::Denied { url, status } => write!(
                f,
                "The host does not let us read '{url}' (status {status}). \
                 Make the file public, or set up the integration for this host."
            ),
            Self::Status { url, status: 429, .. } => {
                write!(f, "The host of '{url}' answers that we ask too often (status 429). We will try again later.")
            }
            Self::Status { url, status, .. } => {
                write!(f, "The host answered with status {status} when we read '{url}'. Try again later.")
            }
            Self::TooLarge { url, max_bytes } => {
                write!(f, "'{url}' is larger than {}. Split it into several files.", size(*max_bytes))
            }
            Self::TooManyRedirects { url } => {
                write!(f, "'{url}' redirects in circles. Use the address to which it leads in the end.")
            }
            Self::TimedOut { url, after } => {
                write!(f, "'{url}' gave no answer within {} s. Try again later.", after.as_secs())
            }
            Self::Unreachable { url, why } => {
                write!(f, "'{url}' cannot be reached: {why}. Check the address, or try again later.")
            }
        }
    }
}

impl std::error::Error for Failure {}

fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

/// Finds the guard's refusal, or else the innermost reason, in the client's chain of errors.
pub(super) fn from_reqwest(url: &Url, error: &reqwest::Error) -> Failure {
    // Its own text names the address, which may hold what nobody should read.
    let mut reason = "the connection broke off".to_owned();
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(forbidden) = inner.downcast_ref::<Forbidden>() {
            return Failure::refused(url, forbidden.address, forbidden.why);
        }
        reason = inner.to_string();
        cause = inner.source();
    }
    if error.is_timeout() {
        return Failure::TimedOut { url: url.to_string(), after: super::CONNECT_TIMEOUT };
    }
    Failure::Unreachable { url: url.to_string(), why: plain(&reason) }
}

/// The failure of a look-up that we did ourselves.
pub(super) fn from_look_up(url: &Url, error: Box<dyn std::error::Error + Send + Sync>) -> Failure {
    match error.downcast::<Forbidden>() {
        Ok(forbidden) => Failure::refused(url, forbidden.address, forbidden.why),
        Err(error) => Failure::Unreachable { url: url.to_string(), why: plain(&error.to_string()) },
    }
}

/// The system's words for the two usual reasons are for its programmers.
fn plain(reason: &str) -> String {
    if reason.contains("failed to lookup address") || reason.contains("no address") {
        return "no host of this name is known".to_owned();
    }
    match reason.split_once(" (os error") {
        Some((text, _)) => text.to_lowercase(),
        None => reason.to_owned(),
    }
}
