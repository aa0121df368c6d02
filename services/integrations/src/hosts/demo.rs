//! The demo git host as a source host: straight from its repositories, which are in this process.

use super::{Answer, Asking, Entry, File, SourceHost};
use crate::demo_git::DemoGit;
use crate::domain::address::Address;
use crate::domain::want::Want;
use bytes::Bytes;
use futures::FutureExt as _;
use kernel::{Error, Result};
use std::sync::Arc;

/// The demo git host.
pub(crate) struct Demo(pub(crate) Arc<DemoGit>);

impl Demo {
    async fn file(&self, at: &Address, known: Option<&str>, max_bytes: usize) -> Result<Answer<File>> {
        let (commit, blob, bytes) = self.0.file(&at.project, at.first(), &at.path(1)).await?;
        let etag = format!("\"{blob}\"");
        if known == Some(etag.as_str()) {
            return Ok(Answer::NotModified);
        }
        if bytes.len() > max_bytes {
            return Err(Error::input(format!(
                "'{}' is larger than {max_bytes} bytes. Split it into several files.",
                at.url
            )));
        }
        Ok(Answer::New(File { bytes, etag: Some(etag), commit: Some(commit) }))
    }

    async fn head(&self, at: &Address, known: Option<&str>) -> Result<Answer<String>> {
        let commit = self.0.commit_of(&at.project, at.first()).await?;
        Ok(if known == Some(commit.as_str()) { Answer::NotModified } else { Answer::New(commit) })
    }
}

impl SourceHost for Demo {
    fn read<'a>(
        &'a self,
        at: &'a Address,
        _: usize,
        known: Option<&'a str>,
        max_bytes: usize,
    ) -> Asking<'a, Answer<File>> {
        self.file(at, known, max_bytes).boxed()
    }

    fn finds_references(&self) -> bool {
        true
    }

    fn commit<'a>(&'a self, at: &'a Address, _: usize, known: Option<&'a str>) -> Asking<'a, Answer<String>> {
        self.head(at, known).boxed()
    }

    /// Branches of the demo git host have no slashes.
    fn references<'a>(&'a self, _: &'a Address) -> Asking<'a, Vec<String>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn list<'a>(&'a self, at: &'a Address, commit: &'a str, want: &'a Want) -> Asking<'a, Option<Vec<Entry>>> {
        async move {
            let files = self.0.files(&at.project, commit, want.base()).await?;
            Ok(Some(files.into_iter().filter(|entry| want.wants(&entry.path)).collect()))
        }
        .boxed()
    }

    fn blob<'a>(&'a self, at: &'a Address, _: &'a str, entry: &'a Entry) -> Asking<'a, Bytes> {
        self.0.content(&at.project, &entry.blob).boxed()
    }

    fn archive<'a>(&'a self, at: &'a Address, commit: &'a str, want: &'a Want) -> Asking<'a, Bytes> {
        self.0.packed(&at.project, commit, want.base()).boxed()
    }

    fn identify(&self) -> Asking<'_, Option<String>> {
        async { Ok(None) }.boxed()
    }
}
