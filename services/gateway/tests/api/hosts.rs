//! Whose host it is, and what hosts that are nobody's say.

use crate::bench::{APEX, Edge};
use axum::http::StatusCode;
use testkit::Reply;

/// What a stranger can tell from an answer: everything but the request's own id and address.
fn visible(reply: &Reply) -> (StatusCode, Vec<(String, String)>, String) {
    let headers = reply.headers.iter().filter(|(name, _)| *name != "x-request-id");
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (reply.status, headers.collect(), reply.text())
}

#[tokio::test]
async fn unknown_suspended_and_deleted_hosts_are_one_and_the_same_to_a_stranger() {
    let edge = Edge::start().await;
    let (open, suspended, deleted) = (edge.org("acme").await, edge.org("globex").await, edge.org("initech").await);
    let cookie = edge.session(&suspended).await;
    edge.set_status(&suspended, "suspended").await;
    edge.set_status(&deleted, "deleted").await;
    let hosts = ["nobody.localhost:7007", &suspended.host, &deleted.host, "a.b.localhost:7007", "portal.evil.example"];
    for path in ["/", "/catalog", "/static/x.js", "/api/catalog/entities", "/api/auth/proscenium/refresh", "/api/nope"]
    {
        for accept in ["text/html", "application/json", "*/*"] {
            let mut seen = Vec::new();
            for host in hosts {
                seen.push((host, visible(&edge.get_with(host, path, "accept", accept).await)));
            }
            let (_, first) = &seen[0];
            assert_eq!(first.0, StatusCode::NOT_FOUND, "{path}");
            for (host, answer) in &seen {
                assert_eq!(answer, first, "{host}{path} differs for {accept}");
            }
        }
    }
    let page = edge.get_with(&suspended.host, "/", "accept", "text/html").await.text();
    assert!(page.contains("There is no portal at this address") && page.contains("http://localhost:7007"), "{page}");
    // Neither cookie nor token opens a closed organisation, on whatever host.
    for host in [&*suspended.host, APEX, "127.0.0.1:7007", &*open.host] {
        let by_token = edge.bearer(host, "/api/catalog/x", &suspended.api_token).await.status;
        assert!([StatusCode::NOT_FOUND, StatusCode::UNAUTHORIZED].contains(&by_token), "{host}: {by_token}");
    }
    assert_eq!(edge.refresh(&suspended, &cookie).await.status, StatusCode::NOT_FOUND);
    edge.set_status(&suspended, "active").await;
    assert_eq!(edge.refresh(&suspended, &cookie).await.status, StatusCode::OK, "open again");
}

#[tokio::test]
async fn a_token_decides_where_the_host_is_nobodys_in_particular() {
    let edge = Edge::start().await;
    let (org, other) = (edge.org("acme").await, edge.org("globex").await);
    let token = edge.user_token(&org, &edge.session(&org).await).await;
    for token in [&org.api_token, &token] {
        for (host, status) in [
            (&*org.host, StatusCode::OK),
            ("ACME.localhost", StatusCode::OK),
            (&*other.host, StatusCode::UNAUTHORIZED),
            (APEX, StatusCode::OK),
            ("127.0.0.1:7007", StatusCode::OK),
            ("[::1]:7007", StatusCode::OK),
            ("10.9.8.7", StatusCode::OK),
            ("gateway.internal.example", StatusCode::OK),
            ("nobody.localhost:7007", StatusCode::NOT_FOUND),
        ] {
            let reply = edge.bearer(host, "/api/catalog/x", token).await;
            assert_eq!(reply.status, status, "{host}: {}", reply.text());
            if status == StatusCode::OK {
                assert_eq!(reply.json()["tenant"], org.id.to_string(), "{host}");
            }
        }
    }
}

#[tokio::test]
async fn a_cookie_counts_on_its_own_organisations_host_only() {
    let edge = Edge::start().await;
    let (org, other) = (edge.org("acme").await, edge.org("globex").await);
    let cookie = edge.session(&org).await;
    for (host, principal) in
        [(&*org.host, "user"), (&*other.host, "nobody"), (APEX, "nobody"), ("127.0.0.1:7007", "nobody")]
    {
        let seen = edge.get_with(host, "/api/catalog/x", "cookie", &cookie).await.json();
        assert_eq!(seen["principal"]["type"], principal, "{host}: {seen}");
    }
}

#[tokio::test]
async fn a_browser_that_opens_the_machines_own_address_is_led_to_the_start_page() {
    let edge = Edge::start().await;
    let reply = edge.get_with("127.0.0.1:7007", "/x?y=1", "accept", "text/html").await;
    assert_eq!(
        (reply.status, reply.headers["location"].to_str().unwrap()),
        (StatusCode::TEMPORARY_REDIRECT, "http://localhost:7007/x?y=1")
    );
    assert_eq!(edge.get_with("10.9.8.7", "/", "accept", "text/html").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn probes_answer_on_any_host_and_say_ok_or_not_only() {
    let edge = Edge::start().await;
    for host in [APEX, "10.9.8.7:7007", "nobody.localhost", ""] {
        for probe in ["readiness", "liveness"] {
            let reply = edge.get(host, &format!("/.backstage/health/v1/{probe}")).await;
            assert_eq!((reply.status, reply.text()), (StatusCode::OK, "{\"status\":\"ok\"}".to_owned()));
        }
    }
    edge.db.db.close().await;
    let reply = edge.get(APEX, "/.backstage/health/v1/readiness").await;
    assert_eq!((reply.status, reply.text()), (StatusCode::SERVICE_UNAVAILABLE, "{\"status\":\"error\"}".to_owned()));
    assert_eq!(edge.get(APEX, "/.backstage/health/v1/liveness").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_host_of_ones_own_is_an_origin_of_its_own() {
    let edge = Edge::start().await;
    edge.write_portal("index.html", b"<html><head><title>x</title><!--APP_CONFIG--></head></html>");
    let org = edge.org("acme").await;
    let host = "portal.acme.example:7007";
    assert_eq!(edge.get_with(host, "/", "accept", "text/html").await.status, StatusCode::NOT_FOUND);
    let row = format!("insert into tenant_host (host, tenant_id) values ('portal.acme.example', '{}')", org.id);
    edge.db.execute_as_admin(&row).await;
    edge.clock.advance(time::Duration::seconds(2));
    let page = edge.get_with(host, "/", "accept", "text/html").await;
    assert_eq!(crate::bench::injected(&page.text())["backend"]["baseUrl"], "http://portal.acme.example:7007");
    let out = edge.get(host, "/api/auth/okta/start?next=/x").await;
    assert_eq!(
        (out.status, out.headers["location"].to_str().unwrap()),
        (StatusCode::FOUND, "http://acme.localhost:7007/api/auth/okta/start?next=/x"),
        "a provider knows the address below the domain only"
    );
    let own = crate::bench::Org { host: host.to_owned(), origin: format!("http://{host}"), ..org };
    let cookie = edge.session(&own).await;
    let token = edge.user_token(&own, &cookie).await;
    let slug_host = "acme.localhost:7007";
    for host in [host, slug_host] {
        assert_eq!(edge.bearer(host, "/api/catalog/x", &token).await.status, StatusCode::OK, "a token at {host}");
    }
    let seen = edge.bearer(host, "/api/catalog/x", &token).await.json();
    assert_eq!(seen["headers"]["x-forwarded-host"], host);
    // A change that rides on the cookie needs the origin that it was made at.
    for (origin, status) in
        [(format!("http://{host}"), StatusCode::OK), (format!("http://{slug_host}"), StatusCode::FORBIDDEN)]
    {
        let change = axum::http::Request::post("/api/catalog/x").header("host", host).header("cookie", &cookie);
        let change = change.header("origin", origin).body(axum::body::Body::empty()).unwrap();
        assert_eq!(edge.call(change).await.status, status);
    }
}
