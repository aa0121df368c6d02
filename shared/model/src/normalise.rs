//! What the pipeline adds to an entity or corrects in it, apart from judging it.

use crate::entity::{
    ANNOTATION_EDIT_URL, ANNOTATION_LOCATION, ANNOTATION_ORIGIN_LOCATION, ANNOTATION_VIEW_URL, DEFAULT_NAMESPACE,
};
use crate::location::{LocationRef, is_script_url};
use serde_json::{Map, Value};

/// What a script address in a view or edit link is replaced by, as in Backstage.
pub const REJECTED_URL: &str = "https://backstage.io/annotation-rejected-for-security-reasons";

/// Relation fields whose order means nothing; they are sorted so that a reordered file is not a changed one.
const UNORDERED_FIELDS: [&str; 7] =
    ["providesApis", "consumesApis", "dependsOn", "dependencyOf", "memberOf", "children", "members"];

/// Records where an emitted entity came from. What the text itself says there is overwritten, and annotations that
/// are null become a mapping. Call it before validation.
pub fn set_locations(entity: &mut Value, location: &LocationRef, origin: &LocationRef) {
    if let Some(annotations) = annotations_mut(entity) {
        annotations.insert(ANNOTATION_LOCATION.to_owned(), location.to_string().into());
        annotations.insert(ANNOTATION_ORIGIN_LOCATION.to_owned(), origin.to_string().into());
        if location.kind == "url" && !annotations.contains_key(ANNOTATION_VIEW_URL) {
            annotations.insert(ANNOTATION_VIEW_URL.to_owned(), location.target.clone().into());
        }
    }
}

/// Adds annotations that the entity does not have yet (edit link, source location of a known host).
pub fn add_annotations<'a>(entity: &mut Value, defaults: impl IntoIterator<Item = (&'a str, String)>) {
    if let Some(annotations) = annotations_mut(entity) {
        for (name, text) in defaults {
            annotations.entry(name).or_insert_with(|| text.into());
        }
    }
}

/// Writes `metadata.namespace` where it is missing or empty.
pub fn set_default_namespace(entity: &mut Value) {
    if let Some(metadata) = entity.get_mut("metadata").and_then(Value::as_object_mut)
        && metadata.get("namespace").and_then(Value::as_str).is_none_or(str::is_empty)
    {
        metadata.insert("namespace".to_owned(), DEFAULT_NAMESPACE.into());
    }
}

/// Sorts relation fields that are lists of strings.
pub fn sort_relation_fields(entity: &mut Value) {
    let Some(spec) = entity.get_mut("spec").and_then(Value::as_object_mut) else { return };
    for field in UNORDERED_FIELDS {
        if let Some(Value::Array(items)) = spec.get_mut(field)
            && items.iter().all(Value::is_string)
        {
            // JavaScript's order: by UTF-16 code units.
            items.sort_by(|a, b| {
                let (a, b) = (a.as_str().unwrap_or_default(), b.as_str().unwrap_or_default());
                a.encode_utf16().cmp(b.encode_utf16())
            });
        }
    }
}

/// Replaces script addresses in the view and edit links.
pub fn reject_script_urls(entity: &mut Value) {
    let annotations = entity.get_mut("metadata").and_then(|metadata| metadata.get_mut("annotations"));
    let Some(annotations) = annotations.and_then(Value::as_object_mut) else { return };
    for name in [ANNOTATION_VIEW_URL, ANNOTATION_EDIT_URL] {
        if let Some(Value::String(text)) = annotations.get_mut(name)
            && is_script_url(text)
        {
            REJECTED_URL.clone_into(text);
        }
    }
}

/// The annotations, made where they are missing or null; none where they are of another type.
fn annotations_mut(entity: &mut Value) -> Option<&mut Map<String, Value>> {
    let metadata = entity.get_mut("metadata")?.as_object_mut()?;
    let annotations = metadata.entry("annotations").or_insert(Value::Null);
    if annotations.is_null() {
        *annotations = Value::Object(Map::new());
    }
    annotations.as_object_mut()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn locations_are_recorded_and_a_null_mapping_is_filled() {
        let mut entity = json!({"metadata": {"name": "a", "annotations": null}});
        set_locations(&mut entity, &LocationRef::url("http://h/a.yaml"), &LocationRef::url("http://h/all.yaml"));
        assert_eq!(entity["metadata"]["annotations"][ANNOTATION_LOCATION], "url:http://h/a.yaml");
        assert_eq!(entity["metadata"]["annotations"][ANNOTATION_ORIGIN_LOCATION], "url:http://h/all.yaml");
        assert_eq!(entity["metadata"]["annotations"][ANNOTATION_VIEW_URL], "http://h/a.yaml");
    }

    #[test]
    fn what_the_file_claims_about_its_location_is_overwritten_but_its_links_stay() {
        let mut entity = json!({"metadata": {"annotations": {ANNOTATION_LOCATION: "url:http://evil/x", ANNOTATION_VIEW_URL: " jAvascript:x"}}});
        set_locations(&mut entity, &LocationRef::url("http://h/a"), &LocationRef::url("http://h/a"));
        reject_script_urls(&mut entity);
        assert_eq!(entity["metadata"]["annotations"][ANNOTATION_LOCATION], "url:http://h/a");
        assert_eq!(entity["metadata"]["annotations"][ANNOTATION_VIEW_URL], REJECTED_URL);
    }

    #[test]
    fn relation_lists_are_sorted_and_other_lists_are_left_alone() {
        let mut entity = json!({"spec": {"dependsOn": ["b", "A", "a"], "members": ["x", 1], "other": ["b", "a"]}});
        sort_relation_fields(&mut entity);
        assert_eq!(entity, json!({"spec": {"dependsOn": ["A", "a", "b"], "members": ["x", 1], "other": ["b", "a"]}}));
    }
}
