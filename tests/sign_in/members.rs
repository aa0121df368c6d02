//! Who gets in, as whom, and with what.

use super::scene::{Browser, SESSION, Scene};
use http::StatusCode;
use runtime::config::Plan;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn somebody_whom_the_provider_knows_becomes_a_member_with_the_mapped_role_and_groups() {
    let scene = Scene::start().await;
    let (browser, reply) = scene.sign_in("jane").await;
    assert_eq!(reply.status, StatusCode::FOUND, "{}", reply.text());
    assert_eq!(reply.headers["location"], "/catalog");
    let cookies: Vec<_> = reply.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap()).collect();
    assert!(
        cookies.iter().any(|set| set.starts_with(&format!("{SESSION}=")) && set.contains("HttpOnly")),
        "{cookies:?}"
    );
    let identity = scene.identity(&browser).await.expect("signed in");
    assert_eq!(identity["profile"], json!({ "email": "jane@acme.example", "displayName": "Jane Doe" }));
    let owned = &identity["backstageIdentity"]["identity"]["ownershipEntityRefs"];
    assert_eq!(*owned, json!(["user:default/jane", "group:default/platform"]));
    let member = scene.member_of("jane@acme.example").await.unwrap();
    assert_eq!((&member["role"], &member["status"]), (&json!("maintainer"), &json!("active")));

    let (_, again) = scene.sign_in("jane").await;
    assert_eq!(again.status, StatusCode::FOUND, "{}", again.text());
    assert_eq!(scene.members().await.iter().filter(|it| it["email"] == "jane@acme.example").count(), 1);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_has_the_last_word_on_roles_but_never_takes_the_last_administrator() {
    let scene = Scene::start().await;
    scene.sign_in("jane").await;
    let people = |groups: Value| json!({ "people": { "jane": { "email": "jane@acme.example", "email_verified": true, "groups": groups } } });
    scene.idp.change(people(json!([]))).await;
    let (browser, refused) = scene.sign_in("jane").await;
    assert_eq!((refused.status, browser.signed_in()), (StatusCode::FORBIDDEN, false));
    assert!(refused.text().contains("gives you a role"), "{}", refused.text());

    let provider = scene.providers().await[0].clone();
    scene.change_provider(&provider, json!({ "settings": { "linkByMail": true } })).await;
    let admin = json!({ "email": scene.org.admin_email, "email_verified": true, "groups": ["platform"] });
    scene.idp.change(json!({ "people": { "boss": admin } })).await;
    let (browser, reply) = scene.sign_in("boss").await;
    assert!(browser.signed_in(), "{}", reply.text());
    let member = scene.member_of(&scene.org.admin_email).await.unwrap();
    assert_eq!(member["role"], "admin", "mapped to maintainer, yet the last administrator");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_without_a_role_a_mail_address_or_an_invitation() {
    let scene = Scene::bare().await;
    let provider = scene.add_provider(&scene.org, "example", json!({})).await;
    let person = |claims: Value| json!({ "people": { "joe": claims } });
    for (claims, words) in [
        (json!({ "email": "joe@x.example", "email_verified": true, "groups": ["other"] }), "gives you a role"),
        (json!({ "groups": ["platform"] }), "mail address"),
        (json!({ "email": "joe@x.example", "email_verified": false, "groups": ["platform"] }), "verified"),
        (json!({ "email": "joe@x.example", "groups": ["platform"] }), "verified"),
    ] {
        scene.idp.change(person(claims.clone())).await;
        let (browser, reply) = scene.sign_in("joe").await;
        assert!(!browser.signed_in(), "{claims}");
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{claims}: {}", reply.text());
        assert!(reply.text().contains(words) && reply.text().contains("<html"), "{claims}: {}", reply.text());
    }
    scene.change_provider(&provider, json!({ "settings": { "createMembers": false } })).await;
    scene.idp.change(person(json!({ "email": "joe@x.example", "email_verified": true, "groups": ["platform"] }))).await;
    let (_, reply) = scene.sign_in("joe").await;
    assert!(reply.text().contains("to invite you"), "{}", reply.text());
    assert!(scene.member_of("joe@x.example").await.is_none());
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_member_is_linked_by_mail_only_where_it_is_allowed_and_the_address_verified() {
    let scene = Scene::bare().await;
    let provider = scene.add_provider(&scene.org, "example", json!({})).await;
    let admin = scene.org.admin_email.clone();
    let claims = |verified: bool| json!({ "email": admin, "email_verified": verified, "groups": ["platform"] });
    let mallory = |verified| json!({ "people": { "mallory": claims(verified), "second": claims(verified) } });
    let tries = |allowed: bool| {
        json!({ "settings": { "linkByMail": allowed, "acceptUnverifiedMail": true,
        "roles": { "everySignIn": false } } })
    };
    for (allowed, verified) in [(false, false), (false, true), (true, false)] {
        scene.change_provider(&provider, tries(allowed)).await;
        scene.idp.change(mallory(verified)).await;
        let (browser, reply) = scene.sign_in("mallory").await;
        assert!(!browser.signed_in(), "allowed: {allowed}, verified: {verified}");
        assert!(reply.text().contains("already"), "{}", reply.text());
    }
    scene.change_provider(&provider, tries(true)).await;
    scene.idp.change(mallory(true)).await;
    let (browser, _) = scene.sign_in("mallory").await;
    assert!(browser.signed_in(), "allowed and verified");
    // The address was recycled: somebody else at the provider has it now, and is nobody here.
    let (browser, reply) = scene.sign_in("second").await;
    assert!(!browser.signed_in(), "{}", reply.text());
    let member = scene.member_of(&admin).await.unwrap();
    assert_eq!(member["role"], "admin", "linking changes no role unless the provider has the last word");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invited_person_comes_in_through_the_provider_as_whom_they_were_invited() {
    let scene = Scene::bare().await;
    let changes =
        json!({ "settings": { "linkByMail": true, "createMembers": false, "roles": { "everySignIn": false } } });
    scene.add_provider(&scene.org, "example", changes).await;
    let (_, code) = scene.installation.invite(&scene.org, "jill", "viewer").await;
    scene.idp.change(json!({ "people": { "jill": { "email": "jill@people.example", "email_verified": true } } })).await;
    let (browser, reply) = scene.sign_in("jill").await;
    assert!(browser.signed_in(), "{}", reply.text());
    let member = scene.member_of("jill@people.example").await.unwrap();
    assert_eq!((&member["role"], &member["status"]), (&json!("viewer"), &json!("active")));
    let used =
        scene.get(&scene.org, &mut Browser::default(), &format!("/api/tenant-admin/v1/invitations/{code}")).await;
    assert_eq!(used.status, StatusCode::NOT_FOUND, "the link of the invitation is of no use any more");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_matched_to_their_entities_and_never_become_somebody_elses() {
    let scene = Scene::bare().await;
    let provider = scene.add_provider(&scene.org, "example", json!({})).await;
    let user = |name: &str, mail: &str| {
        json!({ "apiVersion": "backstage.io/v1alpha1", "kind": "User",
        "metadata": { "name": name, "annotations": { "example.com/id": format!("id-{name}") } },
        "spec": { "profile": { "email": mail }, "memberOf": [] } })
    };
    let entities = json!({ "entities": [user("jdoe", "jane@acme.example"), user("joe", "real-joe@acme.example")] });
    scene.installation.by_admin(&scene.org, "PUT", "/api/catalog/v1/sets/people", &entities).await;
    let (browser, reply) = scene.sign_in("jane").await;
    assert_eq!(reply.status, StatusCode::FOUND, "{}", reply.text());
    let identity = scene.identity(&browser).await.unwrap();
    assert_eq!(identity["backstageIdentity"]["identity"]["userEntityRef"], "user:default/jdoe", "by mail");

    // A stranger whose address would make them the colleague of the same name, who has not come in yet.
    let people = json!({ "people": { "7": { "email": "joe@elsewhere.example", "email_verified": true, "groups": ["platform"] },
        "id-joe": { "email": "real-joe@acme.example", "email_verified": false, "groups": ["platform"] } } });
    scene.idp.change(people).await;
    scene.sign_in("7").await;
    let stranger = scene.member_of("joe@elsewhere.example").await.unwrap();
    assert_eq!(stranger["userEntityRef"], "user:default/joe-2");

    let resolver = json!({ "by": "annotation", "annotation": "example.com/id", "claim": "sub" });
    scene
        .change_provider(&provider, json!({ "settings": { "resolver": resolver, "acceptUnverifiedMail": true } }))
        .await;
    let (browser, reply) = scene.sign_in("id-joe").await;
    assert!(browser.signed_in(), "{}", reply.text());
    let joe = scene.member_of("real-joe@acme.example").await.unwrap();
    assert_eq!(joe["userEntityRef"], "user:default/joe", "by annotation");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_in_for_whom_the_plan_has_no_seat() {
    let scene = Scene::bare_with(|settings| {
        let plan = Plan { members: 4, ..Plan::default() };
        settings.plans = settings.plans.clone().with("free", plan);
    })
    .await;
    scene.add_provider(&scene.org, "example", json!({})).await;
    assert_eq!(scene.members().await.len(), 4, "the organisation is full");
    let (browser, reply) = scene.sign_in("jane").await;
    assert_eq!((reply.status, browser.signed_in()), (StatusCode::FORBIDDEN, false), "{}", reply.text());
    assert!(reply.text().contains("room for 4 members"), "{}", reply.text());
    scene.stop().await;
}
