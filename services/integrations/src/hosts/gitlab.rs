//! GitLab, gitlab.com and one's own, through version 4 of the REST API.

use super::api::{Api, Ask};
use super::{Answer, Asking, Entry, File, SourceHost};
use crate::domain::address::{Address, in_name};
use crate::domain::want::Want;
use bytes::Bytes;
use futures::FutureExt as _;
use kernel::{ErrorKind, Result};
use runtime::outbound::Reply;
use serde::Deserialize;

/// Marks a validator that is the name of the file's content, where the host sends no entity tag.
const BLOB: &str = "blob:";
/// Files in one page of a listing, the most that is allowed.
const PAGE: usize = 100;
/// Pages that one listing may cost; after that an archive is cheaper.
const MAX_PAGES: usize = 20;
/// References that begin alike are few.
const MAX_REFERENCES: usize = 100;
const MAX_BLOB_BYTES: usize = 32_000_000;
const MAX_ARCHIVE_BYTES: usize = 100_000_000;

/// GitLab.
pub(crate) struct GitLab {
    pub(crate) api: Api,
}

#[derive(Deserialize)]
struct Commit {
    id: String,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Item {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    path: String,
    mode: String,
}

/// The beginning of all addresses of a project.
fn project(at: &Address) -> String {
    format!("/projects/{}", in_name(&at.project))
}

impl GitLab {
    async fn file(&self, at: &Address, names: usize, known: Option<&str>, max_bytes: usize) -> Result<Answer<File>> {
        let path = format!("{}/repository/files/{}", project(at), in_name(&at.path(names)));
        let query = format!("?ref={}", in_name(&at.reference(names)));
        if let Some(blob) = known.and_then(|known| known.strip_prefix(BLOB)) {
            let path = format!("{path}{query}");
            let reply = self.api.ask(Ask { head: true, accept: "*/*", ..Ask::new(&path, &at.url) }).await?;
            if reply.header("x-gitlab-blob-id") == Some(blob) {
                return Ok(Answer::NotModified);
            }
        }
        let path = format!("{path}/raw{query}");
        let known = known.filter(|known| !known.starts_with(BLOB));
        let reply = self.api.ask(Ask { accept: "*/*", known, max_bytes, ..Ask::new(&path, &at.url) }).await?;
        if reply.status == 304 {
            return Ok(Answer::NotModified);
        }
        let blob = || reply.header("x-gitlab-blob-id").map(|blob| format!("{BLOB}{blob}"));
        let etag = reply.header("etag").map(str::to_owned).or_else(blob);
        let commit = reply.header("x-gitlab-commit-id").or(at.commit()).map(str::to_owned);
        Ok(Answer::New(File { etag, commit, bytes: reply.bytes }))
    }

    async fn head(&self, at: &Address, names: usize, known: Option<&str>) -> Result<Answer<String>> {
        let path = format!("{}/repository/commits/{}?stats=false", project(at), in_name(&at.reference(names)));
        let commit: Commit = self.api.json(&path, &at.url).await?;
        Ok(if known == Some(commit.id.as_str()) { Answer::NotModified } else { Answer::New(commit.id) })
    }

    async fn beginning_with(&self, at: &Address) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for space in ["branches", "tags"] {
            let search = in_name(&format!("^{}/", at.first()));
            let path = format!("{}/repository/{space}?search={search}&per_page={MAX_REFERENCES}", project(at));
            let references: Vec<Named> = self.api.json(&path, &at.url).await?;
            found.extend(references.into_iter().map(|one| one.name));
        }
        Ok(found)
    }

    async fn entries(&self, at: &Address, commit: &str, want: &Want) -> Result<Option<Vec<Entry>>> {
        let mut address =
            format!("{}/repository/tree?ref={commit}&recursive=true&per_page={PAGE}&pagination=keyset", project(at));
        if !want.base().is_empty() {
            address = format!("{address}&path={}", in_name(want.base()));
        }
        let (mut found, mut token): (Vec<Entry>, Option<String>) = (Vec::new(), None);
        for _ in 0..MAX_PAGES {
            let path = match &token {
                Some(token) => format!("{address}&page_token={}", in_name(token)),
                None => address.clone(),
            };
            let reply = match self.api.ask(Ask::new(&path, &at.url)).await {
                // The commit is there, so it is the folder that is not.
                Err(error) if error.kind == ErrorKind::NotFound => return Ok(Some(found)),
                asked => asked?,
            };
            let items: Vec<Item> = self.api.parse(&reply, &at.url)?;
            found.extend(items.into_iter().filter(|item| item.kind == "blob").filter_map(|item| {
                let executable = item.mode == "100755";
                let regular = executable || matches!(item.mode.as_str(), "100644" | "100664");
                (regular && want.wants(&item.path)).then_some(Entry {
                    path: item.path,
                    blob: item.id,
                    executable,
                    size: None,
                })
            }));
            token = next_page(&reply);
            if token.is_none() {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    async fn bytes(&self, path: &str, max_bytes: usize, slow: bool, about: &str) -> Result<Bytes> {
        let ask = Ask { accept: "*/*", max_bytes, slow, ..Ask::new(path, about) };
        Ok(self.api.ask(ask).await?.bytes)
    }

    async fn content(&self, at: &Address, entry: &Entry) -> Result<Bytes> {
        let path = format!("{}/repository/blobs/{}/raw", project(at), entry.blob);
        self.bytes(&path, MAX_BLOB_BYTES, false, &at.url).await
    }

    async fn packed(&self, at: &Address, commit: &str, want: &Want) -> Result<Bytes> {
        let mut path = format!("{}/repository/archive?sha={commit}", project(at));
        if !want.base().is_empty() {
            path = format!("{path}&path={}", in_name(want.base()));
        }
        self.bytes(&path, MAX_ARCHIVE_BYTES, true, &at.url).await
    }

    async fn who(&self) -> Result<Option<String>> {
        #[derive(Deserialize)]
        struct User {
            username: String,
        }
        if self.api.credential.is_none() {
            // Anybody may ask which projects are public.
            let path = "/projects?per_page=1&simple=true";
            return self.api.json::<serde_json::Value>(path, &self.api.base).await.map(|_| None);
        }
        match self.api.json::<User>("/user", &self.api.base).await {
            Ok(user) => Ok(Some(user.username)),
            // A token that may only read repositories may still say what it is called.
            Err(error) if error.kind == ErrorKind::NotAllowed && !error.message.contains("does not accept") => {
                let token: Named = self.api.json("/personal_access_tokens/self", &self.api.base).await?;
                Ok(Some(token.name))
            }
            Err(error) => Err(error),
        }
    }
}

/// The token of the next page, from the `Link` header.
fn next_page(reply: &Reply) -> Option<String> {
    let links = reply.header("link")?;
    let next = links.split(',').find(|link| link.contains("rel=\"next\""))?;
    let address = next.split_once('<')?.1.split_once('>')?.0;
    let url = url::Url::parse(address).ok()?;
    url.query_pairs().find(|(name, _)| name == "page_token").map(|(_, token)| token.into_owned())
}

impl SourceHost for GitLab {
    fn read<'a>(
        &'a self,
        at: &'a Address,
        names: usize,
        known: Option<&'a str>,
        max_bytes: usize,
    ) -> Asking<'a, Answer<File>> {
        self.file(at, names, known, max_bytes).boxed()
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

    fn blob<'a>(&'a self, at: &'a Address, _: &'a str, entry: &'a Entry) -> Asking<'a, Bytes> {
        self.content(at, entry).boxed()
    }

    fn archive<'a>(&'a self, at: &'a Address, commit: &'a str, want: &'a Want) -> Asking<'a, Bytes> {
        self.packed(at, commit, want).boxed()
    }

    fn identify(&self) -> Asking<'_, Option<String>> {
        self.who().boxed()
    }
}
