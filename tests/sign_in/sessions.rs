//! Sessions and passwords: listed, revoked, changed.

use super::scene::{Browser, SESSION, Scene};
use crate::authz::installation::request;
use crate::authz::organisation::PASSWORD;
use http::StatusCode;
use serde_json::{Value, json};
use testkit::Reply;

const NEW_PASSWORD: &str = "velvet-harbour-lantern";

impl Scene {
    /// As this browser, from the portal's own pages.
    async fn by(&self, browser: &Browser, method: &str, path: &str, body: &Value) -> Reply {
        let cookie = format!("{SESSION}={}", browser.cookies[SESSION]);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let headers = [("cookie", cookie.as_str()), ("origin", &*self.org.origin)];
        self.installation.call(request(method, &self.org.host, path, &body, &headers)).await
    }

    async fn with_password(&self, email: &str, password: &str) -> Option<Browser> {
        let body = json!({ "email": email, "password": password }).to_string();
        let headers = [("origin", &*self.org.origin), ("user-agent", "Test Browser 2.0")];
        let reply =
            self.installation.call(request("POST", &self.org.host, "/api/auth/v1/sign-in", &body, &headers)).await;
        let set = reply.headers.get("set-cookie")?.to_str().unwrap().split(';').next().unwrap().to_owned();
        let (name, value) = set.split_once('=').unwrap();
        Some(Browser { cookies: [(name.to_owned(), value.to_owned())].into() })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_sees_ones_browsers_and_signs_them_out_one_by_one_or_together() {
    let scene = Scene::start().await;
    let (provider_browser, _) = scene.sign_in("jane").await;
    let (second, _) = scene.sign_in("jane").await;
    let list = scene.by(&provider_browser, "GET", "/api/auth/v1/sessions", &Value::Null).await.json();
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 2, "{list}");
    assert!(items.iter().all(|it| it["signedInBy"] == "Example ID" && it["userAgent"] == "Test Browser 1.0"), "{list}");
    assert!(items.iter().all(|it| it["address"].is_string() && it["lastSeenAt"].is_string()), "{list}");
    let other = items.iter().find(|it| it["current"] == false).unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/auth/v1/sessions/{other}");
    assert_eq!(scene.by(&provider_browser, "DELETE", &path, &Value::Null).await.status, StatusCode::NO_CONTENT);
    assert!(scene.identity(&second).await.is_none() && scene.identity(&provider_browser).await.is_some());
    assert_eq!(scene.by(&provider_browser, "DELETE", &path, &Value::Null).await.status, StatusCode::NOT_FOUND);
    let third = scene.sign_in("jane").await.0;
    let ended = scene.by(&provider_browser, "DELETE", "/api/auth/v1/sessions", &Value::Null).await.json();
    assert_eq!(ended["ended"], 1);
    assert!(scene.identity(&third).await.is_none() && scene.identity(&provider_browser).await.is_some());
    // Another member's session is no session of one's own.
    let admin = scene.with_password(&scene.org.admin_email, PASSWORD).await.unwrap();
    let theirs = scene.by(&admin, "GET", "/api/auth/v1/sessions", &Value::Null).await.json();
    let theirs = format!("/api/auth/v1/sessions/{}", theirs["items"][0]["id"].as_str().unwrap());
    assert_eq!(scene.by(&provider_browser, "DELETE", &theirs, &Value::Null).await.status, StatusCode::NOT_FOUND);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_signs_a_member_or_everybody_out() {
    let scene = Scene::start().await;
    let admin = scene.with_password(&scene.org.admin_email, PASSWORD).await.unwrap();
    let (jane, _) = scene.sign_in("jane").await;
    let id = scene.member_of("jane@acme.example").await.unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/auth/v1/members/{id}/sessions");
    let list = scene.by(&admin, "GET", &path, &Value::Null).await.json();
    let session = list["items"][0]["id"].as_str().unwrap();
    assert_eq!(scene.by(&jane, "GET", &path, &Value::Null).await.status, StatusCode::FORBIDDEN, "not for a maintainer");
    let one = scene.by(&admin, "DELETE", &format!("{path}/{session}"), &Value::Null).await;
    assert_eq!(one.status, StatusCode::NO_CONTENT, "{}", one.text());
    assert!(scene.identity(&jane).await.is_none());
    let (jane, _) = scene.sign_in("jane").await;
    assert_eq!(scene.by(&admin, "DELETE", &path, &Value::Null).await.json()["ended"], 1);
    assert!(scene.identity(&jane).await.is_none());
    let (jane, _) = scene.sign_in("jane").await;
    let ended = scene.by(&admin, "DELETE", "/api/auth/v1/organization/sessions", &Value::Null).await.json();
    assert!(ended["ended"].as_u64().unwrap() >= 2, "{ended}");
    assert!(
        scene.identity(&jane).await.is_none() && scene.identity(&admin).await.is_some(),
        "but the browser that asks"
    );
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_changed_by_who_knows_it_and_other_browsers_are_out() {
    let scene = Scene::bare().await;
    let email = "viewer-of-acme@people.example";
    let (here, there) =
        (scene.with_password(email, PASSWORD).await.unwrap(), scene.with_password(email, PASSWORD).await.unwrap());
    let change = |current: &str, password: &str| json!({ "current": current, "password": password });
    for (body, field) in [(change("wrong", NEW_PASSWORD), "current"), (change(PASSWORD, "short"), "password")] {
        let reply = scene.by(&here, "POST", "/api/auth/v1/password", &body).await;
        assert!(reply.json()["error"]["fields"][field].is_string(), "{}", reply.text());
    }
    let changed = scene.by(&here, "POST", "/api/auth/v1/password", &change(PASSWORD, NEW_PASSWORD)).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT, "{}", changed.text());
    assert!(scene.identity(&here).await.is_some() && scene.identity(&there).await.is_none());
    assert!(scene.with_password(email, PASSWORD).await.is_none());
    assert!(scene.with_password(email, NEW_PASSWORD).await.is_some());
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_password_is_chosen_anew_through_a_link_that_works_once() {
    let scene = Scene::bare().await;
    let email = "viewer-of-acme@people.example";
    let before = scene.with_password(email, PASSWORD).await.unwrap();
    let id = scene.member_of(email).await.unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/tenant-admin/v1/members/{id}/password-reset");
    let link = scene.installation.by_admin(&scene.org, "POST", &path, &Value::Null).await;
    let url = link["url"].as_str().unwrap();
    assert!(url.starts_with(&format!("{}/password/", scene.org.origin)), "{url}");
    assert!(scene.with_password(email, PASSWORD).await.is_some(), "the former password works until the link is used");
    let path = format!("/api/tenant-admin/v1/password-resets/{}", url.rsplit('/').next().unwrap());
    let stranger = Browser::default();
    let shown = scene.get(&scene.org, &mut stranger.clone(), &path).await.json();
    assert_eq!(shown["email"], email);
    let choose = |password: &str| {
        let body = json!({ "password": password }).to_string();
        scene.installation.call(request("POST", &scene.org.host, &path, &body, &[]))
    };
    assert_eq!(choose("short").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(choose(NEW_PASSWORD).await.status, StatusCode::NO_CONTENT);
    assert_eq!(choose(PASSWORD).await.status, StatusCode::NOT_FOUND, "a second time");
    assert!(scene.identity(&before).await.is_none(), "who was signed in is out");
    assert!(scene.with_password(email, PASSWORD).await.is_none());
    assert!(scene.with_password(email, NEW_PASSWORD).await.is_some());
    scene.stop().await;
}
