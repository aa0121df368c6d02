//! Sends a request to a service and its answer back, both as streams.
//!
//! Towards a service go only headers that it may believe: what clients send of our internal names, their credentials
//! and whatever concerns only one hop stays here.

use super::edge::origin_of;
use crate::identity::Identity;
use crate::state::Gateway;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use futures::{FutureExt as _, Stream, StreamExt as _, TryStreamExt as _};
use http_shell::{ServiceName, describe_client, upgrade};
use hyper::upgrade::OnUpgrade;
use kernel::{Error, Principal, Result, TenantId};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Headers that concern one hop (RFC 9110 §7.6.1) and the old ones that proxies still see.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
/// Where archives of plugins are sent.
const UPLOADS: &str = "/api/plugins/v1/uploads";
/// Of an archive, with room for the plugin host to say itself that it is too large.
const LARGEST_UPLOAD: u64 = 33 << 20;
/// Names that only we may set.
const INTERNAL_PREFIX: &str = "x-proscenium-";
/// Headers by which proxies describe the client, or by which a stranger could write into our traces; ours are the only
/// ones that services see.
const FORWARDED: [&str; 8] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-real-ip",
    "traceparent",
    "tracestate",
];

/// Sends the request on to a service for this identity.
///
/// # Errors
/// `PayloadTooLarge`, `Unavailable` when the service is away or does not answer in time.
pub async fn forward(
    gateway: &Gateway,
    service: ServiceName,
    identity: &Identity,
    host: &str,
    mut request: Request,
) -> Result<Response> {
    let origin = origin_of(&request);
    let stream = upgrade::asked(&request);
    clean_request(request.headers_mut());
    describe_client(request.headers_mut(), &origin);
    request.headers_mut().remove(header::AUTHORIZATION);
    request.headers_mut().remove(header::COOKIE);
    describe_host(gateway, host, request.headers_mut())?;
    let tenant = identity.tenant.as_ref().map(|tenant| tenant.id);
    send(gateway, service, (tenant, &identity.principal), request, stream).await
}

/// Sends the request to the demo git host, which has its own credentials.
///
/// # Errors
/// As [`forward`].
pub async fn forward_demo_git(gateway: &Gateway, mut request: Request) -> Result<Response> {
    clean_request(request.headers_mut());
    request.headers_mut().remove(header::COOKIE);
    describe_host(gateway, &gateway.parts.config.domain, request.headers_mut())?;
    send(gateway, ServiceName::Integrations, (None, &Principal::Nobody), request, None).await
}

async fn send(
    gateway: &Gateway,
    service: ServiceName,
    (tenant, principal): (Option<TenantId>, &Principal),
    request: Request,
    stream: Option<OnUpgrade>,
) -> Result<Response> {
    let config = &gateway.parts.config;
    let (parts, body) = request.into_parts();
    let largest = largest_body(config.max_body_bytes, &parts.uri);
    let cap = BodyCap::new(largest);
    let announced = parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: u64| length > largest) {
        return Err(cap.error());
    }
    // Rebuilt, so that nothing of the edge (extensions) leaks into a service that runs in this process.
    let mut onward = Request::new(cap.watch(body));
    *onward.method_mut() = parts.method;
    *onward.uri_mut() = path_only(&parts.uri)?;
    *onward.headers_mut() = parts.headers;
    if let Some(client) = &stream {
        upgrade::ask(onward.headers_mut());
        onward.extensions_mut().insert(client.clone());
    }
    let started = tokio::time::Instant::now();
    let answered = gateway.parts.services.forward(service, tenant, principal, onward);
    let answered = tokio::time::timeout(config.request_timeout, answered).await;
    if cap.exceeded() {
        return Err(cap.error());
    }
    let late = || Error::unavailable(format!("The service {} took too long to answer", service.word()));
    let mut response = answered.map_err(|_| late())??;
    clean_response(response.headers_mut());
    if let Some(client) = stream {
        upgrade::join(&gateway.parts.tasks, client, &mut response, ());
    }
    let left = config.request_timeout.saturating_sub(started.elapsed());
    Ok(if is_event_stream(response.headers()) { response } else { response.map(|body| in_time(body, left)) })
}

fn path_only(uri: &axum::http::Uri) -> Result<axum::http::Uri> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    path.parse().map_err(|_| Error::input("This address is malformed"))
}

fn clean_request(headers: &mut HeaderMap) {
    remove_hop_by_hop(headers);
    for name in FORWARDED {
        headers.remove(name);
    }
    remove_internal(headers);
}

fn clean_response(headers: &mut HeaderMap) {
    remove_hop_by_hop(headers);
    remove_internal(headers);
    // Cookies of this origin are the gateway's alone; a service or plugin that sets one could fix a session.
    headers.remove(header::SET_COOKIE);
}

fn remove_internal(headers: &mut HeaderMap) {
    let internal: Vec<HeaderName> =
        headers.keys().filter(|name| name.as_str().starts_with(INTERNAL_PREFIX)).cloned().collect();
    for name in internal {
        headers.remove(name);
    }
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let nominated: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in nominated {
        headers.remove(name);
    }
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}

/// Tells services under which origin the client sees them, for links that they write.
fn describe_host(gateway: &Gateway, host: &str, headers: &mut HeaderMap) -> Result<()> {
    let scheme = if gateway.parts.config.https { "https" } else { "http" };
    headers.insert("x-forwarded-host", HeaderValue::from_str(host).map_err(Error::internal)?);
    headers.insert("x-forwarded-proto", HeaderValue::from_static(scheme));
    Ok(())
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("text/event-stream")
}

/// A body that is at hand passes as it is and keeps its length; one that is still coming must come in time.
fn in_time(mut body: Body, left: Duration) -> Body {
    let first = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).now_or_never();
    match first {
        Some(None) => Body::empty(),
        Some(Some(Ok(frame))) => match frame.into_data() {
            Ok(data) if body.is_end_stream() => Body::from(data),
            Ok(data) => {
                let begun = futures::stream::once(std::future::ready(Ok(data)));
                with_deadline(begun.chain(body.into_data_stream()), left)
            }
            // Trailers come last; no service of ours sends any.
            Err(_) => Body::empty(),
        },
        Some(Some(Err(error))) => Body::from_stream(futures::stream::once(std::future::ready(Err::<Bytes, _>(error)))),
        None => with_deadline(body.into_data_stream(), left),
    }
}

/// Ends the body with an error, not with a quiet cut, when it takes longer than it may.
fn with_deadline(chunks: impl Stream<Item = Result<Bytes, axum::Error>> + Send + 'static, left: Duration) -> Body {
    let expired = async move {
        tokio::time::sleep(left).await;
        Err::<Bytes, _>(axum::Error::new(std::io::Error::from(std::io::ErrorKind::TimedOut)))
    };
    let deadline = futures::stream::once(expired);
    Body::from_stream(until_first_error(chunks, deadline))
}

/// Chunks as they come, ended by whichever stream ends or fails first.
fn until_first_error(
    chunks: impl Stream<Item = Result<Bytes, axum::Error>> + Send + 'static,
    deadline: impl Stream<Item = Result<Bytes, axum::Error>> + Send + 'static,
) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send + 'static {
    let end = futures::stream::once(async { None });
    let chunks = Box::pin(chunks.map(Some).chain(end));
    let both = futures::stream::select(chunks, Box::pin(deadline.map(Some)));
    both.scan(false, |failed, item| {
        let next = match item {
            _ if *failed => None,
            Some(chunk) => {
                *failed = chunk.is_err();
                Some(chunk)
            }
            None => None,
        };
        std::future::ready(next)
    })
}

/// An archive of a plugin may be larger than anything else that comes from a browser; whoever takes it has its own limit.
fn largest_body(usual: u64, uri: &axum::http::Uri) -> u64 {
    if uri.path() == UPLOADS { usual.max(LARGEST_UPLOAD) } else { usual }
}

/// Counts a request's body while it streams and stops it at the limit.
#[derive(Clone)]
struct BodyCap {
    limit: u64,
    seen: Arc<AtomicU64>,
    exceeded: Arc<AtomicBool>,
}

impl BodyCap {
    fn new(limit: u64) -> Self {
        Self { limit, seen: Arc::default(), exceeded: Arc::default() }
    }

    fn watch(&self, body: Body) -> Body {
        if http_body_size(&body) == Some(0) {
            // An empty body stays an exactly empty one: a stream would become a chunked body on the wire.
            return Body::empty();
        }
        let cap = self.clone();
        let counted = body.into_data_stream().map_err(std::io::Error::other).and_then(move |chunk| {
            let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            let seen = cap.seen.fetch_add(length, Ordering::Relaxed).saturating_add(length);
            let too_large = seen > cap.limit;
            if too_large {
                cap.exceeded.store(true, Ordering::Relaxed);
            }
            std::future::ready(if too_large { Err(std::io::Error::other("body too large")) } else { Ok(chunk) })
        });
        Body::from_stream(counted)
    }

    fn exceeded(&self) -> bool {
        self.exceeded.load(Ordering::Relaxed)
    }

    fn error(&self) -> Error {
        Error::too_large(format!("The request is larger than {} MB", self.limit >> 20))
    }
}

fn http_body_size(body: &Body) -> Option<u64> {
    body.size_hint().exact()
}
