//! Answers made of JSON that is stored ready to send.

use crate::domain::fields::Fields;
use crate::domain::text::sha1_hex;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kernel::{Error, Result};
use serde::Serialize;
use serde_json::Value;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// JSON text as it is.
#[must_use]
pub fn text(status: StatusCode, json: String) -> Response {
    (status, [(header::CONTENT_TYPE, JSON)], json).into_response()
}

/// A value as JSON.
///
/// # Errors
/// `Internal` when it cannot be written.
pub fn value(status: StatusCode, value: &impl Serialize) -> Result<Response> {
    Ok(text(status, serde_json::to_string(value).map_err(Error::internal)?))
}

/// JSON text with a weak ETag; nothing but 304 when the client has it already.
#[must_use]
pub fn tagged(request: &HeaderMap, json: String) -> Response {
    let tag = format!("W/\"{:x}-{}\"", json.len(), &sha1_hex(json.as_bytes())[..27]);
    let known = request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|offered| {
            offered.trim() == "*" || offered.trim().trim_start_matches("W/") == tag.trim_start_matches("W/")
        });
    let etag = [(header::ETAG, HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("W/\"\"")))];
    if known {
        (StatusCode::NOT_MODIFIED, etag).into_response()
    } else {
        (etag, text(StatusCode::OK, json)).into_response()
    }
}

/// Documents as a JSON array: as stored, or what the fields leave of each. `None` is null.
///
/// # Errors
/// `Internal` when a stored document is not JSON.
pub fn array<'d>(documents: impl IntoIterator<Item = Option<&'d str>>, fields: &Fields) -> Result<String> {
    let mut out = String::from("[");
    for (i, document) in documents.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        match document {
            None => out.push_str("null"),
            Some(document) if fields.is_whole() => out.push_str(document),
            Some(document) => {
                let entity: Value = serde_json::from_str(document).map_err(Error::internal)?;
                out.push_str(&fields.project(&entity).to_string());
            }
        }
    }
    out.push(']');
    Ok(out)
}

/// A list of documents: whole ones as they are, projected ones with an ETag.
#[must_use]
pub fn list(request: &HeaderMap, fields: &Fields, json: String) -> Response {
    if fields.is_whole() { text(StatusCode::OK, json) } else { tagged(request, json) }
}
