//! The OpenAPI document of this service, where Backstage has it.

use super::reply;
use axum::response::Response;
use http::StatusCode;
use http_shell::Result;
use std::sync::OnceLock;
use utoipa::openapi::OpenApi;

/// This document.
#[utoipa::path(get, path = "/api/catalog/openapi.json", tag = "entities", responses((status = 200, body = Object)))]
pub async fn get_openapi_document() -> Result<Response> {
    static DOCUMENT: OnceLock<OpenApi> = OnceLock::new();
    let document = DOCUMENT.get_or_init(|| super::routes().openapi());
    Ok(reply::value(StatusCode::OK, document)?)
}
