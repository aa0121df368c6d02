//! Who is signed in where: one's own browsers, and for administrators those of every member.

use super::auth::Visit;
use crate::state::Gateway;
use crate::store::member;
use crate::store::session::{self, Listed, Whose};
use ::store::{AuditEvent, TenantTx};
use axum::extract::State;
use axum::http::StatusCode;
use http_shell::{Caller, Json, Path, Result};
use kernel::{Error, User};
use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// A browser that is signed in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BrowserSession {
    id: Uuid,
    /// Whether it is the one that asks.
    current: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    user_agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    address: Option<String>,
    /// `password`, `hand-off`, or a provider's title.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    signed_in_by: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
    /// At most a minute ago is now.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    last_seen_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: OffsetDateTime,
}

/// Sessions that live, the last seen first.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionList {
    items: Vec<BrowserSession>,
}

/// How many sessions were ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct EndedSessions {
    ended: u64,
}

fn person(caller: &Caller) -> kernel::Result<&User> {
    caller.principal.user().ok_or_else(|| Error::not_allowed("Only people have sessions"))
}

fn unknown() -> Error {
    Error::not_found("There is no such session, or it has ended.")
}

async fn list(gateway: &Gateway, tx: &mut TenantTx, of: Uuid, visit: &Visit) -> kernel::Result<SessionList> {
    let current = visit.session.as_ref().map(|session| session.session_id);
    let show = |row: Listed| BrowserSession {
        current: current == Some(row.session_id),
        id: row.session_id,
        user_agent: row.user_agent,
        address: row.address,
        signed_in_by: row.signed_in_by,
        last_seen_at: row.last_seen_at.unwrap_or(row.created_at),
        created_at: row.created_at,
        expires_at: row.expires_at,
    };
    let items = session::list_of(tx, of, gateway.now()).await?.into_iter().map(show).collect();
    Ok(SessionList { items })
}

/// Ends sessions, writes the row of the log, and tells every process.
async fn end(
    gateway: &Gateway,
    mut tx: TenantTx,
    caller: &Caller,
    whose: Whose,
    target: String,
) -> kernel::Result<u64> {
    let ended = session::revoke_of(&mut tx, whose, gateway.now()).await?;
    if ended == 0 && matches!(whose, Whose::One { .. }) {
        return Err(unknown());
    }
    let event = AuditEvent::by(&caller.principal, "session.revoke", target);
    tx.record(event.before(json!({ "sessions": ended }))).await?;
    tx.commit().await?;
    gateway.identities_changed(caller.tenant);
    Ok(ended)
}

/// Lists one's own sessions.
#[utoipa::path(get, path = "/api/auth/v1/sessions", tag = "sessions", responses((status = 200, body = SessionList)))]
pub(crate) async fn list_sessions(
    State(gateway): State<Gateway>,
    visit: Visit,
    caller: Caller,
) -> Result<Json<SessionList>> {
    let mut tx = gateway.parts.db.tenant(caller.tenant).await?;
    Ok(Json(list(&gateway, &mut tx, person(&caller)?.id, &visit).await?))
}

/// Signs one's other browsers out; the one that asks stays signed in.
#[utoipa::path(delete, path = "/api/auth/v1/sessions", tag = "sessions", responses((status = 200, body = EndedSessions)))]
pub(crate) async fn revoke_sessions(
    State(gateway): State<Gateway>,
    visit: Visit,
    caller: Caller,
) -> Result<Json<EndedSessions>> {
    let user = person(&caller)?;
    let tx = gateway.parts.db.tenant(caller.tenant).await?;
    let whose = Whose::Member { member: user.id, but: visit.session.as_ref().map(|session| session.session_id) };
    let ended = end(&gateway, tx, &caller, whose, user.entity_ref.clone()).await?;
    Ok(Json(EndedSessions { ended }))
}

/// Signs one of one's own browsers out.
#[utoipa::path(delete, path = "/api/auth/v1/sessions/{id}", tag = "sessions",
    params(("id" = Uuid, Path, description = "The session")), responses((status = 204), (status = 404)))]
pub(crate) async fn revoke_session(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    let user = person(&caller)?;
    let tx = gateway.parts.db.tenant(caller.tenant).await?;
    let whose = Whose::One { member: user.id, session: id };
    end(&gateway, tx, &caller, whose, user.entity_ref.clone()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn user_ref(tx: &mut TenantTx, id: Uuid) -> kernel::Result<String> {
    let found = member::find(tx, id).await?;
    found.map(|member| member.user_ref).ok_or_else(|| Error::not_found("There is no such member"))
}

/// Lists a member's sessions.
#[utoipa::path(get, path = "/api/auth/v1/members/{id}/sessions", tag = "sessions",
    params(("id" = Uuid, Path, description = "The member")), responses((status = 200, body = SessionList), (status = 404)))]
pub(crate) async fn list_member_sessions(
    State(gateway): State<Gateway>,
    visit: Visit,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<SessionList>> {
    let mut tx = gateway.parts.db.tenant(caller.tenant).await?;
    user_ref(&mut tx, id).await?;
    Ok(Json(list(&gateway, &mut tx, id, &visit).await?))
}

/// Signs a member out everywhere.
#[utoipa::path(delete, path = "/api/auth/v1/members/{id}/sessions", tag = "sessions",
    params(("id" = Uuid, Path, description = "The member")), responses((status = 200, body = EndedSessions), (status = 404)))]
pub(crate) async fn revoke_member_sessions(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<EndedSessions>> {
    let mut tx = gateway.parts.db.tenant(caller.tenant).await?;
    let target = user_ref(&mut tx, id).await?;
    let ended = end(&gateway, tx, &caller, Whose::Member { member: id, but: None }, target).await?;
    Ok(Json(EndedSessions { ended }))
}

/// Signs one of a member's browsers out.
#[utoipa::path(delete, path = "/api/auth/v1/members/{id}/sessions/{session}", tag = "sessions",
    params(("id" = Uuid, Path, description = "The member"), ("session" = Uuid, Path, description = "The session")),
    responses((status = 204), (status = 404)))]
pub(crate) async fn revoke_member_session(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path((id, session)): Path<(Uuid, Uuid)>,
) -> Result<StatusCode> {
    let mut tx = gateway.parts.db.tenant(caller.tenant).await?;
    let target = user_ref(&mut tx, id).await?;
    end(&gateway, tx, &caller, Whose::One { member: id, session }, target).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs everybody out but the browser that asks.
#[utoipa::path(delete, path = "/api/auth/v1/organization/sessions", tag = "sessions",
    responses((status = 200, body = EndedSessions)))]
pub(crate) async fn revoke_all_sessions(
    State(gateway): State<Gateway>,
    visit: Visit,
    caller: Caller,
) -> Result<Json<EndedSessions>> {
    let tx = gateway.parts.db.tenant(caller.tenant).await?;
    let whose = Whose::Everybody { but: visit.session.as_ref().map(|session| session.session_id) };
    let ended = end(&gateway, tx, &caller, whose, "everybody".to_owned()).await?;
    Ok(Json(EndedSessions { ended }))
}
