//! The platform's API as a worker reaches it: HTTP, always as its own organisation, and nothing but `/api/`.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{CONNECTION, COOKIE, FORWARDED, HOST, TE, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use http_shell::upgrade;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use runtime::Tasks;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UnixListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Requests that one worker may have open at the gateway.
const IN_FLIGHT: usize = 64;

/// Leads to the gateway.
#[derive(Debug, Clone)]
pub struct Gateway {
    client: Client<HttpConnector, Body>,
    base: Arc<str>,
    host: Arc<str>,
}

#[derive(Clone)]
struct Served {
    gateway: Gateway,
    permits: Arc<Semaphore>,
    tasks: Tasks,
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
    pub(super) async fn serve(self, listener: UnixListener, tasks: Tasks) {
        let served = Served { gateway: self, permits: Arc::new(Semaphore::new(IN_FLIGHT)), tasks };
        let router = Router::new().fallback(pass_on).with_state(served);
        if let Err(error) = axum::serve(listener, router).await {
            tracing::warn!(%error, "a worker's way to the gateway is closed");
        }
    }

    async fn send(&self, request: Request, tasks: &Tasks, permit: OwnedSemaphorePermit) -> Response {
        let refuse = |status: StatusCode, text: &'static str| (status, text).into_response();
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        if !path.starts_with("/api/") {
            return refuse(StatusCode::NOT_FOUND, "a plugin reaches the platform below /api/ only");
        }
        let Ok(uri) = format!("{}{path}", self.base).parse::<Uri>() else {
            return refuse(StatusCode::BAD_REQUEST, "this is not an address");
        };
        let stream = upgrade::asked(&request);
        let (mut parts, body) = request.into_parts();
        parts.uri = uri;
        parts.version = http::Version::HTTP_11;
        parts.headers = cleaned(parts.headers);
        parts.extensions.clear();
        if stream.is_some() {
            upgrade::ask(&mut parts.headers);
        }
        if let Ok(host) = HeaderValue::from_str(&self.host) {
            parts.headers.insert(HOST, host);
        }
        let Ok(answer) = self.client.request(Request::from_parts(parts, body)).await else {
            return refuse(StatusCode::BAD_GATEWAY, "the platform does not answer");
        };
        let mut answer = answer.map(Body::new);
        if let Some(stream) = stream {
            upgrade::join(tasks, stream, &mut answer, permit);
        }
        answer
    }
}

async fn pass_on(State(served): State<Served>, request: Request) -> Response {
    let Ok(permit) = served.permits.clone().try_acquire_owned() else {
        return (StatusCode::TOO_MANY_REQUESTS, "too many requests at once").into_response();
    };
    served.gateway.send(request, &served.tasks, permit).await
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use axum::routing::any;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, UnixStream};

    /// Says who was asked for what, or doubles what comes over a stream.
    async fn platform(State(tasks): State<Tasks>, mut request: Request) -> Response {
        let host = request.headers()[HOST].to_str().unwrap().to_owned();
        let Some(_) = upgrade::asked(&request) else {
            let cookies = request.headers().contains_key(COOKIE);
            return format!("{host} {} {cookies}", request.uri()).into_response();
        };
        let stream = hyper::upgrade::on(&mut request);
        tasks.spawn("stream", async move {
            let mut stream = hyper_util::rt::TokioIo::new(stream.await.unwrap());
            let byte = stream.read_u8().await.unwrap();
            stream.write_all(&[byte, byte]).await.unwrap();
        });
        (StatusCode::SWITCHING_PROTOCOLS, [("connection", "upgrade"), ("upgrade", "websocket")]).into_response()
    }

    async fn say(door: &mut UnixStream, text: &str) -> String {
        door.write_all(text.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(door.read_u8().await.unwrap());
        }
        String::from_utf8(head).unwrap()
    }

    #[tokio::test]
    async fn a_plugin_speaks_as_its_organisation_and_may_open_a_stream() {
        let outside = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", outside.local_addr().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gateway");
        let listener = UnixListener::bind(&path).unwrap();
        let tasks = Tasks::new();
        let end = tasks.shutdown_token();
        let router = Router::new().fallback(any(platform)).with_state(tasks.clone());
        tasks.spawn("platform", async move {
            drop(axum::serve(outside, router).with_graceful_shutdown(end.cancelled_owned()).await);
        });
        let (end, gateway) = (tasks.shutdown_token(), Gateway::new(&base).of("acme.localhost".into()));
        let door = gateway.serve(listener, tasks.clone());
        tasks.spawn("door", async move {
            end.run_until_cancelled(door).await;
        });

        let mut plain = UnixStream::connect(&path).await.unwrap();
        let head = "GET /api/catalog/x HTTP/1.1\r\nhost: globex.localhost\r\ncookie: a=b\r\nconnection: close\r\n\r\n";
        let answer = say(&mut plain, head).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let mut body = String::new();
        plain.read_to_string(&mut body).await.unwrap();
        assert!(body.contains("acme.localhost /api/catalog/x false"), "{body}");

        let mut stream = UnixStream::connect(&path).await.unwrap();
        let head = "GET /api/signals HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n";
        let answer = say(&mut stream, head).await;
        assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
        stream.write_u8(b'x').await.unwrap();
        let mut doubled = [0; 2];
        stream.read_exact(&mut doubled).await.unwrap();
        assert_eq!(&doubled, b"xx");
        drop((plain, stream));
        tasks.shutdown(Duration::from_secs(5)).await;
    }
}
