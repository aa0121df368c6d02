//! `fetch:plain` and `fetch:plain:file`, and the fetching that `fetch:template` shares.

use super::{ActionContext, Outputs, TreeFile};
use crate::domain::failure::{Failure, Outcome};
use crate::domain::paths;
use crate::domain::source::{Source, resolve};
use crate::runner::{Base, blocking};
use crate::workspace::{copy_tree, write_file};
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
                if metadata.is_dir() {
                    return copy_tree(&folder, &target);
                }
                Err(Failure::error(format!(
                    "Cannot overwrite directory '{}' with non-directory '{}'.",
                    target.display(),
                    folder.display()
                )))
            })
            .await
        }
        Source::Url(url) => {
            let files = context.run.services.read_tree(&url).await?;
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
            let bytes = context.run.services.read_url(&url).await?;
            blocking(move || write_file(&target, &bytes, false)).await
        }
    }
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
