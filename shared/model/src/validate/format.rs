//! The formats of names, labels, annotations, tags and links, as Backstage's field format policy checks them.

use serde_json::{Map, Value};
use url::Url;

const NAME: &str =
    "a string that is sequences of [a-zA-Z0-9] separated by any of [-_.], at most 63 characters in total";
const KEY: &str = "a valid prefix and/or suffix";
const NAMESPACE: &str = "a string that is sequences of [a-z0-9] separated by [-], at most 63 characters in total";
const TAG: &str = "a string that is sequences of [a-z0-9+#] separated by [-], at most 63 characters in total";
const KIND: &str = "a string that is a sequence of [a-zA-Z][a-z0-9A-Z], at most 63 characters in total";
const NOT_EMPTY: &str = "a non empty string";
const WEB_ADDRESS: &str = "a string that is a valid url";
const LEARN_MORE: &str = "To learn more about catalog file format, visit: https://github.com/backstage/backstage/blob/master/docs/architecture-decisions/adr002-default-catalog-file-format.md";

/// A field whose text has the wrong format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadField {
    /// JSON pointer.
    pub(super) pointer: String,
    /// Backstage's text.
    pub(super) message: String,
}

/// The first field with a wrong format. The value must have passed the schema of all entities.
pub(super) fn check(entity: &Value) -> Option<BadField> {
    let metadata = entity.get("metadata")?;
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    require("apiVersion", "/apiVersion", &text(entity.get("apiVersion")), is_api_version, KEY)
        .or_else(|| require("kind", "/kind", &text(entity.get("kind")), is_kind, KIND))
        .or_else(|| require("metadata.name", "/metadata/name", &text(metadata.get("name")), is_object_name, NAME))
        .or_else(|| {
            let namespace = metadata.get("namespace")?.as_str()?;
            require("metadata.namespace", "/metadata/namespace", namespace, is_dns_label, NAMESPACE)
        })
        .or_else(|| {
            texts("labels", metadata.get("labels")?.as_object()?, |value| value.is_empty() || is_object_name(value))
        })
        .or_else(|| texts("annotations", metadata.get("annotations")?.as_object()?, |_| true))
        .or_else(|| {
            metadata.get("tags")?.as_array()?.iter().enumerate().find_map(|(index, tag)| {
                let (field, pointer) = (format!("tags.{index}"), format!("/metadata/tags/{index}"));
                require(&field, &pointer, tag.as_str()?, is_tag, TAG)
            })
        })
        .or_else(|| {
            let links = metadata.get("links")?.as_array()?;
            links.iter().enumerate().find_map(|(index, link)| bad_link(index, link))
        })
}

fn texts(kind: &str, map: &Map<String, Value>, is_value: fn(&str) -> bool) -> Option<BadField> {
    map.iter().find_map(|(key, value)| {
        let value = value.as_str()?;
        if is_prefixed(key, is_object_name) && is_value(value) {
            return None;
        }
        let field = format!("{kind}.{key}");
        let pointer = format!("/metadata/{kind}/{}", key.replace('~', "~0").replace('/', "~1"));
        require(&field, &pointer, key, |key| is_prefixed(key, is_object_name), KEY)
            .or_else(|| require(&field, &pointer, value, is_value, NAME))
    })
}

fn bad_link(index: usize, link: &Value) -> Option<BadField> {
    let at = |name: &str| (format!("links.{index}.{name}"), format!("/metadata/links/{index}/{name}"));
    let (field, pointer) = at("url");
    require(&field, &pointer, link.get("url")?.as_str()?, |text| Url::parse(text).is_ok(), WEB_ADDRESS).or_else(|| {
        ["title", "icon"].iter().find_map(|name| {
            let (field, pointer) = at(name);
            require(&field, &pointer, link.get(name)?.as_str()?, |text| !text.trim().is_empty(), NOT_EMPTY)
        })
    })
}

fn require(
    field: &str,
    pointer: &str,
    text: &str,
    is_valid: impl Fn(&str) -> bool,
    expected: &str,
) -> Option<BadField> {
    if is_valid(text) {
        return None;
    }
    let message = format!("\"{field}\" is not valid; expected {expected} but found \"{text}\". {LEARN_MORE}");
    Some(BadField { pointer: pointer.to_owned(), message })
}

fn is_short(text: &str) -> bool {
    (1..=63).contains(&text.len())
}

/// `suffix`, or `dns.subdomain/suffix`.
fn is_prefixed(text: &str, is_suffix: fn(&str) -> bool) -> bool {
    match text.split_once('/') {
        None => is_suffix(text),
        Some((prefix, suffix)) => is_dns_subdomain(prefix) && is_suffix(suffix),
    }
}

fn is_api_version(text: &str) -> bool {
    is_prefixed(text, |suffix| is_short(suffix) && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn is_kind(text: &str) -> bool {
    is_short(text) && text.as_bytes()[0].is_ascii_alphabetic() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit.
fn is_object_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    is_short(text)
        && bytes[0].is_ascii_alphanumeric()
        && bytes[bytes.len() - 1].is_ascii_alphanumeric()
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Lower-case letters, digits and `-`, beginning and ending with a letter or digit.
fn is_dns_label(text: &str) -> bool {
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    is_short(text)
        && plain(&bytes[0])
        && plain(&bytes[bytes.len() - 1])
        && bytes.iter().all(|byte| plain(byte) || *byte == b'-')
}

fn is_dns_subdomain(text: &str) -> bool {
    (1..=253).contains(&text.len()) && text.split('.').all(is_dns_label)
}

/// Words of lower-case letters, digits, `:`, `+` and `#`, joined by single hyphens.
fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b':' | b'+' | b'#');
    is_short(text) && text.split('-').all(|part| !part.is_empty() && part.bytes().all(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tags_and_keys_follow_their_formats() {
        for (text, name, label, tag) in [
            ("a", true, true, true),
            ("A", true, false, false),
            ("a-b", true, true, true),
            ("a--b", true, true, false),
            ("-a", false, false, false),
            ("a_", false, false, false),
            ("a.b_c", true, false, false),
            ("c++", false, false, true),
            ("a:b", false, false, true),
            ("", false, false, false),
            ("straße", false, false, false),
            ("a b", false, false, false),
        ] {
            assert_eq!((is_object_name(text), is_dns_label(text), is_tag(text)), (name, label, tag), "{text:?}");
        }
        assert!(is_object_name(&"m".repeat(63)) && !is_object_name(&"m".repeat(64)));
        assert!(
            is_prefixed("a.b/c-d_e", is_object_name)
                && !is_prefixed("a/b/c", is_object_name)
                && !is_prefixed("A/b", is_object_name)
        );
        assert!(is_api_version("backstage.io/v1alpha1") && is_api_version("v1") && !is_api_version("a/b-c"));
        assert!(is_kind("API") && !is_kind("1A") && !is_kind("A-B"));
    }
}
