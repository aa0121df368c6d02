//! `fetch:plain` and `fetch:plain:file`, and the fetching that `fetch:template` shares.

use super::files::refuse_other_sort;
use super::{ActionContext, Outputs, TreeFile};
use crate::domain::failure::{Failure, Outcome};
use crate::domain::paths;
use crate::domain::source::{Source, resolve};
use crate::runner::{Base, blocking};
use crate::workspace::{copy_tree, write_file};
use kernel::ErrorKind;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use url::Url;

/// Copies a folder into the workspace.
pub(super) async fn plain(context: &ActionContext<'_>) -> Outcome<Outputs> {
    context.log.info("Fetching plain content from remote URL").await?;
    let target = context.run.workspace.child(context.text("targetPath").unwrap_or("./"))?;
    contents(context, context.text("url").unwrap_or("."), &target).await?;
    Ok(Outputs::new())
}

/// Copies one file into the workspace.
pub(super) async fn plain_file(context: &ActionContext<'_>) -> Outcome<Outputs> {
    context.log.info("Fetching plain content from remote URL").await?;
    let target = context.run.workspace.child(context.needed("targetPath")?)?;
    file(context, context.needed("url")?, &target).await?;
    Ok(Outputs::new())
}

/// Copies the folder at `url` to `target`.
pub(super) async fn contents(context: &ActionContext<'_>, url: &str, target: &Path) -> Outcome<()> {
    let target = target.to_path_buf();
    match locate(context, url)? {
        Source::File(folder) => {
            blocking(move || {
                let metadata =
                    fs::symlink_metadata(&folder).map_err(|error| Failure::file(&error, "lstat", &folder))?;
                if let Ok(existing) = fs::symlink_metadata(&target) {
                    refuse_other_sort((&folder, metadata.is_dir()), (&target, existing.is_dir()))?;
                }
                if metadata.is_dir() { copy_tree(&folder, &target) } else { copy_to(&folder, &target) }
            })
            .await
        }
        Source::Url(url) => {
            let files = read_tree(context, &url).await?;
            blocking(move || write_tree(&files, &target)).await
        }
    }
}

/// Copies the file at `url` to `target`.
pub(super) async fn file(context: &ActionContext<'_>, url: &str, target: &Path) -> Outcome<()> {
    let target = target.to_path_buf();
    match locate(context, url)? {
        Source::File(source) => blocking(move || copy_file(&source, &target)).await,
        Source::Url(url) => {
            let bytes = read_url(context, &url).await?;
            blocking(move || write_file(&target, &bytes, false)).await
        }
    }
}

/// Reads a folder. Where no source host is, it is said in Backstage's words, and in ours in the log.
async fn read_tree(context: &ActionContext<'_>, url: &str) -> Outcome<Vec<TreeFile>> {
    let services = &context.run.services;
    let error = match services.read_tree(url, token(context)).await {
        Ok(files) => return Ok(files),
        Err(error) if error.kind == ErrorKind::Input => error,
        Err(error) => return Err(error.into()),
    };
    context.log.error(&error.message).await?;
    match services.read_url(url, token(context)).await {
        Err(refused) if !matches!(refused.kind, ErrorKind::NotFound | ErrorKind::Input) => Err(not_allowed(url)),
        _ => Err(Failure::error("FetchUrlReader does not implement readTree")),
    }
}

/// Reads a file. What Backstage has words for is said in them, and in ours in the log.
async fn read_url(context: &ActionContext<'_>, url: &str) -> Outcome<Vec<u8>> {
    let error = match context.run.services.read_url(url, token(context)).await {
        Ok(bytes) => return Ok(bytes),
        Err(error) => error,
    };
    match error.kind {
        ErrorKind::NotFound => Err(Failure::not_found(format!("could not read {url}, 404 Not Found"))),
        ErrorKind::NotAllowed => {
            context.log.error(&error.message).await?;
            Err(not_allowed(url))
        }
        _ => Err(error.into()),
    }
}

/// The token that a step gives for what it reads.
fn token<'a>(context: &'a ActionContext<'_>) -> Option<&'a str> {
    context.text("token").filter(|token| !token.is_empty())
}

/// In the words of Backstage, which name its own setting; ours is `reading.allow`.
fn not_allowed(url: &str) -> Failure {
    Failure::not_allowed(format!(
        "Reading from '{url}' is not allowed. You may need to configure an integration for the target host, or add it \
         to the configured list of allowed hosts at 'backend.reading.allow'"
    ))
}

/// Copies a file and makes the folders that it goes to.
fn copy_to(source: &Path, target: &Path) -> Outcome<()> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).map_err(|error| Failure::file(&error, "mkdir", folder))?;
    }
    copy_file(source, target)
}

fn copy_file(source: &Path, target: &Path) -> Outcome<()> {
    let copied = if source.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { fs::copy(source, target) };
    copied.map(|_| ()).map_err(|error| {
        let failure = Failure::file(&error, "copyfile", source);
        Failure::error(format!("{} -> '{}'", failure.message, target.display()))
    })
}

fn locate(context: &ActionContext<'_>, url: &str) -> Outcome<Source> {
    match &context.run.base {
        Base::Directory(document) if Url::parse(url).is_err() => {
            let folder = document.parent().map_or_else(PathBuf::new, Path::to_path_buf);
            paths::child(&folder, url).map(Source::File)
        }
        Base::Url(base) => resolve(url, Some(base)),
        Base::Directory(_) | Base::Unknown => resolve(url, None),
    }
}

fn write_tree(files: &[TreeFile], target: &Path) -> Outcome<()> {
    fs::create_dir_all(target).map_err(|error| Failure::file(&error, "mkdir", target))?;
    for file in files {
        let path = paths::child(target, &file.path)?;
        write_file(&path, &file.bytes()?, file.executable)?;
    }
    Ok(())
}
