//! What passes between a client and a service, and what does not.

use crate::bench::{APEX, Edge, get_at};
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use futures::StreamExt as _;
use std::time::Duration;
use tower::ServiceExt as _;

#[tokio::test]
async fn services_see_no_credentials_no_forged_headers_and_nothing_of_one_hop() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let cookie = edge.session(&org).await;
    let request = get_at(&org.host, "/api/catalog/x?a=1&b=%2F")
        .header("authorization", format!("Bearer {}", org.api_token))
        .header("cookie", &cookie)
        .header("x-proscenium-token", "forged")
        .header("x-proscenium-anything", "forged")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-for", "203.0.113.7")
        .header("forwarded", "host=evil.example")
        .header("connection", "close, x-nominated")
        .header("x-nominated", "1")
        .header("te", "trailers")
        .header("x-request-id", "trace-0123456789")
        .header("x-harmless", "kept");
    let reply = edge.call(request.body(Body::empty()).unwrap()).await;
    let seen = reply.json();
    assert_eq!(seen["uri"], "/api/catalog/x?a=1&b=%2F");
    let headers = seen["headers"].as_object().unwrap();
    for gone in [
        "authorization",
        "cookie",
        "x-proscenium-anything",
        "x-forwarded-for",
        "forwarded",
        "connection",
        "x-nominated",
        "te",
    ] {
        assert!(!headers.contains_key(gone), "{gone} went through: {seen}");
    }
    assert_ne!(headers["x-proscenium-token"], "forged");
    assert_eq!(headers["x-forwarded-host"], "acme.localhost:7007");
    assert_eq!((&headers["x-harmless"], &headers["x-request-id"]), (&"kept".into(), &"trace-0123456789".into()));
    assert_eq!(reply.headers["x-request-id"], "trace-0123456789");
    assert_eq!(reply.headers["x-content-type-options"], "nosniff");
    let odd = edge.get_with(&org.host, "/api/catalog/x", "x-request-id", "short").await;
    assert_eq!(odd.headers["x-request-id"].len(), 32, "an odd id is replaced");
}

#[tokio::test]
async fn no_service_can_plant_a_session_or_leak_its_token() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let reply = edge.bearer(&org.host, "/api/catalog/cookie", &org.api_token).await;
    assert_eq!(reply.text(), "x");
    assert!(reply.headers.get("set-cookie").is_none() && reply.headers.get("x-proscenium-token").is_none());
}

#[tokio::test]
async fn internal_routes_cannot_be_reached_by_any_spelling() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    for path in [
        "/internal/integrations/v1/read",
        "/internal/plugins/v1/portal-features",
        "/api/catalog/../../internal/x",
        "/api/catalog/%2e%2e/%2e%2e/internal/x",
        "/api/../internal/x",
        "//internal/x",
        "/api//internal/x",
    ] {
        let reply = edge.bearer(&org.host, path, &org.api_token).await;
        assert!([StatusCode::NOT_FOUND, StatusCode::BAD_REQUEST].contains(&reply.status), "{path}: {}", reply.status);
        assert!(reply.json()["error"]["name"].is_string(), "{path}: {}", reply.text());
    }
}

#[tokio::test]
async fn an_unknown_api_is_a_404_in_json_also_for_browsers_and_an_unknown_address_below_one_has_no_body() {
    let edge = Edge::start().await;
    let nothing = edge.get_with(APEX, "/api/auth/nothing", "accept", "text/html").await;
    assert_eq!((nothing.status, nothing.text()), (StatusCode::NOT_FOUND, String::new()));
    for path in ["/api", "/api/", "/api/openapi/nothing.json"] {
        let reply = edge.get_with(APEX, path, "accept", "text/html").await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        let body = reply.json();
        assert_eq!((&body["error"]["name"], &body["response"]["statusCode"]), (&"NotFoundError".into(), &404.into()));
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_whether_announced_or_not() {
    let edge = Edge::with(|config| config.max_body_bytes = 1 << 20).await;
    let org = edge.org("acme").await;
    let post = |body: Body| {
        let request = Request::post("/api/catalog/swallow").header("host", &org.host);
        edge.call(request.header("authorization", format!("Bearer {}", org.api_token)).body(body).unwrap())
    };
    assert_eq!(post(Body::from(vec![b'x'; 1 << 20])).await.text(), (1 << 20).to_string());
    let announced = post(Body::from(vec![b'x'; (1 << 20) + 1])).await;
    assert_eq!(announced.status, StatusCode::PAYLOAD_TOO_LARGE);
    let chunks = (0..20).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; 64 << 10])));
    let streamed = post(Body::from_stream(futures::stream::iter(chunks))).await;
    assert_eq!(streamed.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(streamed.json()["error"]["name"], "PayloadTooLargeError");
}

#[tokio::test]
async fn events_arrive_one_by_one_and_outlive_the_time_limit_of_other_requests() {
    let edge = Edge::with(|config| config.request_timeout = Duration::from_millis(300)).await;
    let org = edge.org("acme").await;
    let request = get_at(&org.host, "/api/catalog/stream").header("authorization", format!("Bearer {}", org.api_token));
    let response = edge.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let mut events = response.into_body().into_data_stream();
    let first =
        tokio::time::timeout(Duration::from_secs(5), events.next()).await.expect("the first event is not held back");
    assert_eq!(&first.unwrap().unwrap()[..], b"data: first\n\n");
    let second = tokio::time::timeout(Duration::from_millis(800), events.next()).await;
    assert!(second.is_err(), "the stream stays open");
}

#[tokio::test]
async fn a_service_in_another_process_is_reached_the_same_way() {
    let edge = Edge::with_remote_catalog(|config| {
        config.max_body_bytes = 1 << 20;
        config.request_timeout = Duration::from_millis(500);
    })
    .await;
    let org = edge.org("acme").await;
    let bearer = format!("Bearer {}", org.api_token);
    let seen = edge.bearer(&org.host, "/api/catalog/x?a=%2F", &org.api_token).await.json();
    assert_eq!((&seen["uri"], &seen["tenant"]), (&"/api/catalog/x?a=%2F".into(), &org.id.to_string().into()));
    assert_eq!(seen["principal"]["ownershipRefs"][1], "group:default/rockets");

    let request = get_at(&org.host, "/api/catalog/stream").header("authorization", &bearer);
    let response = edge.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let mut events = response.into_body().into_data_stream();
    let first = tokio::time::timeout(Duration::from_secs(5), events.next()).await.expect("not held back");
    assert_eq!(&first.unwrap().unwrap()[..], b"data: first\n\n");

    for (chunks, status) in [(10, StatusCode::OK), (40, StatusCode::PAYLOAD_TOO_LARGE)] {
        let chunks = (0..chunks).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; 64 << 10])));
        let request = Request::post("/api/catalog/swallow").header("host", &org.host).header("authorization", &bearer);
        let body = Body::from_stream(futures::stream::iter(chunks));
        assert_eq!(edge.call(request.body(body).unwrap()).await.status, status);
    }
    let late = edge.bearer(&org.host, "/api/catalog/slow", &org.api_token).await;
    assert_eq!(late.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_service_that_takes_too_long_is_a_503_and_one_that_is_away_too() {
    let edge = Edge::with(|config| config.request_timeout = Duration::from_millis(300)).await;
    let org = edge.org("acme").await;
    for (path, word) in [("/api/catalog/slow", "took too long"), ("/api/scaffolder/v2/tasks", "not configured")] {
        let reply = edge.bearer(&org.host, path, &org.api_token).await;
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(reply.text().contains(word), "{}", reply.text());
    }
}

#[tokio::test]
async fn the_api_reference_needs_nothing_from_elsewhere() {
    let edge = Edge::start().await;
    let page = edge.get(APEX, "/api/docs").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("data-services=\"gateway\""));
    assert!(!page.text().contains("https://"), "nothing is loaded from elsewhere");
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("script-src 'self'"));
    assert_eq!(edge.get(APEX, "/api/docs/docs.js").await.headers["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(edge.get(APEX, "/api/openapi/gateway.json").await.json()["openapi"], "3.1.0");
}

#[tokio::test]
async fn the_demo_git_host_answers_only_in_demo_installations_and_not_for_organisations() {
    let edge = Edge::with(|config| config.demo = false).await;
    assert_eq!(edge.get(APEX, "/demo-git/a/b/info/refs").await.status, StatusCode::NOT_FOUND);
    let demo = Edge::with(|config| config.demo = true).await;
    let org = demo.org("acme").await;
    assert_eq!(demo.get(&org.host, "/demo-git/a/b/info/refs").await.status, StatusCode::NOT_FOUND);
    let forwarded = demo.get(APEX, "/demo-git/a/b/info/refs").await;
    assert_eq!(forwarded.status, StatusCode::SERVICE_UNAVAILABLE, "no such service in this test, but it was asked");
}
