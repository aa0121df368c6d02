//! The operator's way in and out, on the installation's own host.

use super::auth::Visit;
use super::edge::origins;
use super::sign_in::no_store;
use crate::domain::browser::Browser;
use crate::state::Gateway;
use crate::store::operator::{self, OperatorSession};
use ::store::SystemReason;
use ::store::operator::{Deed, record};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use credential::OneTimeCode;
use http_shell::{Json, Operator, Result};
use kernel::{Error, Principal};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

/// How long the operator stays signed in.
const LIFETIME: Duration = Duration::hours(8);

/// What the operator's link brings.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperatorCode {
    /// What stands behind `#` in the link.
    code: String,
}

/// Who is signed in as the operator.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OperatorIdentity {
    /// What they call themselves.
    name: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: OffsetDateTime,
}

fn identity(session: &OperatorSession) -> OperatorIdentity {
    OperatorIdentity { name: session.name.clone(), expires_at: session.expires_at }
}

/// Signs the operator in with the code of a link that `proscenium operator link` printed; it works once, for a minute.
#[utoipa::path(post, path = "/api/auth/v1/operator/session", tag = "operator", operation_id = "sign_operator_in",
    request_body = OperatorCode, responses((status = 200, body = OperatorIdentity),
    (status = 401, description = "Used, expired or unknown"), (status = 429, description = "Too many attempts")))]
pub(crate) async fn sign_in(
    State(gateway): State<Gateway>,
    visit: Visit,
    headers: HeaderMap,
    Json(given): Json<OperatorCode>,
) -> Result<Response> {
    if !visit.on_apex {
        return Err(Error::not_found("The operator signs in at the installation's own address").into());
    }
    // Also without a cookie: signing a browser in behind its owner's back is an attack, too.
    if origins(&headers) != [gateway.parts.config.apex_origin()] {
        return Err(Error::not_allowed("This request did not come from this portal's own pages").into());
    }
    gateway.limit_address(visit.address).await?;
    let session = start(&gateway, &given.code, &Browser::of(&headers, visit.address)).await?;
    let Some((session, cookie)) = session else {
        tracing::info!(address = %visit.address, "the operator's sign-in refused");
        let told = "This link was used already or has expired. Run `proscenium operator link` for a new one.";
        return Err(Error::authentication(told).into());
    };
    Ok(([(header::SET_COOKIE, cookie), no_store()], Json(identity(&session))).into_response())
}

/// Uses the code up and starts a session; `None` when it is none.
async fn start(
    gateway: &Gateway,
    code: &str,
    browser: &Browser,
) -> kernel::Result<Option<(OperatorSession, HeaderValue)>> {
    let Some(code) = OneTimeCode::parse(code) else { return Ok(None) };
    let (now, token) = (gateway.now(), OneTimeCode::generate()?);
    let mut tx = gateway.parts.db.system(SystemReason::Operator).await?;
    let Some(name) = operator::take_link(&mut tx, code.digest(), now).await? else { return Ok(None) };
    let lives = (now, now + LIFETIME);
    let session = operator::insert_session(&mut tx, token.digest(), &name, browser, lives).await?;
    let actor = Principal::Operator { name }.label();
    let details = json!({ "address": browser.address, "session": session.session_id });
    record(&mut tx, &Deed { actor: &actor, action: "operator.sign-in", target: &actor, details }).await?;
    tx.commit().await?;
    let cookie = gateway.operator_cookie.set(token.reveal(), LIFETIME);
    Ok(Some((session, HeaderValue::from_str(&cookie).map_err(Error::internal)?)))
}

fn signed_in(visit: &Visit) -> kernel::Result<&OperatorSession> {
    visit.operator.as_deref().ok_or_else(|| Error::authentication("The operator is not signed in"))
}

/// Tells who is signed in as the operator, and until when.
#[utoipa::path(get, path = "/api/auth/v1/operator/session", tag = "operator", operation_id = "get_operator_session",
    responses((status = 200, body = OperatorIdentity), (status = 401)))]
pub(crate) async fn get_session(visit: Visit) -> Result<Response> {
    Ok(([no_store()], Json(identity(signed_in(&visit)?))).into_response())
}

/// Signs this browser of the operator's out.
#[utoipa::path(delete, path = "/api/auth/v1/operator/session", tag = "operator", operation_id = "sign_operator_out",
    responses((status = 204), (status = 401)))]
pub(crate) async fn sign_out(State(gateway): State<Gateway>, visit: Visit, by: Operator) -> Result<Response> {
    let (session, actor) = (signed_in(&visit)?, by.label());
    let mut tx = gateway.parts.db.system(SystemReason::Operator).await?;
    operator::revoke(&mut tx, session.session_id, gateway.now()).await?;
    let details = json!({ "session": session.session_id });
    record(&mut tx, &Deed { actor: &actor, action: "operator.sign-out", target: &actor, details }).await?;
    tx.commit().await?;
    let cookie = HeaderValue::from_str(&gateway.operator_cookie.clear()).map_err(Error::internal)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie), no_store()]).into_response())
}
