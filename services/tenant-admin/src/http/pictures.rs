//! Logo and favicon: uploaded as bytes, judged by their bytes, kept in object storage under the organisation.

use super::tenant::Tenant;
use crate::domain::image::{Image, LARGEST, of_file};
use crate::domain::settings::Settings;
use crate::state::TenantAdmin;
use crate::store::tenant;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use credential::Digest;
use http_shell::{Caller, Json, OptionalCaller, Path, Result};
use kernel::{Error, TenantId};
use runtime::objects::{ObjectKey, Objects};
use serde_json::json;
use store::AuditEvent;

fn storage(admin: &TenantAdmin) -> kernel::Result<&Objects> {
    admin.ground.objects.as_ref().ok_or_else(|| Error::unavailable("There is no object storage"))
}

fn key(tenant: TenantId, file: &str) -> kernel::Result<ObjectKey> {
    ObjectKey::tenant(tenant).segment("branding")?.object(file)
}

fn no_such() -> Error {
    Error::not_found("There is no such picture")
}

fn slot(name: &str) -> kernel::Result<&'static str> {
    ["logo", "favicon"].into_iter().find(|slot| *slot == name).ok_or_else(no_such)
}

/// The first sixteen bytes of the digest in hex: pictures with one name are one picture.
fn file_name(slot: &str, bytes: &[u8], kind: Image) -> String {
    let digest = Digest::of_bytes(bytes);
    let digest: String = digest.as_bytes().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{slot}-{digest}.{}", kind.extension())
}

/// Sets the logo or the favicon: a PNG, JPEG or WebP picture (the favicon also an ICO) of at most 512 kB.
#[utoipa::path(put, path = "/api/tenant-admin/v1/branding/{slot}", tag = "organisation",
    params(("slot" = String, Path, description = "`logo` or `favicon`")),
    request_body(content = String, content_type = "application/octet-stream", description = "The picture"),
    responses((status = 200, body = Tenant), (status = 400, description = "Not a picture"), (status = 413)))]
pub(crate) async fn set_picture(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(name): Path<String>,
    bytes: Bytes,
) -> Result<Json<Tenant>> {
    let slot = slot(&name)?;
    if bytes.len() > LARGEST {
        return Err(Error::too_large("A picture has at most 512 kB. Make it smaller.").into());
    }
    let kind = Image::sniff(&bytes).filter(|kind| slot == "favicon" || *kind != Image::Icon);
    let kind = kind.ok_or_else(|| Error::input("Use a PNG, JPEG or WebP picture."))?;
    let file = file_name(slot, &bytes, kind);
    // Before the row that names it: a picture that nobody names is no harm, the other way round is.
    storage(&admin)?.put(&key(caller.tenant, &file)?, bytes, kind.media_type()).await?;
    change(&admin, &caller, slot, Some(file)).await
}

/// Takes the logo or the favicon away.
#[utoipa::path(delete, path = "/api/tenant-admin/v1/branding/{slot}", tag = "organisation",
    params(("slot" = String, Path, description = "`logo` or `favicon`")), responses((status = 200, body = Tenant)))]
pub(crate) async fn remove_picture(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<Tenant>> {
    change(&admin, &caller, slot(&name)?, None).await
}

async fn change(admin: &TenantAdmin, caller: &Caller, slot: &str, file: Option<String>) -> Result<Json<Tenant>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let mut row = tenant::get_for_update(&mut tx).await?;
    let mut settings = Settings::read(row.settings.take());
    let place = match slot {
        "logo" => &mut settings.branding.logo,
        _ => &mut settings.branding.favicon,
    };
    let before = std::mem::replace(place, file.clone());
    row.settings = serde_json::to_value(settings).map_err(Error::internal)?;
    tenant::set(&mut tx, &row.name, &row.settings).await?;
    let event = AuditEvent::by(&caller.principal, "tenant.set-picture", slot);
    tx.record(event.before(json!({ "file": before })).after(json!({ "file": file }))).await?;
    tx.commit().await?;
    admin.tenant_changed(caller.tenant);
    if let (Some(old), Ok(objects)) = (before.filter(|old| Some(old) != file.as_ref()), storage(admin)) {
        // Pages that are open still ask for it for a moment; they show the name instead.
        if let Err(error) = objects.delete(&key(caller.tenant, &old)?).await {
            tracing::warn!(%error, "an old picture stays until the organisation goes");
        }
    }
    Ok(Json(Tenant::new(caller.tenant, row)))
}

/// A picture of the organisation whose host is asked. Anybody may see it: it is on the sign-in page.
#[utoipa::path(get, path = "/api/tenant-admin/v1/branding/files/{file}", tag = "organisation",
    params(("file" = String, Path, description = "As the portal's configuration names it")),
    responses((status = 200, description = "The picture"), (status = 404)))]
pub(crate) async fn get_picture(
    State(admin): State<TenantAdmin>,
    caller: OptionalCaller,
    Path(file): Path<String>,
) -> Result<Response> {
    let kind = of_file(&file).ok_or_else(no_such)?;
    let tenant = caller.tenant.ok_or_else(no_such)?;
    let object = storage(&admin)?.get(&key(tenant, &file)?, LARGEST).await?.ok_or_else(no_such)?;
    // Type by our own name, not by what was once uploaded; and nothing in it may run, whatever a browser makes of it.
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind.media_type())),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
    ];
    Ok((StatusCode::OK, headers, Body::from(object.body)).into_response())
}
