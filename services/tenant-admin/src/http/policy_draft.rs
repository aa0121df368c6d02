//! Writing the draft.

use super::policies::{DocumentSchema, Draft, published, stored};
use crate::domain::grantable;
use crate::state::TenantAdmin;
use crate::store::policy::{self, DraftRow};
use authz::{Document, Problems};
use axum::extract::State;
use axum::http::StatusCode;
use http_shell::{Caller, Json, Result};
use kernel::Error;
use serde::Deserialize;
use serde_json::{Value, json};
use store::{AuditEvent, TenantTx};
use utoipa::ToSchema;

/// The draft as it shall be.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewDraft {
    /// The revision that was seen; 0 when there was no draft.
    revision: i64,
    #[schema(value_type = DocumentSchema)]
    document: Value,
}

/// An error that names every problem by its path.
pub(crate) fn refused(problems: Problems) -> kernel::Result<()> {
    let Some(first) = problems.values().next() else { return Ok(()) };
    let whole = match problems.len() {
        1 => first.clone(),
        several => format!("{several} fields need your attention."),
    };
    let error = |error: Error, (path, problem): (String, String)| error.with_field(path, problem);
    Err(problems.into_iter().fold(Error::input(whole), error))
}

/// Refuses conditions that are new here and that the catalog's or an installed plugin's rules do not bear out. What
/// those rules are is asked for before any transaction begins; of who does not answer, nothing is refused.
pub(crate) async fn judge_conditions(admin: &TenantAdmin, caller: &Caller, document: &Document) -> kernel::Result<()> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let mut kept = vec![published(&mut tx).await?.1];
    if let Some(draft) = policy::find_draft(&mut tx).await? {
        kept.push(stored(draft.document)?);
    }
    drop(tx);
    let new = grantable::new_conditions(document, &kept);
    if new.is_empty() {
        return Ok(());
    }
    refused(admin.grantable(caller.tenant).await.problems(&new))
}

/// Writes a document into the draft and says so in the audit log.
pub(crate) async fn write(
    admin: &TenantAdmin,
    tx: &mut TenantTx,
    caller: &Caller,
    document: &Document,
    seen: i64,
) -> kernel::Result<DraftRow> {
    refused(document.problems())?;
    let before = policy::find_draft_for_update(tx).await?;
    let based_on = match &before {
        Some(draft) => draft.based_on,
        None => published(tx).await?.0,
    };
    let draft = DraftRow {
        revision: seen + 1,
        based_on,
        document: serde_json::to_value(document).map_err(Error::internal)?,
        changed_at: admin.clock.now(),
        changed_by: caller.principal.label(),
    };
    if before.map_or(0, |draft| draft.revision) != seen || !policy::set_draft(tx, &draft, seen).await? {
        return Err(Error::conflict("Somebody else changed the draft. Load it again and repeat your change."));
    }
    let event = AuditEvent::by(&caller.principal, "policy.draft", "roles and policies");
    let names: Vec<&str> = document.roles.iter().map(|role| role.name.as_str()).take(100).collect();
    tx.record(event.after(json!({ "revision": draft.revision, "roles": names }))).await?;
    Ok(draft)
}

/// Writes the draft. It must be whole: what has a mistake is not kept. Nothing holds before it is published.
#[utoipa::path(put, path = "/api/tenant-admin/v1/policies/draft", tag = "policies", request_body = NewDraft,
    responses((status = 200, body = Draft), (status = 400, description = "Says per field what is wrong"),
        (status = 409, description = "Somebody else changed it")))]
pub(crate) async fn set_draft(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(new): Json<NewDraft>,
) -> Result<Json<Draft>> {
    let document: Document = serde_json::from_value(new.document)
        .map_err(|error| Error::input(format!("The document cannot be read: {error}")))?;
    refused(document.problems())?;
    judge_conditions(&admin, &caller, &document).await?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let draft = write(&admin, &mut tx, &caller, &document, new.revision).await?;
    tx.commit().await?;
    Ok(Json(draft.try_into()?))
}

/// Throws the draft away.
#[utoipa::path(delete, path = "/api/tenant-admin/v1/policies/draft", tag = "policies", responses((status = 204)))]
pub(crate) async fn discard_draft(State(admin): State<TenantAdmin>, caller: Caller) -> Result<StatusCode> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    policy::delete_draft(&mut tx).await?;
    tx.record(AuditEvent::by(&caller.principal, "policy.discard", "roles and policies")).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
