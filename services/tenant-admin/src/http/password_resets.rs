//! A new password for somebody who has lost theirs: they ask for a mail with a link, or an administrator makes one; then
//! they choose.

use super::member_link::{ChosenPassword, LinkOwner, Used, redeem, show};
use crate::domain::{FormProblems, person};
use crate::jobs::queue_mail;
use crate::mails;
use crate::state::TenantAdmin;
use crate::store::member::{self, MemberRow};
use crate::store::member_link::{self, Purpose::PasswordReset};
use crate::store::tenant;
use axum::extract::State;
use axum::http::StatusCode;
use credential::OneTimeCode;
use http_shell::{Caller, Json, OptionalCaller, Path, Result};
use kernel::{Error, TenantId};
use runtime::cache::CacheKey;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;
use store::sign_in::may_use_password;
use store::{AuditEvent, TenantTx};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// Mails about a forgotten password that one account gets in an hour.
const MAILS_AN_HOUR: u64 = 5;

/// Who forgot their password.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
pub(crate) struct Forgotten {
    #[schema(required)]
    email: String,
}

/// Mails a link for choosing a new password, if the address is a member's. The answer is the same if it is not.
#[utoipa::path(post, path = "/api/tenant-admin/v1/password-resets", tag = "members", request_body = Forgotten,
    responses((status = 202, description = "Mailed, if the address is a member's"),
        (status = 409, description = "This installation sends no mail")))]
pub(crate) async fn ask_for_password_reset(
    State(admin): State<TenantAdmin>,
    caller: OptionalCaller,
    Json(form): Json<Forgotten>,
) -> Result<StatusCode> {
    let tenant = caller.tenant.ok_or_else(|| Error::not_found("There is no portal at this address"))?;
    let email = form.email.trim().to_owned();
    let mut problems = FormProblems::default();
    problems.check("email", person::email_problem(&email));
    problems.into_result()?;
    if !admin.ground.mailer.is_configured() {
        let text = "This portal sends no mail. Ask an administrator of your organisation for a link.";
        return Err(Error::conflict(text).into());
    }
    // Looked up after the answer: how long it takes must not tell whether the address is known.
    let later = admin.clone();
    admin.ground.tasks.spawn_fallible("password reset", async move {
        Ok(mail_reset(&later, tenant, &person::email_key(&email)).await?)
    });
    Ok(StatusCode::ACCEPTED)
}

async fn mail_reset(admin: &TenantAdmin, tenant: TenantId, email_key: &str) -> kernel::Result<()> {
    let mut tx = admin.db.tenant(tenant).await?;
    let Some(row) = member::find_active_by_email(&mut tx, email_key).await? else { return Ok(()) };
    if !may_use_password(&mut tx, row.member_id).await? {
        return Ok(());
    }
    let key = CacheKey::tenant(tenant, "reset-mails", row.member_id);
    if admin.ground.cache.increment(&key, Duration::from_secs(3600)).await > MAILS_AN_HOUR {
        return Ok(());
    }
    open(admin, &mut tx, &row).await?;
    tx.record(AuditEvent::named("nobody", "member.password-reset", &row.user_ref)).await?;
    tx.commit().await?;
    admin.mail_queued();
    Ok(())
}

/// Opens a reset and mails its link, where mail is sent.
async fn open(admin: &TenantAdmin, tx: &mut TenantTx, row: &MemberRow) -> kernel::Result<PasswordResetLink> {
    let (code, lifetime) = (OneTimeCode::generate()?, admin.config.password_reset_lifetime);
    let expires_at = admin.clock.now() + lifetime;
    member_link::set(tx, PasswordReset, row.member_id, code.digest(), expires_at).await?;
    let organization = tenant::get(tx).await?;
    let url = format!("{}/password/{}", admin.config.tenant_origin(&organization.slug), code.reveal());
    let mail = mails::password_reset(&row.email, &organization.name, &url, lifetime.whole_hours());
    let mailed = queue_mail(admin, tx, &mail).await?;
    Ok(PasswordResetLink { url, expires_at, mailed })
}

/// A link that lets a member choose a new password, shown this once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PasswordResetLink {
    url: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: OffsetDateTime,
    /// Whether it was mailed as well.
    mailed: bool,
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
    let link = open(&admin, &mut tx, &row).await?;
    tx.record(AuditEvent::by(&caller.principal, "member.password-reset", &row.user_ref)).await?;
    tx.commit().await?;
    admin.mail_queued();
    Ok((StatusCode::CREATED, Json(link)))
}

/// Shows whose password a link changes.
#[utoipa::path(get, path = "/api/tenant-admin/v1/password-resets/{code}", tag = "members",
    params(("code" = String, Path, description = "From the link")),
    responses((status = 200, body = LinkOwner), (status = 404, description = "Unknown, used or expired")))]
pub(crate) async fn get_password_reset(
    State(admin): State<TenantAdmin>,
    caller: OptionalCaller,
    Path(code): Path<String>,
) -> Result<Json<LinkOwner>> {
    Ok(Json(show(&admin, &caller, PasswordReset, &code).await?))
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
    let used = redeem(&admin, &caller, PasswordReset, &code, form).await?;
    let Used { mut tx, tenant, owner, organization, hash } = used;
    let now = admin.clock.now();
    member::set_password(&mut tx, owner.member_id, &hash, now).await?;
    let ended = member::end_sessions(&mut tx, owner.member_id, now).await?;
    queue_mail(&admin, &mut tx, &mails::password_changed(&owner.email, &organization)).await?;
    let event = AuditEvent::named(&owner.user_ref, "member.password", &owner.user_ref);
    tx.record(event.after(json!({ "sessionsEnded": ended }))).await?;
    tx.commit().await?;
    admin.mail_queued();
    admin.identities_changed(tenant);
    Ok(StatusCode::NO_CONTENT)
}
