//! Whether the parameters of a rule suit the JSON schema with which its plugin describes them.
//!
//! Only what schemas of parameters are made of is judged: objects with required and named properties, types, lists and
//! enumerations. Whatever else a schema says is left to the plugin, which judges each call itself.

use serde_json::{Map, Value};

/// What is wrong with the parameters, as a sentence; `None`: nothing that can be told here.
#[must_use]
pub fn problem(schema: &Value, params: Option<&Map<String, Value>>) -> Option<String> {
    let none = Map::new();
    in_object(schema, params.unwrap_or(&none), "")
}

fn in_object(schema: &Value, object: &Map<String, Value>, at: &str) -> Option<String> {
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    if let Some(missing) = required.into_iter().find(|name| !object.contains_key(*name)) {
        return Some(format!("it needs \"{at}{missing}\"."));
    }
    object.iter().find_map(|(name, value)| match schema["properties"].get(name) {
        Some(schema) => in_value(schema, value, &format!("{at}{name}")),
        None => (schema["additionalProperties"] == false).then(|| format!("it has no parameter \"{at}{name}\".")),
    })
}

fn in_value(schema: &Value, value: &Value, at: &str) -> Option<String> {
    // `$currentUser` and `$ownerRefs` become values of whoever asks.
    let is_placeholder = value.as_str().is_some_and(|text| text.starts_with('$'));
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    if !types.is_empty() && !types.iter().any(|name| is_of(name, value)) {
        return Some(format!("\"{at}\" must be of the type {}.", types.join(" or ")));
    }
    let choices = schema["enum"].as_array().filter(|choices| !is_placeholder && !choices.contains(value));
    if let Some(choices) = choices {
        let choices: Vec<String> = choices.iter().take(20).map(Value::to_string).collect();
        return Some(format!("\"{at}\" must be one of {}.", choices.join(", ")));
    }
    match value {
        Value::Array(items) if schema["items"].is_object() => {
            items.iter().enumerate().find_map(|(i, item)| in_value(&schema["items"], item, &format!("{at}.{i}")))
        }
        Value::Object(object) => in_object(schema, object, &format!("{at}.")),
        _ => None,
    }
}

fn is_of(name: &str, value: &Value) -> bool {
    match name {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parameters_suit_their_schema_or_are_told_where_they_do_not() {
        let schema = json!({"type": "object", "required": ["floors"], "additionalProperties": false, "properties": {
            "floors": {"type": "array", "items": {"type": "integer"}},
            "size": {"type": "string", "enum": ["small", "large"]},
            "open": {"type": ["boolean", "null"]},
            "by": {"anyOf": [{"type": "string"}, {"type": "number"}]},
            "area": {"type": "object", "required": ["m2"], "properties": {"m2": {"type": "number"}}}}});
        for (params, expected) in [
            (json!({"floors": [1, 2], "size": "small", "open": null, "by": 7, "area": {"m2": 1.5, "else": 1}}), None),
            (json!({"floors": [], "size": "$currentUser"}), None),
            (json!({}), Some("it needs \"floors\".")),
            (json!({"floors": "1"}), Some("\"floors\" must be of the type array.")),
            (json!({"floors": [1, "2"]}), Some("\"floors.1\" must be of the type integer.")),
            (json!({"floors": [], "size": "huge"}), Some("\"size\" must be one of \"small\", \"large\".")),
            (json!({"floors": [], "open": "yes"}), Some("\"open\" must be of the type boolean or null.")),
            (json!({"floors": [], "area": {}}), Some("it needs \"area.m2\".")),
            (json!({"floors": [], "wing": "east"}), Some("it has no parameter \"wing\".")),
        ] {
            assert_eq!(problem(&schema, params.as_object()).as_deref(), expected, "{params}");
        }
        assert_eq!(problem(&schema, None).as_deref(), Some("it needs \"floors\"."));
        assert_eq!(problem(&Value::Null, json!({"any": 1}).as_object()), None, "a plugin that says nothing");
    }
}
