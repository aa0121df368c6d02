//! One request to an identity provider: the guard, what is sent, and that nothing is followed.

use crate::{message, post, router, serve};
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Redirect;
use axum::routing::{get, post as on_post};
use integrations::World;
use runtime::Tasks;
use runtime::outbound::{Allow, Outbound};
use serde_json::{Value, json};

const EXCHANGE: &str = "/internal/integrations/v1/exchange";

async fn echo(headers: HeaderMap, body: String) -> axum::Json<Value> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    axum::Json(json!({ "authorization": header("authorization"), "type": header("content-type"), "body": body }))
}

fn site() -> Router {
    Router::new()
        .route("/token", on_post(echo).get(echo))
        .route(
            "/away",
            get(|| async { Redirect::temporary("/token") }).post(|| async { Redirect::temporary("/token") }),
        )
        .route("/no", on_post(|| async { (StatusCode::BAD_REQUEST, "{\"error\":\"invalid_grant\"}") }))
        .route("/big", get(|| async { "x".repeat(2_000) }))
}

async fn exchanging(tasks: &Tasks) -> (Router, String) {
    let port = serve(tasks, site()).await;
    let outbound = Outbound::new(Allow::parse([format!("localhost:{port}")]).unwrap()).unwrap();
    (router(World { outbound, public: Vec::new(), demo: None }, tasks).await, format!("http://localhost:{port}"))
}

#[tokio::test]
async fn a_form_and_its_credentials_arrive_and_the_answer_comes_back_whatever_it_is() {
    let tasks = Tasks::new();
    let (router, site) = exchanging(&tasks).await;
    let form = json!([["grant_type", "authorization_code"], ["code", "a&b=c d"]]);
    let asked =
        json!({ "url": format!("{site}/token"), "form": form, "authorization": "Basic eA==", "maxBytes": 1000 });
    let reply = post(&router, EXCHANGE, asked).await.json();
    assert_eq!(reply["status"], 200);
    let said: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    assert_eq!(said["body"], "grant_type=authorization_code&code=a%26b%3Dc+d");
    assert_eq!(
        (&said["authorization"], &said["type"]),
        (&json!("Basic eA=="), &json!("application/x-www-form-urlencoded"))
    );
    let refused =
        post(&router, EXCHANGE, json!({ "url": format!("{site}/no"), "form": [], "maxBytes": 1000 })).await.json();
    assert_eq!((&refused["status"], &refused["body"]), (&json!(400), &json!("{\"error\":\"invalid_grant\"}")));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_takes_no_credentials_along() {
    let tasks = Tasks::new();
    let (router, site) = exchanging(&tasks).await;
    for form in [Value::Null, json!([["client_secret", "s"]])] {
        let asked =
            json!({ "url": format!("{site}/away"), "form": form, "authorization": "Bearer x", "maxBytes": 1000 });
        assert_eq!(post(&router, EXCHANGE, asked).await.json()["status"], 307);
    }
}

#[tokio::test]
async fn inner_addresses_http_and_large_answers_are_refused() {
    let tasks = Tasks::new();
    let (router, site) = exchanging(&tasks).await;
    for (url, status, words) in [
        (format!("{site}/big"), 400, "larger than"),
        ("https://127.0.0.1/".to_owned(), 403, "loopback"),
        ("https://[::1]/".to_owned(), 403, "loopback"),
        ("https://2130706433/".to_owned(), 403, "loopback"),
        ("https://0x7f.1/".to_owned(), 403, "loopback"),
        ("https://[::ffff:10.0.0.1]/".to_owned(), 403, "in disguise"),
        ("https://169.254.169.254/".to_owned(), 403, "metadata"),
        ("https://localhost/".to_owned(), 403, "loopback"),
        ("http://example.com/".to_owned(), 403, "read on its way"),
        ("ftp://example.com/".to_owned(), 403, "read on its way"),
        ("nonsense".to_owned(), 403, "read on its way"),
    ] {
        let reply = post(&router, EXCHANGE, json!({ "url": url, "maxBytes": 1000 })).await;
        assert_eq!(reply.status.as_u16(), status, "{url}: {}", reply.text());
        assert!(message(&reply).contains(words), "{url}: {}", message(&reply));
    }
}
