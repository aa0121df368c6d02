//! Why somebody may or may not do something: which rules spoke, and which of them decided.

use authz::{Applied, Effect, Role, Verdict, judge};

/// One thing that spoke.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The custom role that it is from; `None`: the built-in role by itself.
    pub role: Option<String>,
    /// Through which ref or built-in role it applies.
    pub subject: String,
    /// Allow or deny.
    pub effect: Effect,
    /// The condition, as documents write it.
    pub condition: Option<serde_json::Value>,
    /// Whether the decision would be another one if all that say `false` here were not there.
    pub decides: bool,
}

/// The decision and everything that spoke, deciding ones first.
#[must_use]
pub fn explain(role: &Role, permission: &str, applied: &[(&str, Applied<'_>)]) -> (Verdict, Vec<Reason>) {
    let spoke: Vec<_> = applied.iter().filter(|(_, one)| one.rule.permission == permission).collect();
    let verdict = judge(role, permission, spoke.iter().map(|(_, one)| *one));
    let admin = role.name() == Role::ADMIN.name();
    let replaced = spoke.iter().any(|(_, one)| one.rule.effect == Effect::Allow && one.subject == role.name());
    let by_itself = admin || (role.holds(permission) && !replaced);
    let allowing = by_itself || spoke.iter().any(|(_, one)| one.rule.effect == Effect::Allow);
    let shut = spoke.iter().any(|(_, one)| one.rule.effect == Effect::Deny && one.rule.condition.is_none());
    let decides = |effect: Effect, conditional: bool| match (&verdict, effect) {
        (Verdict::Allow, effect) => effect == Effect::Allow && !conditional,
        (Verdict::Deny, effect) => effect == Effect::Deny && (!conditional || (allowing && !shut)),
        (Verdict::Conditional(restriction), Effect::Allow) => conditional == restriction.only.is_some(),
        (Verdict::Conditional(_), Effect::Deny) => true,
    };
    let mut reasons: Vec<Reason> = spoke
        .iter()
        .map(|(from, one)| Reason {
            role: Some((*from).to_owned()),
            subject: one.subject.to_owned(),
            effect: one.rule.effect,
            condition: one.rule.condition.clone().map(Into::into),
            decides: !admin && decides(one.rule.effect, one.rule.condition.is_some()),
        })
        .collect();
    let effect = if by_itself { Effect::Allow } else { Effect::Deny };
    let decides = admin || if by_itself { decides(Effect::Allow, false) } else { !allowing && !shut };
    reasons.push(Reason { role: None, subject: role.name().to_owned(), effect, condition: None, decides });
    reasons.sort_by_key(|reason| !reason.decides);
    (verdict, reasons)
}

/// The word for a verdict.
#[must_use]
pub const fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Deny => "deny",
        Verdict::Conditional(_) => "conditional",
    }
}

/// The condition of a verdict that has one, as documents write it.
#[must_use]
pub fn condition(verdict: &Verdict) -> Option<serde_json::Value> {
    match verdict {
        Verdict::Conditional(restriction) => restriction.merged().map(Into::into),
        Verdict::Allow | Verdict::Deny => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use authz::{Bound, Document, Subject};
    use serde_json::json;

    #[test]
    fn the_deciding_rule_comes_first() {
        let document: Document = serde_json::from_value(json!({"roles": [
            {"name": "open", "subjects": ["group:default/a"], "rules": [
                {"permission": "catalog.entity.delete", "effect": "allow"}]},
            {"name": "shut", "subjects": ["user:default/jane"], "rules": [
                {"permission": "catalog.entity.delete", "effect": "deny"}]}]}))
        .unwrap();
        let jane = Subject { role: "member".into(), refs: vec!["user:default/jane".into(), "group:default/a".into()] };
        let bound = Bound::new(&document);
        let (verdict, reasons) = explain(&Role::MEMBER, "catalog.entity.delete", &bound.of(&jane));
        assert_eq!(verdict, Verdict::Deny);
        let told: Vec<_> = reasons.iter().map(|one| (one.role.as_deref(), one.decides)).collect();
        assert_eq!(told, [(Some("shut"), true), (Some("open"), false), (None, false)]);
        let joe = Subject { role: "member".into(), refs: vec!["user:default/joe".into()] };
        let (verdict, reasons) = explain(&Role::MEMBER, "catalog.entity.delete", &bound.of(&joe));
        assert_eq!((verdict, reasons.len(), reasons[0].decides), (Verdict::Deny, 1, true));
        let (verdict, reasons) = explain(&Role::ADMIN, "catalog.entity.delete", &bound.of(&jane));
        assert_eq!((verdict, reasons[0].role.as_deref(), reasons[0].decides), (Verdict::Allow, None, true));
    }
}
