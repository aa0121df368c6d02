//! The invited person's side: see who invites, choose a password.

use super::member_link::{ChosenPassword, LinkOwner, Used, redeem, show};
use crate::state::TenantAdmin;
use crate::store::member;
use crate::store::member_link::Purpose::Invitation;
use axum::extract::State;
use axum::http::StatusCode;
use http_shell::{Json, OptionalCaller, Path, Result};
use serde_json::json;
use store::AuditEvent;

/// Shows whom an invitation is for.
#[utoipa::path(get, path = "/api/tenant-admin/v1/invitations/{code}", tag = "invitations",
    params(("code" = String, Path, description = "From the link")),
    responses((status = 200, body = LinkOwner), (status = 404, description = "Unknown, used or expired")))]
pub(crate) async fn get_invitation(
    State(admin): State<TenantAdmin>,
    caller: OptionalCaller,
    Path(code): Path<String>,
) -> Result<Json<LinkOwner>> {
    Ok(Json(show(&admin, &caller, Invitation, &code).await?))
}

/// Accepts an invitation by choosing a password. Signing in comes after.
#[utoipa::path(post, path = "/api/tenant-admin/v1/invitations/{code}/accept", tag = "invitations",
    params(("code" = String, Path, description = "From the link")), request_body = ChosenPassword,
    responses((status = 204), (status = 400, description = "Says what is wrong with the password"), (status = 404)))]
pub(crate) async fn accept_invitation(
    State(admin): State<TenantAdmin>,
    caller: OptionalCaller,
    Path(code): Path<String>,
    Json(form): Json<ChosenPassword>,
) -> Result<StatusCode> {
    let Used { mut tx, owner, hash, .. } = redeem(&admin, &caller, Invitation, &code, form).await?;
    member::set_active(&mut tx, owner.member_id).await?;
    member::set_password(&mut tx, owner.member_id, &hash, admin.clock.now()).await?;
    let event = AuditEvent::named(&owner.user_ref, "member.accept", &owner.user_ref);
    tx.record(event.before(json!({ "status": "invited" })).after(json!({ "status": "active" }))).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
