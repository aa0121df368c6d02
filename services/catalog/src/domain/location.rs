//! Location entities: the one that stands for a registered location, and what such entities point at.

use super::text::sha1_hex;
use model::location::LocationRef;
use serde_json::{Value, json};

/// Name of the Location entity that stands for a registered location.
#[must_use]
pub fn generated_name(location: &LocationRef) -> String {
    format!("generated-{}", sha1_hex(location.to_string().as_bytes()))
}

/// The Location entity that stands for a registered location.
#[must_use]
pub fn generated_entity(location: &LocationRef, name: &str) -> Value {
    let mut entity = json!({
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Location",
        "metadata": {"name": name, "namespace": "default", "annotations": {}},
        "spec": {"type": location.kind, "target": location.target},
    });
    model::normalise::set_locations(&mut entity, location, location);
    entity
}

/// Whether an entity makes the catalog read further files.
#[must_use]
pub fn is_location(entity: &Value) -> bool {
    entity["kind"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("location"))
}

/// What a Location entity points at, in the order in which it says so.
#[must_use]
pub fn targets(entity: &Value) -> Vec<String> {
    let spec = &entity["spec"];
    let one = spec["target"].as_str().map(str::to_owned);
    let many = spec["targets"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    one.into_iter().chain(many).collect()
}

/// Whether a missing target is no error.
#[must_use]
pub fn targets_are_optional(entity: &Value) -> bool {
    entity["spec"]["presence"].as_str() == Some("optional")
}

/// The type of the targets: the entity's own, else that of the file it is in.
#[must_use]
pub fn target_type<'a>(entity: &'a Value, own: &'a LocationRef) -> &'a str {
    entity["spec"]["type"].as_str().unwrap_or(&own.kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generated_name_is_that_of_the_real_backstage() {
        let location = LocationRef::url("http://localhost:18099/root.yaml");
        assert_eq!(generated_name(&location), "generated-3de522f8bc37792da0b205c5ef80ec1ac4e450ae");
    }

    #[test]
    fn a_location_points_at_its_target_first_and_then_at_its_targets() {
        let entity = json!({"kind": "Location", "spec": {"targets": ["b", 7, "c"], "target": "a"}});
        assert_eq!(targets(&entity), ["a", "b", "c"]);
    }
}
