//! Sessions: how they begin, what their cookie looks like, and that they end everywhere.

use crate::bench::{Edge, cookie_of, get_at, refresh_at};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use time::Duration;

#[tokio::test]
async fn the_cookie_is_for_this_host_alone_and_hidden_from_scripts() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let reply = edge.sign_in(&org, &org.email, &org.password).await;
    let set = reply.headers["set-cookie"].to_str().unwrap();
    let attributes = set.split_once(';').unwrap().1;
    assert!(set.starts_with("__Host-proscenium="), "{set}");
    assert_eq!(attributes, " Path=/; Max-Age=1209600; Secure; HttpOnly; SameSite=Lax");
    assert_eq!(reply.headers["cache-control"], "no-store");
    let rows = edge.db.audit_rows(org.id).await;
    assert!(rows >= 1, "the sign-in is in the audit log");
}

#[tokio::test]
async fn signing_in_never_takes_over_a_token_that_the_browser_brought() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let planted = format!("__Host-proscenium={}", "A".repeat(43));
    assert_eq!(edge.refresh(&org, &planted).await.status, StatusCode::UNAUTHORIZED);
    let (one, two) = (edge.session(&org).await, edge.session(&org).await);
    assert!(one != two && one != planted);
    assert_eq!(edge.refresh(&org, &one).await.status, StatusCode::OK, "two browsers are two sessions");
}

#[tokio::test]
async fn signing_out_ends_the_session_its_tokens_and_its_cookie_here_at_once_and_elsewhere_in_two_seconds() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let (cookie, other) = (edge.session(&org).await, edge.session(&org).await);
    let token = edge.user_token(&org, &cookie).await;
    let elsewhere = edge.deaf_sibling();
    assert_eq!(refresh_at(&elsewhere, &org, &cookie).await.status, StatusCode::OK);
    assert_eq!(edge.bearer(&org.host, "/api/catalog/x", &token).await.status, StatusCode::OK);

    let logout = Request::post("/api/auth/proscenium/logout").header("host", &org.host);
    let logout = logout.header("cookie", &cookie).header("origin", &org.origin);
    let reply = edge.call(logout.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    assert_eq!(cookie_of(&reply), "__Host-proscenium=");
    assert!(reply.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));

    assert_eq!(edge.refresh(&org, &cookie).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(edge.bearer(&org.host, "/api/catalog/x", &token).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(edge.refresh(&org, &other).await.status, StatusCode::OK, "the other browser stays signed in");
    edge.clock.advance(Duration::seconds(2));
    assert_eq!(refresh_at(&elsewhere, &org, &cookie).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_session_and_its_tokens_end_when_their_time_is_over() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let cookie = edge.session(&org).await;
    let token = edge.user_token(&org, &cookie).await;
    edge.clock.advance(Duration::minutes(10) - Duration::seconds(1));
    assert_eq!(edge.bearer(&org.host, "/api/catalog/x", &token).await.status, StatusCode::OK);
    edge.clock.advance(Duration::seconds(1));
    assert_eq!(edge.bearer(&org.host, "/api/catalog/x", &token).await.status, StatusCode::UNAUTHORIZED);
    edge.clock.advance(Duration::days(14) - Duration::minutes(10) - Duration::seconds(1));
    assert_eq!(edge.refresh(&org, &cookie).await.status, StatusCode::OK);
    edge.clock.advance(Duration::seconds(1));
    assert_eq!(edge.refresh(&org, &cookie).await.status, StatusCode::UNAUTHORIZED, "also out of the short memory");
}

#[tokio::test]
async fn news_of_a_removed_member_arrives_before_any_memory_ends() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let cookie = edge.session(&org).await;
    let token = edge.user_token(&org, &cookie).await;
    let members = edge.bearer(&org.host, "/api/tenant-admin/v1/members", &org.api_token).await.json();
    let id = members["items"][0]["id"].as_str().unwrap().to_owned();
    // A second administrator, so that the first may go; the clock stands still, so only the news can end the session.
    edge.db
        .execute_as_admin(
            "insert into member (tenant_id, member_id, name, email, email_key, role, user_ref, status, created_at)
             select tenant_id, gen_random_uuid(), 'B', 'b@b', 'b@b', 'admin', 'user:default/b', 'active', now() from tenant",
        )
        .await;
    let remove = Request::delete(format!("/api/tenant-admin/v1/members/{id}")).header("host", &org.host);
    let remove = remove.header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap();
    assert_eq!(edge.call(remove).await.status, StatusCode::NO_CONTENT);
    for _ in 0..100 {
        if edge.refresh(&org, &cookie).await.status == StatusCode::UNAUTHORIZED {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the session outlived its member");
}

#[tokio::test]
async fn a_member_who_is_not_active_any_more_is_out_in_two_seconds() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let cookie = edge.session(&org).await;
    let token = edge.user_token(&org, &cookie).await;
    edge.db.execute_as_admin("update member set status = 'invited'").await;
    edge.clock.advance(Duration::seconds(2));
    assert_eq!(edge.refresh(&org, &cookie).await.status, StatusCode::UNAUTHORIZED);
    for token in [&token, &org.api_token] {
        assert_eq!(edge.bearer(&org.host, "/api/catalog/x", token).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(edge.sign_in(&org, &org.email, &org.password).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn stock_front_ends_find_the_cookie_endpoints_of_every_plugin() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let cookie = edge.session(&org).await;
    let path = "/api/techdocs/.backstage/auth/v1/cookie";
    let reply = edge.get_with(&org.host, path, "cookie", &cookie).await;
    assert_eq!(reply.json()["expiresAt"], "2027-01-29T08:00:00Z", "{}", reply.text());
    assert_eq!(edge.get(&org.host, path).await.status, StatusCode::UNAUTHORIZED);
    let delete = get_at(&org.host, path).method("DELETE").header("cookie", &cookie).header("origin", &org.origin);
    assert_eq!(edge.call(delete.body(Body::empty()).unwrap()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(edge.refresh(&org, &cookie).await.status, StatusCode::OK, "the session goes on");
}
