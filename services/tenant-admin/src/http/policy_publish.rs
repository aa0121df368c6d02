//! Publishing the draft, and going back to a former version.

use super::policies::{Version, find_version, published, stored};
use super::policy_draft::refused;
use crate::state::TenantAdmin;
use crate::store::policy::{self, VersionRow};
use ::store::policy::{NewRule, NewVersion};
use ::store::{AuditEvent, TenantTx};
use authz::Document;
use axum::extract::State;
use axum::http::StatusCode;
use http_shell::{Caller, Json, Path, Result};
use kernel::{Error, ErrorKind};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

const MAX_NOTE: usize = 500;

/// What to publish.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Publication {
    /// The draft's revision that was reviewed.
    revision: i64,
    /// What changed and why, for the history.
    #[serde(default)]
    note: String,
}

/// Publishes the draft: a new version, which is never changed again. It holds in every process within two seconds.
#[utoipa::path(post, path = "/api/tenant-admin/v1/policies/publish", tag = "policies", request_body = Publication,
    responses((status = 201, body = Version), (status = 400), (status = 404, description = "There is no draft"),
        (status = 409, description = "Somebody else changed the draft or published")))]
pub(crate) async fn publish(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(publication): Json<Publication>,
) -> Result<(StatusCode, Json<Version>)> {
    if publication.note.chars().count() > MAX_NOTE {
        let told = format!("A note has at most {MAX_NOTE} characters.");
        return Err(Error::input(&told).with_field("note", told).into());
    }
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let draft = policy::find_draft_for_update(&mut tx).await?;
    let draft = draft.ok_or_else(|| Error::not_found("There is no draft to publish"))?;
    if draft.revision != publication.revision {
        return Err(Error::conflict("Somebody else changed the draft. Review it again before you publish.").into());
    }
    if draft.based_on != published(&mut tx).await?.0 {
        let told = "Another version was published since the draft was begun. Review the draft again: save it anew.";
        return Err(Error::conflict(told).into());
    }
    policy::delete_draft(&mut tx).await?;
    let version = hold(&admin, &mut tx, &caller, draft.document, publication.note, "policy.publish").await?;
    tx.commit().await?;
    admin.policies_changed(caller.tenant);
    Ok((StatusCode::CREATED, Json(version.into())))
}

/// Publishes a former version again, as a new one.
#[utoipa::path(post, path = "/api/tenant-admin/v1/policies/versions/{version}/revert", tag = "policies",
    params(("version" = i64, Path, description = "The version to go back to")),
    responses((status = 201, body = Version), (status = 404), (status = 409, description = "It holds already")))]
pub(crate) async fn revert(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(version): Path<i64>,
) -> Result<(StatusCode, Json<Version>)> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let (_, document) = find_version(&mut tx, version).await?;
    if published(&mut tx).await?.0 == version {
        return Err(Error::conflict("This version holds already").into());
    }
    let note = format!("Back to version {version}");
    let version = hold(&admin, &mut tx, &caller, document, note, "policy.revert").await?;
    tx.commit().await?;
    admin.policies_changed(caller.tenant);
    Ok((StatusCode::CREATED, Json(version.into())))
}

/// Makes a document the version that holds.
async fn hold(
    admin: &TenantAdmin,
    tx: &mut TenantTx,
    caller: &Caller,
    document: Value,
    note: String,
    action: &'static str,
) -> kernel::Result<VersionRow> {
    let parsed = stored(document.clone())?;
    // The rules for documents may have become stricter since it was written.
    refused(parsed.problems())?;
    let before = published(tx).await?.0;
    let new = NewVersion {
        version: before + 1,
        document,
        bindings: parsed.bindings(),
        rules: rules(&parsed),
        note: note.trim().to_owned(),
        published_by: caller.principal.label(),
        published_at: admin.clock.now(),
    };
    let event = AuditEvent::by(&caller.principal, action, "roles and policies").before(json!({ "version": before }));
    tx.record(event.after(json!({ "version": new.version, "note": new.note }))).await?;
    // Last, since it locks the organisation's counters.
    ::store::policy::publish(tx, &new).await.map_err(raced)?;
    let NewVersion { version, note, published_by, published_at, .. } = new;
    let roles = i32::try_from(parsed.roles.len()).unwrap_or(i32::MAX);
    Ok(VersionRow { version, note, published_at, published_by, roles })
}

fn rules(document: &Document) -> Vec<NewRule> {
    let new = |(role, rule): (&str, &authz::PolicyRule)| NewRule {
        role: role.to_owned(),
        permission: rule.permission.clone(),
        effect: rule.effect.word(),
        condition: rule.condition.clone().map(Value::from),
    };
    document.rules().map(new).collect()
}

/// Two who publish at the same time.
fn raced(error: Error) -> Error {
    match error.kind {
        ErrorKind::Conflict => {
            Error::conflict("Somebody else published just now. Look at it first.").with_source(error)
        }
        _ => error,
    }
}
