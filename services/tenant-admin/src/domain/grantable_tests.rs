//! What plugins say of their permissions, and what of it and of conditions is taken.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use serde_json::json;

fn told(plugin_id: &str, metadata: Value) -> Told {
    Told { group: Group { plugin_id: plugin_id.to_owned(), title: plugin_id.to_uppercase() }, metadata }
}

fn rule(kind: &str, name: &str, param: &str) -> Value {
    json!({"name": name, "description": "", "resourceType": kind, "paramsSchema": {"type": "object",
        "properties": {param: {"type": "array", "items": {"type": "string"}}}, "required": [param]}})
}

/// The catalog, a plugin with rooms of its own, and one that asks about entities and about what nobody has rules for.
fn installed() -> Vec<Told> {
    let resource = |name: &str, action: &str, kind: &str| json!({"type": "resource", "name": name, "attributes": {"action": action}, "resourceType": kind});
    vec![
        told(
            "catalog",
            json!({"permissions": [resource("catalog.entity.read", "read", "catalog-entity")],
            "rules": [rule("catalog-entity", "IS_ENTITY_KIND", "kinds")]}),
        ),
        told(
            "rooms",
            json!({"permissions": [resource("rooms.room.book", "update", "room"),
                {"type": "basic", "name": "rooms.plan.read", "attributes": {"action": "read"}},
                resource("catalog.entity.read", "delete", "room"), {"name": "tenant.member.viewAs"}],
            "rules": [rule("room", "IS_ON_FLOOR", "floors")]}),
        ),
        told(
            "todo",
            json!({"permissions": [resource("todo.list", "read", "catalog-entity"),
            resource("todo.tick", "update", "tick"), {"name": 7}]}),
        ),
        told("silent-about-it", json!({"permissions": []})),
    ]
}

fn found<'g>(all: &'g Grantable, name: &str) -> &'g KnownPermission {
    all.permissions.iter().find(|one| one.name == name).unwrap()
}

#[test]
fn permissions_of_plugins_are_there_with_whose_rules_their_conditions_are_made_of() {
    let all = Grantable::of(&installed(), Vec::new());
    let ids: Vec<&str> = all.groups.iter().map(|group| group.plugin_id.as_str()).collect();
    assert_eq!(ids, ["catalog", "scaffolder", "portal", "rooms", "todo"]);
    let conditions = |name: &str| {
        let one = found(&all, name);
        (
            one.plugin_id.as_str(),
            one.action.as_deref(),
            one.resource_type.as_deref(),
            one.condition_plugin_id.as_deref(),
        )
    };
    assert_eq!(conditions("rooms.room.book"), ("rooms", Some("update"), Some("room"), Some("rooms")));
    assert_eq!(conditions("rooms.plan.read"), ("rooms", Some("read"), None, None));
    assert_eq!(conditions("todo.list"), ("todo", Some("read"), Some("catalog-entity"), Some("catalog")));
    assert_eq!(conditions("todo.tick"), ("todo", Some("update"), Some("tick"), None));
    assert_eq!(found(&all, "rooms.room.book").roles, ["member", "maintainer", "admin"]);
    assert_eq!(found(&all, "rooms.plan.read").roles, ["viewer", "member", "maintainer", "admin"]);
}

#[test]
fn no_plugin_says_what_a_permission_of_ours_is() {
    let all = Grantable::of(&installed(), Vec::new());
    let read = found(&all, "catalog.entity.read");
    assert_eq!((read.plugin_id.as_str(), read.action.as_deref()), ("catalog", Some("read")));
    assert_eq!(read.resource_type.as_deref(), Some("catalog-entity"));
    assert!(!all.permissions.iter().any(|one| one.name == "tenant.member.viewAs"));
}

fn document(permission: &str, plugin: &str, kind: &str, conditions: &Value) -> Document {
    let condition = json!({"pluginId": plugin, "resourceType": kind, "conditions": conditions});
    serde_json::from_value(json!({"roles": [{"name": "a", "rules": [
        {"permission": "rooms.plan.read", "effect": "deny"},
        {"permission": permission, "effect": "allow", "condition": condition}]}]}))
    .unwrap()
}

fn call(name: &str, kind: &str, params: &Value) -> Value {
    json!({"rule": name, "resourceType": kind, "params": params})
}

#[test]
fn a_condition_is_of_the_right_plugin_and_its_rules_and_their_parameters_are_there() {
    let all = Grantable::of(&installed(), Vec::new());
    let fine = call("IS_ON_FLOOR", "room", &json!({"floors": ["$ownerRefs"]}));
    let told = |permission: &str, plugin: &str, kind: &str, conditions: &Value| {
        let document = document(permission, plugin, kind, conditions);
        let problems = all.problems(&new_conditions(&document, &[]));
        assert!(problems.keys().all(|path| path == "roles.0.rules.1.condition"), "{problems:?}");
        problems.into_values().next()
    };
    for (conditions, expected) in [
        (fine.clone(), None),
        (json!({"not": {"anyOf": [fine]}}), None),
        (
            json!({"allOf": [fine, {"not": call("IS_RED", "room", &json!({}))}]}),
            Some("rooms has no rule IS_RED for room."),
        ),
        (call("IS_ON_FLOOR", "hall", &json!({"floors": []})), Some("rooms has no rule IS_ON_FLOOR for room.")),
        (call("", "room", &json!({})), Some("Choose a rule.")),
        (call("IS_ON_FLOOR", "room", &json!({})), Some("IS_ON_FLOOR: it needs \"floors\".")),
    ] {
        assert_eq!(told("rooms.room.book", "rooms", "room", &conditions).as_deref(), expected, "{conditions}");
    }
    let other = Some("Conditions on rooms.room.book are those of rooms on room.");
    assert_eq!(told("rooms.room.book", "catalog", "catalog-entity", &fine).as_deref(), other);
    let plain = Some("There are no rules for rooms.plan.read, so it takes no condition.");
    assert_eq!(told("rooms.plan.read", "rooms", "room", &fine).as_deref(), plain);
    let kinds = call("IS_ENTITY_KIND", "catalog-entity", &json!({"kinds": ["api"]}));
    assert_eq!(told("todo.list", "catalog", "catalog-entity", &kinds), None);
    // Of plugins that are not there nothing is known, and nothing said.
    assert_eq!(told("gone.thing.do", "gone", "thing", &fine), None);
    let quiet = Grantable::of(&[], vec!["catalog".to_owned(), "plugins".to_owned()]);
    let kept = document("catalog.entity.read", "catalog", "catalog-entity", &kinds);
    assert!(quiet.problems(&new_conditions(&kept, &[])).is_empty());
}

#[test]
fn what_was_there_before_stays_whatever_became_of_its_plugin() {
    let gone = call("IS_RED", "room", &json!({}));
    let before = document("rooms.room.book", "rooms", "room", &gone);
    let mut after = before.clone();
    after.roles[0].rules.reverse();
    assert!(new_conditions(&after, std::slice::from_ref(&before)).is_empty());
    assert_eq!(new_conditions(&after, &[]).len(), 1);
    after.roles[0].rules[0].permission = "rooms.room.see".to_owned();
    assert_eq!(new_conditions(&after, &[before]).len(), 1);
}
