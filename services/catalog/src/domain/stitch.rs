//! The final form of an entity: the processed document with uid, relations, status and etag, as JSON text ready to send.
//!
//! Content and relations change at different times. The text says where its etag and its relations are ([`Marks`]), so
//! that new relations are put in without reading the rest.

use super::text::sha1_hex;
use model::entity::{ANNOTATION_EDIT_URL, ANNOTATION_VIEW_URL, annotation};
use model::location::is_script_url;
use model::normalise::reject_script_urls;
use serde::Deserialize;
use serde_json::{Value, json};
use std::borrow::Cow;

/// The final document and its etag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stitched {
    /// JSON text, sent as it is.
    pub document: String,
    /// Changes whenever the document does.
    pub etag: String,
    /// Where the parts are that change without the content.
    pub marks: Marks,
}

/// Places in a document, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// The first character of the etag, after its quote.
    pub etag_at: usize,
    /// The comma before `"relations"`; relations and status are the rest of the document.
    pub relations_at: usize,
}

/// Length of an etag: SHA-1 in hexadecimal.
const ETAG_LENGTH: usize = 40;

/// Puts the parts together, replacing those that are there. `digest` is that of the content, `relations` are (type,
/// target ref), `problem` is the item of the last processing error, if any.
#[must_use]
pub fn stitch(
    content: &Value,
    digest: &str,
    uid: &str,
    relations: &[(String, String)],
    problem: Option<&Value>,
) -> Stitched {
    let rest = rest(relations, problem);
    let etag = etag(digest, &rest);
    let content = without_scripts(content);
    let mut text = String::with_capacity(2048);
    let mut etag_at = 0;
    text.push('{');
    for (key, value) in content.as_object().into_iter().flatten() {
        match key.as_str() {
            "relations" | "status" => {}
            "metadata" => {
                push_key(&mut text, key);
                etag_at = push_metadata(&mut text, value, uid, &etag);
            }
            _ => {
                push_key(&mut text, key);
                push_json(&mut text, value);
            }
        }
    }
    let marks = Marks { etag_at, relations_at: text.len() };
    text.push_str(&rest);
    Stitched { document: text, etag, marks }
}

/// The same content with other relations or another status.
#[must_use]
pub fn relink(
    document: &str,
    marks: Marks,
    digest: &str,
    relations: &[(String, String)],
    problem: Option<&Value>,
) -> Option<Stitched> {
    let rest = rest(relations, problem);
    let etag = etag(digest, &rest);
    let before = document.get(..marks.etag_at)?;
    let between = document.get(marks.etag_at + ETAG_LENGTH..marks.relations_at)?;
    Some(Stitched { document: [before, &etag, between, &rest].concat(), etag, marks })
}

/// The relations that a document shows, as (type, target ref).
#[must_use]
pub fn relations_of(document: &str, marks: Marks) -> Option<Vec<(String, String)>> {
    #[derive(Deserialize)]
    struct Rest {
        relations: Vec<Shown>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Shown {
        r#type: String,
        target_ref: String,
    }
    let rest = document.get(marks.relations_at..)?.strip_prefix(',')?;
    let rest: Rest = serde_json::from_str(&format!("{{{rest}")).ok()?;
    Some(rest.relations.into_iter().map(|shown| (shown.r#type, shown.target_ref)).collect())
}

/// The digest of an entity's content: the same for any order of keys, blind to what stitching adds.
#[must_use]
pub fn digest(content: &Value) -> String {
    let content = without_scripts(content);
    let mut text = String::with_capacity(2048);
    let kept = |key: &str| !matches!(key, "relations" | "status" | "metadata");
    let object = content.as_object();
    push_sorted(&mut text, object.into_iter().flatten().filter(|(key, _)| kept(key)));
    let metadata = object.and_then(|object| object.get("metadata")).and_then(Value::as_object);
    push_sorted(&mut text, metadata.into_iter().flatten().filter(|(key, _)| !matches!(key.as_str(), "uid" | "etag")));
    super::text::sha256_hex(text.as_bytes())
}

fn etag(digest: &str, rest: &str) -> String {
    sha1_hex([digest, rest].concat().as_bytes())
}

/// `,"relations":[…],"status":…}`.
fn rest(relations: &[(String, String)], problem: Option<&Value>) -> String {
    let mut relations: Vec<_> = relations.iter().collect();
    relations.sort_unstable();
    relations.dedup();
    let mut text = String::with_capacity(64 + relations.len() * 80);
    text.push_str(",\"relations\":[");
    for (i, (kind, target)) in relations.into_iter().enumerate() {
        text.push_str(if i == 0 { "{\"type\":" } else { ",{\"type\":" });
        push_text(&mut text, kind);
        text.push_str(",\"targetRef\":");
        push_text(&mut text, target);
        text.push('}');
    }
    text.push(']');
    if let Some(problem) = problem {
        text.push_str(",\"status\":{\"items\":[");
        push_json(&mut text, problem);
        text.push_str("]}");
    }
    text.push('}');
    text
}

/// Writes the metadata with uid and etag at its end; tells where the etag is.
fn push_metadata(text: &mut String, metadata: &Value, uid: &str, etag: &str) -> usize {
    text.push('{');
    for (key, value) in metadata.as_object().into_iter().flatten() {
        if !matches!(key.as_str(), "uid" | "etag") {
            push_key(text, key);
            push_json(text, value);
        }
    }
    push_key(text, "uid");
    push_text(text, uid);
    push_key(text, "etag");
    text.push('"');
    let etag_at = text.len();
    text.push_str(etag);
    text.push_str("\"}");
    etag_at
}

fn push_key(text: &mut String, key: &str) {
    if !text.ends_with('{') {
        text.push(',');
    }
    push_text(text, key);
    text.push(':');
}

fn push_text(text: &mut String, value: &str) {
    let plain = value.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
    if plain {
        text.push('"');
        text.push_str(value);
        text.push('"');
    } else {
        text.push_str(&Value::from(value).to_string());
    }
}

fn push_json(text: &mut String, value: &Value) {
    match value {
        Value::String(value) => push_text(text, value),
        Value::Array(items) => {
            text.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    text.push(',');
                }
                push_json(text, item);
            }
            text.push(']');
        }
        Value::Object(object) => {
            text.push('{');
            for (key, value) in object {
                push_key(text, key);
                push_json(text, value);
            }
            text.push('}');
        }
        Value::Null => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Number(value) => text.push_str(&value.to_string()),
    }
}

/// As [`push_json`], with the keys of every object in order.
fn push_canonical(text: &mut String, value: &Value) {
    match value {
        Value::Object(object) => push_sorted(text, object),
        Value::Array(items) => {
            text.push('[');
            for item in items {
                push_canonical(text, item);
                text.push(',');
            }
            text.push(']');
        }
        other => push_json(text, other),
    }
}

fn push_sorted<'v>(text: &mut String, members: impl IntoIterator<Item = (&'v String, &'v Value)>) {
    let mut members: Vec<_> = members.into_iter().collect();
    members.sort_unstable_by_key(|(key, _)| *key);
    text.push('{');
    for (key, value) in members {
        push_text(text, key);
        text.push(':');
        push_canonical(text, value);
        text.push(',');
    }
    text.push('}');
}

fn without_scripts(content: &Value) -> Cow<'_, Value> {
    let links = [ANNOTATION_VIEW_URL, ANNOTATION_EDIT_URL];
    if links.iter().any(|name| annotation(content, name).is_some_and(is_script_url)) {
        let mut content = content.clone();
        reject_script_urls(&mut content);
        return Cow::Owned(content);
    }
    Cow::Borrowed(content)
}

/// The item that `status` shows for a failed run.
#[must_use]
pub fn problem(name: &str, message: &str) -> Value {
    json!({
        "type": "backstage.io/catalog-processing",
        "level": "error",
        "message": format!("{name}: {message}"),
        "error": {"name": name, "message": message},
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn stitched(content: &Value, uid: &str, relations: &[(String, String)], problem: Option<&Value>) -> Stitched {
        stitch(content, &digest(content), uid, relations, problem)
    }

    fn relation(kind: &str, target: &str) -> (String, String) {
        (kind.to_owned(), target.to_owned())
    }

    #[test]
    fn the_etag_depends_on_content_and_neither_on_key_order_nor_on_the_uid() {
        let a = stitched(&json!({"kind": "A", "metadata": {"name": "x", "title": "y"}}), "1", &[], None);
        let claimed = json!({"metadata": {"title": "y", "name": "x", "uid": "claimed"}, "kind": "A"});
        let b = stitched(&claimed, "2", &[], None);
        let c = stitched(&json!({"kind": "A", "metadata": {"name": "x", "title": "z"}}), "1", &[], None);
        let d =
            stitched(&json!({"kind": "A", "metadata": {"name": "x", "title": "y"}}), "1", &[relation("a", "b")], None);
        assert_eq!(a.etag, b.etag);
        assert_ne!(a.etag, c.etag);
        assert_ne!(a.etag, d.etag);
    }

    #[test]
    fn what_a_document_says_about_uid_etag_relations_and_status_is_replaced() {
        let content = json!({"relations": 1, "metadata": {"uid": "u", "name": "a \"b\"\n", "etag": "e"}, "status": 2,
            "spec": {"uid": "u", "deep": [1, -2.5, null, true, {"é\u{1}": []}], "none": {}}});
        let made = stitched(&content, "id", &[], None);
        let parsed: Value = serde_json::from_str(&made.document).unwrap();
        assert_eq!(parsed["metadata"], json!({"name": "a \"b\"\n", "uid": "id", "etag": made.etag}));
        assert_eq!(parsed["relations"], json!([]));
        assert_eq!(parsed["spec"], content["spec"]);
        assert_eq!(parsed.get("status"), None);
    }

    #[test]
    fn script_addresses_never_reach_a_link() {
        let content = json!({"metadata": {"annotations": {"backstage.io/view-url": "javascript:alert(1)"}}});
        assert!(!stitched(&content, "1", &[], None).document.contains("javascript"));
    }

    #[test]
    fn relations_and_status_are_replaced_without_reading_the_rest() {
        let content = json!({"kind": "A", "metadata": {"name": "x", "note": ",\"relations\":[]"}, "spec": {"etag": 1}});
        let hash = digest(&content);
        let broken = problem("InputError", "no \"owner\"");
        let steps = [
            (vec![relation("b", "x:d/1"), relation("a", "x:d/2")], None),
            (Vec::new(), Some(&broken)),
            (vec![relation("b", "x:d/ü")], Some(&broken)),
            (vec![], None),
        ];
        let mut now = stitch(&content, &hash, "id", &[], None);
        let first = now.clone();
        for (relations, problem) in steps {
            let whole = stitch(&content, &hash, "id", &relations, problem);
            now = relink(&now.document, now.marks, &hash, &relations, problem).unwrap();
            assert_eq!(now, whole);
            let mut shown = relations_of(&now.document, now.marks).unwrap();
            shown.reverse();
            assert_eq!(shown, relations);
        }
        assert_eq!(now, first);
    }

    #[test]
    fn relations_are_sorted_by_type_and_target_and_said_once() {
        let relations =
            [relation("b", "x:d/1"), relation("a", "x:d/2"), relation("a", "x:d/1"), relation("b", "x:d/1")];
        let document = stitched(&json!({"kind": "A"}), "1", &relations, None).document;
        assert!(document.contains(
            r#""relations":[{"type":"a","targetRef":"x:d/1"},{"type":"a","targetRef":"x:d/2"},{"type":"b","targetRef":"x:d/1"}]"#
        ));
    }
}
