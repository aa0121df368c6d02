//! Looking at the portal as another member: an administrator's session, reading only, for an hour at most.

use super::Visit;
use crate::state::Gateway;
use crate::store::{member, view_as};
use ::store::AuditEvent;
use axum::extract::State;
use axum::http::StatusCode;
use http_shell::{Caller, Json, Result};
use kernel::Error;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;

/// It ends by itself after so long.
const LASTS: Duration = Duration::hours(1);

/// As whom to look.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ViewAs {
    member_id: Uuid,
}

/// Until when.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Viewing {
    user_entity_ref: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    ends_at: OffsetDateTime,
}

/// Begins to look at the portal as another member. Load the portal anew after it.
#[utoipa::path(post, path = "/api/auth/v1/view-as", tag = "auth", request_body = ViewAs,
    responses((status = 200, body = Viewing), (status = 404), (status = 409, description = "Not in a browser session")))]
pub(crate) async fn begin(
    State(gateway): State<Gateway>,
    visit: Visit,
    caller: Caller,
    Json(whom): Json<ViewAs>,
) -> Result<Json<Viewing>> {
    let mut tx = gateway.parts.db.tenant(caller.tenant).await?;
    let whom = member::find(&mut tx, whom.member_id).await?;
    let whom = whom.ok_or_else(|| Error::not_found("There is no such member, or they have not accepted yet"))?;
    let session = visit.session.ok_or_else(|| {
        Error::conflict("Only somebody who is signed in at the portal can look at it as somebody else, not a token")
    })?;
    if whom.member_id == session.member.member_id {
        return Err(Error::conflict("You see the portal as yourself already").into());
    }
    let ends_at = gateway.now() + LASTS;
    view_as::set(&mut tx, session.session_id, whom.member_id, ends_at).await?;
    let event = AuditEvent::by(&caller.principal, "member.viewAs.begin", &whom.user_ref);
    tx.record(event.after(json!({ "session": session.session_id }))).await?;
    tx.commit().await?;
    gateway.identities_changed(caller.tenant);
    Ok(Json(Viewing { user_entity_ref: whom.user_ref, ends_at }))
}

/// Goes back to one's own view.
#[utoipa::path(delete, path = "/api/auth/v1/view-as", tag = "auth", responses((status = 204)))]
pub(crate) async fn end(State(gateway): State<Gateway>, visit: Visit, caller: Caller) -> Result<StatusCode> {
    let Some(session) = visit.session else { return Ok(StatusCode::NO_CONTENT) };
    let mut tx = gateway.parts.db.tenant(caller.tenant).await?;
    if view_as::delete(&mut tx, session.session_id).await? {
        let actor = session.member.user_ref.clone();
        let event = AuditEvent::named(actor, "member.viewAs.end", &session.acting().user_ref);
        tx.record(event.after(json!({ "session": session.session_id }))).await?;
        tx.commit().await?;
        gateway.identities_changed(caller.tenant);
    }
    Ok(StatusCode::NO_CONTENT)
}
