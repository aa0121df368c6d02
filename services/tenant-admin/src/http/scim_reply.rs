//! What SCIM answers have in common: their media type, where the service is, and what may be asked of a list.

use crate::state::TenantAdmin;
use crate::store::tenant;
use ::store::TenantTx;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::Result;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

/// A resource or a list.
pub(super) fn reply(status: StatusCode, document: &Value) -> Response {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
    let location =
        document.pointer("/meta/location").and_then(Value::as_str).and_then(|at| HeaderValue::from_str(at).ok());
    let mut response = (status, [kind], document.to_string()).into_response();
    if let (StatusCode::CREATED, Some(location)) = (status, location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// `https://acme.example.com/scim/v2`.
pub(super) async fn base(admin: &TenantAdmin, tx: &mut TenantTx) -> Result<String> {
    Ok(format!("{}/scim/v2", admin.config.tenant_origin(&tenant::get(tx).await?.slug)))
}

/// What may be asked of a list. Names are SCIM's own.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ListQuery {
    /// For example `userName eq "jane@acme.example"`.
    pub filter: Option<String>,
    /// From which on, counted from 1.
    pub start_index: Option<i64>,
    /// At most so many, up to 500.
    pub count: Option<i64>,
    /// Only these attributes, separated by commas.
    pub attributes: Option<String>,
    /// All but these attributes.
    pub excluded_attributes: Option<String>,
}

/// What may be asked of one resource.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct OneQuery {
    /// Only these attributes, separated by commas.
    pub attributes: Option<String>,
    /// All but these attributes.
    pub excluded_attributes: Option<String>,
}
