//! Provisioning, as administrators set it up: tokens for the directory, and which role a group gives.

use super::scim_reply::base;
use crate::domain::{FormProblems, person};
use crate::provisioning::settle_roles;
use crate::state::TenantAdmin;
use crate::store::scim::{self, GroupRow, ScimTokenRow};
use ::store::AuditEvent;
use authz::Role;
use axum::extract::State;
use axum::http::StatusCode;
use credential::ApiToken;
use http_shell::{Caller, Json, Path, Result};
use kernel::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// Tokens that an organisation may have: an old and a new one of two directories.
const MOST_TOKENS: usize = 5;
const MOST_GROUPS: i64 = 20_000;

/// A provisioning token, without its text.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScimToken {
    id: Uuid,
    name: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    last_used_at: Option<OffsetDateTime>,
}

impl From<ScimTokenRow> for ScimToken {
    fn from(row: ScimTokenRow) -> Self {
        let ScimTokenRow { scim_token_id: id, name, created_at, last_used_at } = row;
        Self { id, name, created_at, last_used_at }
    }
}

/// A group of the directory.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScimGroup {
    id: Uuid,
    name: String,
    /// As what it owns things in the catalog.
    entity_ref: String,
    members: usize,
    /// The role that its members have at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<super::members::RoleName>)]
    role: Option<String>,
}

impl ScimGroup {
    fn shown(row: GroupRow, members: usize) -> Self {
        let entity_ref = format!("group:default/{}", row.entity_name);
        Self { id: row.group_id, name: row.display_name, entity_ref, members, role: row.role }
    }
}

/// How provisioning is set up.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Provisioning {
    /// What the directory is told: the address of the SCIM service.
    base_url: String,
    tokens: Vec<ScimToken>,
    groups: Vec<ScimGroup>,
}

/// Shows how provisioning is set up.
#[utoipa::path(get, path = "/api/tenant-admin/v1/scim", tag = "provisioning", responses((status = 200, body = Provisioning)))]
pub(crate) async fn get_provisioning(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Json<Provisioning>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let tokens = scim::list_tokens(&mut tx).await?.into_iter().map(ScimToken::from).collect();
    let mut sizes: BTreeMap<Uuid, usize> = BTreeMap::new();
    for membership in scim::memberships(&mut tx, None, None).await? {
        *sizes.entry(membership.group_id).or_default() += 1;
    }
    let rows = scim::list_groups(&mut tx, None, None, MOST_GROUPS).await?;
    let size = |row: &GroupRow| sizes.get(&row.group_id).copied().unwrap_or_default();
    let groups = rows.into_iter().map(|row| (size(&row), row)).map(|(size, row)| ScimGroup::shown(row, size)).collect();
    Ok(Json(Provisioning { base_url: base(&admin, &mut tx).await?, tokens, groups }))
}

/// A token to be made.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct NewScimToken {
    /// What it is called in the audit log, for example `Okta`.
    #[schema(required)]
    name: String,
}

/// A new token with its text, shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeScimToken {
    #[serde(flatten)]
    row: ScimToken,
    token: String,
}

/// Makes a token with which a directory provisions people and groups, and can do nothing else.
#[utoipa::path(post, path = "/api/tenant-admin/v1/scim/tokens", tag = "provisioning", request_body = NewScimToken,
    responses((status = 201, body = MadeScimToken), (status = 400, description = "Says per field what is wrong"),
        (status = 409, description = "There are enough already")))]
pub(crate) async fn add_scim_token(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(form): Json<NewScimToken>,
) -> Result<(StatusCode, Json<MadeScimToken>)> {
    let mut problems = FormProblems::default();
    problems.check("name", person::name_problem(&form.name));
    problems.into_result()?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    if scim::list_tokens(&mut tx).await?.len() >= MOST_TOKENS {
        return Err(Error::conflict(format!("There are {MOST_TOKENS} tokens already. Delete one first.")).into());
    }
    let token = ApiToken::generate(caller.tenant)?;
    let row = ScimTokenRow {
        scim_token_id: Uuid::now_v7(),
        name: form.name.trim().to_owned(),
        created_at: admin.clock.now(),
        last_used_at: None,
    };
    scim::insert_token(&mut tx, &row, token.digest()).await?;
    let after = json!({ "id": row.scim_token_id, "name": row.name });
    tx.record(AuditEvent::by(&caller.principal, "scim.token.create", &row.name).after(after)).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(MadeScimToken { row: row.into(), token: token.reveal().to_owned() })))
}

/// Deletes a token; the directory that has it can do nothing more within two seconds.
#[utoipa::path(delete, path = "/api/tenant-admin/v1/scim/tokens/{id}", tag = "provisioning",
    params(("id" = Uuid, Path, description = "The token")), responses((status = 204), (status = 404)))]
pub(crate) async fn delete_scim_token(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let name = scim::delete_token(&mut tx, id).await?.ok_or_else(|| Error::not_found("There is no such token"))?;
    let event = AuditEvent::by(&caller.principal, "scim.token.delete", &name);
    tx.record(event.before(json!({ "id": id, "name": name }))).await?;
    tx.commit().await?;
    admin.identities_changed(caller.tenant);
    Ok(StatusCode::NO_CONTENT)
}

/// Which role the group gives.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScimGroupChange {
    /// Null: none.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<super::members::RoleName>)]
    role: Option<String>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

/// Says which role a group gives its members. A directory can never say so itself.
#[utoipa::path(patch, path = "/api/tenant-admin/v1/scim/groups/{id}", tag = "provisioning", request_body = ScimGroupChange,
    params(("id" = Uuid, Path, description = "The group")),
    responses((status = 200, body = ScimGroup), (status = 400, description = "No such role"), (status = 404)))]
pub(crate) async fn change_scim_group(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(change): Json<ScimGroupChange>,
) -> Result<Json<ScimGroup>> {
    let unknown = change.role.as_deref().is_some_and(|role| Role::named(role).is_none());
    let mut problems = FormProblems::default();
    problems.check("role", unknown.then_some("Choose one of the roles admin, maintainer, member and viewer."));
    problems.into_result()?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    scim::lock(&mut tx).await?;
    let row = scim::list_groups(&mut tx, None, Some(id), 1).await?.pop();
    let row = row.ok_or_else(|| Error::not_found("There is no such group"))?;
    scim::set_group_role(&mut tx, id, change.role.as_deref()).await?;
    let members: Vec<Uuid> = scim::memberships(&mut tx, Some(id), None).await?.iter().map(|it| it.member_id).collect();
    settle_roles(&mut tx, &caller.principal, &members).await?;
    let event = AuditEvent::by(&caller.principal, "scim.group.map", &row.display_name);
    tx.record(event.before(json!({ "role": row.role })).after(json!({ "role": change.role }))).await?;
    tx.commit().await?;
    admin.identities_changed(caller.tenant);
    Ok(Json(ScimGroup::shown(GroupRow { role: change.role, ..row }, members.len())))
}
