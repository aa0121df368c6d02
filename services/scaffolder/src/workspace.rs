//! The directory of one run.
//!
//! Owns the folder below the data directory in which a run's files live until it ends. No path that comes from a
//! template may leave it, neither by its text nor by a link on disk.

use crate::domain::failure::{Failure, Outcome};
use crate::domain::paths;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What a run may keep on disk.
#[derive(Debug, Clone, Copy)]
pub struct WorkspaceLimits {
    /// Files and folders.
    pub entries: usize,
    /// Bytes of all files together.
    pub bytes: u64,
}

impl Default for WorkspaceLimits {
    /// 20 000 entries, 256 MiB.
    fn default() -> Self {
        Self { entries: 20_000, bytes: 256 << 20 }
    }
}

/// The directory of one run; removed when dropped.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
    limits: WorkspaceLimits,
}

/// Something inside a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Relative, with `/` between names and none at the end.
    pub path: String,
    /// Whether it is a directory.
    pub is_dir: bool,
}

impl Workspace {
    /// Makes an empty directory `name` below `parent`.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn create(parent: &Path, name: &str, limits: WorkspaceLimits) -> io::Result<Self> {
        let root = parent.join(name);
        fs::create_dir_all(parent)?;
        fs::create_dir(&root)?;
        Ok(Self { root: root.canonicalize()?, limits })
    }

    /// What it may hold.
    #[must_use]
    pub const fn limits(&self) -> WorkspaceLimits {
        self.limits
    }

    /// The directory itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `path` inside the directory, whether or not it exists.
    ///
    /// # Errors
    /// `NotAllowedError` when it leads out of the directory.
    pub fn child(&self, path: &str) -> Outcome<PathBuf> {
        let child = paths::child(&self.root, path)?;
        refuse_links(&self.root, &child)?;
        Ok(child)
    }

    /// A directory beside this one, for what a step fetches before it uses it; removed when dropped.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn temporary(&self, step_id: &str) -> Outcome<TempDir> {
        let plain: String = step_id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect();
        let name = self.root.file_name().unwrap_or_default().to_string_lossy();
        let parent = self.root.parent().unwrap_or(&self.root);
        tempfile::Builder::new()
            .prefix(&format!("{name}_step-{plain}-"))
            .tempdir_in(parent)
            .map_err(|error| Failure::file(&error, "mkdtemp", parent))
    }

    /// Refuses a directory that has grown too large; to be called on a thread that may touch the disk.
    pub fn limits_check(&self) -> impl FnOnce() -> Outcome<()> + Send + use<> {
        let (root, limits) = (self.root.clone(), self.limits);
        move || {
            let entries = walk(&root)?;
            if entries.len() > limits.entries {
                return Err(Failure::input(format!("The workspace holds more than {} files", limits.entries)));
            }
            let size =
                |entry: &Entry| fs::symlink_metadata(root.join(&entry.path)).map_or(0, |metadata| metadata.len());
            let bytes: u64 = entries.iter().filter(|entry| !entry.is_dir).map(size).sum();
            if bytes > limits.bytes {
                return Err(Failure::input(format!("The workspace is larger than {} MiB", limits.bytes >> 20)));
            }
            Ok(())
        }
    }

    /// Removes a folder and whatever is in it.
    pub fn remove(folder: &Path) {
        if let Err(error) = fs::remove_dir_all(folder)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %folder.display(), "a folder of workspaces could not be removed");
        }
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        Self::remove(&self.root);
    }
}

/// Refuses a path one of whose parts below `root` is a symbolic link.
///
/// # Errors
/// `NotAllowedError` when one is.
pub(crate) fn refuse_links(root: &Path, path: &Path) -> Outcome<()> {
    let mut current = root.to_path_buf();
    for part in path.strip_prefix(root).unwrap_or(Path::new("")).components() {
        current.push(part);
        match fs::symlink_metadata(&current) {
            Ok(metadata) if metadata.file_type().is_symlink() => {
                return Err(Failure::not_allowed("A symbolic link inside the workspace is not followed"));
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    Ok(())
}

/// Everything inside a directory: first what is in it, by name, then what is in its folders. Links are left out.
///
/// # Errors
/// Those of the file system.
pub fn walk(root: &Path) -> Outcome<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut next = vec![String::new()];
    while let Some(folder) = next.first().cloned() {
        next.remove(0);
        let path = root.join(&folder);
        let failed = |error: io::Error| Failure::file(&error, "scandir", &path);
        let mut found = Vec::new();
        for item in fs::read_dir(&path).map_err(failed)? {
            let item = item.map_err(failed)?;
            let kind = item.file_type().map_err(failed)?;
            if kind.is_symlink() {
                continue;
            }
            let name = item.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            found.push(Entry { path, is_dir: kind.is_dir() });
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        next.extend(found.iter().filter(|entry| entry.is_dir).map(|entry| entry.path.clone()));
        entries.extend(found);
    }
    Ok(entries)
}

/// Copies everything inside `from` to below `to`, links left out.
///
/// # Errors
/// Those of the file system.
pub fn copy_tree(from: &Path, to: &Path) -> Outcome<()> {
    let failed = |call: &'static str, path: PathBuf| move |error: io::Error| Failure::file(&error, call, &path);
    fs::create_dir_all(to).map_err(failed("mkdir", to.to_path_buf()))?;
    for entry in walk(from)? {
        let (source, target) = (from.join(&entry.path), to.join(&entry.path));
        if entry.is_dir {
            fs::create_dir_all(&target).map_err(failed("mkdir", target))?;
        } else {
            fs::copy(&source, &target).map_err(failed("copyfile", source))?;
        }
    }
    Ok(())
}

/// Writes a file, its folders included.
///
/// # Errors
/// Those of the file system.
pub fn write_file(path: &Path, content: &[u8], executable: bool) -> Outcome<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let failed = |error: io::Error| Failure::file(&error, "open", path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Failure::file(&error, "mkdir", folder))?;
    }
    fs::write(path, content).map_err(failed)?;
    if executable {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(failed)?;
    }
    Ok(())
}

/// Whether somebody may execute the file.
#[must_use]
pub fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn workspace(limits: WorkspaceLimits) -> (TempDir, Workspace) {
        let parent = tempfile::tempdir().unwrap();
        let workspace = Workspace::create(parent.path(), "task", limits).unwrap();
        (parent, workspace)
    }

    #[test]
    fn a_link_does_not_lead_out() {
        let (_parent, workspace) = workspace(WorkspaceLimits::default());
        std::os::unix::fs::symlink("/etc", workspace.root().join("out")).unwrap();
        assert!(workspace.child("out/passwd").is_err());
        assert!(workspace.child("in/passwd").is_ok());
        assert!(walk(workspace.root()).unwrap().is_empty());
    }

    #[test]
    fn the_directory_is_gone_when_the_run_ends() {
        let (_parent, workspace) = workspace(WorkspaceLimits::default());
        write_file(&workspace.child("a/b.txt").unwrap(), b"x", false).unwrap();
        let root = workspace.root().to_path_buf();
        drop(workspace);
        assert!(!root.exists());
    }

    #[test]
    fn too_much_is_refused() {
        let (_parent, workspace) = workspace(WorkspaceLimits { entries: 2, bytes: 10 });
        write_file(&workspace.child("a").unwrap(), b"0123456789", false).unwrap();
        workspace.limits_check()().unwrap();
        write_file(&workspace.child("b").unwrap(), b"0", false).unwrap();
        assert!(workspace.limits_check()().unwrap_err().message.contains("larger"));
    }

    #[test]
    fn a_walk_lists_folders_before_what_is_in_them() {
        let (_parent, workspace) = workspace(WorkspaceLimits::default());
        for path in ["d/e/c.txt", "a.txt", ".dot/x", "d/b.txt"] {
            write_file(&workspace.child(path).unwrap(), b"", false).unwrap();
        }
        let paths: Vec<_> = walk(workspace.root()).unwrap().into_iter().map(|entry| entry.path).collect();
        assert_eq!(paths, [".dot", "a.txt", "d", ".dot/x", "d/b.txt", "d/e", "d/e/c.txt"]);
    }
}
