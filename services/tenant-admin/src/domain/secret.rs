//! What secrets may be called, hold, and be granted to.

use kernel::{EntityRef, Error, RefDefaults, Result};

/// The longest value, in bytes: a private key with its chain of certificates fits.
pub const MAX_VALUE_BYTES: usize = 64 * 1024;
/// The shortest: what is shorter stands in too many texts to be masked there.
const MIN_VALUE_CHARS: usize = 6;
const MAX_NAME: usize = 64;
const MAX_DESCRIPTION: usize = 500;
/// Secrets that one organisation can have.
pub const MAX_SECRETS: i64 = 1_000;
/// Grants that one secret can have.
pub const MAX_GRANTS: i64 = 200;
/// Versions that can be readable at the same time.
pub const MAX_READABLE_VERSIONS: i64 = 5;
/// How long a superseded version can stay readable, in hours.
pub const MAX_OVERLAP_HOURS: i64 = 30 * 24;

/// Where secrets of a scope may go.
pub const SCOPES: [&str; 4] = ["any", "plugin", "template", "proxy"];

/// What is wrong with a secret's name. It becomes part of an expression: `secrets.NAME`.
#[must_use]
pub fn name_problem(name: &str) -> Option<&'static str> {
    let fine = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.len() <= MAX_NAME
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (!fine).then_some("Use letters, digits and _, at most 64, and no digit at the start: DEPLOY_TOKEN.")
}

/// What is wrong with a scope.
#[must_use]
pub fn scope_problem(scope: &str) -> Option<&'static str> {
    (!SCOPES.contains(&scope)).then_some("Choose any, plugin, template or proxy.")
}

/// What is wrong with a description.
#[must_use]
pub fn description_problem(description: &str) -> Option<&'static str> {
    (description.chars().count() > MAX_DESCRIPTION).then_some("Use at most 500 characters.")
}

/// What is wrong with a value; the words never repeat it.
#[must_use]
pub fn value_problem(value: &str) -> Option<&'static str> {
    if value.len() > MAX_VALUE_BYTES {
        return Some("The value has more than 65,536 bytes.");
    }
    let short = value.trim().chars().count() < MIN_VALUE_CHARS;
    short.then_some("Enter a value of at least 6 characters: a shorter one could not be masked in logs.")
}

/// What is wrong with the time that the superseded version stays readable.
#[must_use]
pub fn overlap_problem(hours: i64) -> Option<&'static str> {
    (!(0..=MAX_OVERLAP_HOURS).contains(&hours)).then_some("Choose between 0 and 720 hours.")
}

/// Who may be granted a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grantee {
    /// `plugin`, `template` or `proxy`.
    pub kind: &'static str,
    /// A plugin's id, a template's reference as its key, a proxy's name.
    pub id: String,
}

impl Grantee {
    /// Reads a grantee as a person or a service names it.
    ///
    /// # Errors
    /// `Input`, with a text at the field that is wrong.
    pub fn read(kind: &str, id: &str) -> Result<Self> {
        let wrong = |field: &str, text: &str| Error::input(text).with_field(field, text);
        match kind {
            "plugin" => {
                let fine = (1..=64).contains(&id.len())
                    && id.starts_with(|c: char| c.is_ascii_lowercase())
                    && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
                let id = fine.then(|| id.to_owned());
                id.map(|id| Self { kind: "plugin", id }).ok_or_else(|| wrong("id", "Enter a plugin's id: badges."))
            }
            "template" => {
                let parsed = EntityRef::parse(id, RefDefaults { kind: Some("template"), namespace: Some("default") });
                let key = parsed.ok().map(|parsed| parsed.key()).filter(|key| key.starts_with("template:"));
                key.filter(|key| key.len() <= 300)
                    .map(|id| Self { kind: "template", id })
                    .ok_or_else(|| wrong("id", "Enter a template's reference: template:default/new-service."))
            }
            "proxy" => {
                let fine = (1..=100).contains(&id.len())
                    && id.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
                fine.then(|| Self { kind: "proxy", id: id.to_owned() })
                    .ok_or_else(|| wrong("id", "Enter a proxy's name: pagerduty."))
            }
            _ => Err(wrong("kind", "Choose plugin, template or proxy.")),
        }
    }

    /// For rows that say who used a secret.
    #[must_use]
    pub fn label(&self) -> String {
        if self.kind == "template" { self.id.clone() } else { format!("{}:{}", self.kind, self.id) }
    }

    /// Why a secret of this scope cannot be granted to it.
    #[must_use]
    pub fn refused_by(&self, scope: &str) -> Option<String> {
        (scope != "any" && scope != self.kind).then(|| {
            format!("This secret is for one kind of use only: {scope}. It cannot be granted to {}.", self.label())
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_name_can_be_written_in_an_expression() {
        for good in ["A", "_x", "DEPLOY_TOKEN_2"] {
            assert_eq!(name_problem(good), None);
        }
        for bad in ["", "2A", "a-b", "a b", "ä", "a.b", &"a".repeat(65)] {
            assert!(name_problem(bad).is_some(), "{bad} was accepted");
        }
    }

    #[test]
    fn grantees_are_kept_in_one_form() {
        assert_eq!(Grantee::read("template", "New-Service").unwrap().id, "template:default/new-service");
        assert_eq!(Grantee::read("template", "template:ops/X").unwrap().label(), "template:ops/x");
        assert_eq!(Grantee::read("plugin", "badges").unwrap().label(), "plugin:badges");
        for (kind, id) in [("plugin", "Badges"), ("plugin", ""), ("template", "component:default/a"), ("x", "y")] {
            assert!(Grantee::read(kind, id).is_err(), "{kind} {id} was accepted");
        }
    }

    #[test]
    fn a_scope_keeps_other_grantees_out() {
        let plugin = Grantee::read("plugin", "badges").unwrap();
        assert_eq!(plugin.refused_by("any"), None);
        assert_eq!(plugin.refused_by("plugin"), None);
        assert!(plugin.refused_by("template").is_some());
    }

    #[test]
    fn no_problem_repeats_the_value() {
        assert!(value_problem("ab c").is_some_and(|text| !text.contains("ab c")));
        assert!(value_problem(&"x".repeat(MAX_VALUE_BYTES + 1)).is_some());
        assert_eq!(value_problem("s3cret-value"), None);
    }
}
