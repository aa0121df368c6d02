//! `fs:delete`, `fs:rename` and `fs:readdir`.

use super::glob::Patterns;
use super::{ActionContext, Outputs, appended};
use crate::domain::failure::{Failure, Outcome};
use crate::runner::blocking;
use crate::workspace::walk;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Deletes files by name or pattern.
pub(super) async fn delete(context: &ActionContext<'_>) -> Outcome<Outputs> {
    let Some(files) = context.input["files"].as_array() else {
        return Err(Failure::input("files must be an Array"));
    };
    for file in files {
        let path = context.run.workspace.child(file.as_str().unwrap_or_default())?;
        let root = context.run.workspace.root().to_path_buf();
        let deleted = blocking(move || delete_matches(&root, &path)).await?;
        for path in deleted {
            context.log.info(format!("File {} deleted successfully", path.display())).await?;
        }
    }
    Ok(Outputs::new())
}

fn delete_matches(root: &Path, path: &Path) -> Outcome<Vec<PathBuf>> {
    let pattern = path.strip_prefix(root).map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
    let entries = walk(root)?;
    let patterns = Patterns::new([pattern.as_str()], root)?;
    let mut deleted = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.is_dir && patterns.matches(&entry.path)) {
        let file = root.join(&entry.path);
        fs::remove_file(&file).map_err(|error| Failure::file(&error, "unlink", &file))?;
        deleted.push(file);
    }
    Ok(deleted)
}

/// Moves files and folders.
pub(super) async fn rename(context: &ActionContext<'_>) -> Outcome<Outputs> {
    let Some(files) = context.input["files"].as_array() else {
        return Err(Failure::input("files must be an Array"));
    };
    for file in files {
        let part = |name: &str| file[name].as_str().filter(|text| !text.is_empty());
        let (Some(from), Some(to)) = (part("from"), part("to")) else {
            return Err(Failure::input("each file must have a from and to property"));
        };
        let (from, to) = (context.run.workspace.child(from)?, context.run.workspace.child(to)?);
        let overwrite = file["overwrite"].as_bool().unwrap_or(false);
        let (source, target) = (from.clone(), to.clone());
        if let Err(failure) = blocking(move || move_entry(&source, &target, overwrite)).await {
            let details = appended(Some(&failure.details()));
            let line = format!("Failed to rename file {} to {}: {}", from.display(), to.display(), failure.message);
            context.log.error(format!("{line}{details}")).await?;
            return Err(failure);
        }
        context.log.info(format!("File {} renamed to {} successfully", from.display(), to.display())).await?;
    }
    Ok(Outputs::new())
}

fn move_entry(from: &Path, to: &Path, overwrite: bool) -> Outcome<()> {
    let metadata = fs::symlink_metadata(from).map_err(|error| Failure::file(&error, "lstat", from))?;
    if from == to {
        return Ok(());
    }
    if metadata.is_dir() && to.starts_with(from) {
        return Err(Failure::error(format!(
            "Cannot move '{}' to a subdirectory of itself, '{}'.",
            from.display(),
            to.display()
        )));
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(|error| Failure::file(&error, "mkdir", folder))?;
    }
    if let Ok(existing) = fs::symlink_metadata(to) {
        if !overwrite {
            return Err(Failure::error("dest already exists."));
        }
        let removed = if existing.is_dir() { fs::remove_dir_all(to) } else { fs::remove_file(to) };
        removed.map_err(|error| Failure::file(&error, "rm", to))?;
    }
    fs::rename(from, to).map_err(|error| Failure::file(&error, "rename", from))
}

/// Lists files and folders.
pub(super) async fn readdir(context: &ActionContext<'_>) -> Outcome<Outputs> {
    let recursive = context.switch("recursive");
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for path in context.input["paths"].as_array().into_iter().flatten() {
        let folder = context.run.workspace.child(path.as_str().unwrap_or_default())?;
        let root = context.run.workspace.root().to_path_buf();
        let listed = blocking(move || list(&root, &folder, recursive)).await?;
        for (is_dir, element) in listed {
            if is_dir { folders.push(element) } else { files.push(element) }
        }
    }
    Ok(Outputs::from_iter([("files".to_owned(), json!(files)), ("folders".to_owned(), json!(folders))]))
}

fn list(root: &Path, folder: &Path, recursive: bool) -> Outcome<Vec<(bool, Value)>> {
    // Node names the folder itself when it is not one.
    fs::read_dir(folder).map_err(|error| Failure::file(&error, "scandir", folder))?;
    let entries = walk(folder)?.into_iter().filter(|entry| recursive || !entry.path.contains('/'));
    let described = entries.map(|entry| {
        let full = folder.join(&entry.path);
        let relative = full.strip_prefix(root).unwrap_or(&full).to_string_lossy().into_owned();
        let name = full.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (entry.is_dir, json!({"name": name, "path": relative, "fullPath": full.to_string_lossy()}))
    });
    Ok(described.collect())
}
