//! Reading a file, a folder, or what a pattern meets, on any host.

use super::archive::unpack;
use super::{Answer, Entry, File, Memory, SourceHost};
use crate::domain::address::Address;
use crate::domain::name::FilePath;
use crate::domain::want::Want;
use bytes::Bytes;
use futures::stream::{StreamExt as _, TryStreamExt as _, iter};
use kernel::{Error, ErrorKind, Result};
use sha1::{Digest as _, Sha1};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// As many contents are asked for one by one; an archive is cheaper for more.
const FEW: usize = 40;
/// Contents asked for at a time.
const PARALLEL: usize = 6;

/// An address on a host, ready to be read.
pub(crate) struct Source {
    pub(crate) host: Box<dyn SourceHost>,
    pub(crate) at: Address,
    pub(crate) memory: Memory,
    /// Whose view of which host it is.
    pub(crate) scope: String,
}

/// What an answer with several files may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) files: usize,
    pub(crate) bytes: usize,
}

impl Limits {
    /// # Errors
    /// `PayloadTooLarge` beyond the limits.
    pub(crate) fn check(self, files: usize, bytes: usize) -> Result<()> {
        if files > self.files {
            return Err(Error::too_large(format!("These are more than {} files. Give a smaller folder.", self.files)));
        }
        if bytes > self.bytes {
            let limit = self.bytes / 1_000_000;
            return Err(Error::too_large(format!(
                "The files are larger than {limit} MB together. Give a smaller folder."
            )));
        }
        Ok(())
    }
}

/// A file with its content.
#[derive(Debug, Clone)]
pub(crate) struct Picked {
    /// From the root of the repository.
    pub(crate) path: String,
    /// The name of the content, where the host told it.
    pub(crate) blob: Option<String>,
    pub(crate) executable: bool,
    pub(crate) bytes: Bytes,
}

/// Files of one commit, in the order of their paths.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) commit: String,
    /// How many names of the address's tail are the reference.
    pub(crate) names: usize,
    pub(crate) files: Vec<Picked>,
}

impl Source {
    /// Reads one file.
    ///
    /// # Errors
    /// `NotFound` when it is not there, `Input` for a folder, and those of the host.
    pub(crate) async fn read(&self, known: Option<&str>, max_bytes: usize) -> Result<Answer<File>> {
        if self.at.is_root() {
            return Err(Error::input(format!("'{}' is a folder and no file.", self.at.url)));
        }
        let names = self.likely_reference();
        match self.host.read(&self.at, names, known, max_bytes).await {
            Err(error) if error.kind == ErrorKind::NotFound && !self.host.finds_references() => {
                let other = self.other_reference(names, error).await?;
                self.host.read(&self.at, other, known, max_bytes).await
            }
            read => read,
        }
    }

    /// Reads several files of one commit; `known` is the commit of an earlier answer. `want` gets the path of the address.
    ///
    /// # Errors
    /// `NotFound` when the reference is not there, `PayloadTooLarge` beyond the limits, and those of the host.
    pub(crate) async fn folder(
        &self,
        known: Option<&str>,
        want: fn(&str) -> Want,
        limits: Limits,
    ) -> Result<Answer<Folder>> {
        let (names, commit) = match self.commit(known).await? {
            Answer::NotModified => return Ok(Answer::NotModified),
            Answer::New(found) => found,
        };
        let want = want(&self.at.path(names));
        let mut files = match self.host.list(&self.at, &commit, &want).await? {
            Some(entries) => self.contents(&commit, entries, &want, limits).await?,
            None => self.unpacked(&commit, &want, limits).await?,
        };
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Answer::New(Folder { commit, names, files }))
    }

    async fn commit(&self, known: Option<&str>) -> Result<Answer<(usize, String)>> {
        if let Some(commit) = self.at.commit() {
            let same = known == Some(commit);
            return Ok(if same { Answer::NotModified } else { Answer::New((1, commit.to_owned())) });
        }
        let names = self.likely_reference();
        let (names, answer) = match self.host.commit(&self.at, names, known).await {
            Err(error) if error.kind == ErrorKind::NotFound => {
                let other = self.other_reference(names, error).await?;
                (other, self.host.commit(&self.at, other, known).await?)
            }
            answer => (names, answer?),
        };
        Ok(match answer {
            Answer::NotModified => Answer::NotModified,
            Answer::New(commit) => Answer::New((names, commit)),
        })
    }

    /// One name, unless a longer reference was met lately.
    fn likely_reference(&self) -> usize {
        self.memory.references(&self.scope, &self.at).and_then(|known| self.longest(&known)).unwrap_or(1)
    }

    /// Where else the reference may end; the error when there is no other way to read the address.
    async fn other_reference(&self, tried: usize, error: Error) -> Result<usize> {
        if *self.at.splits().end() < 2 || self.at.commit().is_some() {
            return Err(error);
        }
        let known = match self.memory.references(&self.scope, &self.at) {
            Some(known) => known,
            None => match self.host.references(&self.at).await {
                Ok(found) => {
                    let found = Arc::new(found);
                    // Beside a branch of this name there can be none that begins with it and a slash.
                    let met = self.longest(&found).is_some() || found.iter().any(|name| name == self.at.first());
                    self.memory.keep_references(&self.scope, &self.at, found.clone(), met);
                    found
                }
                Err(other) if other.kind == ErrorKind::NotFound => return Err(error),
                Err(other) => return Err(other),
            },
        };
        self.longest(&known).filter(|names| *names != tried).ok_or(error)
    }

    fn longest(&self, known: &[String]) -> Option<usize> {
        self.at.splits().rev().find(|names| *names > 1 && known.contains(&self.at.reference(*names)))
    }

    /// The contents of listed files: remembered ones, and the rest one by one or in an archive.
    async fn contents(&self, commit: &str, entries: Vec<Entry>, want: &Want, limits: Limits) -> Result<Vec<Picked>> {
        let sizes = entries.iter().filter_map(|entry| usize::try_from(entry.size?).ok()).sum();
        limits.check(entries.len(), sizes)?;
        let entries: Vec<Entry> = entries.into_iter().filter(|entry| FilePath::parse(&entry.path).is_some()).collect();
        let project = &self.at.project;
        let mut known: HashMap<String, Bytes> = entries
            .iter()
            .filter_map(|entry| Some((entry.blob.clone(), self.memory.content(&self.scope, project, &entry.blob)?)))
            .collect();
        // Several files may have one content.
        let mut asked = HashSet::new();
        let is_missing = |entry: &&Entry| !known.contains_key(&entry.blob) && asked.insert(entry.blob.clone());
        let missing: Vec<Entry> = entries.iter().filter(is_missing).cloned().collect();
        let mut fetched = HashMap::new();
        if missing.len() > FEW {
            match self.unpacked(commit, want, limits).await {
                Ok(files) => fetched = by_blob(files),
                // A few files of a very large repository.
                Err(error) if error.kind == ErrorKind::Input => {}
                Err(error) => return Err(error),
            }
        }
        // Archives leave files out, and change some, where a repository's attributes say so.
        let missing = missing.into_iter().filter(|entry| !fetched.contains_key(&entry.blob)).collect();
        fetched.extend(self.one_by_one(commit, missing).await?);
        for (blob, bytes) in &fetched {
            self.memory.keep_content(&self.scope, project, blob, bytes);
        }
        known.extend(fetched);
        let mut total = 0;
        let mut files = Vec::with_capacity(entries.len());
        for entry in entries {
            let Some(bytes) = known.get(&entry.blob).cloned() else {
                return Err(Error::unavailable(format!("The host did not send '{}'. Try again later.", entry.path)));
            };
            total += bytes.len();
            limits.check(files.len() + 1, total)?;
            files.push(Picked { path: entry.path, blob: Some(entry.blob), executable: entry.executable, bytes });
        }
        Ok(files)
    }

    async fn one_by_one(&self, commit: &str, entries: Vec<Entry>) -> Result<HashMap<String, Bytes>> {
        iter(entries)
            .map(|entry| async move {
                let bytes = self.host.blob(&self.at, commit, &entry).await?;
                Ok((entry.blob, bytes))
            })
            .buffer_unordered(PARALLEL)
            .try_collect()
            .await
    }

    async fn unpacked(&self, commit: &str, want: &Want, limits: Limits) -> Result<Vec<Picked>> {
        let archive = self.host.archive(&self.at, commit, want).await?;
        let want = want.clone();
        // Unpacking is work for the processor, up to seconds of it.
        tokio::task::spawn_blocking(move || unpack(&archive, &want, limits)).await.map_err(Error::internal)?
    }
}

/// The contents of an archive by their names in git.
fn by_blob(files: Vec<Picked>) -> HashMap<String, Bytes> {
    files.into_iter().map(|file| (blob_name(&file.bytes), file.bytes)).collect()
}

/// What git calls a content, in repositories that use SHA-1.
fn blob_name(bytes: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(format!("blob {}\0", bytes.len()));
    hash.update(bytes);
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_named_as_git_names_them() {
        // What `printf text | git hash-object --stdin` prints.
        assert_eq!(blob_name(b"text"), "f3a34851d44d6b97c90fbb99dd3d18c261b9a237");
    }
}
