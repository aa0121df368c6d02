//! Hosts of repositories: GitHub, GitLab, and the demo git host.
//!
//! [`SourceHost`] says what a host must be able to do; reading a file, a folder or what a pattern meets is written once
//! on top of it ([`Source`]). A further host is one more implementation, a word in `domain::source_host::Kind`, and an arm in
//! [`directory`]. Discovery of what an organisation has and webhooks will be further methods here.

mod api;
mod archive;
mod budgets;
mod demo;
mod directory;
mod github;
mod gitlab;
mod memory;
mod source;

pub(crate) use budgets::Budgets;
pub use directory::PublicHost;
pub(crate) use directory::{Connected, Directory, Who, budget_key};
pub(crate) use memory::Memory;
pub(crate) use source::{Limits, Picked, Source};

use crate::domain::address::Address;
use crate::domain::want::Want;
use bytes::Bytes;
use futures::future::BoxFuture;
use kernel::Result;

/// What a host answers in its own time.
pub(crate) type Asking<'a, T> = BoxFuture<'a, Result<T>>;

/// Something that may be as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer<T> {
    NotModified,
    New(T),
}

/// One file as it is now.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) bytes: Bytes,
    /// Opaque to callers; given back as `known`.
    pub(crate) etag: Option<String>,
    /// The commit it was read at, where the host says so without being asked for it.
    pub(crate) commit: Option<String>,
}

/// A file in the listing of a repository. Links and submodules are not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) path: String,
    /// Names the content, whatever file it is in.
    pub(crate) blob: String,
    pub(crate) executable: bool,
    pub(crate) size: Option<u64>,
}

/// A host of repositories. `names` says how many names of an address's tail are the reference.
pub(crate) trait SourceHost: Send + Sync {
    /// One file. `NotFound` when the reference or the file is not there.
    fn read<'a>(
        &'a self,
        at: &'a Address,
        names: usize,
        known: Option<&'a str>,
        max_bytes: usize,
    ) -> Asking<'a, Answer<File>>;

    /// Whether [`read`](Self::read) finds out by itself where the reference ends.
    fn finds_references(&self) -> bool {
        false
    }

    /// The commit that the reference stands for. `NotFound` when there is none.
    fn commit<'a>(&'a self, at: &'a Address, names: usize, known: Option<&'a str>) -> Asking<'a, Answer<String>>;

    /// The references that begin with the first name of the tail and a slash.
    fn references<'a>(&'a self, at: &'a Address) -> Asking<'a, Vec<String>>;

    /// The files that are wanted; none when the host tells only a part of them within reason.
    fn list<'a>(&'a self, at: &'a Address, commit: &'a str, want: &'a Want) -> Asking<'a, Option<Vec<Entry>>>;

    /// The content of a listed file.
    fn blob<'a>(&'a self, at: &'a Address, commit: &'a str, entry: &'a Entry) -> Asking<'a, Bytes>;

    /// A gzipped tar archive of at least what is wanted, in one folder that belongs to no path.
    fn archive<'a>(&'a self, at: &'a Address, commit: &'a str, want: &'a Want) -> Asking<'a, Bytes>;

    /// Whose the credential is, as far as the host tells.
    fn identify(&self) -> Asking<'_, Option<String>>;
}
