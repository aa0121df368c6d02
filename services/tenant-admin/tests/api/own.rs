//! One's organisation, oneself, one's tokens.

use crate::bench::{Bench, person};
use axum::http::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn an_administrator_changes_what_they_name_and_nothing_else() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let patch = |body| bench.call(&org.admin, Method::PATCH, "/tenant", Some(body));
    let fresh = bench.get(&org.admin, "/tenant").await.json();
    assert_eq!(
        fresh,
        json!({ "id": org.tenant, "slug": "acme", "name": "acme", "plan": "internal", "createdAt": "2027-01-15T08:00:00Z",
            "branding": {}, "onboarding": { "dismissed": false } })
    );
    let named = patch(json!({ "name": " </script> " })).await.json();
    assert_eq!((&named["name"], &named["branding"]), (&json!("</script>"), &json!({})));
    let coloured = patch(json!({ "branding": { "accent": "#123abc" } })).await.json();
    assert_eq!((&coloured["name"], &coloured["branding"]["accent"]), (&json!("</script>"), &json!("#123abc")));
    let dismissed = patch(json!({ "onboarding": { "dismissed": true }, "branding": {} })).await.json();
    assert_eq!(
        (&dismissed["branding"]["accent"], &dismissed["onboarding"]["dismissed"]),
        (&json!("#123abc"), &json!(true))
    );
    let cleared = patch(json!({ "branding": { "accent": null } })).await.json();
    assert_eq!(cleared["branding"], json!({}));
    assert_eq!(bench.get(&org.admin, "/tenant").await.json(), cleared);
    let actor = ("user:default/jane".to_owned(), "tenant.update".to_owned(), "acme".to_owned());
    assert_eq!(bench.last_audit(org.tenant).await, actor);
    let wrong = patch(json!({ "name": "", "branding": { "accent": "red; }" } })).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let fields = wrong.json()["error"]["fields"].clone();
    assert_eq!(fields.as_object().unwrap().keys().collect::<Vec<_>>(), ["branding.accent", "name"]);
}

#[tokio::test]
async fn me_lists_what_the_role_may_do() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let names =
        |reply: testkit::Reply| -> Vec<String> { serde_json::from_value(reply.json()["permissions"].clone()).unwrap() };
    let admin = names(bench.get(&org.admin, "/me").await);
    let viewer = names(bench.get(&person(org.tenant, org.admin_id, "viewer"), "/me").await);
    assert!(admin.contains(&"tenant.update".to_owned()) && !viewer.contains(&"tenant.update".to_owned()));
    assert!(viewer.contains(&"catalog.entity.read".to_owned()) && viewer.len() < admin.len());
}

#[tokio::test]
async fn tokens_are_ones_own_and_shown_once() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let added = bench
        .post(&org.admin, "/members", json!({ "name": "Joe", "email": "joe@acme.example", "role": "viewer" }))
        .await;
    let joe = person(org.tenant, serde_json::from_value(added.json()["member"]["id"].clone()).unwrap(), "viewer");
    let made = bench.post(&joe, "/tokens", json!({ "name": "laptop", "expiresInDays": 30 })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let made = made.json();
    assert!(made["token"].as_str().unwrap().starts_with("pro_"));
    assert_eq!(made["expiresAt"], "2027-02-14T08:00:00Z");
    let list = bench.get(&joe, "/tokens").await;
    assert_eq!(list.json()["items"].as_array().unwrap().len(), 1);
    assert!(!list.text().contains("pro_"), "no list shows a token: {}", list.text());
    let path = format!("/tokens/{}", made["id"].as_str().unwrap());
    assert_eq!(
        bench.call(&org.admin, Method::DELETE, &path, None).await.status,
        StatusCode::NOT_FOUND,
        "not the administrator's own"
    );
    assert_eq!(bench.call(&joe, Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.last_audit(org.tenant).await.1, "token.delete");
    assert_eq!(bench.call(&joe, Method::DELETE, &path, None).await.status, StatusCode::NOT_FOUND);
    let wrong = bench.post(&joe, "/tokens", json!({ "name": "", "expiresInDays": 0 })).await.json();
    assert_eq!(wrong["error"]["fields"].as_object().unwrap().keys().collect::<Vec<_>>(), ["expiresInDays", "name"]);
}
