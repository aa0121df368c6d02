//! The control API of a native worker, `/_worker/v1`. Every request needs the capability.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use plugin_protocol::PROTOCOL;
use plugin_protocol::control::{
    Delivered, Description, Event, Health, PluginDescription, Renewal, Runtime, State as WorkerState, TaskDone,
    TaskRun, path,
};
use plugin_protocol::extensions::{self, ProcessBatch, ProcessedBatch, ProcessedItem, ProcessorError};
use plugin_protocol::limits::{CAPABILITY_HEADER, MAX_CONTROL_BODY_BYTES};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::actions;
use crate::plugin::{Failure, Outcome};
use crate::worker::{Shared, count, millis};

type Worker = State<Arc<Shared>>;

pub fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route(path::HEALTH, get(health))
        .route(path::DESCRIBE, get(describe))
        .route(path::DRAIN, post(drain))
        .route(path::TOKEN, post(renew))
        .merge(work(&shared))
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(MAX_CONTROL_BODY_BYTES))
        .layer(middleware::from_fn_with_state(shared.clone(), require_capability))
        .with_state(shared)
}

/// What a drain waits for.
fn work(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    Router::new()
        .route(path::TASKS_RUN, post(run_task))
        .route(path::EVENTS, post(deliver))
        .route(extensions::path::PROCESS, post(process))
        .route(extensions::path::RUN, post(run_action).layer(DefaultBodyLimit::disable()))
        .layer(middleware::from_fn_with_state(shared.clone(), count))
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
        plugins: vec![PluginDescription { id: shared.plugin.id.clone(), features: Vec::new() }],
        routes: vec![format!("/api/{}", shared.plugin.id)],
        tasks: shared.plugin.tasks.values().map(|(task, _)| task.clone()).collect(),
        extensions: shared.plugin.extensions.clone(),
        event_subscriptions: shared.plugin.subscriptions.iter().map(|(one, _)| one.clone()).collect(),
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
    if let Some(stranger) = renewal.plugins.iter().find(|p| p.id != shared.plugin.id) {
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

/// Runs a task to its end. One that runs already is not begun again.
async fn run_task(State(shared): Worker, method: Method, uri: Uri, body: Bytes) -> Response {
    let TaskRun { plugin, task } = match read(&body) {
        Ok(asked) => asked,
        Err(message) => return error(StatusCode::BAD_REQUEST, &message, &method, &uri),
    };
    let Some((described, run)) = shared.plugin.tasks.get(&task).filter(|_| plugin == shared.plugin.id) else {
        let message = format!("plugin {plugin} has no task {task}");
        return error(StatusCode::NOT_FOUND, &message, &method, &uri);
    };
    let Some(_turn) = Turn::take(&shared, &task) else {
        return error(StatusCode::CONFLICT, &format!("task {task} is running already"), &method, &uri);
    };
    let began = std::time::Instant::now();
    let limit = std::time::Duration::from_millis(described.timeout_ms);
    let done = tokio::time::timeout(limit, run()).await;
    match done.unwrap_or_else(|_| Err(Failure::from("it took longer than it may"))) {
        Ok(()) => Json(TaskDone { took_ms: millis(began.elapsed()) }).into_response(),
        Err(failure) => error(StatusCode::INTERNAL_SERVER_ERROR, &failure.message, &method, &uri),
    }
}

/// The right to run a task; given back also when the request is dropped.
struct Turn<'s>(&'s Shared, String);

impl<'s> Turn<'s> {
    fn take(shared: &'s Shared, task: &str) -> Option<Self> {
        let mut running = shared.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.insert(task.to_owned()).then(|| Self(shared, task.to_owned()))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

/// Hands an event to whoever listens to its topic.
async fn deliver(State(shared): Worker, method: Method, uri: Uri, body: Bytes) -> Response {
    let event: Event = match read(&body) {
        Ok(event) => event,
        Err(message) => return error(StatusCode::BAD_REQUEST, &message, &method, &uri),
    };
    let mut delivered = Delivered { delivered: 0, failed: 0 };
    for (_, hear) in shared.plugin.subscriptions.iter().filter(|(one, _)| one.topics.contains(&event.topic)) {
        match hear(event.clone()).await {
            Ok(()) => delivered.delivered += 1,
            Err(_) => delivered.failed += 1,
        }
    }
    Json(delivered).into_response()
}

async fn run_action(State(shared): Worker, request: Request) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let token = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
    let order = match actions::read(request.into_body(), token).await {
        Ok(order) => order,
        Err(message) => return error(StatusCode::BAD_REQUEST, &message, &method, &uri),
    };
    match shared.plugin.actions.get(&order.run.action) {
        Some(act) => actions::answer(order, act),
        None => {
            let message = format!("there is no action {} in this worker", order.run.action);
            error(StatusCode::NOT_FOUND, &message, &method, &uri)
        }
    }
}

async fn process(State(shared): Worker, method: Method, uri: Uri, body: Bytes) -> Response {
    let batch: ProcessBatch = match read(&body) {
        Ok(batch) => batch,
        Err(message) => return error(StatusCode::BAD_REQUEST, &message, &method, &uri),
    };
    let items = batch.items.into_iter().map(|item| {
        let done = shared.plugin.processors.iter().filter(|(stage, _)| *stage == batch.stage);
        let done: Outcome<_> = done.map(|(_, change)| change).try_fold(item.entity, |entity, change| change(entity));
        match done {
            Ok(entity) => ProcessedItem { entity: Some(entity), ..ProcessedItem::default() },
            Err(Failure { name, message }) => {
                let processor = shared.plugin.id.clone();
                ProcessedItem { error: Some(ProcessorError { name, message, processor }), ..ProcessedItem::default() }
            }
        }
    });
    Json(ProcessedBatch { items: items.collect() }).into_response()
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
        StatusCode::CONFLICT => "ConflictError",
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
