//! Which organisations a mail address belongs to: asked on the apex, answered by mail alone.
//!
//! The mailed link lists them and opens each once. Membership and credentials stay each organisation's own: opening one
//! is a hand-off into it and nothing more.

use super::signup::only_on_apex;
use crate::create::handoff_link;
use crate::domain::{FormProblems, person};
use crate::mails;
use crate::state::TenantAdmin;
use crate::store::member::{self, MemberRow};
use crate::store::{tenant, used_link};
use axum::extract::State;
use axum::http::StatusCode;
use credential::{Digest, OneTimeCode};
use http_shell::{Json, OptionalCaller, Result};
use kernel::{Error, TenantId};
use runtime::cache::CacheKey;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::{AuditEvent, SystemReason};
use utoipa::ToSchema;

const PURPOSE: &str = "portals";
const LINK_LIFETIME: time::Duration = time::Duration::minutes(15);
const MAILS_AN_HOUR: u64 = 5;

/// Whose organisations.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
pub(crate) struct PortalsQuestion {
    #[schema(required)]
    email: String,
}

/// Mails a link that lists the organisations of an address. The answer says nothing about them.
#[utoipa::path(post, path = "/api/tenant-admin/v1/portals", tag = "portals", request_body = PortalsQuestion,
    responses((status = 202, description = "A mail is on its way"),
        (status = 409, description = "This installation sends no mail")))]
pub(crate) async fn ask_for_portals(
    State(admin): State<TenantAdmin>,
    caller: OptionalCaller,
    Json(form): Json<PortalsQuestion>,
) -> Result<StatusCode> {
    only_on_apex(&caller)?;
    let email = form.email.trim().to_owned();
    let mut problems = FormProblems::default();
    problems.check("email", person::email_problem(&email));
    problems.into_result()?;
    if !admin.ground.mailer.is_configured() {
        return Err(Error::conflict("This installation sends no mail. Enter the address of your portal.").into());
    }
    let later = admin.clone();
    admin.ground.tasks.spawn_fallible("list of portals", async move { Ok(mail_portals(&later, &email).await?) });
    Ok(StatusCode::ACCEPTED)
}

/// What the mailed link carries.
#[derive(Serialize, Deserialize)]
struct Link {
    email: String,
    nonce: String,
}

async fn mail_portals(admin: &TenantAdmin, email: &str) -> kernel::Result<()> {
    let email_key = person::email_key(email);
    let digest: String = Digest::of(&email_key).as_bytes().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let key = CacheKey::platform("portal-mails", digest);
    if admin.ground.cache.increment(&key, Duration::from_secs(3600)).await > MAILS_AN_HOUR {
        return Ok(());
    }
    let mail = if memberships(admin, &email_key).await?.is_empty() {
        mails::no_portals(email, &admin.config.apex_origin())
    } else {
        let link = Link { email: email_key, nonce: OneTimeCode::generate()?.reveal().to_owned() };
        let sealed = admin.ground.link_key.seal(PURPOSE, &link, admin.clock.now() + LINK_LIFETIME)?;
        mails::portals(email, &format!("{}/portals#{sealed}", admin.config.apex_origin()))
    };
    admin.ground.mailer.send(&mail).await
}

/// The active memberships of an address, with the organisations' addresses and names.
async fn memberships(
    admin: &TenantAdmin,
    email_key: &str,
) -> kernel::Result<Vec<(TenantId, String, String, MemberRow)>> {
    let mut system = admin.db.system(SystemReason::FindByAddress).await?;
    let tenants = tenant::list_by_address(&mut system, Digest::of(email_key)).await?;
    system.commit().await?;
    let mut found = Vec::new();
    for (id, slug, name) in tenants {
        let mut tx = admin.db.tenant(id).await?;
        if let Some(row) = member::find_active_by_email(&mut tx, email_key).await? {
            found.push((id, slug, name, row));
        }
    }
    Ok(found)
}

/// The text behind `#` of the mailed link.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PortalsLink {
    link: String,
}

/// One organisation of the address.
#[derive(Serialize, ToSchema)]
pub(crate) struct Portal {
    slug: String,
    name: String,
    url: String,
}

/// What the link opens.
#[derive(Serialize, ToSchema)]
pub(crate) struct PortalList {
    email: String,
    items: Vec<Portal>,
}

fn open_link(admin: &TenantAdmin, sealed: &str) -> kernel::Result<Link> {
    let link = admin.ground.link_key.open(PURPOSE, sealed, admin.clock.now());
    link.ok_or_else(|| Error::not_found("This link has expired. Ask for a new one."))
}

/// Lists the organisations that a mailed link is for.
#[utoipa::path(post, path = "/api/tenant-admin/v1/portals/list", tag = "portals", request_body = PortalsLink,
    responses((status = 200, body = PortalList), (status = 404, description = "Expired or not ours")))]
pub(crate) async fn list_portals(
    State(admin): State<TenantAdmin>,
    caller: OptionalCaller,
    Json(given): Json<PortalsLink>,
) -> Result<Json<PortalList>> {
    only_on_apex(&caller)?;
    let link = open_link(&admin, &given.link)?;
    let found = memberships(&admin, &link.email).await?.into_iter();
    let items = found.map(|(_, slug, name, _)| Portal { url: admin.config.tenant_origin(&slug), slug, name }).collect();
    Ok(Json(PortalList { email: link.email, items }))
}

/// Which of them to open.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PortalChoice {
    link: String,
    slug: String,
}

/// Where to go.
#[derive(Serialize, ToSchema)]
pub(crate) struct PortalDoor {
    /// One-time link that opens the portal signed in; good for a minute.
    url: String,
}

/// Hands the owner of a mailed link off into one of their organisations.
#[utoipa::path(post, path = "/api/tenant-admin/v1/portals/open", tag = "portals", request_body = PortalChoice,
    responses((status = 201, body = PortalDoor), (status = 404, description = "Expired, or not a member there"),
        (status = 409, description = "Opened with this link before")))]
pub(crate) async fn open_portal(
    State(admin): State<TenantAdmin>,
    caller: OptionalCaller,
    Json(choice): Json<PortalChoice>,
) -> Result<(StatusCode, Json<PortalDoor>)> {
    only_on_apex(&caller)?;
    let link = open_link(&admin, &choice.link)?;
    let found = memberships(&admin, &link.email).await?.into_iter().find(|(_, slug, ..)| *slug == choice.slug);
    let (id, slug, _, row) = found.ok_or_else(|| Error::not_found("You are not a member of this organisation"))?;
    let (mut tx, now) = (admin.db.tenant(id).await?, admin.clock.now());
    let code = Digest::of(&link.nonce);
    if !used_link::take(&mut tx, code, now, now + LINK_LIFETIME).await? {
        let text = "This link opened the portal before. Sign in there, or ask for a new link.";
        return Err(Error::conflict(text).into());
    }
    if !may_hand_off(&mut tx).await? {
        // Its own sign-in decides; the link only shows the way.
        tx.commit().await?;
        return Ok((StatusCode::CREATED, Json(PortalDoor { url: admin.config.tenant_origin(&slug) })));
    }
    let url = handoff_link(&admin, &mut tx, &slug, row.member_id, admin.config.handoff_lifetime).await?;
    tx.record(AuditEvent::named(&row.user_ref, "handoff.create", &row.user_ref)).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(PortalDoor { url })))
}

/// Whether holding a mail address is enough to get into the organisation. One that enforces its own sign-in says no in
/// its settings, and its members are led to its door instead.
async fn may_hand_off(tx: &mut store::TenantTx) -> kernel::Result<bool> {
    let settings = tenant::get(tx).await?.settings;
    Ok(settings.pointer("/signIn/enforced").and_then(serde_json::Value::as_bool) != Some(true))
}
