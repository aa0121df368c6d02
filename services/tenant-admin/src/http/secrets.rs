//! Secrets: written, replaced, granted and deleted here; no route gives a value back.

use super::secret_view::{Secret, SecretList, grantee_names};
use crate::domain::FormProblems;
use crate::domain::secret::{
    MAX_READABLE_VERSIONS, MAX_SECRETS, description_problem, name_problem, overlap_problem, scope_problem,
    value_problem,
};
use crate::jobs;
use crate::state::TenantAdmin;
use crate::store::secret::{self, SecretRow};
use crate::store::secret_grant;
use axum::extract::State;
use axum::http::StatusCode;
use http_shell::{Caller, Json, Path, Query, Result};
use kernel::{Error, ErrorKind};
use runtime::redaction::{self, Held};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use store::{AuditEvent, TenantTx};
use time::Duration;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A value on its way in. Whatever is wrong with it, no message repeats it, and no log line of this process shows it.
pub(crate) struct SecretText {
    text: String,
    _held: Option<Held>,
}

impl SecretText {
    fn problem(&self) -> Option<&'static str> {
        value_problem(&self.text)
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self { _held: Some(redaction::hold([text.as_str()])), text }),
            _ => Err(serde::de::Error::custom("the value of a secret is a text")),
        }
    }
}

fn unknown() -> Error {
    Error::not_found("There is no such secret")
}

/// Lists the secrets with whom they are granted to, by name. Values are never shown.
#[utoipa::path(get, path = "/api/tenant-admin/v1/secrets", tag = "secrets", responses((status = 200, body = SecretList)))]
pub(crate) async fn list_secrets(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Json<SecretList>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    Ok(Json(SecretList::read(&mut tx).await?))
}

/// Shows one secret: its versions that can be read, whom it is granted to, and when each used it. Never a value.
#[utoipa::path(get, path = "/api/tenant-admin/v1/secrets/{id}", tag = "secrets",
    params(("id" = Uuid, Path, description = "The secret")),
    responses((status = 200, body = Secret), (status = 404)))]
pub(crate) async fn get_secret(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Secret>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = secret::find(&mut tx, id).await?.ok_or_else(unknown)?;
    Ok(Json(Secret::read(&mut tx, row, admin.clock.now()).await?))
}

/// A secret to be made.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewSecret {
    /// As references name it: `secrets.NAME`.
    name: String,
    /// `any`, or `plugin`, `template`, `proxy` alone; `any` when left out.
    #[schema(nullable = false)]
    scope: Option<String>,
    #[serde(default)]
    description: String,
    #[schema(value_type = String, write_only)]
    value: SecretText,
}

/// Makes a secret. Nobody holds it until it is granted.
#[utoipa::path(post, path = "/api/tenant-admin/v1/secrets", tag = "secrets", request_body = NewSecret,
    responses((status = 201, body = Secret), (status = 400, description = "Says per field what is wrong"),
        (status = 409, description = "There is one of this name")))]
pub(crate) async fn create_secret(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(form): Json<NewSecret>,
) -> Result<(StatusCode, Json<Secret>)> {
    let scope = form.scope.as_deref().unwrap_or("any");
    let mut problems = FormProblems::default();
    problems.check("name", name_problem(&form.name));
    problems.check("scope", scope_problem(scope));
    problems.check("description", description_problem(&form.description));
    problems.check("value", form.value.problem());
    problems.into_result()?;
    let (now, by) = (admin.clock.now(), caller.principal.label());
    let row = SecretRow {
        secret_id: Uuid::now_v7(),
        scope: scope.to_owned(),
        name: form.name,
        description: form.description.trim().to_owned(),
        version: 1,
        created_at: now,
        created_by: by.clone(),
        changed_at: now,
        changed_by: by,
        last_used_at: None,
        last_used_by: None,
    };
    let mut tx = admin.db.tenant_with_keys(caller.tenant).await?;
    if secret::count(&mut tx).await? >= MAX_SECRETS {
        return Err(Error::conflict("There are 1,000 secrets already. Delete some that nobody uses.").into());
    }
    secret::insert(&mut tx, &row).await.map_err(|error| name_is_taken(error, &row))?;
    let fingerprint = secret::insert_version(&mut tx, &row, &form.value.text).await?;
    let after = json!({ "secret": row.secret_id, "scope": row.scope, "version": 1, "fingerprint": fingerprint });
    tx.record(AuditEvent::by(&caller.principal, "secret.create", &row.name).after(after)).await?;
    let made = Secret::read(&mut tx, row, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(made)))
}

fn name_is_taken(error: Error, row: &SecretRow) -> Error {
    if error.kind != ErrorKind::Conflict {
        return error;
    }
    let text = format!("There is a secret {} already. Rotate it, or choose another name.", row.name);
    Error::conflict(text.clone()).with_field("name", text).with_source(error)
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SecretChange {
    description: String,
}

/// Changes a secret's description. Name and scope stay as they are: they are sealed with the value.
#[utoipa::path(patch, path = "/api/tenant-admin/v1/secrets/{id}", tag = "secrets", request_body = SecretChange,
    params(("id" = Uuid, Path, description = "The secret")),
    responses((status = 200, body = Secret), (status = 400), (status = 404)))]
pub(crate) async fn update_secret(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(change): Json<SecretChange>,
) -> Result<Json<Secret>> {
    let mut problems = FormProblems::default();
    problems.check("description", description_problem(&change.description));
    problems.into_result()?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let before = secret::find_for_update(&mut tx, id).await?.ok_or_else(unknown)?;
    let row = SecretRow {
        description: change.description.trim().to_owned(),
        changed_at: admin.clock.now(),
        changed_by: caller.principal.label(),
        ..before.clone()
    };
    secret::set(&mut tx, &row).await?;
    let event = AuditEvent::by(&caller.principal, "secret.update", &row.name);
    let described = |row: &SecretRow| json!({ "secret": row.secret_id, "description": row.description });
    tx.record(event.before(described(&before)).after(described(&row))).await?;
    let changed = Secret::read(&mut tx, row, admin.clock.now()).await?;
    tx.commit().await?;
    Ok(Json(changed))
}

/// A new value.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewVersion {
    #[schema(value_type = String, write_only)]
    value: SecretText,
    /// How long the superseded value can still be read, in hours; 0 when left out.
    #[serde(default)]
    overlap_hours: i64,
}

/// Replaces a secret's value. Its holders get the new one at their next start or run; for the overlap, the old one
/// goes on being readable.
#[utoipa::path(post, path = "/api/tenant-admin/v1/secrets/{id}/versions", tag = "secrets", request_body = NewVersion,
    params(("id" = Uuid, Path, description = "The secret")),
    responses((status = 201, body = Secret), (status = 400, description = "Says per field what is wrong"),
        (status = 404), (status = 409, description = "Too many versions overlap")))]
pub(crate) async fn rotate_secret(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(form): Json<NewVersion>,
) -> Result<(StatusCode, Json<Secret>)> {
    let mut problems = FormProblems::default();
    problems.check("value", form.value.problem());
    problems.check("overlapHours", overlap_problem(form.overlap_hours));
    problems.into_result()?;
    let now = admin.clock.now();
    let mut tx = admin.db.tenant_with_keys(caller.tenant).await?;
    let before = secret::find_for_update(&mut tx, id).await?.ok_or_else(unknown)?;
    let row = SecretRow {
        version: before.version + 1,
        changed_at: now,
        changed_by: caller.principal.label(),
        ..before.clone()
    };
    secret::set_readable_until(&mut tx, id, before.version, now + Duration::hours(form.overlap_hours)).await?;
    secret::delete_expired_versions(&mut tx, now).await?;
    let readable = secret::list_versions(&mut tx, id, now).await?.len();
    if i64::try_from(readable).unwrap_or(i64::MAX) >= MAX_READABLE_VERSIONS {
        return Err(
            Error::conflict("5 versions can be read already. Choose an overlap of 0 or wait for one to end.").into()
        );
    }
    let fingerprint = secret::insert_version(&mut tx, &row, &form.value.text).await?;
    secret::set(&mut tx, &row).await?;
    jobs::upkeep::forget_expired(&mut tx, form.overlap_hours).await?;
    let event = AuditEvent::by(&caller.principal, "secret.rotate", &row.name);
    let event = event.before(json!({ "secret": id, "version": before.version }));
    let after = json!({ "version": row.version, "fingerprint": fingerprint, "overlapHours": form.overlap_hours });
    tx.record(event.after(after)).await?;
    let rotated = Secret::read(&mut tx, row, now).await?;
    tx.commit().await?;
    admin.secrets_changed(caller.tenant, rotated.plugins());
    Ok((StatusCode::CREATED, Json(rotated)))
}

/// Whether to delete what is in use.
#[derive(Deserialize, IntoParams, Default)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Deletion {
    /// Deletes the secret although it is granted.
    #[param(nullable = false, required = false)]
    force: bool,
}

/// Deletes a secret with all its versions. Refused while it is granted, unless forced.
#[utoipa::path(delete, path = "/api/tenant-admin/v1/secrets/{id}", tag = "secrets",
    params(("id" = Uuid, Path, description = "The secret"), Deletion),
    responses((status = 204), (status = 404), (status = 409, description = "It is granted")))]
pub(crate) async fn delete_secret(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(deletion): Query<Deletion>,
) -> Result<StatusCode> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = secret::find_for_update(&mut tx, id).await?.ok_or_else(unknown)?;
    let plugins = refuse_while_granted(&mut tx, &row, deletion.force).await?;
    secret::delete(&mut tx, id).await?;
    let before = json!({ "secret": id, "scope": row.scope, "version": row.version, "forced": deletion.force });
    tx.record(AuditEvent::by(&caller.principal, "secret.delete", &row.name).before(before)).await?;
    tx.commit().await?;
    admin.secrets_changed(caller.tenant, plugins);
    Ok(StatusCode::NO_CONTENT)
}

/// The plugins that hold it, where it may be deleted nevertheless.
async fn refuse_while_granted(tx: &mut TenantTx, row: &SecretRow, force: bool) -> kernel::Result<Vec<String>> {
    let grants = secret_grant::list(tx, row.secret_id).await?;
    if !grants.is_empty() && !force {
        return Err(Error::conflict(format!(
            "{} is granted to {}. Take the grants back first, or delete it with force.",
            row.name,
            grantee_names(&grants)
        )));
    }
    Ok(grants.into_iter().filter(|grant| grant.grantee_kind == "plugin").map(|grant| grant.grantee_id).collect())
}
