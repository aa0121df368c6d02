//! What a review tells is what happens: for generated organisations, the list of flips equals the difference of the
//! decisions that running services make, permission by permission and person by person.

#![expect(clippy::unwrap_used, reason = "tests")]

use authz::{
    Decision, Document, Flip, Permission, Role, RuleSet, Subject, Verdict, decide_named, flips, grants, subjects,
};
use kernel::{Grants, Principal, SignedInBy, User};
use serde_json::{Value, json};

const TENANTS: usize = 1_000;
const PLUGIN: [&str; 3] = ["badges.entity.create", "badges.entity.read", "x/y"];
const OURS: [&str; 6] = [
    "catalog.entity.read",
    "catalog.entity.delete",
    "catalog.location.create",
    "scaffolder.task.create",
    "tenant.update",
    "tenant.token.manage",
];

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }

    fn permission(&mut self) -> &'static str {
        if self.below(3) == 0 { self.pick(&PLUGIN) } else { self.pick(&OURS) }
    }

    fn subject(&mut self) -> String {
        match self.below(4) {
            0 => self.pick(&["viewer", "member", "maintainer"]).to_owned(),
            1 => format!("user:default/u{}", self.below(8)),
            _ => format!("group:default/g{}", self.below(6)),
        }
    }

    fn rule(&mut self) -> Value {
        let permission = self.permission();
        let effect = if self.below(3) == 0 { "deny" } else { "allow" };
        let conditional = Permission::named(permission).is_none_or(|known| known.resource().is_some());
        if !conditional || self.below(2) == 0 {
            return json!({"permission": permission, "effect": effect});
        }
        let (plugin, kind) =
            Permission::named(permission).and_then(Permission::resource).unwrap_or(("badges", "badge"));
        let rule =
            json!({"rule": "HAS_LABEL", "resourceType": kind, "params": {"label": format!("l{}", self.below(3))}});
        json!({"permission": permission, "effect": effect,
            "condition": {"pluginId": plugin, "resourceType": kind, "conditions": rule}})
    }

    fn role(&mut self, name: usize) -> Value {
        let rules: Vec<Value> = (0..self.below(5)).map(|_| self.rule()).collect();
        let mut subjects: Vec<String> = (0..self.below(4)).map(|_| self.subject()).collect();
        subjects.sort();
        subjects.dedup();
        json!({"name": format!("role-{name}"), "rules": rules, "subjects": subjects})
    }

    fn document(&mut self) -> Document {
        let roles: Vec<Value> = (0..self.below(6)).map(|name| self.role(name)).collect();
        let document: Document = serde_json::from_value(json!({"roles": roles})).unwrap();
        assert!(document.problems().is_empty(), "{:?}", document.problems());
        document
    }

    /// The same with one role written anew, as an administrator does.
    fn changed(&mut self, from: &Document) -> Document {
        let mut document = from.clone();
        let name = self.below(6);
        let role = serde_json::from_value(self.role(name)).unwrap();
        document.roles.retain(|role| role.name != format!("role-{name}"));
        document.roles.push(role);
        document
    }

    fn person(&mut self, i: usize) -> Subject {
        let mut refs = vec![format!("user:default/u{i}")];
        refs.extend((0..6).filter(|_| self.below(3) == 0).map(|group| format!("group:default/g{group}")));
        Subject { role: self.pick(&["viewer", "member", "maintainer", "admin"]).to_owned(), refs }
    }
}

fn user(subject: &Subject, grants: Grants) -> User {
    User {
        id: uuid::Uuid::nil(),
        entity_ref: subject.refs[0].clone(),
        ownership_refs: subject.refs.clone(),
        role: subject.role.clone(),
        grants,
        via: SignedInBy::Session,
        viewed_by: None,
        scopes: None,
    }
}

/// The rules of somebody as the database gives them back: every binding joined with every rule of its role.
fn rows(document: &Document, user: &User) -> RuleSet {
    let mine = subjects(user);
    let mut rules = RuleSet::default();
    for (subject, role) in document.bindings() {
        if !mine.contains(&subject.as_str()) {
            continue;
        }
        for (_, rule) in document.rules().filter(|(name, _)| *name == role) {
            let condition = rule.condition.clone().map(Value::from);
            rules.add(subject.clone(), rule.permission.clone(), rule.effect.word(), condition.as_ref());
        }
    }
    rules
}

/// What running services decide: the gateway's grants travel with the principal, owners of resources judge rows.
fn decisions(document: &Document, subject: &Subject) -> Vec<(String, Decision, Verdict)> {
    let rules = rows(document, &user(subject, Grants::default()));
    let role = Role::named(&subject.role).unwrap();
    let principal = Principal::User(user(subject, grants(role, &rules.verdicts(role))));
    let names = Permission::ALL.iter().map(|permission| permission.name()).chain(PLUGIN);
    let decided = names.map(|name| (name.to_owned(), decide_named(&principal, name), rules.judge(&subject.role, name)));
    decided.collect()
}

#[test]
fn the_flips_of_a_thousand_generated_organisations_are_the_difference_of_all_decisions() {
    let mut random = Random(20);
    let (mut flipped, mut conditional, mut lost) = (0, 0, 0);
    for _ in 0..TENANTS {
        let before = random.document();
        let after = if random.below(2) == 0 { random.document() } else { random.changed(&before) };
        let people: Vec<Subject> = (0..8).map(|i| random.person(i)).collect();
        let mut expected = Vec::new();
        for (index, person) in people.iter().enumerate() {
            let both = decisions(&before, person).into_iter().zip(decisions(&after, person));
            for ((permission, was, before), (_, is, after)) in both {
                for (decision, verdict) in [(was, &before), (is, &after)] {
                    let same = match verdict {
                        Verdict::Allow => Decision::Allow,
                        Verdict::Deny => Decision::Deny,
                        Verdict::Conditional(_) => Decision::Conditional,
                    };
                    assert_eq!(decision, same, "{permission} of {person:?}: the door and the owner disagree");
                }
                if before != after {
                    conditional += usize::from(was == Decision::Conditional || is == Decision::Conditional);
                    lost += usize::from(is == Decision::Deny);
                    expected.push(Flip { subject: index, permission, before, after });
                }
            }
        }
        let mut told = flips(&before, &after, &people);
        let order = |flip: &Flip| (flip.subject, flip.permission.clone());
        told.sort_by_key(order);
        expected.sort_by_key(order);
        flipped += expected.len();
        assert_eq!(told, expected, "{before:?}\n{after:?}");
    }
    assert!(flipped > 2_000 && conditional > 500 && lost > 300, "too much alike: {flipped} {conditional} {lost}");
}

#[test]
fn an_administrator_loses_nothing_whatever_is_published() {
    let mut random = Random(7);
    for _ in 0..200 {
        let document = random.document();
        let admin = Subject { role: "admin".into(), ..random.person(0) };
        assert!(decisions(&document, &admin).iter().all(|(_, decision, _)| *decision == Decision::Allow));
    }
}
