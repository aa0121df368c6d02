//! Request bodies, checked and refused in the words of the real one's OpenAPI validator.

use axum::extract::Request;
use http::{HeaderMap, header};
use kernel::{Error, Result};
use serde_json::{Map, Value};

/// The largest body; generous, since a dry run sends a whole template along.
const MAX_BYTES: usize = 10 << 20;

/// What a property of a body must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// Anything.
    Any,
    /// A text.
    Text,
    /// An object.
    Object,
    /// An object of texts.
    Texts,
    /// A list.
    List,
}

/// A property of a body: its name, what it must be, whether it must be there.
pub(super) type Property = (&'static str, Kind, bool);

/// Reads a JSON object with these properties.
///
/// # Errors
/// `InputError` in the words of the real one; 413 when it is too large.
pub(super) async fn read(request: Request, properties: &[Property]) -> Result<Map<String, Value>> {
    let media_type = media_type(request.headers());
    let bytes = axum::body::to_bytes(request.into_body(), MAX_BYTES)
        .await
        .map_err(|_| Error::too_large(format!("The request is larger than {} MiB", MAX_BYTES >> 20)))?;
    if media_type.as_deref() != Some("application/json") {
        let given = media_type.as_deref().unwrap_or("undefined");
        return Err(Error::input(format!("unsupported media type {given}")));
    }
    let body: Value = serde_json::from_slice(&bytes).map_err(|error| Error::input(error.to_string()))?;
    let Value::Object(body) = body else { return Err(Error::input("request/body must be object")) };
    check(&body, properties)?;
    Ok(body)
}

fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    value.split(';').next().map(|value| value.trim().to_ascii_lowercase())
}

fn check(body: &Map<String, Value>, properties: &[Property]) -> Result<()> {
    for (name, _, needed) in properties {
        if *needed && !body.contains_key(*name) {
            return Err(Error::input(format!("request/body must have required property '{name}'")));
        }
    }
    for (name, kind, _) in properties {
        let Some(value) = body.get(*name) else { continue };
        let wrong = |what: &str| Err(Error::input(format!("request/body/{name} must be {what}")));
        match (kind, value) {
            (Kind::Any, _)
            | (Kind::Text, Value::String(_))
            | (Kind::Object, Value::Object(_))
            | (Kind::List, Value::Array(_)) => {}
            (Kind::Texts, Value::Object(map)) => {
                if let Some((key, _)) = map.iter().find(|(_, value)| !value.is_string()) {
                    return Err(Error::input(format!("request/body/{name}/{key} must be string")));
                }
            }
            (Kind::Text, _) => return wrong("string"),
            (Kind::Object | Kind::Texts, _) => return wrong("object"),
            (Kind::List, _) => return wrong("array"),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn refused(body: Value) -> String {
        let properties = [("templateRef", Kind::Text, true), ("secrets", Kind::Texts, false)];
        check(body.as_object().unwrap(), &properties).unwrap_err().message
    }

    #[test]
    fn what_is_wrong_with_a_body_is_named() {
        assert_eq!(refused(json!({})), "request/body must have required property 'templateRef'");
        assert_eq!(refused(json!({"templateRef": 5})), "request/body/templateRef must be string");
        assert_eq!(refused(json!({"templateRef": "t", "secrets": null})), "request/body/secrets must be object");
        assert_eq!(refused(json!({"templateRef": "t", "secrets": {"a": 1}})), "request/body/secrets/a must be string");
    }
}
