//! A GitHub: its API, its host for raw files, and the host that gives out archives.

use super::contract::Contract;
use super::repositories::Repository;
use super::{Seen, answer, json, names, parameter};
use crate::serve;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use http::header::{AUTHORIZATION, IF_NONE_MATCH};
use integrations::domain::source_host::Kind;
use integrations::hosts::PublicHost;
use runtime::Tasks;
use serde_json::json as value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// The next window begins when no test is running any more.
const RESET: i64 = 4_000_000_000;

pub struct World {
    pub repositories: BTreeMap<String, Repository>,
    /// Tokens with the login they belong to.
    pub tokens: BTreeMap<String, String>,
    /// Repositories that have another name now.
    pub moved: BTreeMap<String, String>,
    pub limit: i64,
    pub remaining: i64,
    /// Refuses everything for a secondary limit, and says for how long.
    pub slow_down: Option<u32>,
    /// Answers everything with this status and body.
    pub broken: Option<(u16, String)>,
    /// Sends every request of the API to another host.
    pub redirect: Option<String>,
    /// Entries after which a listing is cut short.
    pub listing_limit: usize,
    /// Requests of the API.
    pub seen: Vec<Seen>,
    /// Requests of the other two hosts.
    pub elsewhere: Vec<Seen>,
}

/// A running GitHub. Ends with the tasks.
#[derive(Clone)]
pub struct GitHub {
    world: Arc<Mutex<World>>,
    pub contract: Contract,
    pub host: String,
    pub raw: String,
    archives: String,
}

impl GitHub {
    pub async fn start(tasks: &Tasks) -> Self {
        let world = World {
            repositories: BTreeMap::new(),
            tokens: [("token-of-robot-1234".to_owned(), "robot".to_owned())].into(),
            moved: BTreeMap::new(),
            limit: 5_000,
            remaining: 5_000,
            slow_down: None,
            broken: None,
            redirect: None,
            listing_limit: 100_000,
            seen: Vec::new(),
            elsewhere: Vec::new(),
        };
        let world = Arc::new(Mutex::new(world));
        let raw = serve(tasks, Router::new().fallback(raw_file).with_state(world.clone())).await;
        let archives = serve(tasks, Router::new().fallback(archive).with_state(world.clone())).await;
        let mut github = Self {
            world,
            contract: Contract::new(include_str!("../../fixtures/github-api.json")),
            host: String::new(),
            raw: format!("http://localhost:{raw}"),
            archives: format!("http://localhost:{archives}"),
        };
        let port = serve(tasks, Router::new().fallback(api).with_state(github.clone())).await;
        github.host = format!("localhost:{port}");
        github
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// As GitHub Enterprise has it.
    pub fn api_base(&self) -> String {
        format!("http://{}/api/v3", self.host)
    }

    /// All ports of it, for the guard.
    pub fn ports(&self) -> Vec<String> {
        [&self.host, &self.raw, &self.archives].map(|at| at.trim_start_matches("http://").to_owned()).to_vec()
    }

    /// As it is known to everybody.
    pub fn public(&self) -> PublicHost {
        PublicHost {
            kind: Kind::GitHub,
            host: self.host.clone(),
            api_base: self.api_base(),
            raw_base: Some(self.raw.clone()),
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.host)
    }

    /// Forgets the requests so far and gives them.
    pub fn take_seen(&self) -> Vec<String> {
        std::mem::take(&mut self.world().seen)
            .into_iter()
            .map(|seen| format!("{} {}", seen.status, seen.path))
            .collect()
    }
}

fn seen(request: &Request, status: u16) -> Seen {
    Seen {
        method: request.method().to_string(),
        path: request.uri().path_and_query().unwrap().to_string(),
        authorization: request.headers().get(AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned()),
        status,
    }
}

async fn api(State(github): State<GitHub>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches("/api/v3").to_owned();
    // A repository that has moved is met under its number.
    let path = match path.strip_prefix("/repositories/").and_then(|rest| rest.split_once('/')) {
        Some((name, rest)) => format!("/repos/{}/{rest}", name.replace("%2F", "/")),
        None => path,
    };
    let operation = github.contract.check_request(&request, &path);
    let response = github.respond(&request, &path);
    match operation {
        Some(operation) => github.contract.check_response(operation, response).await,
        None => response,
    }
}

impl GitHub {
    /// Answers, takes note of the request, and counts it.
    fn respond(&self, request: &Request, path: &str) -> Response {
        let mut world = self.world();
        let (mut response, counted) = world.respond(request, path, self);
        let mut note = seen(request, response.status().as_u16());
        note.path = format!("{path}{}", request.uri().query().map(|query| format!("?{query}")).unwrap_or_default());
        world.seen.push(note);
        if counted {
            world.remaining = (world.remaining - 1).max(0);
        }
        for (name, number) in [("limit", world.limit), ("remaining", world.remaining), ("reset", RESET)] {
            let name = http::HeaderName::try_from(format!("x-ratelimit-{name}")).unwrap();
            response.headers_mut().insert(name, number.into());
        }
        response
    }
}

fn refused(status: u16, message: &str) -> Response {
    json(status, &value!({"message": message, "documentation_url": "https://docs.github.com/rest"}))
}

impl World {
    /// The answer, and whether it counts.
    fn respond(&self, request: &Request, path: &str, github: &GitHub) -> (Response, bool) {
        let token = request.headers().get(AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
        let login = token.as_deref().map(|token| self.tokens.get(token.trim_start_matches("Bearer ")));
        if let Some((status, body)) = &self.broken {
            return (answer(*status, "application/json", &[("retry-after", "17")], body.clone()), true);
        }
        if let Some(target) = &self.redirect {
            return (answer(301, "", &[("location", &format!("{target}{path}"))], ""), true);
        }
        if login == Some(None) {
            return (refused(401, "Bad credentials"), true);
        }
        if let Some(seconds) = self.slow_down {
            let mut response = refused(403, "You have exceeded a secondary rate limit.");
            response.headers_mut().insert("retry-after", seconds.into());
            return (response, true);
        }
        if self.remaining == 0 {
            return (refused(403, "API rate limit exceeded for user ID 1."), false);
        }
        let known = request.headers().get(IF_NONE_MATCH).map(|value| value.to_str().unwrap());
        let response = self.found(request, path, github, login.flatten().is_some());
        let tag = response.headers().get("etag").map(|value| value.to_str().unwrap());
        match (known, tag) {
            (Some(known), Some(tag)) if known.trim_start_matches("W/") == tag.trim_start_matches("W/") => {
                (answer(304, "", &[("etag", tag)], ""), token.is_none())
            }
            _ => (response, true),
        }
    }

    fn found(&self, request: &Request, path: &str, github: &GitHub, signed_in: bool) -> Response {
        let query = request.uri().query().unwrap_or_default();
        let accept = request.headers()["accept"].to_str().unwrap();
        let parts = names(path);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        if let ["user"] = parts[..] {
            return if signed_in {
                json(200, &github.contract.sample("public-user", &value!({"login": "robot"})))
            } else {
                refused(401, "Requires authentication")
            };
        }
        if let ["rate_limit"] = parts[..] {
            return json(200, &github.contract.sample("rate-limit-overview", &value!({})));
        }
        let ["repos", owner, name, ref rest @ ..] = parts[..] else { return refused(404, "Not Found") };
        let project = format!("{owner}/{name}");
        if let Some(now) = self.moved.get(&project) {
            let rest = path.splitn(5, '/').nth(4).unwrap();
            let host = request.headers()["host"].to_str().unwrap();
            let place = format!("http://{host}/api/v3/repositories/{}/{rest}?{query}", now.replace('/', "%2F"));
            return answer(301, "application/json", &[("location", place.trim_end_matches('?'))], "{}");
        }
        let repository = self.repositories.get(&project).filter(|repository| !repository.private || signed_in);
        let Some(repository) = repository else { return refused(404, "Not Found") };
        match rest {
            ["contents", path @ ..] => {
                let reference = parameter(query, "ref").unwrap_or("HEAD".to_owned());
                contents(repository, &reference, &path.join("/"), accept, &github.contract)
            }
            ["commits", reference] => match repository.resolve(reference) {
                Some(commit) if accept.ends_with(".sha") => answer(
                    200,
                    "application/vnd.github.sha; charset=utf-8",
                    &[("etag", &format!("\"{commit}\""))],
                    commit,
                ),
                _ => refused(422, "No commit found for SHA"),
            },
            ["git", "trees", tree] => self.tree(repository, tree, query),
            ["git", "blobs", blob] => {
                let node =
                    repository.commits.values().flat_map(|files| files.values()).find(|node| node.blob() == *blob);
                match node {
                    Some(node) => answer(200, accept, &[("etag", &format!("\"{blob}\""))], node.bytes.clone()),
                    None => refused(404, "Not Found"),
                }
            }
            ["git", "matching-refs", space, start @ ..] => {
                let found = repository
                    .beginning(space, &start.join("/"))
                    .map(|(name, commit)| {
                        let object = value!({"type": "commit", "sha": commit, "url": ""});
                        value!({"ref": format!("refs/{space}/{name}"), "node_id": "", "url": "", "object": object})
                    })
                    .collect::<Vec<_>>();
                json(200, &found.into())
            }
            ["tarball", commit] => {
                let place = format!("{}/{project}/legacy.tar.gz/{commit}?token=a-key-for-a-minute", github.archives);
                answer(302, "", &[("location", &place)], "")
            }
            _ => refused(404, "Not Found"),
        }
    }

    fn tree(&self, repository: &Repository, tree: &str, query: &str) -> Response {
        let Some((commit, folder)) = repository.folder(tree) else { return refused(404, "Not Found") };
        let recursive = parameter(query, "recursive").is_some();
        let all = repository.listing(&commit, &folder, recursive);
        let items = all.iter().take(self.listing_limit).map(|(path, mode, kind, id, size)| {
            let mut item = value!({"path": path, "mode": mode, "type": kind, "sha": id, "url": ""});
            if *kind == "blob" {
                item["size"] = (*size).into();
            }
            item
        });
        let items: Vec<_> = items.collect();
        let truncated = all.len() > items.len();
        json(200, &value!({"sha": tree, "url": "", "tree": items, "truncated": truncated}))
    }
}

fn contents(repository: &Repository, reference: &str, path: &str, accept: &str, contract: &Contract) -> Response {
    let Some(commit) = repository.resolve(reference) else { return refused(404, "No commit found for the ref") };
    let files = &repository.commits[&commit];
    if let Some(node) = files.get(path) {
        assert!(accept.ends_with(".raw+json"), "files are asked for as they are");
        let tag = format!("W/\"{}\"", node.blob());
        return answer(200, &format!("{accept}; charset=utf-8"), &[("etag", &tag)], node.bytes.clone());
    }
    let listing = repository.listing(&commit, path, false);
    if listing.is_empty() {
        return refused(404, "Not Found");
    }
    let _ = contract;
    let items = listing.into_iter().map(|(name, _, kind, id, size)| {
        let kind = if kind == "tree" { "dir" } else { "file" };
        value!({"type": kind, "size": size, "name": name, "path": format!("{path}/{name}"), "sha": id, "url": "",
            "git_url": null, "html_url": null, "download_url": null, "_links": {"git": null, "html": null, "self": ""}})
    });
    json(200, &items.collect::<Vec<_>>().into())
}

/// `/OWNER/REPOSITORY/REFERENCE/PATH`, where it finds out itself where the reference ends.
async fn raw_file(State(world): State<Arc<Mutex<World>>>, request: Request<Body>) -> Response {
    let mut world = world.lock().unwrap();
    let parts = names(request.uri().path());
    let found = (|| {
        let repository = world.repositories.get(&format!("{}/{}", parts[0], parts[1]))?;
        let repository = Some(repository).filter(|repository| !repository.private)?;
        (3..parts.len()).find_map(|end| {
            let commit = repository.resolve(&parts[2..end].join("/"))?;
            repository.commits[&commit].get(&parts[end..].join("/")).cloned()
        })
    })();
    let response = match found {
        Some(node) => {
            let tag = format!("\"{}\"", node.blob());
            if request.headers().get(IF_NONE_MATCH).is_some_and(|known| known == tag.as_str()) {
                answer(304, "", &[("etag", &tag)], "")
            } else {
                answer(200, "text/plain; charset=utf-8", &[("etag", &tag)], node.bytes)
            }
        }
        None => answer(404, "text/plain", &[], "404: Not Found"),
    };
    let note = seen(&request, response.status().as_u16());
    world.elsewhere.push(note);
    response
}

/// `/OWNER/REPOSITORY/legacy.tar.gz/COMMIT`
async fn archive(State(world): State<Arc<Mutex<World>>>, request: Request<Body>) -> Response {
    let mut world = world.lock().unwrap();
    world.elsewhere.push(seen(&request, 200));
    let parts = names(request.uri().path());
    let repository = &world.repositories[&format!("{}/{}", parts[0], parts[1])];
    let around = format!("{}-{}-{}", parts[0], parts[1], &parts[3][..7]);
    answer(200, "application/x-gzip", &[], repository.archive(&parts[3], "", &around))
}
