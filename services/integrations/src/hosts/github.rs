//! GitHub, its hosting with data residency, and GitHub Enterprise, through version 3 of the REST API.
//!
//! Without a token single files come from the host for raw files, as Backstage reads them: the API allows whoever is
//! nobody 60 requests an hour. Everything else asks the API.

use super::api::{Api, Ask};
use super::{Answer, Asking, Entry, File, SourceHost};
use crate::domain::address::{Address, in_name, in_path, is_commit};
use crate::domain::want::Want;
use bytes::Bytes;
use futures::FutureExt as _;
use kernel::{Error, ErrorKind, Result};
use serde::Deserialize;

/// Asks for a file's bytes.
const RAW: &str = "application/vnd.github.raw+json";
/// Asks for the name of a commit and nothing else.
const SHA: &str = "application/vnd.github.sha";
pub(super) const HEADERS: &[(&str, &str)] = &[("x-github-api-version", "2022-11-28")];
/// Requests that one listing of a very large repository may cost.
const MAX_LISTINGS: usize = 150;
const MAX_BLOB_BYTES: usize = 32_000_000;
const MAX_ARCHIVE_BYTES: usize = 100_000_000;

/// GitHub.
pub(crate) struct GitHub {
    pub(crate) api: Api,
    /// Where raw files are, without a slash at its end; used without a credential only.
    pub(crate) raw: Option<String>,
}

#[derive(Deserialize)]
struct Listing {
    tree: Vec<Item>,
    #[serde(default)]
    truncated: bool,
}

#[derive(Deserialize)]
struct Item {
    path: String,
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    sha: String,
    size: Option<u64>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(rename = "ref")]
    name: String,
}

impl GitHub {
    async fn file(&self, at: &Address, names: usize, known: Option<&str>, max_bytes: usize) -> Result<Answer<File>> {
        if let Some(raw) = &self.raw {
            let path = format!("{raw}/{}/{}", at.project, at.tail());
            return self.bytes(&path, at, known, max_bytes).await;
        }
        let path = format!("/repos/{}/contents/{}", at.project, in_path(&at.path(names)));
        let read = self.bytes(&format!("{path}?ref={}", in_name(&at.reference(names))), at, known, max_bytes).await?;
        match read {
            // Only of a file that changed: at the first reading of many it would cost as many requests again.
            Answer::New(file) if known.is_some() && file.commit.is_none() => {
                Ok(Answer::New(self.with_commit(&path, at, names, file, max_bytes).await))
            }
            read => Ok(read),
        }
    }

    /// The file with the commit that its reference stands for now, read there once more, which costs nothing when it is
    /// the same. A host that does not say leaves the commit unknown.
    async fn with_commit(&self, path: &str, at: &Address, names: usize, file: File, max_bytes: usize) -> File {
        let Ok(Answer::New(commit)) = self.head(at, names, None).await else { return file };
        let again = self.bytes(&format!("{path}?ref={commit}"), at, file.etag.as_deref(), max_bytes).await;
        match again {
            Ok(Answer::NotModified) => File { commit: Some(commit), ..file },
            Ok(Answer::New(newer)) => File { commit: Some(commit), ..newer },
            Err(_) => file,
        }
    }

    async fn bytes(&self, path: &str, at: &Address, known: Option<&str>, max_bytes: usize) -> Result<Answer<File>> {
        let ask = Ask { accept: RAW, known, max_bytes, ..Ask::new(path, &at.url) };
        let reply = self.api.ask(ask).await?;
        if reply.status == 304 {
            return Ok(Answer::NotModified);
        }
        // Folders and submodules are described in JSON where the bytes of a file were asked for.
        if self.raw.is_none() && reply.header("content-type").is_some_and(|is| is.starts_with("application/json")) {
            return Err(Error::input(format!("'{}' is a folder and no file.", at.url)));
        }
        let commit = at.commit().map(str::to_owned);
        Ok(Answer::New(File { etag: reply.validator(), commit, bytes: reply.bytes }))
    }

    async fn head(&self, at: &Address, names: usize, known: Option<&str>) -> Result<Answer<String>> {
        let path = format!("/repos/{}/commits/{}", at.project, in_name(&at.reference(names)));
        let tag = known.filter(|known| is_commit(known)).map(|known| format!("\"{known}\""));
        let ask = Ask { accept: SHA, known: tag.as_deref(), max_bytes: 1_000, ..Ask::new(&path, &at.url) };
        let reply = self.api.ask(ask).await?;
        let commit = String::from_utf8_lossy(&reply.bytes).trim().to_owned();
        match (reply.status, is_commit(&commit)) {
            (304, _) => Ok(Answer::NotModified),
            (_, true) if Some(commit.as_str()) == known => Ok(Answer::NotModified),
            (_, true) => Ok(Answer::New(commit)),
            _ => Err(Error::unavailable(format!("{} gave no commit for '{}'.", self.api.host, at.url))),
        }
    }

    async fn beginning_with(&self, at: &Address) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for space in ["heads", "tags"] {
            let path = format!("/repos/{}/git/matching-refs/{space}/{}", at.project, in_path(at.first()));
            let references: Vec<Reference> = self.api.json(&path, &at.url).await?;
            let prefix = format!("refs/{space}/");
            found.extend(references.iter().filter_map(|one| one.name.strip_prefix(&prefix)).map(str::to_owned));
        }
        Ok(found)
    }

    /// One request for the whole tree; where that is cut short, folder by folder, those that can hold a match only.
    async fn entries(&self, at: &Address, commit: &str, want: &Want) -> Result<Option<Vec<Entry>>> {
        let (mut found, mut asked) = (Vec::new(), 0);
        let mut open = vec![(String::new(), commit.to_owned())];
        while let Some((folder, tree)) = open.pop() {
            let path = format!("/repos/{}/git/trees/{tree}", at.project);
            let mut listing: Listing = self.api.json(&format!("{path}?recursive=1"), &at.url).await?;
            if listing.truncated {
                listing = self.api.json(&path, &at.url).await?;
                asked += 1;
            } else {
                // What is in the folders is listed as well.
                listing.tree.retain(|item| item.kind != "tree");
            }
            asked += 1;
            if listing.truncated || asked > MAX_LISTINGS {
                return Ok(None);
            }
            for item in listing.tree {
                let path = if folder.is_empty() { item.path } else { format!("{folder}/{}", item.path) };
                match (item.kind.as_str(), item.mode.as_str()) {
                    ("tree", _) if want.may_hold(&path) => open.push((path, item.sha)),
                    ("blob", "100644" | "100755" | "100664") if want.wants(&path) => {
                        found.push(Entry { path, blob: item.sha, executable: item.mode == "100755", size: item.size })
                    }
                    _ => {}
                }
            }
        }
        Ok(Some(found))
    }

    async fn content(&self, at: &Address, commit: &str, entry: &Entry) -> Result<Bytes> {
        let path = match &self.raw {
            Some(raw) => format!("{raw}/{}/{commit}/{}", at.project, in_path(&entry.path)),
            None => format!("/repos/{}/git/blobs/{}", at.project, entry.blob),
        };
        let ask = Ask { accept: RAW, max_bytes: MAX_BLOB_BYTES, ..Ask::new(&path, &at.url) };
        Ok(self.api.ask(ask).await?.bytes)
    }

    async fn tarball(&self, at: &Address, commit: &str) -> Result<Bytes> {
        let path = format!("/repos/{}/tarball/{commit}", at.project);
        let ask = Ask { accept: "*/*", max_bytes: MAX_ARCHIVE_BYTES, slow: true, ..Ask::new(&path, &at.url) };
        Ok(self.api.ask(ask).await?.bytes)
    }

    async fn who(&self) -> Result<Option<String>> {
        #[derive(Deserialize)]
        struct User {
            login: String,
        }
        if self.api.credential.is_some() {
            match self.api.json::<User>("/user", &self.api.base).await {
                Ok(user) => return Ok(Some(user.login)),
                // An installation's token is nobody's.
                Err(error) if error.kind == ErrorKind::NotAllowed && !error.message.contains("does not accept") => {}
                Err(error) => return Err(error),
            }
        }
        self.api.json::<serde_json::Value>("/rate_limit", &self.api.base).await.map(|_| None)
    }
}

impl SourceHost for GitHub {
    fn read<'a>(
        &'a self,
        at: &'a Address,
        names: usize,
        known: Option<&'a str>,
        max_bytes: usize,
    ) -> Asking<'a, Answer<File>> {
        self.file(at, names, known, max_bytes).boxed()
    }

    fn finds_references(&self) -> bool {
        self.raw.is_some()
    }

    fn commit<'a>(&'a self, at: &'a Address, names: usize, known: Option<&'a str>) -> Asking<'a, Answer<String>> {
        self.head(at, names, known).boxed()
    }

    fn references<'a>(&'a self, at: &'a Address) -> Asking<'a, Vec<String>> {
        self.beginning_with(at).boxed()
    }

    fn list<'a>(&'a self, at: &'a Address, commit: &'a str, want: &'a Want) -> Asking<'a, Option<Vec<Entry>>> {
        self.entries(at, commit, want).boxed()
    }

    fn blob<'a>(&'a self, at: &'a Address, commit: &'a str, entry: &'a Entry) -> Asking<'a, Bytes> {
        self.content(at, commit, entry).boxed()
    }

    fn archive<'a>(&'a self, at: &'a Address, commit: &'a str, _: &'a Want) -> Asking<'a, Bytes> {
        self.tarball(at, commit).boxed()
    }

    fn identify(&self) -> Asking<'_, Option<String>> {
        self.who().boxed()
    }
}
