//! What publishing would change: who gains and who loses which permission.

use super::policies::{find_version, published, stored};
use crate::domain::explain::{condition, word};
use crate::state::TenantAdmin;
use crate::store::{member, policy};
use authz::{Document, Flip, Subject, Verdict, flips};
use axum::extract::State;
use http_shell::{Caller, Json, Path, Result};
use kernel::Error;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Kinds of change that are listed.
const MAX_CHANGES: usize = 500;
/// People that are named for one of them.
const MAX_NAMED: usize = 100;

/// Somebody concerned.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Concerned {
    name: String,
    user_entity_ref: String,
}

/// A decision before or after.
#[derive(Serialize, ToSchema)]
pub(crate) struct Side {
    /// `allow`, `deny` or `conditional`.
    decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Object>)]
    condition: Option<Value>,
}

impl From<&Verdict> for Side {
    fn from(verdict: &Verdict) -> Self {
        Self { decision: word(verdict), condition: condition(verdict) }
    }
}

/// One permission that changes in the same way for these people.
#[derive(Serialize, ToSchema)]
pub(crate) struct Change {
    permission: String,
    before: Side,
    after: Side,
    /// The first hundred.
    members: Vec<Concerned>,
    /// How many there are.
    count: usize,
}

/// What publishing would change.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Review {
    /// The version that holds.
    version: i64,
    /// Whether another version was published since the draft was begun.
    outdated: bool,
    roles_added: Vec<String>,
    roles_changed: Vec<String>,
    roles_removed: Vec<String>,
    /// How many members were compared.
    members: usize,
    /// Everything that flips.
    changes: Vec<Change>,
    /// Whether there are more changes than are listed.
    truncated: bool,
}

/// Lists what publishing the draft would change.
#[utoipa::path(get, path = "/api/tenant-admin/v1/policies/review", tag = "policies",
    responses((status = 200, body = Review), (status = 404, description = "There is no draft")))]
pub(crate) async fn review_draft(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Json<Review>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let draft = policy::find_draft(&mut tx).await?.ok_or_else(|| Error::not_found("There is no draft to review"))?;
    drop(tx);
    Ok(Json(review(&admin, &caller, &stored(draft.document)?, Some(draft.based_on)).await?))
}

/// Lists what going back to a version would change.
#[utoipa::path(get, path = "/api/tenant-admin/v1/policies/versions/{version}/review", tag = "policies",
    params(("version" = i64, Path, description = "The version to go back to")),
    responses((status = 200, body = Review), (status = 404)))]
pub(crate) async fn review_version(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(version): Path<i64>,
) -> Result<Json<Review>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let (_, document) = find_version(&mut tx, version).await?;
    drop(tx);
    Ok(Json(review(&admin, &caller, &stored(document)?, None).await?))
}

async fn review(
    admin: &TenantAdmin,
    caller: &Caller,
    after: &Document,
    based_on: Option<i64>,
) -> kernel::Result<Review> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let (version, before) = published(&mut tx).await?;
    let members = member::list(&mut tx).await?;
    drop(tx);
    let refs: Vec<&str> = members.iter().map(|member| member.user_ref.as_str()).collect();
    let refs = admin.refs_of(caller.tenant, &refs).await?;
    let subjects: Vec<Subject> =
        members.iter().zip(refs).map(|(member, refs)| Subject { role: member.role.clone(), refs }).collect();
    let (mut changes, mut keys): (Vec<Change>, BTreeMap<String, usize>) = (Vec::new(), BTreeMap::new());
    let mut truncated = false;
    for flip in flips(&before, after, &subjects) {
        let Some(member) = members.get(flip.subject) else { continue };
        let next = changes.len();
        let index = *keys.entry(key(&flip)).or_insert(next);
        if index == next {
            let (before, after) = (Side::from(&flip.before), Side::from(&flip.after));
            changes.push(Change { permission: flip.permission, before, after, members: Vec::new(), count: 0 });
        }
        let Some(change) = changes.get_mut(index) else { continue };
        change.count += 1;
        if change.members.len() < MAX_NAMED {
            let (name, user_entity_ref) = (member.name.clone(), member.user_ref.clone());
            change.members.push(Concerned { name, user_entity_ref });
        }
    }
    changes.sort_by(|left, right| left.permission.cmp(&right.permission));
    if changes.len() > MAX_CHANGES {
        changes.truncate(MAX_CHANGES);
        truncated = true;
    }
    let (roles_added, roles_changed) = added_and_changed(&before, after);
    let (roles_removed, _) = added_and_changed(after, &before);
    let outdated = based_on.is_some_and(|based_on| based_on != version);
    let members = members.len();
    Ok(Review { version, outdated, roles_added, roles_changed, roles_removed, members, changes, truncated })
}

/// Flips with the same key are one change.
fn key(flip: &Flip) -> String {
    let side = |verdict: &Verdict| format!("{} {}", word(verdict), condition(verdict).unwrap_or_default());
    format!("{} {} {}", flip.permission, side(&flip.before), side(&flip.after))
}

fn added_and_changed(from: &Document, to: &Document) -> (Vec<String>, Vec<String>) {
    let known: BTreeMap<&str, _> = from.roles.iter().map(|role| (role.name.as_str(), role)).collect();
    let (mut added, mut changed) = (Vec::new(), Vec::new());
    for role in &to.roles {
        match known.get(role.name.as_str()) {
            None => added.push(role.name.clone()),
            Some(before) if *before != role => changed.push(role.name.clone()),
            Some(_) => {}
        }
    }
    (added, changed)
}
