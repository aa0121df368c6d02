//! On whose behalf a run goes on that nobody waits for: what its person holds now, not what they held then.

use crate::State;
use crate::store::member::find_member;
use authz::{Role, RuleSet, grants};
use http_shell::Caller;
use kernel::{EntityRef, Grants, Principal, RefDefaults, Result, SignedInBy, TenantId, User};
use store::policy;
use uuid::Uuid;

/// The principal of a member as they would be if they signed in now; `None`: they cannot.
///
/// # Errors
/// Those of the database and of the catalog.
pub(crate) async fn principal(state: &State, tenant: TenantId, member_id: Uuid) -> Result<Option<User>> {
    let mut tx = state.db.tenant(tenant).await?;
    let Some(member) = find_member(&mut tx, member_id).await? else { return Ok(None) };
    tx.rollback().await?;
    let mut refs = vec![member.user_ref.clone()];
    for group in groups_of(state, tenant, &member.user_ref).await?.into_iter().chain(member.groups) {
        if !refs.contains(&group) {
            refs.push(group);
        }
    }
    let grants = effective(state, tenant, &member.role, &refs).await?;
    Ok(Some(User {
        id: member.member_id,
        entity_ref: member.user_ref,
        ownership_refs: refs,
        role: member.role,
        grants,
        via: SignedInBy::Session,
        viewed_by: None,
        scopes: None,
    }))
}

/// Whoever started a run, as they are now; `None`: they are no member any more. A token's limits stay.
///
/// # Errors
/// Those of the database and of the catalog.
pub(crate) async fn refreshed(state: &State, tenant: TenantId, then: Principal) -> Result<Option<Principal>> {
    match then {
        Principal::User(user) if user.is_member() => {
            let now = principal(state, tenant, user.id).await?;
            Ok(now.map(|now| Principal::User(User { via: user.via, scopes: user.scopes, ..now })))
        }
        other => Ok(Some(other)),
    }
}

async fn groups_of(state: &State, tenant: TenantId, user_ref: &str) -> Result<Vec<String>> {
    let entity_ref = EntityRef::parse(user_ref, RefDefaults::kind("user"))?;
    let services = state.services(Caller::service(tenant, "scaffolder"));
    let Some(entity) = services.entity(&entity_ref).await? else { return Ok(Vec::new()) };
    let relations = entity["relations"].as_array().map(Vec::as_slice).unwrap_or_default();
    let groups = relations.iter().filter(|relation| relation["type"] == "memberOf");
    Ok(groups.filter_map(|relation| relation["targetRef"].as_str().map(str::to_owned)).collect::<Vec<String>>())
}

/// What policies make of the role, as the gateway would say.
async fn effective(state: &State, tenant: TenantId, role: &str, refs: &[String]) -> Result<Grants> {
    let Some(known) = Role::named(role).filter(|role| role.name() != Role::ADMIN.name()) else {
        return Ok(Grants::default());
    };
    let subjects: Vec<&str> = refs.iter().map(String::as_str).chain([role]).collect();
    let mut tx = state.db.tenant(tenant).await?;
    let mut rules = RuleSet::default();
    for row in policy::list_applied(&mut tx, &subjects, None).await? {
        rules.add(row.subject, row.permission, &row.effect, row.condition.as_ref());
    }
    Ok(grants(known, &rules.verdicts(known)))
}
