//! Between a folder and a manifest: listing, reading in parts, writing, comparing. All of it blocks.

use crate::domain::bundle::{Checks, Entry, MOST_BYTES, MOST_FILES, Manifest, PART_BYTES, hex, link_is_inside, sha256};
use aws_lc_rs::digest::{Context, SHA256};
use kernel::{Error, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Metadata of all files: as long as it stays the same, nobody wrote to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp(String);

/// A folder's list, and its metadata from before it was read.
pub struct Packed {
    pub manifest: Manifest,
    pub stamp: Stamp,
}

/// What is built beside a bundle's files and is no part of it.
fn is_part_of_it(name: &str) -> bool {
    !name.starts_with("remote-") && !name.starts_with(".remote-")
}

/// Files and links below `folder`, by path, with their metadata.
fn walk(folder: &Path) -> Result<BTreeMap<String, std::fs::Metadata>> {
    let mut found = BTreeMap::new();
    let mut todo = vec![(folder.to_owned(), String::new())];
    while let Some((path, prefix)) = todo.pop() {
        for entry in std::fs::read_dir(&path).map_err(Error::internal)? {
            let entry = entry.map_err(Error::internal)?;
            let name = entry.file_name();
            let name = name.to_str().ok_or_else(|| Error::input("A file's name is no UTF-8."))?;
            if prefix.is_empty() && !is_part_of_it(name) {
                continue;
            }
            let relative = format!("{prefix}{name}");
            let metadata = entry.metadata().map_err(Error::internal)?;
            if metadata.is_dir() {
                todo.push((entry.path(), format!("{relative}/")));
            } else {
                found.insert(relative, metadata);
            }
            if found.len() > MOST_FILES {
                return Err(Error::input(format!("It has more than {MOST_FILES} files.")));
            }
        }
    }
    Ok(found)
}

/// The metadata of all files below `folder`.
pub fn stamp(folder: &Path) -> Result<Stamp> {
    Ok(stamp_of(&walk(folder)?))
}

fn stamp_of(files: &BTreeMap<String, std::fs::Metadata>) -> Stamp {
    let mut text = String::new();
    for (path, meta) in files {
        text += &format!(
            "{path}\0{} {} {} {} {} {} {}\n",
            meta.ino(),
            meta.mode(),
            meta.len(),
            meta.mtime(),
            meta.mtime_nsec(),
            meta.ctime(),
            meta.ctime_nsec()
        );
    }
    Stamp(sha256(text.as_bytes()))
}

/// Lists the folder with the hash of each file and of each part.
pub fn list(folder: &Path, (package, version): (String, String), lock_digest: String) -> Result<Packed> {
    let found = walk(folder)?;
    let stamp = stamp_of(&found);
    let bytes: u64 = found.values().filter(|meta| meta.is_file()).map(std::fs::Metadata::len).sum();
    if bytes > MOST_BYTES {
        return Err(Error::input(format!("It has more than {} MB.", MOST_BYTES >> 20)));
    }
    let (mut files, mut checks) = (BTreeMap::new(), Checks::default());
    let mut parts = Parts::default();
    for (path, metadata) in found {
        let at = folder.join(&path);
        let entry = if metadata.is_symlink() {
            let to = std::fs::read_link(&at).map_err(Error::internal)?;
            let to = to.to_str().unwrap_or_default().to_owned();
            if !link_is_inside(&path, &to) {
                return Err(Error::input(format!("Its link {path} leads out of it.")));
            }
            Entry::Link { to }
        } else if metadata.is_file() {
            let content = std::fs::read(&at).map_err(Error::internal)?;
            look(&mut checks, &path, &content);
            parts.take(&content);
            let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
            Entry::File { sha256: sha256(&content), bytes, executable: metadata.mode() & 0o111 != 0 }
        } else {
            return Err(Error::input(format!("{path} is neither a file nor a link.")));
        };
        files.insert(path, entry);
    }
    let parts = parts.finish();
    Ok(Packed { manifest: Manifest { schema: 1, package, version, lock_digest, checks, files, parts }, stamp })
}

/// Hashes of the parts into which all content is cut.
#[derive(Default)]
struct Parts {
    open: Option<(Context, usize)>,
    closed: Vec<String>,
}

impl Parts {
    fn take(&mut self, mut content: &[u8]) {
        while !content.is_empty() {
            let (context, filled) = self.open.get_or_insert_with(|| (Context::new(&SHA256), 0));
            let room = (PART_BYTES - *filled).min(content.len());
            let (now, rest) = content.split_at(room);
            context.update(now);
            *filled += room;
            content = rest;
            if *filled == PART_BYTES {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        if let Some((context, _)) = self.open.take() {
            self.closed.push(hex(context.finish().as_ref()));
        }
    }

    fn finish(mut self) -> Vec<String> {
        self.close();
        self.closed
    }
}

/// What a file says about its package.
fn look(checks: &mut Checks, path: &str, content: &[u8]) {
    const MOST: usize = 50;
    let note = |list: &mut Vec<String>, name: &str| {
        if list.len() < MOST && !list.iter().any(|known| known == name) {
            list.push(name.to_owned());
        }
    };
    let Some((_, inner)) = path.rsplit_once("node_modules/") else { return };
    let depth = if inner.starts_with('@') { 2 } else { 1 };
    let package: Vec<&str> = inner.split('/').take(depth).collect();
    let package = package.join("/");
    if Path::new(path).extension().is_some_and(|extension| extension == "node") || inner.ends_with("/binding.gyp") {
        note(&mut checks.native, &package);
    }
    if inner.strip_prefix(&package) != Some("/package.json") {
        return;
    }
    let Ok(manifest) = serde_json::from_slice::<Value>(content) else { return };
    checks.packages += 1;
    let licence = manifest.get("license").and_then(Value::as_str).unwrap_or("none");
    let licence: String = licence.chars().take(60).collect();
    if checks.licences.len() < MOST || checks.licences.contains_key(&licence) {
        *checks.licences.entry(licence).or_default() += 1;
    }
    let script = |name: &str| manifest.pointer(&format!("/scripts/{name}")).is_some();
    if script("install") || script("preinstall") || script("postinstall") {
        note(&mut checks.install_scripts, &package);
    }
}

/// Compares the folder with its list.
pub fn verify(folder: &Path, manifest: &Manifest) -> Result<Stamp> {
    let found = walk(folder)?;
    let stamp = stamp_of(&found);
    let wrong = |path: &str, what: &str| Err(Error::internal(format!("{path} {what}")));
    if let Some(path) = found.keys().find(|path| !manifest.files.contains_key(*path)) {
        return wrong(path, "does not belong to it");
    }
    for (path, entry) in &manifest.files {
        let Some(metadata) = found.get(path) else { return wrong(path, "is missing") };
        let at = folder.join(path);
        match entry {
            Entry::Link { to } => {
                let leads = std::fs::read_link(&at).map_err(Error::internal)?;
                if !metadata.is_symlink() || leads != Path::new(to) {
                    return wrong(path, "leads somewhere else");
                }
            }
            Entry::File { sha256: wanted, bytes, executable } => {
                let same = metadata.is_file()
                    && metadata.len() == *bytes
                    && (metadata.mode() & 0o111 != 0) == *executable
                    && sha256(&std::fs::read(&at).map_err(Error::internal)?) == *wanted;
                if !same {
                    return wrong(path, "is not what was signed");
                }
            }
        }
    }
    Ok(stamp)
}

/// Reads a folder's files one after the other, in parts.
pub struct Reader {
    folder: PathBuf,
    files: VecDeque<String>,
    open: Option<File>,
}

impl Reader {
    /// At the beginning of the first file.
    pub fn new(folder: PathBuf, manifest: Arc<Manifest>) -> Self {
        let is_file = |entry: &Entry| matches!(entry, Entry::File { .. });
        let files = manifest.files.iter().filter(|(_, entry)| is_file(entry)).map(|(path, _)| path.clone());
        Self { folder, files: files.collect(), open: None }
    }

    /// The next part; shorter than others only at the end.
    pub fn part(&mut self) -> Result<Vec<u8>> {
        let mut part = Vec::with_capacity(PART_BYTES);
        while part.len() < PART_BYTES {
            if self.open.is_none() {
                let Some(next) = self.files.pop_front() else { break };
                self.open = Some(File::open(self.folder.join(next)).map_err(Error::internal)?);
            }
            let Some(open) = &mut self.open else { break };
            let room = u64::try_from(PART_BYTES - part.len()).unwrap_or(0);
            let read = open.take(room).read_to_end(&mut part).map_err(Error::internal)?;
            if read == 0 {
                self.open = None;
            }
        }
        Ok(part)
    }
}

/// Writes a folder from parts.
pub struct Unpacking {
    folder: PathBuf,
    manifest: Arc<Manifest>,
    files: VecDeque<(String, u64, bool)>,
    open: Option<(File, u64)>,
}

impl Unpacking {
    /// Nothing is written yet.
    pub fn new(folder: PathBuf, manifest: Arc<Manifest>) -> Self {
        let file = |(path, entry): (&String, &Entry)| match entry {
            Entry::File { bytes, executable, .. } => Some((path.clone(), *bytes, *executable)),
            Entry::Link { .. } => None,
        };
        let files = manifest.files.iter().filter_map(file).collect();
        Self { folder, manifest, files, open: None }
    }

    /// Takes the next part.
    pub fn write(&mut self, mut part: &[u8]) -> Result<()> {
        while !part.is_empty() {
            if self.open.is_none() && !self.begin()? {
                return Err(Error::internal("a bundle's parts are longer than its files"));
            }
            let Some((file, left)) = &mut self.open else { continue };
            let now = usize::try_from(*left).unwrap_or(usize::MAX).min(part.len());
            let (bytes, rest) = part.split_at(now);
            file.write_all(bytes).map_err(Error::internal)?;
            *left -= u64::try_from(now).unwrap_or(0);
            part = rest;
            if *left == 0 {
                self.open = None;
            }
        }
        Ok(())
    }

    /// Makes the next file; `false`: there is none.
    fn begin(&mut self) -> Result<bool> {
        let Some((path, bytes, executable)) = self.files.pop_front() else { return Ok(false) };
        let at = self.folder.join(path);
        if let Some(parent) = at.parent() {
            std::fs::create_dir_all(parent).map_err(Error::internal)?;
        }
        let mode = if executable { 0o755 } else { 0o644 };
        let file = File::options().write(true).create_new(true).mode(mode).open(at).map_err(Error::internal)?;
        self.open = (bytes > 0).then_some((file, bytes));
        Ok(true)
    }

    /// Makes what is left: empty files, and links last, so that nothing is written through one.
    pub fn finish(mut self) -> Result<()> {
        std::fs::create_dir_all(&self.folder).map_err(Error::internal)?;
        while self.open.is_none() && self.begin()? {}
        for (path, entry) in &self.manifest.files {
            if let Entry::Link { to } = entry {
                let at = self.folder.join(path);
                if let Some(parent) = at.parent() {
                    std::fs::create_dir_all(parent).map_err(Error::internal)?;
                }
                std::os::unix::fs::symlink(to, at).map_err(Error::internal)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "pack_tests.rs"]
mod tests;
