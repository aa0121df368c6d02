//! Users, as an organisation's directory provisions them.

use super::scim_reply::{ListQuery, OneQuery, base, reply};
use crate::domain::scim::document::{self, Meta, UserDraft, project};
use crate::domain::scim::filter::Filter;
use crate::domain::scim::patch::{self, Patch};
use crate::domain::scim::schema::MAX_RESULTS;
use crate::provisioning;
use crate::state::TenantAdmin;
use crate::store::scim::{self, Membership, ScimUserRow};
use ::store::TenantTx;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use http_shell::{Caller, Json, Path, Query, Result};
use kernel::Error;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Most people of an organisation that a list looks at.
const MOST: i64 = 50_000;

type Document = Json<Map<String, Value>>;

fn no_user() -> Error {
    Error::not_found("There is no such user")
}

/// Ids are UUIDs; what is none names nobody.
fn id_of(text: &str) -> kernel::Result<Uuid> {
    Uuid::try_parse(text).map_err(|_| no_user())
}

async fn find(tx: &mut TenantTx, id: &str) -> kernel::Result<ScimUserRow> {
    let id = id_of(id)?;
    scim::list_users(tx, None, Some(id), 1).await?.pop().ok_or_else(no_user)
}

fn shown(row: &ScimUserRow, groups: &[Membership], base: &str) -> Value {
    let groups: Vec<(Uuid, String)> = groups.iter().map(|group| (group.group_id, group.display_name.clone())).collect();
    let meta = Meta { base, created: row.created_at, changed: row.changed_at };
    document::user(row.member_id, &provisioning::draft_of(row), &groups, &meta)
}

/// One user as it is now.
async fn current(admin: &TenantAdmin, tx: &mut TenantTx, id: Uuid) -> kernel::Result<Value> {
    let row = scim::list_users(tx, None, Some(id), 1).await?.pop().ok_or_else(no_user)?;
    let groups = scim::memberships(tx, None, Some(id)).await?;
    let base = base(admin, tx).await?;
    Ok(shown(&row, &groups, &base))
}

/// Lists users.
#[utoipa::path(get, path = "/scim/v2/Users", tag = "scim", params(ListQuery),
    responses((status = 200, content_type = "application/scim+json", body = serde_json::Value),
        (status = 400, description = "The filter is malformed")))]
pub(crate) async fn list_users(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Response> {
    let filter = query.filter.as_deref().map(Filter::parse).transpose()?;
    // What every directory asks before it provisions somebody is one look-up.
    let user_name = filter.as_ref().and_then(|filter| filter.sole_equality("username")).map(str::to_lowercase);
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let rows = scim::list_users(&mut tx, user_name.as_deref(), None, MOST).await?;
    let mut groups: BTreeMap<Uuid, Vec<Membership>> = BTreeMap::new();
    for membership in scim::memberships(&mut tx, None, None).await? {
        groups.entry(membership.member_id).or_default().push(membership);
    }
    let base = base(&admin, &mut tx).await?;
    let of = |row: &ScimUserRow| groups.get(&row.member_id).map(Vec::as_slice).unwrap_or_default();
    let all = rows.iter().map(|row| shown(row, of(row), &base));
    Ok(page(all.filter(|user| filter.as_ref().is_none_or(|filter| filter.matches(user))).collect(), &query))
}

/// The part of a list that was asked for.
pub(super) fn page(all: Vec<Value>, query: &ListQuery) -> Response {
    let start = usize::try_from(query.start_index.unwrap_or(1).max(1)).unwrap_or(1);
    let count = usize::try_from(query.count.unwrap_or(100).max(0)).unwrap_or(0).min(MAX_RESULTS);
    let total = all.len();
    let mut resources: Vec<Value> = all.into_iter().skip(start - 1).take(count).collect();
    for resource in &mut resources {
        project(resource, query.attributes.as_deref(), query.excluded_attributes.as_deref());
    }
    reply(StatusCode::OK, &document::list(resources, total, start))
}

/// Shows a user.
#[utoipa::path(get, path = "/scim/v2/Users/{id}", tag = "scim", params(("id" = String, Path), OneQuery),
    responses((status = 200, content_type = "application/scim+json", body = serde_json::Value), (status = 404)))]
pub(crate) async fn get_user(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<OneQuery>,
) -> Result<Response> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let mut user = current(&admin, &mut tx, id_of(&id)?).await?;
    project(&mut user, query.attributes.as_deref(), query.excluded_attributes.as_deref());
    Ok(reply(StatusCode::OK, &user))
}

/// Brings a user in. A member with the same mail address becomes that user.
#[utoipa::path(post, path = "/scim/v2/Users", tag = "scim", request_body = serde_json::Value,
    responses((status = 201, content_type = "application/scim+json", body = serde_json::Value), (status = 400),
        (status = 409, description = "There is such a user already")))]
pub(crate) async fn create_user(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(document): Document,
) -> Result<Response> {
    let draft = UserDraft::read(&document)?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let id = provisioning::create(&admin, &mut tx, &caller.principal, &draft).await?;
    let user = current(&admin, &mut tx, id).await?;
    tx.commit().await?;
    admin.identities_changed(caller.tenant);
    Ok(reply(StatusCode::CREATED, &user))
}

/// Makes the user as the draft says and shows it.
async fn become_so(
    admin: &TenantAdmin,
    caller: &Caller,
    mut tx: TenantTx,
    row: &ScimUserRow,
    draft: &UserDraft,
) -> Result<Response> {
    provisioning::update(admin, &mut tx, &caller.principal, row, draft).await?;
    let user = current(admin, &mut tx, row.member_id).await?;
    tx.commit().await?;
    admin.identities_changed(caller.tenant);
    Ok(reply(StatusCode::OK, &user))
}

/// Replaces a user. `active: false` ends their sessions and tokens.
#[utoipa::path(put, path = "/scim/v2/Users/{id}", tag = "scim", params(("id" = String, Path)), request_body = serde_json::Value,
    responses((status = 200, content_type = "application/scim+json", body = serde_json::Value), (status = 400), (status = 404),
        (status = 409, description = "The last administrator, or a name that another has")))]
pub(crate) async fn replace_user(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<String>,
    Json(document): Document,
) -> Result<Response> {
    let draft = UserDraft::read(&document)?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    scim::lock(&mut tx).await?;
    let row = find(&mut tx, &id).await?;
    become_so(&admin, &caller, tx, &row, &draft).await
}

/// Changes a user. `active: false` ends their sessions and tokens.
#[utoipa::path(patch, path = "/scim/v2/Users/{id}", tag = "scim", params(("id" = String, Path)), request_body = serde_json::Value,
    responses((status = 200, content_type = "application/scim+json", body = serde_json::Value), (status = 400), (status = 404),
        (status = 409, description = "The last administrator, or a name that another has")))]
pub(crate) async fn patch_user(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<String>,
    Json(patch): Json<Patch>,
) -> Result<Response> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    scim::lock(&mut tx).await?;
    let row = find(&mut tx, &id).await?;
    let Value::Object(mut document) = shown(&row, &[], "") else { return Err(no_user().into()) };
    // What a name consists of stays unless the patch says otherwise; how it is shown follows from it then.
    let renames = patch.operations.iter().any(|operation| touches_name(operation.path.as_deref(), &operation.value));
    if renames {
        document.shift_remove("displayName");
        if let Some(names) = document.get_mut("name").and_then(Value::as_object_mut) {
            names.shift_remove("formatted");
        }
    }
    let draft = UserDraft::read(&patch::apply(document, &patch)?)?;
    become_so(&admin, &caller, tx, &row, &draft).await
}

fn touches_name(path: Option<&str>, value: &Value) -> bool {
    let is_name = |path: &str| {
        let path = path.rsplit(':').next().unwrap_or(path).to_lowercase();
        path == "name" || path.starts_with("name.") || path == "displayname"
    };
    match path {
        Some(path) => is_name(path),
        None => value.as_object().is_some_and(|fields| fields.keys().any(|name| is_name(name))),
    }
}

/// Takes a user out: the member is deactivated, and the directory does not know them any more.
#[utoipa::path(delete, path = "/scim/v2/Users/{id}", tag = "scim", params(("id" = String, Path)),
    responses((status = 204), (status = 404), (status = 409, description = "The last administrator")))]
pub(crate) async fn delete_user(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    scim::lock(&mut tx).await?;
    let row = find(&mut tx, &id).await?;
    provisioning::deactivate(&mut tx, &caller.principal, &row).await?;
    scim::forget_user(&mut tx, row.member_id).await?;
    tx.commit().await?;
    admin.identities_changed(caller.tenant);
    Ok(StatusCode::NO_CONTENT)
}
