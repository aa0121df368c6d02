//! What a directory's word means for members: who may come in, in which role. The caller commits.

use crate::domain::scim::document::UserDraft;
use crate::http::members;
use crate::state::TenantAdmin;
use crate::store::member::{self, MemberRow};
use crate::store::scim::{self, ScimUserRow};
use authz::Role;
use kernel::{Error, ErrorKind, Principal, Result};
use serde_json::{Value, json};
use store::{AuditEvent, TenantTx};
use uuid::Uuid;

/// The role of somebody whom a directory brings in. A group can give a higher one, once an administrator has said so.
const FIRST_ROLE: &Role = &Role::MEMBER;
const DEACTIVATED: &str = "deactivated";
const ACTIVE: &str = "active";

fn told(draft: &UserDraft) -> Value {
    json!({ "userName": draft.user_name, "name": draft.name, "email": draft.email, "active": draft.active })
}

/// What the directory knows of somebody, as it would send it.
pub(crate) fn draft_of(row: &ScimUserRow) -> UserDraft {
    UserDraft {
        user_name: row.user_name.clone(),
        external_id: row.external_id.clone(),
        name: row.name.clone(),
        email: row.email.clone(),
        active: row.status != DEACTIVATED,
        names: row.names.clone(),
    }
}

/// Brings somebody in. A member with the same mail address whom no directory knows yet becomes that person, in the role
/// that they have.
///
/// # Errors
/// `Conflict` when the directory has this user already.
pub(crate) async fn create(admin: &TenantAdmin, tx: &mut TenantTx, by: &Principal, draft: &UserDraft) -> Result<Uuid> {
    scim::lock(tx).await?;
    let taken = || Error::conflict(format!("There is a user {} already", draft.user_name));
    if !scim::list_users(tx, Some(&draft.user_name.to_lowercase()), None, 1).await?.is_empty() {
        return Err(taken());
    }
    let row = match member::find_by_email(tx, &draft.email.to_lowercase()).await? {
        Some(row) if scim::list_users(tx, None, Some(row.member_id), 1).await?.is_empty() => row,
        Some(_) => return Err(taken()),
        None => new_member(admin, tx, draft).await?,
    };
    let now = admin.clock.now();
    let provisioned = ScimUserRow {
        member_id: row.member_id,
        user_name: draft.user_name.clone(),
        external_id: draft.external_id.clone(),
        names: draft.names.clone(),
        base_role: row.role.clone(),
        created_at: now,
        changed_at: now,
        name: row.name.clone(),
        email: row.email.clone(),
        status: row.status.clone(),
        role: row.role.clone(),
        user_ref: row.user_ref.clone(),
    };
    scim::set_user(tx, &provisioned).await?;
    let event = AuditEvent::by(by, "member.provision", &row.user_ref).after(told(draft));
    tx.record(event).await?;
    // Somebody who was invited, or deactivated before, comes in by the directory now.
    let status = if draft.active { ACTIVE } else { row.status.as_str() };
    scim::set_member(tx, row.member_id, &draft.name, &draft.email, status).await.map_err(same_mail)?;
    if !draft.active {
        deactivate(tx, by, &provisioned).await?;
    }
    Ok(row.member_id)
}

async fn new_member(admin: &TenantAdmin, tx: &mut TenantTx, draft: &UserDraft) -> Result<MemberRow> {
    members::keep_within_plan(admin, tx).await.map_err(no_room)?;
    let row = MemberRow {
        member_id: Uuid::now_v7(),
        name: draft.name.clone(),
        email: draft.email.clone(),
        role: FIRST_ROLE.name().to_owned(),
        user_ref: members::free_user_ref(tx, &draft.email).await?,
        status: ACTIVE.to_owned(),
        created_at: admin.clock.now(),
        last_sign_in_at: None,
    };
    member::insert(tx, &row, &draft.email.to_lowercase()).await?;
    Ok(row)
}

/// To a directory, a conflict means that the user is there already.
fn no_room(error: Error) -> Error {
    match error.kind {
        ErrorKind::Conflict => Error::not_allowed(error.message),
        _ => error,
    }
}

fn same_mail(error: Error) -> Error {
    match error.kind {
        ErrorKind::Conflict => Error::conflict("Another member has this mail address or user name").with_source(error),
        _ => error,
    }
}

/// Makes somebody as the directory has them now.
///
/// # Errors
/// `Conflict` when that would leave no administrator, or the user name or mail address are another's.
pub(crate) async fn update(
    admin: &TenantAdmin,
    tx: &mut TenantTx,
    by: &Principal,
    row: &ScimUserRow,
    draft: &UserDraft,
) -> Result<()> {
    let before = draft_of(row);
    if before == *draft {
        return Ok(());
    }
    let changed = ScimUserRow {
        user_name: draft.user_name.clone(),
        external_id: draft.external_id.clone(),
        names: draft.names.clone(),
        changed_at: admin.clock.now(),
        ..row.clone()
    };
    scim::set_user(tx, &changed).await.map_err(same_mail)?;
    let back = !before.active && draft.active;
    let status = if back { ACTIVE } else { row.status.as_str() };
    scim::set_member(tx, row.member_id, &draft.name, &draft.email, status).await.map_err(same_mail)?;
    if (&before.name, &before.email, &before.user_name) != (&draft.name, &draft.email, &draft.user_name) {
        let event = AuditEvent::by(by, "member.provision", &row.user_ref).before(told(&before)).after(told(draft));
        tx.record(event).await?;
    }
    if back {
        let event = AuditEvent::by(by, "member.reactivate", &row.user_ref).after(told(draft));
        tx.record(event).await?;
    }
    if before.active && !draft.active {
        deactivate(tx, by, &changed).await?;
    }
    Ok(())
}

/// Lets somebody in no more: their sessions end, their tokens, links and invitations are gone for good.
///
/// # Errors
/// `Conflict` when they are the last administrator.
pub(crate) async fn deactivate(tx: &mut TenantTx, by: &Principal, row: &ScimUserRow) -> Result<()> {
    members::keep_an_admin(tx, row.member_id).await?;
    scim::set_status(tx, row.member_id, DEACTIVATED).await?;
    scim::end_access(tx, row.member_id).await?;
    let before = json!({ "status": row.status, "role": row.role });
    let event = AuditEvent::by(by, "member.deactivate", &row.user_ref).before(before);
    tx.record(event.after(json!({ "status": DEACTIVATED, "role": row.role }))).await
}

/// The higher of two roles.
fn higher(one: &'static Role, other: &'static Role) -> &'static Role {
    let rank = |role: &Role| Role::ASSIGNABLE.iter().position(|known| known.name() == role.name());
    if rank(other) > rank(one) { other } else { one }
}

/// Gives members the highest of their own role and those of their groups. The last administrator stays one.
///
/// # Errors
/// Those of the database.
pub(crate) async fn settle_roles(tx: &mut TenantTx, by: &Principal, members: &[Uuid]) -> Result<()> {
    if members.is_empty() {
        return Ok(());
    }
    let mut admins = member::list_admins_for_update(tx).await?;
    for (id, user_ref, present, base, of_groups) in scim::roles_of(tx, members).await? {
        let base = Role::named(&base).unwrap_or(FIRST_ROLE);
        let role = of_groups.iter().filter_map(|name| Role::named(name)).fold(base, higher);
        let loses_admin = admins.contains(&id) && role.name() != Role::ADMIN.name();
        if role.name() == present || (loses_admin && admins.len() == 1) {
            continue;
        }
        if loses_admin {
            admins.retain(|admin| *admin != id);
        }
        member::set_role(tx, id, role.name()).await?;
        let event = AuditEvent::by(by, "member.update", &user_ref).before(json!({ "role": present }));
        tx.record(event.after(json!({ "role": role.name() }))).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_higher_role_wins() {
        assert_eq!(higher(&Role::VIEWER, &Role::MAINTAINER).name(), "maintainer");
        assert_eq!(higher(&Role::ADMIN, &Role::MEMBER).name(), "admin");
        assert_eq!(higher(&Role::MEMBER, &Role::MEMBER).name(), "member");
    }
}
