//! A new password of one's own.

use super::auth::Visit;
use crate::state::Gateway;
use crate::store::member;
use crate::store::session::{self, Whose};
use ::store::AuditEvent;
use axum::extract::State;
use axum::http::StatusCode;
use credential::password_problem;
use http_shell::{Caller, Json, Result};
use kernel::{Error, ErrorKind};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

/// The password that was, and the one that will be.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PasswordChange {
    current: String,
    password: String,
}

fn wrong(field: &str, text: &str) -> Error {
    Error::new(ErrorKind::Input, text).with_field(field, text)
}

/// Changes one's own password and signs one's other browsers out.
#[utoipa::path(post, path = "/api/auth/v1/password", tag = "auth", request_body = PasswordChange,
    responses((status = 204), (status = 400, description = "Says per field what is wrong"),
        (status = 429, description = "Too many attempts")))]
pub(crate) async fn change_password(
    State(gateway): State<Gateway>,
    visit: Visit,
    caller: Caller,
    Json(change): Json<PasswordChange>,
) -> Result<StatusCode> {
    let user = caller.principal.user().ok_or_else(|| Error::not_allowed("Only people have passwords"))?;
    let mut tx = gateway.parts.db.tenant(caller.tenant).await?;
    let member =
        member::find(&mut tx, user.id).await?.ok_or_else(|| Error::not_found("You are not a member any more"))?;
    let email_key = member.email.to_lowercase();
    let hash = member::find_by_email(&mut tx, &email_key).await?.and_then(|(_, hash)| hash);
    drop(tx);
    let organization = visit.tenant.as_ref().map_or("", |tenant| tenant.name.as_str());
    if let Some(problem) = password_problem(&change.password, &[&member.name, &member.email, organization]) {
        return Err(wrong("password", problem).into());
    }
    gateway.limit_sign_in(caller.tenant, &email_key, visit.address).await?;
    let hash = hash.ok_or_else(|| wrong("current", "You have no password: you sign in through a provider."))?;
    if !gateway.hasher.verify(change.current, Some(hash)).await? {
        return Err(wrong("current", "This is not your present password.").into());
    }
    gateway.forgive_sign_in(caller.tenant, &email_key).await;
    let hash = gateway.hasher.hash(change.password).await?;
    let (mut tx, now) = (gateway.parts.db.tenant(caller.tenant).await?, gateway.now());
    member::set_password(&mut tx, user.id, &hash, now).await?;
    let but = visit.session.as_ref().map(|session| session.session_id);
    let ended = session::revoke_of(&mut tx, Whose::Member { member: user.id, but }, now).await?;
    let event = AuditEvent::by(&caller.principal, "member.password", &user.entity_ref);
    tx.record(event.after(json!({ "sessionsEnded": ended }))).await?;
    tx.commit().await?;
    gateway.identities_changed(caller.tenant);
    Ok(StatusCode::NO_CONTENT)
}
