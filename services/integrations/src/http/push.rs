//! Pushing files as one commit.

use super::tree::TreeFile;
use crate::Integrations;
use crate::domain::name::{FilePath, Name};
use crate::domain::place::contents_url;
use crate::git::{NewFile, push};
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_shell::{Caller, Json, Result};
use kernel::Error;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

/// What to push, and where to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PushRequest {
    /// An http or https address of a git repository.
    remote_url: String,
    /// The branch that gets the commit.
    branch: String,
    /// The commit's message.
    message: String,
    /// The commit's date in seconds since 1970: with the same one, the same push has the same commit, and may come twice.
    #[serde(default)]
    date_seconds: Option<u32>,
    /// Everything that the commit holds.
    files: Vec<TreeFile>,
}

/// Where it went.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pushed {
    /// As given.
    remote_url: String,
    /// The address below which the branch's files are read.
    repo_contents_url: String,
    /// The commit.
    commit_hash: String,
}

/// Push files as the first commit of a branch.
#[utoipa::path(post, path = "/internal/integrations/v1/push", request_body = PushRequest,
    responses((status = 200, description = "Pushed", body = Pushed)))]
pub(crate) async fn push_files(
    State(state): State<Integrations>,
    _: Caller,
    Json(request): Json<PushRequest>,
) -> Result<Json<Pushed>> {
    let branch = Name::parse(&request.branch).ok_or_else(|| {
        Error::input(format!(
            "'{}' is not a branch name that we take. Use letters, digits, '.', '_' and '-'.",
            request.branch
        ))
    })?;
    let remote = Url::parse(&request.remote_url)
        .map_err(|_| Error::input(format!("'{}' is not the web address of a repository.", request.remote_url)))?;
    let files = request.files.iter().map(decode).collect::<kernel::Result<Vec<_>>>()?;
    let commit_hash = push(&state.outbound, &remote, &branch, (&request.message, request.date_seconds), &files).await?;
    let repo_contents_url = contents_url(&remote, &branch, state.places.as_deref());
    Ok(Json(Pushed { remote_url: request.remote_url, repo_contents_url, commit_hash }))
}

fn decode(file: &TreeFile) -> kernel::Result<NewFile> {
    let path = FilePath::parse(&file.path)
        .ok_or_else(|| Error::input(format!("'{}' is not a path that a repository can hold.", file.path)))?;
    let bytes = STANDARD.decode(&file.content).map_err(|error| Error::input(format!("{}: {error}", file.path)))?;
    Ok(NewFile { path, executable: file.executable, bytes })
}
