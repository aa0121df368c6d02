//! Who may do what: permissions, built-in roles, policies, the decision function, and conditions on resources.
//!
//! Pure: no I/O, no clock, no framework. The only way to an allow is [`decide`]; whatever it does not know it denies.
//! What policies come to for somebody is worked out once ([`verdicts`], [`grants`]) and travels with the principal, so
//! that a decision costs the same however many roles and groups there are.

mod condition;
mod flips;
mod permission;
mod policy;
mod role;
mod rule_set;
mod verdict;

pub use condition::{Condition, Criteria, Rule};
pub use flips::{Bound, Flip, Subject, flips};
pub use permission::Permission;
pub use policy::{CustomRole, Document, Effect, MAX_BINDINGS, MAX_ROLES, PolicyRule, Problems};
pub use role::Role;
pub use rule_set::{RuleSet, subjects};
pub use verdict::{Applied, Restriction, Verdict, grants, judge, verdicts};

use kernel::{Principal, User};

/// The answer to "may this principal do that".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Allow,
    /// No.
    Deny,
    /// With some resources; whoever owns them knows which.
    Conditional,
}

impl Decision {
    /// Whether the door is not shut: yes, or with some resources.
    #[must_use]
    pub fn opens(self) -> bool {
        self != Self::Deny
    }
}

/// Decides by the principal's built-in role and what policies make of it.
///
/// Services act for the tenant and hold every permission; what a service may be *called* for is the audience of a
/// route, not a permission. Workers hold only the read permissions in [`Role::WORKER`].
#[must_use]
pub fn decide(principal: &Principal, permission: Permission) -> Decision {
    decide_named(principal, permission.name())
}

/// The same for a permission that perhaps only a plugin knows.
#[must_use]
pub fn decide_named(principal: &Principal, name: &str) -> Decision {
    let allowed = match principal {
        // What a directory or the operator may call is the audience of routes; they hold no permission.
        Principal::Nobody | Principal::Provisioner { .. } | Principal::Operator { .. } => false,
        Principal::Service { .. } => true,
        Principal::Worker { .. } => Permission::named(name).is_some_and(|known| Role::WORKER.grants(known)),
        Principal::User(user) => return of_user(user, name),
    };
    if allowed { Decision::Allow } else { Decision::Deny }
}

/// What the credential is limited to can only take away: a token never allows more than the role of whoever owns it.
fn of_user(user: &User, name: &str) -> Decision {
    if !user.in_scope(name) {
        return Decision::Deny;
    }
    let Some(role) = Role::named(&user.role) else { return Decision::Deny };
    if role.name() == Role::ADMIN.name() {
        return Decision::Allow;
    }
    let listed = |names: &[String]| names.binary_search_by(|one| one.as_str().cmp(name)).is_ok();
    if listed(&user.grants.denied) {
        Decision::Deny
    } else if listed(&user.grants.conditional) {
        Decision::Conditional
    } else if listed(&user.grants.allowed) || role.holds(name) {
        Decision::Allow
    } else {
        Decision::Deny
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Grants, SignedInBy, User};

    fn user(role: &str) -> Principal {
        Principal::User(User {
            id: uuid_nil(),
            entity_ref: "user:default/jane".into(),
            ownership_refs: vec![],
            role: role.into(),
            grants: Grants::default(),
            via: SignedInBy::Session,
            viewed_by: None,
            scopes: None,
        })
    }

    #[test]
    fn a_scoped_token_holds_what_its_role_holds_and_its_scopes_name() {
        for role in ["viewer", "member", "maintainer", "admin", "superuser"] {
            for only in Permission::ALL {
                let Principal::User(whole) = user(role) else { unreachable!() };
                let scoped = Principal::User(User { scopes: Some(vec![only.name().to_owned()]), ..whole });
                for permission in Permission::ALL {
                    let expected = if permission == only { decide(&user(role), *only) } else { Decision::Deny };
                    assert_eq!(decide(&scoped, *permission), expected, "{role} with {only}: {permission}");
                }
            }
        }
    }

    fn uuid_nil() -> uuid::Uuid {
        uuid::Uuid::nil()
    }

    #[test]
    fn an_unknown_role_is_denied_everything() {
        for permission in Permission::ALL {
            assert_eq!(decide(&user("superuser"), *permission), Decision::Deny);
            assert_eq!(decide(&Principal::Nobody, *permission), Decision::Deny);
        }
    }

    #[test]
    fn each_role_holds_all_that_the_role_below_it_holds() {
        for (lower, higher) in [("viewer", "member"), ("member", "maintainer"), ("maintainer", "admin")] {
            for permission in Permission::ALL {
                if decide(&user(lower), *permission) == Decision::Allow {
                    assert_eq!(decide(&user(higher), *permission), Decision::Allow, "{permission} lost by {higher}");
                }
            }
        }
    }

    #[test]
    fn an_admin_holds_every_permission_and_a_viewer_changes_nothing() {
        for permission in Permission::ALL {
            assert_eq!(decide(&user("admin"), *permission), Decision::Allow);
            if decide(&user("viewer"), *permission) == Decision::Allow {
                assert!(permission.is_read(), "a viewer may {permission}");
            }
        }
    }
}
