//! Published rules as they are read back for one person.

use crate::verdict::{Applied, Verdict, judge, verdicts};
use crate::{PolicyRule, Role};
use kernel::User;
use serde_json::Value;
use std::collections::BTreeMap;

/// The rules that apply to somebody, each with the subject through which it does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleSet(Vec<(String, PolicyRule)>);

/// All that rules can be bound to and that this person is.
#[must_use]
pub fn subjects(user: &User) -> Vec<&str> {
    user.ownership_refs.iter().chain([&user.entity_ref, &user.role]).map(String::as_str).collect()
}

impl RuleSet {
    /// Adds a published row: subject, permission, effect and condition.
    pub fn add(&mut self, subject: String, permission: String, effect: &str, condition: Option<&Value>) {
        self.0.push((subject, PolicyRule::stored(permission, effect, condition)));
    }

    /// What they come to for somebody with this built-in role; a role that is not known holds nothing.
    #[must_use]
    pub fn judge(&self, role: &str, permission: &str) -> Verdict {
        Role::named(role).map_or(Verdict::Deny, |role| judge(role, permission, self.applied()))
    }

    /// The same for every permission that the rules name.
    #[must_use]
    pub fn verdicts(&self, role: &Role) -> BTreeMap<String, Verdict> {
        verdicts(role, &self.applied().collect::<Vec<_>>())
    }

    fn applied(&self) -> impl Iterator<Item = Applied<'_>> {
        self.0.iter().map(|(subject, rule)| Applied { subject, rule })
    }
}
