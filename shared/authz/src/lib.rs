//! Who may do what: permissions, built-in roles, the decision function, and conditions on resources.
//!
//! Pure: no I/O, no clock, no framework. The only way to an allow is [`decide`]; whatever it does not know it denies.

mod condition;
mod permission;
mod role;

pub use condition::{Condition, Criteria, Rule};
pub use permission::Permission;
pub use role::Role;

use kernel::Principal;

/// The answer to "may this principal do that".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Allow,
    /// No.
    Deny,
}

/// Decides by the principal's built-in role.
///
/// Services act for the tenant and hold every permission; what a service may be *called* for is the audience of a
/// route, not a permission. Workers hold only the read permissions in [`Role::WORKER`].
#[must_use]
pub fn decide(principal: &Principal, permission: Permission) -> Decision {
    let allowed = match principal {
        // What a directory may call is the audience of its routes; it holds no permission.
        Principal::Nobody | Principal::Provisioner { .. } => false,
        Principal::Service { .. } => true,
        Principal::Worker { .. } => Role::WORKER.grants(permission),
        Principal::User(user) => Role::named(&user.role).is_some_and(|role| role.grants(permission)),
    };
    if allowed { Decision::Allow } else { Decision::Deny }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{SignedInBy, User};

    fn user(role: &str) -> Principal {
        Principal::User(User {
            id: uuid_nil(),
            entity_ref: "user:default/jane".into(),
            ownership_refs: vec![],
            role: role.into(),
            via: SignedInBy::Session,
        })
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
