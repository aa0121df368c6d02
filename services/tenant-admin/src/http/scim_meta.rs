//! What the provisioning API says of itself.

use super::scim_reply::{base, reply};
use crate::domain::scim::{document, schema};
use crate::state::TenantAdmin;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use http_shell::{Caller, Result};

/// Tells what is supported.
#[utoipa::path(get, path = "/scim/v2/ServiceProviderConfig", tag = "scim",
    responses((status = 200, content_type = "application/scim+json", body = serde_json::Value)))]
pub(crate) async fn get_service_provider_config(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Response> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    Ok(reply(StatusCode::OK, &schema::service_provider_config(&base(&admin, &mut tx).await?)))
}

/// Lists what there is: users and groups.
#[utoipa::path(get, path = "/scim/v2/ResourceTypes", tag = "scim",
    responses((status = 200, content_type = "application/scim+json", body = serde_json::Value)))]
pub(crate) async fn list_resource_types(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Response> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let types = schema::resource_types(&base(&admin, &mut tx).await?);
    let total = types.len();
    Ok(reply(StatusCode::OK, &document::list(types, total, 1)))
}

/// Lists the attributes of both.
#[utoipa::path(get, path = "/scim/v2/Schemas", tag = "scim",
    responses((status = 200, content_type = "application/scim+json", body = serde_json::Value)))]
pub(crate) async fn list_schemas(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Response> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let schemas = schema::schemas(&base(&admin, &mut tx).await?);
    let total = schemas.len();
    Ok(reply(StatusCode::OK, &document::list(schemas, total, 1)))
}
