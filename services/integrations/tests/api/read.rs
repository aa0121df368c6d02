//! Reading files: limits, validators, redirects, and the guard against inner addresses.

use crate::{message, post, router, serve, service};
use axum::Router;
use axum::http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use integrations::World;
use runtime::Tasks;
use runtime::outbound::{Allow, Outbound};
use serde_json::json;
use testkit::{admin, request};

const READ: &str = "/internal/integrations/v1/read";

async fn descriptor(headers: HeaderMap) -> Response {
    if headers.get(IF_NONE_MATCH).is_some_and(|tag| tag == "\"v1\"") {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([(ETAG, "\"v1\""), (CONTENT_TYPE, "text/yaml")], "a: 1").into_response()
}

fn site() -> Router {
    Router::new()
        .route("/catalog-info.yaml", get(descriptor))
        .route("/page", get(|| async { axum::response::Html("<!doctype html><html></html>") }))
        .route("/big", get(|| async { "x".repeat(5_000_001) }))
        .route("/private", get(|| async { StatusCode::UNAUTHORIZED }))
        .route("/down", get(|| async { StatusCode::BAD_GATEWAY }))
        .route("/busy", get(|| async { (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "7")]) }))
}

async fn reader(tasks: &Tasks) -> (Router, String) {
    let port = serve(tasks, site()).await;
    let outbound = Outbound::new(Allow::parse([format!("localhost:{port}")]).unwrap()).unwrap();
    (router(World { outbound, public: Vec::new(), demo: None }, tasks).await, format!("http://localhost:{port}"))
}

#[tokio::test]
async fn a_file_comes_with_its_headers_and_an_unchanged_one_is_not_sent_again() {
    let tasks = Tasks::new();
    let (router, site) = reader(&tasks).await;
    let url = format!("{site}/catalog-info.yaml");
    let reply = post(&router, READ, json!({"url": url})).await;
    assert_eq!((reply.status.as_u16(), reply.text().as_str()), (200, "a: 1"));
    assert_eq!(reply.headers["etag"], "\"v1\"");
    assert_eq!(reply.headers["content-type"], "text/yaml");
    assert_eq!(reply.headers["content-location"], url.as_str());
    let again = post(&router, READ, json!({"url": url, "etag": "\"v1\""})).await;
    assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0));
    assert_eq!(again.headers["etag"], "\"v1\"");
    let page = post(&router, READ, json!({"url": format!("{site}/page")})).await;
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
}

#[tokio::test]
async fn failures_have_the_status_that_callers_act_on_and_name_the_address() {
    let tasks = Tasks::new();
    let (router, site) = reader(&tasks).await;
    for (url, status, name, part) in [
        (format!("{site}/nothing"), 404, "NotFoundError", "There is no file at"),
        (format!("{site}/private"), 403, "NotAllowedError", "does not let us read"),
        (format!("{site}/down"), 503, "ServiceUnavailableError", "answered with status 502"),
        (format!("{site}/busy"), 503, "ServiceUnavailableError", "we ask too often"),
        (format!("{site}/big"), 400, "InputError", "is larger than 5 MB"),
        (
            "http://169.254.169.254/latest".to_owned(),
            403,
            "NotAllowedError",
            "link-local address, where clouds keep their metadata",
        ),
        ("http://localhost:1/x".to_owned(), 403, "NotAllowedError", "reading.allow"),
        ("ftp://host/x".to_owned(), 400, "InputError", "only http and https"),
        ("catalog-info.yaml".to_owned(), 400, "InputError", "not a complete web address"),
    ] {
        let reply = post(&router, READ, json!({"url": url})).await;
        assert_eq!(reply.status.as_u16(), status, "{url}: {}", reply.text());
        assert_eq!(reply.json()["error"]["name"], name, "{url}");
        let message = message(&reply);
        assert!(message.contains(part) && message.contains(&format!("'{url}'")), "{url}: {message}");
    }
    let busy = post(&router, READ, json!({"url": format!("{site}/busy")})).await;
    assert_eq!(busy.headers["retry-after"], "7");
    let small = post(&router, READ, json!({"url": format!("{site}/catalog-info.yaml"), "maxBytes": 3})).await;
    assert_eq!(small.status.as_u16(), 400);
    assert!(message(&small).contains("is larger than 3 bytes"));
}

#[tokio::test]
async fn a_plain_web_address_is_no_folder() {
    let tasks = Tasks::new();
    let (router, site) = reader(&tasks).await;
    let reply = post(&router, "/internal/integrations/v1/tree", json!({"url": format!("{site}/a/")})).await;
    assert_eq!(reply.status.as_u16(), 400);
    assert!(message(&reply).contains("is not a folder of a repository"));
}

#[tokio::test]
async fn only_our_own_services_may_call() {
    let tasks = Tasks::new();
    let (router, site) = reader(&tasks).await;
    let body = json!({"url": format!("{site}/catalog-info.yaml")});
    for path in [READ, "/internal/integrations/v1/tree", "/internal/integrations/v1/push"] {
        let nobody = request(&router, None, Method::POST, path, Some(body.clone())).await;
        assert_eq!(nobody.status.as_u16(), 401, "{path}");
        let member = admin(service().tenant);
        assert_eq!(request(&router, Some(&member), Method::POST, path, Some(body.clone())).await.status.as_u16(), 403);
    }
}

#[tokio::test]
async fn nothing_is_pushed_to_inner_addresses_or_through_other_protocols() {
    let tasks = Tasks::new();
    let (router, _) = reader(&tasks).await;
    let push = |remote: &str, branch: &str| {
        let file = json!({"path": "a", "content": "YQ=="});
        json!({"remoteUrl": remote, "branch": branch, "message": "m", "files": [file]})
    };
    for (remote, branch, status) in [
        ("http://10.0.0.1/x.git", "main", 403),
        ("http://localhost:1/x.git", "main", 403),
        ("file:///tmp/x.git", "main", 400),
        ("ext::sh -c touch% /tmp/x", "main", 400),
        ("git@host:x.git", "main", 400),
        ("ssh://host/x.git", "main", 400),
        ("--upload-pack=x", "main", 400),
        ("http://host/x.git", "--force", 400),
        ("http://host/x.git", "a:b", 400),
    ] {
        let reply = post(&router, "/internal/integrations/v1/push", push(remote, branch)).await;
        assert_eq!(reply.status.as_u16(), status, "{remote} {branch}: {}", reply.text());
    }
}
