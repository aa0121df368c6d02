//! The content of an entity: what its versions are of. Relations, status, uid and etag are not content: they have lives of
//! their own.

use super::stitch::{self, Stitched};
use serde_json::Value;

/// The content of a final entity; `None` when it is not JSON.
#[must_use]
pub fn of_document(document: &str) -> Option<Value> {
    let mut entity: Value = serde_json::from_str(document).ok()?;
    if let Some(object) = entity.as_object_mut() {
        object.shift_remove("relations");
        object.shift_remove("status");
    }
    if let Some(metadata) = entity.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.shift_remove("uid");
        metadata.shift_remove("etag");
    }
    Some(entity)
}

/// The content of the final entity `before`, as JSON, when `after` has another one.
#[must_use]
pub fn superseded(before: &str, after: &str) -> Option<String> {
    let content = of_document(before)?;
    (of_document(after)? != content).then(|| content.to_string())
}

/// The final entity as it was with these relations. Its status, which tells of the last reading, is not part of it.
#[must_use]
pub fn restitch(content: &Value, uid: &str, relations: &[(String, String)]) -> Stitched {
    stitch::stitch(content, &stitch::digest(content), uid, relations, None)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn stitched(entity: &Value, uid: &str, relations: &[(String, String)], problem: Option<&Value>) -> Stitched {
        stitch::stitch(entity, &stitch::digest(entity), uid, relations, problem)
    }

    fn relation(target: &str) -> (String, String) {
        ("ownedBy".to_owned(), target.to_owned())
    }

    #[test]
    fn neither_relations_nor_status_nor_uid_nor_etag_make_a_version() {
        let entity = json!({"kind": "A", "metadata": {"name": "x"}, "spec": {"a": 1}});
        let before = stitched(&entity, "1", &[relation("g:d/1")], None).document;
        let after = stitched(&entity, "2", &[relation("g:d/2")], Some(&json!({"level": "error"}))).document;
        assert_eq!(superseded(&before, &after), None);
        let changed = stitched(&json!({"kind": "A", "metadata": {"name": "x"}}), "1", &[], None).document;
        assert_eq!(superseded(&before, &changed).unwrap(), entity.to_string());
    }

    #[test]
    fn a_version_put_together_again_is_the_document_that_was_sent_byte_by_byte() {
        let entity = json!({"kind": "A", "metadata": {"name": "x", "tags": ["b"]}, "spec": {"a": 1}});
        let sent = stitched(&entity, "1", &[relation("g:d/1")], None);
        let content = of_document(&sent.document).unwrap();
        assert_eq!(restitch(&content, "1", &[relation("g:d/1")]), sent);
    }
}
