//! A worker for tests that behaves as its configuration says: `probe.mode`.
//!
//! It is written against the protocol alone, with as little as possible, so that it can also break every rule.
#![expect(clippy::expect_used, reason = "a program for tests")]

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, OriginalUri, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use futures::StreamExt as _;
use plugin_protocol::limits::CONTROL_PREFIX;
use plugin_protocol::line::{Fatal, FatalReason, Ready, Timings};
use plugin_protocol::{Boot, Line, PROTOCOL};
use serde_json::{Value, json};
use std::io::{BufRead as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Set: it no longer answers health checks.
type Hung = Arc<AtomicBool>;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).expect("boot");
    let boot = Boot::parse(&line).expect("boot document");
    let settings = boot.config.get("probe").cloned().unwrap_or_default();
    log("probe starts");
    if let Some(text) = settings["say"].as_str() {
        log(text);
    }
    match settings["mode"].as_str().unwrap_or("serve") {
        "exit" => std::process::exit(3),
        "silent" => std::future::pending().await,
        "deaf" => {
            // Ignores SIGTERM as well.
            let _term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).expect("signal");
            serve(&boot, settings).await;
        }
        "fatal" => {
            let message = settings["message"].as_str().unwrap_or("probe.key is not a key").to_owned();
            say(&Line::Fatal(Fatal { reason: FatalReason::Start, message, failures: vec![] }));
            std::process::exit(70);
        }
        _ => serve(&boot, settings).await,
    }
}

async fn serve(boot: &Boot, settings: Value) {
    let plugin = boot.plugins.first().expect("plugin").id.clone();
    let hung = Hung::default();
    let listener = tokio::net::UnixListener::bind(&boot.socket).expect("socket");
    let echo = json!({ "pid": std::process::id(), "settings": settings, "gateway": boot.gateway });
    let root = echo.clone();
    let routes = Router::new()
        .route("/", any(move |uri: OriginalUri, request: Request| answer(root, uri, request)))
        .route("/echo", any(move |uri: OriginalUri, request: Request| answer(echo, uri, request)))
        .route("/upload", any(|body: Bytes| async move { body.len().to_string() }))
        .route("/stream", get(stream))
        .route("/slow", get(|| async { tokio::time::sleep(Duration::from_secs(2)).await }))
        .route("/never", get(|| async { std::future::pending::<()>().await }))
        .route("/socket", get(socket))
        .route("/flood", get(flood))
        .route("/crash", get(crash))
        .route("/hang", get(hang));
    let router = Router::new()
        .nest(&format!("/api/{plugin}"), routes)
        .route(&format!("{CONTROL_PREFIX}/health"), get(health))
        .layer(DefaultBodyLimit::disable())
        .with_state(hung);
    say(&Line::Ready(Ready {
        protocol: PROTOCOL.to_owned(),
        pid: std::process::id(),
        plugins: vec![plugin],
        timings: Timings::default(),
        rss_bytes: 0,
    }));
    axum::serve(listener, router).await.expect("serve");
}

async fn answer(mut echo: Value, OriginalUri(uri): OriginalUri, request: Request) -> Response {
    for (name, value) in request.headers() {
        echo["headers"][name.as_str()] = json!(String::from_utf8_lossy(value.as_bytes()));
    }
    echo["method"] = json!(request.method().as_str());
    echo["uri"] = json!(uri.to_string());
    ([("set-cookie", "plugin=1")], Json(echo)).into_response()
}

async fn stream() -> Body {
    let parts = futures::stream::iter(0..3).then(|number| async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        Ok::<_, std::io::Error>(format!("part {number}\n"))
    });
    Body::from_stream(parts)
}

/// Becomes a stream that says everything twice.
#[expect(clippy::disallowed_methods, reason = "a program for tests has no tasks to wait for")]
async fn socket(mut request: Request) -> Response {
    let stream = hyper::upgrade::on(&mut request);
    tokio::task::spawn(async move {
        let mut stream = hyper_util::rt::TokioIo::new(stream.await.expect("an upgrade"));
        let mut bytes = [0; 64];
        while let Ok(count) = stream.read(&mut bytes).await
            && count > 0
        {
            stream.write_all(&bytes[..count].repeat(2)).await.expect("written");
        }
    });
    (StatusCode::SWITCHING_PROTOCOLS, [("connection", "upgrade"), ("upgrade", "websocket")]).into_response()
}

async fn flood() {
    for number in 0..20_000 {
        log(&format!("line {number} {}", "x".repeat(200)));
    }
}

async fn crash() {
    std::process::exit(9)
}

async fn hang(State(hung): State<Hung>) -> &'static str {
    hung.store(true, Ordering::SeqCst);
    "from now on"
}

async fn health(State(hung): State<Hung>) -> Json<Value> {
    if hung.load(Ordering::SeqCst) {
        std::future::pending::<()>().await;
    }
    Json(json!({ "state": "ready", "inFlight": 0, "rssBytes": 0, "uptimeMs": 0 }))
}

fn say(line: &Line) {
    let mut pipe = std::fs::OpenOptions::new().write(true).open("/proc/self/fd/3").expect("descriptor 3");
    pipe.write_all(line.to_line().expect("line").as_bytes()).expect("written");
}

fn log(text: &str) {
    writeln!(std::io::stdout(), "{text}").expect("log");
}
