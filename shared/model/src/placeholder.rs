//! Placeholders: `{$text: ./file}` stands for the content of another file, anywhere in an entity of any kind.
//!
//! This module finds them and puts the content in; reading is the caller's. Content is never searched again, so a
//! file cannot make us read another one.

use crate::location::resolve_url;
use crate::yaml::{self, Limits};
use serde_json::Value;

/// What becomes of the file's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resolver {
    /// The text itself.
    Text,
    /// The text read as JSON.
    Json,
    /// The text read as a YAML stream of one document.
    Yaml,
    /// An OpenAPI description, with what it refers to in other files; see [`crate::bundle`].
    OpenApi,
    /// An AsyncAPI description, with what it refers to in other files; see [`crate::bundle`].
    AsyncApi,
}

impl Resolver {
    fn from_key(key: &str) -> Option<Self> {
        Some(match key {
            "$text" => Self::Text,
            "$json" => Self::Json,
            "$yaml" => Self::Yaml,
            "$openapi" => Self::OpenApi,
            "$asyncapi" => Self::AsyncApi,
            _ => return None,
        })
    }

    /// Whether the file's references to other files are followed.
    #[must_use]
    pub const fn bundles(self) -> bool {
        matches!(self, Self::OpenApi | Self::AsyncApi)
    }

    /// The key in the document, such as `$text`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Text => "$text",
            Self::Json => "$json",
            Self::Yaml => "$yaml",
            Self::OpenApi => "$openapi",
            Self::AsyncApi => "$asyncapi",
        }
    }
}

/// A place in an entity that waits for a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Placeholder {
    /// JSON pointer to the mapping that the content replaces.
    pub pointer: String,
    /// What becomes of the content.
    pub resolver: Resolver,
    /// What the document names; a string in all correct ones.
    pub value: Value,
}

impl Placeholder {
    /// The absolute address of the file.
    ///
    /// # Errors
    /// Backstage's text: the value is no string, or no address comes out.
    pub fn url(&self, base: &str) -> Result<String, String> {
        let key = self.resolver.key();
        let Value::String(target) = &self.value else {
            return Err(format!(
                "Placeholder {key} expected a string value parameter, in the form of an absolute URL or a relative path"
            ));
        };
        resolve_url(base, target)
            .map_err(|error| format!("Placeholder {key} could not form a URL out of {base} and {target}, {error}"))
    }

    /// The value that the content stands for. Of a description that [`bundles`](Resolver::bundles), its own text.
    ///
    /// # Errors
    /// Backstage's text: the content is not JSON, or not one YAML document.
    pub fn content(&self, bytes: &[u8]) -> Result<Value, String> {
        let (key, target) = (self.resolver.key(), self.value.as_str().unwrap_or_default());
        let text = String::from_utf8_lossy(bytes);
        match self.resolver {
            Resolver::Text | Resolver::OpenApi | Resolver::AsyncApi => Ok(Value::String(text.into_owned())),
            Resolver::Json => crate::json::parse(text.as_bytes())
                .map_err(|error| format!("Placeholder {key} failed to parse JSON data at {target}, {error}")),
            Resolver::Yaml => yaml::parse_single(&text, &Limits::default())
                .map_err(|error| format!("Placeholder {key} found an error in the data at {target}, {error}")),
        }
    }
}

/// All placeholders of an entity, in document order: mappings whose only key is one of ours. A mapping that mixes a
/// `$` key with others, or has an unknown one, is left as it is, with everything inside it.
#[must_use]
pub fn find(entity: &Value) -> Vec<Placeholder> {
    let mut found = Vec::new();
    let mut pointer = String::new();
    visit(entity, &mut pointer, &mut found);
    found
}

/// Puts a content in the place of its placeholder.
pub fn replace(entity: &mut Value, placeholder: &Placeholder, content: Value) {
    if let Some(slot) = entity.pointer_mut(&placeholder.pointer) {
        *slot = content;
    }
}

// Recursion is bounded: values come from the YAML reader or from serde_json, which both limit depth.
fn visit(value: &Value, pointer: &mut String, found: &mut Vec<Placeholder>) {
    let length = pointer.len();
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if matches!(item, Value::Array(_) | Value::Object(_)) {
                    pointer.push_str(&format!("/{index}"));
                    visit(item, pointer, found);
                    pointer.truncate(length);
                }
            }
        }
        Value::Object(map) if map.keys().any(|key| key.starts_with('$')) => {
            if let (Some((key, value)), 1) = (map.iter().next(), map.len())
                && let Some(resolver) = Resolver::from_key(key)
            {
                found.push(Placeholder { pointer: pointer.clone(), resolver, value: value.clone() });
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                if matches!(item, Value::Array(_) | Value::Object(_)) {
                    pointer.push('/');
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    visit(item, pointer, found);
                    pointer.truncate(length);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn placeholders_are_found_everywhere_and_replaced_in_place() {
        let mut entity = json!({
            "metadata": {"links": {"$yaml": "./links.yaml"}},
            "spec": {"a/b": [{"$text": "x"}, "plain"], "unknown": {"$nope": {"$text": "y"}}, "two": {"$text": "z", "other": 1}}
        });
        let found = find(&entity);
        let pointers: Vec<_> = found.iter().map(|placeholder| placeholder.pointer.as_str()).collect();
        assert_eq!(pointers, ["/metadata/links", "/spec/a~1b/0"]);
        for placeholder in &found {
            replace(&mut entity, placeholder, json!("content"));
        }
        assert_eq!(entity["metadata"]["links"], "content");
        assert_eq!(entity["spec"]["a/b"], json!(["content", "plain"]));
        assert_eq!(entity["spec"]["two"], json!({"$text": "z", "other": 1}));
    }

    #[test]
    fn contents_are_read_by_their_resolver() {
        let placeholder = |resolver| Placeholder { pointer: String::new(), resolver, value: json!("./f") };
        assert_eq!(placeholder(Resolver::Json).content(b"[1]").unwrap(), json!([1]));
        assert_eq!(placeholder(Resolver::Yaml).content(b"a: 0x1F").unwrap(), json!({"a": 31}));
        assert_eq!(placeholder(Resolver::Text).content(b"a: 1").unwrap(), json!("a: 1"));
        assert!(
            placeholder(Resolver::Json).content(b"{").unwrap_err().contains("$json failed to parse JSON data at ./f")
        );
        assert!(placeholder(Resolver::Yaml).content(b"a\n---\nb").unwrap_err().contains("exactly one document"));
        assert_eq!(placeholder(Resolver::Text).url("http://h/d/x.yaml").unwrap(), "http://h/d/f");
    }

    #[test]
    fn a_placeholder_that_names_no_string_has_no_address() {
        let placeholder = Placeholder { pointer: String::new(), resolver: Resolver::Text, value: json!([1]) };
        assert!(placeholder.url("http://h/").unwrap_err().contains("expected a string value"));
    }
}
