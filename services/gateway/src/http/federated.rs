//! Signing in with a provider of the organisation's: out to it, and back.

use super::auth::Visit;
use super::edge::page;
use super::sign_in::{is_local_path, no_store, redirect, start_session};
use crate::domain::attempt::{Ticket, error_words};
use crate::domain::browser::Browser;
use crate::domain::content::wants_page;
use crate::domain::page::notice;
use crate::federation::Answer;
use crate::state::Gateway;
use crate::store::attempt::{self, Attempt};
use crate::store::provider::{self, Provider};
use crate::store::tenant::Tenant;
use ::store::AuditEvent;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use credential::OneTimeCode;
use credential::provider::redirect_uri;
use http_shell::{ApiError, Json, Path, Query, Result};
use kernel::{Error, ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::Duration;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// How long somebody may take at the provider.
const PATIENCE: Duration = Duration::minutes(10);

/// A button of the sign-in page.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignInProvider {
    name: String,
    title: String,
    /// `oidc` or `github`.
    kind: String,
    /// Where the browser goes.
    url: String,
}

/// How one can sign in here.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignInOptions {
    providers: Vec<SignInProvider>,
    /// Whether everybody may use a password. Otherwise only administrators who were named for emergencies.
    passwords: bool,
}

/// Lists the ways to sign in.
#[utoipa::path(get, path = "/api/auth/v1/sign-in-options", tag = "auth", responses((status = 200, body = SignInOptions)))]
pub(crate) async fn get_options(State(gateway): State<Gateway>, visit: Visit) -> Result<Response> {
    let tenant = visit.on_tenant_host()?;
    let mut tx = gateway.parts.db.tenant(tenant.id).await?;
    let offered = provider::list_offered(&mut tx).await?;
    let passwords = !::store::sign_in::is_enforced(&mut tx).await?;
    let button = |it: provider::Offered| SignInProvider {
        url: format!("/api/auth/{}/start", it.name),
        name: it.name,
        title: it.title,
        kind: it.kind,
    };
    let options = SignInOptions { providers: offered.into_iter().map(button).collect(), passwords };
    Ok(([no_store()], Json(options)).into_response())
}

/// Parameters of setting out.
#[derive(Deserialize, IntoParams)]
pub(crate) struct Start {
    /// Where to go afterwards: a path of this origin.
    next: Option<String>,
    /// A try of an administrator's, which signs nobody in.
    test: Option<Uuid>,
}

/// Sends the browser to the provider. Providers send back to the address below the domain only, so from a host of one's
/// own the way leads over that address.
#[utoipa::path(get, path = "/api/auth/{provider}/start", tag = "auth",
    params(("provider" = String, Path, description = "The provider's name"), Start),
    responses((status = 302), (status = 404, description = "No such provider, or it is off")))]
pub(crate) async fn start(
    State(gateway): State<Gateway>,
    visit: Visit,
    headers: HeaderMap,
    uri: Uri,
    Path(name): Path<String>,
    Query(start): Query<Start>,
) -> Result<Response> {
    let tenant = visit.on_tenant_host()?.clone();
    gateway.limit_address(visit.address).await?;
    let config = &gateway.parts.config;
    if tenant.host != config.tenant_host(&tenant.slug) {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        return Ok(redirect(&format!("{}{path}", config.tenant_origin(&tenant.slug)), None)?);
    }
    let outcome = Box::pin(send_out(&gateway, &tenant, &visit, &name, start)).await;
    shown(&headers, "Sign-in could not begin", outcome)
}

async fn send_out(
    gateway: &Gateway,
    tenant: &Tenant,
    visit: &Visit,
    name: &str,
    start: Start,
) -> kernel::Result<Response> {
    let next = start.next.filter(|next| is_local_path(next)).unwrap_or_else(|| "/".to_owned());
    let mut tx = gateway.parts.db.tenant(tenant.id).await?;
    let (provider_id, provider) = match start.test {
        Some(test) => (None, draft(gateway, &mut tx, visit, test).await?),
        None => {
            let found = provider::find_enabled(&mut tx, name).await?.ok_or_else(unknown)?;
            (Some(found.0), found.1)
        }
    };
    tx.rollback().await?;
    let ticket = Ticket::issue()?;
    let uri = redirect_uri(&gateway.parts.config.tenant_origin(&tenant.slug), &provider.name);
    let address = gateway.way_to(tenant.id, &provider, &uri, &ticket).await?;
    let now = gateway.now();
    let attempt = Attempt { provider_id, test_id: start.test, next };
    let mut tx = gateway.parts.db.tenant(tenant.id).await?;
    attempt::insert(&mut tx, ticket.state.digest(), ticket.browser.digest(), &attempt, now, now + PATIENCE).await?;
    tx.commit().await?;
    let cookie = gateway.attempt_cookie.set(ticket.browser.reveal(), PATIENCE);
    redirect(&address, Some(HeaderValue::from_str(&cookie).map_err(Error::internal)?))
}

fn unknown() -> Error {
    Error::not_found("There is no such way to sign in, or it was turned off.")
}

async fn draft(gateway: &Gateway, tx: &mut ::store::TenantTx, visit: &Visit, test: Uuid) -> kernel::Result<Provider> {
    let session = visit.session.as_ref().ok_or_else(|| Error::authentication("Sign in to try a provider."))?;
    let found = provider::find_draft(tx, test, session.member.member_id, gateway.now()).await?;
    found.ok_or_else(|| Error::not_found("This try is over. Start it again from the settings."))
}

/// What comes back with the browser.
#[derive(Deserialize, IntoParams)]
pub(crate) struct Returned {
    /// What binds the answer to the request.
    state: Option<String>,
    /// What the provider gives for tokens.
    code: Option<String>,
    /// Who answers (RFC 9207).
    iss: Option<String>,
    /// Why there is no code.
    error: Option<String>,
}

/// Takes the browser back from the provider: signs it in and leads on.
#[utoipa::path(get, path = "/api/auth/{provider}/handler/frame", tag = "auth",
    params(("provider" = String, Path, description = "The provider's name"), Returned),
    responses((status = 302), (status = 401, description = "Not the answer to a request of this browser's"),
        (status = 403, description = "Known there, but not let in here")))]
pub(crate) async fn take_back(
    State(gateway): State<Gateway>,
    visit: Visit,
    headers: HeaderMap,
    Path(name): Path<String>,
    Query(returned): Query<Returned>,
) -> Result<Response> {
    let tenant = visit.on_tenant_host()?.clone();
    let browser = Browser::of(&headers, visit.address);
    let outcome = Box::pin(come_back(&gateway, &tenant, &visit, &headers, &name, &returned, &browser)).await;
    let mut response = shown(&headers, "You could not be signed in", outcome)?;
    let gone = HeaderValue::from_str(&gateway.attempt_cookie.clear()).map_err(Error::internal)?;
    response.headers_mut().append(header::SET_COOKIE, gone);
    Ok(response)
}

fn stale() -> Error {
    Error::authentication(
        "This answer is used already, too old, or not for this browser. It can be that sign-in was started again in another \
         tab. Start again from the sign-in page.",
    )
}

async fn come_back(
    gateway: &Gateway,
    tenant: &Tenant,
    visit: &Visit,
    headers: &HeaderMap,
    name: &str,
    returned: &Returned,
    browser: &Browser,
) -> kernel::Result<Response> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let secret = gateway.attempt_cookie.read(cookies).and_then(OneTimeCode::parse).ok_or_else(stale)?;
    let state = returned.state.as_deref().and_then(OneTimeCode::parse).ok_or_else(stale)?;
    let ticket = Ticket { browser: secret, state };
    let mut tx = gateway.parts.db.tenant(tenant.id).await?;
    let attempt = attempt::take(&mut tx, ticket.state.digest(), ticket.browser.digest(), gateway.now()).await?;
    tx.commit().await?;
    let attempt = attempt.ok_or_else(stale)?;
    let provider = sent_to(gateway, tenant, visit, name, &attempt).await?;
    gateway.check_sender(tenant.id, &provider, returned.iss.as_deref()).await?;
    let person = match (&returned.code, &returned.error) {
        (Some(code), None) => {
            let uri = redirect_uri(&gateway.parts.config.tenant_origin(&tenant.slug), &provider.name);
            let answer = Answer { code, redirect_uri: &uri, ticket: &ticket };
            Box::pin(gateway.redeem(tenant.id, &provider, answer)).await
        }
        (_, error) => Err(Error::authentication(error_words(error.as_deref().unwrap_or_default()))),
    };
    if let Some(test) = attempt.test_id {
        return super::trial::conclude(gateway, tenant, &provider, test, person).await;
    }
    let person = person?;
    let (mut tx, member) = match Box::pin(gateway.admit(tenant, &provider, &person)).await {
        Ok(admitted) => admitted,
        Err(error) => return Err(note_refusal(gateway, tenant, &provider, &person.subject, error).await),
    };
    let cookie = start_session(gateway, &mut tx, &member, &provider.title, browser).await?;
    tx.commit().await?;
    gateway.identities_changed(tenant.id);
    redirect(&attempt.next, Some(cookie))
}

/// The provider to which the browser was sent, as it is now; it must be the one at whose address it came back.
async fn sent_to(
    gateway: &Gateway,
    tenant: &Tenant,
    visit: &Visit,
    name: &str,
    attempt: &Attempt,
) -> kernel::Result<Provider> {
    let mut tx = gateway.parts.db.tenant(tenant.id).await?;
    let provider = match attempt.test_id {
        Some(test) => draft(gateway, &mut tx, visit, test).await?,
        None => {
            let found = provider::find_enabled(&mut tx, name).await?.ok_or_else(unknown)?;
            if attempt.provider_id != Some(found.0) {
                return Err(stale());
            }
            found.1
        }
    };
    if provider.name == name { Ok(provider) } else { Err(stale()) }
}

/// Somebody whom the provider knows was turned away: that belongs in the log of the organisation.
async fn note_refusal(gateway: &Gateway, tenant: &Tenant, provider: &Provider, subject: &str, error: Error) -> Error {
    if error.kind != ErrorKind::NotAllowed {
        return error;
    }
    let noted = async {
        let mut tx = gateway.parts.db.tenant(tenant.id).await?;
        let event = AuditEvent::named("sign-in", "session.refuse", format!("{}:{subject}", provider.name));
        tx.record(event.after(json!({ "reason": error.message }))).await?;
        tx.commit().await
    };
    noted.await.err().unwrap_or(error)
}

/// A page for a person, an error for a program.
fn shown(headers: &HeaderMap, title: &str, outcome: kernel::Result<Response>) -> Result<Response> {
    let error = match outcome {
        Ok(response) => return Ok(response),
        Err(error) => error,
    };
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if error.kind == ErrorKind::Internal || !wants_page(accept) {
        return Ok(ApiError(error).into_response());
    }
    tracing::info!(%error, "sign-in with a provider did not work");
    let status = StatusCode::from_u16(error.kind.status()).unwrap_or(StatusCode::UNAUTHORIZED);
    Ok(page(status, notice(title, &error.message, Some(("/", "Go to the sign-in page")))))
}
