//! Pictures of the pages that were rendered before a switch. They show what an organisation has, to the operator alone.

use crate::State;
use crate::render::pictures;
use crate::store::rollout_picture;
use axum::body::Body;
use axum::extract;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};
use http_shell::{Path, Result};
use kernel::{Error, TenantId};
use store::SystemReason;
use uuid::Uuid;

/// Shows one picture of an organisation's report; pictures are kept for 30 days after their rollout.
#[utoipa::path(get, path = "/api/plugins/v1/operator/rollouts/{id}/organizations/{tenant_id}/pictures/{file}",
    tag = "operator",
    params(("id" = Uuid, Path), ("tenant_id" = Uuid, Path),
        ("file" = String, Path, description = "As the report names it")),
    responses((status = 200, description = "The picture, `image/jpeg`"), (status = 404)))]
pub async fn get_rollout_picture(
    extract::State(state): extract::State<State>,
    Path((id, tenant, file)): Path<(Uuid, Uuid, String)>,
) -> Result<Response> {
    let missing = || Error::not_found("There is no such picture");
    let mut tx = state.db.system(SystemReason::Operator).await?;
    let report = rollout_picture::find_report(&mut tx, id, tenant).await?.ok_or_else(missing)?;
    tx.commit().await?;
    // What the report does not name is not looked for.
    if !report.0.rendering.is_some_and(|rendering| rendering.names_picture(&file)) {
        return Err(missing().into());
    }
    let picture = pictures::find(&state, TenantId::new(tenant), id, &file).await?.ok_or_else(missing)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        ),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
    ];
    Ok((headers, Body::from(picture)).into_response())
}
