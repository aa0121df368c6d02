//! The OpenAPI documents, and a small page to browse them that needs nothing from elsewhere.

use crate::domain::security_headers::CONTENT_SECURITY_POLICY;
use crate::state::Gateway;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use http_shell::{Path, Result};
use kernel::Error;

/// One service's OpenAPI document.
#[utoipa::path(get, path = "/api/openapi/{document}", tag = "documents",
    params(("document" = String, Path, description = "`SERVICE.json`")),
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json"), (status = 404)))]
pub(crate) async fn get_document(State(gateway): State<Gateway>, Path(document): Path<String>) -> Result<Response> {
    let text = document.strip_suffix(".json").and_then(|service| gateway.parts.documents.get(service));
    let text = text.ok_or_else(|| Error::not_found(format!("There is no document {document}")))?.clone();
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// A page to browse the documents.
#[utoipa::path(get, path = "/api/docs", tag = "documents",
    responses((status = 200, description = "A page", content_type = "text/html")))]
pub(crate) async fn docs_page(State(gateway): State<Gateway>) -> Response {
    let names: Vec<&str> = gateway.parts.documents.keys().map(String::as_str).collect();
    let page = include_str!("docs.html").replace("SERVICES", &names.join(" "));
    let policy = (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), policy], page).into_response()
}

/// The page's script.
#[utoipa::path(get, path = "/api/docs/docs.js", tag = "documents",
    responses((status = 200, description = "A script", content_type = "text/javascript")))]
pub(crate) async fn docs_script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("docs.js")).into_response()
}
