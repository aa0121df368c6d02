//! What never stands in a row: secrets by the name of their field, and texts that are credentials by their look.

use regex::Regex;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;
use uuid::Uuid;

/// What stands in a secret's place.
pub const HIDDEN: &str = "[hidden]";

/// The largest state before or after that a row keeps, in bytes of JSON.
const LARGEST: usize = 256 << 10;

/// Parts of field names, in lower case without separators, whose texts are secrets.
const SECRET_NAMES: [&str; 10] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "privatekey",
    "credential",
    "authorization",
    "cookie",
];
/// Ends of field names that only tell of a secret.
const ABOUT: [&str; 9] = ["id", "ids", "name", "names", "hint", "version", "expiresat", "type", "ref"];

/// Credentials that people paste where no field is made for them.
#[expect(clippy::expect_used, reason = "the pattern is text of ours, and a test compiles it")]
static CREDENTIALS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        (?P<url>[a-zA-Z][a-zA-Z0-9+.-]*://)[^/\s@]+@
        | \b(?:pro_|proscim_)[A-Za-z0-9_-]{32,}
        | \b(?:gh[oprsu]_|github_pat_|glpat-|xox[abprs]-|npm_)[A-Za-z0-9_-]{16,}
        | \bAKIA[A-Z0-9]{16}\b
        | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*
        | (?i:\b(?:bearer|basic)\s+)[A-Za-z0-9+/=._~-]{16,}
        | -----BEGIN[\ A-Z]*PRIVATE\ KEY-----(?s:.*?)(?:-----END[\ A-Z]*PRIVATE\ KEY-----|\z)",
    )
    .expect("a pattern")
});

/// The text without credentials in it.
#[must_use]
pub fn redacted_text(text: &str) -> String {
    let replaced = CREDENTIALS.replace_all(text, |found: &regex::Captures<'_>| match found.name("url") {
        Some(scheme) => format!("{}{HIDDEN}@", scheme.as_str()),
        None => HIDDEN.to_owned(),
    });
    replaced.into_owned()
}

fn names_a_secret(field: &str) -> bool {
    let plain: String = field.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    SECRET_NAMES.iter().any(|name| plain.contains(name)) && !ABOUT.iter().any(|end| plain.ends_with(end))
}

/// The value with secrets hidden: texts in fields that are named like secrets (ids of ours excepted), and credentials
/// anywhere.
#[must_use]
pub fn redacted(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(redacted_text(&text)),
        Value::Array(items) => Value::Array(items.into_iter().map(redacted).collect()),
        Value::Object(fields) => Value::Object(fields.into_iter().map(field).collect::<Map<_, _>>()),
        other => other,
    }
}

fn field((name, value): (String, Value)) -> (String, Value) {
    let value = if names_a_secret(&name) { hidden(value) } else { redacted(value) };
    (name, value)
}

/// Every text below a secret's name. Numbers and booleans tell no secret.
fn hidden(value: Value) -> Value {
    match value {
        Value::String(text) if text.is_empty() || Uuid::try_parse(&text).is_ok() => Value::String(text),
        Value::String(_) => Value::String(HIDDEN.to_owned()),
        Value::Array(items) => Value::Array(items.into_iter().map(hidden).collect()),
        Value::Object(fields) => Value::Object(fields.into_iter().map(field).collect::<Map<_, _>>()),
        other => other,
    }
}

/// What a row keeps of a state: redacted, and said to be left out when it is too large.
pub(super) fn bounded(value: Value) -> Value {
    let value = redacted(value);
    let bytes = value.to_string().len();
    if bytes > LARGEST { json!({ "leftOut": format!("{bytes} bytes are more than a row keeps") }) } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_by_the_name_of_their_field() {
        let shown = redacted(json!({
            "name": "ci", "token": "0193c0de-0000-7000-8000-000000000000", "tokenHint": "…abc", "hasToken": true,
            "clientSecret": "s3cr3t", "nested": [{ "api_key": "k", "Private-Key": ["a", ""] }],
            "secret": { "name": "DB", "password": "p" },
        }));
        let expected = json!({
            "name": "ci", "token": "0193c0de-0000-7000-8000-000000000000", "tokenHint": "…abc", "hasToken": true,
            "clientSecret": HIDDEN, "nested": [{ "api_key": HIDDEN, "Private-Key": [HIDDEN, ""] }],
            "secret": { "name": "DB", "password": HIDDEN },
        });
        assert_eq!(shown, expected);
    }

    #[test]
    fn credentials_are_hidden_wherever_they_were_pasted() {
        for (text, expected) in [
            ("url:https://jane:pw@git.example/a", "url:https://[hidden]@git.example/a"),
            ("https://git.example/a@b", "https://git.example/a@b"),
            ("mail jane@acme.example", "mail jane@acme.example"),
            ("glpat-0123456789abcdef0123 is mine", "[hidden] is mine"),
            ("Authorization: Bearer abcdefghijklmnopqrstuvwx", "Authorization: [hidden]"),
            ("component:default/tokens", "component:default/tokens"),
        ] {
            assert_eq!(redacted_text(text), expected, "{text}");
        }
        let key = "-----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY----- after";
        assert_eq!(redacted_text(key), "[hidden] after");
    }

    #[test]
    fn a_state_that_is_too_large_is_said_to_be_left_out() {
        assert!(bounded(json!("x".repeat(LARGEST + 1)))["leftOut"].is_string());
        assert_eq!(bounded(json!({ "a": 1 })), json!({ "a": 1 }));
    }
}
