//! Tokens at the door. The corpus of forged signatures is with `domain/user_token.rs`.

use crate::bench::{APEX, Edge};
use axum::http::StatusCode;
use credential::ApiToken;
use kernel::TenantId;
use serde_json::{Value, json};
use time::Duration;

#[tokio::test]
async fn tokens_that_are_not_ours_are_refused_in_stock_words() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let good = &org.api_token;
    let forged = ApiToken::generate(org.id).unwrap().reveal().to_owned();
    let foreign = ApiToken::generate(TenantId::generate()).unwrap().reveal().to_owned();
    for host in [&*org.host, APEX, "127.0.0.1"] {
        for wrong in [
            "",
            "x",
            "a.b.c",
            "eyJhbGciOiJub25lIn0.e30.",
            &good[..good.len() - 1],
            &format!("{good}x"),
            &forged,
            &foreign,
        ] {
            let reply = edge.bearer(host, "/api/catalog/x", wrong).await;
            assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{host} {wrong:?}");
            let body = reply.json();
            assert_eq!(body["error"]["name"], "AuthenticationError");
            assert_eq!(body["error"]["message"], "Illegal token");
            assert_eq!(body["request"], json!({ "method": "GET", "url": "/x" }));
        }
    }
    let missing = edge.get(&org.host, "/api/tenant-admin/v1/me").await;
    assert_eq!(missing.json()["error"]["message"], "Missing credentials");
}

#[tokio::test]
async fn each_organisation_has_keys_of_its_own() {
    let edge = Edge::start().await;
    let (org, other) = (edge.org("acme").await, edge.org("globex").await);
    let path = "/api/auth/.well-known/jwks.json";
    let keys = |reply: testkit::Reply| reply.json()["keys"].as_array().unwrap().clone();
    let (own, others) = (keys(edge.get(&org.host, path).await), keys(edge.get(&other.host, path).await));
    assert_eq!((own.len(), others.len()), (1, 1));
    assert_ne!(own[0]["kid"], others[0]["kid"]);
    assert_eq!((&own[0]["kty"], &own[0]["crv"], &own[0]["d"]), (&json!("EC"), &json!("P-256"), &Value::Null));
    assert_eq!(edge.get(APEX, path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(keys(edge.get(&org.host, path).await), own, "asking again makes no new key");
}

#[tokio::test]
async fn an_api_token_dies_with_its_deletion_or_its_time_and_notes_its_use_once_a_minute() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let used = |edge: &Edge, name: &'static str| {
        let (router, host, token) = (edge.router.clone(), org.host.clone(), org.api_token.clone());
        async move {
            let request = axum::http::Request::get("/api/tenant-admin/v1/tokens").header("host", host);
            let request = request.header("authorization", format!("Bearer {token}"));
            let list = testkit::send(&router, request.body(axum::body::Body::empty()).unwrap()).await.json();
            let found = list["items"].as_array().unwrap().iter().find(|item| item["name"] == name).cloned();
            found.unwrap()["lastUsedAt"].clone()
        }
    };
    let first = used(&edge, "Made with the organisation").await;
    assert_eq!(first, "2027-01-15T08:00:00Z");
    edge.clock.advance(Duration::seconds(59));
    assert_eq!(used(&edge, "Made with the organisation").await, first);
    edge.clock.advance(Duration::seconds(3));
    edge.bearer(&org.host, "/api/catalog/x", &org.api_token).await;
    edge.clock.advance(Duration::seconds(2));
    assert_eq!(used(&edge, "Made with the organisation").await, "2027-01-15T08:01:02Z");

    edge.db.execute_as_admin("update api_token set expires_at = '2027-01-15T08:02:00Z'").await;
    edge.clock.advance(Duration::seconds(55));
    assert_eq!(edge.bearer(&org.host, "/api/catalog/x", &org.api_token).await.status, StatusCode::OK);
    edge.clock.advance(Duration::seconds(2));
    assert_eq!(edge.bearer(&org.host, "/api/catalog/x", &org.api_token).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_a_service_is_told_of_the_user_is_what_the_tables_say() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let cookie = edge.session(&org).await;
    let token = edge.user_token(&org, &cookie).await;
    for (token, via) in [(&token, "session"), (&org.api_token, "apiToken")] {
        let seen = edge.bearer(&org.host, "/api/catalog/x", token).await.json();
        let principal = &seen["principal"];
        assert_eq!((&principal["entityRef"], &principal["role"]), (&json!("user:default/jane"), &json!("admin")));
        assert_eq!(principal["ownershipRefs"], json!(["user:default/jane", "group:default/rockets"]));
        assert_eq!(principal["via"], via);
    }
    edge.db.execute_as_admin("update member set role = 'viewer'").await;
    edge.clock.advance(Duration::seconds(2));
    let seen = edge.bearer(&org.host, "/api/catalog/x", &token).await.json();
    assert_eq!(seen["principal"]["role"], "viewer", "a role is never older than two seconds");
}

#[tokio::test]
async fn a_token_made_for_a_plugin_comes_back_as_the_plugin() {
    use credential::plugin_token::Issuer;
    use credential::signing::SigningKey;
    use kernel::Clock as _;
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    edge.get(&org.host, "/api/auth/.well-known/jwks.json").await;
    let mut tx = edge.db.db.tenant(org.id).await.unwrap();
    let stored = store::signing_keys::find_newest(&mut tx).await.unwrap().unwrap();
    let key = SigningKey::stored(stored.id, stored.private, stored.public);
    let issuer = Issuer { tenant: org.id, origin: &org.origin };
    let token = issuer.for_worker(&key, "badges", edge.clock.now()).unwrap();
    let seen = edge.bearer(&org.host, "/api/catalog/x", &token).await.json();
    assert_eq!(seen["principal"], json!({ "type": "worker", "plugin_id": "badges" }));
    assert_eq!(edge.bearer(&org.host, "/api/tenant-admin/v1/members", &token).await.status, StatusCode::FORBIDDEN);
    let info = "/api/auth/v1/userinfo";
    assert_eq!(edge.bearer(&org.host, info, &token).await.status, StatusCode::FORBIDDEN, "nobody is behind it");
    assert_eq!(edge.get(&org.host, info).await.status, StatusCode::UNAUTHORIZED);
    let session = edge.user_token(&org, &edge.session(&org).await).await;
    let person = edge.bearer(&org.host, "/api/catalog/x", &session).await.json()["principal"].clone();
    let person: kernel::Principal = serde_json::from_value(person).unwrap();
    let through = issuer.towards_plugin(&key, "badges", &person, edge.clock.now()).unwrap().unwrap();
    let own = edge.bearer(&org.host, info, &session).await.json();
    assert_eq!(edge.bearer(&org.host, info, &through).await.json(), own, "it may ask who called it");
    assert_eq!(own["claims"]["sub"], "user:default/jane");
    let strange = SigningKey::generate().unwrap();
    let forged = issuer.for_worker(&strange, "badges", edge.clock.now()).unwrap();
    assert_eq!(edge.bearer(&org.host, "/api/catalog/x", &forged).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_key_that_another_process_made_is_known_here_at_once() {
    use credential::plugin_token::Issuer;
    use credential::signing::SigningKey;
    use kernel::Clock as _;
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let token = edge.user_token(&org, &edge.session(&org).await).await;
    assert_eq!(
        edge.bearer(&org.host, "/api/catalog/x", &token).await.status,
        StatusCode::OK,
        "keys are remembered now"
    );
    let key = SigningKey::generate().unwrap();
    let mut tx = edge.db.db.tenant(org.id).await.unwrap();
    let (id, private, public) = (key.public.id, key.private().to_vec(), key.public.point.clone());
    let stored = store::signing_keys::StoredKey { id, private, public };
    store::signing_keys::insert(&mut tx, &stored, edge.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    let issuer = Issuer { tenant: org.id, origin: &org.origin };
    let worker = issuer.for_worker(&key, "badges", edge.clock.now()).unwrap();
    assert_eq!(edge.bearer(&org.host, "/api/catalog/x", &worker).await.status, StatusCode::OK);
}
