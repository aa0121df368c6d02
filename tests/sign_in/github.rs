//! Sign-in through a GitHub server, which speaks OAuth 2 without ID tokens. The stand-in keeps to the documented web flow
//! and its quirks: codes count once, errors come with status 200, mail addresses have an endpoint of their own.

use super::scene::{Browser, CLIENT, SECRET, Scene, with_parameter};
use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::{Form, Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use testkit::Reply;
use url::Url;

/// Whoever is signed in at GitHub, as its API tells it.
fn jane() -> Value {
    json!({
        "user": { "id": 583_231, "login": "jane", "name": "Jane Doe" },
        "user/emails": [
            { "email": "old@acme.example", "primary": false, "verified": true },
            { "email": "jane@acme.example", "primary": true, "verified": true },
        ],
        "user/orgs": [{ "login": "acme" }],
        "user/teams": [{ "slug": "platform", "organization": { "login": "acme" } }],
    })
}

#[derive(Debug, Clone)]
struct Grant {
    redirect_uri: String,
    challenge: String,
    scope: String,
}

#[derive(Debug, Default)]
struct World {
    person: Value,
    codes: HashMap<String, Grant>,
    /// Scopes by token.
    tokens: HashMap<String, String>,
    /// What was answered to each request for a token.
    told: Vec<String>,
}

type Shared = Arc<Mutex<World>>;

struct Github {
    issuer: String,
    world: Shared,
}

impl Github {
    async fn start() -> Self {
        let world = Shared::default();
        world.lock().unwrap().person = jane();
        let router = Router::new()
            .route("/login/oauth/access_token", post(give_token))
            .route("/api/v3/{*path}", get(answer_api))
            .with_state(Arc::clone(&world));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        #[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { issuer, world }
    }

    fn set(&self, path: &str, value: Value) {
        self.world.lock().unwrap().person[path] = value;
    }

    /// The person agrees; the address that leads back.
    fn visit(&self, there: &str) -> String {
        let url = Url::parse(there).unwrap();
        assert_eq!(url.path(), "/login/oauth/authorize");
        let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!((asked["client_id"].as_str(), asked["code_challenge_method"].as_str()), (CLIENT, "S256"));
        let (redirect_uri, challenge) = (asked["redirect_uri"].clone(), asked["code_challenge"].clone());
        let mut world = self.world.lock().unwrap();
        let code = format!("code-{}", world.codes.len() + world.told.len());
        let grant = Grant { redirect_uri: redirect_uri.clone(), challenge, scope: asked["scope"].clone() };
        world.codes.insert(code.clone(), grant);
        let mut back = Url::parse(&redirect_uri).unwrap();
        back.query_pairs_mut().append_pair("code", &code).append_pair("state", &asked["state"]);
        back.into()
    }

    fn told(&self) -> Vec<String> {
        std::mem::take(&mut self.world.lock().unwrap().told)
    }
}

async fn give_token(State(world): State<Shared>, Form(asked): Form<HashMap<String, String>>) -> Json<Value> {
    let mut world = world.lock().unwrap();
    let said = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let verified = |grant: &Grant| {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, said("code_verifier").as_bytes())) == grant.challenge
            && said("redirect_uri") == grant.redirect_uri
    };
    let answer = if (said("client_id").as_str(), said("client_secret").as_str()) == (CLIENT, SECRET) {
        match world.codes.remove(&said("code")) {
            Some(grant) if verified(&grant) => {
                let token = format!("gho_{}", world.tokens.len());
                world.tokens.insert(token.clone(), grant.scope.clone());
                json!({ "access_token": token, "token_type": "bearer", "scope": grant.scope })
            }
            Some(_) => json!({ "error": "redirect_uri_mismatch" }),
            None => json!({ "error": "bad_verification_code" }),
        }
    } else {
        json!({ "error": "incorrect_client_credentials" })
    };
    world.told.push(answer["error"].as_str().unwrap_or("token").to_owned());
    Json(answer)
}

async fn answer_api(
    State(world): State<Shared>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> (StatusCode, Json<Value>) {
    let world = world.lock().unwrap();
    let token = headers.get("authorization").and_then(|it| it.to_str().ok()?.strip_prefix("Bearer "));
    let Some(scope) = token.and_then(|token| world.tokens.get(token)) else {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "message": "Bad credentials" })));
    };
    let needed = match path.as_str() {
        "user" => "",
        "user/emails" => "user:email",
        _ => "read:org",
    };
    let holds = needed.is_empty() || scope.split([' ', ',']).any(|held| held == needed);
    match world.person.get(&path) {
        Some(found) if holds => (StatusCode::OK, Json(found.clone())),
        _ => (StatusCode::NOT_FOUND, Json(json!({ "message": "Not Found" }))),
    }
}

/// A provider of kind GitHub whose teams give role and group.
fn changes(github: &Github) -> Value {
    json!({
        "kind": "github", "issuer": github.issuer,
        "settings": {
            "scopes": ["read:user", "user:email", "read:org"],
            "roles": { "rules": [{ "claim": "teams", "value": "acme/platform", "role": "maintainer" }], "otherwise": null,
                "everySignIn": true },
            "groups": [{ "claim": "teams", "value": "acme/platform", "group": "platform" }],
        },
    })
}

async fn start() -> (Scene, Github) {
    let github = Github::start().await;
    let allowed = github.issuer.trim_start_matches("http://").to_owned();
    let scene = Scene::bare_with(|settings| settings.reading.allow.push(allowed)).await;
    scene.add_provider(&scene.org, "example", changes(&github)).await;
    (scene, github)
}

async fn sign_in(scene: &Scene, github: &Github) -> (Browser, Reply, String) {
    let mut browser = Browser::default();
    let back = github.visit(&scene.set_out(&mut browser).await);
    let back = back.strip_prefix(&scene.org.origin).unwrap().to_owned();
    let reply = scene.get(&scene.org, &mut browser, &back).await;
    (browser, reply, back)
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_comes_in_through_github_with_what_their_teams_give() {
    let (scene, github) = start().await;
    let (browser, reply, _) = sign_in(&scene, &github).await;
    assert_eq!((reply.status, browser.signed_in()), (StatusCode::FOUND, true), "{}", reply.text());
    let identity = scene.identity(&browser).await.expect("signed in");
    assert_eq!(identity["profile"], json!({ "email": "jane@acme.example", "displayName": "Jane Doe" }));
    let owned = &identity["backstageIdentity"]["identity"]["ownershipEntityRefs"];
    assert_eq!(*owned, json!(["user:default/jane", "group:default/platform"]));
    assert_eq!(scene.member_of("jane@acme.example").await.unwrap()["role"], "maintainer");

    let members = scene.members().await.len();
    // Who somebody is, is their number: under another login and address they are still the same member.
    github.set("user", json!({ "id": 583_231, "login": "jane-two", "name": null }));
    github.set("user/emails", json!([{ "email": "jane@new.example", "primary": true, "verified": true }]));
    let (browser, reply, _) = sign_in(&scene, &github).await;
    assert!(browser.signed_in(), "{}", reply.text());
    assert_eq!(scene.members().await.len(), members);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_github_counts_once_in_its_own_browser_with_the_right_secret() {
    let (scene, github) = start().await;
    let (mut browser, reply, back) = sign_in(&scene, &github).await;
    assert_eq!(reply.status, StatusCode::FOUND, "{}", reply.text());
    assert_eq!(github.told(), ["token"]);

    // The answer again, in the same browser and in another one, and one whose state was changed: nobody is even asked.
    browser.cookies.clear();
    let mut other = Browser::default();
    scene.set_out(&mut other).await;
    for (mut browser, path) in
        [(browser, back.clone()), (other.clone(), back.clone()), (other, with_parameter(&back, "state", Some("x")))]
    {
        let reply = scene.get(&scene.org, &mut browser, &path).await;
        assert!(!browser.signed_in() && reply.status.is_client_error(), "{}", reply.text());
    }
    assert!(github.told().is_empty());

    // Somebody else's code behind one's own state: GitHub refuses it, because the verifier is another one.
    let mut victim = Browser::default();
    let stolen = github.visit(&scene.set_out(&mut victim).await);
    let stolen = Url::parse(&stolen).unwrap();
    let code = stolen.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let mut thief = Browser::default();
    let back = github.visit(&scene.set_out(&mut thief).await);
    let back = with_parameter(back.strip_prefix(&scene.org.origin).unwrap(), "code", Some(&code));
    let reply = scene.get(&scene.org, &mut thief, &back).await;
    assert!(!thief.signed_in(), "{}", reply.text());
    assert_eq!(github.told(), ["redirect_uri_mismatch"]);

    let provider = scene.providers().await[0].clone();
    let mut wrong = changes(&github);
    wrong["clientSecret"] = json!("another");
    scene.change_provider(&provider, wrong).await;
    let (browser, reply, _) = sign_in(&scene, &github).await;
    assert!(!browser.signed_in() && reply.text().contains("client id and secret"), "{}", reply.text());
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn github_gives_no_role_without_its_team_and_no_address_that_it_has_not_verified() {
    let (scene, github) = start().await;
    github.set("user/teams", json!([{ "slug": "platform", "organization": { "login": "evil" } }]));
    let (browser, reply, _) = sign_in(&scene, &github).await;
    assert!(!browser.signed_in() && reply.text().contains("gives you a role"), "{}", reply.text());
    github.set("user/teams", jane()["user/teams"].clone());
    github.set("user/emails", json!([{ "email": "jane@acme.example", "primary": true, "verified": false }]));
    let (browser, reply, _) = sign_in(&scene, &github).await;
    assert!(!browser.signed_in() && reply.text().contains("mail address"), "{}", reply.text());
    assert!(scene.member_of("jane@acme.example").await.is_none());
    scene.stop().await;
}
