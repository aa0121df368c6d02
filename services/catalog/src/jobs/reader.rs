//! Reads files through the integrations service, and remembers what it read.

use crate::domain::outcome::{Problem, Source};
use crate::domain::text::sha256_hex;
use axum::body::Body;
use bytes::Bytes;
use futures::StreamExt as _;
use http::{Request, StatusCode, header};
use http_shell::{Caller, ServiceClient, ServiceName};
use kernel::{Error, ErrorKind};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

/// The largest file that is read, in bytes.
const MAX_BYTES: usize = 5_000_000;
/// Files read at the same time for one unit.
pub const PARALLEL: usize = 8;

/// Reads on behalf of one caller. Each file is read once.
#[derive(Debug)]
pub struct Reader {
    client: ServiceClient,
    caller: Caller,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// What was read for this run.
    sources: BTreeMap<String, Source>,
    /// Bytes that are at hand, with what they are.
    bodies: HashMap<String, (Bytes, Source)>,
}

impl Seen {
    /// The bytes that are at hand; from now on they count as read.
    fn take_note(&mut self, url: &str) -> Option<Bytes> {
        let (body, source) = self.bodies.get(url).cloned()?;
        self.sources.insert(url.to_owned(), source);
        Some(body)
    }
}

/// Why a file could not be read.
#[derive(Debug)]
pub struct Unreadable {
    /// There is no such file.
    pub missing: bool,
    /// What the reading service said.
    pub error: Error,
}

impl Unreadable {
    /// The problem of a location that points at the file, in Backstage's words.
    #[must_use]
    pub fn problem(&self, url: &str) -> Problem {
        let mut problem = if self.missing {
            Problem::new("NotFoundError", format!("Unable to read url, no matching files found for {url}"))
        } else {
            Problem::new("Error", format!("Unable to read url, {}", self.error.message))
        };
        problem.transient = self.error.is_transient();
        problem.at(url, None)
    }
}

enum Answer {
    Unchanged,
    Body(Bytes, Option<String>),
}

impl Reader {
    /// Reads as this caller.
    #[must_use]
    pub fn new(client: ServiceClient, caller: Caller) -> Self {
        Self { client, caller, seen: Mutex::default() }
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// When there is none, when it may not be read, or when its host does not answer.
    pub async fn read(&self, url: &str) -> Result<Bytes, Unreadable> {
        if let Some(body) = self.with_seen(|seen| seen.take_note(url)) {
            return Ok(body);
        }
        match self.ask(url, None).await {
            Ok(Answer::Body(body, etag)) => {
                self.keep(url, etag, body.clone());
                self.with_seen(|seen| seen.take_note(url));
                Ok(body)
            }
            Ok(Answer::Unchanged) => {
                Err(Unreadable { missing: false, error: Error::internal("304 without a validator") })
            }
            Err(error) => {
                let missing = error.kind == ErrorKind::NotFound;
                if missing {
                    let source = Source { url: url.to_owned(), etag: None, sha256: None };
                    self.with_seen(|seen| seen.sources.insert(url.to_owned(), source));
                }
                Err(Unreadable { missing, error })
            }
        }
    }

    /// Whether any of these files is not what it was; files that changed are kept for [`read`](Self::read).
    pub async fn any_changed(&self, sources: &[Source]) -> bool {
        let mut checks = futures::stream::iter(sources.to_vec())
            .map(|source| async move { self.changed(&source).await })
            .buffer_unordered(PARALLEL);
        while let Some(changed) = checks.next().await {
            if changed {
                return true;
            }
        }
        false
    }

    async fn changed(&self, source: &Source) -> bool {
        match self.ask(&source.url, source.etag.as_deref()).await {
            Ok(Answer::Unchanged) => false,
            Ok(Answer::Body(body, etag)) => {
                let same = source.sha256.as_deref() == Some(sha256_hex(&body).as_str());
                self.keep(&source.url, etag, body);
                !same
            }
            Err(error) => !(error.kind == ErrorKind::NotFound && source.sha256.is_none()),
        }
    }

    /// What was read so far.
    #[must_use]
    pub fn sources(&self) -> Vec<Source> {
        self.with_seen(|seen| seen.sources.values().cloned().collect())
    }

    fn keep(&self, url: &str, etag: Option<String>, body: Bytes) {
        let source = Source { url: url.to_owned(), etag, sha256: Some(sha256_hex(&body)) };
        self.with_seen(|seen| seen.bodies.insert(url.to_owned(), (body, source)));
    }

    fn with_seen<T>(&self, f: impl FnOnce(&mut Seen) -> T) -> T {
        f(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn ask(&self, url: &str, etag: Option<&str>) -> kernel::Result<Answer> {
        let body = json!({"url": url, "etag": etag, "maxBytes": MAX_BYTES});
        let request = Request::post("/internal/integrations/v1/read")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .map_err(Error::internal)?;
        let response = self.client.call(ServiceName::Integrations, &self.caller, request).await?;
        match response.status() {
            StatusCode::NOT_MODIFIED => Ok(Answer::Unchanged),
            StatusCode::OK => {
                let etag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
                let too_long = |e| Error::input(format!("{url} is larger than {MAX_BYTES} bytes")).with_source(e);
                let body = axum::body::to_bytes(response.into_body(), MAX_BYTES).await.map_err(too_long)?;
                Ok(Answer::Body(body, etag))
            }
            _ => match http_shell::read_json::<serde_json::Value>(response).await {
                Ok(_) => Err(Error::internal("the reading service answered without a file")),
                Err(error) => Err(error),
            },
        }
    }
}
