//! What hosts let us ask is shared out: people first, and never more than the host wants.

use crate::fakes::github::GitHub;
use crate::fakes::gitlab::GitLab;
use crate::fakes::repositories::Repository;
use crate::message;
use crate::scene::{HOSTS, READ, SEARCH, Scene, entry};
use http::Method;
use runtime::Tasks;
use serde_json::json;
use testkit::Reply;

fn retry_after(reply: &Reply) -> u64 {
    reply.headers["retry-after"].to_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_reserve_is_kept_for_people_and_known_to_all_processes() {
    let tasks = Tasks::new();
    let github = GitHub::start(&tasks).await;
    github.world().repositories.insert("o/r".to_owned(), Repository::with(&[("a", "1"), ("b", "2")]));
    github.world().remaining = 503;
    let scene = Scene::start(tasks, &github.ports(), Vec::new()).await;
    scene.connect(entry("github", &github.host, &github.api_base(), Some("token-of-robot-1234"))).await;
    let other = scene.process();
    let url = github.url("o/r/blob/main/a");
    let first = scene.post(READ, json!({"url": url})).await;
    let etag = first.headers["etag"].to_str().unwrap().to_owned();
    for _ in 0..20 {
        let unchanged = scene.post(READ, json!({"url": url, "etag": etag})).await;
        assert_eq!(unchanged.status.as_u16(), 304, "what GitHub does not count, we do not either");
    }
    let mut answered = 1;
    let refused = loop {
        let reply = scene.post_to(&other, READ, json!({"url": url})).await;
        if reply.status.as_u16() != 200 {
            break reply;
        }
        answered += 1;
        assert!(answered < 10, "the reserve was never reached");
    };
    assert_eq!((refused.status.as_u16(), answered), (503, 3), "{}", message(&refused));
    assert!(retry_after(&refused) > 60 && message(&refused).contains("kept for people"), "{}", message(&refused));
    github.take_seen();
    let here = scene.post(SEARCH, json!({"url": github.url("o/r/blob/main/*")})).await;
    assert_eq!((here.status.as_u16(), github.take_seen().len()), (503, 0), "the host is not even asked");
    let person = scene.post(READ, json!({"url": url, "priority": "user"})).await;
    assert_eq!(person.status.as_u16(), 200);
    github.world().remaining = 0;
    scene.post(READ, json!({"url": url, "priority": "user"})).await;
    let spent = scene.post(READ, json!({"url": url, "priority": "user"})).await;
    assert_eq!(spent.status.as_u16(), 503);
    let listed = scene.ask(Method::GET, HOSTS, None).await.json();
    assert_eq!(listed["items"][0]["budget"]["limit"], 5_000);
    assert_eq!(listed["items"][0]["budget"]["remaining"], 0);
    assert!(listed["items"][0]["budget"]["resetsAt"].as_str().unwrap().starts_with("2096"));
}

#[tokio::test]
async fn a_host_that_asks_for_a_pause_gets_it_from_everybody() {
    let tasks = Tasks::new();
    let github = GitHub::start(&tasks).await;
    let gitlab = GitLab::start(&tasks, "").await;
    github.world().repositories.insert("o/r".to_owned(), Repository::with(&[("a", "1")]));
    gitlab.world().projects.insert("g/p".to_owned(), Repository::with(&[("a", "1")]));
    let allow = [github.ports(), vec![gitlab.host.clone()]].concat();
    let scene = Scene::start(tasks, &allow, Vec::new()).await;
    scene.connect(entry("github", &github.host, &github.api_base(), Some("token-of-robot-1234"))).await;
    scene.connect(entry("gitlab", &gitlab.host, &gitlab.api_base(), None)).await;
    github.world().slow_down = Some(120);
    gitlab.world().slow_down = Some(45);
    for (url, seconds) in [(github.url("o/r/blob/main/a"), 120), (gitlab.url("g/p/-/blob/main/a"), 45)] {
        let refused = scene.post(READ, json!({"url": url, "priority": "user"})).await;
        assert_eq!((refused.status.as_u16(), retry_after(&refused)), (503, seconds), "{}", message(&refused));
        assert_eq!(refused.json()["error"]["name"], "ServiceUnavailableError");
    }
    (github.world().slow_down, gitlab.world().slow_down) = (None, None);
    github.take_seen();
    gitlab.take_seen();
    for url in [github.url("o/r/blob/main/a"), gitlab.url("g/p/-/blob/main/a")] {
        let still = scene.post(READ, json!({"url": url, "priority": "user"})).await;
        assert!(still.status.as_u16() == 503 && retry_after(&still) <= 120, "{}", message(&still));
    }
    assert!(github.take_seen().is_empty() && gitlab.take_seen().is_empty(), "nobody knocks in the meantime");
}
