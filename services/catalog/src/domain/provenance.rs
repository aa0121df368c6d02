//! Who gave an entity each of its fields.

use super::overlay::Overlay;
use model::entity::{ANNOTATION_LOCATION, ANNOTATION_ORIGIN_LOCATION, ANNOTATION_ORPHAN};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What a field comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OriginKind {
    /// The file that describes the entity.
    File,
    /// An entity provider.
    Provider,
    /// What people wrote here.
    Set,
    /// What people added here to an entity of somebody else's.
    Overlay,
    /// The catalog itself.
    Platform,
}

/// Who gave an entity a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// What it comes from.
    pub kind: OriginKind,
    /// The file or what stands for one, `url:https://…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub location: Option<String>,
    /// Who wrote it, where a person did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub actor: Option<String>,
    /// When they did, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub changed_at: Option<String>,
}

impl Origin {
    const PLATFORM: Self = Self { kind: OriginKind::Platform, location: None, actor: None, changed_at: None };
}

/// One field and who gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldOrigin {
    /// JSON pointer into the entity.
    pub path: String,
    /// Who gave it.
    pub source: Origin,
}

/// Members of `metadata` that are told member by member, and item by item.
const ADDABLE: [&str; 4] = ["annotations", "labels", "tags", "links"];
/// Members of `metadata` that the catalog makes up.
const OWN: [&str; 2] = ["uid", "etag"];

/// The fields of an entity in the order of its document; `base` is what its own source says, the overlay what is added.
#[must_use]
pub fn fields(base: &Value, overlay: Option<(&Overlay, &Origin)>, source: &Origin) -> Vec<FieldOrigin> {
    let shown = overlay.map_or_else(|| base.clone(), |(overlay, _)| overlay.merge(base));
    let added = overlay.map_or(source, |(_, origin)| origin);
    let mut found = Vec::new();
    let mut tell = |pointer: String| {
        let reserved = [ANNOTATION_LOCATION, ANNOTATION_ORIGIN_LOCATION, ANNOTATION_ORPHAN]
            .into_iter()
            .any(|name| pointer == at("/metadata/annotations", name));
        let from = match (reserved, base.pointer(&pointer)) {
            (true, _) => &Origin::PLATFORM,
            (false, Some(_)) => source,
            (false, None) => added,
        };
        found.push(FieldOrigin { path: pointer, source: from.clone() });
    };
    for (name, value) in shown.as_object().into_iter().flatten() {
        match name.as_str() {
            "relations" | "status" => {}
            "metadata" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    if OWN.contains(&name.as_str()) {
                        continue;
                    }
                    let pointer = at("/metadata", name);
                    match value {
                        Value::Object(map) if ADDABLE.contains(&name.as_str()) => {
                            map.keys().for_each(|key| tell(at(&pointer, key)));
                        }
                        Value::Array(items) if ADDABLE.contains(&name.as_str()) => {
                            (0..items.len()).for_each(|i| tell(format!("{pointer}/{i}")));
                        }
                        _ => tell(pointer),
                    }
                }
            }
            "spec" if value.is_object() => {
                value.as_object().into_iter().flatten().for_each(|(key, _)| tell(at("/spec", key)));
            }
            _ => tell(at("", name)),
        }
    }
    found
}

fn at(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn origin(kind: OriginKind) -> Origin {
        Origin { kind, ..Origin::PLATFORM }
    }

    #[test]
    fn each_field_is_told_with_who_gave_it() {
        let base = json!({
            "apiVersion": "a", "kind": "b", "relations": [],
            "metadata": {"name": "n", "uid": "u", "annotations": {ANNOTATION_LOCATION: "url:x", "own/a": "1"}, "tags": ["t"]},
            "spec": {"owner": "o"},
        });
        let overlay: Overlay =
            serde_json::from_value(json!({"annotations": {"own/a": "2", "new/b": "3"}, "tags": ["t", "u"]})).unwrap();
        let told = fields(&base, Some((&overlay, &origin(OriginKind::Overlay))), &origin(OriginKind::File));
        let told: Vec<(String, OriginKind)> = told.into_iter().map(|one| (one.path, one.source.kind)).collect();
        let wanted = [
            ("/apiVersion", OriginKind::File),
            ("/kind", OriginKind::File),
            ("/metadata/name", OriginKind::File),
            ("/metadata/annotations/backstage.io~1managed-by-location", OriginKind::Platform),
            ("/metadata/annotations/own~1a", OriginKind::File),
            ("/metadata/annotations/new~1b", OriginKind::Overlay),
            ("/metadata/tags/0", OriginKind::File),
            ("/metadata/tags/1", OriginKind::Overlay),
            ("/spec/owner", OriginKind::File),
        ];
        assert_eq!(told, wanted.map(|(path, kind)| (path.to_owned(), kind)));
    }
}
