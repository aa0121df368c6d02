//! What a version's description and its answers to recorded requests say beside those of the former version.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// So many differences are listed.
const MOST: usize = 100;

/// One difference between two versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// `framework`, `routes`, `tasks`, `actions`, `events`, `config` or `request`.
    pub what: String,
    /// Which one.
    pub name: String,
    /// `added`, `removed` or `changed`.
    pub change: String,
    /// Whether people or templates that use it would notice.
    pub breaking: bool,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
}

/// One recorded request, asked of both versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// Path with query.
    pub path: String,
    /// The former version's status.
    pub old: u16,
    /// The new version's.
    pub new: u16,
}

/// Lists of a description that are compared, each with the fields that name an entry.
const LISTS: [(&str, &str, &[&str]); 4] = [
    ("routes", "/routes", &[]),
    ("tasks", "/tasks", &["plugin", "id"]),
    ("actions", "/actions", &["id"]),
    ("events", "/eventSubscriptions", &["plugin", "id"]),
];

/// Compares two descriptions, two config schemas (when both have one) and the answers to recorded requests.
#[must_use]
pub fn differences(old: &Value, new: &Value, schemas: (&Value, &Value), replays: &[Replay]) -> Vec<Difference> {
    let mut found = Vec::new();
    let framework = |described: &Value| described.get("framework").cloned().unwrap_or(Value::Null);
    if framework(old) != framework(new) {
        let words = |described: &Value| {
            let part = |name: &str| described.pointer(name).and_then(Value::as_str).unwrap_or("none").to_owned();
            format!("{} ({})", part("/framework/version"), part("/framework/origin"))
        };
        found.push(Difference {
            what: "framework".to_owned(),
            name: "@backstage/backend-defaults".to_owned(),
            change: "changed".to_owned(),
            breaking: false,
            detail: Some(format!("{} before, {} now", words(old), words(new))),
        });
    }
    for (what, pointer, names) in LISTS {
        compare(what, &entries(old.pointer(pointer), names), &entries(new.pointer(pointer), names), &mut found);
    }
    compare("config", &properties(schemas.0), &properties(schemas.1), &mut found);
    for replay in replays.iter().filter(|replay| replay.old / 100 != replay.new / 100) {
        found.push(Difference {
            what: "request".to_owned(),
            name: replay.path.clone(),
            change: "changed".to_owned(),
            breaking: replay.old < 400 && replay.new >= 400,
            detail: Some(format!("{} before, {} now", replay.old, replay.new)),
        });
    }
    found.sort_by_key(|difference| !difference.breaking);
    found.truncate(MOST);
    found
}

/// Why the differences alone are reason enough not to switch: recorded requests that worked and now fail in the server.
#[must_use]
pub fn refusal(replays: &[Replay]) -> Option<String> {
    let broken: Vec<&Replay> = replays.iter().filter(|replay| replay.old < 500 && replay.new >= 500).collect();
    let first = broken.first()?;
    Some(format!(
        "{} of {} recorded requests fail that worked before, such as {} ({} before, {} now).",
        broken.len(),
        replays.len(),
        first.path,
        first.old,
        first.new
    ))
}

fn entries(list: Option<&Value>, names: &[&str]) -> BTreeMap<String, Value> {
    let entries = list.and_then(Value::as_array).into_iter().flatten();
    entries
        .map(|entry| {
            let named: Vec<&str> = names.iter().filter_map(|name| entry.get(*name)?.as_str()).collect();
            let name = if named.is_empty() { entry.as_str().unwrap_or_default().to_owned() } else { named.join(" ") };
            (name, entry.clone())
        })
        .collect()
}

/// Paths of a JSON Schema's properties, each with its type.
fn properties(schema: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let mut todo = vec![(String::new(), schema, 0)];
    while let Some((path, schema, depth)) = todo.pop() {
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            found.insert(path.clone(), property.get("type").cloned().unwrap_or(Value::Null));
            if depth < 16 {
                todo.push((path, property, depth + 1));
            }
        }
    }
    found
}

fn compare(what: &str, old: &BTreeMap<String, Value>, new: &BTreeMap<String, Value>, found: &mut Vec<Difference>) {
    let mut note = |name: &String, change: &str, breaking| {
        let (what, change) = (what.to_owned(), change.to_owned());
        found.push(Difference { what, name: name.clone(), change, breaking, detail: None });
    };
    for (name, before) in old {
        match new.get(name) {
            None => note(name, "removed", true),
            Some(now) if now != before => note(name, "changed", what == "actions"),
            Some(_) => {}
        }
    }
    new.keys().filter(|name| !old.contains_key(*name)).for_each(|name| note(name, "added", false));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_removed_comes_first() {
        let old = json!({ "framework": { "origin": "base", "version": "0.18.0" }, "routes": ["/api/x"], "tasks": [{ "plugin": "x", "id": "sweep", "timeoutMs": 1 }],
            "actions": [{ "id": "x:write", "input": 1 }, { "id": "x:read" }] });
        let new = json!({ "framework": { "origin": "bundle", "version": "0.19.0" }, "routes": ["/api/x", "/api/y"], "tasks": [{ "plugin": "x", "id": "sweep", "timeoutMs": 2 }],
            "actions": [{ "id": "x:write", "input": 2 }] });
        let schemas = (
            json!({ "properties": { "x": { "properties": { "url": { "type": "string" } } } } }),
            json!({ "properties": { "x": { "properties": { "url": { "type": "object" } } } } }),
        );
        let replays = [Replay { path: "/a".to_owned(), old: 200, new: 404 }];
        let found = differences(&old, &new, (&schemas.0, &schemas.1), &replays);
        let lines: Vec<String> = found
            .iter()
            .map(|it| format!("{} {} {}{}", it.what, it.name, it.change, if it.breaking { "!" } else { "" }))
            .collect();
        assert_eq!(
            lines,
            [
                "actions x:read removed!",
                "actions x:write changed!",
                "request /a changed!",
                "framework @backstage/backend-defaults changed",
                "routes /api/y added",
                "tasks x sweep changed",
                "config x.url changed"
            ]
        );
    }

    #[test]
    fn only_new_failures_of_the_server_refuse_a_version() {
        let replay = |old, new| Replay { path: "/a".to_owned(), old, new };
        assert_eq!(refusal(&[replay(200, 200), replay(200, 404), replay(500, 500), replay(500, 200)]), None);
        let reason = refusal(&[replay(200, 200), replay(200, 500)]);
        assert!(reason.is_some_and(|reason| reason.starts_with("1 of 2 recorded requests fail")));
    }
}
