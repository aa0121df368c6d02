//! What a role and the rules that apply to somebody come to, permission by permission.
//!
//! - An administrator holds everything, and no rule takes anything away.
//! - A deny wins, whoever it comes from; one with a condition takes away the resources it holds for.
//! - Allows on a built-in role say what that role holds of the permission, in place of what it comes with.
//! - Allows on people and groups add to that.

use crate::{Condition, Criteria, Effect, PolicyRule, Role};
use kernel::Grants;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// A rule, and the subject through which it applies to somebody.
#[derive(Debug, Clone, Copy)]
pub struct Applied<'a> {
    /// An entity ref or the name of a built-in role.
    pub subject: &'a str,
    /// The rule.
    pub rule: &'a PolicyRule,
}

/// What somebody may do with the resources of one permission.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Everything.
    Allow,
    /// Nothing.
    Deny,
    /// Something.
    Conditional(Restriction),
}

/// Which resources: those that one of `only` holds for, and none of `never`. All conditions are about one kind of
/// resource; [`PolicyRule`]s on one permission that disagree about it come to a deny.
#[derive(Debug, Clone, PartialEq)]
pub struct Restriction {
    /// `None`: all of them.
    pub only: Option<Vec<Condition>>,
    /// Taken away from those.
    pub never: Vec<Condition>,
}

impl Restriction {
    /// The same as one condition, as Backstage's permission clients are told.
    #[must_use]
    pub fn merged(&self) -> Option<Condition> {
        let first = self.only.iter().flatten().chain(&self.never).next()?;
        let any = |conditions: &[Condition]| match conditions {
            [one] => one.criteria.clone(),
            several => Criteria::AnyOf(several.iter().map(|one| one.criteria.clone()).collect()),
        };
        let never = (!self.never.is_empty()).then(|| Criteria::Not(Box::new(any(&self.never))));
        let criteria = match (self.only.as_deref().map(any), never) {
            (Some(only), Some(never)) => Criteria::AllOf(vec![only, never]),
            (Some(only), None) => only,
            (None, never) => never?,
        };
        Some(Condition { criteria, ..first.clone() })
    }
}

/// Judges one permission for somebody with this built-in role, to whom these rules apply.
#[must_use]
pub fn judge<'a>(role: &Role, permission: &str, rules: impl IntoIterator<Item = Applied<'a>>) -> Verdict {
    if role.name() == Role::ADMIN.name() {
        return Verdict::Allow;
    }
    let (mut of_role, mut added, mut never) = (Vec::new(), Vec::new(), Vec::new());
    for Applied { subject, rule } in rules.into_iter().filter(|applied| applied.rule.permission == permission) {
        match (rule.effect, &rule.condition) {
            (Effect::Deny, None) => return Verdict::Deny,
            (Effect::Deny, Some(condition)) => never.push(condition.clone()),
            (Effect::Allow, condition) if subject == role.name() => of_role.push(condition.as_ref()),
            (Effect::Allow, condition) => added.push(condition.as_ref()),
        }
    }
    let by_itself = of_role.is_empty() && role.holds(permission);
    let allows = || of_role.iter().chain(&added);
    let all = by_itself || allows().any(Option::is_none);
    let only: Vec<Condition> = if all { Vec::new() } else { allows().filter_map(|one| one.cloned()).collect() };
    if !all && only.is_empty() {
        return Verdict::Deny;
    }
    if all && never.is_empty() {
        return Verdict::Allow;
    }
    let restriction = Restriction { only: (!all).then(|| sorted(only)), never: sorted(never) };
    if restriction.is_of_one_kind() { Verdict::Conditional(restriction) } else { Verdict::Deny }
}

/// Each condition once, in an order of its own: the same rules come to the same verdict, however they are arranged.
fn sorted(mut conditions: Vec<Condition>) -> Vec<Condition> {
    if conditions.len() > 1 {
        conditions.sort_by_cached_key(|condition| Value::from(condition.clone()).to_string());
        conditions.dedup();
    }
    conditions
}

impl Restriction {
    fn is_of_one_kind(&self) -> bool {
        let mut kinds = self.only.iter().flatten().chain(&self.never).map(|one| (&one.plugin_id, &one.resource_type));
        let first = kinds.next();
        kinds.all(|kind| Some(kind) == first)
    }
}

/// Verdicts for every permission that the rules name.
#[must_use]
pub fn verdicts(role: &Role, rules: &[Applied<'_>]) -> BTreeMap<String, Verdict> {
    let names: HashSet<&str> = rules.iter().map(|applied| applied.rule.permission.as_str()).collect();
    let mut by_name: BTreeMap<&str, Vec<Applied<'_>>> = names.into_iter().map(|name| (name, Vec::new())).collect();
    for applied in rules {
        if let Some(own) = by_name.get_mut(applied.rule.permission.as_str()) {
            own.push(*applied);
        }
    }
    by_name.into_iter().map(|(name, rules)| (name.to_owned(), judge(role, name, rules))).collect()
}

/// The same as a principal carries it: only what differs from the role.
#[must_use]
pub fn grants(role: &Role, verdicts: &BTreeMap<String, Verdict>) -> Grants {
    let mut grants = Grants::default();
    for (name, verdict) in verdicts {
        match verdict {
            Verdict::Allow if !role.holds(name) => grants.allowed.push(name.clone()),
            Verdict::Deny if role.holds(name) => grants.denied.push(name.clone()),
            Verdict::Conditional(_) => grants.conditional.push(name.clone()),
            Verdict::Allow | Verdict::Deny => {}
        }
    }
    grants
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn rule(effect: Effect, floors: Option<&str>) -> PolicyRule {
        let condition = floors.map(|floor| {
            let called = json!({"rule": "IS_ON_FLOOR", "resourceType": "room", "params": {"floors": [floor]}});
            Condition::parse(&json!({"pluginId": "rooms", "resourceType": "room", "conditions": called})).unwrap()
        });
        PolicyRule { permission: "rooms.room.book".to_owned(), effect, condition }
    }

    fn judged(role: &Role, subject: &str, rules: &[PolicyRule]) -> Verdict {
        judge(role, "rooms.room.book", rules.iter().map(|rule| Applied { subject, rule }))
    }

    #[test]
    fn a_permission_that_only_a_plugin_knows_is_judged_like_ours() {
        let (allow, deny) = (rule(Effect::Allow, None), rule(Effect::Deny, None));
        let (first, not_second) = (rule(Effect::Allow, Some("1")), rule(Effect::Deny, Some("2")));
        // Without a rule, all but viewers hold what does more than read.
        assert_eq!(judged(&Role::MEMBER, "member", &[]), Verdict::Allow);
        assert_eq!(judged(&Role::VIEWER, "viewer", &[]), Verdict::Deny);
        assert_eq!(judge(&Role::VIEWER, "rooms.plan.read", []), Verdict::Allow);
        assert_eq!(judged(&Role::VIEWER, "group:default/a", std::slice::from_ref(&allow)), Verdict::Allow);
        assert_eq!(judged(&Role::MEMBER, "group:default/a", &[allow, deny.clone()]), Verdict::Deny);
        assert_eq!(judged(&Role::ADMIN, "user:default/jane", &[deny]), Verdict::Allow);
        let Verdict::Conditional(restriction) = judged(&Role::MEMBER, "member", &[first, not_second]) else {
            panic!("not conditional");
        };
        let merged = restriction.merged().unwrap();
        let called =
            |floor: &str| json!({"rule": "IS_ON_FLOOR", "resourceType": "room", "params": {"floors": [floor]}});
        assert_eq!(
            Value::from(merged),
            json!({"pluginId": "rooms", "resourceType": "room",
                "conditions": {"allOf": [called("1"), {"not": called("2")}]}})
        );
    }
}
