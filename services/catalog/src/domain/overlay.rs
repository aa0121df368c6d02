//! What people add to an entity that somebody else describes.
//!
//! An overlay only adds: where the entity's own text says something, that stays. So an owner who corrects the file is
//! never overruled from elsewhere.

use super::terms;
use super::text::lower;
use model::entity::{ANNOTATION_LOCATION, ANNOTATION_ORIGIN_LOCATION, ANNOTATION_ORPHAN};
use model::location::is_script_url;
use model::validate::check_policy;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Links, labels, tags and annotations beside those of the entity's own text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Overlay {
    /// Texts by name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub annotations: Map<String, Value>,
    /// Texts by name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub labels: Map<String, Value>,
    /// Texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Value>,
    /// `{url, title?, icon?, type?}`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Value>,
}

/// Annotations that say where an entity comes from: nobody else can say that.
const RESERVED: [&str; 3] = [ANNOTATION_LOCATION, ANNOTATION_ORIGIN_LOCATION, ANNOTATION_ORPHAN];

impl Overlay {
    /// Whether it adds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Checks each part as if it stood in a file.
    ///
    /// # Errors
    /// Which field is wrong, as a path in the overlay, and why.
    pub fn check(&self) -> Result<(), (String, String)> {
        for name in RESERVED {
            if self.annotations.keys().any(|key| key.eq_ignore_ascii_case(name)) {
                return Err((
                    format!("annotations.{name}"),
                    "Only the catalog itself sets this annotation.".to_owned(),
                ));
            }
        }
        let metadata = json!({
            "name": "overlay", "annotations": self.annotations, "labels": self.labels, "tags": self.tags,
            "links": self.links,
        });
        let mut entity = json!({"apiVersion": "backstage.io/v1alpha1", "kind": "Overlay", "metadata": metadata});
        check_policy(&mut entity)
            .map_err(|refusal| (field(refusal.pointer().unwrap_or_default()), refusal.reason().to_owned()))?;
        for (i, link) in self.links.iter().enumerate() {
            if link["url"].as_str().is_some_and(is_script_url) {
                return Err((format!("links.{i}.url"), "This address would run a script.".to_owned()));
            }
        }
        match terms::of_entity(&json!({"annotations": self.annotations}), "", &[])
            .and_then(|_| terms::of_entity(&json!({"labels": self.labels}), "", &[]))
        {
            Ok(_) => Ok(()),
            Err(text) => Err((String::new(), text)),
        }
    }

    /// The entity with what the overlay adds.
    #[must_use]
    pub fn merge(&self, base: &Value) -> Value {
        let mut merged = base.clone();
        let Some(metadata) = merged.get_mut("metadata").and_then(Value::as_object_mut) else { return merged };
        add_members(metadata, "annotations", &self.annotations);
        add_members(metadata, "labels", &self.labels);
        add_items(metadata, "tags", &self.tags, |own, tag| own == tag);
        add_items(metadata, "links", &self.links, |own, link| own["url"] == link["url"]);
        // An entity with two keys that differ only in letter case cannot be searched, hence not shown.
        if terms::of_entity(&merged, "", &[]).is_ok() { merged } else { base.clone() }
    }
}

/// `/metadata/links/0/url` → `links.0.url`.
fn field(pointer: &str) -> String {
    let inner = pointer.strip_prefix("/metadata/").unwrap_or_default();
    inner.split('/').map(|part| part.replace("~1", "/").replace("~0", "~")).collect::<Vec<_>>().join(".")
}

fn add_members(metadata: &mut Map<String, Value>, name: &str, added: &Map<String, Value>) {
    if added.is_empty() {
        return;
    }
    let own = metadata.entry(name).or_insert(Value::Null);
    if own.is_null() {
        *own = Value::Object(Map::new());
    }
    let Some(own) = own.as_object_mut() else { return };
    let taken: BTreeSet<String> = own.keys().map(|key| lower(key)).collect();
    for (key, value) in added {
        if !taken.contains(&lower(key)) {
            own.insert(key.clone(), value.clone());
        }
    }
}

fn add_items(metadata: &mut Map<String, Value>, name: &str, added: &[Value], same: fn(&Value, &Value) -> bool) {
    if added.is_empty() {
        return;
    }
    let own = metadata.entry(name).or_insert(Value::Null);
    if own.is_null() {
        *own = Value::Array(Vec::new());
    }
    let Some(own) = own.as_array_mut() else { return };
    for item in added {
        if !own.iter().any(|known| same(known, item)) {
            own.push(item.clone());
        }
    }
}

/// The entity with the mark of an orphan, as Backstage sets it.
#[must_use]
pub fn mark_orphan(mut entity: Value) -> Value {
    if let Some(metadata) = entity.get_mut("metadata").and_then(Value::as_object_mut) {
        let annotations = metadata.entry("annotations").or_insert(Value::Null);
        if annotations.is_null() {
            *annotations = Value::Object(Map::new());
        }
        if let Some(annotations) = annotations.as_object_mut() {
            annotations.insert(ANNOTATION_ORPHAN.to_owned(), "true".into());
        }
    }
    entity
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn overlay(value: Value) -> Overlay {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn an_overlay_adds_and_the_entitys_own_text_wins() {
        let base = json!({"kind": "Component", "metadata": {
            "name": "a", "annotations": {"Own/x": "file"}, "tags": ["java"], "links": [{"url": "https://a"}],
        }});
        let merged = overlay(json!({
            "annotations": {"own/X": "overlay", "new/y": "overlay"}, "labels": {"tier": "1"},
            "tags": ["java", "rust"], "links": [{"url": "https://a", "title": "t"}, {"url": "https://b"}],
        }))
        .merge(&base);
        assert_eq!(
            merged["metadata"],
            json!({
                "name": "a", "annotations": {"Own/x": "file", "new/y": "overlay"}, "tags": ["java", "rust"],
                "links": [{"url": "https://a"}, {"url": "https://b"}], "labels": {"tier": "1"},
            })
        );
    }

    #[test]
    fn what_is_null_or_odd_in_the_entity_breaks_nothing() {
        let added = overlay(json!({"annotations": {"a": "b"}, "tags": ["x"]}));
        let merged = added.merge(&json!({"metadata": {"name": "a", "annotations": null, "tags": null}}));
        assert_eq!(merged["metadata"], json!({"name": "a", "annotations": {"a": "b"}, "tags": ["x"]}));
        assert_eq!(added.merge(&json!({"metadata": 7})), json!({"metadata": 7}));
        let odd = json!({"metadata": {"annotations": 1, "tags": "x"}});
        assert_eq!(added.merge(&odd), odd);
    }

    #[test]
    fn a_part_that_would_be_refused_in_a_file_is_refused_with_its_place() {
        for (value, place) in [
            (json!({"annotations": {"a b": "x"}}), "annotations"),
            (json!({"annotations": {"a": 1}}), "annotations.a"),
            (json!({"annotations": {"backstage.io/orphan": "true"}}), "annotations.backstage.io/orphan"),
            (json!({"labels": {"a": "not a label!"}}), "labels"),
            (json!({"tags": ["Upper Case"]}), "tags"),
            (json!({"links": [{"title": "no url"}]}), "links.0"),
            (json!({"links": [{"url": "javascript:alert(1)"}]}), "links.0"),
        ] {
            let (found, why) = overlay(value.clone()).check().unwrap_err();
            assert!(found.starts_with(place), "{value}: {found} {why}");
        }
        assert!(overlay(json!({"labels": {"a": "1", "A": "2"}})).check().is_err());
        assert_eq!(overlay(json!({"annotations": {"a/b": "x"}, "tags": ["java"]})).check(), Ok(()));
    }
}
