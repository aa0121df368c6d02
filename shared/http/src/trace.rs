//! One span for each request that a service answers, tied to its caller's across processes.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderValue};
use runtime::telemetry::{adopt_parent, request_span, traceparent};
use tracing::{Instrument as _, Span};

const TRACEPARENT: &str = "traceparent";
const REQUEST_ID: &str = "x-request-id";

/// Middleware: everything below runs in a span with method, route and request id; tenant and status are added when they
/// are known. Services are called by our own processes only, so the caller's trace is believed.
pub async fn trace(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str).to_owned();
    let span = request_span(request.method().as_str(), &route, text(request.headers(), REQUEST_ID).unwrap_or("none"));
    if let Some(parent) = text(request.headers(), TRACEPARENT) {
        adopt_parent(&span, parent);
    }
    let response = next.run(request).instrument(span.clone()).await;
    span.record("status", response.status().as_u16());
    response
}

/// Lets the callee's span become a child of the current one.
pub(crate) fn pass_on(headers: &mut HeaderMap) {
    if let Some(value) = traceparent(&Span::current()).and_then(|parent| HeaderValue::from_str(&parent).ok()) {
        headers.insert(TRACEPARENT, value);
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
