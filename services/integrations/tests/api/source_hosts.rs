//! Connecting hosts: what administrators may say, see and never see again.

use crate::fakes::github::GitHub;
use crate::fakes::gitlab::GitLab;
use crate::fakes::repositories::Repository;
use crate::message;
use crate::scene::{HOSTS, READ, Scene, entry};
use http::Method;
use runtime::Tasks;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use testkit::{admin, member, request};

const TOKEN: &str = "token-of-robot-1234";

async fn alone() -> Scene {
    Scene::start(Tasks::new(), &["allowed.example".to_owned()], Vec::new()).await
}

#[tokio::test]
async fn a_token_goes_in_sealed_and_never_comes_out() {
    let scene = alone().await;
    let form = json!({"kind": "github", "host": "GitHub.com", "token": TOKEN});
    let made = scene.ask(Method::POST, HOSTS, Some(form.clone())).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text());
    let (shown, mut texts) = (made.json(), made.text());
    assert_eq!((&shown["host"], &shown["apiBaseUrl"]), (&json!("github.com"), &json!("https://api.github.com")));
    assert_eq!((&shown["hasToken"], &shown["tokenHint"]), (&json!(true), &json!("…1234")));
    let listed = scene.ask(Method::GET, HOSTS, None).await;
    assert_eq!(listed.json()["items"], json!([shown]));
    texts += &listed.text();
    let again = scene.ask(Method::POST, HOSTS, Some(form)).await;
    assert_eq!(again.status.as_u16(), 409);
    assert!(again.json()["error"]["fields"]["host"].as_str().unwrap().contains("connected already"));
    let path = format!("{HOSTS}/{}", shown["id"].as_str().unwrap());
    let taken = scene.ask(Method::PATCH, &path, Some(json!({"token": null}))).await;
    assert_eq!(taken.json()["hasToken"], false);
    scene.ask(Method::PATCH, &path, Some(json!({"token": "another-token-9876"}))).await;
    assert_eq!(scene.ask(Method::DELETE, &path, None).await.status.as_u16(), 204);
    assert_eq!(scene.ask(Method::DELETE, &path, None).await.status.as_u16(), 404);
    let mut tx = scene.test.db.tenant(scene.tenant).await.unwrap();
    let rows = store::audit_page(&mut tx, None, 100).await.unwrap();
    let actions: Vec<&str> = rows.iter().rev().map(|row| row.action.as_str()).collect();
    assert_eq!(actions, ["source-host.connect", "source-host.update", "source-host.update", "source-host.disconnect"]);
    texts += &format!("{rows:?}");
    assert!(!texts.contains(TOKEN) && !texts.contains("another-token"), "{texts}");
}

#[tokio::test]
async fn what_is_stored_cannot_be_read_without_the_key() {
    let scene = alone().await;
    scene.connect(entry("gitlab", "git.example.com", "https://git.example.com/api/v4", Some(TOKEN))).await;
    let mut tx = scene.test.db.tenant(scene.tenant).await.unwrap();
    let sealed: Vec<u8> = sqlx::query_scalar("select sealed_token from source_host where tenant_id = $1")
        .bind(tx.id())
        .fetch_one(tx.conn())
        .await
        .unwrap();
    assert!(!sealed.windows(5).any(|part| TOKEN.as_bytes().windows(5).any(|piece| piece == part)));
}

#[tokio::test]
async fn mistakes_are_named_at_their_field() {
    let scene = alone().await;
    for (form, field) in [
        (json!({"kind": "github", "host": ""}), "host"),
        (json!({"kind": "github", "host": "https://github.com"}), "host"),
        (json!({"kind": "gitlab", "host": "git.example.com", "apiBaseUrl": "git.example.com"}), "apiBaseUrl"),
        (
            json!({"kind": "gitlab", "host": "git.example.com", "apiBaseUrl": "http://git.example.com/api/v4", "token": TOKEN}),
            "apiBaseUrl",
        ),
        (json!({"kind": "gitlab", "host": "git.example.com", "token": "two words"}), "token"),
        (json!({"kind": "gitlab", "host": "git.example.com", "token": ""}), "token"),
    ] {
        let reply = scene.ask(Method::POST, HOSTS, Some(form.clone())).await;
        assert_eq!(reply.status.as_u16(), 400, "{form}");
        assert!(reply.json()["error"]["fields"][field].is_string(), "{form}: {}", reply.text());
    }
    for form in
        [json!({"kind": "cvs", "host": "h"}), json!({"kind": "github"}), json!({"kind": "github", "host": "h", "x": 1})]
    {
        assert_eq!(scene.ask(Method::POST, HOSTS, Some(form)).await.status.as_u16(), 400);
    }
    let allowed = json!({"kind": "github", "host": "allowed.example", "apiBaseUrl": "http://allowed.example/api/v3", "token": TOKEN});
    assert_eq!(scene.ask(Method::POST, HOSTS, Some(allowed)).await.status.as_u16(), 201, "the operator's exception");
}

#[tokio::test]
async fn a_stored_token_is_sent_to_no_other_address() {
    let scene = alone().await;
    let id = scene.connect(entry("gitlab", "git.example.com", "https://git.example.com/api/v4", Some(TOKEN))).await;
    let path = format!("{HOSTS}/{id}");
    let moved = json!({"apiBaseUrl": "https://thief.example/api/v4"});
    let refused = scene.ask(Method::PATCH, &path, Some(moved)).await;
    assert_eq!(refused.status.as_u16(), 400);
    assert!(refused.json()["error"]["fields"]["token"].is_string());
    let below = json!({"apiBaseUrl": "https://git.example.com/code/api/v4"});
    assert_eq!(scene.ask(Method::PATCH, &path, Some(below)).await.status.as_u16(), 200, "the same host");
    let anew = json!({"apiBaseUrl": "https://api.example.com/v4", "token": "a-token-for-there"});
    assert_eq!(scene.ask(Method::PATCH, &path, Some(anew)).await.status.as_u16(), 200);
}

#[tokio::test]
async fn only_administrators_and_only_ones_own() {
    let scene = alone().await;
    let id = scene.connect(entry("github", "git.example.com", "https://git.example.com/api/v3", Some(TOKEN))).await;
    let stranger = scene.test.tenant("globex").await;
    let listed = request(&scene.router, Some(&admin(stranger)), Method::GET, HOSTS, None).await;
    assert_eq!(listed.json()["items"], json!([]));
    for (method, path) in [(Method::PATCH, ""), (Method::DELETE, ""), (Method::POST, "/test")] {
        let path = format!("{HOSTS}/{id}{path}");
        let body = (method == Method::PATCH).then(|| json!({"token": "x"}));
        let reply = request(&scene.router, Some(&admin(stranger)), method.clone(), &path, body.clone()).await;
        assert_eq!(reply.status.as_u16(), 404, "{method} {path}");
        let reply = request(&scene.router, Some(&member(scene.tenant)), method, &path, body).await;
        assert_eq!(reply.status.as_u16(), 403);
    }
    let form = json!({"kind": "github", "host": "git.example.com"});
    let theirs = request(&scene.router, Some(&admin(stranger)), Method::POST, HOSTS, Some(form)).await;
    assert_eq!(theirs.status.as_u16(), 201, "who else has connected a host changes nothing");
}

#[tokio::test]
async fn the_test_says_whose_the_token_is_or_what_is_wrong() {
    let tasks = Tasks::new();
    let (github, gitlab) = (GitHub::start(&tasks).await, GitLab::start(&tasks, "").await);
    let allow = [github.ports(), vec![gitlab.host.clone()]].concat();
    let scene = Scene::start(tasks, &allow, Vec::new()).await;
    for (form, ok, login, part) in [
        (entry("github", &github.host, &github.api_base(), Some(TOKEN)), true, json!("robot"), ""),
        (
            entry("github", &github.host, &github.api_base(), Some("a-wrong-token")),
            false,
            Value::Null,
            "does not accept",
        ),
        (entry("github", &github.host, &github.api_base(), None), true, Value::Null, "public repositories"),
        (entry("gitlab", &gitlab.host, &gitlab.api_base(), Some("glpat-of-robot-1234")), true, json!("robot"), ""),
        (
            entry("gitlab", &gitlab.host, &gitlab.api_base(), Some("glpat-reads-only-1234")),
            true,
            json!("reads only"),
            "",
        ),
        (entry("gitlab", &gitlab.host, &gitlab.api_base(), None), true, Value::Null, "public repositories"),
        (
            entry("gitlab", "inner.example", "https://10.0.0.1/api/v4", Some(TOKEN)),
            false,
            Value::Null,
            "private address",
        ),
    ] {
        let id = scene.connect(form.clone()).await;
        let reply = scene.ask(Method::POST, &format!("{HOSTS}/{id}/test"), None).await;
        assert_eq!(reply.status.as_u16(), 200);
        let said = reply.json();
        assert_eq!((&said["ok"], &said["login"]), (&json!(ok), &login), "{form}: {said}");
        assert!(said["message"].as_str().unwrap_or_default().contains(part), "{form}: {said}");
        assert!(!reply.text().contains("a-wrong-token"));
        scene.ask(Method::DELETE, &format!("{HOSTS}/{id}"), None).await;
    }
    github.contract.assert_kept();
    gitlab.contract.assert_kept();
}

#[tokio::test]
async fn a_change_is_live_at_once_here_and_within_two_seconds_elsewhere() {
    let tasks = Tasks::new();
    let github = GitHub::start(&tasks).await;
    let secret = Repository { private: true, ..Repository::with(&[("a", "secret")]) };
    github.world().repositories.insert("o/r".to_owned(), secret);
    let scene = Scene::start(tasks, &github.ports(), vec![github.public()]).await;
    let elsewhere = scene.process();
    let url = json!({"url": github.url("o/r/blob/main/a")});
    assert_eq!(scene.post(READ, url.clone()).await.status.as_u16(), 404);
    assert_eq!(scene.post_to(&elsewhere, READ, url.clone()).await.status.as_u16(), 404);
    let id = scene.connect(entry("github", &github.host, &github.api_base(), Some(TOKEN))).await;
    let changed = Instant::now();
    assert_eq!(scene.post(READ, url.clone()).await.text(), "secret");
    while scene.post_to(&elsewhere, READ, url.clone()).await.status.as_u16() != 200 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(changed.elapsed() < Duration::from_millis(2_500), "{:?}", changed.elapsed());
    let reply = scene.ask(Method::DELETE, &format!("{HOSTS}/{id}"), None).await;
    assert_eq!(reply.status.as_u16(), 204, "{}", message(&reply));
    assert_eq!(scene.post(READ, url).await.status.as_u16(), 404, "a token that was taken away is used no more");
}
