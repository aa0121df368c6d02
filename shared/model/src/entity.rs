//! The envelope that every entity shares: `apiVersion`, `kind`, `metadata.name`, `metadata.namespace`.

use kernel::EntityRef;
use serde_json::Value;

/// Namespace of entities that name none.
pub const DEFAULT_NAMESPACE: &str = "default";

/// Annotation: the location whose text holds the entity.
pub const ANNOTATION_LOCATION: &str = "backstage.io/managed-by-location";
/// Annotation: the registered location from which the entity was reached.
pub const ANNOTATION_ORIGIN_LOCATION: &str = "backstage.io/managed-by-origin-location";
/// Annotation: the page on which people read the entity's text.
pub const ANNOTATION_VIEW_URL: &str = "backstage.io/view-url";
/// Annotation: the page on which people edit the entity's text.
pub const ANNOTATION_EDIT_URL: &str = "backstage.io/edit-url";
/// Annotation: the folder that holds the component's source.
pub const ANNOTATION_SOURCE_LOCATION: &str = "backstage.io/source-location";
/// Annotation: set on entities that no location emits any more.
pub const ANNOTATION_ORPHAN: &str = "backstage.io/orphan";

/// A borrowed view of the fields that make an entity an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// For example `backstage.io/v1alpha1`.
    pub api_version: &'a str,
    /// For example `Component`, as written.
    pub kind: &'a str,
    /// `default` where the entity names none.
    pub namespace: &'a str,
    /// As written.
    pub name: &'a str,
}

impl<'a> Envelope<'a> {
    /// The envelope of a value, or `None` where a part is missing or no string. Use
    /// [`check_envelope`](crate::validate::check_envelope) to learn what is wrong.
    #[must_use]
    pub fn of(entity: &'a Value) -> Option<Self> {
        let metadata = entity.get("metadata")?;
        Some(Self {
            api_version: entity.get("apiVersion")?.as_str()?,
            kind: entity.get("kind")?.as_str()?,
            namespace: metadata.get("namespace").and_then(Value::as_str).unwrap_or(DEFAULT_NAMESPACE),
            name: metadata.get("name")?.as_str()?,
        })
    }

    /// The reference in the letter case of the document.
    #[must_use]
    pub fn entity_ref(&self) -> EntityRef {
        EntityRef::new(self.kind, self.namespace, self.name)
    }

    /// The stored key: `component:default/orders`, all lower case.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}:{}/{}", self.kind, self.namespace, self.name).to_lowercase()
    }
}

/// An annotation's text.
#[must_use]
pub fn annotation<'a>(entity: &'a Value, name: &str) -> Option<&'a str> {
    entity.get("metadata")?.get("annotations")?.get(name)?.as_str()
}

/// `metadata.title`, where the entity has one that is not blank.
#[must_use]
pub fn title(entity: &Value) -> Option<&str> {
    entity.get("metadata")?.get("title")?.as_str().filter(|title| !title.trim().is_empty())
}

/// `spec.type`.
#[must_use]
pub fn spec_type(entity: &Value) -> Option<&str> {
    entity.get("spec")?.get("type")?.as_str()
}

/// Reads `[kind:][namespace/]name` exactly as Backstage does, which lets a name hold slashes (`a/b/c` is the name `b/c`
/// in namespace `a`).
///
/// # Errors
/// The text of Backstage's own error: a part is empty, or the kind is missing and `default_kind` is none.
pub fn parse_ref(text: &str, default_kind: Option<&str>, default_namespace: &str) -> Result<EntityRef, RefError> {
    if text.is_empty() {
        return Err(RefError { name: "Error", message: "Entity reference must not be empty".to_owned() });
    }
    let slash = text.find('/');
    let colon = text.find(':').filter(|colon| slash.is_none_or(|slash| slash > *colon));
    let after_colon = colon.map_or(0, |colon| colon + 1);
    let kind = colon.map(|colon| &text[..colon]);
    let namespace = slash.map(|slash| &text[after_colon..slash]);
    let name = &text[slash.map_or(0, |slash| slash + 1).max(after_colon)..];
    if kind == Some("") || namespace == Some("") || name.is_empty() {
        let message = format!("Entity reference \"{text}\" was not on the form [<kind>:][<namespace>/]<name>");
        return Err(RefError { name: "TypeError", message });
    }
    let Some(kind) = kind.or(default_kind) else {
        let quoted = Value::from(text);
        let hint = "(e.g. did not start with \"component:\" or similar)";
        let message = format!("Entity reference {quoted} had missing or empty kind {hint}");
        return Err(RefError { name: "Error", message });
    };
    Ok(EntityRef::new(kind, namespace.unwrap_or(default_namespace), name))
}

/// Why a text is no entity reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefError {
    /// `Error` or `TypeError`, as Backstage names it.
    pub name: &'static str,
    /// Backstage's text.
    pub message: String,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn references_read_as_backstage_reads_them() {
        let read = |text| parse_ref(text, Some("Group"), "ns").map(|found| found.to_string());
        assert_eq!(read("a").unwrap(), "Group:ns/a");
        assert_eq!(read("a/b").unwrap(), "Group:a/b");
        assert_eq!(read("user:b").unwrap(), "user:ns/b");
        assert_eq!(read("a/b/c").unwrap(), "Group:a/b/c");
        assert_eq!(read("a/b:c").unwrap(), "Group:a/b:c");
        assert_eq!(read("x:a:b").unwrap(), "x:ns/a:b");
        for text in ["", ":a", "a:", "/a", "a/", "a:/b"] {
            assert!(read(text).is_err(), "{text:?}");
        }
        assert!(parse_ref("plain", None, "ns").unwrap_err().message.contains("missing or empty kind"));
    }

    #[test]
    fn an_envelope_takes_the_default_namespace_and_lowers_its_key() {
        let entity = json!({"apiVersion": "v", "kind": "API", "metadata": {"name": "Orders"}});
        let envelope = Envelope::of(&entity).unwrap();
        assert_eq!(envelope.key(), "api:default/orders");
        assert_eq!(envelope.entity_ref().to_string(), "API:default/Orders");
        assert!(Envelope::of(&json!({"kind": "API"})).is_none());
    }
}
