//! The search document of an entity, in the shape that Backstage's catalog collator gives it.

use serde_json::{Value, json};

/// The document type that the stock search page asks for.
pub const DOCUMENT_TYPE: &str = "software-catalog";

/// What the search index holds about one entity.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchDocument {
    /// Shown as the result's heading.
    pub title: String,
    /// Description, and for people and groups what they are called.
    pub text: String,
    /// Sent to clients as it is.
    pub json: Value,
}

/// The document of a processed entity.
#[must_use]
pub fn of_entity(entity: &Value) -> SearchDocument {
    let metadata = &entity["metadata"];
    let spec = &entity["spec"];
    let text_of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let or = |value: &Value, default: &str| match value.as_str() {
        Some(text) if !text.is_empty() => text.to_owned(),
        _ => default.to_owned(),
    };
    let kind = text_of(&entity["kind"]);
    let namespace = or(&metadata["namespace"], "default");
    let name = text_of(&metadata["name"]);
    let title = or(&metadata["title"], &name);
    let text = body(&kind, metadata, spec);
    let component_type = or(&spec["type"], "other");
    let location = format!("/catalog/{namespace}/{kind}/{name}").to_lowercase();
    let json = json!({
        "title": title,
        "text": text,
        "componentType": component_type,
        "type": component_type,
        "namespace": namespace,
        "kind": kind,
        "lifecycle": text_of(&spec["lifecycle"]),
        "owner": text_of(&spec["owner"]),
        "location": location,
    });
    SearchDocument { title, text, json }
}

fn body(kind: &str, metadata: &Value, spec: &Value) -> String {
    let profile = match kind.to_lowercase().as_str() {
        "user" => vec![&spec["profile"]["displayName"], &spec["profile"]["email"]],
        "group" => vec![&spec["profile"]["displayName"]],
        _ => vec![],
    };
    std::iter::once(&metadata["description"])
        .chain(profile)
        .filter_map(Value::as_str)
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" : ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_display_name_and_mail() {
        let document = of_entity(&json!({
            "kind": "User", "metadata": {"name": "ada"},
            "spec": {"profile": {"displayName": "Ada Lovelace", "email": "ada@example.com"}},
        }));
        assert_eq!(document.text, "Ada Lovelace : ada@example.com");
        assert_eq!(document.json["location"], "/catalog/default/user/ada");
        assert_eq!(document.json["type"], "other");
    }
}
