//! Reading one file.

use crate::Integrations;
use crate::domain::budget::Priority;
use crate::failure::to_error;
use crate::hosts::{self, Source, Who};
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::header::{CONTENT_LOCATION, CONTENT_TYPE, ETAG, HeaderName};
use http::{HeaderValue, StatusCode};
use http_shell::{Caller, Json, Result};
use runtime::outbound::{Answer, Get, Places};
use serde::Deserialize;
use std::time::Duration;
use utoipa::ToSchema;

/// What a descriptor may weigh unless the caller says otherwise.
const DEFAULT_MAX_BYTES: usize = 5_000_000;
/// What no caller may exceed.
const MAX_BYTES: usize = 32_000_000;
const DEADLINE: Duration = Duration::from_secs(20);

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
    /// Whether a person waits; background work leaves a part of a source host's budget to people.
    #[serde(default)]
    priority: Priority,
    /// Whether it may be read although the organisation has not listed its place: for what the platform itself checks.
    #[serde(default)]
    unlisted: bool,
}

/// The commit at which a file was read.
pub(super) const COMMIT: HeaderName = HeaderName::from_static("x-commit");

/// Read the file at a web address.
///
/// Addresses of files on GitHub, GitLab and the demo git host are read through the host's API. The headers `etag` (opaque),
/// `content-type` (the host's word, for plain web addresses), `content-location` (after redirects) and `x-commit` (where the
/// host says it) come with it. When a host wants us to wait, the answer is 503 with `retry-after`.
#[utoipa::path(post, path = "/internal/integrations/v1/read", request_body = ReadRequest,
    responses((status = 200, description = "The bytes"), (status = 304, description = "Unchanged")))]
pub(crate) async fn read_url(
    State(state): State<Integrations>,
    caller: Caller,
    Json(request): Json<ReadRequest>,
) -> Result<Response> {
    let who = Who { tenant: caller.tenant, priority: request.priority };
    if request.unlisted {
        return read_plain(&state, &request, None).await;
    }
    match state.hosts.find(who, &request.url).await? {
        Some(source) => read_from_host(&source, &request).await,
        None => {
            let known = state.hosts.known(caller.tenant).await?;
            read_plain(&state, &request, known.only.as_ref()).await
        }
    }
}

async fn read_from_host(source: &Source, request: &ReadRequest) -> Result<Response> {
    let mut response = Response::new(Body::empty());
    match source.read(request.etag.as_deref(), request.limit()).await? {
        hosts::Answer::NotModified => {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            set(&mut response, ETAG, request.etag.as_deref());
        }
        hosts::Answer::New(file) => {
            set(&mut response, ETAG, file.etag.as_deref());
            set(&mut response, CONTENT_LOCATION, Some(&source.at.url));
            set(&mut response, COMMIT, file.commit.as_deref());
            *response.body_mut() = Body::from(file.bytes);
        }
    }
    Ok(response)
}

async fn read_plain(state: &Integrations, request: &ReadRequest, only: Option<&Places>) -> Result<Response> {
    let (validator, max_bytes) = (request.etag.as_deref(), request.limit());
    let get = Get { url: &request.url, validator, max_bytes, deadline: DEADLINE, only };
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

impl ReadRequest {
    fn limit(&self) -> usize {
        self.max_bytes.unwrap_or(DEFAULT_MAX_BYTES).min(MAX_BYTES)
    }
}

pub(super) fn set(response: &mut Response, name: HeaderName, text: Option<&str>) {
    if let Some(value) = text.and_then(|text| HeaderValue::from_str(text).ok()) {
        response.headers_mut().insert(name, value);
    }
}
