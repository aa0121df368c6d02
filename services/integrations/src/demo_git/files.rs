//! Files and folders of a branch, straight from git's object database.

use super::{DemoGit, names};
use crate::domain::name::{FilePath, Name};
use crate::git::{git, run_ok};
use crate::http::{Tree, TreeFile};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_shell::{Json, Result};
use kernel::Error;
use std::sync::Arc;

const MAX_FILE_BYTES: u64 = 20 << 20;
const MAX_FOLDER_BYTES: u64 = 20 << 20;
const MAX_FOLDER_FILES: usize = 2_000;

/// An object as `git cat-file --batch` prints it.
struct Object<'a> {
    id: &'a str,
    bytes: &'a [u8],
}

/// `GET …/raw/BRANCH/PATH`: one file. Its entity tag is the id of its blob.
pub(super) async fn read_file(
    State(host): State<Arc<DemoGit>>,
    Path((owner, repository, branch, path)): Path<(String, String, String, String)>,
    request: HeaderMap,
) -> Result<Response> {
    let (owner, repository) = names(&owner, &repository)?;
    let git_dir = host.find(&owner, &repository)?;
    let missing =
        || Error::not_found(format!("There is no file {path} on the branch {branch} of {owner}/{repository}."));
    let (Some(name), Some(file)) = (Name::parse(&branch), FilePath::parse(&path)) else {
        return Err(missing().into());
    };
    let _permit = host.processes.acquire().await.map_err(Error::internal)?;
    let wanted = format!("refs/heads/{name}:{}\n", file.as_str());
    let output = run_ok(git(&git_dir, &[], ["cat-file", "--batch"]), Some(wanted.into_bytes()), MAX_FILE_BYTES).await?;
    let (object, _) = next_blob(&output)?.ok_or_else(missing)?;
    let tag = HeaderValue::from_str(&format!("\"{}\"", object.id)).map_err(Error::internal)?;
    let mut response = Response::new(Body::empty());
    if request.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        *response.body_mut() = Body::from(object.bytes.to_vec());
    }
    response.headers_mut().insert(header::ETAG, tag);
    Ok(guard_content(response))
}

/// `GET …/tree/BRANCH`: every file of the branch.
pub(super) async fn read_branch(
    host: State<Arc<DemoGit>>,
    Path((owner, repository, branch)): Path<(String, String, String)>,
) -> Result<Response> {
    folder(host, &owner, &repository, &branch, None).await
}

/// `GET …/tree/BRANCH/PATH`: every file below a folder.
pub(super) async fn read_folder(
    host: State<Arc<DemoGit>>,
    Path((owner, repository, branch, path)): Path<(String, String, String, String)>,
) -> Result<Response> {
    folder(host, &owner, &repository, &branch, Some(path)).await
}

async fn folder(
    State(host): State<Arc<DemoGit>>,
    owner: &str,
    repository: &str,
    branch: &str,
    path: Option<String>,
) -> Result<Response> {
    let (owner, repository) = names(owner, repository)?;
    let git_dir = host.find(&owner, &repository)?;
    let shown = path.as_deref().unwrap_or("/");
    let missing =
        || Error::not_found(format!("There is no folder {shown} on the branch {branch} of {owner}/{repository}."));
    let name = Name::parse(branch).ok_or_else(missing)?;
    let prefix = match path.as_deref() {
        None => String::new(),
        Some(path) => format!("{}/", FilePath::parse(path).ok_or_else(missing)?.as_str()),
    };
    let _permit = host.processes.acquire().await.map_err(Error::internal)?;
    let listed = list(&git_dir, &name, &prefix).await.ok().filter(|files| !files.is_empty()).ok_or_else(missing)?;
    if listed.len() > MAX_FOLDER_FILES {
        return Err(Error::too_large(format!("The folder {shown} holds more than {MAX_FOLDER_FILES} files.")).into());
    }
    let wanted: String = listed.iter().map(|file| format!("{}\n", file.id)).collect();
    let output =
        run_ok(git(&git_dir, &[], ["cat-file", "--batch"]), Some(wanted.into_bytes()), MAX_FOLDER_BYTES).await?;
    let mut rest = output.as_slice();
    let mut files = Vec::with_capacity(listed.len());
    for file in listed {
        let too_large =
            || Error::too_large(format!("The folder {shown} holds more than {} MB.", MAX_FOLDER_BYTES >> 20));
        let (object, after) = next_blob(rest)?.ok_or_else(too_large)?;
        rest = after;
        let path = file.path.strip_prefix(&prefix).unwrap_or(&file.path).to_owned();
        files.push(TreeFile { path, executable: file.executable, content: STANDARD.encode(object.bytes) });
    }
    Ok(guard_headers(Json(Tree { files }).into_response()))
}

/// A file in a listing.
pub(super) struct Listed {
    pub(super) path: String,
    id: String,
    executable: bool,
}

/// The regular files below a folder; links and submodules are left out. `prefix` is empty or ends with a slash.
pub(super) async fn list(git_dir: &std::path::Path, branch: &Name, prefix: &str) -> kernel::Result<Vec<Listed>> {
    let branch = format!("refs/heads/{branch}");
    // Literal, so that a name with a star means itself.
    let settings = ["core.quotePath=false".to_owned()];
    let mut command = git(git_dir, &settings, ["ls-tree", "-r", "-z", "--full-tree", &branch]);
    command.env("GIT_LITERAL_PATHSPECS", "1");
    if !prefix.is_empty() {
        command.args(["--", prefix]);
    }
    let output = run_ok(command, None, 4 << 20).await?;
    let text = String::from_utf8_lossy(&output);
    let files = text.split('\0').filter_map(|line| {
        let (about, path) = line.split_once('\t')?;
        let [mode, "blob", id] = about.split(' ').collect::<Vec<_>>()[..] else { return None };
        matches!(mode, "100644" | "100755").then(|| Listed {
            path: path.to_owned(),
            id: id.to_owned(),
            executable: mode == "100755",
        })
    });
    Ok(files.collect())
}

/// Takes the next blob off the output of `git cat-file --batch`; none when the object is missing or no blob.
fn next_blob(output: &[u8]) -> kernel::Result<Option<(Object<'_>, &[u8])>> {
    let Some(end) = output.iter().position(|byte| *byte == b'\n') else { return Ok(None) };
    let line = std::str::from_utf8(&output[..end]).unwrap_or_default();
    let [id, "blob", size] = line.split(' ').collect::<Vec<_>>()[..] else { return Ok(None) };
    let size: usize = size.parse().map_err(Error::internal)?;
    let rest = &output[end + 1..];
    match (rest.get(..size), rest.get(size + 1..)) {
        (Some(bytes), Some(rest)) => Ok(Some((Object { id, bytes }, rest))),
        _ => Err(Error::too_large("The file is larger than the demo git host gives out.")),
    }
}

/// Strangers' files must not become pages of the apex: plain text, never sniffed, without scripts.
fn guard_content(mut response: Response) -> Response {
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    guard_headers(response)
}

fn guard_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
