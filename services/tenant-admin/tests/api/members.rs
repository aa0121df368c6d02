//! Members and invitations.

use crate::bench::{Bench, Org, PASSWORD};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use time::Duration;

fn joe(role: &str) -> Value {
    json!({ "name": "Joe", "email": "Joe@acme.example", "role": role })
}

fn code_of(link: &Value) -> String {
    link["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

/// Adds an active member with this role and returns the path of their record.
async fn add_active(bench: &Bench, org: &Org, email: &str, role: &str) -> String {
    let added = bench.post(&org.admin, "/members", json!({ "name": "X", "email": email, "role": role })).await.json();
    let accept = format!("/invitations/{}/accept", code_of(&added["invitation"]));
    let accepted = bench.stranger(org.tenant, Method::POST, &accept, Some(json!({ "password": PASSWORD }))).await;
    assert_eq!(accepted.status, StatusCode::NO_CONTENT, "{}", accepted.text());
    format!("/members/{}", added["member"]["id"].as_str().unwrap())
}

#[tokio::test]
async fn an_invited_person_sees_who_invites_chooses_a_password_and_is_in() {
    let bench = Bench::start().await;
    let (org, other) = (bench.org("acme").await, bench.org("globex").await);
    let added = bench.post(&org.admin, "/members", joe("member")).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
    assert_eq!(bench.last_audit(org.tenant).await.1, "member.invite");
    let added = added.json();
    assert_eq!(
        (&added["member"]["status"], &added["member"]["userEntityRef"]),
        (&json!("invited"), &json!("user:default/joe"))
    );
    assert_eq!(added["invitation"]["expiresAt"], "2027-01-22T08:00:00Z");
    let url = added["invitation"]["url"].as_str().unwrap();
    assert!(url.starts_with("http://acme.localhost:7007/invitation/"), "{url}");

    let path = format!("/invitations/{}", code_of(&added["invitation"]));
    let shown = bench.stranger(org.tenant, Method::GET, &path, None).await;
    assert_eq!(shown.json(), json!({ "name": "Joe", "email": "Joe@acme.example", "organization": "acme" }));
    assert_eq!(bench.stranger(other.tenant, Method::GET, &path, None).await.status, StatusCode::NOT_FOUND);

    let accept = format!("{path}/accept");
    let weak = bench.stranger(org.tenant, Method::POST, &accept, Some(json!({ "password": "joejoejoejoe" }))).await;
    assert_eq!(weak.status, StatusCode::BAD_REQUEST);
    assert!(weak.json()["error"]["fields"]["password"].is_string());
    let good = Some(json!({ "password": PASSWORD }));
    assert_eq!(bench.stranger(org.tenant, Method::POST, &accept, good.clone()).await.status, StatusCode::NO_CONTENT);
    let audited = ("user:default/joe".to_owned(), "member.accept".to_owned(), "user:default/joe".to_owned());
    assert_eq!(bench.last_audit(org.tenant).await, audited);
    assert_eq!(bench.stranger(org.tenant, Method::POST, &accept, good).await.status, StatusCode::NOT_FOUND, "once");
    let items = bench.get(&org.admin, "/members").await.json()["items"].clone();
    let statuses: Vec<&Value> = items.as_array().unwrap().iter().map(|item| &item["status"]).collect();
    assert_eq!(statuses, ["active", "active"]);
}

#[tokio::test]
async fn an_invitation_ends_with_its_time_with_a_newer_one_and_with_its_member() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let added = bench.post(&org.admin, "/members", joe("member")).await.json();
    let member = format!("/members/{}", added["member"]["id"].as_str().unwrap());
    let renewed = bench.call(&org.admin, Method::POST, &format!("{member}/invitation"), None).await;
    assert_eq!(renewed.status, StatusCode::CREATED);
    let status = |code: String| {
        let path = format!("/invitations/{code}");
        let (bench, tenant) = (&bench, org.tenant);
        async move { bench.stranger(tenant, Method::GET, &path, None).await.status }
    };
    assert_eq!(status(code_of(&added["invitation"])).await, StatusCode::NOT_FOUND, "the former one");
    assert_eq!(status(code_of(&renewed.json())).await, StatusCode::OK);
    bench.clock.advance(Duration::days(7));
    assert_eq!(status(code_of(&renewed.json())).await, StatusCode::NOT_FOUND, "too late");
    let again = bench.call(&org.admin, Method::POST, &format!("{member}/invitation"), None).await.json();
    assert_eq!(bench.call(&org.admin, Method::DELETE, &member, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(status(code_of(&again)).await, StatusCode::NOT_FOUND, "removed");
    for odd in ["x".to_owned(), "A".repeat(43), "%2e%2e".to_owned()] {
        assert_eq!(status(odd).await, StatusCode::NOT_FOUND);
    }
    let active = add_active(&bench, &org, "amy@acme.example", "member").await;
    let refused = bench.call(&org.admin, Method::POST, &format!("{active}/invitation"), None).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "who is in needs no invitation");
}

#[tokio::test]
async fn each_wrong_field_is_named() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    bench.post(&org.admin, "/members", joe("member")).await;
    for (form, fields) in [
        (json!({}), vec!["email", "name", "role"]),
        (json!({ "name": "J", "email": "x", "role": "owner" }), vec!["email", "role"]),
        (json!({ "name": "J", "email": " JOE@acme.example", "role": "member" }), vec!["email"]),
    ] {
        let reply = bench.post(&org.admin, "/members", form).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        assert_eq!(reply.json()["error"]["fields"].as_object().unwrap().keys().collect::<Vec<_>>(), fields);
    }
    let same_name = bench
        .post(&org.admin, "/members", json!({ "name": "J", "email": "joe@other.example", "role": "member" }))
        .await;
    assert_eq!(same_name.json()["member"]["userEntityRef"], "user:default/joe-2", "two people are two entities");
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let only = format!("/members/{}", org.admin_id);
    assert_eq!(bench.call(&org.admin, Method::DELETE, &only, None).await.status, StatusCode::CONFLICT);
    let demote = Some(json!({ "role": "member" }));
    assert_eq!(bench.call(&org.admin, Method::PATCH, &only, demote.clone()).await.status, StatusCode::CONFLICT);
    // An invited administrator is none yet.
    bench.post(&org.admin, "/members", joe("admin")).await;
    assert_eq!(bench.call(&org.admin, Method::DELETE, &only, None).await.status, StatusCode::CONFLICT);

    let second = add_active(&bench, &org, "amy@acme.example", "admin").await;
    let changed = bench.call(&org.admin, Method::PATCH, &second, demote).await;
    assert_eq!((changed.status, &changed.json()["role"]), (StatusCode::OK, &json!("member")));
    assert_eq!(bench.last_audit(org.tenant).await.1, "member.update");
    bench.call(&org.admin, Method::PATCH, &second, Some(json!({ "role": "admin" }))).await;
    assert_eq!(bench.call(&org.admin, Method::DELETE, &only, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.last_audit(org.tenant).await.1, "member.remove");
}

#[tokio::test]
async fn two_administrators_who_remove_each_other_at_once_leave_one() {
    let bench = Bench::start().await;
    for round in 0..10 {
        let org = bench.org(&format!("acme-{round}")).await;
        let first = format!("/members/{}", org.admin_id);
        let second = add_active(&bench, &org, "amy@acme.example", "admin").await;
        let (one, two) = tokio::join!(
            bench.call(&org.admin, Method::DELETE, &first, None),
            bench.call(&org.admin, Method::DELETE, &second, None)
        );
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409], "{} {}", one.text(), two.text());
    }
}

#[tokio::test]
async fn a_member_of_another_organisation_is_as_absent_as_one_that_never_was() {
    let bench = Bench::start().await;
    let (org, other) = (bench.org("acme").await, bench.org("globex").await);
    let absent = uuid::Uuid::now_v7();
    for (method, tail, body) in [
        (Method::DELETE, "", None),
        (Method::PATCH, "", Some(json!({ "role": "viewer" }))),
        (Method::PATCH, "", Some(json!({ "role": "admin" }))),
        (Method::POST, "/invitation", None),
    ] {
        let mut seen = Vec::new();
        for id in [other.admin_id, absent] {
            let reply = bench.call(&org.admin, method.clone(), &format!("/members/{id}{tail}"), body.clone()).await;
            seen.push((reply.status, reply.text().replace(&id.to_string(), "ID")));
        }
        assert_eq!(seen[0], seen[1]);
        assert_eq!(seen[0].0, StatusCode::NOT_FOUND);
    }
    assert_eq!(bench.get(&other.admin, "/members").await.json()["items"][0]["role"], "admin");
}
