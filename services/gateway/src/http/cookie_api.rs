//! The cookie endpoints of Backstage plugins (`/api/PLUGIN/.backstage/auth/v1/cookie`).
//!
//! Stock front ends call them before they load images or pages that cannot send a token. Here the session cookie
//! serves that purpose already, so there is nothing to set and nothing to take away.

use super::auth::Visit;
use axum::http::StatusCode;
use http_shell::{Json, Path, Result};
use kernel::Error;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// Until when requests with the cookie are good.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CookieAnswer {
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: OffsetDateTime,
}

/// Tells until when the browser's cookie serves for requests without a token.
#[utoipa::path(get, path = "/api/{plugin_id}/.backstage/auth/v1/cookie", tag = "auth",
    params(("plugin_id" = String, Path, description = "Any plugin")), responses((status = 200, body = CookieAnswer)))]
pub(crate) async fn get_cookie(visit: Visit, Path(_plugin_id): Path<String>) -> Result<Json<CookieAnswer>> {
    let session = visit.session.ok_or_else(|| Error::authentication("Only a browser session has a cookie"))?;
    Ok(Json(CookieAnswer { expires_at: session.expires_at }))
}

/// Does nothing: the session ends by signing out.
#[utoipa::path(delete, path = "/api/{plugin_id}/.backstage/auth/v1/cookie", tag = "auth",
    params(("plugin_id" = String, Path, description = "Any plugin")), responses((status = 204)))]
pub(crate) async fn delete_cookie(Path(_plugin_id): Path<String>) -> StatusCode {
    StatusCode::NO_CONTENT
}
