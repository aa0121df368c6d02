//! Example outputs of an action that a dry run skips, made from the action's output schema.

use serde_json::{Map, Value, json};

/// What Backstage puts where the output of a skipped action would be.
#[must_use]
pub fn example_output(schema: &Value) -> Value {
    if let Some(examples) = schema.get("examples").and_then(Value::as_array) {
        return examples.first().cloned().unwrap_or(Value::Null);
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("object") => {
            let properties = schema.get("properties").and_then(Value::as_object);
            let filled: Map<_, _> =
                properties.into_iter().flatten().map(|(key, value)| (key.clone(), example_output(value))).collect();
            Value::Object(filled)
        }
        Some("array") => {
            let items = match schema.get("items") {
                Some(Value::Array(items)) => items.first(),
                other => other,
            };
            items.map_or_else(|| json!([]), |item| json!([example_output(item)]))
        }
        Some("string") => json!("<example>"),
        Some("number") => json!(0),
        Some("boolean") => json!(false),
        _ => json!("<unknown>"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_its_example() {
        let schema = json!({"type": "object", "properties": {
            "url": {"type": "string"}, "count": {"type": "number"}, "list": {"type": "array", "items": {"type": "boolean"}},
            "named": {"type": "string", "examples": ["x"]}, "any": {}
        }});
        assert_eq!(
            example_output(&schema),
            json!({"url": "<example>", "count": 0, "list": [false], "named": "x", "any": "<unknown>"})
        );
    }
}
