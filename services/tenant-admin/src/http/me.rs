//! Who is asking.

use super::members::RoleName;
use crate::state::TenantAdmin;
use crate::store::member::{self, MemberRow};
use authz::{Permission, decide};
use axum::extract::State;
use http_shell::{Caller, Json, Result};
use kernel::{Error, User};
use serde::Serialize;
use time::OffsetDateTime;
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
    /// Whether they have a password here, which they can change.
    has_password: bool,
    /// Names of the permissions that they hold, at least for some resources.
    permissions: Vec<&'static str>,
    /// The administrator who looks at the portal as this member, reading only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    viewed_by: Option<String>,
}

/// Shows the member who is asking and what they may do.
#[utoipa::path(get, path = "/api/tenant-admin/v1/me", tag = "organisation", responses((status = 200, body = Me)))]
pub(crate) async fn get_me(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Json<Me>> {
    let user = caller.principal.user().ok_or_else(|| Error::not_allowed("Only people have a profile"))?;
    let (row, has_password) =
        if user.is_member() { member_row(&admin, &caller, user).await? } else { (service_row(user), false) };
    let held = Permission::ALL.iter().filter(|permission| decide(&caller.principal, **permission).opens());
    Ok(Json(Me {
        id: row.member_id,
        name: row.name,
        email: row.email,
        role: row.role,
        user_entity_ref: row.user_ref,
        has_password,
        permissions: held.map(|permission| permission.name()).collect(),
        viewed_by: user.viewed_by.clone(),
    }))
}

async fn member_row(admin: &TenantAdmin, caller: &Caller, user: &User) -> kernel::Result<(MemberRow, bool)> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = member::find(&mut tx, user.id).await?;
    let row = row.ok_or_else(|| Error::not_found("You are not a member any more"))?;
    let hash = member::password_hash(&mut tx, user.id).await?;
    Ok((row, hash.is_some()))
}

/// A token of the organisation's own, shown as a member is: it has no address, and is known by its reference.
fn service_row(user: &User) -> MemberRow {
    MemberRow {
        member_id: user.id,
        name: user.entity_ref.clone(),
        email: String::new(),
        role: user.role.clone(),
        user_ref: user.entity_ref.clone(),
        status: "active".to_owned(),
        created_at: OffsetDateTime::UNIX_EPOCH,
        last_sign_in_at: None,
    }
}
