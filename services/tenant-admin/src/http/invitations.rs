//! The invited person's side: see who invites, choose a password.

use crate::domain::FormProblems;
use crate::state::TenantAdmin;
use crate::store::member::{self, MemberRow};
use crate::store::{invitation, tenant};
use axum::extract::State;
use axum::http::StatusCode;
use credential::{OneTimeCode, password_problem};
use http_shell::{Json, OptionalCaller, Path, Result};
use kernel::{Error, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{AuditEvent, TenantTx};
use utoipa::ToSchema;

/// What an open invitation says.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invitation {
    name: String,
    email: String,
    organization: String,
}

fn gone() -> Error {
    Error::not_found("This invitation was used already or has expired. Ask for a new one.")
}

fn tenant_of(caller: &OptionalCaller) -> kernel::Result<TenantId> {
    caller.tenant.ok_or_else(gone)
}

async fn find(admin: &TenantAdmin, tx: &mut TenantTx, code: &OneTimeCode) -> kernel::Result<MemberRow> {
    invitation::find(tx, code.digest(), admin.clock.now()).await?.ok_or_else(gone)
}

/// Shows whom an invitation is for.
#[utoipa::path(get, path = "/api/tenant-admin/v1/invitations/{code}", tag = "invitations",
    params(("code" = String, Path, description = "From the link")),
    responses((status = 200, body = Invitation), (status = 404, description = "Unknown, used or expired")))]
pub(crate) async fn get_invitation(
    State(admin): State<TenantAdmin>,
    caller: OptionalCaller,
    Path(code): Path<String>,
) -> Result<Json<Invitation>> {
    let code = OneTimeCode::parse(&code).ok_or_else(gone)?;
    let mut tx = admin.db.tenant(tenant_of(&caller)?).await?;
    let row = find(&admin, &mut tx, &code).await?;
    let organization = tenant::get(&mut tx).await?.name;
    Ok(Json(Invitation { name: row.name, email: row.email, organization }))
}

/// The chosen password.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
pub(crate) struct Acceptance {
    #[schema(required)]
    password: String,
}

/// Accepts an invitation by choosing a password. Signing in comes after.
#[utoipa::path(post, path = "/api/tenant-admin/v1/invitations/{code}/accept", tag = "invitations",
    params(("code" = String, Path, description = "From the link")), request_body = Acceptance,
    responses((status = 204), (status = 400, description = "Says what is wrong with the password"), (status = 404)))]
pub(crate) async fn accept_invitation(
    State(admin): State<TenantAdmin>,
    caller: OptionalCaller,
    Path(code): Path<String>,
    Json(form): Json<Acceptance>,
) -> Result<StatusCode> {
    let code = OneTimeCode::parse(&code).ok_or_else(gone)?;
    let tenant = tenant_of(&caller)?;
    let mut tx = admin.db.tenant(tenant).await?;
    let row = find(&admin, &mut tx, &code).await?;
    let organization = tenant::get(&mut tx).await?.name;
    tx.rollback().await?;
    let mut problems = FormProblems::default();
    problems.check("password", password_problem(&form.password, &[&row.name, &row.email, &organization]));
    problems.into_result()?;
    // No transaction is open while the hash is made; whoever took the code meanwhile has it.
    let hash = admin.hasher.hash(form.password).await?;
    let (mut tx, now) = (admin.db.tenant(tenant).await?, admin.clock.now());
    if !invitation::take(&mut tx, code.digest(), now).await? {
        return Err(gone().into());
    }
    member::set_active(&mut tx, row.member_id).await?;
    member::set_password(&mut tx, row.member_id, &hash, now).await?;
    let event = AuditEvent::named(&row.user_ref, "member.accept", &row.user_ref);
    tx.record(event.before(json!({ "status": "invited" })).after(json!({ "status": "active" }))).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
