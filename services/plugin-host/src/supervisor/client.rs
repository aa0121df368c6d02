//! Speaks HTTP with one worker over its Unix socket: plugin requests and the control API.

use crate::domain::headers;
use axum::body::Body;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt as _, Limited};
use http_shell::upgrade;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use kernel::{Error, Result};
use nix::fcntl::{OFlag, open};
use nix::sys::stat::Mode;
use plugin_protocol::control::{Renewal, path};
use plugin_protocol::limits::{CAPABILITY_HEADER, CONTROL_PREFIX};
use serde_json::Value;
use std::future::Future;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::UnixStream;

/// Shorter than the worker's own, so that it never closes a connection under a request.
const IDLE_CONNECTION: Duration = Duration::from_secs(30);
/// Longest description that is read.
const DESCRIPTION_BYTES: usize = 8 << 20;
/// What renewing tokens may take.
const RENEW: Duration = Duration::from_secs(5);

/// Connects to one socket, whatever the address says. The folder is the worker's: a link that it may have put there, to the
/// socket of somebody else, is not followed.
#[derive(Debug, Clone)]
struct Socket(Arc<Path>);

impl tower::Service<Uri> for Socket {
    type Response = TokioIo<UnixStream>;
    type Error = std::io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let path = self.0.clone();
        Box::pin(async move {
            let found = open(&*path, OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC, Mode::empty())?;
            UnixStream::connect(format!("/proc/self/fd/{}", found.as_raw_fd())).await.map(TokioIo::new)
        })
    }
}

/// A worker's client; clones share connections.
#[derive(Debug, Clone)]
pub struct WorkerClient {
    http: Client<Socket, Body>,
    capability: Arc<str>,
}

impl WorkerClient {
    /// A client for the worker that listens on `socket`.
    #[must_use]
    pub fn new(socket: PathBuf, capability: &str) -> Self {
        let http = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_CONNECTION)
            .build(Socket(socket.into()));
        Self { http, capability: capability.into() }
    }

    /// Sends a plugin request. Both bodies stream; `first_byte` limits the time until the answer's head.
    ///
    /// # Errors
    /// `Unavailable` when the worker is gone or answers too late.
    pub async fn forward(
        &self,
        request: Request<Body>,
        host: &str,
        token: Option<&str>,
        first_byte: Duration,
    ) -> Result<Response<Body>> {
        self.pass(request, host, token, first_byte, false).await
    }

    /// As [`forward`](Self::forward), asking for a WebSocket: an answer that agrees carries the worker's side of it.
    ///
    /// # Errors
    /// `Unavailable` when the worker is gone or answers too late.
    pub async fn connect(
        &self,
        request: Request<Body>,
        host: &str,
        token: Option<&str>,
        first_byte: Duration,
    ) -> Result<Response<Body>> {
        self.pass(request, host, token, first_byte, true).await
    }

    async fn pass(
        &self,
        request: Request<Body>,
        host: &str,
        token: Option<&str>,
        first_byte: Duration,
        stream: bool,
    ) -> Result<Response<Body>> {
        let (mut parts, body) = request.into_parts();
        parts.uri = worker_uri(parts.uri.path_and_query().map_or("/", |path| path.as_str()))?;
        parts.version = http::Version::HTTP_11;
        parts.headers = headers::towards_worker(parts.headers, host, token);
        if stream {
            upgrade::ask(&mut parts.headers);
        }
        parts.extensions.clear();
        self.exchange(Request::from_parts(parts, body), first_byte).await
    }

    /// Sends a request of the control API. Both bodies stream; `first_byte` limits the time until the answer's head.
    ///
    /// # Errors
    /// `Unavailable` when the worker is gone or answers too late.
    pub async fn operate(
        &self,
        request: Request<Body>,
        path: &str,
        token: Option<&str>,
        first_byte: Duration,
    ) -> Result<Response<Body>> {
        let (mut parts, body) = request.into_parts();
        parts.uri = worker_uri(&format!("{CONTROL_PREFIX}{path}"))?;
        parts.version = http::Version::HTTP_11;
        parts.headers = headers::towards_worker(parts.headers, "worker", token);
        let capability = http::HeaderValue::from_str(&self.capability).map_err(Error::internal)?;
        parts.headers.insert(CAPABILITY_HEADER, capability);
        parts.extensions.clear();
        self.exchange(Request::from_parts(parts, body), first_byte).await
    }

    async fn exchange(&self, request: Request<Body>, first_byte: Duration) -> Result<Response<Body>> {
        let answer = tokio::time::timeout(first_byte, self.http.request(request)).await.map_err(|_| {
            Error::unavailable(format!("The plugin did not answer within {} seconds.", first_byte.as_secs()))
        })?;
        let answer =
            answer.map_err(|error| Error::unavailable("The plugin's worker stopped answering.").with_source(error))?;
        let (mut parts, body) = answer.into_parts();
        parts.headers = headers::from_worker(parts.headers);
        Ok(Response::from_parts(parts, Body::new(body)))
    }

    /// What it hosts.
    pub async fn describe(&self, timeout: Duration) -> Option<Value> {
        let request = Request::get("/").body(Body::empty()).ok()?;
        let exchange = async {
            let answer = self.operate(request, path::DESCRIBE, None, timeout).await.ok()?;
            let answer = Some(answer).filter(|answer| answer.status().is_success())?;
            let body = Limited::new(answer.into_body(), DESCRIPTION_BYTES).collect().await.ok()?;
            serde_json::from_slice(&body.to_bytes()).ok()
        };
        tokio::time::timeout(timeout, exchange).await.ok().flatten()
    }

    /// Whether it answers its health check in time. A draining worker does, with 503.
    pub async fn is_healthy(&self, timeout: Duration) -> bool {
        let answer = self.control("GET", path::HEALTH, Body::empty(), timeout).await;
        answer.is_some_and(|status| status.is_success())
    }

    /// Gives it new tokens and keys.
    pub async fn renew(&self, renewal: &Renewal) -> bool {
        let Ok(body) = serde_json::to_vec(renewal) else { return false };
        let answer = self.control("POST", path::TOKEN, Body::from(body), RENEW).await;
        answer.is_some_and(|status| status.is_success())
    }

    async fn control(&self, method: &str, path: &str, body: Body, timeout: Duration) -> Option<http::StatusCode> {
        let request = Request::builder()
            .method(method)
            .uri(worker_uri(&format!("{CONTROL_PREFIX}{path}")).ok()?)
            .header(CAPABILITY_HEADER, &*self.capability)
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(body)
            .ok()?;
        let exchange = async {
            let answer = self.http.request(request).await.ok()?;
            let status = answer.status();
            // Read to its end, so that the connection can be used again; what it says beyond the status is not needed.
            let mut body = answer.into_body();
            while let Some(frame) = body.frame().await {
                frame.ok()?;
            }
            Some(status)
        };
        tokio::time::timeout(timeout, exchange).await.ok().flatten()
    }
}

fn worker_uri(path: &str) -> Result<Uri> {
    Uri::builder()
        .scheme("http")
        .authority("worker")
        .path_and_query(path)
        .build()
        .map_err(|_| Error::input("The address cannot be passed on to the plugin"))
}
