//! The wizard: looking a provider up, trying it, the mapping's preview, secrets, and enforcing.

use super::scene::{Browser, SECRET, Scene, settings};
use crate::authz::installation::request;
use http::StatusCode;
use serde_json::{Value, json};
use testkit::Reply;

const PROVIDERS: &str = "/api/tenant-admin/v1/sign-in-providers";
const TESTS: &str = "/api/tenant-admin/v1/sign-in-tests";
const RULE: &str = "/api/tenant-admin/v1/sign-in-rule";

impl Scene {
    /// As the administrator; whatever comes.
    async fn ask(&self, method: &str, path: &str, body: &Value) -> Reply {
        let bearer = format!("Bearer {}", self.org.admin);
        self.installation
            .call(request(method, &self.org.host, path, &body.to_string(), &[("authorization", &bearer)]))
            .await
    }

    async fn admin_browser(&self) -> Browser {
        let (name, value) = self.org.cookie.split_once('=').unwrap();
        Browser { cookies: [(name.to_owned(), value.to_owned())].into() }
    }

    /// Goes through a try in this browser; the page at its end.
    async fn go_through_test(&self, browser: &mut Browser, test: &Value, person: &str) -> Reply {
        let reply = self.get(&self.org, browser, test["url"].as_str().unwrap()).await;
        assert_eq!(reply.status, StatusCode::FOUND, "{}", reply.text());
        let back = self.idp.visit(reply.headers["location"].to_str().unwrap(), person).await.unwrap();
        let back = back.strip_prefix(&self.org.origin).unwrap().to_owned();
        self.get(&self.org, browser, &back).await
    }

    async fn admin_id(&self) -> Value {
        self.member_of(&self.org.admin_email).await.unwrap()["id"].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_found_by_its_issuer_and_what_is_wrong_is_said_at_the_field() {
    let scene = Scene::bare().await;
    let look = |issuer: &str| json!({ "kind": "oidc", "issuer": issuer, "name": "example" });
    let path = format!("{PROVIDERS}/discover");
    let found = scene.ask("POST", &path, &look(&scene.idp.issuer)).await.json();
    assert_eq!(found["authorizationEndpoint"], format!("{}/auth", scene.idp.issuer));
    assert_eq!(found["redirectUri"], format!("{}/api/auth/example/handler/frame", scene.org.origin));
    let issuer = scene.idp.issuer.clone();
    for (issuer, words) in [
        ("", "begins with https://"),
        ("id.example.com", "begins with https://"),
        ("http://169.254.169.254", "could be read on its way"),
        ("https://169.254.169.254", "link-local"),
        ("https://localhost", "loopback"),
        ("https://[::1]", "loopback"),
        ("https://no-such-host.invalid", "no host of this name"),
        (&*format!("{issuer}/"), "calls itself"),
        (&*format!("{issuer}/nothing"), "Check the issuer"),
    ] {
        let reply = scene.ask("POST", &path, &look(issuer)).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{issuer}: {}", reply.text());
        let said = reply.json()["error"]["fields"]["issuer"].as_str().unwrap_or_default().to_owned();
        assert!(said.contains(words), "{issuer}: {said}");
    }
    scene.idp.change(json!({ "discovery": { "code_challenge_methods_supported": ["plain"] } })).await;
    let reply = scene.ask("POST", &path, &look(&issuer)).await;
    assert!(reply.text().contains("PKCE with S256"), "a downgrade: {}", reply.text());
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_try_shows_what_came_back_and_signs_nobody_in() {
    let scene = Scene::bare().await;
    let test = scene.ask("POST", TESTS, &scene.form("example", json!({}))).await.json();
    let path = format!("{TESTS}/{}", test["id"].as_str().unwrap());
    assert_eq!(scene.ask("GET", &path, &Value::Null).await.json()["done"], false);
    let mut stranger = Browser::default();
    let reply = scene.get(&scene.org, &mut stranger, test["url"].as_str().unwrap()).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "only the administrator's own browser: {}", reply.text());
    let mut browser = scene.admin_browser().await;
    let session = browser.cookies.clone();
    let page = scene.go_through_test(&mut browser, &test, "jane").await;
    assert!(page.status == StatusCode::OK && page.text().contains("worked"), "{}", page.text());
    assert_eq!(browser.cookies, session, "nobody was signed in or out");
    let outcome = scene.ask("GET", &path, &Value::Null).await.json();
    assert_eq!((&outcome["ok"], &outcome["role"]), (&json!(true), &json!("maintainer")), "{outcome}");
    assert_eq!(outcome["claims"]["email"], "jane@acme.example");
    assert_eq!(outcome["groups"], json!(["group:default/platform"]));
    assert!(scene.member_of("jane@acme.example").await.is_none());

    let mut form = scene.form("example", json!({ "testId": test["id"] }));
    form.as_object_mut().unwrap().remove("clientSecret");
    let saved = scene.ask("POST", PROVIDERS, &form).await;
    assert!(saved.json()["testedAt"].is_string() && saved.json()["hasSecret"] == true, "{}", saved.text());
    assert!(!saved.text().contains(SECRET), "the secret never comes back");
    assert!(scene.sign_in("jane").await.0.signed_in(), "with the secret of the try");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_try_with_a_wrong_secret_says_so() {
    let scene = Scene::bare().await;
    let test = scene.ask("POST", TESTS, &scene.form("example", json!({ "clientSecret": "wrong" }))).await.json();
    let page = scene.go_through_test(&mut scene.admin_browser().await, &test, "jane").await;
    assert!(page.text().contains("client id and secret"), "{}", page.text());
    let outcome = scene.ask("GET", &format!("{TESTS}/{}", test["id"].as_str().unwrap()), &Value::Null).await.json();
    assert_eq!((&outcome["done"], &outcome["ok"]), (&json!(true), &json!(false)));
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_secret_goes_nowhere_but_where_it_was_given_for() {
    let scene = Scene::bare().await;
    let provider = scene.add_provider(&scene.org, "example", json!({})).await;
    let path = format!("{PROVIDERS}/{}", provider["id"].as_str().unwrap());
    for changes in
        [json!({ "issuer": "https://evil.example" }), json!({ "clientId": "other" }), json!({ "kind": "github" })]
    {
        let mut form = scene.form("example", changes.clone());
        form.as_object_mut().unwrap().remove("clientSecret");
        let reply = scene.ask("PUT", &path, &form).await;
        assert!(reply.json()["error"]["fields"]["clientSecret"].is_string(), "{changes}: {}", reply.text());
        form["providerId"] = provider["id"].clone();
        let reply = scene.ask("POST", TESTS, &form).await;
        assert!(reply.json()["error"]["fields"]["clientSecret"].is_string(), "a try with {changes}: {}", reply.text());
    }
    let mut form = scene.form("example", json!({ "title": "Another title" }));
    form.as_object_mut().unwrap().remove("clientSecret");
    let kept = scene.ask("PUT", &path, &form).await;
    assert_eq!((kept.status, &kept.json()["hasSecret"]), (StatusCode::OK, &json!(true)), "{}", kept.text());
    assert!(scene.sign_in("jane").await.0.signed_in());
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_decodes_a_pasted_token_and_believes_nothing() {
    let scene = Scene::bare().await;
    let claims = json!({ "sub": "1", "email": "a@b.example", "email_verified": true, "groups": ["platform", "x"] });
    // A header, the claims above, and no signature at all.
    let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIiwiZ3JvdXBzIjpbInBsYXRmb3JtIl19.";
    for (pasted, groups) in [(claims.to_string(), 2), (token.to_owned(), 1)] {
        let trial = json!({ "kind": "oidc", "settings": settings(), "token": pasted });
        let shown = scene.ask("POST", &format!("{PROVIDERS}/preview"), &trial).await.json();
        assert_eq!(
            (&shown["role"], shown["groups"].as_array().unwrap().len()),
            (&json!("maintainer"), groups),
            "{shown}"
        );
    }
    let trial = json!({ "kind": "oidc", "settings": settings(), "token": "not a token" });
    let reply = scene.ask("POST", &format!("{PROVIDERS}/preview"), &trial).await;
    assert!(reply.json()["error"]["fields"]["token"].is_string(), "{}", reply.text());
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_the_only_way_in_once_it_is_proven_but_for_emergencies() {
    let scene = Scene::bare().await;
    let (id, enforced) = (scene.admin_id().await, |ids: Value| json!({ "enforced": true, "breakGlass": ids }));
    let field = |reply: &Reply| reply.json()["error"]["fields"].as_object().and_then(|it| it.keys().next().cloned());
    let none = scene.ask("PUT", RULE, &enforced(json!([id]))).await;
    assert_eq!(field(&none).as_deref(), Some("enforced"), "no provider: {}", none.text());
    let provider = scene.add_provider(&scene.org, "example", json!({})).await;
    assert_eq!(
        field(&scene.ask("PUT", RULE, &enforced(json!([id]))).await).as_deref(),
        Some("enforced"),
        "never tried"
    );
    let test = scene.ask("POST", TESTS, &scene.form("example", json!({ "providerId": provider["id"] }))).await.json();
    scene.go_through_test(&mut scene.admin_browser().await, &test, "jane").await;
    scene.change_provider(&provider, json!({ "testId": test["id"] })).await;
    assert_eq!(
        field(&scene.ask("PUT", RULE, &enforced(json!([]))).await).as_deref(),
        Some("breakGlass"),
        "nobody for emergencies"
    );
    let viewer = scene.member_of("viewer-of-acme@people.example").await.unwrap()["id"].clone();
    assert_eq!(
        field(&scene.ask("PUT", RULE, &enforced(json!([viewer]))).await).as_deref(),
        Some("breakGlass"),
        "no administrator"
    );
    let set = scene.ask("PUT", RULE, &enforced(json!([id]))).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.text());

    let options = scene.get(&scene.org, &mut Browser::default(), "/api/auth/v1/sign-in-options").await.json();
    assert_eq!((&options["passwords"], &options["providers"][0]["title"]), (&json!(false), &json!("Example ID")));
    let password = |email: &str| json!({ "email": email, "password": "tulip-bronze-canoe" }).to_string();
    for (email, status) in
        [("viewer-of-acme@people.example", StatusCode::FORBIDDEN), (&scene.org.admin_email, StatusCode::NO_CONTENT)]
    {
        let headers = [("origin", &*scene.org.origin)];
        let body = password(email);
        let reply =
            scene.installation.call(request("POST", &scene.org.host, "/api/auth/v1/sign-in", &body, &headers)).await;
        assert_eq!(reply.status, status, "{email}: {}", reply.text());
    }
    let path = format!("{PROVIDERS}/{}", provider["id"].as_str().unwrap());
    assert_eq!(scene.ask("DELETE", &path, &Value::Null).await.status, StatusCode::CONFLICT, "the only way in");
    let off = scene.form("example", json!({ "enabled": false }));
    assert_eq!(scene.ask("PUT", &path, &off).await.status, StatusCode::CONFLICT, "the only way in, off");
    let free = scene.ask("PUT", RULE, &json!({ "enforced": false, "breakGlass": [] })).await;
    assert_eq!(free.status, StatusCode::OK, "{}", free.text());
    assert_eq!(scene.ask("DELETE", &path, &Value::Null).await.status, StatusCode::NO_CONTENT);
    let gone = scene.get(&scene.org, &mut Browser::default(), "/api/auth/example/start").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "{}", gone.text());
    scene.stop().await;
}
