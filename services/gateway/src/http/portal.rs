//! The portal's files, as they were built: compressed siblings, immutable assets, and one page for everything else.

use super::edge::{page, reads};
use super::portal_page;
use crate::domain::content::{accepted_encodings, media_type, wants_page};
use crate::domain::page::notice;
use crate::state::{Gateway, Surface};
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};

/// Assets below this path have a hash in their name.
const IMMUTABLE: &str = "/static/";

/// Answers a request that is for no API.
///
/// # Errors
/// `NotFound` for a file that is not there; `Input` for methods that change something.
pub async fn answer(gateway: &Gateway, request: &Parts, surface: &Surface) -> Result<Response> {
    if !reads(&request.method) || request.method == Method::OPTIONS {
        return Err(Error::not_found("There is nothing to change at this address"));
    }
    let Some(dir) = gateway.parts.config.portal_dir.as_deref() else { return Ok(not_built()) };
    let path = request.uri.path();
    if let Some(file) = file_at(dir, path).await {
        return send_file(&file, path, &request.headers).await;
    }
    if path == "/favicon.ico" {
        // Browsers ask for it unbidden; an error here would stand in every visitor's console.
        return Ok((StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "public, max-age=86400")]).into_response());
    }
    if path.starts_with(IMMUTABLE) || !is_page_request(path, &request.headers) {
        return Err(Error::new(ErrorKind::NotFound, "There is no such file"));
    }
    let Ok(index) = tokio::fs::read_to_string(dir.join("index.html")).await else { return Ok(not_built()) };
    let html = portal_page::render(gateway, &index, surface, &request.headers).await?;
    Ok(page(StatusCode::OK, html))
}

/// Browsers say that they want a page; other clients get it where the path does not look like a file.
fn is_page_request(path: &str, headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or("*/*");
    let looks_like_file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    wants_page(accept) || (accept.contains("*/*") && !looks_like_file)
}

/// The file that a path names, if it is a plain file of the build. The page itself is never sent as a file.
async fn file_at(dir: &Path, path: &str) -> Option<PathBuf> {
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8().ok()?;
    let relative = decoded.strip_prefix('/')?;
    let plain =
        |segment: &str| !segment.is_empty() && !segment.starts_with('.') && !segment.contains(['\\', '\0', ':']);
    if relative == "index.html" || !relative.split('/').all(plain) {
        return None;
    }
    let file = dir.join(relative);
    tokio::fs::metadata(&file).await.ok().filter(std::fs::Metadata::is_file)?;
    Some(file)
}

async fn send_file(file: &Path, path: &str, headers: &HeaderMap) -> Result<Response> {
    let accept = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut chosen = (file.to_owned(), None);
    for encoding in accepted_encodings(accept) {
        let mut sibling = file.as_os_str().to_owned();
        sibling.push(format!(".{}", encoding.suffix()));
        if tokio::fs::metadata(&sibling).await.is_ok_and(|found| found.is_file()) {
            chosen = (sibling.into(), Some(encoding));
            break;
        }
    }
    let bytes = tokio::fs::read(&chosen.0).await.map_err(Error::internal)?;
    let caching = if path.starts_with(IMMUTABLE) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let tag = HeaderValue::from_str(&entity_tag(&bytes)).map_err(Error::internal)?;
    let shared = [
        (header::CACHE_CONTROL, HeaderValue::from_static(caching)),
        (header::ETAG, tag.clone()),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    if headers.get_all(header::IF_NONE_MATCH).iter().any(|seen| *seen == tag) {
        return Ok((StatusCode::NOT_MODIFIED, shared).into_response());
    }
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)))];
    let mut response = (shared, kind, Body::from(bytes)).into_response();
    if let Some(encoding) = chosen.1 {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding.token()));
    }
    Ok(response)
}

fn entity_tag(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    let short: String = digest.as_ref().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{short}\"")
}

fn not_built() -> Response {
    let html = notice(
        "The portal is not built yet",
        "The API works. To build the portal, run `make build` and reload this page.",
        Some(("/api/docs", "See the API reference")),
    );
    page(StatusCode::OK, html)
}
