//! A new password for somebody who has lost theirs: an administrator makes a link, the person chooses.

use crate::domain::FormProblems;
use crate::state::TenantAdmin;
use crate::store::member::{self, MemberRow};
use crate::store::{password_reset, tenant};
use axum::extract::State;
use axum::http::StatusCode;
use credential::{OneTimeCode, password_problem};
use http_shell::{Caller, Json, OptionalCaller, Path, Result};
use kernel::{Error, TenantId};
use serde::{Deserialize, Serialize};
use store::sign_in::may_use_password;
use store::{AuditEvent, TenantTx};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// A link that lets a member choose a new password, shown this once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PasswordResetLink {
    url: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: OffsetDateTime,
}

/// Makes a link with which a member chooses a new password; the former link stops working, the former password does not.
#[utoipa::path(post, path = "/api/tenant-admin/v1/members/{id}/password-reset", tag = "members",
    params(("id" = Uuid, Path, description = "The member")),
    responses((status = 201, body = PasswordResetLink), (status = 404),
        (status = 409, description = "Not active, or to come in through a provider")))]
pub(crate) async fn open_password_reset(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<(StatusCode, Json<PasswordResetLink>)> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = member::find(&mut tx, id).await?.ok_or_else(|| Error::not_found("There is no such member"))?;
    if row.status != "active" {
        return Err(Error::conflict("This person has not come in yet. Make a new invitation link instead.").into());
    }
    if !may_use_password(&mut tx, id).await? {
        return Err(
            Error::conflict("Members sign in through a provider here, so this password would be of no use.").into()
        );
    }
    let (code, expires_at) = (OneTimeCode::generate()?, admin.clock.now() + admin.config.password_reset_lifetime);
    password_reset::set(&mut tx, id, code.digest(), expires_at).await?;
    let origin = admin.config.tenant_origin(&tenant::get(&mut tx).await?.slug);
    tx.record(AuditEvent::by(&caller.principal, "member.password-reset", &row.user_ref)).await?;
    tx.commit().await?;
    let url = format!("{origin}/password/{}", code.reveal());
    Ok((StatusCode::CREATED, Json(PasswordResetLink { url, expires_at })))
}

/// What an open link says.
#[derive(Serialize, ToSchema)]
pub(crate) struct PasswordReset {
    name: String,
    email: String,
    organization: String,
}

fn gone() -> Error {
    Error::not_found("This link was used already or has expired. Ask for a new one.")
}

fn tenant_of(caller: &OptionalCaller) -> kernel::Result<TenantId> {
    caller.tenant.ok_or_else(gone)
}

async fn find(admin: &TenantAdmin, tx: &mut TenantTx, code: &OneTimeCode) -> kernel::Result<MemberRow> {
    password_reset::find(tx, code.digest(), admin.clock.now()).await?.ok_or_else(gone)
}

/// Shows whose password a link changes.
#[utoipa::path(get, path = "/api/tenant-admin/v1/password-resets/{code}", tag = "members",
    params(("code" = String, Path, description = "From the link")),
    responses((status = 200, body = PasswordReset), (status = 404, description = "Unknown, used or expired")))]
pub(crate) async fn get_password_reset(
    State(admin): State<TenantAdmin>,
    caller: OptionalCaller,
    Path(code): Path<String>,
) -> Result<Json<PasswordReset>> {
    let code = OneTimeCode::parse(&code).ok_or_else(gone)?;
    let mut tx = admin.db.tenant(tenant_of(&caller)?).await?;
    let row = find(&admin, &mut tx, &code).await?;
    let organization = tenant::get(&mut tx).await?.name;
    Ok(Json(PasswordReset { name: row.name, email: row.email, organization }))
}

/// The chosen password.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
pub(crate) struct ChosenPassword {
    #[schema(required)]
    password: String,
}

/// Sets the new password and ends every session of its owner. Signing in comes after.
#[utoipa::path(post, path = "/api/tenant-admin/v1/password-resets/{code}", tag = "members",
    params(("code" = String, Path, description = "From the link")), request_body = ChosenPassword,
    responses((status = 204), (status = 400, description = "Says what is wrong with the password"), (status = 404)))]
pub(crate) async fn use_password_reset(
    State(admin): State<TenantAdmin>,
    caller: OptionalCaller,
    Path(code): Path<String>,
    Json(form): Json<ChosenPassword>,
) -> Result<StatusCode> {
    let code = OneTimeCode::parse(&code).ok_or_else(gone)?;
    let tenant_id = tenant_of(&caller)?;
    let mut tx = admin.db.tenant(tenant_id).await?;
    let row = find(&admin, &mut tx, &code).await?;
    let organization = tenant::get(&mut tx).await?.name;
    tx.rollback().await?;
    let mut problems = FormProblems::default();
    problems.check("password", password_problem(&form.password, &[&row.name, &row.email, &organization]));
    problems.into_result()?;
    // No transaction is open while the hash is made; whoever took the code meanwhile has it.
    let hash = admin.hasher.hash(form.password).await?;
    let (mut tx, now) = (admin.db.tenant(tenant_id).await?, admin.clock.now());
    if !password_reset::take(&mut tx, code.digest(), now).await? {
        return Err(gone().into());
    }
    member::set_password(&mut tx, row.member_id, &hash, now).await?;
    password_reset::end_sessions(&mut tx, row.member_id, now).await?;
    tx.record(AuditEvent::named(&row.user_ref, "member.password", &row.user_ref)).await?;
    tx.commit().await?;
    admin.identities_changed(tenant_id);
    Ok(StatusCode::NO_CONTENT)
}
