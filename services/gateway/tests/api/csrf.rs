//! What other sites, sibling organisations among them, can make a browser do: nothing that changes anything.

use crate::bench::{Edge, WithBody as _, get_at};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::json;

#[tokio::test]
async fn a_change_with_a_cookie_needs_the_organisations_own_origin() {
    let edge = Edge::start().await;
    let (org, _evil) = (edge.org("acme").await, edge.org("evil").await);
    let cookie = edge.session(&org).await;
    let table: [(&str, Option<&str>, bool); 9] = [
        ("own origin", Some("http://acme.localhost:7007"), true),
        ("no origin", None, false),
        ("opaque origin", Some("null"), false),
        ("a sibling organisation", Some("http://evil.localhost:7007"), false),
        ("the apex", Some("http://localhost:7007"), false),
        ("another port", Some("http://acme.localhost:7008"), false),
        ("another scheme", Some("https://acme.localhost:7007"), false),
        ("a longer host", Some("http://acme.localhost:7007.evil.example"), false),
        ("a path behind it", Some("http://acme.localhost:7007/"), false),
    ];
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        for path in ["/api/catalog/x", "/api/badges/x", "/api/tenant-admin/v1/nothing", "/api/auth/v1/nothing"] {
            for (what, origin, passes) in table {
                let mut request = Request::builder().method(&method).uri(path);
                request = request.header("host", &org.host).header("cookie", &cookie);
                if let Some(origin) = origin {
                    request = request.header("origin", origin);
                }
                let status = edge.call(request.body(Body::empty()).unwrap()).await.status;
                assert_eq!(status != StatusCode::FORBIDDEN, passes, "{method} {path} with {what}: {status}");
            }
        }
    }
}

#[tokio::test]
async fn reading_with_a_cookie_needs_no_origin_but_upgrading_does() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let cookie = edge.session(&org).await;
    assert_eq!(edge.get_with(&org.host, "/api/catalog/x", "cookie", &cookie).await.status, StatusCode::OK);
    for (origin, passes) in [(None, false), (Some("http://evil.localhost:7007"), false), (Some(&*org.origin), true)] {
        let mut upgrade = get_at(&org.host, "/api/catalog/x").header("cookie", &cookie).header("upgrade", "websocket");
        if let Some(origin) = origin {
            upgrade = upgrade.header("origin", origin);
        }
        let status = edge.call(upgrade.body(Body::empty()).unwrap()).await.status;
        assert_eq!(status == StatusCode::OK, passes, "{origin:?}");
    }
}

#[tokio::test]
async fn a_token_needs_no_origin_for_no_browser_adds_it_by_itself() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let cookie = edge.session(&org).await;
    let request = Request::post("/api/catalog/x").header("host", &org.host).header("cookie", &cookie);
    let request = request.header("authorization", format!("Bearer {}", org.api_token));
    assert_eq!(edge.call(request.body(Body::empty()).unwrap()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn nobody_is_signed_in_under_a_foreign_account_by_another_site() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let form = json!({ "email": org.email, "password": org.password });
    for origin in [None, Some("http://evil.localhost:7007"), Some("null"), Some("http://localhost:7007")] {
        let mut request = Request::post("/api/auth/v1/sign-in").header("host", &org.host);
        request = request.header("content-type", "application/json");
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let reply = edge.call(request.body_of(&form)).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{origin:?}");
        assert!(reply.headers.get("set-cookie").is_none());
    }
}

#[tokio::test]
async fn the_token_is_given_only_to_scripts_of_the_own_page() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let cookie = edge.session(&org).await;
    let plain = edge.get_with(&org.host, "/api/auth/proscenium/refresh", "cookie", &cookie).await;
    assert_eq!(plain.status, StatusCode::UNAUTHORIZED, "without X-Requested-With");
    let reply = edge.refresh(&org, &cookie).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.headers.get("access-control-allow-origin").is_none());
    assert_eq!(reply.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn nobody_is_signed_out_by_a_form_of_another_site() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    // `SameSite=Lax`: the form comes without the cookie, and its answer could still delete it.
    for (origin, forgets) in [
        (None, false),
        (Some("http://evil.localhost:7007"), false),
        (Some("null"), false),
        (Some("http://localhost:7007"), false),
        (Some(&*org.origin), true),
    ] {
        let mut request = Request::post("/api/auth/proscenium/logout").header("host", &org.host);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let reply = edge.call(request.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.status, StatusCode::NO_CONTENT, "{origin:?}");
        assert_eq!(reply.headers.contains_key("set-cookie"), forgets, "{origin:?}");
    }
}
