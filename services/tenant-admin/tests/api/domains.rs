//! Hosts of one's own, and the look of the portal.

use crate::bench::Bench;
use axum::Router;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse as _;
use axum::routing::post;
use http_shell::{Json, ServiceClient, ServiceName};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tenant_admin::Ground;

/// The file that the integrations service finds at one address.
#[derive(Clone, Default)]
struct Web(Arc<Mutex<Option<(String, String)>>>);

impl Web {
    fn put(&self, url: &str, text: &str) {
        *self.0.lock().unwrap() = Some((url.to_owned(), text.to_owned()));
    }

    fn service(&self) -> ServiceClient {
        let web = self.clone();
        let read = move |Json(asked): Json<Value>| {
            let web = web.clone();
            async move {
                let found = web.0.lock().unwrap().clone();
                match found.filter(|(url, _)| asked["url"] == *url) {
                    Some((_, text)) => text.into_response(),
                    None => StatusCode::NOT_FOUND.into_response(),
                }
            }
        };
        let client = ServiceClient::new(testkit::key());
        let router = Router::new().route("/internal/integrations/v1/read", post(read));
        client.attach(ServiceName::Integrations, router);
        client
    }
}

async fn bench() -> (Bench, Web) {
    let web = Web::default();
    (Bench::beside(web.service()).await, web)
}

#[tokio::test]
async fn a_host_is_answered_at_only_when_its_owner_has_proven_it() {
    let (bench, web) = bench().await;
    let (acme, globex) = (bench.org("acme").await, bench.org("globex").await);
    let claim = json!({ "host": " Portal.Acme.Example. " });
    let claimed = bench.post(&acme.admin, "/domains", claim.clone()).await;
    assert_eq!(claimed.status, StatusCode::CREATED, "{}", claimed.text());
    let claimed = claimed.json();
    assert_eq!((&claimed["host"], &claimed["verified"]), (&json!("portal.acme.example"), &json!(false)));
    assert_eq!(claimed["url"], "http://portal.acme.example:7007");
    let proof = claimed["proof"].as_str().unwrap();
    let again = bench.post(&acme.admin, "/domains", claim.clone()).await.json();
    assert_eq!(again["proof"], proof, "claiming it again changes nothing");
    // A claim keeps nobody away: the other one may hold the proof.
    let other = bench.post(&globex.admin, "/domains", claim).await.json();
    assert_ne!(other["proof"], proof);

    let verify = "/domains/portal.acme.example/verify";
    let url = "https://portal.acme.example/.well-known/proscenium-domain.txt";
    let missing = bench.post(&acme.admin, verify, json!({})).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.text().contains(url), "{}", missing.text());
    web.put(url, "something else");
    assert_eq!(bench.post(&acme.admin, verify, json!({})).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    web.put(url, &format!("# proof\n{proof}\n"));
    assert_eq!(bench.post(&globex.admin, verify, json!({})).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let proven = bench.post(&acme.admin, verify, json!({})).await;
    assert_eq!((proven.status, &proven.json()["verified"]), (StatusCode::OK, &json!(true)));
    assert_eq!(bench.last_audit(acme.tenant).await.1, "domain.verify");
    assert_eq!(bench.post(&acme.admin, verify, json!({})).await.status, StatusCode::OK, "proven twice");
    web.put(url, other["proof"].as_str().unwrap());
    let taken = bench.post(&globex.admin, verify, json!({})).await;
    assert_eq!(taken.status, StatusCode::CONFLICT, "{}", taken.text());

    let path = "/domains/portal.acme.example";
    assert_eq!(bench.call(&acme.admin, Method::DELETE, path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.call(&acme.admin, Method::DELETE, path, None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(bench.post(&globex.admin, verify, json!({})).await.status, StatusCode::OK, "free for its new owner");
}

#[tokio::test]
async fn what_is_no_host_of_ones_own_cannot_be_claimed() {
    let (bench, _) = bench().await;
    let org = bench.org("acme").await;
    for host in ["", "localhost", "globex.localhost", "127.0.0.1", "https://a.example", "a.example:80"] {
        let refused = bench.post(&org.admin, "/domains", json!({ "host": host })).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{host}");
        assert!(refused.json()["error"]["fields"]["host"].is_string());
    }
    for number in 0..5 {
        bench.post(&org.admin, "/domains", json!({ "host": format!("p{number}.acme.example") })).await;
    }
    let more = bench.post(&org.admin, "/domains", json!({ "host": "p5.acme.example" })).await;
    assert_eq!(more.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn each_mode_has_its_accent_and_none_that_vanishes() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let change = async |branding: Value| {
        bench.call(&org.admin, Method::PATCH, "/tenant", Some(json!({ "branding": branding }))).await
    };
    let set = change(json!({ "accent": "#0b6bcb", "accentDark": "#7cc4ff" })).await.json();
    assert_eq!(set["branding"], json!({ "accent": "#0b6bcb", "accentDark": "#7cc4ff" }));
    let one = change(json!({ "accentDark": null })).await.json();
    assert_eq!(one["branding"], json!({ "accent": "#0b6bcb" }), "what is left out stays");
    let refused = change(json!({ "accent": "#ffffff", "accentDark": "#1e1b27" })).await;
    let fields = refused.json()["error"]["fields"].clone();
    assert!(fields["branding.accent"].is_string() && fields["branding.accentDark"].is_string(), "{fields}");
}

#[tokio::test]
async fn a_logo_is_a_picture_by_its_bytes_and_is_shown_as_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let settings = runtime::Config::load(runtime::config::Sources::default()).unwrap();
    let tasks = runtime::Tasks::new();
    let endpoint = runtime::embedded::s3::serve(&settings.s3, folder.path(), &tasks).await.unwrap();
    let objects = Some(runtime::objects::Objects::new(&endpoint));
    let bench = Bench::on(|_| (), Ground { objects, tasks, ..Ground::alone().unwrap() }, None).await;
    let (org, other) = (bench.org("acme").await, bench.org("globex").await);
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot much of a picture";
    let put = async |slot: &str, bytes: &[u8]| bench.upload(&org.admin, &format!("/branding/{slot}"), bytes).await;
    for (slot, bytes, status) in [
        ("logo", &b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"[..], StatusCode::BAD_REQUEST),
        ("logo", b"", StatusCode::BAD_REQUEST),
        ("logo", b"\0\0\x01\0icon", StatusCode::BAD_REQUEST),
        ("logo", &[PNG, &vec![0; 512 * 1024]].concat(), StatusCode::PAYLOAD_TOO_LARGE),
        ("banner", PNG, StatusCode::NOT_FOUND),
        ("favicon", b"\0\0\x01\0icon", StatusCode::OK),
        ("logo", PNG, StatusCode::OK),
    ] {
        let reply = put(slot, bytes).await;
        assert_eq!(reply.status, status, "{slot}: {}", reply.text());
    }
    let branding = bench.get(&org.admin, "/tenant").await.json()["branding"].clone();
    let file = branding["logo"].as_str().unwrap().to_owned();
    let path = format!("/branding/files/{file}");
    let shown = bench.stranger(org.tenant, Method::GET, &path, None).await;
    assert_eq!((shown.status, &*shown.bytes), (StatusCode::OK, PNG));
    assert_eq!(shown.headers["content-type"], "image/png");
    assert_eq!(shown.headers["content-security-policy"], "default-src 'none'; sandbox");
    assert_eq!(bench.stranger(other.tenant, Method::GET, &path, None).await.status, StatusCode::NOT_FOUND);
    let removed = bench.call(&org.admin, Method::DELETE, "/branding/logo", None).await.json();
    assert_eq!(removed["branding"].get("logo"), None);
    assert_eq!(bench.stranger(org.tenant, Method::GET, &path, None).await.status, StatusCode::NOT_FOUND);

    // What an organisation uploaded goes with it.
    tenant_admin::close_tenant(&bench.state, "acme", tenant_admin::Closing::DeleteNow).await.unwrap();
    assert_eq!(tenant_admin::jobs::erase_due(&bench.state).await.unwrap(), 1);
    let icon = format!("/branding/files/{}", branding["favicon"].as_str().unwrap());
    assert_eq!(bench.stranger(org.tenant, Method::GET, &icon, None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_proof_is_looked_for_at_the_operators_port() {
    let web = Web::default();
    let bench = Bench::on(|config| config.proof_port = 8080, Ground::alone().unwrap(), Some(web.service())).await;
    let acme = bench.org("acme").await;
    let claimed = bench.post(&acme.admin, "/domains", json!({ "host": "portal.acme.example" })).await.json();
    let url = "http://portal.acme.example:8080/.well-known/proscenium-domain.txt";
    assert_eq!(claimed["proofUrl"], url);
    web.put(url, claimed["proof"].as_str().unwrap());
    let proven = bench.post(&acme.admin, "/domains/portal.acme.example/verify", json!({})).await;
    assert_eq!(proven.status, StatusCode::OK, "{}", proven.text());
}
