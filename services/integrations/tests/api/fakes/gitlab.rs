//! A GitLab, below a folder of its host if wanted.

use super::contract::Contract;
use super::repositories::Repository;
use super::{Seen, answer, json, names, parameter};
use crate::serve;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use http::HeaderName;
use http::header::{AUTHORIZATION, IF_NONE_MATCH};
use runtime::Tasks;
use serde_json::{Value, json as value};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

const RESET: i64 = 4_000_000_000;

pub struct World {
    pub projects: BTreeMap<String, Repository>,
    /// Tokens with what they may do: `api`, or `read_repository` alone.
    pub tokens: BTreeMap<String, String>,
    pub limit: i64,
    pub remaining: i64,
    /// Whether files come with an entity tag.
    pub tags: bool,
    /// Refuses everything with 429, and says for how long.
    pub slow_down: Option<u32>,
    pub seen: Vec<Seen>,
}

/// A running GitLab.
#[derive(Clone)]
pub struct GitLab {
    world: Arc<Mutex<World>>,
    pub contract: Contract,
    pub host: String,
    /// Empty, or a folder with a slash before it.
    root: String,
}

impl GitLab {
    pub async fn start(tasks: &Tasks, root: &str) -> Self {
        let world = World {
            projects: BTreeMap::new(),
            tokens: [
                ("glpat-of-robot-1234".to_owned(), "api".to_owned()),
                ("glpat-reads-only-1234".to_owned(), "read_repository".to_owned()),
            ]
            .into(),
            limit: 2_000,
            remaining: 2_000,
            tags: true,
            slow_down: None,
            seen: Vec::new(),
        };
        let mut gitlab = Self {
            world: Arc::new(Mutex::new(world)),
            contract: Contract::new(include_str!("../../fixtures/gitlab-api.json")),
            host: String::new(),
            root: root.to_owned(),
        };
        let port = serve(tasks, Router::new().fallback(api).with_state(gitlab.clone())).await;
        gitlab.host = format!("localhost:{port}");
        gitlab
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    pub fn api_base(&self) -> String {
        format!("http://{}{}/api/v4", self.host, self.root)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{}/{path}", self.host, self.root)
    }

    /// Forgets the requests so far and gives them.
    pub fn take_seen(&self) -> Vec<String> {
        let seen = std::mem::take(&mut self.world().seen);
        seen.into_iter().map(|seen| format!("{} {} {}", seen.status, seen.method, seen.path)).collect()
    }
}

async fn api(State(gitlab): State<GitLab>, request: Request) -> Response {
    let base = format!("{}/api/v4", gitlab.root);
    let Some(path) = request.uri().path().strip_prefix(&base).map(str::to_owned) else {
        return answer(404, "text/html", &[], "a page");
    };
    let operation = gitlab.contract.check_request(&request, &path);
    let response = gitlab.respond(&request, &path);
    match operation {
        Some(operation) => gitlab.contract.check_response(operation, response).await,
        None => response,
    }
}

impl GitLab {
    /// Answers, takes note of the request, and counts it.
    fn respond(&self, request: &Request, path: &str) -> Response {
        let mut world = self.world();
        let mut response = world.respond(request, path, self);
        world.remaining = (world.remaining - 1).max(0);
        for (name, number) in [("limit", world.limit), ("remaining", world.remaining), ("reset", RESET)] {
            response.headers_mut().insert(HeaderName::try_from(format!("ratelimit-{name}")).unwrap(), number.into());
        }
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        world.seen.push(Seen {
            method: request.method().to_string(),
            path: format!("{path}{query}"),
            authorization: request.headers().get(AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned()),
            status: response.status().as_u16(),
        });
        response
    }
}

fn refused(status: u16, message: &str) -> Response {
    json(status, &value!({"message": message}))
}

impl World {
    fn respond(&self, request: &Request, path: &str, gitlab: &GitLab) -> Response {
        let token = request.headers().get(AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
        let scope = token.as_deref().map(|token| self.tokens.get(token.trim_start_matches("Bearer ")));
        if scope == Some(None) {
            return refused(401, "401 Unauthorized");
        }
        if let Some(seconds) = self.slow_down {
            return answer(429, "text/plain", &[("retry-after", &seconds.to_string())], "Retry later");
        }
        let (scope, query) = (scope.flatten(), request.uri().query().unwrap_or_default());
        let parts = names(path);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts[..] {
            ["user"] => match scope.map(String::as_str) {
                Some("api") => json(200, &gitlab.contract.sample("user", &value!({"username": "robot"}))),
                Some(_) => refused(403, "insufficient_scope"),
                None => refused(401, "401 Unauthorized"),
            },
            ["personal_access_tokens", "self"] => {
                json(200, &gitlab.contract.sample("token", &value!({"name": "reads only"})))
            }
            ["projects"] => json(200, &value!([])),
            ["projects", project, "repository", ref rest @ ..] => {
                let found = self.projects.get(project).filter(|project| !project.private || scope.is_some());
                match found {
                    Some(repository) => self.repository(repository, request, query, rest, gitlab),
                    None => refused(404, "404 Project Not Found"),
                }
            }
            _ => refused(404, "404 Not Found"),
        }
    }

    fn repository(
        &self,
        from: &Repository,
        request: &Request,
        query: &str,
        rest: &[&str],
        gitlab: &GitLab,
    ) -> Response {
        let missing = || refused(404, "404 Not Found");
        let commit_of = |name: &str| from.resolve(&parameter(query, name).unwrap_or("HEAD".to_owned()));
        match rest {
            ["files", path, ..] => {
                let Some(commit) = commit_of("ref") else { return missing() };
                let Some(node) = from.commits[&commit].get(*path) else { return missing() };
                let (blob, tag) = (node.blob(), format!("W/\"{}\"", node.blob()));
                let mut headers = vec![("x-gitlab-blob-id", blob.as_str()), ("x-gitlab-commit-id", commit.as_str())];
                if self.tags {
                    headers.push(("etag", &tag));
                }
                let known = request.headers().get(IF_NONE_MATCH).is_some_and(|known| known == tag.as_str());
                if known && self.tags {
                    return answer(304, "", &headers, "");
                }
                let body = if rest.len() == 3 { node.bytes.clone() } else { Vec::new() };
                answer(200, if rest.len() == 3 { "text/plain; charset=utf-8" } else { "" }, &headers, body)
            }
            ["commits", reference] => match from.resolve(reference) {
                Some(commit) => json(200, &gitlab.contract.sample("commit", &value!({"id": commit}))),
                None => refused(404, "404 Commit Not Found"),
            },
            ["tree"] => tree(from, query, commit_of("ref"), request),
            ["blobs", blob, "raw"] => {
                let node = from.commits.values().flat_map(|files| files.values()).find(|node| node.blob() == *blob);
                node.map_or_else(missing, |node| answer(200, "application/octet-stream", &[], node.bytes.clone()))
            }
            ["archive"] => match commit_of("sha") {
                Some(commit) => {
                    let folder = parameter(query, "path").unwrap_or_default();
                    let around = format!("project-{commit}-{}", folder.replace('/', "-"));
                    answer(200, "application/octet-stream", &[], from.archive(&commit, &folder, &around))
                }
                None => missing(),
            },
            [space @ ("branches" | "tags")] => {
                let search = parameter(query, "search").unwrap_or_default();
                let start = search.strip_prefix('^').expect("names that begin so are asked for").to_owned();
                let (space, schema) = if *space == "tags" { ("tags", "tag") } else { ("heads", "branch") };
                let one = |(name, _): (&str, &str)| gitlab.contract.sample(schema, &value!({"name": name}));
                json(200, &from.beginning(space, &start).map(one).collect::<Vec<Value>>().into())
            }
            _ => missing(),
        }
    }
}

fn tree(from: &Repository, query: &str, commit: Option<String>, request: &Request) -> Response {
    let folder = parameter(query, "path").unwrap_or_default();
    let recursive = parameter(query, "recursive").as_deref() == Some("true");
    let all = commit.map(|commit| from.listing(&commit, &folder, recursive)).unwrap_or_default();
    if all.is_empty() {
        return refused(404, "404 invalid revision or path Not Found");
    }
    let size: usize = parameter(query, "per_page").map_or(20, |text| text.parse().unwrap());
    let start: usize = parameter(query, "page_token").map_or(0, |text| text.parse().unwrap());
    let items = all.iter().skip(start).take(size).map(|(path, mode, kind, id, _)| {
        let path = if folder.is_empty() { path.clone() } else { format!("{folder}/{path}") };
        value!({"id": id, "name": path.rsplit('/').next(), "type": kind, "path": path, "mode": mode})
    });
    let mut response = json(200, &items.collect::<Vec<_>>().into());
    if start + size < all.len() {
        let query: Vec<&str> = query.split('&').filter(|part| !part.starts_with("page_token=")).collect();
        let (path, host) = (request.uri().path(), request.headers()["host"].to_str().unwrap());
        let next = format!("<http://{host}{path}?{}&page_token={}>; rel=\"next\"", query.join("&"), start + size);
        response.headers_mut().insert("link", next.parse().unwrap());
    }
    response
}
