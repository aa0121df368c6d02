//! Files and folders of a branch, straight from git's object database.

use super::{DemoGit, names};
use crate::domain::address::is_commit;
use crate::domain::name::{FilePath, Name};
use crate::git::{git, run, run_ok};
use crate::hosts::Entry;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kernel::{Error, Result};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

const MAX_FILE_BYTES: u64 = 20 << 20;
const MAX_LISTING_BYTES: u64 = 32 << 20;
const MAX_ARCHIVE_BYTES: u64 = 200 << 20;
const DEADLINE: Duration = Duration::from_secs(30);

/// An object as `git cat-file --batch` prints it.
struct Object<'a> {
    id: &'a str,
    kind: &'a str,
    bytes: &'a [u8],
}

/// `GET …/raw/BRANCH/PATH`: one file. Its entity tag is the name of its content.
pub(super) async fn read_file(
    State(host): State<Arc<DemoGit>>,
    Path((owner, repository, branch, path)): Path<(String, String, String, String)>,
    request: HeaderMap,
) -> http_shell::Result<Response> {
    let repository = repository.strip_suffix(".git").unwrap_or(&repository);
    let (_, blob, bytes) = host.file(&format!("{owner}/{repository}"), &branch, &path).await?;
    let tag = HeaderValue::from_str(&format!("\"{blob}\"")).map_err(Error::internal)?;
    let mut response = Response::new(Body::empty());
    if request.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        *response.body_mut() = Body::from(bytes);
    }
    response.headers_mut().insert(header::ETAG, tag);
    Ok(guard_content(response))
}

impl DemoGit {
    /// A file at a branch or commit: the commit, the name of its content, and the content.
    ///
    /// # Errors
    /// `NotFound` when there is no such repository, branch or file.
    pub(crate) async fn file(&self, project: &str, reference: &str, path: &str) -> Result<(String, String, Bytes)> {
        let (git_dir, at) = (self.project(project)?, revision(project, reference)?);
        let missing = || Error::not_found(format!("There is no file {path} on the branch {reference} of {project}."));
        let file = FilePath::parse(path).ok_or_else(missing)?;
        let _permit = self.processes.acquire().await.map_err(Error::internal)?;
        let wanted = format!("{at}^{{commit}}\n{at}:{}\n", file.as_str());
        let command = git(&git_dir, &[], ["cat-file", "--batch"]);
        let output = run_ok(command, Some(wanted.into_bytes()), MAX_FILE_BYTES).await?;
        let (commit, rest) = next_object(&output)?.filter(|(object, _)| object.kind == "commit").ok_or_else(missing)?;
        let (object, _) = next_object(rest)?.filter(|(object, _)| object.kind == "blob").ok_or_else(missing)?;
        Ok((commit.id.to_owned(), object.id.to_owned(), Bytes::copy_from_slice(object.bytes)))
    }

    /// The commit at which a branch is.
    ///
    /// # Errors
    /// `NotFound` when there is no such repository or branch.
    pub(crate) async fn commit_of(&self, project: &str, reference: &str) -> Result<String> {
        let (git_dir, at) = (self.project(project)?, revision(project, reference)?);
        let _permit = self.processes.acquire().await.map_err(Error::internal)?;
        let at = format!("{at}^{{commit}}");
        let command = git(&git_dir, &[], ["rev-parse", "--quiet", "--verify", "--end-of-options", &at]);
        let said = run(command, None, 1 << 10, DEADLINE).await?;
        if !said.success {
            return Err(Error::not_found(format!("There is no branch {reference} of {project}.")));
        }
        Ok(String::from_utf8_lossy(&said.output).trim().to_owned())
    }

    /// The files of a commit below a folder; none when the folder is not there.
    ///
    /// # Errors
    /// `NotFound` when there is no such repository or commit.
    pub(crate) async fn files(&self, project: &str, commit: &str, folder: &str) -> Result<Vec<Entry>> {
        let (git_dir, at) = (self.project(project)?, revision(project, commit)?);
        let _permit = self.processes.acquire().await.map_err(Error::internal)?;
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        list(&git_dir, &at, &prefix).await
    }

    /// A content by its name.
    ///
    /// # Errors
    /// `NotFound` when the repository has no such content.
    pub(crate) async fn content(&self, project: &str, blob: &str) -> Result<Bytes> {
        let git_dir = self.project(project)?;
        let _permit = self.processes.acquire().await.map_err(Error::internal)?;
        let command = git(&git_dir, &[], ["cat-file", "--batch"]);
        let output = run_ok(command, Some(format!("{blob}\n").into_bytes()), MAX_FILE_BYTES).await?;
        let found = next_object(&output)?.filter(|(object, _)| object.kind == "blob");
        let (object, _) = found.ok_or_else(|| Error::not_found(format!("There is no content {blob} in {project}.")))?;
        Ok(Bytes::copy_from_slice(object.bytes))
    }

    /// A folder of a commit as a gzipped archive.
    ///
    /// # Errors
    /// `NotFound` when there is no such repository; `Internal` for a folder that is not there.
    pub(crate) async fn packed(&self, project: &str, commit: &str, folder: &str) -> Result<Bytes> {
        let (git_dir, at) = (self.project(project)?, revision(project, commit)?);
        let _permit = self.processes.acquire().await.map_err(Error::internal)?;
        let mut command = git(&git_dir, &[], ["archive", "--format=tar", "--prefix=archive/", &at]);
        command.env("GIT_LITERAL_PATHSPECS", "1");
        if !folder.is_empty() {
            command.args(["--", folder]);
        }
        let archive = run_ok(command, None, MAX_ARCHIVE_BYTES).await?;
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&archive).map_err(Error::internal)?;
        Ok(packed.finish().map_err(Error::internal)?.into())
    }

    fn project(&self, project: &str) -> Result<PathBuf> {
        let (owner, repository) = project.split_once('/').unwrap_or((project, ""));
        let (owner, repository) = names(owner, repository)?;
        self.find(&owner, &repository)
    }
}

/// A branch or commit, as git takes it.
fn revision(project: &str, reference: &str) -> Result<String> {
    if is_commit(reference) {
        return Ok(reference.to_owned());
    }
    let name = Name::parse(reference);
    let missing = || Error::not_found(format!("There is no branch {reference} of {project}."));
    name.map(|name| format!("refs/heads/{name}")).ok_or_else(missing)
}

/// The regular files below a folder; links and submodules are left out. `prefix` is empty or ends with a slash.
pub(super) async fn list(git_dir: &std::path::Path, at: &str, prefix: &str) -> Result<Vec<Entry>> {
    // Literal, so that a name with a star means itself.
    let settings = ["core.quotePath=false".to_owned()];
    let mut command = git(git_dir, &settings, ["ls-tree", "-r", "-z", "--long", "--full-tree", at]);
    command.env("GIT_LITERAL_PATHSPECS", "1");
    if !prefix.is_empty() {
        command.args(["--", prefix]);
    }
    let output = run_ok(command, None, MAX_LISTING_BYTES).await?;
    let text = String::from_utf8_lossy(&output);
    let files = text.split('\0').filter_map(|line| {
        let (about, path) = line.split_once('\t')?;
        let [mode, "blob", id, size] = about.split_whitespace().collect::<Vec<_>>()[..] else { return None };
        matches!(mode, "100644" | "100755").then(|| Entry {
            path: path.to_owned(),
            blob: id.to_owned(),
            executable: mode == "100755",
            size: size.parse().ok(),
        })
    });
    Ok(files.collect())
}

/// Takes the next object off the output of `git cat-file --batch`; none when it is missing.
fn next_object(output: &[u8]) -> Result<Option<(Object<'_>, &[u8])>> {
    let Some(end) = output.iter().position(|byte| *byte == b'\n') else { return Ok(None) };
    let line = std::str::from_utf8(&output[..end]).unwrap_or_default();
    let [id, kind @ ("blob" | "commit"), size] = line.split(' ').collect::<Vec<_>>()[..] else { return Ok(None) };
    let size: usize = size.parse().map_err(Error::internal)?;
    let rest = &output[end + 1..];
    match (rest.get(..size), rest.get(size + 1..)) {
        (Some(bytes), Some(rest)) => Ok(Some((Object { id, kind, bytes }, rest))),
        _ => Err(Error::too_large("The file is larger than the demo git host gives out.")),
    }
}

/// Strangers' files must not become pages of the apex: plain text, never sniffed, without scripts.
fn guard_content(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
