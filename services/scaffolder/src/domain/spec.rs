//! Task specifications: what is stored when somebody starts a template, and how a run reads it.

use super::template::Template;
use kernel::EntityRef;
use serde_json::{Map, Value, json};

/// Who starts a run, and their entity if the catalog has one.
#[derive(Debug, Clone, Default)]
pub struct Initiator {
    /// For example `user:default/jane`; none for a service.
    pub entity_ref: Option<String>,
    /// The User entity.
    pub entity: Option<Value>,
}

impl Initiator {
    fn as_json(&self) -> Value {
        let mut user = Map::new();
        if let Some(entity) = &self.entity {
            user.insert("entity".to_owned(), entity.clone());
        }
        if let Some(entity_ref) = &self.entity_ref {
            user.insert("ref".to_owned(), json!(entity_ref));
        }
        Value::Object(user)
    }
}

/// The template's steps with the ids and names that are given to those which have none.
#[must_use]
pub fn steps(template: &Template) -> Vec<Value> {
    let steps = template.spec("steps").as_array().into_iter().flatten().enumerate();
    steps
        .map(|(index, step)| {
            let mut step = step.as_object().cloned().unwrap_or_default();
            let absent = |step: &Map<String, Value>, key: &str| step.get(key).is_none_or(Value::is_null);
            if absent(&step, "id") {
                step.insert("id".to_owned(), json!(format!("step-{}", index + 1)));
            }
            if absent(&step, "name") {
                let action = step.get("action").cloned().unwrap_or_default();
                step.insert("name".to_owned(), action);
            }
            Value::Object(step)
        })
        .collect()
}

/// The specification of a task, in the shape that the stock front end and clients read.
#[must_use]
pub fn task_spec(template: &Template, entity_ref: &EntityRef, values: Value, initiator: &Initiator) -> Value {
    let mut info = Map::from_iter([("entityRef".to_owned(), json!(entity_ref.key()))]);
    if let Some(base_url) = template.base_url() {
        info.insert("baseUrl".to_owned(), json!(base_url));
    }
    info.insert("entity".to_owned(), json!({ "metadata": template.metadata() }));
    let mut spec = run_spec(template, values, initiator);
    if let Some(map) = spec.as_object_mut() {
        if !template.spec("EXPERIMENTAL_recovery").is_null() {
            map.insert("EXPERIMENTAL_recovery".to_owned(), template.spec("EXPERIMENTAL_recovery").clone());
        }
        map.insert("templateInfo".to_owned(), Value::Object(info));
    }
    spec
}

/// The same without the template's whereabouts, as a dry run uses it.
#[must_use]
pub fn run_spec(template: &Template, values: Value, initiator: &Initiator) -> Value {
    let output = template.spec("output");
    json!({
        "apiVersion": "scaffolder.backstage.io/v1beta3",
        "steps": steps(template),
        "output": if output.is_null() { json!({}) } else { output.clone() },
        "parameters": values,
        "user": initiator.as_json(),
    })
}

/// What happens to the events of a task that is started again: `startOver` hides those from before.
#[must_use]
pub fn recovery_strategy(spec: &Value) -> &str {
    spec["EXPERIMENTAL_recovery"]["EXPERIMENTAL_strategy"].as_str().unwrap_or("none")
}

/// One step of a run.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// Its place among the steps, from 0.
    pub position: usize,
    /// The id under which later steps see its output.
    pub id: &'a str,
    /// The name that people see.
    pub name: &'a str,
    /// Which action it runs.
    pub action: &'a str,
    /// Input, not rendered yet.
    pub input: Option<&'a Value>,
    /// Condition: a boolean, or text that is rendered.
    pub condition: Option<&'a Value>,
    /// What it is repeated for.
    pub each: Option<&'a Value>,
    /// Whether it must not be run again by itself when its process stopped in the middle of it (`atMostOnce`).
    pub at_most_once: bool,
}

impl<'a> Step<'a> {
    /// The steps of a specification.
    pub fn all(spec: &'a Value) -> impl Iterator<Item = Self> {
        let text = |step: &'a Value, key: &str| step[key].as_str().unwrap_or_default();
        spec["steps"].as_array().into_iter().flatten().enumerate().map(move |(position, step)| Self {
            position,
            id: text(step, "id"),
            name: text(step, "name"),
            action: text(step, "action"),
            input: step.get("input").filter(|input| !input.is_null()),
            condition: step.get("if"),
            each: step.get("each"),
            at_most_once: step["atMostOnce"] == true,
        })
    }
}

/// Backstage's idea of truth for a rendered condition: an empty list is false, an empty object and `'false'` are true.
#[must_use]
pub fn is_truthy(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Number(number)) => number.as_f64().is_some_and(|number| number != 0.0),
        Some(_) => true,
    }
}

/// Takes out the links and texts of an output whose `if` is false, and the `if` out of the others.
pub fn drop_conditional_items(output: &mut Value) {
    for list in ["links", "text"] {
        if let Some(items) = output.get_mut(list).and_then(Value::as_array_mut) {
            items.retain_mut(|item| match item.as_object_mut() {
                Some(item) if item.contains_key("if") => is_truthy(item.shift_remove("if").as_ref()),
                _ => true,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn steps_without_id_or_name_get_them() {
        let template = Template::of_entity(json!({
            "apiVersion": "scaffolder.backstage.io/v1beta3", "metadata": {"name": "t"},
            "spec": {"steps": [{"action": "debug:log"}, {"id": "own", "name": "N", "action": "fs:delete"}]}
        }))
        .unwrap();
        let steps = steps(&template);
        assert_eq!((&steps[0]["id"], &steps[0]["name"]), (&json!("step-1"), &json!("debug:log")));
        assert_eq!((&steps[1]["id"], &steps[1]["name"]), (&json!("own"), &json!("N")));
    }

    #[test]
    fn truth_is_backstages() {
        for truthy in [json!("false"), json!({}), json!([0]), json!(-1)] {
            assert!(is_truthy(Some(&truthy)), "{truthy}");
        }
        for falsy in [json!(""), json!([]), json!(0), json!(null), json!(false)] {
            assert!(!is_truthy(Some(&falsy)), "{falsy}");
        }
        assert!(!is_truthy(None));
    }

    #[test]
    fn conditional_links_are_dropped_or_lose_their_condition() {
        let mut output = json!({"links": [{"if": false, "url": "a"}, {"if": "x", "url": "b"}, {"url": "c"}]});
        drop_conditional_items(&mut output);
        assert_eq!(output, json!({"links": [{"url": "b"}, {"url": "c"}]}));
    }
}
