//! Search documents that other services push: pages about an entity.

use super::document::DOCUMENT_TYPE;
use super::text::lower;
use serde_json::Value;

/// Longest text that is searched and kept, in characters; Backstage's indexer cuts there as well.
const MAX_TEXT: usize = 50_000;
/// Longest name of a type.
const MAX_TYPE: usize = 63;

/// A document of another type than the catalog's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Whoever may read this entity may find the page.
    pub entity_ref: String,
    /// Shown as the result's heading.
    pub title: String,
    /// The title in lower case.
    pub heading: String,
    /// What is searched.
    pub text: String,
    /// Sent to clients as it is.
    pub json: Value,
}

impl Page {
    /// Reads a document as Backstage's collators make them: `title`, `text`, `location`, whatever else, and the
    /// entity in `authorization.resourceRef`, unless all are of one entity.
    ///
    /// # Errors
    /// A sentence about what is missing.
    pub fn read(document: &Value, of_entity: Option<&str>) -> Result<Self, String> {
        let text = |key: &str| {
            let text = document.get(key).and_then(Value::as_str);
            text.ok_or_else(|| format!("A document must have the text \"{key}\""))
        };
        let named = document.pointer("/authorization/resourceRef").and_then(Value::as_str).map(lower);
        let entity_ref = match (of_entity.map(lower), named) {
            (Some(one), Some(other)) if one != other => return Err(format!("A document is of {other}, not of {one}")),
            (Some(one), _) | (None, Some(one)) => one,
            (None, None) => return Err("A document must name its entity in authorization.resourceRef".to_owned()),
        };
        text("location")?;
        let (title, text) = (text("title")?.to_owned(), text("text")?.chars().take(MAX_TEXT).collect::<String>());
        let mut json = document.clone();
        if let Some(object) = json.as_object_mut() {
            // Who may see it is our business and not the client's.
            object.shift_remove("authorization");
            object.insert("text".into(), text.clone().into());
        }
        Ok(Self { entity_ref, heading: lower(&title), title, text, json })
    }
}

/// Refuses what is no name of a type that can be pushed.
///
/// # Errors
/// A sentence about what is wrong.
pub fn check_type(kind: &str) -> Result<(), String> {
    let in_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if kind == DOCUMENT_TYPE {
        return Err(format!("Documents of type {DOCUMENT_TYPE} are made from entities"));
    }
    if kind.is_empty() || kind.len() > MAX_TYPE || !kind.chars().all(in_name) {
        return Err("A type's name has lower-case letters, digits and dashes, and at most 63 of them".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_page_is_of_one_entity_and_its_authorization_stays_here() {
        let document = json!({"title": "Set Up", "text": "First", "location": "/docs/a", "path": "a",
            "authorization": {"resourceRef": "Component:default/Shop"}});
        let page = Page::read(&document, None).unwrap();
        assert_eq!((page.entity_ref.as_str(), page.heading.as_str()), ("component:default/shop", "set up"));
        assert_eq!(page.json, json!({"title": "Set Up", "text": "First", "location": "/docs/a", "path": "a"}));
        assert!(Page::read(&document, Some("component:default/shop")).is_ok());
        assert!(Page::read(&document, Some("component:default/other")).is_err());
        assert!(Page::read(&page.json, None).is_err());
        for key in ["title", "text", "location"] {
            let mut bad = document.clone();
            bad.as_object_mut().unwrap().remove(key);
            assert!(Page::read(&bad, None).is_err(), "without {key}");
        }
    }

    #[test]
    fn the_type_of_entities_cannot_be_pushed() {
        assert!(check_type("techdocs").is_ok());
        for bad in ["software-catalog", "", "Tech Docs", &"a".repeat(64)] {
            assert!(check_type(bad).is_err(), "{bad:?}");
        }
    }
}
