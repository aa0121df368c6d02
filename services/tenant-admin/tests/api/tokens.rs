//! Limited tokens, tokens of the organisation's own, and what an administrator sees of everybody's.

use crate::bench::{Bench, person};
use axum::http::{Method, StatusCode};
use http_shell::Caller;
use kernel::{Principal, User};
use serde_json::{Value, json};
use testkit::Reply;

fn limited(to: &Caller, scopes: &[&str]) -> Caller {
    let user = to.principal.user().unwrap().clone();
    let scopes = Some(scopes.iter().map(|scope| (*scope).to_owned()).collect());
    Caller { tenant: to.tenant, principal: Principal::User(User { scopes, ..user }) }
}

fn problem(reply: &Reply, field: &str) -> Value {
    reply.json()["error"]["fields"][field].clone()
}

#[tokio::test]
async fn a_limited_token_shows_its_limits_and_leads_to_nothing_beyond_them() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let viewer = person(org.tenant, org.admin_id, "viewer");
    let form = json!({ "name": "ci", "scopes": ["catalog.entity.read", "catalog.entity.read"] });
    let made = bench.post(&viewer, "/tokens", form).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    assert_eq!(made.json()["scopes"], json!(["catalog.entity.read"]));
    let beyond = bench.post(&viewer, "/tokens", json!({ "name": "ci", "scopes": ["tenant.update"] })).await;
    assert_eq!(beyond.status, StatusCode::FORBIDDEN);
    assert!(problem(&beyond, "scopes").is_string(), "{}", beyond.text());
    let unknown = bench.post(&viewer, "/tokens", json!({ "name": "ci", "scopes": ["no.such"] })).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    let only_tokens = limited(&org.admin, &["tenant.token.manage"]);
    assert_eq!(bench.post(&only_tokens, "/tokens", json!({ "name": "all" })).await.status, StatusCode::FORBIDDEN);
    let more = json!({ "name": "more", "scopes": ["catalog.entity.read"] });
    assert_eq!(bench.post(&only_tokens, "/tokens", more).await.status, StatusCode::FORBIDDEN);
    let same = json!({ "name": "same", "scopes": ["tenant.token.manage"] });
    assert_eq!(bench.post(&only_tokens, "/tokens", same).await.status, StatusCode::CREATED);
    assert_eq!(bench.get(&only_tokens, "/members").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_service_token_belongs_to_the_organisation_and_has_no_tokens_itself() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let form = json!({ "name": "ci", "role": "maintainer", "description": "Deploys", "expiresInDays": 30 });
    let made = bench.post(&org.admin, "/service-tokens", form.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let made = made.json();
    assert!(made["token"].as_str().unwrap().starts_with("pro_"));
    assert_eq!((&made["entityRef"], &made["role"]), (&json!("service:default/ci"), &json!("maintainer")));
    assert_eq!(bench.last_audit(org.tenant).await.1, "serviceToken.create");
    let list = bench.get(&org.admin, "/service-tokens").await;
    assert!(!list.text().contains("pro_") && list.json()["items"][0]["name"] == "ci", "{}", list.text());
    let twice = bench.post(&org.admin, "/service-tokens", form).await;
    assert_eq!((twice.status, problem(&twice, "name").is_string()), (StatusCode::CONFLICT, true));
    let wrong = bench.post(&org.admin, "/service-tokens", json!({ "name": "Catalog", "role": "viewer" })).await;
    assert!(problem(&wrong, "name").is_string(), "{}", wrong.text());
    let root = bench.post(&org.admin, "/service-tokens", json!({ "name": "x", "role": "root" })).await;
    assert!(problem(&root, "role").is_string(), "{}", root.text());

    let Principal::User(user) = person(org.tenant, org.admin_id, "admin").principal else { unreachable!() };
    let id = serde_json::from_value(made["id"].clone()).unwrap();
    let entity_ref = "service:default/ci".to_owned();
    let user = User { id, entity_ref, via: kernel::SignedInBy::ServiceToken, ..user };
    let service = Caller { tenant: org.tenant, principal: Principal::User(user) };
    let me = bench.get(&service, "/me").await.json();
    assert_eq!((&me["name"], &me["userEntityRef"]), (&json!("service:default/ci"), &json!("service:default/ci")));
    assert_eq!(bench.post(&service, "/tokens", json!({ "name": "x" })).await.status, StatusCode::FORBIDDEN);
    assert_eq!(bench.get(&service, "/tokens").await.status, StatusCode::FORBIDDEN);

    let path = format!("/service-tokens/{}", made["id"].as_str().unwrap());
    assert_eq!(bench.call(&org.admin, Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.call(&org.admin, Method::DELETE, &path, None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_makes_a_service_token_that_holds_more_than_they_do() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let only = limited(&org.admin, &["tenant.token.update", "catalog.entity.read"]);
    let whole = bench.post(&only, "/service-tokens", json!({ "name": "a", "role": "admin" })).await;
    assert_eq!(whole.status, StatusCode::FORBIDDEN);
    let within = json!({ "name": "a", "role": "admin", "scopes": ["catalog.entity.read"] });
    assert_eq!(bench.post(&only, "/service-tokens", within).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn an_administrator_sees_everybodys_tokens_and_revokes_them() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let added = json!({ "name": "Joe", "email": "joe@acme.example", "role": "viewer" });
    let added = bench.post(&org.admin, "/members", added).await.json();
    let joe = person(org.tenant, serde_json::from_value(added["member"]["id"].clone()).unwrap(), "viewer");
    let made = bench.post(&joe, "/tokens", json!({ "name": "laptop" })).await.json();
    assert_eq!(bench.get(&joe, "/member-tokens").await.status, StatusCode::FORBIDDEN);
    let list = bench.get(&org.admin, "/member-tokens").await;
    assert!(!list.text().contains("pro_"), "{}", list.text());
    let owners = |list: &Reply| -> Vec<String> {
        let items = list.json()["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["ownerName"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(owners(&list), ["Joe", "Jane"]);
    let path = format!("/member-tokens/{}", made["id"].as_str().unwrap());
    assert_eq!(bench.call(&org.admin, Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.last_audit(org.tenant).await.1, "token.revoke");
    assert_eq!(owners(&bench.get(&org.admin, "/member-tokens").await), ["Jane"]);
}

#[tokio::test]
async fn an_organisation_can_limit_how_long_new_tokens_live() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let set = |body| bench.call(&org.admin, Method::PUT, "/token-policy", Some(body));
    assert_eq!(bench.get(&org.admin, "/token-policy").await.json(), json!({}));
    assert_eq!(set(json!({ "maxDays": 0 })).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(set(json!({ "maxDays": 90 })).await.json(), json!({ "maxDays": 90 }));
    assert_eq!(bench.last_audit(org.tenant).await.1, "tokenPolicy.update");
    for (days, status) in [(None, 400), (Some(91), 400), (Some(90), 201)] {
        let form = json!({ "name": "ci", "expiresInDays": days, "role": "viewer" });
        assert_eq!(bench.post(&org.admin, "/tokens", form.clone()).await.status.as_u16(), status, "{days:?}");
        assert_eq!(bench.post(&org.admin, "/service-tokens", form).await.status.as_u16(), status, "{days:?}");
    }
    assert_eq!(set(json!({})).await.json(), json!({}));
    assert_eq!(bench.post(&org.admin, "/tokens", json!({ "name": "ci" })).await.status, StatusCode::CREATED);
}
