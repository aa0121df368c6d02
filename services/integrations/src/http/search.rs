//! Reading the files that a pattern meets.

use super::read::{COMMIT, set};
use super::tree::{find_source, unchanged};
use crate::Integrations;
use crate::domain::address::with_pattern;
use crate::domain::budget::Priority;
use crate::domain::glob::is_glob;
use crate::domain::want::Want;
use crate::hosts::{Answer, Limits, Picked, Source, Who};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::ETAG;
use http_shell::{Caller, Json, Result};
use kernel::ErrorKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a pattern may meet.
const LIMITS: Limits = Limits { files: 2_000, bytes: 24_000_000 };
/// What one file may weigh that is no pattern.
const MAX_FILE_BYTES: usize = 5_000_000;

/// Which files.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SearchRequest {
    /// The address of a file of a repository, whose path may hold `*`, `**` and `?`.
    url: String,
    /// The `etag` of an earlier answer: then an unchanged branch is answered with 304.
    etag: Option<String>,
    /// Whether a person waits.
    #[serde(default)]
    priority: Priority,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Found {
    /// In the order of their paths; may be empty.
    files: Vec<FoundFile>,
    /// The commit; of an address without a pattern, the file's own.
    etag: String,
}

/// One file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundFile {
    /// Its own address, at the same branch.
    url: String,
    /// Its bytes, in base64.
    content: String,
    /// Stands for the content; not for use with other routes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    etag: Option<String>,
}

/// Read the files of a repository that a pattern meets, of one commit, as Backstage's `UrlReaderService.search` does.
#[utoipa::path(post, path = "/internal/integrations/v1/search", request_body = SearchRequest,
    responses((status = 200, description = "The files", body = Found), (status = 304, description = "Unchanged")))]
pub(crate) async fn search_files(
    State(state): State<Integrations>,
    caller: Caller,
    Json(request): Json<SearchRequest>,
) -> Result<Response> {
    let who = Who { tenant: caller.tenant, priority: request.priority };
    let source = find_source(&state, who, &with_pattern(&request.url), None).await?;
    let etag = request.etag.as_deref();
    if !is_glob(&source.at.path(0)) {
        return one_file(&source, etag).await;
    }
    let folder = match source.folder(etag, Want::matching, LIMITS).await? {
        Answer::NotModified => return Ok(unchanged(etag)),
        Answer::New(folder) => folder,
    };
    let file = |file: Picked| FoundFile {
        url: source.at.file_url(folder.names, &file.path),
        content: STANDARD.encode(&file.bytes),
        etag: file.blob,
    };
    let found = Found { files: folder.files.into_iter().map(file).collect(), etag: folder.commit };
    let commit = found.etag.clone();
    let mut response = Json(found).into_response();
    set(&mut response, ETAG, Some(&commit));
    set(&mut response, COMMIT, Some(&commit));
    Ok(response)
}

/// What is no pattern is one file, or none.
async fn one_file(source: &Source, etag: Option<&str>) -> Result<Response> {
    let file = match source.read(etag, MAX_FILE_BYTES).await {
        Ok(Answer::NotModified) => return Ok(unchanged(etag)),
        Ok(Answer::New(file)) => file,
        Err(error) if error.kind == ErrorKind::NotFound => {
            return Ok(Json(Found { files: Vec::new(), etag: String::new() }).into_response());
        }
        Err(error) => return Err(error.into()),
    };
    let found =
        FoundFile { url: source.at.url.clone(), content: STANDARD.encode(&file.bytes), etag: file.etag.clone() };
    let mut response = Json(Found { files: vec![found], etag: file.etag.clone().unwrap_or_default() }).into_response();
    set(&mut response, ETAG, file.etag.as_deref());
    set(&mut response, COMMIT, file.commit.as_deref());
    Ok(response)
}
