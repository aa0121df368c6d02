//! The control API of a native worker, `/_worker/v1`. Every request needs the capability.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use plugin_protocol::PROTOCOL;
use plugin_protocol::control::{
    Delivered, Description, Event, Health, PluginDescription, Renewal, Runtime, State as WorkerState, TaskRun, path,
};
use plugin_protocol::limits::{CAPABILITY_HEADER, MAX_CONTROL_BODY_BYTES};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{Shared, millis};

type Worker = State<Arc<Shared>>;

pub fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route(path::HEALTH, get(health))
        .route(path::DESCRIBE, get(describe))
        .route(path::DRAIN, post(drain))
        .route(path::TOKEN, post(renew))
        .route(path::TASKS_RUN, post(run_task))
        .route(path::EVENTS, post(deliver))
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(MAX_CONTROL_BODY_BYTES))
        .layer(middleware::from_fn_with_state(shared.clone(), require_capability))
        .with_state(shared)
}

async fn require_capability(State(shared): Worker, request: Request, next: Next) -> Response {
    let allowed = request
        .headers()
        .get(CAPABILITY_HEADER)
        .is_some_and(|given| verify_slices_are_equal(given.as_bytes(), shared.boot.capability.as_bytes()).is_ok());
    if allowed {
        return next.run(request).await;
    }
    let message = format!("a control request needs the {CAPABILITY_HEADER} header");
    error(StatusCode::UNAUTHORIZED, &message, request.method(), request.uri())
}

async fn health(State(shared): Worker) -> Response {
    let draining = shared.draining.load(Ordering::SeqCst);
    let (status, state) = if draining {
        (StatusCode::SERVICE_UNAVAILABLE, WorkerState::Draining)
    } else {
        (StatusCode::OK, WorkerState::Ready)
    };
    let health = Health {
        state,
        in_flight: shared.in_flight.load(Ordering::SeqCst),
        rss_bytes: resident_bytes(),
        uptime_ms: millis(shared.started.elapsed()),
    };
    (status, Json(health)).into_response()
}

async fn describe(State(shared): Worker) -> Json<Description> {
    Json(Description {
        protocol: PROTOCOL.into(),
        runtime: Runtime { name: "native".into(), version: env!("CARGO_PKG_VERSION").into() },
        framework: None,
        plugins: vec![PluginDescription { id: shared.plugin.into(), features: Vec::new() }],
        routes: vec![format!("/api/{}", shared.plugin)],
        tasks: Vec::new(),
        event_subscriptions: Vec::new(),
    })
}

async fn drain(State(shared): Worker) -> Response {
    shared.draining.store(true, Ordering::SeqCst);
    shared.drain.notify_one();
    (StatusCode::ACCEPTED, Json(json!({ "state": "draining" }))).into_response()
}

async fn renew(State(shared): Worker, method: Method, uri: Uri, body: Bytes) -> Response {
    let renewal: Renewal = match read(&body) {
        Ok(renewal) => renewal,
        Err(message) => return error(StatusCode::BAD_REQUEST, &message, &method, &uri),
    };
    if let Some(stranger) = renewal.plugins.iter().find(|p| p.id != shared.plugin) {
        let message = format!("this worker does not host {}", stranger.id);
        return error(StatusCode::NOT_FOUND, &message, &method, &uri);
    }
    // The service token is not kept: this plugin calls nobody.
    if let Some(jwks) = renewal.jwks {
        let mut verifier = shared.verifier.write().await;
        match verifier.with_keys(&jwks) {
            Ok(renewed) => *verifier = renewed,
            Err(message) => return error(StatusCode::BAD_REQUEST, &message, &method, &uri),
        }
    }
    StatusCode::NO_CONTENT.into_response()
}

/// This plugin has no tasks.
async fn run_task(method: Method, uri: Uri, body: Bytes) -> Response {
    match read::<TaskRun>(&body) {
        Ok(TaskRun { plugin, task }) => {
            let message = format!("plugin {plugin} has no task {task}");
            error(StatusCode::NOT_FOUND, &message, &method, &uri)
        }
        Err(message) => error(StatusCode::BAD_REQUEST, &message, &method, &uri),
    }
}

/// This plugin listens to nothing.
async fn deliver(method: Method, uri: Uri, body: Bytes) -> Response {
    match read::<Event>(&body) {
        Ok(_) => Json(Delivered { delivered: 0, failed: 0 }).into_response(),
        Err(message) => error(StatusCode::BAD_REQUEST, &message, &method, &uri),
    }
}

/// Answers what no route takes.
pub async fn not_found(method: Method, uri: Uri) -> Response {
    let message = format!("no plugin of this worker answers {}", uri.path());
    error(StatusCode::NOT_FOUND, &message, &method, &uri)
}

/// An error in Backstage's shape.
pub fn error(status: StatusCode, message: &str, method: &Method, uri: &Uri) -> Response {
    let name = match status {
        StatusCode::BAD_REQUEST => "InputError",
        StatusCode::UNAUTHORIZED => "AuthenticationError",
        StatusCode::NOT_FOUND => "NotFoundError",
        _ => "Error",
    };
    let body = json!({
        "error": { "name": name, "message": message },
        "request": { "method": method.as_str(), "url": uri.to_string() },
        "response": { "statusCode": status.as_u16() },
    });
    (status, Json(body)).into_response()
}

/// Resident memory of this process; zero where `/proc` is hidden.
pub fn resident_bytes() -> u64 {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| {
            let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        })
        .map_or(0, |kib| kib * 1024)
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| format!("the request body: {error}"))
}
