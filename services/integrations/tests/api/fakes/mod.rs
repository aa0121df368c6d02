//! Hosts of our own over real HTTP, held to what the real ones publish.

pub mod contract;
pub mod github;
pub mod gitlab;
pub mod repositories;

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_TYPE, HeaderName};
use serde_json::Value;

/// A request that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub method: String,
    /// With the query.
    pub path: String,
    pub authorization: Option<String>,
    pub status: u16,
}

/// An answer with a body and headers.
pub fn answer(status: u16, kind: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Response {
    let mut response = Response::builder().status(status);
    if !kind.is_empty() {
        response = response.header(CONTENT_TYPE, kind);
    }
    for (name, value) in headers {
        response = response.header(HeaderName::try_from(*name).unwrap(), *value);
    }
    response.body(body.into()).unwrap()
}

pub fn json(status: u16, value: &Value) -> Response {
    answer(status, "application/json; charset=utf-8", &[], value.to_string())
}

/// The value of a parameter of a query.
pub fn parameter(query: &str, name: &str) -> Option<String> {
    url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// The names of a path, decoded each by itself.
pub fn names(path: &str) -> Vec<String> {
    let decode = |name: &str| percent_encoding::percent_decode_str(name).decode_utf8().unwrap().into_owned();
    path.trim_matches('/').split('/').map(decode).collect()
}
