//! Compression of JSON answers, for clients that take gzip.

use axum::Router;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use tower::ServiceBuilder;
use tower::util::MapResponseLayer;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate as _, SizeAbove};

/// Smaller answers fit into one packet anyway.
const THRESHOLD_BYTES: u64 = 1024;

/// Puts compression around a router. Files and event streams pass as they are.
pub(crate) fn compressed(router: Router) -> Router {
    let json = |_: StatusCode, _: Version, headers: &HeaderMap, _: &http::Extensions| {
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
    };
    let layer = CompressionLayer::new()
        .gzip(true)
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(THRESHOLD_BYTES).and(json));
    let layers = ServiceBuilder::new().layer(MapResponseLayer::new(spell_vary)).layer(layer);
    Router::new().fallback_service(layers.service(router))
}

/// Express spells the value with capitals, and some clients compare it as text.
fn spell_vary<B>(mut response: Response<B>) -> Response<B> {
    if response.headers().get(header::VARY).is_some_and(|vary| vary.as_bytes() == b"accept-encoding") {
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    response
}
