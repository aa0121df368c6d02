//! In and out: password, hand-off link, sign-out. While a provider is enforced, passwords and links are for emergencies.

use super::auth::Visit;
use super::edge::{origins, page};
use super::refused::Refusal;
use crate::domain::browser::Browser;
use crate::domain::content::wants_page;
use crate::domain::page::notice;
use crate::state::Gateway;
use crate::store::member::{self, Member};
use crate::store::session::{self, NewSession};
use crate::store::tenant::Tenant;
use ::store::{AuditEvent, TenantTx};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use credential::OneTimeCode;
use http_shell::{Json, Query, Result};
use kernel::Error;
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

/// What a person types.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Credentials {
    email: String,
    password: String,
}

/// Signs in with mail address and password; the answer sets the session cookie.
#[utoipa::path(post, path = "/api/auth/v1/sign-in", tag = "auth", request_body = Credentials,
    responses((status = 204), (status = 401, description = "Wrong"), (status = 429, description = "Too many attempts")))]
pub(crate) async fn sign_in(
    State(gateway): State<Gateway>,
    visit: Visit,
    headers: HeaderMap,
    Json(given): Json<Credentials>,
) -> Result<Response> {
    let tenant = visit.on_tenant_host()?;
    // Also without a cookie: signing a browser in under somebody else's account is an attack, too.
    if origins(&headers) != [gateway.parts.config.origin_at(&tenant.host)] {
        return Err(Error::not_allowed("This request did not come from this portal's own pages").into());
    }
    let email_key = given.email.trim().to_lowercase();
    if let Err(too_many) = gateway.limit_sign_in(tenant.id, &email_key, visit.address).await {
        gateway.record_refusal(tenant.id, &visit, &email_key, None, Refusal::TooMany).await?;
        return Err(too_many.into());
    }
    let mut tx = gateway.parts.db.tenant(tenant.id).await?;
    let found = member::find_by_email(&mut tx, &email_key).await?;
    tx.rollback().await?;
    let (member, hash) = found.map_or((None, None), |(member, hash)| (Some(member), hash));
    let right = gateway.hasher.verify(given.password, hash).await?;
    let account = member.as_ref().map(|member| member.user_ref.clone());
    let Some(member) = member.filter(|_| right) else {
        tracing::info!(address = %visit.address, "sign-in refused");
        gateway.record_refusal(tenant.id, &visit, &email_key, account.as_deref(), Refusal::Wrong).await?;
        return Err(Error::authentication("The mail address or the password is wrong.").into());
    };
    gateway.forgive_sign_in(tenant.id, &email_key).await;
    let mut tx = gateway.parts.db.tenant(tenant.id).await?;
    if !::store::sign_in::may_use_password(&mut tx, member.member_id).await? {
        return Err(Error::not_allowed("This organisation signs in through its own provider. Use its button.").into());
    }
    let browser = Browser::of(&headers, visit.address);
    let cookie = start_session(&gateway, &mut tx, &member, "password", &browser).await?;
    tx.commit().await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie), no_store()]).into_response())
}

pub(super) const fn no_store() -> (header::HeaderName, HeaderValue) {
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

/// Writes the session with its audit row and returns the `Set-Cookie` value.
pub(super) async fn start_session(
    gateway: &Gateway,
    tx: &mut TenantTx,
    member: &Member,
    how: &str,
    browser: &Browser,
) -> kernel::Result<HeaderValue> {
    let (now, lifetime) = (gateway.now(), gateway.parts.config.session_lifetime);
    // A fresh token each time: whatever cookie the browser had before is worth nothing (session fixation).
    let token = OneTimeCode::generate()?;
    session::delete_expired(tx, now).await?;
    let new = NewSession { member: member.member_id, how, browser, now, expires_at: now + lifetime };
    let id = session::insert(tx, token.digest(), new).await?;
    member::set_last_sign_in(tx, member.member_id, now).await?;
    let event = AuditEvent::named(&member.user_ref, "session.start", &member.user_ref);
    tx.record(event.after(json!({ "session": id, "by": how }))).await?;
    HeaderValue::from_str(&gateway.cookie.set(token.reveal(), lifetime)).map_err(Error::internal)
}

/// A hand-off link's parameters.
#[derive(Deserialize, IntoParams)]
pub(crate) struct Handoff {
    /// The one-time code.
    code: String,
    /// Where to go: a path of this origin.
    next: Option<String>,
}

/// Opens a one-time link: sets the session cookie and leads on to `next`.
#[utoipa::path(get, path = "/api/auth/v1/handoff", tag = "auth", params(Handoff),
    responses((status = 302), (status = 401, description = "Used, expired or unknown")))]
pub(crate) async fn handoff(
    State(gateway): State<Gateway>,
    visit: Visit,
    headers: HeaderMap,
    Query(link): Query<Handoff>,
) -> Result<Response> {
    let tenant = visit.on_tenant_host()?;
    let next = link.next.as_deref().filter(|next| is_local_path(next)).unwrap_or("/");
    gateway.limit_address(visit.address).await?;
    if let Some(cookie) = take_handoff(&gateway, tenant, &link.code, &Browser::of(&headers, visit.address)).await? {
        return Ok(redirect(next, Some(cookie))?);
    }
    // Opened twice by the same browser: it is signed in already.
    if gateway.session_of_cookie(tenant.id, &headers).await?.is_some() {
        return Ok(redirect(next, None)?);
    }
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if !wants_page(accept) {
        return Err(Error::authentication("This link was used already or has expired").into());
    }
    let html = notice(
        "This link does not work any more",
        "It was used already or has expired. Sign in with your mail address and password instead.",
        Some(("/", "Go to the portal")),
    );
    Ok(page(StatusCode::UNAUTHORIZED, html))
}

async fn take_handoff(
    gateway: &Gateway,
    tenant: &Tenant,
    code: &str,
    browser: &Browser,
) -> kernel::Result<Option<HeaderValue>> {
    let Some(code) = OneTimeCode::parse(code) else { return Ok(None) };
    let mut tx = gateway.parts.db.tenant(tenant.id).await?;
    let Some(member) = member::take_handoff(&mut tx, code.digest(), gateway.now()).await? else { return Ok(None) };
    if !::store::sign_in::may_use_password(&mut tx, member.member_id).await? {
        tx.commit().await?;
        return Ok(None);
    }
    let cookie = start_session(gateway, &mut tx, &member, "hand-off", browser).await?;
    tx.commit().await?;
    Ok(Some(cookie))
}

pub(super) fn redirect(next: &str, cookie: Option<HeaderValue>) -> kernel::Result<Response> {
    let location = HeaderValue::from_str(next).map_err(Error::internal)?;
    let referrer = (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let mut response = (StatusCode::FOUND, [(header::LOCATION, location), no_store(), referrer]).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Whether a browser that is led there stays on this origin.
pub(super) fn is_local_path(next: &str) -> bool {
    let second = next.chars().nth(1);
    next.starts_with('/')
        && !matches!(second, Some('/' | '\\'))
        && next.chars().all(|c| c.is_ascii() && !c.is_ascii_control() && c != '\\' && c != ' ')
}

/// Signs this browser out.
#[utoipa::path(post, path = "/api/auth/proscenium/logout", tag = "auth", responses((status = 204)))]
pub(crate) async fn logout(State(gateway): State<Gateway>, visit: Visit, headers: HeaderMap) -> Result<Response> {
    let tenant = visit.on_tenant_host()?;
    if visit.session.is_none() && origins(&headers) != [gateway.parts.config.origin_at(&tenant.host)] {
        // A form of another site comes without the cookie, yet an answer to it could make the browser forget the session.
        return Ok((StatusCode::NO_CONTENT, [no_store()]).into_response());
    }
    if let Some(session) = &visit.session {
        let mut tx = gateway.parts.db.tenant(tenant.id).await?;
        session::revoke(&mut tx, session.session_id, gateway.now()).await?;
        let user = &session.member.user_ref;
        let event = AuditEvent::named(user, "session.end", user).before(json!({ "session": session.session_id }));
        tx.record(event).await?;
        tx.commit().await?;
        gateway.identities_changed(tenant.id);
    }
    let cookie = HeaderValue::from_str(&gateway.cookie.clear()).map_err(Error::internal)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie), no_store()]).into_response())
}

#[cfg(test)]
mod tests {
    use super::is_local_path;

    #[test]
    fn a_link_leads_on_only_within_its_own_origin() {
        for good in ["/", "/catalog", "/catalog/default/component/a?tab=1#x", "/a//b"] {
            assert!(is_local_path(good), "{good} was refused");
        }
        for bad in [
            "",
            "catalog",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\tx",
            "/a\r\nSet-Cookie: x",
            "/a\\b",
            "javascript:alert(1)",
            "/ü",
        ] {
            assert!(!is_local_path(bad), "{bad:?} was accepted");
        }
    }
}
