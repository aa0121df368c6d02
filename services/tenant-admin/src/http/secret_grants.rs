//! Whom secrets are granted to, and the one way on which values leave: to a service, for a grantee.

use super::secret_view::Secret;
use crate::domain::secret::{Grantee, MAX_GRANTS};
use crate::state::TenantAdmin;
use crate::store::{secret, secret_grant};
use axum::extract::State;
use axum::http::StatusCode;
use http_shell::{Caller, Json, Path, Query, Result};
use kernel::{Error, ErrorKind};
use runtime::redaction;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::AuditEvent;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Names that one request may resolve.
const MAX_NAMES: usize = 100;

/// Who may use a secret.
#[derive(Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GranteeName {
    /// `plugin`, `template` or `proxy`.
    kind: String,
    /// A plugin's id, a template's reference, a proxy's name.
    id: String,
}

fn unknown() -> Error {
    Error::not_found("There is no such secret")
}

/// Grants a secret to a plugin, a template or a proxy. A plugin's worker starts again with it.
#[utoipa::path(post, path = "/api/tenant-admin/v1/secrets/{id}/grants", tag = "secrets", request_body = GranteeName,
    params(("id" = Uuid, Path, description = "The secret")),
    responses((status = 201, body = Secret), (status = 400, description = "Says per field what is wrong"),
        (status = 404), (status = 409, description = "It holds another secret of this name")))]
pub(crate) async fn grant_secret(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(to): Json<GranteeName>,
) -> Result<(StatusCode, Json<Secret>)> {
    let grantee = Grantee::read(&to.kind, to.id.trim())?;
    let now = admin.clock.now();
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = secret::find_for_update(&mut tx, id).await?.ok_or_else(unknown)?;
    if let Some(problem) = grantee.refused_by(&row.scope) {
        return Err(Error::input(problem.clone()).with_field("kind", problem).into());
    }
    let held = secret_grant::list(&mut tx, id).await?.len();
    if i64::try_from(held).unwrap_or(i64::MAX) >= MAX_GRANTS {
        return Err(Error::conflict(format!("{} is granted 200 times already.", row.name)).into());
    }
    let by = caller.principal.label();
    let inserted = secret_grant::insert(&mut tx, &row, &grantee, &by, now).await;
    inserted.map_err(|error| holds_another(error, &grantee, &row.name))?;
    let after = json!({ "secret": id, "grantee": grantee.label() });
    tx.record(AuditEvent::by(&caller.principal, "secret.grant", &row.name).after(after)).await?;
    let granted = Secret::read(&mut tx, row, now).await?;
    tx.commit().await?;
    admin.grant_changed(caller.tenant, &grantee);
    Ok((StatusCode::CREATED, Json(granted)))
}

fn holds_another(error: Error, grantee: &Grantee, name: &str) -> Error {
    if error.kind != ErrorKind::Conflict {
        return error;
    }
    let text = format!("{} holds another secret named {name}. Take that grant back first.", grantee.label());
    Error::conflict(text).with_source(error)
}

/// Takes a grant back. A plugin's worker starts again without it.
#[utoipa::path(delete, path = "/api/tenant-admin/v1/secrets/{id}/grants", tag = "secrets",
    params(("id" = Uuid, Path, description = "The secret"), GranteeName),
    responses((status = 204), (status = 404)))]
pub(crate) async fn revoke_grant(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(from): Query<GranteeName>,
) -> Result<StatusCode> {
    let grantee = Grantee::read(&from.kind, &from.id)?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = secret::find_for_update(&mut tx, id).await?.ok_or_else(unknown)?;
    if !secret_grant::delete(&mut tx, id, &grantee).await? {
        return Err(Error::not_found(format!("{} is not granted to {}", row.name, grantee.label())).into());
    }
    let before = json!({ "secret": id, "grantee": grantee.label() });
    tx.record(AuditEvent::by(&caller.principal, "secret.revoke", &row.name).before(before)).await?;
    tx.commit().await?;
    admin.grant_changed(caller.tenant, &grantee);
    Ok(StatusCode::NO_CONTENT)
}

/// What a service asks for on behalf of a grantee.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Resolution {
    grantee: GranteeName,
    /// By these names.
    names: Vec<String>,
}

/// A value, for the service that hands it to the grantee.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResolvedSecret {
    name: String,
    version: i32,
    value: String,
    /// Superseded values that can still be read: to be masked like the current one.
    older: Vec<String>,
}

/// What the grantee holds of what was asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct Resolved {
    secrets: Vec<ResolvedSecret>,
    /// Names that are not granted to it, whether or not there are such secrets.
    missing: Vec<String>,
}

/// Gives a service the values of secrets that are granted to a plugin, a template or a proxy, and notes their use.
#[utoipa::path(post, path = "/internal/secrets/v1/resolve", request_body = Resolution,
    responses((status = 200, body = Resolved)))]
pub(crate) async fn resolve_secrets(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(wanted): Json<Resolution>,
) -> Result<Json<Resolved>> {
    if wanted.names.len() > MAX_NAMES {
        return Err(Error::input(format!("At most {MAX_NAMES} secrets can be asked for at once")).into());
    }
    let grantee = Grantee::read(&wanted.grantee.kind, &wanted.grantee.id)?;
    let now = admin.clock.now();
    let mut tx = admin.db.tenant_with_keys(caller.tenant).await?;
    let mut secrets = Vec::new();
    for row in secret_grant::use_granted(&mut tx, &grantee, &wanted.names, now).await? {
        let values = secret::open(&mut tx, &row, now).await?;
        let _held = redaction::hold(values.iter().map(|(_, value)| value.as_str()));
        let mut values = values.into_iter();
        let Some((version, value)) = values.next() else { continue };
        let after = json!({ "secret": row.secret_id, "version": version, "for": grantee.label() });
        tx.record(AuditEvent::by(&caller.principal, "secret.use", &row.name).after(after)).await?;
        let older = values.map(|(_, value)| value).collect();
        secrets.push(ResolvedSecret { name: row.name, version, value, older });
    }
    tx.commit().await?;
    let has = |name: &String| secrets.iter().any(|secret| secret.name == *name);
    let missing = wanted.names.iter().filter(|name| !has(name)).cloned().collect();
    Ok(Json(Resolved { secrets, missing }))
}
