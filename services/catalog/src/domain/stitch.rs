//! The final form of an entity: the processed document with uid, relations, status and etag, ready to send.

use super::text::sha1_hex;
use model::normalise::reject_script_urls;
use serde_json::{Map, Value, json};

/// The final document and its etag.
#[derive(Debug, Clone, PartialEq)]
pub struct Stitched {
    /// JSON text, sent as it is.
    pub document: String,
    /// Changes whenever the document does.
    pub etag: String,
}

/// Puts the parts together, replacing those that are there. `relations` are (type, target ref); `problem` is the item
/// of the last processing error, if any.
#[must_use]
pub fn stitch(processed: &Value, uid: &str, relations: &[(String, String)], problem: Option<&Value>) -> Stitched {
    let mut entity = processed.clone();
    reject_script_urls(&mut entity);
    let mut relations: Vec<_> = relations.iter().collect();
    relations.sort();
    relations.dedup();
    let relations: Vec<Value> =
        relations.iter().map(|(kind, target)| json!({"type": kind, "targetRef": target})).collect();
    if let Some(object) = entity.as_object_mut() {
        object.insert("relations".into(), relations.into());
        object.shift_remove("status");
        if let Some(problem) = problem {
            object.insert("status".into(), json!({"items": [problem]}));
        }
    }
    if let Some(metadata) = entity.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.shift_remove("uid");
        metadata.shift_remove("etag");
    }
    let etag = sha1_hex(canonical(&entity).to_string().as_bytes());
    if let Some(metadata) = entity.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.insert("uid".into(), uid.into());
        metadata.insert("etag".into(), etag.clone().into());
    }
    Stitched { document: entity.to_string(), etag }
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

/// The same value with the keys of every object sorted.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut keys: Vec<_> = object.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            Value::Object(keys.into_iter().map(|(key, child)| (key.clone(), canonical(child))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(canonical).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_etag_depends_on_content_and_neither_on_key_order_nor_on_the_uid() {
        let a = stitch(&json!({"kind": "A", "metadata": {"name": "x", "title": "y"}}), "1", &[], None);
        let b =
            stitch(&json!({"metadata": {"title": "y", "name": "x", "uid": "claimed"}, "kind": "A"}), "2", &[], None);
        let c = stitch(&json!({"kind": "A", "metadata": {"name": "x", "title": "z"}}), "1", &[], None);
        assert_eq!(a.etag, b.etag);
        assert_ne!(a.etag, c.etag);
    }

    #[test]
    fn an_entity_that_recovers_loses_its_status() {
        let entity = json!({"kind": "A", "metadata": {"name": "x"}});
        let broken = stitch(&entity, "1", &[], Some(&problem("InputError", "no owner"))).document;
        assert!(broken.contains("catalog-processing"));
        let parsed: Value = serde_json::from_str(&broken).unwrap_or_default();
        assert_eq!(stitch(&parsed, "1", &[], None), stitch(&entity, "1", &[], None));
    }

    #[test]
    fn relations_are_sorted_by_type_and_target_and_said_once() {
        let relation = |kind: &str, target: &str| (kind.to_owned(), target.to_owned());
        let relations =
            [relation("b", "x:d/1"), relation("a", "x:d/2"), relation("a", "x:d/1"), relation("b", "x:d/1")];
        let document = stitch(&json!({"kind": "A"}), "1", &relations, None).document;
        assert!(document.contains(
            r#""relations":[{"type":"a","targetRef":"x:d/1"},{"type":"a","targetRef":"x:d/2"},{"type":"b","targetRef":"x:d/1"}]"#
        ));
    }
}
