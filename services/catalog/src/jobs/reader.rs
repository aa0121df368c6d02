//! Reads files through the integrations service. Each file is asked for once in a run, and a host that failed is left
//! alone for the rest of it.

use crate::domain::files::host_of;
use crate::domain::outcome::{Problem, Source};
use crate::domain::text::sha256_hex;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_shell::{Caller, ServiceClient, ServiceName};
use kernel::{Error, ErrorKind};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::queue::Urgency;

/// The largest file that is read, in bytes.
const MAX_BYTES: usize = 5_000_000;
/// The largest answer to a search, in bytes.
const MAX_SEARCH_BYTES: usize = 100_000_000;
/// Files read at the same time for one unit.
pub const PARALLEL: usize = 8;

/// Reads on behalf of one caller.
#[derive(Debug)]
pub struct Reader {
    client: ServiceClient,
    caller: Caller,
    /// Whether a person waits: background reading leaves a part of a host's budget to people.
    priority: &'static str,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    files: HashMap<String, Arc<Fetched>>,
    /// Files that are what they were, with the validator that says so.
    same: HashMap<String, String>,
    answered: Vec<String>,
    down: BTreeMap<String, Down>,
}

/// A host that failed in a way that may pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Down {
    /// What happened.
    pub message: String,
    /// What the host asks for.
    pub retry_after: Option<Duration>,
}

/// A file as it is now.
#[derive(Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Its bytes.
    pub bytes: Bytes,
    /// The host's validator.
    pub etag: Option<String>,
    /// Digest of the bytes.
    pub sha256: String,
    /// The commit that it was read at, where the host says.
    pub commit: Option<String>,
}

impl Fetched {
    fn new(bytes: Bytes, etag: Option<String>, commit: Option<String>) -> Arc<Self> {
        let sha256 = sha256_hex(&bytes);
        Arc::new(Self { bytes, etag, sha256, commit })
    }
}

/// The answer to a conditional request.
#[derive(Debug)]
pub enum Look {
    /// The validator still holds.
    Same,
    /// The file.
    File(Arc<Fetched>),
}

/// The answer to a conditional search.
#[derive(Debug)]
pub enum Search {
    /// The validator still holds.
    Same,
    /// What is found now, by address.
    Found {
        /// The validator.
        etag: Option<String>,
        /// Files by address.
        files: BTreeMap<String, Arc<Fetched>>,
    },
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

impl From<Error> for Unreadable {
    fn from(error: Error) -> Self {
        Self { missing: error.kind == ErrorKind::NotFound, error }
    }
}

#[derive(Deserialize)]
struct SearchAnswer {
    files: Vec<FoundFile>,
    etag: Option<String>,
}

#[derive(Deserialize)]
struct FoundFile {
    url: String,
    content: String,
}

impl Reader {
    /// Reads as this caller.
    #[must_use]
    pub fn new(client: ServiceClient, caller: Caller, urgency: Urgency) -> Self {
        let priority = match urgency {
            Urgency::Person => "user",
            Urgency::Background => "background",
        };
        Self { client, caller, priority, seen: Mutex::default() }
    }

    /// The file, unless it is still what the validator stands for.
    ///
    /// # Errors
    /// When there is none, when it may not be read, or when its host does not answer.
    pub async fn look(&self, url: &str, etag: Option<&str>) -> Result<Look, Unreadable> {
        if let Some(known) = self.with_seen(|seen| seen.look(url, etag)) {
            return Ok(known);
        }
        let body = json!({"url": url, "etag": etag, "maxBytes": MAX_BYTES, "priority": self.priority});
        let response = self.ask(url, "/internal/integrations/v1/read", &body).await?;
        if response.status() == StatusCode::NOT_MODIFIED
            && let Some(etag) = etag
        {
            self.with_seen(|seen| seen.same.insert(url.to_owned(), etag.to_owned()));
            return Ok(Look::Same);
        }
        let (etag, commit) = (text_of(response.headers(), "etag"), text_of(response.headers(), "x-commit"));
        let bytes = body_of(response, url, MAX_BYTES).await?;
        let file = Fetched::new(bytes, etag, commit);
        self.with_seen(|seen| seen.files.insert(url.to_owned(), file.clone()));
        Ok(Look::File(file))
    }

    /// The file as it is now.
    ///
    /// # Errors
    /// As [`look`](Self::look).
    pub async fn read(&self, url: &str) -> Result<Arc<Fetched>, Unreadable> {
        match self.look(url, None).await? {
            Look::File(file) => Ok(file),
            Look::Same => Err(Error::internal("304 without a validator").into()),
        }
    }

    /// The files that a pattern finds, unless they are what the validator stands for.
    ///
    /// # Errors
    /// When the host of the pattern cannot be searched, or does not answer.
    pub async fn search(&self, pattern: &str, etag: Option<&str>) -> Result<Search, Unreadable> {
        let body = json!({"url": pattern, "etag": etag, "priority": self.priority});
        let response = self.ask(pattern, "/internal/integrations/v1/search", &body).await?;
        if response.status() == StatusCode::NOT_MODIFIED {
            return Ok(Search::Same);
        }
        let commit = text_of(response.headers(), "x-commit");
        let bytes = body_of(response, pattern, MAX_SEARCH_BYTES).await?;
        let answer: SearchAnswer = serde_json::from_slice(&bytes).map_err(Error::internal)?;
        let mut files = BTreeMap::new();
        for found in answer.files {
            let content = STANDARD.decode(&found.content).map_err(Error::internal)?;
            let file = Fetched::new(content.into(), None, commit.clone());
            self.with_seen(|seen| seen.files.insert(found.url.clone(), file.clone()));
            files.insert(found.url, file);
        }
        Ok(Search::Found { etag: answer.etag, files })
    }

    /// Whether a file that was read for another one is still what it was.
    pub async fn is_same(&self, source: &Source) -> bool {
        match self.look(&source.url, source.etag.as_deref()).await {
            Ok(Look::Same) => true,
            Ok(Look::File(file)) => source.sha256.as_ref() == Some(&file.sha256),
            Err(unreadable) => unreadable.missing && source.sha256.is_none(),
        }
    }

    /// Hosts that failed in a way that may pass.
    #[must_use]
    pub fn down(&self) -> BTreeMap<String, Down> {
        self.with_seen(|seen| seen.down.clone())
    }

    /// Hosts that gave an answer.
    #[must_use]
    pub fn answered(&self) -> Vec<String> {
        self.with_seen(|seen| seen.answered.clone())
    }

    fn with_seen<T>(&self, f: impl FnOnce(&mut Seen) -> T) -> T {
        f(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends a request about an address; whatever is neither 200 nor 304 is an error.
    async fn ask(&self, url: &str, path: &str, body: &Value) -> kernel::Result<Response<Body>> {
        let host = host_of(url);
        if let Some(down) = host.as_ref().and_then(|host| self.with_seen(|seen| seen.down.get(host).cloned())) {
            return Err(Error::unavailable(down.message));
        }
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .map_err(Error::internal)?;
        let answered = match self.client.call(ServiceName::Integrations, &self.caller, request).await {
            Ok(response) if matches!(response.status(), StatusCode::OK | StatusCode::NOT_MODIFIED) => Ok(response),
            Ok(response) => Err(match http_shell::read_json::<Value>(response).await {
                Ok(_) => Error::internal("the reading service answered without a file"),
                Err(error) => error,
            }),
            Err(error) => Err(error),
        };
        if let Some(host) = host {
            self.with_seen(|seen| seen.note(host, answered.as_ref().err()));
        }
        answered
    }
}

impl Seen {
    fn look(&self, url: &str, etag: Option<&str>) -> Option<Look> {
        if let Some(file) = self.files.get(url) {
            return Some(Look::File(file.clone()));
        }
        let known = self.same.get(url)?;
        (etag == Some(known)).then_some(Look::Same)
    }

    fn note(&mut self, host: String, error: Option<&Error>) {
        match error {
            Some(error) if matches!(error.kind, ErrorKind::Unavailable | ErrorKind::TooManyRequests) => {
                let retry_after = error.retry_after.map(Duration::from_secs);
                self.down.insert(host, Down { message: error.message.clone(), retry_after });
            }
            _ if !self.answered.contains(&host) => self.answered.push(host),
            _ => {}
        }
    }
}

fn text_of(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

async fn body_of(response: Response<Body>, url: &str, max: usize) -> kernel::Result<Bytes> {
    let too_long = |e| Error::input(format!("{url} is larger than {max} bytes")).with_source(e);
    axum::body::to_bytes(response.into_body(), max).await.map_err(too_long)
}
