//! Who is asking.

use super::members::RoleName;
use crate::state::TenantAdmin;
use crate::store::member;
use authz::{Decision, Permission, decide};
use axum::extract::State;
use http_shell::{Caller, Json, Result};
use kernel::{Error, User};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The member who is asking, or the token of the organisation's own.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Me {
    id: Uuid,
    name: String,
    email: String,
    #[schema(value_type = RoleName)]
    role: String,
    user_entity_ref: String,
    /// Names of the permissions that the role holds.
    permissions: Vec<&'static str>,
}

/// Shows the member who is asking and what they may do.
#[utoipa::path(get, path = "/api/tenant-admin/v1/me", tag = "organisation", responses((status = 200, body = Me)))]
pub(crate) async fn get_me(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Json<Me>> {
    let user = caller.principal.user().ok_or_else(|| Error::not_allowed("Only people have a profile"))?;
    let (name, email) = match user.is_member() {
        true => named(&admin, &caller, user).await?,
        // A token of the organisation's own has no address, and is known by its reference.
        false => (user.entity_ref.clone(), String::new()),
    };
    let held = Permission::ALL.iter().filter(|permission| decide(&caller.principal, **permission) == Decision::Allow);
    Ok(Json(Me {
        id: user.id,
        name,
        email,
        role: user.role.clone(),
        user_entity_ref: user.entity_ref.clone(),
        permissions: held.map(|permission| permission.name()).collect(),
    }))
}

/// Name and mail address of a member.
async fn named(admin: &TenantAdmin, caller: &Caller, user: &User) -> kernel::Result<(String, String)> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = member::find(&mut tx, user.id).await?;
    let row = row.ok_or_else(|| Error::not_found("You are not a member any more"))?;
    Ok((row.name, row.email))
}
