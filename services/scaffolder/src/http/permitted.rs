//! Whether somebody may run this template: policies can give `scaffolder.task.create` for some templates only.

use crate::State;
use crate::actions::Services;
use authz::{Decision, Permission, RuleSet, Verdict, decide, subjects};
use http_shell::Caller;
use kernel::{EntityRef, Error, Result};
use store::policy;

const RUN: Permission = Permission::SCAFFOLDER_TASK_CREATE;

/// Lets through whoever may run the template. The catalog applies the condition, since templates are its entities.
///
/// # Errors
/// `NotAllowed` when they may run others only; those of the database and of the catalog.
pub(super) async fn check(state: &State, services: &Services, caller: &Caller, template: &EntityRef) -> Result<()> {
    let Some(user) = caller.principal.user().filter(|_| decide(&caller.principal, RUN) == Decision::Conditional) else {
        return Ok(());
    };
    let mut tx = state.db.tenant(caller.tenant).await?;
    let mut rules = RuleSet::default();
    for row in policy::list_applied(&mut tx, &subjects(user), Some(RUN.name())).await? {
        rules.add(row.subject, row.permission, &row.effect, row.condition.as_ref());
    }
    drop(tx);
    let holds = match rules.judge(&user.role, RUN.name()) {
        Verdict::Allow => true,
        Verdict::Deny => false,
        Verdict::Conditional(restriction) => match restriction.merged() {
            Some(merged) => services.condition_holds(&template.key(), &merged.criteria.resolved_for(user)).await?,
            None => false,
        },
    };
    if holds {
        return Ok(());
    }
    Err(Error::not_allowed(format!("Your permission {RUN} does not extend to {}", template.key())))
}
