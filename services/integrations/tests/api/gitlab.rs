//! Reading from a GitLab over real HTTP.

use crate::fakes::gitlab::GitLab;
use crate::fakes::repositories::Repository;
use crate::message;
use crate::scene::{READ, SEARCH, Scene, TREE, decoded, paths, urls};
use runtime::Tasks;
use serde_json::json;

const TOKEN: &str = "glpat-of-robot-1234";

/// A scene with a GitLab below a folder, whose project `g/s/p` is private.
async fn connected(root: &str) -> (Scene, GitLab) {
    let tasks = Tasks::new();
    let gitlab = GitLab::start(&tasks, root).await;
    let files =
        [("catalog-info.yaml", "a: 1"), ("docs/a b/ä.md", "text"), ("docs/run@x", "#!"), ("docs/link@link", "../x")];
    let project = Repository { private: true, ..Repository::with(&files) };
    gitlab.world().projects.insert("g/s/p".to_owned(), project);
    let scene = Scene::start(tasks, std::slice::from_ref(&gitlab.host), Vec::new()).await;
    let entry = json!({"kind": "gitlab", "host": gitlab.host, "apiBaseUrl": gitlab.api_base(), "token": TOKEN});
    scene.connect(entry).await;
    (scene, gitlab)
}

#[tokio::test]
async fn files_of_nested_groups_are_read_with_their_commit() {
    for root in ["", "/code"] {
        let (scene, gitlab) = connected(root).await;
        let commit = gitlab.world().projects["g/s/p"].references["heads/main"].clone();
        for path in [
            "g/s/p/-/blob/main/docs/a%20b/%C3%A4.md",
            "g/s/p/-/raw/main/docs/a%20b/%C3%A4.md?ref_type=heads",
            "g/s/p/blob/main/docs/a%20b/%C3%A4.md",
        ] {
            let reply = scene.post(READ, json!({"url": gitlab.url(path)})).await;
            assert_eq!(reply.text(), "text", "{path}");
            assert_eq!(reply.headers["x-commit"], commit.as_str());
        }
        let expected = Some(format!("Bearer {TOKEN}"));
        assert!(gitlab.world().seen.iter().all(|seen| seen.authorization == expected));
        gitlab.contract.assert_kept();
    }
}

#[tokio::test]
async fn an_unchanged_file_is_not_sent_again_with_and_without_entity_tags() {
    let (scene, gitlab) = connected("").await;
    let url = gitlab.url("g/s/p/-/blob/main/catalog-info.yaml");
    for tags in [true, false] {
        gitlab.world().tags = tags;
        let reply = scene.post(READ, json!({"url": url})).await;
        let etag = reply.headers["etag"].to_str().unwrap().to_owned();
        assert_eq!(etag.starts_with("blob:"), !tags);
        gitlab.take_seen();
        assert_eq!(scene.post(READ, json!({"url": url, "etag": etag})).await.status.as_u16(), 304);
        let seen = gitlab.take_seen();
        assert!(seen[0].starts_with(if tags { "304 GET" } else { "200 HEAD" }) && seen.len() == 1, "{seen:?}");
        gitlab.world().projects.get_mut("g/s/p").unwrap().commit("heads/main", &[("catalog-info.yaml", "a: 2")]);
        let changed = scene.post(READ, json!({"url": url, "etag": etag})).await;
        assert_eq!((changed.status.as_u16(), changed.text().as_str()), (200, "a: 2"));
        gitlab.world().projects.get_mut("g/s/p").unwrap().commit("heads/main", &[("catalog-info.yaml", "a: 1")]);
    }
    gitlab.contract.assert_kept();
}

#[tokio::test]
async fn folders_and_patterns_are_of_one_commit() {
    let (scene, gitlab) = connected("").await;
    let tree = scene.post(TREE, json!({"url": gitlab.url("g/s/p/-/tree/main/docs")})).await.json();
    assert_eq!(paths(&tree), ["a b/ä.md", "run"]);
    assert_eq!(tree["files"][1]["executable"], true);
    let whole = scene.post(TREE, json!({"url": gitlab.url("g/s/p")})).await.json();
    assert_eq!(paths(&whole).len(), 3);
    let etag = tree["etag"].as_str().unwrap();
    let again = scene.post(TREE, json!({"url": gitlab.url("g/s/p/-/tree/main/docs"), "etag": etag})).await;
    assert_eq!(again.status.as_u16(), 304);
    let found = scene.post(SEARCH, json!({"url": gitlab.url("g/s/p/-/blob/main/**/*.md")})).await.json();
    assert_eq!(
        (urls(&found), decoded(&found)),
        (vec![gitlab.url("g/s/p/-/blob/main/docs/a%20b/%C3%A4.md")], vec!["text".to_owned()])
    );
    let nothing = scene.post(SEARCH, json!({"url": gitlab.url("g/s/p/-/blob/main/nothing/*.md")})).await;
    assert_eq!((nothing.status.as_u16(), urls(&nothing.json()).len()), (200, 0));
    for (path, status) in
        [("g/s/p/-/tree/main/nothing", 404), ("g/s/p/-/tree/other/docs", 404), ("g/nothing/-/tree/main", 404)]
    {
        assert_eq!(scene.post(TREE, json!({"url": gitlab.url(path)})).await.status.as_u16(), status, "{path}");
    }
    gitlab.contract.assert_kept();
}

#[tokio::test]
async fn long_listings_are_paged_and_many_files_come_as_an_archive() {
    let (scene, gitlab) = connected("").await;
    let many: Vec<String> = (0..130).map(|number| format!("services/{number:03}/catalog-info.yaml")).collect();
    let files: Vec<(&str, &str)> = many.iter().map(|path| (path.as_str(), path.as_str())).collect();
    gitlab.world().projects.get_mut("g/s/p").unwrap().commit("heads/main", &files);
    let url = gitlab.url("g/s/p/-/blob/main/services/*/catalog-info.yaml");
    let found = scene.post(SEARCH, json!({"url": url})).await.json();
    assert_eq!(decoded(&found).len(), 130);
    let seen = gitlab.take_seen();
    // A commit, 260 entries in three pages, an archive.
    assert_eq!(seen.len(), 5, "{seen:?}");
    assert!(seen[4].contains("/archive?") && seen[4].ends_with("path=services"), "{seen:?}");
    gitlab.world().projects.get_mut("g/s/p").unwrap().commit("heads/main", &[(&many[7], "changed")]);
    let found = scene.post(SEARCH, json!({"url": url})).await.json();
    assert_eq!(decoded(&found)[7], "changed");
    assert!(gitlab.take_seen().last().unwrap().contains("/blobs/"), "only what changed is read again");
    gitlab.contract.assert_kept();
}

#[tokio::test]
async fn references_with_slashes_are_found() {
    let (scene, gitlab) = connected("").await;
    gitlab.world().projects.get_mut("g/s/p").unwrap().commit("heads/feature/x", &[("d/a.yaml", "branch")]);
    gitlab.world().projects.get_mut("g/s/p").unwrap().commit("tags/release/1", &[("d/a.yaml", "tag")]);
    for (path, text) in [("feature/x", "branch"), ("release/1", "tag"), ("feature%2Fx", "branch")] {
        let url = gitlab.url(&format!("g/s/p/-/blob/{path}/d/a.yaml"));
        assert_eq!(scene.post(READ, json!({"url": url})).await.text(), text, "{path}");
        let url = gitlab.url(&format!("g/s/p/-/blob/{path}/d/*.yaml"));
        assert_eq!(decoded(&scene.post(SEARCH, json!({"url": url})).await.json()), [text], "{path}");
    }
    gitlab.contract.assert_kept();
}

#[tokio::test]
async fn a_host_that_is_not_connected_is_a_plain_web_address() {
    let tasks = Tasks::new();
    let gitlab = GitLab::start(&tasks, "").await;
    let scene = Scene::start(tasks, std::slice::from_ref(&gitlab.host), Vec::new()).await;
    let reply = scene.post(READ, json!({"url": gitlab.url("g/p/-/blob/main/a")})).await;
    assert_eq!(reply.status.as_u16(), 404);
    assert!(gitlab.take_seen().is_empty(), "the API was not asked");
    let tree = scene.post(TREE, json!({"url": gitlab.url("g/p/-/tree/main/a")})).await;
    assert_eq!(tree.status.as_u16(), 400);
    assert!(message(&tree).contains("connects further hosts"), "{}", message(&tree));
}
