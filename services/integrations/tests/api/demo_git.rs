//! The demo git host: real clones and pushes over loopback, raw files, and what it refuses.

use crate::{message, post, router, serve};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::http::header::{ACCEPT, IF_NONE_MATCH};
use integrations::World;
use integrations::demo_git::{DemoGit, samples};
use integrations::domain::place::DemoPlaces;
use model::validate::validate;
use model::{placeholder, relations, yaml};
use runtime::Tasks;
use runtime::outbound::{Allow, Outbound};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use testkit::{Reply, send};

struct Host {
    router: Router,
    apex: String,
    demo: Arc<DemoGit>,
    folder: TempDir,
    tasks: Tasks,
}

impl Host {
    async fn start() -> Self {
        let tasks = Tasks::new();
        let folder = tempfile::tempdir().unwrap();
        let demo = Arc::new(DemoGit::open(folder.path().join("demo-git"), tasks.clone()).unwrap());
        let port = serve(&tasks, integrations::demo_git::router(demo.clone())).await;
        let apex = format!("http://localhost:{port}");
        let outbound = Outbound::new(Allow::parse([format!("localhost:{port}/demo-git/")]).unwrap()).unwrap();
        let places = Arc::new(DemoPlaces::new(&apex));
        let router = router(World { outbound, public: Vec::new(), demo: Some((places, demo.clone())) }, &tasks).await;
        Self { router, apex, demo, folder, tasks }
    }

    async fn get(&self, path: &str) -> Reply {
        send(&self.router, Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Runs git in the test's folder as a person would; gives status and output.
    async fn git(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = runtime::process::bare("git");
        command.args(["-c", "user.name=Test", "-c", "user.email=test@example.com"]).args(arguments);
        command.env("HOME", self.folder.path()).env("GIT_TERMINAL_PROMPT", "0").current_dir(self.folder.path());
        let output = command.output().await.unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.success(), text)
    }

    async fn git_ok(&self, arguments: &[&str]) -> String {
        let (success, text) = self.git(arguments).await;
        assert!(success, "git {arguments:?}: {text}");
        text
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.tasks.request_shutdown();
    }
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[tokio::test]
async fn a_first_push_makes_the_repository_and_a_clone_brings_it_back() {
    let host = Host::start().await;
    let remote = format!("{}/demo-git/team/shop.git", host.apex);
    assert!(!host.git(&["ls-remote", &remote]).await.0);
    host.git_ok(&["init", "--quiet", "--initial-branch=main", "work"]).await;
    write(host.folder.path(), "work/a/b ö.txt", "hello");
    // Large enough that git sends it in chunks.
    let noise: String = (0..400_000_u64).map(|n| format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    write(host.folder.path(), "work/noise", &noise);
    host.git_ok(&["-C", "work", "add", "."]).await;
    host.git_ok(&["-C", "work", "commit", "--quiet", "-m", "first"]).await;
    host.git_ok(&["-C", "work", "push", "--quiet", &remote, "main"]).await;
    host.git_ok(&["clone", "--quiet", &remote, "back"]).await;
    assert_eq!(std::fs::read_to_string(host.folder.path().join("back/a/b ö.txt")).unwrap(), "hello");
    assert_eq!(std::fs::read_to_string(host.folder.path().join("back/noise")).unwrap(), noise);
    // Without .git the same repository answers.
    assert!(host.git_ok(&["ls-remote", remote.trim_end_matches(".git")]).await.contains("refs/heads/main"));
}

#[tokio::test]
async fn files_of_a_branch_are_read_raw_with_their_blob_as_tag() {
    let host = Host::start().await;
    host.demo
        .seed("team", "docs", &[("a b/ä.md", "text".as_bytes()), ("index.html", b"<script>alert(1)</script>")])
        .await
        .unwrap();
    let reply = host.get("/demo-git/team/docs/raw/main/a%20b/%C3%A4.md").await;
    assert_eq!((reply.status.as_u16(), reply.text().as_str()), (200, "text"));
    let tag = reply.headers["etag"].clone();
    // What `printf text | git hash-object --stdin` prints.
    assert_eq!(tag, "\"f3a34851d44d6b97c90fbb99dd3d18c261b9a237\"");
    let again = Request::get("/demo-git/team/docs/raw/main/a%20b/%C3%A4.md").header(IF_NONE_MATCH, tag.clone());
    let again = send(&host.router, again.body(Body::empty()).unwrap()).await;
    assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0));
    assert_eq!(again.headers["etag"], tag);
    let page = host.get("/demo-git/team/docs.git/raw/main/index.html").await;
    assert_eq!(page.headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
}

#[tokio::test]
async fn nothing_outside_a_branch_is_read() {
    let host = Host::start().await;
    host.demo.seed("team", "docs", &[("a", b"text")]).await.unwrap();
    write(host.folder.path(), "secret", "what nobody may see");
    for path in [
        "/demo-git/team/docs/raw/main/b",
        "/demo-git/team/docs/raw/other/a",
        "/demo-git/team/docs/raw/main/..%2f..%2fsecret",
        "/demo-git/team/docs/raw/main/%2e%2e/HEAD",
        "/demo-git/team/docs/raw/main/a%00",
        "/demo-git/team/docs/raw/main/a%0aHEAD",
        "/demo-git/team/docs/raw/--batch/a",
        "/demo-git/team/docs/raw/main@%7B0%7D/a",
        "/demo-git/team/docs/raw/main/.git/config",
        "/demo-git/..%2f..%2fx/docs/raw/main/a",
        "/demo-git/team/..%2fdocs/raw/main/a",
        "/demo-git/team/nothing",
        "/demo-git/team/docs/HEAD",
        "/demo-git/team/docs/objects/info/packs",
        "/demo-git/team/nothing/info/refs?service=git-upload-pack",
        "/demo-git/-x/docs/info/refs?service=git-receive-pack",
        "/demo-git/team/x..y/info/refs?service=git-receive-pack",
    ] {
        let reply = host.get(path).await;
        assert_eq!(reply.status.as_u16(), 404, "{path}: {}", reply.text());
        assert!(!reply.text().contains("what nobody may see"), "{path}");
    }
    assert_eq!(host.get("/demo-git/team/docs/info/refs?service=git-x").await.status.as_u16(), 400);
    assert_eq!(host.get("/demo-git/team/docs/info/refs").await.status.as_u16(), 400);
}

#[tokio::test]
async fn the_page_lists_branches_and_files_and_escapes_their_names() {
    let host = Host::start().await;
    host.demo.seed("team", "docs", &[("a<b>&.md", b"x"), ("catalog-info.yaml", b"y")]).await.unwrap();
    let reply = host.get("/demo-git/team/docs").await.json();
    assert_eq!(
        reply,
        json!({"owner": "team", "name": "docs", "branches": ["main"], "branch": "main", "files": ["a<b>&.md", "catalog-info.yaml"]})
    );
    let page = Request::get("/demo-git/team/docs.git").header(ACCEPT, "text/html,*/*").body(Body::empty()).unwrap();
    let page = send(&host.router, page).await;
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(
        page.text().contains("href=\"/demo-git/team/docs/raw/main/a%3Cb%3E&.md\">a&lt;b&gt;&amp;.md</a>"),
        "{}",
        page.text()
    );
}

#[tokio::test]
async fn a_folder_comes_in_one_answer() {
    let host = Host::start().await;
    let files: &[(&str, &[u8])] =
        &[("skeleton/a", b"1"), ("skeleton/d/b", b"\xff\n2"), ("skeletons/c", b"3"), ("x", b"4")];
    host.demo.seed("team", "templates", files).await.unwrap();
    let tree = |path: &str| json!({"url": format!("{}/demo-git/team/templates/{path}", host.apex)});
    for path in ["raw/main/skeleton", "raw/main/skeleton/", "tree/main/skeleton"] {
        let reply = post(&host.router, "/internal/integrations/v1/tree", tree(path)).await;
        let expected = json!([
            {"path": "a", "executable": false, "content": "MQ=="}, {"path": "d/b", "executable": false, "content": "/woy"}]);
        assert_eq!(reply.json()["files"], expected, "{path}: {}", reply.text());
        let commit = reply.json()["etag"].as_str().unwrap().to_owned();
        assert_eq!((commit.len(), reply.headers["x-commit"].to_str().unwrap()), (40, commit.as_str()));
        let mut again = tree(path);
        again["etag"] = json!(commit);
        assert_eq!(post(&host.router, "/internal/integrations/v1/tree", again).await.status.as_u16(), 304);
    }
    let whole = post(&host.router, "/internal/integrations/v1/tree", tree("raw/main/")).await.json();
    assert_eq!(whole["files"].as_array().unwrap().len(), 4);
    let missing = post(&host.router, "/internal/integrations/v1/tree", tree("raw/main/nothing")).await;
    assert_eq!(missing.status.as_u16(), 404);
}

#[tokio::test]
async fn a_pattern_finds_files_of_one_commit() {
    const SEARCH: &str = "/internal/integrations/v1/search";
    let host = Host::start().await;
    let files: &[(&str, &[u8])] = &[
        ("catalog-info.yaml", b"0"),
        ("a/catalog-info.yaml", b"1"),
        ("a/b ö/catalog-info.yaml", b"2"),
        ("a/.b/catalog-info.yaml", b"3"),
        ("a/other.yaml", b"4"),
    ];
    host.demo.seed("team", "mono", files).await.unwrap();
    let base = format!("{}/demo-git/team/mono/raw/main", host.apex);
    for (pattern, expected) in [
        ("**/catalog-info.yaml", &["a/b%20%C3%B6/catalog-info.yaml", "a/catalog-info.yaml", "catalog-info.yaml"][..]),
        ("*/catalog-info.yaml", &["a/catalog-info.yaml"]),
        ("a/*.yaml", &["a/catalog-info.yaml", "a/other.yaml"]),
        ("a/othe?.yaml", &["a/other.yaml"]),
        ("a/othe%3F.yaml", &["a/other.yaml"]),
        ("nothing/*.yaml", &[]),
        ("catalog-info.yaml", &["catalog-info.yaml"]),
        ("nothing.yaml", &[]),
    ] {
        let reply = post(&host.router, SEARCH, json!({"url": format!("{base}/{pattern}")})).await;
        let found = reply.json();
        let urls: Vec<&str> =
            found["files"].as_array().unwrap().iter().map(|file| file["url"].as_str().unwrap()).collect();
        let expected: Vec<String> = expected.iter().map(|path| format!("{base}/{path}")).collect();
        assert_eq!(urls, expected, "{pattern}");
        let etag = found["etag"].as_str().unwrap();
        let again = post(&host.router, SEARCH, json!({"url": format!("{base}/{pattern}"), "etag": etag})).await;
        assert_eq!(again.status.as_u16(), if etag.is_empty() { 200 } else { 304 }, "{pattern}");
    }
    let found = post(&host.router, SEARCH, json!({"url": format!("{base}/a/*.yaml")})).await.json();
    assert_eq!(found["files"][1]["content"], "NA==");
    for (url, status) in [
        (format!("{}/demo-git/team/mono/raw/other/*", host.apex), 404),
        (format!("{}/demo-git/team/nothing/raw/main/*", host.apex), 404),
        ("https://example.com/*.yaml".to_owned(), 400),
    ] {
        assert_eq!(post(&host.router, SEARCH, json!({"url": url})).await.status.as_u16(), status, "{url}");
    }
}

#[tokio::test]
async fn many_files_come_as_one_archive() {
    let host = Host::start().await;
    let paths: Vec<String> = (0..120).map(|number| format!("services/{number}/catalog-info.yaml")).collect();
    let files: Vec<(&str, &[u8])> = paths.iter().map(|path| (path.as_str(), path.as_bytes())).collect();
    host.demo.seed("team", "mono", &files).await.unwrap();
    let url = format!("{}/demo-git/team/mono/raw/main/services/*/catalog-info.yaml", host.apex);
    let found = post(&host.router, "/internal/integrations/v1/search", json!({"url": url})).await.json();
    assert_eq!(found["files"].as_array().map(Vec::len), Some(120), "{found}");
}

#[tokio::test]
async fn the_push_of_an_action_can_be_read_back_and_is_not_repeated() {
    let host = Host::start().await;
    let remote = format!("{}/demo-git/demo/new-service.git", host.apex);
    let push = json!({"remoteUrl": remote, "branch": "main", "message": "Start\n\nit", "files": [
        {"path": "catalog-info.yaml", "content": "YTogMQo="}, {"path": "bin/run", "executable": true, "content": "IyEK"}]});
    let reply = post(&host.router, "/internal/integrations/v1/push", push.clone()).await;
    assert_eq!(reply.status.as_u16(), 200, "{}", reply.text());
    let pushed = reply.json();
    let contents = format!("{}/demo-git/demo/new-service/raw/main/", host.apex);
    assert_eq!(
        (pushed["remoteUrl"].as_str(), pushed["repoContentsUrl"].as_str()),
        (Some(remote.as_str()), Some(contents.as_str()))
    );
    assert!(host.git_ok(&["ls-remote", &remote, "main"]).await.contains(pushed["commitHash"].as_str().unwrap()));
    let read = json!({"url": format!("{contents}catalog-info.yaml")});
    assert_eq!(post(&host.router, "/internal/integrations/v1/read", read).await.text(), "a: 1\n");
    let tree = post(&host.router, "/internal/integrations/v1/tree", json!({"url": contents})).await.json();
    assert_eq!(tree["files"][0], json!({"path": "bin/run", "executable": true, "content": "IyEK"}));
    let read = post(&host.router, "/internal/integrations/v1/read", json!({"url": format!("{contents}bin/run")})).await;
    assert_eq!(read.headers["x-commit"], pushed["commitHash"].as_str().unwrap());
    let mut other = push;
    other["message"] = json!("another");
    other["files"][0]["content"] = json!("YTogMgo=");
    let again = post(&host.router, "/internal/integrations/v1/push", other).await;
    assert_eq!(again.status.as_u16(), 409, "{}", again.text());
    assert!(message(&again).contains("already has other commits"), "{}", message(&again));
}

#[tokio::test]
async fn the_guard_lets_the_demo_host_through_and_nothing_else_of_the_apex() {
    let host = Host::start().await;
    let read = json!({"url": format!("{}/api/catalog/entities", host.apex)});
    assert_eq!(post(&host.router, "/internal/integrations/v1/read", read).await.status.as_u16(), 403);
}

/// Reads every document of a sample and resolves its placeholders against the host.
async fn entities(host: &Host, location: &str) -> Vec<Value> {
    let text = post(&host.router, "/internal/integrations/v1/read", json!({"url": location})).await.text();
    let documents = yaml::parse_descriptor(text.as_bytes(), &yaml::Limits::default()).expect(location);
    let mut entities = Vec::new();
    for document in documents {
        let mut entity = document.value;
        for found in placeholder::find(&entity) {
            let url = found.url(location).unwrap();
            let bytes = post(&host.router, "/internal/integrations/v1/read", json!({"url": url})).await.bytes;
            placeholder::replace(&mut entity, &found, found.content(&bytes).unwrap());
        }
        entities.push(entity);
    }
    entities
}

#[tokio::test]
async fn the_samples_are_valid_entities_whose_relations_all_lead_somewhere() {
    let host = Host::start().await;
    let found = samples(&host.demo, &host.apex).await.unwrap();
    assert_eq!(samples(&host.demo, &host.apex).await.unwrap(), found, "a second start changes nothing");
    let (mut keys, mut targets, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
    for sample in &found {
        for mut entity in entities(&host, &sample.location).await {
            validate(&mut entity).unwrap_or_else(|refusal| panic!("{refusal}"));
            targets.extend(relations::relations(&entity).unwrap().into_iter().map(|relation| relation.target));
            let envelope = model::Envelope::of(&entity).unwrap();
            keys.push(envelope.key());
            kinds.push(envelope.kind.to_owned());
        }
    }
    for target in targets {
        assert!(keys.contains(&target), "{target} is named and not there");
    }
    for kind in ["Domain", "System", "Component", "API", "Resource", "Group", "User", "Template"] {
        assert!(kinds.iter().any(|found| found == kind), "no {kind}");
    }
    let skeleton = format!("{}/demo-git/demo/templates/raw/main/skeleton", host.apex);
    let tree = post(&host.router, "/internal/integrations/v1/tree", json!({"url": skeleton})).await.json();
    assert!(tree["files"].as_array().unwrap().len() >= 5);
}
