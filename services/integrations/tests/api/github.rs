//! Reading from a GitHub over real HTTP.

use crate::fakes::github::GitHub;
use crate::fakes::repositories::Repository;
use crate::scene::{READ, SEARCH, Scene, TREE, decoded, paths, urls};
use crate::{message, serve};
use axum::Router;
use axum::extract::Request;
use runtime::Tasks;
use serde_json::json;
use std::sync::{Arc, Mutex};

const TOKEN: &str = "token-of-robot-1234";

/// A scene with a GitHub whose repository `o/r` is private.
async fn connected() -> (Scene, GitHub) {
    let tasks = Tasks::new();
    let github = GitHub::start(&tasks).await;
    let files =
        [("catalog-info.yaml", "a: 1"), ("docs/a b/ä.md", "text"), ("bin/run@x", "#!"), ("docs/link@link", "../x")];
    let repository = Repository { private: true, ..Repository::with(&files) };
    github.world().repositories.insert("o/r".to_owned(), repository);
    let scene = Scene::start(tasks, &github.ports(), Vec::new()).await;
    let entry = json!({"kind": "github", "host": github.host, "apiBaseUrl": github.api_base(), "token": TOKEN});
    scene.connect(entry).await;
    (scene, github)
}

#[tokio::test]
async fn a_file_is_read_through_the_api_and_an_unchanged_one_costs_nothing() {
    let (scene, github) = connected().await;
    let url = github.url("o/r/blob/main/catalog-info.yaml");
    let reply = scene.post(READ, json!({"url": url})).await;
    assert_eq!((reply.status.as_u16(), reply.text().as_str()), (200, "a: 1"), "{}", reply.text());
    assert_eq!(reply.headers["content-location"], url.as_str());
    let etag = reply.headers["etag"].to_str().unwrap().to_owned();
    let left = github.world().remaining;
    let again = scene.post(READ, json!({"url": url, "etag": etag})).await;
    assert_eq!((again.status.as_u16(), again.headers["etag"].to_str().unwrap()), (304, etag.as_str()));
    assert_eq!(github.world().remaining, left);
    for path in [
        "o/r/tree/main/docs/a%20b/%C3%A4.md",
        "o/r/raw/refs/heads/main/docs/a%20b/%C3%A4.md?x=y#L1",
        "raw/o/r/main/docs/a%20b/%C3%A4.md",
    ] {
        assert_eq!(scene.post(READ, json!({"url": github.url(path)})).await.text(), "text", "{path}");
    }
    let commit = github.world().repositories["o/r"].references["heads/main"].clone();
    let at_commit = scene.post(READ, json!({"url": github.url(&format!("o/r/blob/{commit}/catalog-info.yaml"))})).await;
    assert_eq!(at_commit.headers["x-commit"], commit.as_str());
    let authorization = Some(format!("Bearer {TOKEN}"));
    assert!(github.world().seen.iter().all(|seen| seen.authorization == authorization));
    assert!(github.world().elsewhere.is_empty());
    github.contract.assert_kept();
}

#[tokio::test]
async fn without_an_entry_public_files_are_read_and_private_ones_are_not() {
    let tasks = Tasks::new();
    let github = GitHub::start(&tasks).await;
    let secret = Repository { private: true, ..Repository::with(&[("a", "secret")]) };
    let mut public = Repository::with(&[("a", "public"), ("d/b.yaml", "b"), ("d/c.yaml", "c")]);
    public.commit("heads/feature/x", &[("a", "feature")]);
    github.world().repositories.extend([("o/public".to_owned(), public), ("o/secret".to_owned(), secret)]);
    let scene = Scene::start(tasks, &github.ports(), vec![github.public()]).await;
    let url = github.url("o/public/blob/main/a");
    let reply = scene.post(READ, json!({"url": url})).await;
    assert_eq!(reply.text(), "public");
    let etag = reply.headers["etag"].to_str().unwrap();
    assert_eq!(scene.post(READ, json!({"url": url, "etag": etag})).await.status.as_u16(), 304);
    assert_eq!(scene.post(READ, json!({"url": format!("{}/o/public/main/a", github.raw)})).await.text(), "public");
    assert_eq!(scene.post(READ, json!({"url": github.url("o/public/blob/feature/x/a")})).await.text(), "feature");
    assert!(github.take_seen().is_empty(), "single files do not count");
    let found = scene.post(SEARCH, json!({"url": github.url("o/public/blob/main/d/*.yaml")})).await.json();
    assert_eq!(decoded(&found), ["b", "c"]);
    assert_eq!(github.take_seen().len(), 2, "a commit and a listing");
    let refused = scene.post(READ, json!({"url": github.url("o/secret/blob/main/a")})).await;
    assert_eq!(refused.status.as_u16(), 404);
    assert!(message(&refused).contains("sets up") && message(&refused).contains(&github.host), "{}", message(&refused));
    assert!(github.world().elsewhere.iter().all(|seen| seen.authorization.is_none()));
    github.contract.assert_kept();
}

#[tokio::test]
async fn references_with_slashes_are_found_and_remembered() {
    let (scene, github) = connected().await;
    {
        let mut world = github.world();
        let repository = world.repositories.get_mut("o/r").unwrap();
        repository.commit("heads/feature/x", &[("d/a.yaml", "branch")]);
        repository.commit("heads/feature/x/y", &[("d/a.yaml", "longer")]);
        repository.commit("tags/release/1", &[("d/a.yaml", "tag")]);
    }
    for (path, text) in [
        ("o/r/blob/feature/x/d/a.yaml", "branch"),
        ("o/r/blob/feature/x/y/d/a.yaml", "longer"),
        ("o/r/blob/release/1/d/a.yaml", "tag"),
        ("o/r/blob/feature%2Fx/d/a.yaml", "branch"),
    ] {
        let reply = scene.post(READ, json!({"url": github.url(path)})).await;
        assert_eq!(reply.text(), text, "{path}");
    }
    github.take_seen();
    scene.post(READ, json!({"url": github.url("o/r/blob/feature/x/catalog-info.yaml")})).await;
    assert_eq!(github.take_seen(), ["200 /repos/o/r/contents/catalog-info.yaml?ref=feature%2Fx"]);
    let found = scene.post(SEARCH, json!({"url": github.url("o/r/blob/feature/x/d/*.yaml")})).await.json();
    assert_eq!(urls(&found), [github.url("o/r/blob/feature/x/d/a.yaml")]);
    let missing = scene.post(READ, json!({"url": github.url("o/r/blob/main/d/nothing.yaml")})).await;
    assert_eq!(missing.status.as_u16(), 404);
    github.take_seen();
    scene.post(READ, json!({"url": github.url("o/r/blob/main/d/nothing.yaml")})).await;
    assert_eq!(github.take_seen().len(), 1, "that there is no other reference is remembered too");
    github.contract.assert_kept();
}

#[tokio::test]
async fn a_folder_is_of_one_commit_and_holds_no_links() {
    let (scene, github) = connected().await;
    github.world().repositories.get_mut("o/r").unwrap().commit("heads/main", &[("docs/sub@module", "x")]);
    let reply = scene.post(TREE, json!({"url": github.url("o/r/tree/main/docs")})).await;
    let tree = reply.json();
    assert_eq!(paths(&tree), ["a b/ä.md"], "{tree}");
    let whole = scene.post(TREE, json!({"url": github.url("o/r")})).await.json();
    assert_eq!(paths(&whole), ["bin/run", "catalog-info.yaml", "docs/a b/ä.md"]);
    assert_eq!(whole["files"][0]["executable"], true);
    let commit = github.world().repositories["o/r"].references["heads/main"].clone();
    assert_eq!((tree["etag"].as_str(), reply.headers["x-commit"].to_str().ok()), (Some(&*commit), Some(&*commit)));
    github.take_seen();
    let again = scene.post(TREE, json!({"url": github.url("o/r/tree/main/docs"), "etag": commit})).await;
    assert_eq!(again.status.as_u16(), 304);
    assert_eq!(github.take_seen(), ["304 /repos/o/r/commits/main"], "which GitHub does not count");
    for (path, status) in [("o/r/tree/main/nothing", 404), ("o/r/tree/other", 404), ("o/nothing/tree/main", 404)] {
        let reply = scene.post(TREE, json!({"url": github.url(path)})).await;
        assert_eq!(reply.status.as_u16(), status, "{path}: {}", reply.text());
    }
    github.contract.assert_kept();
}

#[tokio::test]
async fn a_large_folder_comes_as_an_archive_from_a_host_that_gets_no_token() {
    let (scene, github) = connected().await;
    let many: Vec<(String, String)> = (0..60).map(|n| (format!("many/{n:02}.yaml"), format!("number {n}"))).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    github.world().repositories.get_mut("o/r").unwrap().commit("heads/main", &many);
    let tree = scene.post(TREE, json!({"url": github.url("o/r/tree/main/many")})).await.json();
    assert_eq!(paths(&tree).len(), 60);
    assert_eq!(decoded(&tree)[7], "number 7");
    let world = github.world();
    assert_eq!(world.elsewhere.len(), 1);
    assert!(world.elsewhere[0].path.contains("legacy.tar.gz") && world.elsewhere[0].authorization.is_none());
    drop(world);
    github.contract.assert_kept();
}

#[tokio::test]
async fn a_pattern_reads_only_what_it_meets_and_later_only_what_changed() {
    let (scene, github) = connected().await;
    let many: Vec<String> = (0..30).map(|number| format!("services/{number:02}/catalog-info.yaml")).collect();
    let files: Vec<(&str, &str)> = many.iter().map(|path| (path.as_str(), path.as_str())).collect();
    github.world().repositories.get_mut("o/r").unwrap().commit("heads/main", &files);
    let url = github.url("o/r/blob/main/services/*/catalog-info.yaml");
    github.take_seen();
    let found = scene.post(SEARCH, json!({"url": url})).await.json();
    assert_eq!(decoded(&found).len(), 30);
    assert_eq!(github.take_seen().len(), 32, "a commit, a listing, and each file");
    let etag = found["etag"].as_str().unwrap();
    assert_eq!(scene.post(SEARCH, json!({"url": url, "etag": etag})).await.status.as_u16(), 304);
    github.world().repositories.get_mut("o/r").unwrap().commit("heads/main", &[(&many[3], "changed")]);
    github.take_seen();
    let found = scene.post(SEARCH, json!({"url": url, "etag": etag})).await.json();
    assert_eq!(decoded(&found)[3], "changed");
    assert_eq!(github.take_seen().len(), 3, "a commit, a listing, and the file that changed");
    let whole = scene.post(SEARCH, json!({"url": github.url("o/r/tree/main/**/*.yaml")})).await.json();
    assert_eq!(urls(&whole)[0], github.url("o/r/tree/main/catalog-info.yaml"));
    github.contract.assert_kept();
}

#[tokio::test]
async fn a_listing_that_is_cut_short_is_walked_folder_by_folder() {
    let (scene, github) = connected().await;
    let many: Vec<String> =
        (0..40).map(|number| format!("{}/{number:02}/catalog-info.yaml", ["a", "b", "other"][number % 3])).collect();
    let files: Vec<(&str, &str)> = many.iter().map(|path| (path.as_str(), "x")).collect();
    github.world().repositories.get_mut("o/r").unwrap().commit("heads/main", &files);
    github.world().listing_limit = 30;
    github.take_seen();
    let found = scene.post(SEARCH, json!({"url": github.url("o/r/blob/main/{a,b}/**/catalog-info.yaml")})).await.json();
    assert_eq!(urls(&found).len(), 27);
    // The commit, the root twice, two folders, and one content that all have.
    assert_eq!(github.take_seen().len(), 6, "folders that can hold no match are left alone");
    github.world().listing_limit = 2;
    let found = scene.post(SEARCH, json!({"url": github.url("o/r/blob/main/a/**/catalog-info.yaml")})).await.json();
    assert_eq!(urls(&found).len(), 14, "where even a folder is too large, the archive is read");
    github.contract.assert_kept();
}

#[tokio::test]
async fn a_repository_that_moved_is_followed_and_another_host_gets_no_token() {
    let (scene, github) = connected().await;
    github.world().moved.insert("old/name".to_owned(), "o/r".to_owned());
    let reply = scene.post(READ, json!({"url": github.url("old/name/blob/main/catalog-info.yaml")})).await;
    assert_eq!(reply.text(), "a: 1");
    let thief: Arc<Mutex<Vec<bool>>> = Arc::default();
    let noted = thief.clone();
    let listen = Router::new().fallback(move |request: Request| async move {
        noted.lock().unwrap().push(request.headers().contains_key("authorization"));
        "stolen"
    });
    let port = serve(&scene.tasks, listen).await;
    github.world().redirect = Some(format!("http://localhost:{port}"));
    let url = github.url("o/r/blob/main/catalog-info.yaml");
    let refused = scene.post(READ, json!({"url": url})).await;
    assert_eq!(refused.status.as_u16(), 403, "the guard knows no {port}");
    assert!(!message(&refused).contains(&format!("localhost:{port}/")), "{}", message(&refused));
    // With the guard out of the way the token still stays.
    let open =
        Scene::start(Tasks::new(), &[github.ports(), vec![format!("localhost:{port}")]].concat(), Vec::new()).await;
    open.connect(json!({"kind": "github", "host": github.host, "apiBaseUrl": github.api_base(), "token": TOKEN})).await;
    open.post(READ, json!({"url": url})).await;
    assert_eq!(*thief.lock().unwrap(), [false]);
}

#[tokio::test]
async fn failures_say_what_to_do_and_never_show_the_token() {
    let (scene, github) = connected().await;
    let read = async |path: &str| scene.post(READ, json!({"url": github.url(path)})).await;
    let folder = read("o/r/blob/main/docs").await;
    assert_eq!(folder.status.as_u16(), 400);
    assert!(message(&folder).contains("is a folder"));
    assert_eq!(read("o/r/blob/main").await.status.as_u16(), 400);
    let large = scene.post(READ, json!({"url": github.url("o/r/blob/main/catalog-info.yaml"), "maxBytes": 3})).await;
    assert_eq!(large.status.as_u16(), 400);
    assert!(message(&large).contains(&github.url("o/r/blob/main/catalog-info.yaml")), "{}", message(&large));
    let mut texts = vec![folder.text(), large.text()];
    for (status, body, expected, part) in [
        (403, "{\"message\": \"Resource not accessible by personal access token\"}", 403, "may not read"),
        (401, "{}", 403, "does not accept the token"),
        (500, "oops", 503, "answered with status 500"),
        (451, "{}", 404, "There is nothing at"),
        (418, "{}", 400, "refused to read"),
    ] {
        github.world().broken = Some((status, body.to_owned()));
        let reply = read("o/r/blob/main/catalog-info.yaml").await;
        // With the host's word on when to come back, 403 is a limit.
        let (expected, part) = if status == 403 { (503, "asks us to wait") } else { (expected, part) };
        assert_eq!(reply.status.as_u16(), expected, "{status}: {}", reply.text());
        assert!(message(&reply).contains(part), "{status}: {}", message(&reply));
        texts.push(reply.text());
        if expected == 503 {
            assert_eq!(reply.headers["retry-after"], "17");
            scene.forget_budgets().await;
        }
    }
    github.world().broken = Some((200, "no JSON".to_owned()));
    let odd = scene.post(TREE, json!({"url": github.url("o/r/tree/main/docs")})).await;
    assert_eq!(odd.status.as_u16(), 503);
    texts.push(odd.text());
    assert!(!texts.concat().contains(TOKEN));
}
