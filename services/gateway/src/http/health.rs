//! Probes. They say ok or not; why not is in the operator's log.

use crate::state::Gateway;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use http_shell::Json;
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

const PATIENCE: Duration = Duration::from_secs(2);

/// A probe's answer, in Backstage's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok` or `error`.
    status: &'static str,
}

/// Whether the process is alive.
#[utoipa::path(get, path = "/.backstage/health/v1/liveness", tag = "health", responses((status = 200, body = Health)))]
pub(crate) async fn liveness() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether the process can serve: its database answers.
#[utoipa::path(get, path = "/.backstage/health/v1/readiness", tag = "health",
    responses((status = 200, body = Health), (status = 503, body = Health)))]
pub(crate) async fn readiness(State(gateway): State<Gateway>) -> Response {
    match tokio::time::timeout(PATIENCE, gateway.parts.db.probe()).await {
        Ok(Ok(())) => Json(Health { status: "ok" }).into_response(),
        Ok(Err(error)) => not_ready(&error.to_string()),
        Err(_) => not_ready("the database did not answer in time"),
    }
}

fn not_ready(reason: &str) -> Response {
    tracing::warn!(reason, "not ready");
    (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: "error" })).into_response()
}
