//! The right to send one request to a worker; as long as it is held, the worker counts as busy.

use super::client::WorkerClient;
use super::meter::Meter;
use axum::body::Body;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use http_shell::upgrade;
use hyper::upgrade::OnUpgrade;
use kernel::{Error, Result};
use runtime::Tasks;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// How long a request waits for its turn at a busy worker.
const TURN: Duration = Duration::from_secs(10);

/// Requests in flight, and since when there are none.
#[derive(Debug)]
pub struct Gauge {
    in_flight: AtomicUsize,
    last: Mutex<Instant>,
}

impl Default for Gauge {
    fn default() -> Self {
        Self { in_flight: AtomicUsize::new(0), last: Mutex::new(Instant::now()) }
    }
}

impl Gauge {
    /// Requests in flight, and the time since the last one ended.
    #[must_use]
    pub fn read(&self) -> (usize, Duration) {
        let idle = self.last.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
        (self.in_flight.load(Ordering::SeqCst), idle)
    }

    /// Counts idleness from now.
    pub fn touch(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

/// Counts one request from its beginning to its end.
#[derive(Debug)]
struct Counted(Arc<Gauge>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.touch();
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

/// One request's hold on a ready worker.
#[derive(Debug)]
pub struct Lease {
    client: WorkerClient,
    counted: Counted,
    permits: Arc<Semaphore>,
    meter: Arc<Meter>,
}

impl Lease {
    /// Begins to count.
    #[must_use]
    pub fn new(client: WorkerClient, gauge: Arc<Gauge>, permits: Arc<Semaphore>, meter: Arc<Meter>) -> Self {
        gauge.in_flight.fetch_add(1, Ordering::SeqCst);
        Self { client, counted: Counted(gauge), permits, meter }
    }

    /// What the worker says that it hosts.
    pub async fn describe(&self, timeout: Duration) -> Option<serde_json::Value> {
        self.client.describe(timeout).await
    }

    /// As [`send`](Self::send), for a request of the control API.
    ///
    /// # Errors
    /// `Unavailable` when the worker is too busy, gone or too slow.
    pub async fn operate(
        self,
        request: Request<Body>,
        path: &str,
        token: Option<&str>,
        first_byte: Duration,
    ) -> Result<Response<Body>> {
        self.operate_with(request, path, token, first_byte, ()).await
    }

    /// As [`operate`](Self::operate); `kept` is dropped when the answer's body has ended.
    ///
    /// # Errors
    /// `Unavailable` when the worker is too busy, gone or too slow.
    pub async fn operate_with(
        self,
        request: Request<Body>,
        path: &str,
        token: Option<&str>,
        first_byte: Duration,
        kept: impl Send + 'static,
    ) -> Result<Response<Body>> {
        let permit = turn(&self.permits).await?;
        let answer = self.client.operate(request, path, token, first_byte).await?;
        Ok(hold(answer, (self.counted, permit, kept)))
    }

    /// As [`send`](Self::send), for a request that asks for a stream: `client` is the caller's side of it. The worker stays
    /// held as long as the stream lives.
    ///
    /// # Errors
    /// `Unavailable` when the worker is too busy, gone or too slow.
    pub async fn connect(
        self,
        request: Request<Body>,
        client: OnUpgrade,
        (host, token): (&str, Option<&str>),
        first_byte: Duration,
        tasks: &Tasks,
    ) -> Result<Response<Body>> {
        let permit = turn(&self.permits).await?;
        let mut answer = self.client.connect(request, host, token, first_byte).await?;
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            upgrade::join(tasks, client, &mut answer, (self.counted, permit));
            return Ok(answer);
        }
        Ok(hold(answer, (self.counted, permit)))
    }

    /// Sends the request when it is its turn. The worker stays held until the answer's body has ended.
    ///
    /// # Errors
    /// `Unavailable` when the worker is too busy, gone or too slow.
    pub async fn send(
        self,
        request: Request<Body>,
        host: &str,
        token: Option<&str>,
        first_byte: Duration,
    ) -> Result<Response<Body>> {
        let (meter, begun) = (self.meter.clone(), Instant::now());
        let answer = self.sent(request, host, token, first_byte).await;
        let failed = answer.as_ref().map_or(true, |answer| answer.status().is_server_error());
        meter.count(failed, begun.elapsed());
        answer
    }

    async fn sent(
        self,
        request: Request<Body>,
        host: &str,
        token: Option<&str>,
        first_byte: Duration,
    ) -> Result<Response<Body>> {
        let permit = turn(&self.permits).await?;
        let answer = self.client.forward(request, host, token, first_byte).await?;
        Ok(hold(answer, (self.counted, permit)))
    }
}

async fn turn(permits: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit> {
    match tokio::time::timeout(TURN, permits.clone().acquire_owned()).await {
        Ok(Ok(permit)) => Ok(permit),
        _ => Err(Error { retry_after: Some(1), ..Error::unavailable("The plugin is too busy.") }),
    }
}

/// Keeps the worker held until the answer's body has ended.
fn hold(answer: Response<Body>, held: impl Send + 'static) -> Response<Body> {
    answer.map(|body| {
        Body::new(body.map_frame(move |frame| {
            let _held = &held;
            frame
        }))
    })
}
