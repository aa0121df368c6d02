//! Patches (RFC 7644 §3.5.2): operations on a resource's document, which is judged as a whole afterwards.

use super::filter::{Attribute, Filter, Parser, field};
use super::wrong;
use kernel::Result;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Most operations of one patch.
const MAX_OPERATIONS: usize = 1_000;

/// A patch as it is sent.
#[derive(Debug, Clone, Deserialize)]
pub struct Patch {
    /// What to do, in order.
    #[serde(alias = "operations", rename = "Operations")]
    pub operations: Vec<Operation>,
}

/// One operation.
#[derive(Debug, Clone, Deserialize)]
pub struct Operation {
    /// `add`, `replace` or `remove`, in any letter case.
    pub op: String,
    /// To what; without one, to each attribute that the value names.
    #[serde(default)]
    pub path: Option<String>,
    /// With what.
    #[serde(default)]
    pub value: Value,
}

/// Where an operation works: `emails[type eq "work"].value`.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    attribute: Attribute,
    filter: Option<Filter>,
    below: Option<String>,
}

impl Place {
    fn parse(path: &str) -> Result<Self> {
        let no_path =
            || wrong("invalidPath", format!("\"{}\" is not a path that we understand", path.escape_default()));
        if path.len() > 500 {
            return Err(no_path());
        }
        let mut parser = Parser::new(path);
        let attribute = parser.attribute().map_err(|_| no_path())?;
        let filter = if parser.sign('[') { Some(parser.within().map_err(|_| no_path())?) } else { None };
        let mut below = None;
        if filter.is_some() && parser.sign('.') {
            below = parser.attribute().map_err(|_| no_path())?.0.into_iter().next();
        }
        parser.blank();
        if parser.at < path.len() { Err(no_path()) } else { Ok(Self { attribute, filter, below }) }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Add,
    Replace,
    Remove,
}

/// The document after a patch.
///
/// # Errors
/// `Input` with `invalidPath`, `invalidValue`, `noTarget` or `tooMany`.
pub fn apply(mut document: Map<String, Value>, patch: &Patch) -> Result<Map<String, Value>> {
    if patch.operations.len() > MAX_OPERATIONS {
        return Err(wrong("tooMany", format!("A patch has at most {MAX_OPERATIONS} operations")));
    }
    for operation in &patch.operations {
        let act = match operation.op.to_ascii_lowercase().as_str() {
            "add" => Act::Add,
            "replace" => Act::Replace,
            "remove" => Act::Remove,
            _ => return Err(wrong("invalidSyntax", "An operation is add, replace or remove")),
        };
        match operation.path.as_deref().map(str::trim).filter(|path| !path.is_empty()) {
            Some(path) => at(&mut document, &Place::parse(path)?, act, &operation.value)?,
            None => everywhere(&mut document, act, &operation.value)?,
        }
    }
    Ok(document)
}

/// Without a path, the value names the attributes. Some directories write paths as names.
fn everywhere(document: &mut Map<String, Value>, act: Act, value: &Value) -> Result<()> {
    let fields = match (act, value) {
        (Act::Remove, _) => return Err(wrong("noTarget", "Say with a path what to remove")),
        (_, Value::Object(fields)) => fields,
        _ => return Err(wrong("invalidValue", "Without a path, the value is an object of attributes")),
    };
    for (name, value) in fields {
        if !name.eq_ignore_ascii_case("schemas") {
            at(document, &Place::parse(name)?, act, value)?;
        }
    }
    Ok(())
}

/// The name under which the document has an attribute, in whatever letter case.
fn known(fields: &Map<String, Value>, name: &str) -> String {
    fields.keys().find(|known| known.eq_ignore_ascii_case(name)).cloned().unwrap_or_else(|| name.to_owned())
}

fn at(document: &mut Map<String, Value>, place: &Place, act: Act, value: &Value) -> Result<()> {
    let (Some(first), second) = (place.attribute.0.first(), place.attribute.0.get(1)) else { return Ok(()) };
    let name = known(document, first);
    if let Some(filter) = &place.filter {
        return within(document.entry(name).or_insert_with(|| json!([])), filter, place.below.as_deref(), act, value);
    }
    match second {
        None => set(document, name, act, value),
        Some(part) => match document.entry(name).or_insert_with(|| json!({})) {
            Value::Object(fields) => {
                let part = known(fields, part);
                set(fields, part, act, value)
            }
            Value::Array(items) => {
                for fields in items.iter_mut().filter_map(Value::as_object_mut) {
                    let part = known(fields, part);
                    set(fields, part, act, value)?;
                }
                Ok(())
            }
            _ => Err(wrong("invalidPath", format!("{first} has no parts"))),
        },
    }
}

fn set(fields: &mut Map<String, Value>, name: String, act: Act, value: &Value) -> Result<()> {
    match (act, fields.get_mut(&name)) {
        // Azure removes members of a group by value rather than by a filter.
        (Act::Remove, Some(Value::Array(items))) if value.as_array().is_some_and(|gone| !gone.is_empty()) => {
            let gone: Vec<&Value> = value.as_array().into_iter().flatten().map(key).collect();
            items.retain(|item| !gone.contains(&key(item)));
        }
        (Act::Remove, _) => drop(fields.shift_remove(&name)),
        (Act::Add, Some(Value::Array(items))) => {
            for item in value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]) {
                if !items.iter().any(|known| key(known) == key(&item)) {
                    items.push(item);
                }
            }
        }
        (Act::Add, Some(Value::Object(old))) if value.is_object() => {
            old.extend(value.as_object().cloned().unwrap_or_default());
        }
        _ => drop(fields.insert(name, value.clone())),
    }
    Ok(())
}

/// By what an item of a list is known: its value, else itself.
fn key(item: &Value) -> &Value {
    item.as_object().and_then(|fields| field(fields, "value")).unwrap_or(item)
}

fn within(list: &mut Value, filter: &Filter, below: Option<&str>, act: Act, value: &Value) -> Result<()> {
    let Value::Array(items) = list else { return Err(wrong("invalidPath", "Only lists have filters in paths")) };
    if act == Act::Remove && below.is_none() {
        items.retain(|item| !filter.matches(item));
        return Ok(());
    }
    let mut met = false;
    for item in items.iter_mut().filter(|item| filter.matches(item)) {
        met = true;
        match (below, item.as_object_mut()) {
            (Some(part), Some(fields)) => {
                let part = known(fields, part);
                set(fields, part, act, value)?;
            }
            (None, Some(fields)) if value.is_object() => fields.extend(value.as_object().cloned().unwrap_or_default()),
            _ => *item = value.clone(),
        }
    }
    if met || act == Act::Remove {
        return Ok(());
    }
    // `emails[type eq "work"].value` where there is no such mail yet makes one.
    match (filter, below) {
        (Filter::Compare(attribute, super::filter::Operator::Eq, wanted), Some(part)) if attribute.0.len() == 1 => {
            let made = [(attribute.0.concat(), wanted.clone()), (part.to_owned(), value.clone())];
            items.push(Value::Object(made.into_iter().collect()));
            Ok(())
        }
        _ => Err(wrong("noTarget", "Nothing matches the path")),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn patched(document: Value, operations: Value) -> Result<Value> {
        let patch: Patch = serde_json::from_value(json!({ "schemas": [], "Operations": operations })).unwrap();
        apply(document.as_object().unwrap().clone(), &patch).map(Value::Object)
    }

    #[test]
    fn operations_work_as_directories_send_them() {
        let user = json!({ "userName": "jane", "active": true, "name": { "givenName": "Jane" },
            "emails": [{ "type": "work", "value": "a@x.example" }] });
        for (operations, pointer, expected) in [
            (json!([{ "op": "Replace", "path": "active", "value": "False" }]), "/active", json!("False")),
            (json!([{ "op": "replace", "value": { "active": false } }]), "/active", json!(false)),
            (json!([{ "op": "replace", "value": { "name.familyName": "Doe" } }]), "/name/familyname", json!("Doe")),
            (json!([{ "op": "add", "path": "name.GivenName", "value": "J" }]), "/name/givenName", json!("J")),
            (
                json!([{ "op": "replace", "path": "emails[type eq \"work\"].value", "value": "b@x.example" }]),
                "/emails/0/value",
                json!("b@x.example"),
            ),
            (
                json!([{ "op": "add", "path": "emails[type eq \"home\"].value", "value": "h@x.example" }]),
                "/emails/1/type",
                json!("home"),
            ),
            (json!([{ "op": "remove", "path": "emails[value ew \"x.example\"]" }]), "/emails", json!([])),
            (json!([{ "op": "remove", "path": "name" }]), "/name", Value::Null),
            (
                json!([{ "op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:displayName", "value": "Jane D" }]),
                "/displayname",
                json!("Jane D"),
            ),
        ] {
            let after = patched(user.clone(), operations.clone()).unwrap();
            assert_eq!(after.pointer(pointer).cloned().unwrap_or_default(), expected, "{operations}: {after}");
        }
    }

    #[test]
    fn members_come_and_go_in_every_way_that_directories_know() {
        let group = json!({ "displayName": "A", "members": [{ "value": "1" }, { "value": "2" }] });
        let members = |operations: Value| {
            let after = patched(group.clone(), operations).unwrap();
            let value = |member: &Value| member["value"].as_str().unwrap().to_owned();
            after["members"]
                .as_array()
                .map(|all| all.iter().map(value).collect::<Vec<_>>().join(","))
                .unwrap_or_default()
        };
        assert_eq!(
            members(json!([{ "op": "add", "path": "members", "value": [{ "value": "2" }, { "value": "3" }] }])),
            "1,2,3"
        );
        assert_eq!(members(json!([{ "op": "Remove", "path": "members[value eq \"1\"]" }])), "2");
        assert_eq!(members(json!([{ "op": "remove", "path": "members", "value": [{ "value": "1" }] }])), "2");
        assert_eq!(members(json!([{ "op": "remove", "path": "members" }])), "");
        assert_eq!(members(json!([{ "op": "replace", "path": "members", "value": [{ "value": "9" }] }])), "9");
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for operations in [
            json!([{ "op": "move", "path": "a" }]),
            json!([{ "op": "remove" }]),
            json!([{ "op": "add", "value": 1 }]),
            json!([{ "op": "add", "path": "a[", "value": 1 }]),
            json!([{ "op": "add", "path": "active.x", "value": 1 }]),
            json!([{ "op": "replace", "path": "emails[type eq \"x\" or type eq \"y\"]", "value": {} }]),
            json!([{ "op": "add", "path": "a".repeat(501), "value": 1 }]),
        ] {
            assert!(patched(json!({ "active": true }), operations.clone()).is_err(), "{operations}");
        }
        let many: Vec<Value> = (0..1_001).map(|_| json!({ "op": "add", "path": "a", "value": 1 })).collect();
        assert!(patched(json!({}), Value::Array(many)).is_err());
    }
}
