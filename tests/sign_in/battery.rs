//! Forgeries, replays and mix-ups: 0 accepted.

use super::scene::{ATTEMPT, Browser, CLIENT, SECRET, Scene, with_parameter};
use http::StatusCode;
use kernel::{Clock as _, SystemClock};
use serde_json::{Value, json};

/// A forgery of the provider's own answer at its token endpoint.
fn token_forgeries(issuer: &str, now: i64) -> Vec<(&'static str, Value)> {
    let claims = |claims: Value| json!({ "claims": claims });
    vec![
        ("unsigned", json!({ "header": { "alg": "none" }, "sign": "none" })),
        ("unsigned, saying RS256", json!({ "sign": "none" })),
        ("HS256 under the client secret", json!({ "header": { "alg": "HS256" }, "sign": "client secret" })),
        ("HS256 under the public key", json!({ "header": { "alg": "HS256" }, "sign": "public key" })),
        ("RS256 that is an HMAC under the public key", json!({ "sign": "public key" })),
        ("of a stranger's key under the known name", json!({ "sign": "other" })),
        ("of an unknown key", json!({ "header": { "kid": "unknown" }, "sign": "other" })),
        ("with other claims under the old signature", json!({ "claims": { "sub": "admin" }, "sign": "kept" })),
        ("saying ES256", json!({ "header": { "alg": "ES256" } })),
        ("saying RS512", json!({ "header": { "alg": "RS512" } })),
        ("with an extension", json!({ "header": { "crit": ["exp"] } })),
        ("for another client", claims(json!({ "aud": "other" }))),
        ("for several clients", claims(json!({ "aud": [CLIENT, "other"] }))),
        ("asked for by another client", claims(json!({ "azp": "other" }))),
        ("without audience", json!({ "without": ["aud"] })),
        ("of another issuer", claims(json!({ "iss": "https://evil.example" }))),
        ("of the issuer with a slash", claims(json!({ "iss": format!("{issuer}/") }))),
        ("without issuer", json!({ "without": ["iss"] })),
        ("with another nonce", claims(json!({ "nonce": "another" }))),
        ("without nonce", json!({ "without": ["nonce"] })),
        ("expired", claims(json!({ "exp": now - 61 }))),
        ("without expiry", json!({ "without": ["exp"] })),
        ("of an hour ago", claims(json!({ "iat": now - 3600 }))),
        ("of tomorrow", claims(json!({ "iat": now + 86_400 }))),
        ("not valid yet", claims(json!({ "nbf": now + 3600 }))),
        ("without subject", json!({ "without": ["sub"] })),
        ("with an empty subject", claims(json!({ "sub": "" }))),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_forged_id_token_signs_anybody_in() {
    let scene = Scene::start().await;
    let forgeries = token_forgeries(&scene.idp.issuer, SystemClock.now().unix_timestamp());
    let mut refused = 0;
    for (what, forgery) in &forgeries {
        scene.idp.change(json!({ "forgery": forgery })).await;
        let (browser, reply) = scene.sign_in("jane").await;
        assert!(!browser.signed_in(), "a token {what} signed somebody in");
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "a token {what}: {}", reply.text());
        refused += 1;
    }
    scene.idp.change(json!({ "forgery": null })).await;
    let (browser, reply) = scene.sign_in("jane").await;
    assert!(browser.signed_in(), "the good one: {}", reply.text());
    assert!(refused >= 25);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_keys_count_at_once_and_old_ones_no_more() {
    let scene = Scene::start().await;
    assert!(scene.sign_in("jane").await.0.signed_in());
    scene.idp.set_keys(&[("RS256", "second"), ("ES256", "curve")]).await;
    assert!(scene.sign_in("jane").await.0.signed_in(), "signed with the new key, whose name is new");
    // The names of the former keys again, with other keys behind them: what is remembered decides.
    scene.idp.set_keys(&[("RS256", "second")]).await;
    let (browser, reply) = scene.sign_in("jane").await;
    assert!(!browser.signed_in(), "{}", reply.text());
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_elliptic_key_signs_in_too() {
    let scene = Scene::bare().await;
    scene.idp.set_keys(&[("ES256", "curve"), ("RS256", "other")]).await;
    let uri = format!("{}/api/auth/example/handler/frame", scene.org.origin);
    let client = json!({ "client_id": CLIENT, "client_secret": SECRET, "redirect_uris": [uri],
        "id_token_signed_response_alg": "ES256" });
    scene.idp.change(json!({ "clients": [client] })).await;
    scene.add_provider(&scene.org, "example", json!({})).await;
    let (browser, reply) = scene.sign_in("jane").await;
    assert!(browser.signed_in(), "{}", reply.text());
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_once_in_its_own_browser_at_its_own_address() {
    let scene = Scene::start().await;
    let other_host = scene.installation.organisation("globex").await;
    scene.register(&[&scene.org, &other_host]).await;
    scene.add_provider(&other_host, "example", json!({})).await;
    scene.add_provider(&scene.org, "second", json!({})).await;

    let mut browser = Browser::default();
    let back = scene.go_through(&mut browser, "jane").await;
    let secret = browser.cookies[ATTEMPT].clone();
    let planted = |cookie: &str| Browser { cookies: [(ATTEMPT.to_owned(), cookie.to_owned())].into() };
    let mut fresh = Browser::default();
    scene.set_out(&mut fresh).await;
    let elsewhere = back.replace("/example/", "/second/");
    let misuse: Vec<(&str, &str, Browser, String)> = vec![
        ("in a browser that never set out", &scene.org.host, Browser::default(), back.clone()),
        ("in another browser that set out itself", &scene.org.host, fresh, back.clone()),
        ("with a cookie of somebody's", &scene.org.host, planted(&"A".repeat(43)), back.clone()),
        ("at another organisation", &other_host.host, planted(&secret), back.clone()),
        ("at the apex", &scene.installation.domain, planted(&secret), back.clone()),
        ("without state", &scene.org.host, planted(&secret), with_parameter(&back, "state", None)),
        ("with an empty state", &scene.org.host, planted(&secret), with_parameter(&back, "state", Some(""))),
        (
            "with another state",
            &scene.org.host,
            planted(&secret),
            with_parameter(&back, "state", Some(&"A".repeat(43))),
        ),
    ];
    for (how, host, mut with, path) in misuse {
        let reply = scene.get_at(host, &mut with, &path).await;
        assert!(
            !with.signed_in() && !reply.status.is_success() && reply.status != StatusCode::FOUND,
            "{how}: {}",
            reply.status
        );
    }
    assert!(scene.idp.token_requests().await.is_empty(), "no code was even tried");
    let mut first = browser.clone();
    let reply = scene.get(&scene.org, &mut first, &back).await;
    assert!(first.signed_in(), "the right browser: {}", reply.text());
    for (how, mut again) in [("again in the same browser", first.clone()), ("in a copy of it", browser.clone())] {
        again.cookies.insert(ATTEMPT.to_owned(), secret.clone());
        again.cookies.remove(super::scene::SESSION);
        scene.get(&scene.org, &mut again, &back).await;
        assert!(!again.signed_in(), "{how}");
    }
    let mut browser = Browser::default();
    let back = scene.go_through(&mut browser, "jane").await;
    scene.get(&scene.org, &mut browser, &back.replace("/example/", "/second/")).await;
    assert!(!browser.signed_in() && elsewhere != back, "at another provider's address");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_worth_nothing_in_another_sign_in_or_a_second_time() {
    let scene = Scene::start().await;
    let (mut thief, mut victim) = (Browser::default(), Browser::default());
    let stolen = scene.go_through(&mut victim, "jane").await;
    let own = scene.go_through(&mut thief, "jane").await;
    let parameter = |path: &str, name: &str| {
        let query = path.split_once('?').unwrap().1.split('&');
        query.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).unwrap().1.to_owned()
    };
    let injected = with_parameter(&own, "code", Some(&parameter(&stolen, "code")));
    let reply = scene.get(&scene.org, &mut thief, &injected).await;
    assert!(!thief.signed_in(), "{}", reply.text());
    let requests = scene.idp.token_requests().await;
    assert_eq!(requests[0]["error"], "invalid_grant", "the code's challenge is the victim's: {requests:?}");
    let (mut first, mut second) = (Browser::default(), Browser::default());
    let used = scene.go_through(&mut first, "jane").await;
    scene.get(&scene.org, &mut first, &used).await;
    assert!(first.signed_in());
    let own = scene.go_through(&mut second, "jane").await;
    let replayed = with_parameter(&own, "code", Some(&parameter(&used, "code")));
    scene.get(&scene.org, &mut second, &replayed).await;
    assert!(!second.signed_in(), "a used code");
    for code in ["", "x", "%00", &"A".repeat(5000)] {
        let mut browser = Browser::default();
        let back = scene.go_through(&mut browser, "jane").await;
        scene.get(&scene.org, &mut browser, &with_parameter(&back, "code", Some(code))).await;
        assert!(!browser.signed_in(), "code {code:?}");
    }
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_another_provider_gives_is_refused_before_its_code_is_used() {
    let scene = Scene::start().await;
    let issuer = scene.idp.issuer.clone();
    let slash = format!("{issuer}/");
    for (what, iss) in [
        ("another", Some("https://evil.example")),
        ("none", None),
        ("an empty one", Some("")),
        ("a longer one", Some(&*slash)),
    ] {
        let mut browser = Browser::default();
        let back = scene.go_through(&mut browser, "jane").await;
        let reply = scene.get(&scene.org, &mut browser, &with_parameter(&back, "iss", iss)).await;
        assert_eq!((reply.status, browser.signed_in()), (StatusCode::UNAUTHORIZED, false), "{what}: {}", reply.text());
    }
    assert!(scene.idp.token_requests().await.is_empty(), "no code went anywhere");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_carries_its_own_challenge_state_and_nonce_and_the_exact_redirect_uri() {
    let scene = Scene::start().await;
    let (mut one, mut two) = (Browser::default(), Browser::default());
    let (first, second) = (scene.set_out(&mut one).await, scene.set_out(&mut two).await);
    let parameters = |url: &str| -> std::collections::BTreeMap<String, String> {
        let query = url.split_once('?').unwrap().1.split('&').filter_map(|pair| pair.split_once('='));
        query.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    let (first_said, second_said) = (parameters(&first), parameters(&second));
    assert_eq!(first_said["code_challenge_method"], "S256");
    for name in ["state", "nonce", "code_challenge"] {
        assert!(first_said[name].len() == 43 && first_said[name] != second_said[name], "{name}");
    }
    assert!(!first.contains(&one.cookies[ATTEMPT]), "the browser's secret stays in its cookie");
    // The provider itself takes neither a request without a challenge, nor one with a plain one, nor another address.
    let downgraded = first.replace("code_challenge_method=S256", "code_challenge_method=plain");
    let uri = &first_said["redirect_uri"];
    let near =
        [format!("{uri}%2F"), uri.replace("frame", "Frame"), uri.replace("acme.", "acme2."), format!("{uri}%3Fx%3D1")];
    let bare = format!("{}?{}", first.split_once('?').unwrap().0, {
        let kept = first.split_once('?').unwrap().1.split('&').filter(|pair| !pair.starts_with("code_challenge"));
        kept.collect::<Vec<_>>().join("&")
    });
    for url in [downgraded, bare].into_iter().chain(near.iter().map(|near| first.replace(uri, near))) {
        let code = scene.idp.visit(&url, "jane").await.map(|back| back.contains("code="));
        assert!(!matches!(code, Ok(true)), "the provider gave a code for {url}");
    }
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_the_provider_is_a_page_in_our_own_words() {
    let scene = Scene::start().await;
    let mut browser = Browser::default();
    let back = scene.go_through(&mut browser, "nobody").await;
    assert!(back.contains("error=access_denied"), "{back}");
    let back = with_parameter(&back, "error_description", Some("%3Cscript%3Ealert(1)%3C%2Fscript%3E"));
    let reply = scene.get(&scene.org, &mut browser, &back).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    let page = reply.text();
    assert!(page.contains("did not let you through") && page.contains("Go to the sign-in page"), "{page}");
    assert!(!page.contains("script"), "{page}");
    scene.stop().await;
}
