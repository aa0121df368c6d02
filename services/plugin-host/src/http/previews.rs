//! What one member looks at before it is published, and what the portal's page is told of it.

use super::remotes::{PortalFeature, feature};
use super::uploads::actor;
use crate::State;
use crate::store::{preview, upload};
use crate::uploads::previews;
use authz::{Decision, Permission, decide};
use axum::extract;
use http_shell::{Caller, Json, Path, Result};
use kernel::Error;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::AuditEvent;
use utoipa::ToSchema;
use uuid::Uuid;

/// The versions that the caller may look at.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewList {
    /// The latest first.
    items: Vec<OfferedPreview>,
}

/// A version that a member may look at before it is published.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferedPreview {
    upload_id: Uuid,
    plugin_id: String,
    package: String,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    description: Option<String>,
    uploaded_by: String,
    /// Whether they do.
    on: bool,
}

/// Whether to look at a version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewSwitch {
    on: bool,
}

/// What one member's page loads instead of what is published.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PortalPreview {
    member_id: Uuid,
    upload_id: Uuid,
    plugin_id: String,
    package: String,
    version: String,
    /// Its front end, if it has one; it takes the place of the one with the same container.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    feature: Option<PortalFeature>,
}

/// The versions that the caller may look at before they are published.
#[utoipa::path(get, path = "/api/plugins/v1/previews", responses((status = 200, body = PreviewList)))]
pub async fn list_previews(extract::State(state): extract::State<State>, caller: Caller) -> Result<Json<PreviewList>> {
    let Some(member) = actor(&caller.principal).member else { return Ok(Json(PreviewList { items: Vec::new() })) };
    let mut tx = state.db.tenant(caller.tenant).await?;
    let found = preview::list_offered(&mut tx, member).await?;
    tx.commit().await?;
    let item = |one: preview::Offered| OfferedPreview {
        upload_id: one.upload_id,
        plugin_id: one.plugin_id,
        package: one.package,
        version: one.version,
        description: one.description,
        uploaded_by: one.uploaded_by,
        on: one.active,
    };
    Ok(Json(PreviewList { items: found.into_iter().map(item).collect() }))
}

/// Looks at a version before it is published, or no more. It changes what the caller alone meets, from the next request and
/// the next page on.
#[utoipa::path(put, path = "/api/plugins/v1/previews/{id}", params(("id" = Uuid, Path, description = "The upload")),
    request_body = PreviewSwitch, responses((status = 200, body = PreviewList), (status = 404), (status = 409)))]
pub async fn set_preview(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<PreviewSwitch>,
) -> Result<Json<PreviewList>> {
    let member = actor(&caller.principal).member.ok_or_else(|| Error::not_allowed("Previews are for members."))?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let found = upload::find(&mut tx, id).await?;
    let offered = preview::is_offered(&mut tx, id, member).await?;
    tx.commit().await?;
    let may = offered || decide(&caller.principal, Permission::PLUGIN_UPDATE) == Decision::Allow;
    // Nobody learns of what is not for them.
    let found = found.filter(|_| may).ok_or_else(upload::unknown)?;
    if body.on {
        check(&state, &found)?;
        previews::prepare(&state, caller.tenant, &found).await?;
    }
    let mut tx = state.db.tenant(caller.tenant).await?;
    preview::set_active(&mut tx, (id, &found.package), member, body.on, state.clock.now()).await?;
    let event = AuditEvent::by(&caller.principal, "plugin.preview", &found.package);
    tx.record(event.after(json!({ "version": found.version, "upload": id, "on": body.on }))).await?;
    tx.commit().await?;
    state.previews_changed(caller.tenant);
    list_previews(extract::State(state), caller).await
}

fn check(state: &State, found: &upload::Upload) -> kernel::Result<()> {
    if let Some(refusal) = state.uploads_refusal() {
        return Err(Error::not_allowed(refusal));
    }
    if found.state != upload::State::Ready {
        return Err(Error::conflict("It is not built."));
    }
    if found.installed {
        return Err(Error::conflict("It is published: everybody has it already."));
    }
    Ok(())
}

/// What members' pages load instead of what is published.
#[utoipa::path(get, path = "/internal/plugins/v1/portal-previews", responses((status = 200, body = Vec<PortalPreview>)))]
pub async fn list_portal_previews(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<Json<Vec<PortalPreview>>> {
    if state.uploads_refusal().is_some() {
        return Ok(Json(Vec::new()));
    }
    let found = state.previews.list(&state, caller.tenant).await?;
    let shown = found.iter().map(|one| PortalPreview {
        member_id: one.member_id,
        upload_id: one.upload_id,
        plugin_id: one.plugin_id.clone(),
        package: one.package.clone(),
        version: one.version.clone(),
        feature: one.frontend.clone().map(|frontend| feature(one.plugin_id.clone(), frontend.0)),
    });
    Ok(Json(shown.collect()))
}
