//! Answers made of JSON that is stored ready to send.

use crate::domain::fields::Fields;
use crate::index::stream::DocumentStream;
use crate::index::view::Documents;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::{BufMut as _, Bytes, BytesMut};
use futures::{Stream, StreamExt as _, stream};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kernel::{Error, Result};
use serde::Serialize;
use serde_json::Value;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// JSON as it is.
#[must_use]
pub fn text(status: StatusCode, json: impl Into<Body>) -> Response {
    (status, [(header::CONTENT_TYPE, JSON)], json.into()).into_response()
}

/// A value as JSON.
///
/// # Errors
/// `Internal` when it cannot be written.
pub fn value(status: StatusCode, value: &impl Serialize) -> Result<Response> {
    Ok(text(status, serde_json::to_string(value).map_err(Error::internal)?))
}

/// The answer with its entity tag.
#[must_use]
pub fn tagged(tag: &str, mut response: Response) -> Response {
    if let Ok(tag) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Whether the client offers tags to compare with.
#[must_use]
pub fn is_conditional(request: &HeaderMap) -> bool {
    request.contains_key(header::IF_NONE_MATCH)
}

/// Nothing but 304, when the client has the answer with this tag already. Compares as RFC 9110 says for this header:
/// weak tags are as good as strong ones.
#[must_use]
pub fn not_modified(request: &HeaderMap, tag: &str) -> Option<Response> {
    let offered = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let known = offered
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|offered| offered == "*" || offered.trim_start_matches("W/") == tag.trim_start_matches("W/"));
    known.then(|| tagged(tag, StatusCode::NOT_MODIFIED.into_response()))
}

/// One entity. Its tag is `metadata.etag`; it is looked for only when the client has something to compare it with.
///
/// # Errors
/// `Internal` when the stored document is not JSON.
pub fn entity(request: &HeaderMap, document: Bytes) -> Result<Response> {
    if !is_conditional(request) {
        return Ok(text(StatusCode::OK, document));
    }
    let parsed: Value = serde_json::from_slice(&document).map_err(Error::internal)?;
    let tag = format!("W/\"{}\"", parsed["metadata"]["etag"].as_str().unwrap_or_default());
    Ok(not_modified(request, &tag).unwrap_or_else(|| tagged(&tag, text(StatusCode::OK, document))))
}

/// A list of documents as a JSON array between two texts: whole ones as they are stored, or what the fields leave of
/// each. Long lists are sent while they are read.
///
/// # Errors
/// `Internal` when a stored document is not JSON.
pub fn list(before: String, documents: Documents, after: String, fields: Fields) -> Result<Response> {
    match documents {
        Documents::Ready(documents) => {
            let documents: Vec<Option<Bytes>> = documents.into_iter().map(Some).collect();
            Ok(text(StatusCode::OK, array(&before, &documents, &after, &fields)?))
        }
        Documents::Streamed(documents) => Ok(streamed(before, portions(*documents), after, fields)),
    }
}

/// As [`list`], of documents that are there. `None` is null.
///
/// # Errors
/// As [`list`].
pub fn array(before: &str, documents: &[Option<Bytes>], after: &str, fields: &Fields) -> Result<Bytes> {
    let room = |document: &Option<Bytes>| document.as_ref().map_or(4, Bytes::len) + 1;
    let room = if fields.is_whole() { documents.iter().map(room).sum() } else { documents.len() * 128 };
    let mut out = BytesMut::with_capacity(before.len() + after.len() + room + 2);
    out.put_slice(before.as_bytes());
    out.put_u8(b'[');
    put_items(&mut out, documents, fields, true)?;
    out.put_u8(b']');
    out.put_slice(after.as_bytes());
    Ok(out.freeze())
}

fn put_items(out: &mut BytesMut, documents: &[Option<Bytes>], fields: &Fields, first: bool) -> Result<()> {
    for (i, document) in documents.iter().enumerate() {
        if i > 0 || !first {
            out.put_u8(b',');
        }
        match document {
            None => out.put_slice(b"null"),
            Some(document) if fields.is_whole() => out.put_slice(document),
            Some(document) => {
                let entity: Value = serde_json::from_slice(document).map_err(Error::internal)?;
                serde_json::to_writer(out.writer(), &fields.project(&entity)).map_err(Error::internal)?;
            }
        }
    }
    Ok(())
}

/// Documents, some at a time.
pub type Portion = Result<Vec<Option<Bytes>>>;

fn portions(documents: DocumentStream) -> impl Stream<Item = Portion> + Send + 'static {
    stream::try_unfold(documents, async |mut documents| {
        let portion = documents.next().await?;
        Ok(portion.map(|portion| (portion.into_iter().map(Some).collect(), documents)))
    })
}

/// An array whose portions are sent as they come. A failure ends the connection, so that no client takes half a list for
/// the whole.
pub fn streamed(
    before: String,
    portions: impl Stream<Item = Portion> + Send + 'static,
    after: String,
    fields: Fields,
) -> Response {
    let mut first = true;
    let items = portions.map(move |portion| {
        let portion = portion.inspect_err(|error| tracing::error!(%error, "a list was broken off"))?;
        let mut out = BytesMut::new();
        put_items(&mut out, &portion, &fields, first)?;
        first &= portion.is_empty();
        Ok(out.freeze())
    });
    let literal = |text: String| stream::once(std::future::ready(Ok::<_, Error>(Bytes::from(text))));
    let body = literal(before + "[").chain(items).chain(literal(format!("]{after}")));
    text(StatusCode::OK, Body::from_stream(body))
}
