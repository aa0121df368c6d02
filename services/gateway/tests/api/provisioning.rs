//! A directory through the front door: its token opens `/scim` and nothing else, and whom it deactivates is out.

use crate::bench::{Edge, Org, get_at, refresh_at};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use testkit::Reply;
use time::Duration;

async fn ask(edge: &Edge, org: &Org, token: &str, method: &str, path: &str, body: Option<Value>) -> Reply {
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let request = Request::builder().method(method).uri(path).header("host", &org.host);
    let request =
        request.header("authorization", format!("Bearer {token}")).header("content-type", "application/scim+json");
    edge.call(request.body(body).unwrap()).await
}

/// News travel between tasks: what they bring is there within a fraction of the two seconds that it may take.
async fn soon(what: &str, holds: impl AsyncFn() -> bool) {
    for _ in 0..100 {
        if holds().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{what}: not within a second");
}

async fn directory_token(edge: &Edge, org: &Org) -> (String, String) {
    let made =
        ask(edge, org, &org.api_token, "POST", "/api/tenant-admin/v1/scim/tokens", Some(json!({ "name": "Okta" })))
            .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    (made.json()["token"].as_str().unwrap().to_owned(), made.json()["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn whom_the_directory_deactivates_is_out_everywhere_within_two_seconds() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let (token, _) = directory_token(&edge, &org).await;
    // The administrator makes somebody else one, so that the directory may take them out.
    let amy = ask(&edge, &org, &token, "POST", "/scim/v2/Users", Some(json!({ "userName": "amy@acme.example" }))).await;
    assert_eq!(amy.status, StatusCode::CREATED, "{}", amy.text());
    let member = format!("/api/tenant-admin/v1/members/{}", amy.json()["id"].as_str().unwrap());
    assert_eq!(
        ask(&edge, &org, &org.api_token, "PATCH", &member, Some(json!({ "role": "admin" }))).await.status,
        StatusCode::OK
    );
    let jane = ask(&edge, &org, &token, "POST", "/scim/v2/Users", Some(json!({ "userName": org.email }))).await;
    assert_eq!(jane.status, StatusCode::CREATED, "{}", jane.text());

    let cookie = edge.session(&org).await;
    let user_token = edge.user_token(&org, &cookie).await;
    let elsewhere = edge.deaf_sibling();
    assert_eq!(refresh_at(&elsewhere, &org, &cookie).await.status, StatusCode::OK);
    let path = format!("/scim/v2/Users/{}", jane.json()["id"].as_str().unwrap());
    let off = json!({ "Operations": [{ "op": "replace", "path": "active", "value": false }] });
    assert_eq!(ask(&edge, &org, &token, "PATCH", &path, Some(off)).await.status, StatusCode::OK);

    // The clock stands still: it is the news that ends the session here.
    soon("the session is over", async || edge.refresh(&org, &cookie).await.status == StatusCode::UNAUTHORIZED).await;
    let me = "/api/tenant-admin/v1/me";
    for dead in [&user_token, &org.api_token] {
        assert_eq!(edge.bearer(&org.host, me, dead).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(edge.sign_in(&org, &org.email, &org.password).await.status, StatusCode::UNAUTHORIZED);
    edge.clock.advance(Duration::seconds(2));
    assert_eq!(refresh_at(&elsewhere, &org, &cookie).await.status, StatusCode::UNAUTHORIZED, "also where no news came");
    let api = get_at(&org.host, me).header("authorization", format!("Bearer {}", org.api_token));
    assert_eq!(testkit::send(&elsewhere, api.body(Body::empty()).unwrap()).await.status, StatusCode::UNAUTHORIZED);

    assert_eq!(
        ask(&edge, &org, &token, "GET", me, None).await.status,
        StatusCode::FORBIDDEN,
        "a directory is nobody else"
    );
    let mut tx = edge.db.db.tenant(org.id).await.unwrap();
    let rows = store::audit_page(&mut tx, None, 2).await.unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row.actor.as_str(), row.action.as_str())).collect();
    assert_eq!(told, [("nobody", "session.refuse"), ("directory:Okta", "member.deactivate")]);
}

#[tokio::test]
async fn the_groups_of_a_directory_count_among_what_their_members_own() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let (token, token_id) = directory_token(&edge, &org).await;
    let jane = ask(&edge, &org, &token, "POST", "/scim/v2/Users", Some(json!({ "userName": org.email }))).await.json();
    let cookie = edge.session(&org).await;
    let refs = async || {
        let identity = edge.refresh(&org, &cookie).await.json();
        identity["backstageIdentity"]["identity"]["ownershipEntityRefs"].clone()
    };
    assert_eq!(refs().await.as_array().unwrap().len(), 2, "the person and the catalog's group");
    let group = json!({ "displayName": "Night Shift", "members": [{ "value": jane["id"] }] });
    assert_eq!(ask(&edge, &org, &token, "POST", "/scim/v2/Groups", Some(group)).await.status, StatusCode::CREATED);
    let night_shift = json!("group:default/night-shift");
    soon("the group counts", async || refs().await.as_array().unwrap().contains(&night_shift)).await;
    let path = format!("/api/tenant-admin/v1/scim/tokens/{token_id}");
    assert_eq!(ask(&edge, &org, &org.api_token, "DELETE", &path, None).await.status, StatusCode::NO_CONTENT);
    soon("the token is dead", async || {
        ask(&edge, &org, &token, "GET", "/scim/v2/Users", None).await.status == StatusCode::UNAUTHORIZED
    })
    .await;
    let refused = ask(&edge, &org, &token, "GET", "/scim/v2/Users", None).await;
    assert_eq!((refused.status, &refused.json()["status"]), (StatusCode::UNAUTHORIZED, &json!("401")));
    let nobody = edge.get(&org.host, "/scim/v2/Users").await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
}
