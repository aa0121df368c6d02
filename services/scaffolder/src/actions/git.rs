//! `proscenium:git:push`: the workspace as the first commit of a branch of any git host.
//!
//! The commit is made by `integrations`, the one service that opens connections to where a tenant says.

use super::services::Push;
use super::{ActionContext, Outputs, TreeFile};
use crate::domain::failure::{Failure, Outcome};
use crate::runner::blocking;
use crate::workspace::{is_executable, walk};
use serde_json::json;
use std::fs;
use std::path::Path;
use uuid::Uuid;

/// Bytes that one push may hold.
const MAX_PUSH_BYTES: usize = 32 << 20;

/// Pushes the workspace, or a folder of it.
pub(super) async fn push(context: &ActionContext<'_>) -> Outcome<Outputs> {
    let remote_url = context.needed("remoteUrl")?;
    let branch = context.text("defaultBranch").filter(|text| !text.is_empty()).unwrap_or("main");
    let message = context.text("gitCommitMessage").filter(|text| !text.is_empty()).unwrap_or("initial commit");
    let folder = context.run.workspace.child(context.text("sourcePath").unwrap_or("."))?;
    let files = blocking(move || collect(&folder)).await?;
    if files.is_empty() {
        return Err(Failure::input("There is nothing to push: the workspace has no files"));
    }
    // The run's own date, so that a push which is tried again has the same commit.
    let date = Uuid::parse_str(context.run.name).ok().and_then(|id| id.get_timestamp());
    let date_seconds = date.and_then(|date| u32::try_from(date.to_unix().0).ok());
    context.log.info(format!("Pushing {} files to the branch {branch} of {remote_url}", files.len())).await?;
    let pushed = context.run.services.push(&Push { remote_url, branch, message, date_seconds, files }).await?;
    context.log.info(format!("Pushed commit {}", pushed.commit_hash)).await?;
    Ok(Outputs::from_iter([
        ("remoteUrl".to_owned(), json!(pushed.remote_url)),
        ("repoContentsUrl".to_owned(), json!(pushed.repo_contents_url)),
        ("commitHash".to_owned(), json!(pushed.commit_hash)),
    ]))
}

fn collect(folder: &Path) -> Outcome<Vec<TreeFile>> {
    let mut files = Vec::new();
    let mut total = 0;
    for entry in walk(folder)? {
        // A template must not bring its own git settings along.
        if entry.is_dir || entry.path.split('/').any(|name| name.eq_ignore_ascii_case(".git")) {
            continue;
        }
        let path = folder.join(&entry.path);
        let bytes = fs::read(&path).map_err(|error| Failure::file(&error, "open", &path))?;
        total += bytes.len();
        if total > MAX_PUSH_BYTES {
            return Err(Failure::input(format!("More than {} MiB cannot be pushed at once", MAX_PUSH_BYTES >> 20)));
        }
        files.push(TreeFile::new(entry.path, is_executable(&path), &bytes));
    }
    Ok(files)
}
