//! What API tokens may be called, may do, and how long they may live.

use authz::{Decision, Permission, Role, decide};
use kernel::{Error, Principal, Result};

/// The longest life of any token, in days.
pub const MAX_DAYS: i64 = 3650;
/// Tokens that one person, and the organisation, can have.
pub const MAX_TOKENS: i64 = 200;
/// Names by which our own services are known in the audit log.
const RESERVED: [&str; 7] =
    ["catalog", "gateway", "integrations", "plugin-host", "proscenium", "scaffolder", "tenant-admin"];

/// What is wrong with the name of a token of the organisation's own: it becomes part of a reference.
#[must_use]
pub fn service_name_problem(name: &str) -> Option<&'static str> {
    let fine = (1..=63).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--");
    if !fine {
        return Some("Use small letters, digits and single dashes, at most 63: ci-deploy.");
    }
    RESERVED.contains(&name).then_some("This is the name of one of the platform's own services. Choose another.")
}

/// What is wrong with a token's life. `longest` is what the organisation allows.
#[must_use]
pub fn lifetime_problem(days: Option<i64>, longest: Option<i64>) -> Option<String> {
    let most = longest.unwrap_or(MAX_DAYS).min(MAX_DAYS);
    match days {
        Some(days) if (1..=most).contains(&days) => None,
        None if longest.is_none() => None,
        _ => Some(format!("Choose between 1 and {most} days.")),
    }
}

/// The permissions to which a new token is limited: in order, each once. `None`: no limit.
///
/// # Errors
/// `Input` for a name that is no permission; `NotAllowed` for what whoever makes the token may not do themselves: a
/// token is no way to more than one has.
pub fn scopes(wanted: Option<Vec<String>>, by: &Principal) -> Result<Option<Vec<String>>> {
    let Some(mut wanted) = wanted else {
        let limited = by.user().is_some_and(|user| user.scopes.is_some());
        let text = "You are using a limited token. Say which permissions the new one shall have.";
        return if limited { Err(Error::not_allowed(text).with_field("scopes", text)) } else { Ok(None) };
    };
    wanted.sort();
    wanted.dedup();
    if wanted.is_empty() {
        let text = "Choose at least one permission, or no limit.";
        return Err(Error::input(text).with_field("scopes", text));
    }
    for name in &wanted {
        let Some(permission) = Permission::named(name) else {
            let text = format!("There is no permission \"{}\".", name.chars().take(100).collect::<String>());
            return Err(Error::input(text.clone()).with_field("scopes", text));
        };
        if decide(by, permission) == Decision::Deny {
            let text = format!("You lack the permission {permission} yourself.");
            return Err(Error::not_allowed(text.clone()).with_field("scopes", text));
        }
    }
    Ok(Some(wanted))
}

/// The role of a new token of the organisation's own.
///
/// # Errors
/// `Input` for a name that is no role; `NotAllowed` for one that, within the scopes, holds what whoever makes the token
/// does not.
pub fn role(name: &str, scopes: Option<&[String]>, by: &Principal) -> Result<&'static Role> {
    let Some(role) = Role::named(name) else {
        let text = "Choose one of the roles admin, maintainer, member and viewer.";
        return Err(Error::input(text).with_field("role", text));
    };
    let in_scope =
        |permission: Permission| scopes.is_none_or(|scopes| scopes.iter().any(|scope| scope == permission.name()));
    let beyond = Permission::ALL.iter().find(|permission| {
        role.grants(**permission) && in_scope(**permission) && decide(by, **permission) == Decision::Deny
    });
    match beyond {
        None => Ok(role),
        Some(permission) => {
            let text = format!("The role {name} holds {permission}, which you lack yourself.");
            Err(Error::not_allowed(text.clone()).with_field("role", text))
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use kernel::{ErrorKind, SignedInBy, User};

    fn by(role: &str, scopes: Option<&[&str]>) -> Principal {
        Principal::User(User {
            id: uuid::Uuid::nil(),
            entity_ref: "user:default/jane".into(),
            ownership_refs: vec![],
            role: role.into(),
            via: SignedInBy::Session,
            scopes: scopes.map(|scopes| scopes.iter().map(|scope| (*scope).to_owned()).collect()),
            grants: kernel::Grants::default(),
            viewed_by: None,
        })
    }

    fn names(names: &[&str]) -> Option<Vec<String>> {
        Some(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn a_token_never_leads_to_more_than_its_maker_has() {
        let read = names(&["catalog.entity.read"]);
        assert_eq!(scopes(read.clone(), &by("viewer", None)).unwrap(), read);
        assert_eq!(scopes(None, &by("viewer", None)).unwrap(), None);
        let more = scopes(names(&["tenant.update"]), &by("viewer", None)).unwrap_err();
        assert_eq!(more.kind, ErrorKind::NotAllowed);
        let limited = by("admin", Some(&["tenant.token.manage"]));
        assert_eq!(scopes(None, &limited).unwrap_err().kind, ErrorKind::NotAllowed);
        assert_eq!(scopes(read, &limited).unwrap_err().kind, ErrorKind::NotAllowed);
        assert!(scopes(names(&["tenant.token.manage", "tenant.token.manage"]), &limited).unwrap().unwrap().len() == 1);
    }

    #[test]
    fn a_service_tokens_role_holds_no_more_than_its_maker() {
        assert!(role("admin", None, &by("admin", None)).is_ok());
        assert_eq!(role("admin", None, &by("maintainer", None)).unwrap_err().kind, ErrorKind::NotAllowed);
        let read = ["catalog.entity.read".to_owned()];
        assert!(role("admin", Some(&read), &by("maintainer", None)).is_ok(), "within its scopes it holds no more");
        assert_eq!(role("root", None, &by("admin", None)).unwrap_err().kind, ErrorKind::Input);
        let limited = by("admin", Some(&["tenant.token.update"]));
        assert_eq!(role("viewer", None, &limited).unwrap_err().kind, ErrorKind::NotAllowed);
    }

    #[test]
    fn an_organisation_can_shorten_the_life_of_tokens() {
        assert_eq!(lifetime_problem(None, None), None);
        assert_eq!(lifetime_problem(Some(3650), None), None);
        assert!(lifetime_problem(Some(0), None).is_some());
        assert_eq!(lifetime_problem(Some(30), Some(30)), None);
        assert!(lifetime_problem(Some(31), Some(30)).is_some());
        assert!(lifetime_problem(None, Some(30)).is_some(), "no end is longer than any");
    }

    #[test]
    fn a_service_tokens_name_can_stand_in_a_reference() {
        assert_eq!(service_name_problem("ci-2"), None);
        for bad in ["", "CI", "a b", "-a", "a-", "a--b", "ä", "gateway", &"a".repeat(64)] {
            assert!(service_name_problem(bad).is_some(), "{bad} was accepted");
        }
    }
}
