//! A workspace as a tar archive, on its way to a plugin's worker and back. Links are left out, and nothing in an archive
//! leads out of the folder: it comes from code that nobody trusts.

use crate::domain::failure::{Failure, Outcome};
use crate::workspace::{is_executable, walk, write_file};
use plugin_protocol::limits::{MAX_WORKSPACE_BYTES, MAX_WORKSPACE_ENTRIES};
use std::fs::{self, File};
use std::io::{Read, Seek as _};
use std::path::{Component, Path, PathBuf};
use tar::{Archive, Builder, EntryType, Header};

/// The largest file that is read into memory at once.
const MAX_FILE_BYTES: u64 = 64 << 20;

/// Writes everything below `root` into an unnamed file, from whose beginning it can then be read.
///
/// # Errors
/// Those of the file system.
pub fn pack(root: &Path) -> Outcome<File> {
    let failed = |error: std::io::Error| Failure::file(&error, "open", root);
    let mut builder = Builder::new(tempfile::tempfile().map_err(failed)?);
    builder.append_dir(".", root).map_err(failed)?;
    for entry in walk(root)? {
        let path = root.join(&entry.path);
        let mut header = Header::new_gnu();
        if entry.is_dir {
            header.set_entry_type(EntryType::Directory);
            header.set_mode(0o755);
            header.set_size(0);
            builder.append_data(&mut header, format!("{}/", entry.path), std::io::empty()).map_err(failed)?;
        } else {
            let file = File::open(&path).map_err(|error| Failure::file(&error, "open", &path))?;
            header.set_mode(if is_executable(&path) { 0o755 } else { 0o644 });
            let size = file.metadata().map_err(failed)?.len();
            header.set_size(size);
            // A file that grows meanwhile must not break the archive.
            builder.append_data(&mut header, &entry.path, file.take(size)).map_err(failed)?;
        }
    }
    let mut file = builder.into_inner().map_err(failed)?;
    file.rewind().map_err(failed)?;
    Ok(file)
}

/// Makes the content of `root` that of the archive, in one go: an archive that is wrong changes nothing.
///
/// # Errors
/// `InputError` when the archive is wrong or too large; those of the file system.
pub fn replace(root: &Path, archive: impl Read, fresh: &Path) -> Outcome<()> {
    unpack(archive, fresh)?;
    let failed = |error: std::io::Error| Failure::file(&error, "rename", root);
    for item in fs::read_dir(root).map_err(failed)? {
        let path = item.map_err(failed)?.path();
        // A link to a folder is a file to be removed, not a folder to be emptied.
        let is_folder = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir());
        let removed = if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(failed)?;
    }
    for item in fs::read_dir(fresh).map_err(failed)? {
        let item = item.map_err(failed)?;
        fs::rename(item.path(), root.join(item.file_name())).map_err(failed)?;
    }
    Ok(())
}

fn unpack(archive: impl Read, into: &Path) -> Outcome<()> {
    let wrong = |error: std::io::Error| Failure::input(format!("The plugin's workspace cannot be read: {error}"));
    let (mut count, mut bytes) = (0, 0);
    for entry in Archive::new(archive).entries().map_err(wrong)? {
        let mut entry = entry.map_err(wrong)?;
        count += 1;
        bytes += entry.size();
        if count > MAX_WORKSPACE_ENTRIES || bytes > MAX_WORKSPACE_BYTES || entry.size() > MAX_FILE_BYTES {
            return Err(Failure::input("The plugin's workspace is too large"));
        }
        let path = inside(&entry.path().map_err(wrong)?)?;
        let target = into.join(&path);
        match entry.header().entry_type() {
            EntryType::Directory => {
                fs::create_dir_all(&target).map_err(|error| Failure::file(&error, "mkdir", &target))?;
            }
            EntryType::Regular | EntryType::Continuous => {
                let executable = entry.header().mode().is_ok_and(|mode| mode & 0o111 != 0);
                let mut content = Vec::new();
                entry.read_to_end(&mut content).map_err(wrong)?;
                write_file(&target, &content, executable)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// The path without `./`; refused when it leads out.
fn inside(path: &Path) -> Outcome<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => plain.push(name),
            Component::CurDir => {}
            _ => return Err(Failure::not_allowed("The plugin's workspace leads out of its folder")),
        }
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn files(root: &Path) -> Vec<(String, bool)> {
        let entries = walk(root).unwrap().into_iter().filter(|entry| !entry.is_dir);
        entries.map(|entry| (entry.path.clone(), is_executable(&root.join(entry.path)))).collect()
    }

    #[test]
    fn what_is_packed_comes_out_the_same_without_links() {
        let (from, to, fresh) =
            (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write_file(&from.path().join("a/run.sh"), b"#!/bin/sh", true).unwrap();
        write_file(&from.path().join(format!("{}/b.txt", "long".repeat(40))), b"b", false).unwrap();
        std::os::unix::fs::symlink("/etc", from.path().join("out")).unwrap();
        write_file(&to.path().join("old.txt"), b"old", false).unwrap();
        std::os::unix::fs::symlink("/etc", to.path().join("etc")).unwrap();
        replace(to.path(), pack(from.path()).unwrap(), fresh.path()).unwrap();
        assert_eq!(files(to.path()), files(from.path()));
        assert!(Path::new("/etc/passwd").exists() && files(to.path()).iter().any(|(_, executable)| *executable));
    }

    #[test]
    fn an_archive_that_leads_out_changes_nothing() {
        let (to, fresh) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write_file(&to.path().join("kept.txt"), b"kept", false).unwrap();
        for name in ["../out.txt", "/tmp/out.txt", "a/../../out.txt"] {
            let mut header = Header::new_gnu();
            let bytes = header.as_mut_bytes();
            bytes[..name.len()].copy_from_slice(name.as_bytes());
            header.set_size(1);
            header.set_mode(0o644);
            header.set_entry_type(EntryType::Regular);
            header.set_cksum();
            let mut builder = Builder::new(Vec::new());
            builder.append(&header, &b"x"[..]).unwrap();
            let archive = builder.into_inner().unwrap();
            assert!(replace(to.path(), &archive[..], fresh.path()).is_err(), "{name}");
        }
        assert_eq!(files(to.path()), [("kept.txt".to_owned(), false)]);
        assert!(
            replace(to.path(), &b"no archive at all, but long enough to look like a header of one"[..], fresh.path())
                .is_err()
        );
    }
}
