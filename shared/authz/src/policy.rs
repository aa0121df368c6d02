//! Policies as administrators write them: roles with rules, bound to people, groups and built-in roles.
//!
//! A document is judged as a whole ([`Document::problems`]) before it can hold. What one rule means for one person is
//! in `verdict.rs`.

use crate::{Condition, Permission, Role};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// Custom roles in one organisation.
pub const MAX_ROLES: usize = 1_000;
/// Rules of one role.
pub const MAX_RULES: usize = 200;
/// Subjects of one role.
pub const MAX_SUBJECTS: usize = 5_000;
/// Subjects of all roles together.
pub const MAX_BINDINGS: usize = 20_000;
/// Problems that are told at once.
const MAX_PROBLEMS: usize = 50;

/// All custom roles of an organisation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// In the order in which they are shown.
    pub roles: Vec<CustomRole>,
}

/// A role that an organisation made: rules, and whom they are for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomRole {
    /// Its name, unique in the organisation: `release-managers`.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What it allows and denies.
    #[serde(default)]
    pub rules: Vec<PolicyRule>,
    /// Entity refs (`user:default/jane`, `group:default/team-a`) and names of built-in roles.
    #[serde(default)]
    pub subjects: Vec<String>,
}

/// What a rule does where it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// The permission is held.
    Allow,
    /// It is not, whatever else allows it.
    Deny,
}

impl Effect {
    /// The word that documents and rows use.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }
}

/// One rule of a role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyRule {
    /// A permission of ours or of a plugin, by its Backstage name.
    pub permission: String,
    /// Allow or deny.
    pub effect: Effect,
    /// The resources it is about; all of them where it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
}

impl PolicyRule {
    /// Reads a published row. A row that is not understood denies: a mistake closes doors and never opens them.
    #[must_use]
    pub fn stored(permission: String, effect: &str, condition: Option<&Value>) -> Self {
        let condition = condition.map(Condition::parse).transpose();
        match (effect, condition) {
            ("allow", Ok(condition)) => Self { permission, effect: Effect::Allow, condition },
            ("deny", Ok(condition)) => Self { permission, effect: Effect::Deny, condition },
            _ => Self { permission, effect: Effect::Deny, condition: None },
        }
    }
}

/// What is wrong with a document: the path of the field, and a sentence.
pub type Problems = BTreeMap<String, String>;

impl Document {
    /// What is wrong; empty when it may be published.
    #[must_use]
    pub fn problems(&self) -> Problems {
        let mut found = Found::default();
        if self.roles.len() > MAX_ROLES {
            found.add("roles", format!("An organisation may have {MAX_ROLES} roles of its own."));
        }
        let bindings: usize = self.roles.iter().map(|role| role.subjects.len()).sum();
        if bindings > MAX_BINDINGS {
            found
                .add("roles", format!("All roles together may have {MAX_BINDINGS} people and groups, not {bindings}."));
        }
        let mut names = HashSet::new();
        for (i, role) in self.roles.iter().enumerate() {
            let path = format!("roles.{i}");
            role.judge(&path, &mut found);
            if !names.insert(role.name.as_str()) {
                found.add(format!("{path}.name"), format!("There are two roles named \"{}\".", role.name));
            }
        }
        self.judge_resources(&mut found);
        found.0
    }

    /// Conditions on one permission must be about one kind of resource, or they could not be asked together.
    fn judge_resources(&self, found: &mut Found) {
        let mut known: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
        for (i, role) in self.roles.iter().enumerate() {
            for (j, rule) in role.rules.iter().enumerate() {
                let Some(condition) = &rule.condition else { continue };
                let kind = (condition.plugin_id.as_str(), condition.resource_type.as_str());
                let first = *known.entry(&rule.permission).or_insert(kind);
                if first != kind {
                    let told = format!(
                        "Another rule on {} has a condition of {} on {}; this one must too.",
                        rule.permission, first.0, first.1
                    );
                    found.add(format!("roles.{i}.rules.{j}.condition"), told);
                }
            }
        }
    }

    /// Who is bound to which role: subject and role, once each.
    #[must_use]
    pub fn bindings(&self) -> Vec<(String, String)> {
        let of =
            |role: &CustomRole| role.subjects.iter().map(|one| (one.clone(), role.name.clone())).collect::<Vec<_>>();
        self.roles.iter().flat_map(of).collect()
    }

    /// Every rule with the name of its role.
    pub fn rules(&self) -> impl Iterator<Item = (&str, &PolicyRule)> {
        self.roles.iter().flat_map(|role| role.rules.iter().map(|rule| (role.name.as_str(), rule)))
    }

    /// Every permission that some rule names, once.
    #[must_use]
    pub fn permissions(&self) -> HashSet<&str> {
        self.roles.iter().flat_map(|role| &role.rules).map(|rule| rule.permission.as_str()).collect()
    }
}

impl CustomRole {
    fn judge(&self, path: &str, found: &mut Found) {
        if !is_role_name(&self.name) {
            found.add(
                format!("{path}.name"),
                "A name has 1 to 63 lower-case letters, digits, dots, hyphens and underscores and begins with a letter or digit.",
            );
        } else if Role::named(&self.name).is_some() {
            found.add(format!("{path}.name"), format!("\"{}\" is a built-in role. Choose another name.", self.name));
        }
        if self.description.chars().count() > 500 {
            found.add(format!("{path}.description"), "A description has at most 500 characters.");
        }
        if self.rules.len() > MAX_RULES {
            found.add(format!("{path}.rules"), format!("A role may have {MAX_RULES} rules."));
        }
        if self.subjects.len() > MAX_SUBJECTS {
            found.add(format!("{path}.subjects"), format!("A role may have {MAX_SUBJECTS} people and groups."));
        }
        for (i, rule) in self.rules.iter().enumerate().take(MAX_RULES) {
            rule.judge(&format!("{path}.rules.{i}"), found);
        }
        let mut subjects = HashSet::new();
        for (i, subject) in self.subjects.iter().enumerate().take(MAX_SUBJECTS) {
            let path = format!("{path}.subjects.{i}");
            if let Some(problem) = subject_problem(subject) {
                found.add(path, problem);
            } else if !subjects.insert(subject) {
                found.add(path, format!("\"{subject}\" is there twice."));
            }
        }
    }
}

impl PolicyRule {
    fn judge(&self, path: &str, found: &mut Found) {
        if !is_permission_name(&self.permission) {
            found.add(
                format!("{path}.permission"),
                format!("\"{}\" is no name of a permission, such as catalog.entity.read.", self.permission),
            );
        }
        let Some(known) = Permission::named(&self.permission) else { return };
        if !known.is_assignable() {
            found.add(format!("{path}.permission"), format!("{known} belongs to administrators alone."));
        }
        if let Some(condition) = &self.condition {
            let about = (condition.plugin_id.as_str(), condition.resource_type.as_str());
            let problem = match known.resource() {
                None => Some(format!("{known} is about no resource, so it takes no condition.")),
                Some(right) if right != about => {
                    Some(format!("Conditions on {known} are those of {} on {}.", right.0, right.1))
                }
                Some(_) => None,
            };
            if let Some(problem) = problem {
                found.add(format!("{path}.condition"), problem);
            }
        }
    }
}

#[derive(Default)]
struct Found(Problems);

impl Found {
    fn add(&mut self, path: impl Into<String>, problem: impl Into<String>) {
        if self.0.len() < MAX_PROBLEMS {
            self.0.entry(path.into()).or_insert_with(|| problem.into());
        }
    }
}

fn is_role_name(name: &str) -> bool {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    let begins = name.chars().next().is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    begins && name.len() <= 63 && name.chars().all(fine)
}

fn is_permission_name(name: &str) -> bool {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/');
    !name.is_empty() && name.len() <= 150 && name.chars().all(fine)
}

/// What is wrong with a subject.
fn subject_problem(subject: &str) -> Option<String> {
    if let Some(role) = Role::named(subject) {
        let admin = role.name() == Role::ADMIN.name();
        return admin.then(|| "Administrators hold every permission; no rule applies to them.".to_owned());
    }
    let parsed = kernel::EntityRef::parse(subject, kernel::RefDefaults::kind("user"));
    let fine = parsed.is_ok_and(|entity| {
        entity.to_string() == subject
            && subject.to_lowercase() == subject
            && matches!(entity.kind.as_str(), "user" | "group")
            && subject.len() <= 250
    });
    (!fine).then(|| {
        format!("\"{subject}\" is neither a built-in role nor a ref such as user:default/jane or group:default/team-a, in lower case.")
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn problems(document: &Value) -> Vec<String> {
        serde_json::from_value::<Document>(document.clone()).unwrap().problems().into_keys().collect()
    }

    #[test]
    fn what_is_wrong_is_told_with_the_path_of_its_field() {
        let kinds = json!({"rule": "IS_ENTITY_KIND", "resourceType": "catalog-entity", "params": {"kinds": ["api"]}});
        let of = |plugin: &str| json!({"pluginId": plugin, "resourceType": "catalog-entity", "conditions": kinds});
        let fine = json!({"permission": "catalog.entity.read", "effect": "deny", "condition": of("catalog")});
        let role = |rule: &Value| json!({"roles": [{"name": "a", "rules": [rule], "subjects": ["group:default/a", "viewer"]}]});
        assert!(problems(&role(&fine)).is_empty());
        assert!(problems(&role(&json!({"permission": "badges.entity.create", "effect": "allow"}))).is_empty());
        for (document, path) in [
            (json!({"roles": [{"name": "A b"}]}), "roles.0.name"),
            (json!({"roles": [{"name": "member"}]}), "roles.0.name"),
            (json!({"roles": [{"name": "a"}, {"name": "a"}]}), "roles.1.name"),
            (json!({"roles": [{"name": "a", "subjects": ["admin"]}]}), "roles.0.subjects.0"),
            (json!({"roles": [{"name": "a", "subjects": ["jane"]}]}), "roles.0.subjects.0"),
            (json!({"roles": [{"name": "a", "subjects": ["component:default/x"]}]}), "roles.0.subjects.0"),
            (json!({"roles": [{"name": "a", "subjects": ["user:default/Jane"]}]}), "roles.0.subjects.0"),
            (json!({"roles": [{"name": "a", "subjects": ["viewer", "viewer"]}]}), "roles.0.subjects.1"),
            (role(&json!({"permission": "a b", "effect": "allow"})), "roles.0.rules.0.permission"),
            (role(&json!({"permission": "tenant.member.viewAs", "effect": "allow"})), "roles.0.rules.0.permission"),
            (
                role(&json!({"permission": "tenant.update", "effect": "allow", "condition": of("catalog")})),
                "roles.0.rules.0.condition",
            ),
            (
                role(&json!({"permission": "catalog.entity.read", "effect": "deny", "condition": of("x")})),
                "roles.0.rules.0.condition",
            ),
        ] {
            assert_eq!(problems(&document), [path], "{document}");
        }
        let two = json!({"roles": [{"name": "a", "rules": [
            {"permission": "x.y", "effect": "allow", "condition": of("x")},
            {"permission": "x.y", "effect": "allow", "condition": of("y")}]}]});
        assert_eq!(problems(&two), ["roles.0.rules.1.condition"]);
    }

    #[test]
    fn a_row_that_is_not_understood_denies() {
        for (effect, condition) in [("allow", Some(json!({}))), ("perhaps", None), ("deny", Some(json!("x")))] {
            let rule = PolicyRule::stored("x".into(), effect, condition.as_ref());
            assert_eq!((rule.effect, rule.condition), (Effect::Deny, None));
        }
    }
}
