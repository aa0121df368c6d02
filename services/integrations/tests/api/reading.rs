//! An organisation that reads from listed places only.

use crate::fakes::github::GitHub;
use crate::fakes::repositories::Repository;
use crate::scene::{READ, SEARCH, Scene, TREE, entry};
use crate::{message, serve};
use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use runtime::Tasks;
use serde_json::json;
use store::reading::{ReadingRule, set_reading_rule};
use time::OffsetDateTime;

async fn rule(scene: &Scene, places: &[String]) {
    let mut tx = scene.test.db.tenant(scene.tenant).await.unwrap();
    let rule = ReadingRule { only_listed: true, places: places.to_vec() };
    set_reading_rule(&mut tx, &rule, OffsetDateTime::UNIX_EPOCH).await.unwrap();
    tx.commit().await.unwrap();
}

async fn read(scene: &Scene, url: &str) -> (u16, String) {
    // A process of its own remembers nothing of an earlier rule.
    let reply = scene.post_to(&scene.process(), READ, json!({ "url": url })).await;
    (reply.status.as_u16(), reply.text())
}

#[tokio::test]
async fn only_listed_places_are_read_and_no_redirect_leads_out_of_them() {
    let tasks = Tasks::new();
    let elsewhere = serve(&tasks, Router::new().route("/b.yaml", get(|| async { "b: 1" }))).await;
    let away = format!("http://localhost:{elsewhere}/b.yaml");
    let site = Router::new()
        .route("/specs/a.yaml", get(|| async { "a: 1" }))
        .route("/specs/inside", get(|| async { Redirect::temporary("/specs/a.yaml") }))
        .route("/specs/up", get(|| async { Redirect::temporary("/c.yaml") }))
        .route("/c.yaml", get(|| async { "c: 1" }))
        .route("/specs/away", get(move || async move { Redirect::temporary(&away) }));
    let port = serve(&tasks, site).await;
    let allow = [format!("localhost:{port}"), format!("localhost:{elsewhere}")];
    let scene = Scene::start(tasks, &allow, Vec::new()).await;
    let at = |path: &str| format!("http://localhost:{port}{path}");
    assert_eq!(read(&scene, &at("/specs/away")).await.0, 200, "everything is read without a rule");
    rule(&scene, &[format!("localhost:{port}/specs/")]).await;
    for path in ["/specs/a.yaml", "/specs/inside"] {
        assert_eq!(read(&scene, &at(path)).await, (200, "a: 1".to_owned()), "{path}");
    }
    for path in ["/c.yaml", "/specs/../c.yaml", "/specs/up", "/specs/away"] {
        let (status, text) = read(&scene, &at(path)).await;
        assert_eq!(status, 403, "{path}: {text}");
        assert!(text.contains("is not among the places that this organisation reads from"), "{text}");
    }
    rule(&scene, &[]).await;
    assert_eq!(read(&scene, &at("/specs/a.yaml")).await.0, 403, "an empty list lists nothing");
    let checked = scene.post_to(&scene.process(), READ, json!({ "url": at("/c.yaml"), "unlisted": true })).await;
    assert_eq!(checked.text(), "c: 1", "what the platform itself checks");
    rule(&scene, &["169.254.169.254".to_owned()]).await;
    let (status, text) = read(&scene, "http://169.254.169.254/latest").await;
    assert_eq!(status, 403);
    assert!(text.contains("reading.allow"), "the guard holds as well: {text}");
}

#[tokio::test]
async fn what_is_connected_is_read_and_a_public_host_must_be_listed() {
    let tasks = Tasks::new();
    let github = GitHub::start(&tasks).await;
    github.world().repositories.insert("o/r".to_owned(), Repository::with(&[("d/a.yaml", "a: 1")]));
    let scene = Scene::start(tasks, &github.ports(), vec![github.public()]).await;
    let file = github.url("o/r/blob/main/d/a.yaml");
    rule(&scene, &["example.com".to_owned()]).await;
    for (path, url) in [(READ, &file), (TREE, &github.url("o/r/tree/main/d")), (SEARCH, &file)] {
        let reply = scene.post_to(&scene.process(), path, json!({ "url": url })).await;
        assert_eq!(reply.status.as_u16(), 403, "{path}: {}", message(&reply));
    }
    rule(&scene, std::slice::from_ref(&github.host)).await;
    assert_eq!(read(&scene, &file).await.0, 200, "listed");
    rule(&scene, &[]).await;
    scene.connect(entry("github", &github.host, &github.api_base(), Some("token-of-robot-1234"))).await;
    assert_eq!(read(&scene, &file).await.0, 200, "connected");
}
