//! Reading one file.

use crate::Integrations;
use crate::failure::to_error;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::header::{CONTENT_LOCATION, CONTENT_TYPE, ETAG, HeaderName};
use http::{HeaderValue, StatusCode};
use http_shell::{Caller, Json, Result};
use runtime::outbound::{Answer, Get};
use serde::Deserialize;
use std::time::Duration;
use utoipa::ToSchema;

/// What a descriptor may weigh unless the caller says otherwise.
const DEFAULT_MAX_BYTES: usize = 5_000_000;
/// What no caller may exceed.
const MAX_BYTES: usize = 32_000_000;
pub(super) const DEADLINE: Duration = Duration::from_secs(20);

/// What to read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReadRequest {
    /// An absolute web address.
    url: String,
    /// The `etag` of an earlier answer: then an unchanged file is answered with 304.
    etag: Option<String>,
    /// The largest content to take; 5 MB unless given.
    max_bytes: Option<usize>,
}

/// Read the file at a web address.
///
/// The headers `etag` (opaque), `content-type` (the host's word) and `content-location` (after redirects) come with it.
#[utoipa::path(post, path = "/internal/integrations/v1/read", request_body = ReadRequest,
    responses((status = 200, description = "The bytes"), (status = 304, description = "Unchanged")))]
pub(crate) async fn read_url(
    State(state): State<Integrations>,
    _: Caller,
    Json(request): Json<ReadRequest>,
) -> Result<Response> {
    let get = Get {
        url: &request.url,
        validator: request.etag.as_deref(),
        max_bytes: request.max_bytes.unwrap_or(DEFAULT_MAX_BYTES).min(MAX_BYTES),
        deadline: DEADLINE,
    };
    let mut response = Response::new(Body::empty());
    match state.outbound.get(get).await.map_err(|failure| to_error(&failure))? {
        Answer::NotModified => {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            set(&mut response, ETAG, request.etag.as_deref());
        }
        Answer::Content(content) => {
            set(&mut response, ETAG, content.validator.as_deref());
            set(&mut response, CONTENT_TYPE, content.content_type.as_deref());
            set(&mut response, CONTENT_LOCATION, Some(&content.url));
            *response.body_mut() = Body::from(content.bytes);
        }
    }
    Ok(response)
}

fn set(response: &mut Response, name: HeaderName, text: Option<&str>) {
    if let Some(value) = text.and_then(|text| HeaderValue::from_str(text).ok()) {
        response.headers_mut().insert(name, value);
    }
}
