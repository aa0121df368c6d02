//! Passwords after the first one: forgotten, and changed.

use crate::domain::{FormProblems, person};
use crate::jobs::queue_mail;
use crate::mails;
use crate::state::TenantAdmin;
use crate::store::member::{self, MemberRow};
use crate::store::{password_reset, tenant};
use axum::extract::State;
use axum::http::StatusCode;
use credential::{OneTimeCode, password_problem};
use http_shell::{Caller, Json, OptionalCaller, Path, Result};
use kernel::{Error, TenantId};
use runtime::cache::CacheKey;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;
use store::{AuditEvent, TenantTx};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// How long a reset is good.
const RESET_LIFETIME: time::Duration = time::Duration::hours(1);
/// Mails about a forgotten password that one account gets in an hour.
const MAILS_AN_HOUR: u64 = 5;

/// Who forgot their password.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
pub(crate) struct Forgotten {
    #[schema(required)]
    email: String,
}

fn no_portal() -> Error {
    Error::not_found("There is no portal at this address")
}

/// Mails a link for choosing a new password, if the address is a member's. The answer is the same if it is not.
#[utoipa::path(post, path = "/api/tenant-admin/v1/password-resets", tag = "passwords", request_body = Forgotten,
    responses((status = 202, description = "Mailed, if the address is a member's"),
        (status = 409, description = "This installation sends no mail")))]
pub(crate) async fn request_reset(
    State(admin): State<TenantAdmin>,
    caller: OptionalCaller,
    Json(form): Json<Forgotten>,
) -> Result<StatusCode> {
    let tenant = caller.tenant.ok_or_else(no_portal)?;
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
    let key = CacheKey::tenant(tenant, "reset-mails", row.member_id);
    if admin.ground.cache.increment(&key, Duration::from_secs(3600)).await > MAILS_AN_HOUR {
        return Ok(());
    }
    let (url, _) = open_reset(admin, &mut tx, row.member_id).await?;
    let organization = tenant::get(&mut tx).await?.name;
    queue_mail(admin, &mut tx, &mails::password_reset(&row.email, &organization, &url)).await?;
    tx.record(AuditEvent::named("nobody", "password.request-reset", &row.user_ref)).await?;
    tx.commit().await?;
    admin.mail_queued();
    Ok(())
}

async fn open_reset(admin: &TenantAdmin, tx: &mut TenantTx, member: Uuid) -> kernel::Result<(String, OffsetDateTime)> {
    let code = OneTimeCode::generate()?;
    let expires_at = admin.clock.now() + RESET_LIFETIME;
    password_reset::set(tx, member, code.digest(), expires_at).await?;
    let origin = admin.config.tenant_origin(&tenant::get(tx).await?.slug);
    Ok((format!("{origin}/password-reset/{}", code.reveal()), expires_at))
}

/// A link for choosing a new password, shown this once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResetLink {
    url: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: OffsetDateTime,
    /// Whether it was mailed as well.
    mailed: bool,
}

/// Makes a link with which a member chooses a new password; the former one stops working.
#[utoipa::path(post, path = "/api/tenant-admin/v1/members/{id}/password-reset", tag = "members",
    params(("id" = Uuid, Path, description = "The member")),
    responses((status = 201, body = ResetLink), (status = 404), (status = 409, description = "Has not accepted yet")))]
pub(crate) async fn reset_member(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<(StatusCode, Json<ResetLink>)> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = member::find(&mut tx, id).await?.ok_or_else(|| Error::not_found("There is no such member"))?;
    if row.status != "active" {
        return Err(Error::conflict("This person has not accepted the invitation yet. Make a new one.").into());
    }
    let (url, expires_at) = open_reset(&admin, &mut tx, id).await?;
    let organization = tenant::get(&mut tx).await?.name;
    let mailed = queue_mail(&admin, &mut tx, &mails::password_reset(&row.email, &organization, &url)).await?;
    tx.record(AuditEvent::by(&caller.principal, "password.request-reset", &row.user_ref)).await?;
    tx.commit().await?;
    admin.mail_queued();
    Ok((StatusCode::CREATED, Json(ResetLink { url, expires_at, mailed })))
}

/// Whose password is to be chosen.
#[derive(Serialize, ToSchema)]
pub(crate) struct Reset {
    name: String,
    email: String,
    organization: String,
}

fn gone() -> Error {
    Error::not_found("This link was used already or has expired. Ask for a new one.")
}

async fn find(admin: &TenantAdmin, tx: &mut TenantTx, code: &OneTimeCode) -> kernel::Result<MemberRow> {
    password_reset::find(tx, code.digest(), admin.clock.now()).await?.ok_or_else(gone)
}

/// Shows whose password a link is for.
#[utoipa::path(get, path = "/api/tenant-admin/v1/password-resets/{code}", tag = "passwords",
    params(("code" = String, Path, description = "From the link")),
    responses((status = 200, body = Reset), (status = 404, description = "Unknown, used or expired")))]
pub(crate) async fn get_reset(
    State(admin): State<TenantAdmin>,
    caller: OptionalCaller,
    Path(code): Path<String>,
) -> Result<Json<Reset>> {
    let code = OneTimeCode::parse(&code).ok_or_else(gone)?;
    let mut tx = admin.db.tenant(caller.tenant.ok_or_else(gone)?).await?;
    let row = find(&admin, &mut tx, &code).await?;
    let organization = tenant::get(&mut tx).await?.name;
    Ok(Json(Reset { name: row.name, email: row.email, organization }))
}

/// The chosen password.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
pub(crate) struct NewPassword {
    #[schema(required)]
    password: String,
}

/// Sets a new password by a link. All sessions of the member end.
#[utoipa::path(post, path = "/api/tenant-admin/v1/password-resets/{code}/apply", tag = "passwords",
    params(("code" = String, Path, description = "From the link")), request_body = NewPassword,
    responses((status = 204), (status = 400, description = "Says what is wrong with the password"), (status = 404)))]
pub(crate) async fn apply_reset(
    State(admin): State<TenantAdmin>,
    caller: OptionalCaller,
    Path(code): Path<String>,
    Json(form): Json<NewPassword>,
) -> Result<StatusCode> {
    let code = OneTimeCode::parse(&code).ok_or_else(gone)?;
    let tenant = caller.tenant.ok_or_else(gone)?;
    let mut tx = admin.db.tenant(tenant).await?;
    let row = find(&admin, &mut tx, &code).await?;
    let organization = tenant::get(&mut tx).await?.name;
    tx.rollback().await?;
    let hash = new_hash(&admin, "password", form.password, &row, &organization).await?;
    let mut tx = admin.db.tenant(tenant).await?;
    if !password_reset::take(&mut tx, code.digest(), admin.clock.now()).await? {
        return Err(gone().into());
    }
    let event = AuditEvent::named(&row.user_ref, "password.reset", &row.user_ref);
    change(&admin, tx, &row, &organization, &hash, event).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn new_hash(
    admin: &TenantAdmin,
    field: &'static str,
    password: String,
    row: &MemberRow,
    organization: &str,
) -> kernel::Result<String> {
    let mut problems = FormProblems::default();
    problems.check(field, password_problem(&password, &[&row.name, &row.email, organization]));
    problems.into_result()?;
    admin.hasher.hash(password).await
}

/// Writes the new password, ends all sessions, tells the member.
async fn change(
    admin: &TenantAdmin,
    mut tx: TenantTx,
    row: &MemberRow,
    organization: &str,
    hash: &str,
    event: AuditEvent,
) -> kernel::Result<()> {
    let (tenant, now) = (tx.tenant(), admin.clock.now());
    member::set_password(&mut tx, row.member_id, hash, now).await?;
    let ended = member::end_sessions(&mut tx, row.member_id, now).await?;
    queue_mail(admin, &mut tx, &mails::password_changed(&row.email, organization)).await?;
    tx.record(event.after(json!({ "sessionsEnded": ended }))).await?;
    tx.commit().await?;
    admin.mail_queued();
    admin.identities_changed(tenant);
    Ok(())
}

/// The present password and the new one.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
pub(crate) struct PasswordChange {
    #[schema(required)]
    current: String,
    #[schema(required)]
    new: String,
}

/// Changes the caller's own password. All their sessions end, this one included: sign in with the new one.
#[utoipa::path(post, path = "/api/tenant-admin/v1/me/password", tag = "passwords", request_body = PasswordChange,
    responses((status = 204), (status = 400, description = "Says per field what is wrong"),
        (status = 429, description = "Too many wrong ones")))]
pub(crate) async fn change_password(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(form): Json<PasswordChange>,
) -> Result<StatusCode> {
    let (row, organization) = prove(&admin, &caller, form.current, "current").await?;
    let hash = new_hash(&admin, "new", form.new, &row, &organization).await?;
    let tx = admin.db.tenant(caller.tenant).await?;
    let event = AuditEvent::by(&caller.principal, "password.change", &row.user_ref);
    change(&admin, tx, &row, &organization, &hash, event).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Wrong passwords that a signed-in person may give in five minutes.
const PROOFS: u64 = 10;
const PROOF_WINDOW: Duration = Duration::from_secs(300);

/// Checks the caller's own password before something that a stolen session must not do. Gives the member and the name
/// of the organisation.
pub(super) async fn prove(
    admin: &TenantAdmin,
    caller: &Caller,
    password: String,
    field: &'static str,
) -> kernel::Result<(MemberRow, String)> {
    let user = caller.principal.user().ok_or_else(|| Error::not_allowed("Only people have a password"))?;
    let key = CacheKey::tenant(caller.tenant, "password-proof", user.id);
    if admin.ground.cache.increment(&key, PROOF_WINDOW).await > PROOFS {
        return Err(Error::too_many("There were too many wrong passwords. Try again in 5 minutes.", 300));
    }
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = member::find(&mut tx, user.id).await?;
    let row = row.ok_or_else(|| Error::not_found("You are not a member any more"))?;
    let hash = member::password_hash(&mut tx, user.id).await?;
    let organization = tenant::get(&mut tx).await?.name;
    tx.rollback().await?;
    if !admin.hasher.verify(password, hash).await? {
        let text = "This is not your present password.";
        return Err(Error::input(text).with_field(field, text));
    }
    admin.ground.cache.delete(&key).await;
    Ok((row, organization))
}
