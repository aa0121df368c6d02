//! The platform's API as a worker reaches it: HTTP, always as its own organisation, and nothing but `/api/`.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{CONNECTION, COOKIE, FORWARDED, HOST, TE, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UnixListener;
use tokio::sync::Semaphore;

/// Requests that one worker may have open at the gateway.
const IN_FLIGHT: usize = 64;

/// Leads to the gateway.
#[derive(Debug, Clone)]
pub struct Gateway {
    client: Client<HttpConnector, Body>,
    base: Arc<str>,
    host: Arc<str>,
}

#[derive(Debug, Clone)]
struct Served {
    gateway: Gateway,
    permits: Arc<Semaphore>,
}

impl Gateway {
    /// Connections to the gateway at `base`, shared by clones.
    #[must_use]
    pub fn new(base: &str) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .build_http();
        Self { client, base: base.trim_end_matches('/').into(), host: "".into() }
    }

    /// The same for the organisation at `host`.
    #[must_use]
    pub fn of(&self, host: Arc<str>) -> Self {
        Self { host, ..self.clone() }
    }

    /// Serves one worker.
    pub(super) async fn serve(self, listener: UnixListener) {
        let served = Served { gateway: self, permits: Arc::new(Semaphore::new(IN_FLIGHT)) };
        let router = Router::new().fallback(pass_on).with_state(served);
        if let Err(error) = axum::serve(listener, router).await {
            tracing::warn!(%error, "a worker's way to the gateway is closed");
        }
    }

    async fn send(&self, request: Request) -> Response {
        let refuse = |status: StatusCode, text: &'static str| (status, text).into_response();
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        if !path.starts_with("/api/") {
            return refuse(StatusCode::NOT_FOUND, "a plugin reaches the platform below /api/ only");
        }
        let Ok(uri) = format!("{}{path}", self.base).parse::<Uri>() else {
            return refuse(StatusCode::BAD_REQUEST, "this is not an address");
        };
        let (mut parts, body) = request.into_parts();
        parts.uri = uri;
        parts.version = http::Version::HTTP_11;
        parts.headers = cleaned(parts.headers);
        if let Ok(host) = HeaderValue::from_str(&self.host) {
            parts.headers.insert(HOST, host);
        }
        match self.client.request(Request::from_parts(parts, body)).await {
            Ok(answer) => answer.map(Body::new),
            Err(_) => refuse(StatusCode::BAD_GATEWAY, "the platform does not answer"),
        }
    }
}

async fn pass_on(State(served): State<Served>, request: Request) -> Response {
    let Ok(_permit) = served.permits.try_acquire() else {
        return (StatusCode::TOO_MANY_REQUESTS, "too many requests at once").into_response();
    };
    served.gateway.send(request).await
}

/// A worker shows tokens and never cookies; whose address it has is not its to say.
fn cleaned(mut headers: HeaderMap) -> HeaderMap {
    for name in [CONNECTION, COOKIE, FORWARDED, HOST, TE, TRANSFER_ENCODING, UPGRADE] {
        headers.remove(name);
    }
    let forwarded: Vec<_> = headers.keys().filter(|name| name.as_str().starts_with("x-forwarded-")).cloned().collect();
    for name in forwarded {
        headers.remove(name);
    }
    headers
}
