//! How often one may try.

use crate::bench::{APEX, Edge, generous};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use gateway::Attempts;

#[tokio::test]
async fn guessing_one_accounts_password_is_stopped_and_others_still_get_in() {
    let edge = Edge::with(|config| config.attempts = Attempts { sign_in_per_account: 3, ..generous() }).await;
    let (org, other) = (edge.org("acme").await, edge.org("globex").await);
    for _ in 0..3 {
        let reply = edge.sign_in(&org, &org.email, "wrong password!").await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
        assert_eq!(reply.json()["error"]["message"], "The mail address or the password is wrong.");
    }
    let refused = edge.sign_in(&org, &org.email.to_uppercase(), &org.password).await;
    assert_eq!(
        refused.status,
        StatusCode::TOO_MANY_REQUESTS,
        "also the right password, in any spelling of the address"
    );
    assert_eq!(refused.headers["retry-after"], "300");
    assert_eq!(edge.sign_in(&other, &other.email, &other.password).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn whoever_gets_in_starts_counting_anew() {
    let edge = Edge::with(|config| config.attempts = Attempts { sign_in_per_account: 3, ..generous() }).await;
    let org = edge.org("acme").await;
    for _ in 0..3 {
        edge.sign_in(&org, &org.email, "wrong password!").await;
        edge.sign_in(&org, &org.email, "wrong password!").await;
        assert_eq!(edge.sign_in(&org, &org.email, &org.password).await.status, StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn guessing_from_one_address_is_stopped_whatever_the_account() {
    let edge = Edge::with(|config| config.attempts = Attempts { sign_in_per_address: 3, ..generous() }).await;
    let org = edge.org("acme").await;
    for at in 0..3 {
        let reply = edge.sign_in(&org, &format!("nobody{at}@acme.example"), "wrong password!").await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(edge.sign_in(&org, &org.email, &org.password).await.status, StatusCode::TOO_MANY_REQUESTS);
    let path = "/api/auth/v1/handoff?code=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(edge.get(&org.host, path).await.status, StatusCode::TOO_MANY_REQUESTS, "codes count, too");
}

#[tokio::test]
async fn an_unknown_account_and_a_wrong_password_get_the_same_answer() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let unknown = edge.sign_in(&org, "nobody@acme.example", "wrong password!").await;
    let wrong = edge.sign_in(&org, &org.email, "wrong password!").await;
    assert_eq!((unknown.status, unknown.text()), (wrong.status, wrong.text()));
}

#[tokio::test]
async fn the_forwarded_address_counts_only_behind_a_trusted_proxy() {
    for (trusted, third) in [(true, StatusCode::NOT_FOUND), (false, StatusCode::TOO_MANY_REQUESTS)] {
        let edge = Edge::with(|config| {
            config.trust_forwarded_for = trusted;
            config.attempts = Attempts { sign_in_per_address: 2, ..generous() };
        })
        .await;
        let org = edge.org("acme").await;
        let mut last = StatusCode::OK;
        for address in ["198.51.100.1", "198.51.100.2", "198.51.100.3"] {
            let path = "/api/tenant-admin/v1/invitations/x/accept";
            // The client claims to be somebody else each time; only the last entry is the proxy's.
            let request = Request::post(path)
                .header("host", &org.host)
                .header("content-type", "application/json")
                .header("x-forwarded-for", format!("203.0.113.7, {address}"));
            last = edge.call(request.body(Body::from("{\"password\":\"x\"}")).unwrap()).await.status;
        }
        assert_eq!(last, third, "trusted: {trusted}");
        assert_ne!(edge.get(APEX, "/").await.status, StatusCode::TOO_MANY_REQUESTS, "pages are not limited");
    }
}

#[tokio::test]
async fn another_spelling_of_a_limited_address_is_limited_too() {
    let paths = ["/signup", "/SIGNUP", "/signup/", "/Signup/"];
    for (at, path) in paths.into_iter().enumerate() {
        let edge = Edge::with(|config| {
            config.attempts = Attempts { sign_up_per_address: 1, sign_in_per_address: 1, ..generous() };
        })
        .await;
        let org = edge.org("acme").await;
        for (host, path) in
            [(APEX, path.to_owned()), (&*org.host, format!("/{}/x/accept", ["invitations", "INVITATIONS"][at % 2]))]
        {
            let post = |path: &str| {
                let request =
                    Request::post(path.to_owned()).header("host", host).header("content-type", "application/json");
                request.body(Body::from("{}")).unwrap()
            };
            let first = edge.call(post(&format!("/api/tenant-admin/v1{path}"))).await;
            assert_ne!(first.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
            let second = edge.call(post(&format!("/api/tenant-admin/v1{path}"))).await;
            assert_eq!(second.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
        }
    }
}
