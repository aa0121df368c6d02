//! `fs:delete`, `fs:rename` and `fs:readdir`.

use super::glob::Patterns;
use super::{ActionContext, Outputs, appended};
use crate::domain::engine::Engine;
use crate::domain::failure::{Failure, Outcome};
use crate::runner::blocking;
use crate::workspace::{Entry, walk};
use serde_json::{Value, json};
use std::collections::BTreeMap;
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
        let deleted = context.run.engine.with(move |engine| delete_matches(engine, &root, &path)).await?;
        for path in deleted {
            context.log.info(format!("File {} deleted successfully", path.display())).await?;
        }
    }
    Ok(Outputs::new())
}

fn delete_matches(engine: &Engine, root: &Path, path: &Path) -> Outcome<Vec<PathBuf>> {
    let pattern = path.strip_prefix(root).map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
    let entries = walk(root)?;
    let meant = Patterns::literal_start(&pattern, root).select(engine, &entries)?;
    let mut deleted = Vec::new();
    for (_, entry) in entries.iter().enumerate().filter(|(at, entry)| !entry.is_dir && meant.contains(at)) {
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
    let existing = match fs::symlink_metadata(to) {
        Ok(existing) => Some(existing),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(Failure::file(&error, "lstat", to)),
    };
    if from == to {
        return Err(Failure::error("Source and destination must not be the same."));
    }
    if let Some(existing) = &existing {
        refuse_other_sort((from, metadata.is_dir()), (to, existing.is_dir()))?;
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
    if let Some(existing) = existing {
        if !overwrite {
            return Err(Failure::error("dest already exists."));
        }
        let removed = if existing.is_dir() { fs::remove_dir_all(to) } else { fs::remove_file(to) };
        removed.map_err(|error| Failure::file(&error, "rm", to))?;
    }
    fs::rename(from, to).map_err(|error| Failure::file(&error, "rename", from))
}

/// A file does not take the place of a folder, nor a folder that of a file.
pub(super) fn refuse_other_sort(from: (&Path, bool), to: (&Path, bool)) -> Outcome<()> {
    let (kind, other) = match (from.1, to.1) {
        (true, false) => ("non-directory", "directory"),
        (false, true) => ("directory", "non-directory"),
        _ => return Ok(()),
    };
    Err(Failure::error(format!("Cannot overwrite {kind} '{}' with {other} '{}'.", to.0.display(), from.0.display())))
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
    let mut entries = walk(folder)?;
    if recursive {
        entries = last_folder_first(entries);
    } else {
        entries.retain(|entry| !entry.path.contains('/'));
    }
    let entries = entries.into_iter();
    let described = entries.map(|entry| {
        let full = folder.join(&entry.path);
        let relative = full.strip_prefix(root).unwrap_or(&full).to_string_lossy().into_owned();
        let name = full.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (entry.is_dir, json!({"name": name, "path": relative, "fullPath": full.to_string_lossy()}))
    });
    Ok(described.collect())
}

/// What a walk found in Node's order: a folder's entries together, then those of the folder that was seen last.
fn last_folder_first(entries: Vec<Entry>) -> Vec<Entry> {
    let mut inside: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        let parent = entry.path.rsplit_once('/').map_or("", |(parent, _)| parent);
        inside.entry(parent.to_owned()).or_default().push(entry);
    }
    let (mut ordered, mut waiting) = (Vec::new(), vec![String::new()]);
    while let Some(folder) = waiting.pop() {
        for entry in inside.remove(&folder).unwrap_or_default() {
            if entry.is_dir {
                waiting.push(entry.path.clone());
            }
            ordered.push(entry);
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_listed_from_the_last_to_the_first() {
        let entry = |path: &str, is_dir| Entry { path: path.to_owned(), is_dir };
        let walked = vec![
            entry(".dot", true),
            entry("a", false),
            entry("d", true),
            entry(".dot/x", false),
            entry("d/b", false),
            entry("d/e", true),
            entry("d/e/c", false),
        ];
        let paths: Vec<_> = last_folder_first(walked).into_iter().map(|entry| entry.path).collect();
        assert_eq!(paths, [".dot", "a", "d", "d/b", "d/e", "d/e/c", ".dot/x"]);
    }
}
