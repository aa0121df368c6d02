//! Snapshots of a run's directory in object storage, so that another process can go on where this one stopped.
//!
//! Owns the archives below `workspaces/TASK/GENERATION/` of each tenant: a gzipped tar, named by its SHA-256 and cut
//! into parts, each encrypted under the task's own key (`cipher.rs`). Only files and folders go in and come out; a path
//! that leaves the directory, a link or anything else is refused when it is read, whatever wrote it, and size and count
//! are limited both ways.

mod cipher;

use self::cipher::{Cipher, OVERHEAD, is_sealed};
use crate::domain::failure::{Failure, Outcome};
use crate::runner::blocking;
use crate::store::step;
use crate::workspace::{Workspace, WorkspaceLimits, is_executable, walk, write_file};
use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use kernel::{Error, TenantId};
use runtime::objects::{KeyPrefix, ObjectKey, Objects};
use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash as _, Hasher as _};
use std::io::{BufWriter, Read, Seek as _, Write};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Db;
use tar::{Archive, Builder, EntryType, Header};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// An object holds at most so much of an archive.
const PART: usize = 16 << 20;
/// Characters of a digest in a name.
const DIGEST: usize = 32;
/// An archive of more parts than that is none of ours.
const MAX_PARTS: usize = 64;
/// How often storage that does not answer is asked again; with the pauses some 12 s.
const TRIES: u32 = 6;

/// The snapshots of one run.
#[derive(Clone)]
pub struct Snapshots {
    objects: Objects,
    db: Db,
    tenant: TenantId,
    task_id: Uuid,
    generation: i32,
    /// Asked for when there is first something to encrypt.
    cipher: Arc<OnceCell<Arc<Cipher>>>,
}

/// What was last taken or restored, by the looks of the directory and by name.
#[derive(Debug, Default)]
pub struct Taken(Mutex<Option<(u64, Option<String>)>>);

impl std::fmt::Debug for Snapshots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshots").field("task_id", &self.task_id).finish_non_exhaustive()
    }
}

/// The folder of all snapshots of a task.
///
/// # Errors
/// None in practice: every part is a number or an id.
pub fn folder(tenant: TenantId, task_id: Uuid, generation: i32) -> kernel::Result<KeyPrefix> {
    ObjectKey::tenant(tenant).segment("workspaces")?.segment(&task_id.to_string())?.segment(&generation.to_string())
}

impl Snapshots {
    /// The snapshots of a task's present generation.
    #[must_use]
    pub fn new(objects: Objects, db: Db, tenant: TenantId, (task_id, generation): (Uuid, i32)) -> Self {
        Self { objects, db, tenant, task_id, generation, cipher: Arc::default() }
    }

    async fn cipher(&self) -> kernel::Result<Arc<Cipher>> {
        let made = self.cipher.get_or_try_init(|| async {
            let mut tx = self.db.tenant_with_keys(self.tenant).await?;
            let key = step::snapshot_key(&mut tx, self.task_id).await?;
            tx.commit().await?;
            Cipher::new(&key).map(Arc::new)
        });
        made.await.cloned()
    }

    /// Stores the directory as it is now. `None`: it has not changed since the last time.
    ///
    /// # Errors
    /// Those of disk and storage; `InputError` when it is too large.
    pub async fn take(&self, workspace: &Workspace, taken: &Taken) -> Outcome<Option<String>> {
        let root = workspace.root().to_path_buf();
        let last = taken.lock().as_ref().map(|(looks, _)| *looks);
        let packed = blocking(move || {
            let looks = looks(&root)?;
            (last != Some(looks)).then(|| pack(&root).map(|(file, digest)| (looks, file, digest))).transpose()
        })
        .await?;
        let Some((looks, file, digest)) = packed else { return Ok(None) };
        let length = file.metadata().map_err(Error::internal)?.len();
        let parts = usize::try_from(length).unwrap_or(usize::MAX).div_ceil(PART);
        if parts > MAX_PARTS {
            return Err(Failure::input("The workspace is too large to be kept between steps"));
        }
        let name = format!("{digest}.{parts}");
        if taken.lock().as_ref().and_then(|(_, name)| name.clone()).as_deref() != Some(&name) {
            self.upload(file, &name).await?;
        }
        *taken.lock() = Some((looks, Some(name.clone())));
        Ok(Some(name))
    }

    async fn upload(&self, mut file: File, name: &str) -> Outcome<()> {
        let (digest, parts) = parse(name)?;
        let cipher = self.cipher().await?;
        for number in 0..parts {
            let (place, cipher) = (self.place(digest, number), Arc::clone(&cipher));
            let (read, back) = blocking(move || {
                let mut bytes = Vec::new();
                Read::by_ref(&mut file).take(PART as u64).read_to_end(&mut bytes).map_err(Error::internal)?;
                Ok((Bytes::from(cipher.seal(&place, bytes)?), file))
            })
            .await?;
            file = back;
            let key = self.key(digest, number)?;
            let mut tries = 1;
            while let Err(error) = self.objects.put(&key, read.clone(), "application/octet-stream").await {
                if tries == TRIES || !error.is_transient() {
                    return Err(error.into());
                }
                tokio::time::sleep(Duration::from_millis(200 << tries)).await;
                tries += 1;
            }
        }
        Ok(())
    }

    /// Makes the directory what it was when the snapshot was taken.
    ///
    /// # Errors
    /// Those of disk and storage; when the snapshot is not there, is not what was stored, or is too large.
    pub async fn restore(&self, name: &str, workspace: &Workspace, taken: &Taken) -> Outcome<()> {
        let (digest, parts) = parse(name)?;
        let mut file = tempfile::tempfile().map_err(Error::internal)?;
        let mut hash = Context::new(&SHA256);
        for number in 0..parts {
            let found = self.objects.get(&self.key(digest, number)?, PART + OVERHEAD).await?;
            let found = found.ok_or_else(|| Failure::error("The snapshot of the workspace is gone"))?;
            let part = if is_sealed(&found.body) {
                let (place, cipher) = (self.place(digest, number), self.cipher().await?);
                blocking(move || cipher.open(&place, &found.body).map_err(Failure::from)).await?
            } else {
                found.body.to_vec()
            };
            hash.update(&part);
            let mut target = file;
            file = blocking(move || {
                target.write_all(&part).map_err(Error::internal)?;
                Ok(target)
            })
            .await?;
        }
        if hex(hash.finish().as_ref()) != digest {
            return Err(Failure::error("The snapshot of the workspace is damaged"));
        }
        let (root, limits) = (workspace.root().to_path_buf(), workspace.limits());
        let looks = blocking(move || {
            file.rewind().map_err(Error::internal)?;
            unpack(GzDecoder::new(file), &root, limits)?;
            looks(&root)
        })
        .await?;
        *taken.lock() = Some((looks, Some(name.to_owned())));
        Ok(())
    }

    /// Deletes a snapshot that a newer one took the place of. What cannot be deleted now goes with the task.
    pub async fn discard(&self, name: &str) {
        let Ok((digest, parts)) = parse(name) else { return };
        for number in 0..parts {
            if let Ok(key) = self.key(digest, number)
                && let Err(error) = self.objects.delete(&key).await
            {
                tracing::debug!(%error, task = %self.task_id, "an old snapshot could not be deleted");
            }
        }
    }

    /// What a part is encrypted for.
    fn place(&self, digest: &str, number: usize) -> String {
        format!("{}/{}/{digest}.{number}", self.task_id, self.generation)
    }

    fn key(&self, digest: &str, number: usize) -> kernel::Result<ObjectKey> {
        folder(self.tenant, self.task_id, self.generation)?.object(&format!("{digest}.{number}"))
    }
}

impl Taken {
    /// Remembers how an empty directory looks, so that nothing is stored of it.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn empty(&self, workspace: &Workspace) -> Outcome<()> {
        let root = workspace.root().to_path_buf();
        let looks = blocking(move || looks(&root)).await?;
        *self.lock() = Some((looks, None));
        Ok(())
    }

    /// The name of the newest snapshot.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        self.lock().as_ref().and_then(|(_, name)| name.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(u64, Option<String>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a snapshot's name apart: digest, and how many parts.
fn parse(name: &str) -> Outcome<(&str, usize)> {
    let parsed = name.rsplit_once('.').and_then(|(digest, parts)| Some((digest, parts.parse::<usize>().ok()?)));
    match parsed {
        Some((digest, parts)) if digest.len() == DIGEST && (1..=MAX_PARTS).contains(&parts) => Ok((digest, parts)),
        _ => Err(Failure::error("That is not the name of a snapshot")),
    }
}

/// Half of the digest, as text: enough to tell archives apart, and short enough for the file names of the embedded storage.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes[..DIGEST / 2].iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A number that changes with whatever is in the directory: names, sizes, times, modes.
fn looks(root: &Path) -> Outcome<u64> {
    let mut hasher = DefaultHasher::new();
    for entry in walk(root)? {
        let Ok(metadata) = fs::symlink_metadata(root.join(&entry.path)) else { continue };
        entry.path.hash(&mut hasher);
        (metadata.mode(), metadata.ino()).hash(&mut hasher);
        if !entry.is_dir {
            (metadata.len(), metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec())
                .hash(&mut hasher);
        }
    }
    Ok(hasher.finish())
}

/// Hashes what goes through it.
struct Hashing<W> {
    inner: W,
    hash: Context,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

/// Packs a directory into a file without a name; gives it, from its beginning, and its digest. Links are left out.
fn pack(root: &Path) -> Outcome<(File, String)> {
    let file = tempfile::tempfile().map_err(Error::internal)?;
    let hashing = Hashing { inner: BufWriter::new(file), hash: Context::new(&SHA256) };
    let mut archive = Builder::new(GzEncoder::new(hashing, Compression::fast()));
    for entry in walk(root)? {
        let path = root.join(&entry.path);
        let mut header = Header::new_gnu();
        header.set_mtime(0);
        let failed = |error| Failure::file(&error, "open", &path);
        if entry.is_dir {
            header.set_entry_type(EntryType::Directory);
            header.set_mode(0o755);
            header.set_size(0);
            archive.append_data(&mut header, format!("{}/", entry.path), std::io::empty()).map_err(failed)?;
        } else {
            let source = File::open(&path).map_err(failed)?;
            let metadata = source.metadata().map_err(failed)?;
            if !metadata.is_file() {
                continue;
            }
            header.set_entry_type(EntryType::Regular);
            header.set_mode(if is_executable(&path) { 0o755 } else { 0o644 });
            header.set_size(metadata.len());
            archive.append_data(&mut header, &entry.path, source.take(metadata.len())).map_err(failed)?;
        }
    }
    let hashing = archive.into_inner().and_then(GzEncoder::finish).map_err(Error::internal)?;
    let digest = hex(hashing.hash.finish().as_ref());
    let mut file = hashing.inner.into_inner().map_err(|error| Error::internal(error.to_string()))?;
    file.rewind().map_err(Error::internal)?;
    Ok((file, digest))
}

/// Unpacks an archive into a directory.
fn unpack(source: impl Read, root: &Path, limits: WorkspaceLimits) -> Outcome<()> {
    let damaged = |error: std::io::Error| Failure::error(format!("The snapshot of the workspace is damaged: {error}"));
    let (mut entries, mut bytes) = (0, 0);
    for entry in Archive::new(source).entries().map_err(damaged)? {
        let entry = entry.map_err(damaged)?;
        let path = entry.path().map_err(damaged)?.into_owned();
        if !path.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(Failure::not_allowed("The snapshot of the workspace holds a path that leaves it"));
        }
        let target = root.join(&path);
        crate::workspace::refuse_links(root, &target)?;
        entries += 1;
        bytes += entry.header().size().map_err(damaged)?;
        if entries > limits.entries || bytes > limits.bytes {
            return Err(Failure::input("The snapshot of the workspace is larger than a workspace may be"));
        }
        match entry.header().entry_type() {
            EntryType::Directory => {
                fs::create_dir_all(&target).map_err(|error| Failure::file(&error, "mkdir", &target))?;
            }
            EntryType::Regular => {
                let executable = entry.header().mode().map_err(damaged)? & 0o111 != 0;
                let mut content = Vec::new();
                entry.take(limits.bytes).read_to_end(&mut content).map_err(damaged)?;
                write_file(&target, &content, executable)?;
            }
            _ => return Err(Failure::not_allowed("The snapshot of the workspace holds what is no file and no folder")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const LIMITS: WorkspaceLimits = WorkspaceLimits { entries: 10, bytes: 1000 };

    fn archive(add: impl FnOnce(&mut Builder<&mut Vec<u8>>)) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut builder = Builder::new(&mut bytes);
        add(&mut builder);
        builder.finish().unwrap();
        drop(builder);
        bytes
    }

    /// A header with a path that the crate would not write.
    fn raw(path: &str, kind: EntryType, size: u64) -> Header {
        let mut header = Header::new_gnu();
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_size(size);
        header.set_cksum();
        header
    }

    #[test]
    fn what_is_packed_comes_out_again_and_links_stay_behind() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write_file(&from.path().join("a/run.sh"), b"#!", true).unwrap();
        write_file(&from.path().join("b.txt"), b"text", false).unwrap();
        fs::create_dir(from.path().join("empty")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", from.path().join("link")).unwrap();
        let (file, digest) = pack(from.path()).unwrap();
        assert_eq!(pack(from.path()).unwrap().1, digest, "the same files have the same name");
        unpack(GzDecoder::new(file), to.path(), LIMITS).unwrap();
        let paths: Vec<_> = walk(to.path()).unwrap().into_iter().map(|entry| entry.path).collect();
        assert_eq!(paths, ["a", "b.txt", "empty", "a/run.sh"]);
        assert!(is_executable(&to.path().join("a/run.sh")) && !is_executable(&to.path().join("b.txt")));
    }

    #[test]
    fn an_archive_cannot_leave_the_directory() {
        let parent = tempfile::tempdir().unwrap();
        let root = parent.path().join("root");
        fs::create_dir(&root).unwrap();
        for path in ["../out", "/tmp/out", "a/../../out"] {
            let bytes = archive(|builder| builder.append(&raw(path, EntryType::Regular, 1), &b"x"[..]).unwrap());
            assert!(unpack(&bytes[..], &root, LIMITS).is_err(), "{path}");
        }
        for kind in [EntryType::Symlink, EntryType::Link, EntryType::Char, EntryType::Fifo] {
            let bytes = archive(|builder| builder.append(&raw("x", kind, 0), &b""[..]).unwrap());
            assert!(unpack(&bytes[..], &root, LIMITS).is_err(), "{kind:?}");
        }
        std::os::unix::fs::symlink(parent.path(), root.join("link")).unwrap();
        let bytes = archive(|builder| builder.append(&raw("link/out", EntryType::Regular, 1), &b"x"[..]).unwrap());
        assert!(unpack(&bytes[..], &root, LIMITS).is_err(), "through a link that was there");
        assert!(!parent.path().join("out").exists());
    }

    #[test]
    fn an_archive_that_is_too_large_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let many = archive(|builder| {
            for index in 0..11 {
                builder.append(&raw(&format!("f{index}"), EntryType::Regular, 0), &b""[..]).unwrap();
            }
        });
        assert!(unpack(&many[..], root.path(), LIMITS).unwrap_err().message.contains("larger"));
        let large = archive(|builder| {
            builder.append(&raw("f", EntryType::Regular, 1001), &[0_u8; 1001][..]).unwrap();
        });
        assert!(unpack(&large[..], root.path(), LIMITS).unwrap_err().message.contains("larger"));
    }

    #[test]
    fn a_change_is_seen_by_the_looks_of_a_directory() {
        let root = tempfile::tempdir().unwrap();
        let empty = looks(root.path()).unwrap();
        write_file(&root.path().join("a"), b"1", false).unwrap();
        let one = looks(root.path()).unwrap();
        fs::rename(root.path().join("a"), root.path().join("b")).unwrap();
        let renamed = looks(root.path()).unwrap();
        assert!(empty != one && one != renamed);
        assert_eq!(looks(root.path()).unwrap(), renamed);
    }

    #[test]
    fn only_names_of_snapshots_are_taken() {
        assert!(parse(&format!("{}.2", "a".repeat(DIGEST))).is_ok());
        for name in ["", "x.1", "../..", &format!("{}.0", "a".repeat(DIGEST)), &format!("{}.999", "a".repeat(DIGEST))] {
            assert!(parse(name).is_err(), "{name}");
        }
    }
}
