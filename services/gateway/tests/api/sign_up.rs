//! From the start page to a portal of one's own.

use crate::bench::{APEX, Edge, PASSWORD, WithBody as _, cookie_of, injected, post_at, refresh_at};
use crate::bench::{Org, generous};
use axum::http::StatusCode;
use kernel::TenantId;
use serde_json::{Value, json};
use testkit::Reply;

const PATH: &str = "/api/tenant-admin/v1/signup";

fn form(slug: &str, name: &str) -> Value {
    json!({ "organization": { "name": name, "slug": slug },
        "admin": { "name": "Jane Doe", "email": "jane.doe@acme.example", "password": PASSWORD } })
}

async fn sign_up(edge: &Edge, host: &str, form: &Value) -> Reply {
    edge.call(post_at(host, PATH, form).body_of(form)).await
}

fn path_of(url: &str) -> &str {
    &url[url.find("/api/").expect("a path")..]
}

#[tokio::test]
async fn a_new_organisation_opens_its_portal_signed_in() {
    let edge = Edge::start().await;
    edge.write_portal("index.html", b"<html><head><title>x</title><!--APP_CONFIG--></head></html>");
    let reply = sign_up(&edge, APEX, &form("acme", "Acme Rockets")).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let answer = reply.json();
    assert_eq!(answer["tenant"]["slug"], "acme");
    let url = answer["url"].as_str().unwrap();
    assert!(url.starts_with("http://acme.localhost:7007/api/auth/v1/handoff?code="), "{url}");

    let opened = edge.get("acme.localhost:7007", path_of(url)).await;
    assert_eq!(opened.status, StatusCode::FOUND, "{}", opened.text());
    assert_eq!(opened.headers["location"], "/");
    let cookie = cookie_of(&opened);

    let org = Org {
        id: serde_json::from_value::<TenantId>(answer["tenant"]["id"].clone()).unwrap(),
        host: "acme.localhost:7007".into(),
        origin: "http://acme.localhost:7007".into(),
        email: "jane.doe@acme.example".into(),
        password: PASSWORD.into(),
        api_token: String::new(),
    };
    let identity = refresh_at(&edge.router, &org, &cookie).await.json();
    assert_eq!(identity["profile"], json!({ "email": "jane.doe@acme.example", "displayName": "Jane Doe" }));
    let identity = &identity["backstageIdentity"];
    assert_eq!(identity["expiresInSeconds"], 600);
    let expected = json!({ "type": "user", "userEntityRef": "user:default/jane.doe",
        "ownershipEntityRefs": ["user:default/jane.doe", "group:default/rockets"] });
    assert_eq!(identity["identity"], expected);

    let token = identity["token"].as_str().unwrap();
    let me = edge.bearer(&org.host, "/api/tenant-admin/v1/me", token).await.json();
    assert_eq!((&me["role"], &me["userEntityRef"]), (&json!("admin"), &json!("user:default/jane.doe")));
    let info = edge.bearer(&org.host, "/api/auth/v1/userinfo", token).await.json();
    assert_eq!(info["claims"]["ent"], json!(["user:default/jane.doe", "group:default/rockets"]));

    let page = edge.get_with(&org.host, "/", "cookie", &cookie).await.text();
    assert!(page.contains("<title>Acme Rockets</title>"));
    let data = injected(&page);
    assert_eq!(data["proscenium"]["session"], true);
    assert_eq!(data["proscenium"]["plugins"][0]["pluginId"], "tech-radar");
    assert_eq!(data["backend"]["baseUrl"], "http://acme.localhost:7007");
    assert_eq!(edge.sign_in(&org, "Jane.Doe@ACME.example ", PASSWORD).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_hand_off_works_once_for_its_own_organisation_and_for_a_minute() {
    let edge = Edge::start().await;
    let other = edge.org("globex").await;
    let link = |answer: &Value| path_of(answer["url"].as_str().unwrap()).to_owned();

    let used = link(&sign_up(&edge, APEX, &form("acme", "Acme")).await.json());
    assert_eq!(edge.get(&other.host, &used).await.status, StatusCode::UNAUTHORIZED, "another organisation's host");
    assert_eq!(edge.get(APEX, &used).await.status, StatusCode::NOT_FOUND, "the apex");
    let first = edge.get("acme.localhost:7007", &used).await;
    assert_eq!(first.status, StatusCode::FOUND);
    assert_eq!(edge.get("acme.localhost:7007", &used).await.status, StatusCode::UNAUTHORIZED, "a second time");
    let again = edge.get_with("acme.localhost:7007", &used, "cookie", &cookie_of(&first)).await;
    assert_eq!(again.status, StatusCode::FOUND, "the browser that is signed in already is led on");
    assert!(again.headers.get("set-cookie").is_none());

    let late = link(&sign_up(&edge, APEX, &form("acme-two", "Acme")).await.json());
    edge.clock.advance(time::Duration::seconds(60));
    assert_eq!(edge.get("acme-two.localhost:7007", &late).await.status, StatusCode::UNAUTHORIZED, "too late");
    let page = edge.get_with("acme-two.localhost:7007", &late, "accept", "text/html").await;
    assert!(page.text().contains("This link does not work any more"), "{}", page.text());
}

#[tokio::test]
async fn a_hand_off_leads_to_paths_of_its_own_origin_only() {
    let edge = Edge::start().await;
    for (at, (next, leads_to)) in
        [("/catalog?x=1", "/catalog?x=1"), ("//evil.example", "/"), ("https://evil.example", "/"), ("/\\evil", "/")]
            .into_iter()
            .enumerate()
    {
        let answer = sign_up(&edge, APEX, &form(&format!("acme-{at}"), "Acme")).await.json();
        let next: String = next.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let link = format!("{}&next={next}", path_of(answer["url"].as_str().unwrap()));
        let opened = edge.get(&format!("acme-{at}.localhost:7007"), &link).await;
        assert_eq!(opened.headers["location"], leads_to);
    }
}

#[tokio::test]
async fn each_wrong_field_is_named_with_its_reason() {
    let edge = Edge::start().await;
    edge.org("globex").await;
    let reply = sign_up(&edge, APEX, &form("globex", "Globex")).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_eq!(reply.json()["error"]["fields"], json!({ "organization.slug": "This address is taken." }));
    assert_eq!(reply.json()["error"]["name"], "InputError");

    let nothing = json!({ "organization": {}, "admin": {} });
    let fields = sign_up(&edge, APEX, &nothing).await.json()["error"]["fields"].clone();
    let names: Vec<&String> = fields.as_object().unwrap().keys().collect();
    assert_eq!(names, ["admin.email", "admin.name", "admin.password", "organization.name", "organization.slug"]);

    for (field, change) in [
        ("organization.slug", json!({ "organization": { "name": "A", "slug": "www" } })),
        ("organization.slug", json!({ "organization": { "name": "A", "slug": "Ac me" } })),
        ("admin.password", json!({ "admin": { "name": "J", "email": "j@a.example", "password": "password1234" } })),
        ("admin.password", json!({ "admin": { "name": "J", "email": "j@a.example", "password": "short" } })),
        ("admin.email", json!({ "admin": { "name": "J", "email": "not a mail", "password": PASSWORD } })),
    ] {
        let mut wrong = form("acme", "Acme");
        for (key, value) in change.as_object().unwrap() {
            wrong[key] = value.clone();
        }
        let reply = sign_up(&edge, APEX, &wrong).await;
        let fields = reply.json()["error"]["fields"].clone();
        assert_eq!(fields.as_object().unwrap().keys().collect::<Vec<_>>(), [field], "{wrong}");
    }
    assert_eq!(sign_up(&edge, APEX, &json!("x")).await.status, StatusCode::BAD_REQUEST, "not a form at all");
    assert_eq!(sign_up(&edge, APEX, &json!({})).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_name_that_looks_like_markup_is_a_name() {
    let edge = Edge::start().await;
    edge.write_portal("index.html", b"<html><head><title>x</title><!--APP_CONFIG--></head></html>");
    let name = "</script><script>alert(1)</script>";
    assert_eq!(sign_up(&edge, APEX, &form("acme", name)).await.status, StatusCode::CREATED);
    let page = edge.get("acme.localhost:7007", "/").await.text();
    assert_eq!(page.matches("<script").count(), 1, "{page}");
    assert_eq!(injected(&page)["organization"]["name"], name);
}

#[tokio::test]
async fn sign_up_is_at_the_start_page_only_and_two_at_once_cannot_have_one_address() {
    let edge = Edge::start().await;
    let org = edge.org("globex").await;
    assert_eq!(sign_up(&edge, &org.host, &form("acme", "Acme")).await.status, StatusCode::NOT_FOUND);
    let availability = "/api/tenant-admin/v1/slug-availability?slug=";
    let taken = edge.get(APEX, &format!("{availability}globex")).await.json();
    assert_eq!(taken, json!({ "slug": "globex", "available": false, "reason": "This address is taken." }));
    let free = edge.get(APEX, &format!("{availability}acme")).await.json();
    assert_eq!(free, json!({ "slug": "acme", "available": true }));
    let form = form("acme", "Acme");
    let (one, two) = tokio::join!(sign_up(&edge, APEX, &form), sign_up(&edge, APEX, &form));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400]);
}

#[tokio::test]
async fn too_many_sign_ups_from_one_address_are_told_to_wait() {
    let edge = Edge::with(|config| {
        config.attempts = gateway::Attempts { sign_up_per_address: 2, ..generous() };
    })
    .await;
    for slug in ["acme-one", "acme-two"] {
        assert_eq!(sign_up(&edge, APEX, &form(slug, "Acme")).await.status, StatusCode::CREATED);
    }
    let refused = sign_up(&edge, APEX, &form("acme-three", "Acme")).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers["retry-after"], "3600");
}
