//! Deleting one's own organisation.

use super::own_password::prove;
use crate::closing::{Closing, close};
use crate::domain::FormProblems;
use crate::state::TenantAdmin;
use crate::store::tenant;
use axum::extract::State;
use axum::http::StatusCode;
use http_shell::{Caller, Json, Result};
use kernel::Error;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// What one types to delete an organisation.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
pub(crate) struct Deletion {
    /// The organisation's address, typed to confirm.
    #[schema(required)]
    slug: String,
    /// The administrator's own password.
    #[schema(required)]
    password: String,
}

/// The organisation is closed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Deleted {
    /// Until then the operator can bring it back; after it everything is erased.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    delete_after: OffsetDateTime,
}

/// Closes the organisation at once and erases it when the period of grace is over.
#[utoipa::path(post, path = "/api/tenant-admin/v1/tenant/deletion", tag = "organisation", request_body = Deletion,
    responses((status = 202, body = Deleted), (status = 400, description = "Says per field what is wrong"),
        (status = 429, description = "Too many wrong passwords")))]
pub(crate) async fn delete_tenant(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(form): Json<Deletion>,
) -> Result<(StatusCode, Json<Deleted>)> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let slug = tenant::get(&mut tx).await?.slug;
    tx.rollback().await?;
    let mut problems = FormProblems::default();
    problems.check("slug", (form.slug.trim() != slug).then(|| format!("Type {slug} to confirm.")));
    problems.into_result()?;
    let (row, _) = prove(&admin, &caller, form.password, "password").await?;
    let delete_after = close(&admin, caller.tenant, &slug, Closing::Delete, &row.user_ref).await?;
    let delete_after = delete_after.ok_or_else(|| Error::internal("a deletion without a date"))?;
    Ok((StatusCode::ACCEPTED, Json(Deleted { delete_after })))
}
