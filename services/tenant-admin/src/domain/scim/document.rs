//! What a document says of a member or a group, and how they are shown as documents.

use super::filter::field;
use super::{GROUP, LIST, USER, wrong};
use crate::domain::person;
use kernel::Result;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

const MAX_USER_NAME: usize = 254;
const MAX_TEXT: usize = 255;
/// Most members of a group.
pub const MAX_MEMBERS: usize = 20_000;
/// Names of entities are this long at most.
const MAX_ENTITY_NAME: usize = 63;

/// A user, as the directory has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserDraft {
    /// By which the directory knows it.
    pub user_name: String,
    /// The directory's own id.
    pub external_id: Option<String>,
    /// The name that people read.
    pub name: String,
    /// Mail address.
    pub email: String,
    /// Whether they may come in.
    pub active: bool,
    /// What else was sent of the name, kept as it came.
    pub names: Value,
}

fn text(fields: &Map<String, Value>, name: &str) -> Result<Option<String>> {
    match field(fields, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.len() <= MAX_TEXT => {
            let text = text.trim();
            Ok((!text.is_empty()).then(|| text.to_owned()))
        }
        Some(Value::String(_)) => Err(wrong("invalidValue", format!("{name} has more than {MAX_TEXT} characters"))),
        Some(_) => Err(wrong("invalidValue", format!("{name} is a text"))),
    }
}

/// Booleans, also as the texts that some directories send.
fn flag(fields: &Map<String, Value>, name: &str) -> Result<Option<bool>> {
    match field(fields, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(_) => Err(wrong("invalidValue", format!("{name} is true or false"))),
    }
}

/// The primary mail address, else that of work, else the first, else a user name that is one.
fn email(fields: &Map<String, Value>, user_name: &str) -> Result<String> {
    let all: Vec<&Map<String, Value>> = match field(fields, "emails") {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_object).collect(),
        _ => Vec::new(),
    };
    let primary = |email: &&&Map<String, Value>| field(email, "primary") == Some(&Value::Bool(true));
    let work = |email: &&&Map<String, Value>| {
        field(email, "type").and_then(Value::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("work"))
    };
    let chosen = all.iter().find(primary).or_else(|| all.iter().find(work)).or(all.first());
    let address = match chosen {
        Some(email) => text(email, "value")?.unwrap_or_default(),
        None => user_name.to_owned(),
    };
    match person::email_problem(&address) {
        None => Ok(address),
        Some(problem) => Err(wrong("invalidValue", format!("emails: {problem}"))),
    }
}

impl UserDraft {
    /// Reads a whole document.
    ///
    /// # Errors
    /// `Input` with `invalidValue`.
    pub fn read(fields: &Map<String, Value>) -> Result<Self> {
        let user_name = text(fields, "userName")?.ok_or_else(|| wrong("invalidValue", "userName is missing"))?;
        if user_name.len() > MAX_USER_NAME {
            return Err(wrong("invalidValue", format!("userName has more than {MAX_USER_NAME} characters")));
        }
        let names = field(fields, "name").and_then(Value::as_object).cloned().unwrap_or_default();
        let (given, family) = (text(&names, "givenName")?, text(&names, "familyName")?);
        let both = [given.clone(), family.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let formatted = text(&names, "formatted")?;
        let shown = text(fields, "displayName")?.or_else(|| formatted.clone()).or((!both.is_empty()).then_some(both));
        let name: String = shown.unwrap_or_else(|| user_name.clone()).chars().take(100).collect();
        if let Some(problem) = person::name_problem(&name) {
            return Err(wrong("invalidValue", problem));
        }
        Ok(Self {
            external_id: text(fields, "externalId")?,
            email: email(fields, &user_name)?,
            active: flag(fields, "active")?.unwrap_or(true),
            names: json!({ "givenName": given, "familyName": family, "formatted": formatted }),
            user_name,
            name,
        })
    }
}

/// A group, as the directory has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupDraft {
    /// Its name.
    pub display_name: String,
    /// The directory's own id.
    pub external_id: Option<String>,
    /// Its members, each once.
    pub members: Vec<Uuid>,
}

impl GroupDraft {
    /// Reads a whole document.
    ///
    /// # Errors
    /// `Input` with `invalidValue`.
    pub fn read(fields: &Map<String, Value>) -> Result<Self> {
        let display_name =
            text(fields, "displayName")?.ok_or_else(|| wrong("invalidValue", "displayName is missing"))?;
        let given = match field(fields, "members") {
            None | Some(Value::Null) => &[],
            Some(Value::Array(members)) if members.len() <= MAX_MEMBERS => members.as_slice(),
            Some(Value::Array(_)) => {
                return Err(wrong("tooMany", format!("A group has at most {MAX_MEMBERS} members")));
            }
            Some(_) => return Err(wrong("invalidValue", "members is a list")),
        };
        let id = |member: &Value| {
            let value = member.as_object().and_then(|fields| field(fields, "value")).and_then(Value::as_str);
            value
                .and_then(|id| Uuid::try_parse(id).ok())
                .ok_or_else(|| wrong("invalidValue", "A member has the id of a user as its value"))
        };
        let mut members = given.iter().map(id).collect::<Result<Vec<_>>>()?;
        members.sort_unstable();
        members.dedup();
        Ok(Self { external_id: text(fields, "externalId")?, display_name, members })
    }
}

/// The name that a group has as an entity: `Platform & SRE` is `platform-sre`.
#[must_use]
pub fn entity_name(display_name: &str, attempt: u32) -> String {
    let mut name = String::new();
    for c in display_name.to_lowercase().chars() {
        let c = if c.is_ascii_alphanumeric() || "._".contains(c) { c } else { '-' };
        if c.is_ascii_alphanumeric() || !name.ends_with(['-', '.', '_']) {
            name.push(c);
        }
    }
    let ending = if attempt == 0 { String::new() } else { format!("-{}", attempt + 1) };
    let name: String = name.trim_matches(['-', '.', '_']).chars().take(MAX_ENTITY_NAME - ending.len()).collect();
    let name = name.trim_matches(['-', '.', '_']);
    format!("{}{ending}", if name.is_empty() { "group" } else { name })
}

/// When something was made and changed, and where it is.
#[derive(Debug, Clone, Copy)]
pub struct Meta<'a> {
    /// `https://acme.example.com/scim/v2`.
    pub base: &'a str,
    /// When it was made.
    pub created: OffsetDateTime,
    /// When it was last changed.
    pub changed: OffsetDateTime,
}

impl Meta<'_> {
    fn shown(&self, kind: &str, id: Uuid) -> Value {
        let moment = |at: OffsetDateTime| at.format(&Rfc3339).unwrap_or_default();
        json!({ "resourceType": kind, "created": moment(self.created), "lastModified": moment(self.changed),
            "location": format!("{}/{kind}s/{id}", self.base) })
    }
}

/// A user as a document; `groups` are ids and names.
#[must_use]
pub fn user(id: Uuid, draft: &UserDraft, groups: &[(Uuid, String)], meta: &Meta<'_>) -> Value {
    let groups: Vec<Value> = groups
        .iter()
        .map(
            |(group, name)| json!({ "value": group, "display": name, "$ref": format!("{}/Groups/{group}", meta.base) }),
        )
        .collect();
    let mut names = draft.names.clone();
    if let Some(fields) = names.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
        fields.entry("formatted").or_insert_with(|| json!(draft.name));
    }
    let mut document = json!({
        "schemas": [USER], "id": id, "userName": draft.user_name, "name": names, "displayName": draft.name,
        "emails": [{ "value": draft.email, "type": "work", "primary": true }], "active": draft.active,
        "groups": groups, "meta": meta.shown("User", id),
    });
    if let (Some(fields), Some(external)) = (document.as_object_mut(), &draft.external_id) {
        fields.insert("externalId".to_owned(), json!(external));
    }
    document
}

/// A group as a document; `members` are ids and names, or left out.
#[must_use]
pub fn group(
    id: Uuid,
    display_name: &str,
    external_id: Option<&str>,
    members: Option<&[(Uuid, String)]>,
    meta: &Meta<'_>,
) -> Value {
    let mut document =
        json!({ "schemas": [GROUP], "id": id, "displayName": display_name, "meta": meta.shown("Group", id) });
    if let Some(fields) = document.as_object_mut() {
        if let Some(members) = members {
            let member = |(id, name): &(Uuid, String)| json!({ "value": id, "display": name, "type": "User", "$ref": format!("{}/Users/{id}", meta.base) });
            fields.insert("members".to_owned(), members.iter().map(member).collect());
        }
        if let Some(external) = external_id {
            fields.insert("externalId".to_owned(), json!(external));
        }
    }
    document
}

/// A page of resources; `start` counts from 1.
#[must_use]
pub fn list(resources: Vec<Value>, total: usize, start: usize) -> Value {
    json!({ "schemas": [LIST], "totalResults": total, "startIndex": start, "itemsPerPage": resources.len(), "Resources": resources })
}

/// Leaves out attributes that were not asked for, or asked to be left out. `id` and `schemas` always stay.
pub fn project(document: &mut Value, wanted: Option<&str>, excluded: Option<&str>) {
    let names = |list: &str| -> Vec<String> {
        let last = |name: &str| name.trim().rsplit(':').next().unwrap_or_default().to_lowercase();
        list.split(',').take(50).map(|name| last(name).split('.').next().unwrap_or_default().to_owned()).collect()
    };
    let (wanted, excluded) = (wanted.map(names), excluded.map(names).unwrap_or_default());
    if let Some(fields) = document.as_object_mut() {
        fields.retain(|name, _| {
            let name = name.to_lowercase();
            let always = name == "id" || name == "schemas";
            always || (wanted.as_ref().is_none_or(|wanted| wanted.contains(&name)) && !excluded.contains(&name))
        });
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn read(document: Value) -> Result<UserDraft> {
        UserDraft::read(document.as_object().unwrap())
    }

    #[test]
    fn a_user_is_read_from_what_each_directory_sends() {
        let okta = read(json!({ "schemas": [USER], "userName": "jane@acme.example", "externalId": "00u1",
            "name": { "givenName": "Jane", "familyName": "Doe" }, "emails": [{ "primary": true, "value": "jane@acme.example", "type": "work" }],
            "displayName": "Jane Doe", "active": true, "password": "ignored" })).unwrap();
        assert_eq!((okta.name.as_str(), okta.email.as_str(), okta.active), ("Jane Doe", "jane@acme.example", true));
        let entra = read(json!({ "userName": "jane@acme.example", "active": "False", "emails": [{ "type": "home", "value": "h@x.example" },
            { "type": "work", "value": "w@x.example" }], "name": { "formatted": "J. Doe" } })).unwrap();
        assert_eq!((entra.name.as_str(), entra.email.as_str(), entra.active), ("J. Doe", "w@x.example", false));
        let bare = read(json!({ "USERNAME": "jane@acme.example" })).unwrap();
        assert_eq!((bare.name.as_str(), bare.email.as_str()), ("jane@acme.example", "jane@acme.example"));
        for wrong in [
            json!({}),
            json!({ "userName": " " }),
            json!({ "userName": 1 }),
            json!({ "userName": "jane" }),
            json!({ "userName": "a@b.example", "active": "maybe" }),
            json!({ "userName": "x".repeat(300) }),
            json!({ "userName": "a@b.example", "emails": [{ "value": "no address" }] }),
        ] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_group_names_an_entity() {
        for (display, attempt, expected) in [
            ("Platform & SRE", 0, "platform-sre"),
            ("platform", 1, "platform-2"),
            ("Ärzte", 0, "rzte"),
            ("***", 0, "group"),
            ("a__b--c", 0, "a_b-c"),
        ] {
            assert_eq!(entity_name(display, attempt), expected, "{display}");
        }
        assert!(entity_name(&"x".repeat(200), 10).len() <= 63);
    }

    #[test]
    fn attributes_are_left_out_on_demand() {
        let mut document = json!({ "id": 1, "schemas": [], "userName": "a", "name": {}, "emails": [] });
        project(&mut document, Some("urn:ietf:params:scim:schemas:core:2.0:User:userName,name.givenName"), None);
        assert_eq!(document, json!({ "id": 1, "schemas": [], "userName": "a", "name": {} }));
        project(&mut document, None, Some("USERNAME,id"));
        assert_eq!(document, json!({ "id": 1, "schemas": [], "name": {} }));
    }
}
