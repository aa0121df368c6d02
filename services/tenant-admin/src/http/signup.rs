//! Signing an organisation up, on the apex, by anybody.

use crate::create::{Draft, handoff_link, write};
use crate::domain::{FormProblems, person, slug};
use crate::mails;
use crate::state::TenantAdmin;
use crate::store::tenant;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use credential::password_problem;
use http_shell::{Json, OptionalCaller, Query, Result};
use kernel::{Error, TenantId};
use serde::{Deserialize, Serialize};
use store::SystemReason;
use time::Duration;
use utoipa::{IntoParams, ToSchema};

/// The organisation to be.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
pub(crate) struct NewOrganization {
    #[schema(required)]
    name: String,
    #[schema(required)]
    slug: String,
}

/// Its first administrator.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
pub(crate) struct NewAdmin {
    #[schema(required)]
    name: String,
    #[schema(required)]
    email: String,
    #[schema(required)]
    password: String,
}

/// The sign-up form.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SignUp {
    organization: NewOrganization,
    admin: NewAdmin,
}

/// Id, address and name of an organisation.
#[derive(Serialize, ToSchema)]
pub(crate) struct Summary {
    #[schema(value_type = String, format = Uuid)]
    id: TenantId,
    slug: String,
    name: String,
}

/// What sign-up gives.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedUp {
    tenant: Summary,
    /// One-time link that opens the new portal signed in; good for a minute.
    url: String,
}

/// A link to confirm was mailed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfirmationMailed {
    mailed_to: String,
}

const PURPOSE: &str = "sign-up";
const LINK_LIFETIME: Duration = Duration::hours(1);

/// What the link to confirm carries: the form, checked, with the password's hash instead of the password.
#[derive(Serialize, Deserialize)]
struct Pending {
    slug: String,
    organization: String,
    name: String,
    email: String,
    password_hash: String,
}

pub(super) fn only_on_apex(caller: &OptionalCaller) -> kernel::Result<()> {
    match caller.tenant {
        None => Ok(()),
        Some(_) => Err(Error::not_found("Sign-up is at the start page, not at an organisation's address")),
    }
}

/// Makes an organisation with its first administrator; where mail is sent, the address must be confirmed first.
#[utoipa::path(post, path = "/api/tenant-admin/v1/signup", tag = "sign-up", request_body = SignUp,
    responses((status = 201, body = SignedUp), (status = 202, body = ConfirmationMailed, description = "Confirm first"),
        (status = 400, description = "Says per field what is wrong"),
        (status = 429, description = "Too many from one address")))]
pub(crate) async fn sign_up(
    State(admin): State<TenantAdmin>,
    caller: OptionalCaller,
    Json(mut form): Json<SignUp>,
) -> Result<Response> {
    only_on_apex(&caller)?;
    is_open(&admin)?;
    trim(&mut form);
    check(&admin, &form).await?;
    let password_hash = admin.hasher.hash(form.admin.password).await?;
    let pending = Pending {
        slug: form.organization.slug,
        organization: form.organization.name,
        name: form.admin.name,
        email: form.admin.email,
        password_hash,
    };
    if !admin.ground.mailer.is_configured() {
        return Ok((StatusCode::CREATED, Json(open(&admin, pending).await?)).into_response());
    }
    let sealed = admin.ground.link_key.seal(PURPOSE, &pending, admin.clock.now() + LINK_LIFETIME)?;
    let url = format!("{}/confirm#{sealed}", admin.config.apex_origin());
    admin.ground.mailer.send(&mails::sign_up(&pending.email, &pending.name, &pending.organization, &url)).await?;
    Ok((StatusCode::ACCEPTED, Json(ConfirmationMailed { mailed_to: pending.email })).into_response())
}

fn is_open(admin: &TenantAdmin) -> kernel::Result<()> {
    if admin.config.signup_enabled {
        return Ok(());
    }
    Err(Error::not_allowed("Sign-up is closed here. Ask the operator for an organisation."))
}

/// The text behind `#` of the mailed link.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Confirmation {
    link: String,
}

/// Makes the organisation whose sign-up is confirmed by the mailed link.
#[utoipa::path(post, path = "/api/tenant-admin/v1/signup/confirm", tag = "sign-up", request_body = Confirmation,
    responses((status = 201, body = SignedUp), (status = 400, description = "The address was taken meanwhile"),
        (status = 404, description = "Expired or not ours")))]
pub(crate) async fn confirm_sign_up(
    State(admin): State<TenantAdmin>,
    caller: OptionalCaller,
    Json(given): Json<Confirmation>,
) -> Result<(StatusCode, Json<SignedUp>)> {
    only_on_apex(&caller)?;
    is_open(&admin)?;
    let pending = admin.ground.link_key.open(PURPOSE, &given.link, admin.clock.now());
    let pending = pending.ok_or_else(|| Error::not_found("This link has expired. Sign up again."))?;
    Ok((StatusCode::CREATED, Json(open(&admin, pending).await?)))
}

/// Makes the organisation.
async fn open(admin: &TenantAdmin, pending: Pending) -> kernel::Result<SignedUp> {
    let id = TenantId::generate();
    let user_ref = person::user_ref(&pending.email, 0);
    let draft = Draft {
        slug: &pending.slug,
        name: &pending.organization,
        plan: "free",
        admin_name: &pending.name,
        admin_email: &pending.email,
        actor: &user_ref.clone(),
        user_ref,
        password_hash: &pending.password_hash,
    };
    let mut tx = admin.db.tenant(id).await?;
    let first = write(admin, &mut tx, &draft).await?;
    let url = handoff_link(admin, &mut tx, draft.slug, first.member_id, admin.config.handoff_lifetime).await?;
    tx.commit().await?;
    admin.tenant_changed(id);
    let tenant = Summary { id, slug: pending.slug, name: pending.organization };
    Ok(SignedUp { tenant, url })
}

fn trim(form: &mut SignUp) {
    for text in [&mut form.organization.name, &mut form.organization.slug, &mut form.admin.name, &mut form.admin.email]
    {
        *text = text.trim().to_owned();
    }
}

async fn check(admin: &TenantAdmin, form: &SignUp) -> kernel::Result<()> {
    let (organization, person) = (&form.organization, &form.admin);
    let slug_problem = match slug::problem(&organization.slug) {
        Some(problem) => Some(problem),
        None => is_taken(admin, &organization.slug).await?.then_some(slug::TAKEN),
    };
    let known = [&*organization.name, &organization.slug, &person.name, &person.email];
    let mut problems = FormProblems::default();
    problems.check("organization.name", person::name_problem(&organization.name));
    problems.check("organization.slug", slug_problem);
    problems.check("admin.name", person::name_problem(&person.name));
    problems.check("admin.email", person::email_problem(&person.email));
    problems.check("admin.password", password_problem(&person.password, &known));
    problems.into_result()
}

async fn is_taken(admin: &TenantAdmin, slug: &str) -> kernel::Result<bool> {
    let mut tx = admin.db.system(SystemReason::CreateTenant).await?;
    tenant::slug_is_taken(&mut tx, slug).await
}

/// Which address is meant.
#[derive(Deserialize, IntoParams)]
pub(crate) struct SlugQuery {
    slug: String,
}

/// Whether an address can be chosen.
#[derive(Serialize, ToSchema)]
pub(crate) struct SlugAvailability {
    slug: String,
    available: bool,
    /// A sentence for the form, when it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<&'static str>,
}

/// Tells whether an address can be chosen. That one is taken is public: anybody can open it.
#[utoipa::path(get, path = "/api/tenant-admin/v1/slug-availability", tag = "sign-up", params(SlugQuery),
    responses((status = 200, body = SlugAvailability)))]
pub(crate) async fn get_slug_availability(
    State(admin): State<TenantAdmin>,
    caller: OptionalCaller,
    Query(query): Query<SlugQuery>,
) -> Result<Json<SlugAvailability>> {
    only_on_apex(&caller)?;
    let reason = match slug::problem(&query.slug) {
        Some(problem) => Some(problem),
        None => is_taken(&admin, &query.slug).await?.then_some(slug::TAKEN),
    };
    Ok(Json(SlugAvailability { slug: query.slug, available: reason.is_none(), reason }))
}
