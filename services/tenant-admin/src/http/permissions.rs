//! Every permission that a rule can name, and every rule that a condition can be made of.

use crate::domain::grantable::Grantable;
use crate::state::TenantAdmin;
use axum::extract::State;
use http_shell::{Caller, Json, Result};

/// Lists the permissions of the portal and of installed plugins, and the rules that conditions can be made of.
#[utoipa::path(get, path = "/api/tenant-admin/v1/policies/permissions", tag = "policies",
    responses((status = 200, body = Grantable)))]
pub(crate) async fn list_permissions(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Json<Grantable>> {
    Ok(Json(admin.grantable(caller.tenant).await))
}
