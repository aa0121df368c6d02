//! The operator's way in: a link from the command line, a cookie that counts on the apex, and its end.

use crate::bench::{APEX, Edge, WithBody as _, cookie_of, get_at, post_at};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use kernel::SharedClock;
use serde_json::{Value, json};
use testkit::Reply;
use time::Duration;

const SESSION: &str = "/api/auth/v1/operator/session";
const OWN: &str = "http://localhost:7007";
/// Something of the operator's behind the gateway; the neighbour there says what it saw.
const ROUTE: &str = "/api/plugins/v1/operator/plugins";

async fn code(edge: &Edge, name: &str) -> String {
    let clock: SharedClock = edge.clock.clone();
    let link = gateway::operator_link(&edge.db.db, &clock, OWN, name).await.unwrap();
    let (page, code) = link.url.split_once('#').unwrap();
    assert_eq!(page, "http://localhost:7007/operator");
    code.to_owned()
}

async fn open(edge: &Edge, host: &str, origin: Option<&str>, code: &str) -> Reply {
    let body = json!({ "code": code });
    let request = post_at(host, SESSION, &body);
    let request = origin.into_iter().fold(request, |request, origin| request.header("origin", origin));
    edge.call(request.body_of(&body)).await
}

/// The `Cookie` header of a browser that is signed in.
async fn signed_in(edge: &Edge) -> String {
    let reply = open(edge, APEX, Some(OWN), &code(edge, "Ada").await).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    cookie_of(&reply)
}

async fn session(edge: &Edge, cookie: &str) -> Reply {
    edge.get_with(APEX, SESSION, "cookie", cookie).await
}

async fn deeds(edge: &Edge) -> Vec<(String, String)> {
    let mut tx = edge.db.db.system(store::SystemReason::Operator).await.unwrap();
    let rows = store::operator::list(&mut tx, None, 100).await.unwrap();
    rows.into_iter().rev().map(|row| (row.actor, row.action)).collect()
}

#[tokio::test]
async fn a_link_signs_one_browser_in_once_within_a_minute_and_on_the_apex_alone() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let good = code(&edge, "Ada").await;
    assert_eq!(open(&edge, &org.host, Some(&org.origin), &good).await.status, StatusCode::NOT_FOUND, "a portal's host");
    assert_eq!(open(&edge, "127.0.0.1:7007", Some(OWN), &good).await.status, StatusCode::NOT_FOUND, "an address");
    for (origin, what) in [
        (None, "no origin"),
        (Some("null"), "an opaque origin"),
        (Some(org.origin.as_str()), "an organisation's page"),
        (Some("https://localhost:7007"), "another scheme"),
    ] {
        assert_eq!(open(&edge, APEX, origin, &good).await.status, StatusCode::FORBIDDEN, "{what}");
    }
    let first = open(&edge, APEX, Some(OWN), &good).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text());
    let set = first.headers["set-cookie"].to_str().unwrap();
    assert!(set.starts_with("__Host-proscenium-operator="), "{set}");
    assert!(set.ends_with("; Path=/; Max-Age=28800; Secure; HttpOnly; SameSite=Strict"), "{set}");
    assert_eq!(first.json(), json!({ "name": "Ada", "expiresAt": "2027-01-15T16:00:00Z" }));
    let second = open(&edge, APEX, Some(OWN), &good).await;
    assert_eq!(second.status, StatusCode::UNAUTHORIZED, "a second time");
    assert!(second.text().contains("proscenium operator link"), "{}", second.text());
    let late = code(&edge, "Ada").await;
    edge.clock.advance(Duration::seconds(60));
    assert_eq!(open(&edge, APEX, Some(OWN), &late).await.status, StatusCode::UNAUTHORIZED, "too late");
    for none in ["", "short", &"A".repeat(43)] {
        assert_eq!(open(&edge, APEX, Some(OWN), none).await.status, StatusCode::UNAUTHORIZED, "{none:?}");
    }
    let told = deeds(&edge).await;
    let (line, ada) = ("operator".to_owned(), "operator:Ada".to_owned());
    let (link, came) = ("operator.link".to_owned(), "operator.sign-in".to_owned());
    assert_eq!(told, [(line.clone(), link.clone()), (ada, came), (line, link)]);
}

#[tokio::test]
async fn services_hear_that_the_operator_asks_and_see_no_cookie() {
    let edge = Edge::start().await;
    let (org, cookie) = (edge.org("acme").await, signed_in(&edge).await);
    let seen = edge.get_with(APEX, ROUTE, "cookie", &cookie).await.json();
    assert_eq!(seen["principal"], json!({ "type": "operator", "name": "Ada" }));
    assert_eq!((&seen["tenant"], &seen["headers"]["cookie"]), (&Value::Null, &Value::Null));
    // Anywhere else the cookie is nobody's.
    for host in [org.host.as_str(), "127.0.0.1:7007"] {
        let seen = edge.get_with(host, ROUTE, "cookie", &cookie).await.json();
        assert_eq!(seen["principal"]["type"], "nobody", "{host}");
    }
    // A token decides, also beside the cookie; a member's own cookie is worth nothing here.
    let by_token = get_at(APEX, ROUTE).header("cookie", &cookie).header("authorization", bearer(&org.api_token));
    let seen = edge.call(by_token.body(Body::empty()).unwrap()).await.json();
    assert_eq!(seen["principal"]["type"], "user");
    let members = edge.session(&org).await;
    assert_eq!(edge.get_with(APEX, ROUTE, "cookie", &members).await.json()["principal"]["type"], "nobody");
    let renamed = members.replace("__Host-proscenium=", "__Host-proscenium-operator=");
    assert_eq!(edge.get_with(APEX, ROUTE, "cookie", &renamed).await.json()["principal"]["type"], "nobody");
    let planted = format!("{cookie}; {renamed}");
    assert_eq!(edge.get_with(APEX, ROUTE, "cookie", &planted).await.json()["principal"]["type"], "nobody");
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[tokio::test]
async fn a_change_by_the_operator_must_come_from_the_installations_own_pages() {
    let edge = Edge::start().await;
    let cookie = signed_in(&edge).await;
    for (origin, status) in [
        (Some(OWN), StatusCode::OK),
        (None, StatusCode::FORBIDDEN),
        (Some("null"), StatusCode::FORBIDDEN),
        (Some("http://acme.localhost:7007"), StatusCode::FORBIDDEN),
        (Some("http://localhost:7008"), StatusCode::FORBIDDEN),
    ] {
        let request = Request::post("/api/plugins/v1/operator/rollouts").header("host", APEX).header("cookie", &cookie);
        let request = origin.into_iter().fold(request, |request, origin| request.header("origin", origin));
        assert_eq!(edge.call(request.body(Body::empty()).unwrap()).await.status, status, "{origin:?}");
    }
}

#[tokio::test]
async fn a_session_ends_by_hand_for_all_and_by_itself() {
    let edge = Edge::start().await;
    let (one, two) = (signed_in(&edge).await, signed_in(&edge).await);
    assert_eq!(session(&edge, &one).await.json()["name"], "Ada");
    let out = Request::delete(SESSION).header("host", APEX).header("cookie", &one).header("origin", OWN);
    let reply = edge.call(out.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT, "{}", reply.text());
    assert!(reply.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(session(&edge, &one).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(session(&edge, &two).await.status, StatusCode::OK, "the other browser stays");
    let unopened = code(&edge, "Ada").await;
    let clock: SharedClock = edge.clock.clone();
    assert_eq!(gateway::operator_sign_out(&edge.db.db, &clock).await.unwrap(), 1);
    assert_eq!(session(&edge, &two).await.status, StatusCode::UNAUTHORIZED, "at once");
    assert_eq!(open(&edge, APEX, Some(OWN), &unopened).await.status, StatusCode::UNAUTHORIZED);
    let three = signed_in(&edge).await;
    edge.clock.advance(Duration::hours(8));
    assert_eq!(session(&edge, &three).await.status, StatusCode::UNAUTHORIZED, "after eight hours");
}

#[tokio::test]
async fn a_name_is_a_short_line_of_text() {
    let edge = Edge::start().await;
    let clock: SharedClock = edge.clock.clone();
    for name in ["", "  ", "a\nb", &"x".repeat(81)] {
        assert!(gateway::operator_link(&edge.db.db, &clock, OWN, name).await.is_err(), "{name:?}");
    }
}
