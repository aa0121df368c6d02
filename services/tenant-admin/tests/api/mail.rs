//! What goes by mail: confirming a sign-up, invitations, forgotten passwords, and the list of one's portals. The mails
//! are read from a real SMTP server.

use crate::bench::{BASE, Bench, PASSWORD};
use crate::post::PostOffice;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use testkit::{Reply, request};

const MOMENT: Duration = Duration::from_millis(700);

async fn at_apex(bench: &Bench, path: &str, body: Value) -> Reply {
    request(&bench.router, None, Method::POST, &format!("{BASE}{path}"), Some(body)).await
}

fn behind_hash(url: &str) -> &str {
    url.split_once('#').expect("a fragment").1
}

fn code_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

#[tokio::test]
async fn a_sign_up_makes_nothing_until_its_mail_address_is_confirmed() {
    let post = PostOffice::open().await;
    let bench = Bench::with_post(&post).await;
    let form = json!({ "organization": { "name": "Acme", "slug": "acme" },
        "admin": { "name": "Jane", "email": "jane@acme.example", "password": PASSWORD } });
    let reply = at_apex(&bench, "/signup", form.clone()).await;
    assert_eq!((reply.status, reply.json()), (StatusCode::ACCEPTED, json!({ "mailedTo": "jane@acme.example" })));
    let mail = post.mails_to("jane@acme.example", 1).await.remove(0);
    assert!(!mail.text.contains(PASSWORD));
    assert!(tenant_admin::find_tenant(&bench.state, "acme").await.is_err(), "nothing is made yet");
    let link = mail.link("http://localhost:7007/confirm#");
    let confirm = json!({ "link": behind_hash(&link) });
    for wrong in [json!({ "link": "" }), json!({ "link": format!("{}x", behind_hash(&link)) })] {
        assert_eq!(at_apex(&bench, "/signup/confirm", wrong).await.status, StatusCode::NOT_FOUND);
    }
    let made = at_apex(&bench, "/signup/confirm", confirm.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    assert!(made.json()["url"].as_str().unwrap().starts_with("http://acme.localhost:7007/api/auth/v1/handoff?code="));
    assert_eq!(at_apex(&bench, "/signup/confirm", confirm).await.status, StatusCode::BAD_REQUEST, "a second time");
    let mut late = form;
    late["organization"]["slug"] = json!("acme-two");
    at_apex(&bench, "/signup", late).await;
    let link = post.mails_to("jane@acme.example", 2).await.remove(1).link("http://localhost:7007/confirm#");
    bench.clock.advance(time::Duration::hours(1));
    let late = at_apex(&bench, "/signup/confirm", json!({ "link": behind_hash(&link) })).await;
    assert_eq!(late.status, StatusCode::NOT_FOUND, "too late");
}

#[tokio::test]
async fn an_invitation_is_mailed_and_waits_sealed_while_the_server_is_away() {
    let post = PostOffice::open().await;
    let bench = Bench::with_post(&post).await;
    let org = bench.org("acme").await;
    let form = json!({ "name": "Kim", "email": "kim@acme.example", "role": "member" });
    let added = bench.post(&org.admin, "/members", form).await.json();
    assert_eq!(added["invitation"]["mailed"], true);
    let mail = post.mails_to("kim@acme.example", 1).await.remove(0);
    assert_eq!(mail.link("http://acme.localhost:7007/invitation/"), added["invitation"]["url"].as_str().unwrap());
    let id = added["member"]["id"].as_str().unwrap();
    let again = bench.post(&org.admin, &format!("/members/{id}/invitation"), json!({})).await.json();
    let mail = post.mails_to("kim@acme.example", 2).await.remove(1);
    assert_eq!(mail.link("http://acme.localhost:7007/invitation/"), again["url"].as_str().unwrap());

    let silent = Bench::start().await;
    let org = silent.org("acme").await;
    let form = json!({ "name": "Kim", "email": "kim@acme.example", "role": "member" });
    assert_eq!(silent.post(&org.admin, "/members", form).await.json()["invitation"]["mailed"], false);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_link_and_nobody_learns_who_is_a_member() {
    let post = PostOffice::open().await;
    let bench = Bench::with_post(&post).await;
    let org = bench.org("acme").await;
    let ask = async |email: &str| {
        bench.stranger(org.tenant, Method::POST, "/password-resets", Some(json!({ "email": email }))).await
    };
    let (known, unknown) = (ask("JANE@acme.example").await, ask("nobody@acme.example").await);
    assert_eq!((known.status, known.text()), (StatusCode::ACCEPTED, unknown.text()));
    let mail = post.mails_to("jane@acme.example", 1).await.remove(0);
    assert_eq!(post.count_after(MOMENT).await, 1, "the unknown address gets nothing");
    let url = mail.link("http://acme.localhost:7007/password/");
    let path = format!("/password-resets/{}", code_of(&url));
    let shown = bench.stranger(org.tenant, Method::GET, &path, None).await.json();
    assert_eq!(shown, json!({ "name": "Jane", "email": "jane@acme.example", "organization": "acme" }));
    let apply = async |password: &str| {
        let body = Some(json!({ "password": password }));
        bench.stranger(org.tenant, Method::POST, &path, body).await
    };
    assert_eq!(apply("short").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(apply("violet-copper-kayak").await.status, StatusCode::NO_CONTENT);
    assert_eq!(apply("violet-copper-kayak").await.status, StatusCode::NOT_FOUND, "a second time");
    assert_eq!(bench.last_audit(org.tenant).await.1, "member.password");
    assert!(post.mails_to("jane@acme.example", 2).await[1].text.contains("was changed just now"));

    for _ in 0..8 {
        assert_eq!(ask("jane@acme.example").await.status, StatusCode::ACCEPTED);
    }
    let last = post.mails_to("jane@acme.example", 6).await.pop().unwrap();
    assert_eq!(post.count_after(MOMENT).await, 2 + 4, "five mails an hour for one account, one of which was before");
    let code = code_of(&last.link("http://acme.localhost:7007/password/")).to_owned();
    bench.clock.advance(time::Duration::hours(24));
    let late = bench.stranger(org.tenant, Method::GET, &format!("/password-resets/{code}"), None).await;
    assert_eq!(late.status, StatusCode::NOT_FOUND, "too late");
}

#[tokio::test]
async fn without_mail_an_administrator_hands_the_link_over() {
    let bench = Bench::start().await;
    let (org, other) = (bench.org("acme").await, bench.org("globex").await);
    let asked = Some(json!({ "email": "jane@acme.example" }));
    let refused = bench.stranger(org.tenant, Method::POST, "/password-resets", asked).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let made = bench.post(&org.admin, &format!("/members/{}/password-reset", org.admin_id), json!({})).await;
    assert_eq!((made.status, &made.json()["mailed"]), (StatusCode::CREATED, &json!(false)));
    let path = format!("/password-resets/{}", code_of(made.json()["url"].as_str().unwrap()));
    let elsewhere = bench.stranger(other.tenant, Method::GET, &path, None).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND, "another organisation's host");
    assert_eq!(bench.stranger(org.tenant, Method::GET, &path, None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_mailed_link_lists_the_portals_of_an_address_and_opens_each_once() {
    let post = PostOffice::open().await;
    let bench = Bench::with_post(&post).await;
    let (acme, globex) = (bench.org("acme").await, bench.org("globex").await);
    let invited = json!({ "name": "Jane", "email": "Jane@acme.example", "role": "viewer" });
    let url = bench.post(&globex.admin, "/members", invited).await.json()["invitation"]["url"].clone();
    let ask = async |email: &str| at_apex(&bench, "/portals", json!({ "email": email })).await;
    assert_eq!(ask("jane@acme.example").await.status, StatusCode::ACCEPTED);
    let first = post.mails_to("jane@acme.example", 1).await.remove(0);
    let list = async |link: &str| at_apex(&bench, "/portals/list", json!({ "link": behind_hash(link) })).await;
    let link = first.link("http://localhost:7007/portals#");
    let slugs = |reply: &Reply| -> Vec<String> {
        reply.json()["items"].as_array().unwrap().iter().map(|it| it["slug"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(slugs(&list(&link).await), ["acme"], "an invitation is no membership yet");
    let accept = format!("/invitations/{}/accept", code_of(url.as_str().unwrap()));
    bench.stranger(globex.tenant, Method::POST, &accept, Some(json!({ "password": PASSWORD }))).await;
    assert_eq!(slugs(&list(&link).await), ["acme", "globex"]);

    let open =
        async |slug: &str| at_apex(&bench, "/portals/open", json!({ "link": behind_hash(&link), "slug": slug })).await;
    let opened = open("globex").await;
    assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.text());
    let door = opened.json()["url"].as_str().unwrap().to_owned();
    assert!(door.starts_with("http://globex.localhost:7007/api/auth/v1/handoff?code="), "{door}");
    assert_eq!(bench.last_audit(globex.tenant).await.1, "handoff.create");
    assert_eq!(open("globex").await.status, StatusCode::CONFLICT, "a second time");
    assert_eq!(open("initech").await.status, StatusCode::NOT_FOUND);
    let enforced = "update tenant set settings = '{\"signIn\": {\"enforced\": true}}'";
    bench.db.execute_as_admin(&format!("{enforced} where tenant_id = '{}'", acme.tenant)).await;
    assert_eq!(open("acme").await.json(), json!({ "url": "http://acme.localhost:7007" }), "its own sign-in decides");

    ask("stranger@nowhere.example").await;
    let none = post.mails_to("stranger@nowhere.example", 1).await.remove(0);
    assert!(none.text.contains("There is none"), "{}", none.text);
    bench.clock.advance(time::Duration::minutes(15));
    assert_eq!(list(&link).await.status, StatusCode::NOT_FOUND, "too late");
}

#[tokio::test]
async fn a_plan_has_room_for_so_many_members() {
    let bench = Bench::with(|config| {
        let plan = runtime::config::Plan { members: 2, ..runtime::config::Plan::default() };
        config.plans = runtime::config::Plans::default().with("internal", plan);
    })
    .await;
    let org = bench.org("acme").await;
    let invite = async |name: &str| {
        let form = json!({ "name": name, "email": format!("{name}@acme.example"), "role": "member" });
        bench.post(&org.admin, "/members", form).await
    };
    let (one, two) = tokio::join!(invite("kim"), invite("lee"));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "also when two are invited at once");
    let refused = invite("max").await;
    assert!(refused.json()["error"]["message"].as_str().unwrap().contains("room for 2 members"), "{}", refused.text());
}
