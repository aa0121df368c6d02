//! Asking a host's API: with the credential, within the budget, and with failures in words for people.

use super::Budgets;
use crate::domain::budget::{Priority, Told};
use crate::domain::source_host::Kind;
use crate::failure::to_error;
use kernel::{Error, ErrorKind, Result};
use runtime::cache::CacheKey;
use runtime::outbound::{Call, Credential, Outbound, Reply};
use serde::de::DeserializeOwned;
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(20);
/// Archives are made while we wait.
const LONG_DEADLINE: Duration = Duration::from_secs(120);
/// The largest JSON answer; GitHub's listings have at most 7 MB.
const MAX_JSON_BYTES: usize = 24_000_000;

/// One host with one credential, asked for one purpose.
pub(crate) struct Api {
    pub(crate) outbound: Outbound,
    pub(crate) budgets: Budgets,
    /// Whose requests are counted.
    pub(crate) budget: CacheKey,
    pub(crate) priority: Priority,
    pub(crate) kind: Kind,
    /// As people know it.
    pub(crate) host: String,
    /// Without a slash at its end.
    pub(crate) base: String,
    pub(crate) credential: Option<Credential>,
    /// Sent with every request.
    pub(crate) headers: &'static [(&'static str, &'static str)],
}

/// One request.
pub(crate) struct Ask<'a> {
    /// What follows the base, or a whole address.
    pub(crate) path: &'a str,
    pub(crate) accept: &'a str,
    pub(crate) known: Option<&'a str>,
    pub(crate) head: bool,
    pub(crate) max_bytes: usize,
    /// Whether the host needs time to make the answer.
    pub(crate) slow: bool,
    /// The address that the person knows.
    pub(crate) about: &'a str,
}

impl<'a> Ask<'a> {
    pub(crate) const fn new(path: &'a str, about: &'a str) -> Self {
        Self {
            path,
            accept: "application/json",
            known: None,
            head: false,
            max_bytes: MAX_JSON_BYTES,
            slow: false,
            about,
        }
    }
}

impl Api {
    /// Asks; what comes back is a success or 304.
    ///
    /// # Errors
    /// `NotFound`, `NotAllowed`, `Unavailable` with the time to come back, or `Input`.
    pub(crate) async fn ask(&self, ask: Ask<'_>) -> Result<Reply> {
        self.budgets.admit(&self.budget, self.priority, &self.host).await?;
        let url = if ask.path.starts_with('/') { format!("{}{}", self.base, ask.path) } else { ask.path.to_owned() };
        let call = Call {
            head: ask.head,
            accept: ask.accept,
            headers: self.headers,
            credential: self.credential.as_ref(),
            validator: ask.known,
            max_bytes: ask.max_bytes,
            deadline: if ask.slow { LONG_DEADLINE } else { DEADLINE },
            ..Call::get(&url)
        };
        let reply = self.outbound.call(call).await.map_err(|failure| to_error(&failure.named(ask.about)))?;
        let text = String::from_utf8_lossy(if reply.status < 400 { &[] } else { &reply.bytes });
        let told = Told::read(self.kind.dialect(), reply.status, |name| reply.header(name), &text);
        if let Some(seconds) = self.budgets.note(&self.budget, &told).await {
            let message =
                format!("{} asks us to wait before we read '{}'. We go on in {seconds} s.", self.host, ask.about);
            return Err(Error { retry_after: Some(seconds), ..Error::unavailable(message) });
        }
        match reply.status {
            200..=299 | 304 => Ok(reply),
            status => Err(self.refusal(status, told.retry_after, ask.about)),
        }
    }

    /// Asks for JSON.
    ///
    /// # Errors
    /// As [`ask`](Self::ask); `Unavailable` when the answer is something else.
    pub(crate) async fn json<T: DeserializeOwned>(&self, path: &str, about: &str) -> Result<T> {
        let reply = self.ask(Ask::new(path, about)).await?;
        self.parse(&reply, about)
    }

    /// Reads the JSON of an answer.
    ///
    /// # Errors
    /// `Unavailable` when it is not what the host describes.
    pub(crate) fn parse<T: DeserializeOwned>(&self, reply: &Reply, about: &str) -> Result<T> {
        serde_json::from_slice(&reply.bytes).map_err(|error| {
            let text = format!(
                "{} gave an answer about '{about}' that we do not understand. Check the address of its API.",
                self.host
            );
            Error::unavailable(text).with_source(error)
        })
    }

    fn refusal(&self, status: u16, retry_after: Option<i64>, about: &str) -> Error {
        let host = &self.host;
        let (kind, text) = match (status, &self.credential) {
            (401, Some(_)) => (
                ErrorKind::NotAllowed,
                format!(
                    "{host} does not accept the token that is set up for it, so '{about}' was not read. An administrator sets a new one under source hosts."
                ),
            ),
            (401 | 403, None) => (
                ErrorKind::NotAllowed,
                format!(
                    "{host} does not let us read '{about}' (status {status}). An administrator sets up a token for it under source hosts."
                ),
            ),
            (403, Some(_)) => (
                ErrorKind::NotAllowed,
                format!(
                    "The token for {host} may not read '{about}'. An administrator gives it the permission to read contents, or sets another one under source hosts."
                ),
            ),
            // A repository without a commit is 409, a reference that is none 422.
            (404 | 409 | 410 | 422 | 451, Some(_)) => (
                ErrorKind::NotFound,
                format!(
                    "There is nothing at '{about}', or the token for {host} may not see it. Check the address and the branch."
                ),
            ),
            (404 | 409 | 410 | 422 | 451, None) => (
                ErrorKind::NotFound,
                format!(
                    "There is nothing at '{about}' that everybody may see. Check the address and the branch; for a private repository an administrator sets up {host} under source hosts."
                ),
            ),
            (400..=499, _) => {
                (ErrorKind::Input, format!("{host} refused to read '{about}' (status {status}). Check the address."))
            }
            _ => (
                ErrorKind::Unavailable,
                format!("{host} answered with status {status} when we read '{about}'. Try again later."),
            ),
        };
        let retry_after = retry_after.and_then(|seconds| u64::try_from(seconds).ok());
        Error { retry_after: retry_after.filter(|_| kind == ErrorKind::Unavailable), ..Error::new(kind, text) }
    }
}
