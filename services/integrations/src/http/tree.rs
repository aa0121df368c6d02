//! Reading a whole folder.

use super::read::{COMMIT, set};
use crate::Integrations;
use crate::domain::budget::Priority;
use crate::domain::want::Want;
use crate::hosts::{Answer, Limits, Picked, Source, Who};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::ETAG;
use http_shell::{Caller, Json, Result};
use kernel::Error;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a folder may hold.
const LIMITS: Limits = Limits { files: 2_000, bytes: 24_000_000 };

/// Which folder.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TreeRequest {
    /// The address of a folder of a branch.
    url: String,
    /// The `etag` of an earlier answer: then an unchanged branch is answered with 304.
    etag: Option<String>,
    /// Goes to the source host's API instead of the organisation's own token.
    token: Option<String>,
    /// Whether a person waits.
    #[serde(default)]
    priority: Priority,
}

/// A folder with everything in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tree {
    /// In the order of their paths.
    files: Vec<TreeFile>,
    /// The commit.
    etag: String,
}

/// One file.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct TreeFile {
    /// Relative to the folder, with `/` between names.
    pub(crate) path: String,
    /// Whether it may be executed.
    #[serde(default)]
    pub(crate) executable: bool,
    /// Its bytes, in base64.
    pub(crate) content: String,
}

/// Read all files below a folder of a repository, of one commit. Links are left out.
#[utoipa::path(post, path = "/internal/integrations/v1/tree", request_body = TreeRequest,
    responses((status = 200, description = "The files", body = Tree), (status = 304, description = "Unchanged")))]
pub(crate) async fn read_tree(
    State(state): State<Integrations>,
    caller: Caller,
    Json(request): Json<TreeRequest>,
) -> Result<Response> {
    let who = Who { tenant: caller.tenant, priority: request.priority };
    let source = find_source(&state, who, &request.url, request.token.as_deref()).await?;
    let folder = match source.folder(request.etag.as_deref(), Want::folder, LIMITS).await? {
        Answer::NotModified => return Ok(unchanged(request.etag.as_deref())),
        Answer::New(folder) => folder,
    };
    if folder.files.is_empty() {
        return Err(Error::not_found(format!("There is no folder at '{}', or nothing is in it.", request.url)).into());
    }
    let want = Want::folder(&source.at.path(folder.names));
    let file = |file: Picked| TreeFile {
        path: want.below(&file.path).unwrap_or(&file.path).to_owned(),
        executable: file.executable,
        content: STANDARD.encode(&file.bytes),
    };
    let tree = Tree { files: folder.files.into_iter().map(file).collect(), etag: folder.commit.clone() };
    let mut response = Json(tree).into_response();
    set(&mut response, ETAG, Some(&folder.commit));
    set(&mut response, COMMIT, Some(&folder.commit));
    Ok(response)
}

/// The host of an address; a plain web address names a file, and only a host can tell what lies below a folder.
pub(super) async fn find_source(
    state: &Integrations,
    who: Who,
    url: &str,
    token: Option<&str>,
) -> kernel::Result<Source> {
    state.hosts.find_as(who, url, token).await?.ok_or_else(|| {
        Error::input(format!("'{url}' is not a folder of a repository on a source host that we know. Give the address of a file, or of a folder of a branch; an administrator connects further hosts under source hosts."))
    })
}

pub(super) fn unchanged(etag: Option<&str>) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    set(&mut response, ETAG, etag);
    response
}
