//! Groups, as an organisation's directory provisions them.

use super::scim_reply::{ListQuery, OneQuery, base, reply};
use super::scim_users::page;
use crate::domain::scim::document::{self, GroupDraft, Meta, entity_name, project};
use crate::domain::scim::filter::Filter;
use crate::domain::scim::patch::{self, Patch};
use crate::provisioning::settle_roles;
use crate::state::TenantAdmin;
use crate::store::scim::{self, GroupRow, Membership};
use ::store::{AuditEvent, TenantTx};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use http_shell::{Caller, Json, Path, Query, Result};
use kernel::{Error, ErrorKind};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Most groups of an organisation.
const MOST: i64 = 20_000;
const NAME_ATTEMPTS: u32 = 50;
/// Members of a group that the audit log names; of more it says the number.
const NAMED: usize = 50;

type Document = Json<Map<String, Value>>;

fn no_group() -> Error {
    Error::not_found("There is no such group")
}

async fn find(tx: &mut TenantTx, id: &str) -> kernel::Result<GroupRow> {
    let id = Uuid::try_parse(id).map_err(|_| no_group())?;
    scim::list_groups(tx, None, Some(id), 1).await?.pop().ok_or_else(no_group)
}

fn shown(row: &GroupRow, members: &[Membership], base: &str) -> Value {
    let members: Vec<(Uuid, String)> = members.iter().map(|member| (member.member_id, member.name.clone())).collect();
    let meta = Meta { base, created: row.created_at, changed: row.changed_at };
    document::group(row.group_id, &row.display_name, row.external_id.as_deref(), Some(&members), &meta)
}

async fn current(admin: &TenantAdmin, tx: &mut TenantTx, row: &GroupRow) -> kernel::Result<Value> {
    let members = scim::memberships(tx, Some(row.group_id), None).await?;
    let base = base(admin, tx).await?;
    Ok(shown(row, &members, &base))
}

/// Lists groups.
#[utoipa::path(get, path = "/scim/v2/Groups", tag = "scim", params(ListQuery),
    responses((status = 200, content_type = "application/scim+json", body = serde_json::Value),
        (status = 400, description = "The filter is malformed")))]
pub(crate) async fn list_groups(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Response> {
    let filter = query.filter.as_deref().map(Filter::parse).transpose()?;
    let name = filter.as_ref().and_then(|filter| filter.sole_equality("displayname")).map(str::to_lowercase);
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let rows = scim::list_groups(&mut tx, name.as_deref(), None, MOST).await?;
    let mut members: BTreeMap<Uuid, Vec<Membership>> = BTreeMap::new();
    for membership in scim::memberships(&mut tx, None, None).await? {
        members.entry(membership.group_id).or_default().push(membership);
    }
    let base = base(&admin, &mut tx).await?;
    let of = |row: &GroupRow| members.get(&row.group_id).map(Vec::as_slice).unwrap_or_default();
    let all = rows.iter().map(|row| shown(row, of(row), &base));
    Ok(page(all.filter(|group| filter.as_ref().is_none_or(|filter| filter.matches(group))).collect(), &query))
}

/// Shows a group.
#[utoipa::path(get, path = "/scim/v2/Groups/{id}", tag = "scim", params(("id" = String, Path), OneQuery),
    responses((status = 200, content_type = "application/scim+json", body = serde_json::Value), (status = 404)))]
pub(crate) async fn get_group(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<OneQuery>,
) -> Result<Response> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = find(&mut tx, &id).await?;
    let mut group = current(&admin, &mut tx, &row).await?;
    project(&mut group, query.attributes.as_deref(), query.excluded_attributes.as_deref());
    Ok(reply(StatusCode::OK, &group))
}

fn taken(error: Error) -> Error {
    match error.kind {
        ErrorKind::Conflict => Error::conflict("There is a group of this name already").with_source(error),
        _ => error,
    }
}

async fn free_entity_name(tx: &mut TenantTx, display_name: &str) -> kernel::Result<String> {
    for attempt in 0..NAME_ATTEMPTS {
        let name = entity_name(display_name, attempt);
        if !scim::entity_is_taken(tx, &name).await? {
            return Ok(name);
        }
    }
    Err(Error::conflict("There are too many groups with names like this one"))
}

/// What the audit log says of a group.
fn told(row: &GroupRow, members: usize) -> Value {
    json!({ "displayName": row.display_name, "entity": format!("group:default/{}", row.entity_name), "members": members })
}

/// Brings a group in. Its members own what `group:default/NAME` owns.
#[utoipa::path(post, path = "/scim/v2/Groups", tag = "scim", request_body = serde_json::Value,
    responses((status = 201, content_type = "application/scim+json", body = serde_json::Value), (status = 400),
        (status = 409, description = "There is such a group already")))]
pub(crate) async fn create_group(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(document): Document,
) -> Result<Response> {
    let draft = GroupDraft::read(&document)?;
    let now = admin.clock.now();
    let mut tx = admin.db.tenant(caller.tenant).await?;
    scim::lock(&mut tx).await?;
    let row = GroupRow {
        group_id: Uuid::now_v7(),
        entity_name: free_entity_name(&mut tx, &draft.display_name).await?,
        display_name: draft.display_name,
        external_id: draft.external_id,
        role: None,
        created_at: now,
        changed_at: now,
    };
    scim::set_group(&mut tx, &row).await.map_err(taken)?;
    let members = scim::set_members(&mut tx, row.group_id, &draft.members).await?.len();
    let event = AuditEvent::by(&caller.principal, "scim.group.create", &row.display_name).after(told(&row, members));
    tx.record(event).await?;
    let group = current(&admin, &mut tx, &row).await?;
    tx.commit().await?;
    admin.identities_changed(caller.tenant);
    Ok(reply(StatusCode::CREATED, &group))
}

/// Makes the group as the draft says and shows it.
async fn become_so(
    admin: &TenantAdmin,
    caller: &Caller,
    mut tx: TenantTx,
    row: GroupRow,
    draft: GroupDraft,
) -> Result<Response> {
    let before = scim::memberships(&mut tx, Some(row.group_id), None).await?.len();
    let changed = GroupRow {
        display_name: draft.display_name,
        external_id: draft.external_id,
        changed_at: admin.clock.now(),
        ..row.clone()
    };
    scim::set_group(&mut tx, &changed).await.map_err(taken)?;
    let moved = scim::set_members(&mut tx, row.group_id, &draft.members).await?;
    settle_roles(&mut tx, &caller.principal, &moved).await?;
    let after = scim::memberships(&mut tx, Some(row.group_id), None).await?.len();
    let mut after = told(&changed, after);
    if let (Some(fields), true) = (after.as_object_mut(), !moved.is_empty() && moved.len() <= NAMED) {
        fields.insert("moved".to_owned(), json!(moved));
    }
    let event = AuditEvent::by(&caller.principal, "scim.group.update", &changed.display_name);
    tx.record(event.before(told(&row, before)).after(after)).await?;
    let group = current(admin, &mut tx, &changed).await?;
    tx.commit().await?;
    admin.identities_changed(caller.tenant);
    Ok(reply(StatusCode::OK, &group))
}

/// Replaces a group with its members.
#[utoipa::path(put, path = "/scim/v2/Groups/{id}", tag = "scim", params(("id" = String, Path)), request_body = serde_json::Value,
    responses((status = 200, content_type = "application/scim+json", body = serde_json::Value), (status = 400), (status = 404),
        (status = 409, description = "A name that another has")))]
pub(crate) async fn replace_group(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<String>,
    Json(document): Document,
) -> Result<Response> {
    let draft = GroupDraft::read(&document)?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    scim::lock(&mut tx).await?;
    let row = find(&mut tx, &id).await?;
    become_so(&admin, &caller, tx, row, draft).await
}

/// Changes a group: its name, or who belongs to it.
#[utoipa::path(patch, path = "/scim/v2/Groups/{id}", tag = "scim", params(("id" = String, Path)), request_body = serde_json::Value,
    responses((status = 200, content_type = "application/scim+json", body = serde_json::Value), (status = 400), (status = 404),
        (status = 409, description = "A name that another has")))]
pub(crate) async fn patch_group(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<String>,
    Json(patch): Json<Patch>,
) -> Result<Response> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    scim::lock(&mut tx).await?;
    let row = find(&mut tx, &id).await?;
    let members = scim::memberships(&mut tx, Some(row.group_id), None).await?;
    let Value::Object(document) = shown(&row, &members, "") else { return Err(no_group().into()) };
    let draft = GroupDraft::read(&patch::apply(document, &patch)?)?;
    become_so(&admin, &caller, tx, row, draft).await
}

/// Removes a group; roles that it gave end.
#[utoipa::path(delete, path = "/scim/v2/Groups/{id}", tag = "scim", params(("id" = String, Path)),
    responses((status = 204), (status = 404)))]
pub(crate) async fn delete_group(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    scim::lock(&mut tx).await?;
    let row = find(&mut tx, &id).await?;
    let moved = scim::set_members(&mut tx, row.group_id, &[]).await?;
    settle_roles(&mut tx, &caller.principal, &moved).await?;
    scim::delete_group(&mut tx, row.group_id).await?;
    let event = AuditEvent::by(&caller.principal, "scim.group.delete", &row.display_name);
    tx.record(event.before(told(&row, moved.len()))).await?;
    tx.commit().await?;
    admin.identities_changed(caller.tenant);
    Ok(StatusCode::NO_CONTENT)
}
