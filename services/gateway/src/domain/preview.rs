//! Which front ends one person's page loads: what is published, but for the previews that this person turned on.

use serde_json::{Map, Value};

/// What the page loads, and which of it is a preview, of what the plugin host said for everybody. `member` is the id of the
/// member whose page it is; nobody else's preview leaves here.
#[must_use]
pub fn plugins_of(features: &Value, previews: &Value, member: Option<&str>) -> (Value, Value) {
    let published = features.as_array().map(Vec::as_slice).unwrap_or_default();
    let all = previews.as_array().map(Vec::as_slice).unwrap_or_default();
    let own: Vec<&Value> = all.iter().filter(|one| member.is_some() && one["memberId"].as_str() == member).collect();
    let instead: Vec<&Value> = own.iter().filter_map(|one| one.get("feature")).filter(|one| one.is_object()).collect();
    let stays = |feature: &&Value| !instead.iter().any(|other| other["name"] == feature["name"]);
    let mut loaded: Vec<Value> = published.iter().filter(stays).cloned().collect();
    loaded.extend(instead.into_iter().cloned());
    let told = own.into_iter().map(|one| {
        let field = |name: &str| (name.to_owned(), one.get(name).cloned().unwrap_or_default());
        Value::Object(Map::from_iter(["uploadId", "pluginId", "package", "version"].map(field)))
    });
    (Value::Array(loaded), told.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn feature(name: &str, entry: &str) -> Value {
        json!({ "pluginId": "notes", "name": name, "entry": entry })
    }

    fn preview(member: &str, feature: Option<Value>) -> Value {
        json!({ "memberId": member, "uploadId": "u", "pluginId": "notes", "package": "@acme/notes", "version": "2.0.0",
            "feature": feature })
    }

    #[test]
    fn a_preview_takes_the_published_ones_place_for_its_member_alone() {
        let published = json!([feature("acme__notes", "v1"), feature("radar", "v1")]);
        let previews = json!([preview("jane", Some(feature("acme__notes", "v2"))), preview("joe", None)]);
        let (plugins, told) = plugins_of(&published, &previews, Some("jane"));
        assert_eq!(plugins, json!([feature("radar", "v1"), feature("acme__notes", "v2")]));
        let expected = json!([{ "uploadId": "u", "pluginId": "notes", "package": "@acme/notes", "version": "2.0.0" }]);
        assert_eq!(told, expected);
        for other in [None, Some("eve"), Some("")] {
            assert_eq!(plugins_of(&published, &previews, other), (published.clone(), json!([])), "{other:?}");
        }
        let (plugins, told) = plugins_of(&published, &previews, Some("joe"));
        assert_eq!((plugins, told), (published, expected), "of a back end there is only the word");
    }

    #[test]
    fn a_plugin_that_is_not_published_at_all_is_there_for_its_member() {
        let previews = json!([preview("jane", Some(feature("acme__notes", "v1")))]);
        assert_eq!(plugins_of(&json!([]), &previews, Some("jane")).0, json!([feature("acme__notes", "v1")]));
        assert_eq!(plugins_of(&Value::Null, &Value::Null, Some("jane")), (json!([]), json!([])));
    }
}
