//! Listening: HTTP/1.1 with graceful shutdown.
//!
//! A connection that is closed while its client sends the next request loses that request. So a process that drains
//! answers as ever, asks each client to connect anew, and tells whoever distributes requests that it is not ready.

use anyhow::Context as _;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use runtime::Tasks;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// Where a balancer asks whether to send requests here.
pub const READINESS: &str = "/.backstage/health/v1/readiness";

/// Serves `router` until shutdown is requested and the last answers are out.
pub async fn listen(listener: TcpListener, router: Router, tasks: &Tasks) -> anyhow::Result<()> {
    let shutdown = tasks.shutdown_token();
    let router = router.layer(from_fn_with_state(tasks.clone(), turn_away));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(async move { shutdown.cancelled().await })
        .await
        .context("the listener failed")
}

/// While the process drains, every answer is the last one on its connection.
async fn turn_away(State(tasks): State<Tasks>, request: Request, next: Next) -> Response {
    let mut response = if tasks.is_draining() && request.uri().path() == READINESS {
        (StatusCode::SERVICE_UNAVAILABLE, axum::Json(serde_json::json!({ "status": "stopping" }))).into_response()
    } else {
        next.run(request).await
    };
    // Switched protocols have no next request.
    if tasks.is_draining() && response.status() != StatusCode::SWITCHING_PROTOCOLS {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Binds the address, saying who else may have it.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; another program may have it (PROSCENIUM_LISTEN chooses another)")
    })
}
