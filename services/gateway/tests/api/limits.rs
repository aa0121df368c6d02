//! How often one may try.

use crate::bench::{APEX, Edge, Org, generous};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use gateway::Attempts;
use runtime::config::{Limits, Plan, Plans};

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

fn plan(requests_per_minute: u32, requests_in_flight: u32) -> Plan {
    Plan { requests_per_minute, requests_in_flight, ..Plan::default() }
}

/// An edge whose organisations of the plan `free` have limits, and one such organisation.
async fn limited(plan: Plan, limits: Limits) -> (Edge, Org) {
    let edge = Edge::with(|config| {
        config.attempts = generous();
        config.plans = Plans::default().with("free", plan).with("internal", Plan::default());
        config.limits = limits;
    })
    .await;
    let org = edge.org_on("acme", "free").await;
    (edge, org)
}

const PATH: &str = "/api/catalog/entities";

#[tokio::test]
async fn an_organisation_gets_its_requests_a_minute_and_is_told_what_is_left() {
    let (edge, org) = limited(plan(5, 0), Limits { per_token: 100, ..Limits::default() }).await;
    let internal = edge.org("globex").await;
    for left in (0..5).rev() {
        let reply = edge.bearer(&org.host, PATH, &org.api_token).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        assert_eq!(reply.headers["ratelimit-policy"], "\"organization\";q=5;w=60, \"token\";q=100;w=60");
        assert_eq!(reply.headers["ratelimit"], format!("\"organization\";r={left};t=60"));
    }
    let refused = edge.bearer(&org.host, PATH, &org.api_token).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.json()["error"]["name"], "TooManyRequestsError");
    let wait: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert_eq!(refused.headers["ratelimit"], format!("\"organization\";r=0;t={wait}"));
    edge.clock.advance(time::Duration::seconds(wait));
    assert_eq!(edge.bearer(&org.host, PATH, &org.api_token).await.status, StatusCode::OK, "after the time it was told");
    for _ in 0..20 {
        let reply = edge.bearer(&internal.host, PATH, &internal.api_token).await;
        assert_eq!((reply.status, reply.headers.get("ratelimit")), (StatusCode::OK, None), "nothing is counted there");
    }
}

#[tokio::test]
async fn one_caller_cannot_use_up_what_their_organisation_has() {
    let (edge, org) = limited(plan(1_000, 0), Limits { per_token: 3, per_user: 4, ..Limits::default() }).await;
    let cookie = edge.session(&org).await;
    let by_token = async || edge.bearer(&org.host, PATH, &org.api_token).await.status;
    let by_person = async || edge.get_with(&org.host, PATH, "cookie", &cookie).await.status;
    for _ in 0..3 {
        assert_eq!(by_token().await, StatusCode::OK);
    }
    assert_eq!(by_token().await, StatusCode::TOO_MANY_REQUESTS);
    for _ in 0..4 {
        assert_eq!(by_person().await, StatusCode::OK);
    }
    assert_eq!(by_person().await, StatusCode::TOO_MANY_REQUESTS);
    edge.clock.advance(time::Duration::seconds(120));
    assert_eq!((by_token().await, by_person().await), (StatusCode::OK, StatusCode::OK));
}

#[tokio::test]
async fn strangers_and_wrong_tokens_count_by_address_and_cost_the_organisation_nothing() {
    let (edge, org) = limited(plan(3, 0), Limits { per_address: 4, ..Limits::default() }).await;
    for _ in 0..2 {
        assert_eq!(edge.get(&org.host, "/api/auth/.well-known/jwks.json").await.status, StatusCode::OK);
        assert_eq!(edge.bearer(&org.host, PATH, "x.y.z").await.status, StatusCode::UNAUTHORIZED);
    }
    let jwks = edge.get(&org.host, "/api/auth/.well-known/jwks.json").await;
    assert_eq!(jwks.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(jwks.headers["ratelimit"].to_str().unwrap().starts_with("\"address\";r=0;"));
    assert_eq!(edge.bearer(&org.host, PATH, "x.y.z").await.status, StatusCode::TOO_MANY_REQUESTS);
    for _ in 0..3 {
        assert_eq!(edge.bearer(&org.host, PATH, &org.api_token).await.status, StatusCode::OK, "who is known gets in");
    }
    assert_ne!(edge.get(&org.host, "/").await.status, StatusCode::TOO_MANY_REQUESTS, "pages are not limited");
}

#[tokio::test]
async fn requests_that_stand_still_hold_up_their_own_organisation_only() {
    let (edge, org) = limited(plan(0, 1), Limits::default()).await;
    let internal = edge.org("globex").await;
    let slow = edge.bearer(&org.host, "/api/catalog/slow", &org.api_token);
    let others = async {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        assert_eq!(edge.bearer(&internal.host, PATH, &internal.api_token).await.status, StatusCode::OK);
        let plugin = edge.bearer(&org.host, "/api/badges/x", &org.api_token).await.status;
        assert_eq!(plugin, StatusCode::OK, "plugins have a line of their own");
        edge.bearer(&org.host, PATH, &org.api_token).await
    };
    tokio::select! {
        _ = slow => panic!("the slow request ended"),
        reply = others => {
            assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(reply.headers["retry-after"], "1");
        }
    }
    assert_eq!(edge.bearer(&org.host, PATH, &org.api_token).await.status, StatusCode::OK, "who gave up left the line");
}
