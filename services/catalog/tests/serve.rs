//! TEMPORARY: serves the router for the conformance runner until the whole server stands.
#![expect(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, missing_docs, reason = "tests")]

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::StatusCode;
use http_shell::{ServiceClient, ServiceName, TOKEN_HEADER};
use serde_json::{Value, json};
use std::time::Duration;
use testkit::{TestDb, admin, key};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn failure(status: u16, message: &str) -> Response {
    (StatusCode::from_u16(status).unwrap(), axum::Json(json!({"error": {"name": "x", "message": message}}))).into_response()
}

async fn read(body: Bytes) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap();
    let url = url::Url::parse(body["url"].as_str().unwrap()).unwrap();
    if url.port() != Some(18099) {
        return failure(403, &format!("Reading from '{url}' is not allowed. You may need to configure an integration for the target host, or add it to the configured list of allowed hosts at 'backend.reading.allow'"));
    }
    let Ok(mut tcp) = tokio::net::TcpStream::connect("127.0.0.1:18099").await else { return failure(503, "unreachable") };
    let etag = body["etag"].as_str().map(|t| format!("If-None-Match: {t}\r\n")).unwrap_or_default();
    tcp.write_all(format!("GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{etag}\r\n", url.path()).as_bytes()).await.unwrap();
    let mut out = Vec::new();
    tcp.read_to_end(&mut out).await.unwrap();
    let split = out.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&out[..split]).to_string();
    let status: u16 = head.split(' ').nth(1).unwrap().parse().unwrap();
    let tag = head.lines().find_map(|l| l.strip_prefix("etag: ")).unwrap_or_default().to_owned();
    match status {
        200 => ([(http::header::ETAG, tag)], out[split + 4..].to_vec()).into_response(),
        304 => StatusCode::NOT_MODIFIED.into_response(),
        404 => failure(404, "not found"),
        _ => failure(503, &format!("the host answered {status}")),
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "serves until killed"]
async fn serve() {
    let test = TestDb::new().await;
    let tenant = test.tenant("acme").await;
    let client = ServiceClient::new(key());
    client.attach(ServiceName::Integrations, Router::new().route("/internal/integrations/v1/read", post(read)));
    let config = catalog::Config {
        processing_interval: Duration::from_secs(3600),
        allowed_kinds: catalog::domain::process::AllowedKinds::new("Component,System,API,Resource,Location,Template,Group,User,Domain,AiResource,Widget".split(',')),
        concurrency: 8,
        poll_interval: Duration::from_millis(500),
    };
    let state = catalog::State::new(test.db.clone(), client, config, b"secret", kernel::system_clock());
    let tasks = runtime::Tasks::new();
    catalog::jobs::start(&state, &tasks);
    let router = catalog::routes().build(state, &key()).router;
    let router = router.layer(from_fn(move |mut request: Request<Body>, next: Next| async move {
        let by = admin(tenant);
        let token = key().issue(Some(by.tenant), &by.principal).unwrap();
        request.headers_mut().insert(TOKEN_HEADER, token.parse().unwrap());
        next.run(request).await
    }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:17017").await.unwrap();
    println!("serving {}", test.admin_url());
    axum::serve(listener, router).await.unwrap();
}
