//! Conditions on resources, as Backstage's permission framework writes them: a tree of rules.
//!
//! What a rule means is known to the plugin that owns the resources; here are only the tree, its limits and the
//! placeholders that stand for whoever asks. A tree that is not understood as a whole is refused as a whole.

use kernel::User;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// How deep conditions may nest.
const MAX_DEPTH: usize = 16;
/// How many rules one condition may have.
const MAX_RULES: usize = 256;
/// How many values one parameter of a rule may list.
const MAX_VALUES: usize = 1000;

/// A condition under which a permission holds: `{"pluginId", "resourceType", "conditions"}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct Condition {
    /// The plugin that knows the rules, for example `catalog`.
    pub plugin_id: String,
    /// What kind of resource it is about, for example `catalog-entity`.
    pub resource_type: String,
    /// What must be true of the resource.
    pub criteria: Criteria,
}

impl Condition {
    /// Reads the decision of a policy.
    ///
    /// # Errors
    /// A sentence that names the offending path.
    pub fn parse(json: &Value) -> Result<Self, String> {
        let object = json.as_object().ok_or("A condition must be an object")?;
        let text = |key: &str| {
            let text = object.get(key).and_then(Value::as_str).map(str::to_owned);
            text.ok_or_else(|| format!("A condition must have the text \"{key}\""))
        };
        let criteria = object.get("conditions").ok_or("A condition must have \"conditions\"")?;
        Ok(Self {
            plugin_id: text("pluginId")?,
            resource_type: text("resourceType")?,
            criteria: Criteria::parse(criteria)?,
        })
    }
}

impl TryFrom<Value> for Condition {
    type Error = String;

    fn try_from(json: Value) -> Result<Self, String> {
        Self::parse(&json)
    }
}

impl From<Condition> for Value {
    fn from(condition: Condition) -> Self {
        let Condition { plugin_id, resource_type, criteria } = condition;
        json!({"pluginId": plugin_id, "resourceType": resource_type, "conditions": criteria.to_json()})
    }
}

/// Rules joined by and, or and not.
#[derive(Debug, Clone, PartialEq)]
pub enum Criteria {
    /// Every one holds. Never empty.
    AllOf(Vec<Criteria>),
    /// At least one holds. Never empty.
    AnyOf(Vec<Criteria>),
    /// It does not hold.
    Not(Box<Criteria>),
    /// One rule with its parameters.
    Rule(Rule),
}

/// A rule as it is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// For example `IS_ENTITY_KIND`.
    pub name: String,
    /// What kind of resource it is about.
    pub resource_type: String,
    /// Its parameters; no parameters at all is not the same as none of them.
    pub params: Option<Map<String, Value>>,
}

impl Criteria {
    /// Reads `{"anyOf": […]}`, `{"allOf": […]}`, `{"not": …}` or `{"rule", "resourceType", "params"?}`.
    ///
    /// An object that is several of these is refused, although Backstage takes the first: what it drops could be
    /// what was meant to keep somebody out.
    ///
    /// # Errors
    /// A sentence that names the offending path.
    pub fn parse(json: &Value) -> Result<Self, String> {
        Reading { rules: 0 }.criteria(json, "conditions", MAX_DEPTH)
    }

    /// The same as [`parse`](Self::parse) reads it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let all = |parts: &[Self]| parts.iter().map(Self::to_json).collect::<Vec<_>>();
        match self {
            Self::AllOf(parts) => json!({"allOf": all(parts)}),
            Self::AnyOf(parts) => json!({"anyOf": all(parts)}),
            Self::Not(inner) => json!({"not": inner.to_json()}),
            Self::Rule(rule) => {
                let mut object = json!({"rule": rule.name, "resourceType": rule.resource_type});
                if let Some(params) = &rule.params {
                    object["params"] = Value::Object(params.clone());
                }
                object
            }
        }
    }

    /// Puts the caller in the place of the placeholders in parameters: `$currentUser` is their entity,
    /// `$ownerRefs` everything whose possessions count as theirs. Either may be written with two dollar signs, as
    /// configuration files need it.
    ///
    /// In a list, `$ownerRefs` stands for as many values as there are. Alone it could be only one of them, and stays
    /// the text that it is.
    #[must_use]
    pub fn resolved_for(&self, user: &User) -> Self {
        self.resolved(&user.entity_ref, &user.ownership_refs)
    }

    /// The same for somebody who is not asking: their own entity, and everything whose possessions count as theirs.
    #[must_use]
    pub fn resolved(&self, own: &str, refs: &[String]) -> Self {
        let all = |parts: &[Self]| parts.iter().map(|part| part.resolved(own, refs)).collect();
        match self {
            Self::AllOf(parts) => Self::AllOf(all(parts)),
            Self::AnyOf(parts) => Self::AnyOf(all(parts)),
            Self::Not(inner) => Self::Not(Box::new(inner.resolved(own, refs))),
            Self::Rule(rule) => {
                let mut rule = rule.clone();
                for value in rule.params.iter_mut().flat_map(|params| params.values_mut()) {
                    resolve(value, own, refs);
                }
                Self::Rule(rule)
            }
        }
    }
}

fn resolve(value: &mut Value, own: &str, refs: &[String]) {
    match value {
        Value::String(text) if placeholder(text) == Some("currentUser") => own.clone_into(text),
        Value::Array(items) => {
            let resolved = items.drain(..).flat_map(|item| match item.as_str().and_then(placeholder) {
                Some("currentUser") => vec![Value::from(own)],
                Some("ownerRefs") => refs.iter().map(|one| Value::from(one.as_str())).collect(),
                _ => vec![item],
            });
            *value = resolved.collect();
        }
        _ => {}
    }
}

fn placeholder(text: &str) -> Option<&str> {
    let name = text.strip_prefix('$')?;
    Some(name.strip_prefix('$').unwrap_or(name))
}

struct Reading {
    rules: usize,
}

impl Reading {
    fn criteria(&mut self, json: &Value, path: &str, depth: usize) -> Result<Criteria, String> {
        let depth = depth.checked_sub(1).ok_or_else(|| format!("Nested too deeply at \"{path}\""))?;
        let object = json.as_object().ok_or_else(|| format!("Expected an object at \"{path}\""))?;
        let forms: Vec<&str> =
            ["anyOf", "allOf", "not", "rule"].into_iter().filter(|form| object.contains_key(*form)).collect();
        let [form] = forms[..] else {
            return Err(format!("Expected one of anyOf, allOf, not and rule at \"{path}\""));
        };
        let at = format!("{path}.{form}");
        let inner = &object[form];
        match form {
            "anyOf" => Ok(Criteria::AnyOf(self.list(inner, &at, depth)?)),
            "allOf" => Ok(Criteria::AllOf(self.list(inner, &at, depth)?)),
            "not" => Ok(Criteria::Not(Box::new(self.criteria(inner, &at, depth)?))),
            _ => self.rule(object, path).map(Criteria::Rule),
        }
    }

    fn list(&mut self, json: &Value, path: &str, depth: usize) -> Result<Vec<Criteria>, String> {
        let items = json.as_array().ok_or_else(|| format!("Expected an array at \"{path}\""))?;
        if items.is_empty() {
            return Err(format!("Array must contain at least 1 element(s) at \"{path}\""));
        }
        items.iter().enumerate().map(|(i, item)| self.criteria(item, &format!("{path}.{i}"), depth)).collect()
    }

    fn rule(&mut self, object: &Map<String, Value>, path: &str) -> Result<Rule, String> {
        self.rules += 1;
        if self.rules > MAX_RULES {
            return Err(format!("More than {MAX_RULES} rules at \"{path}\""));
        }
        let text = |key: &str| {
            let text = object.get(key).and_then(Value::as_str).map(str::to_owned);
            text.ok_or_else(|| format!("Expected a text at \"{path}.{key}\""))
        };
        let params = match object.get("params") {
            None => None,
            Some(Value::Object(params)) => Some(params.clone()),
            Some(_) => return Err(format!("Expected an object at \"{path}.params\"")),
        };
        let too_many = |value: &Value| value.as_array().is_some_and(|items| items.len() > MAX_VALUES);
        if params.iter().flat_map(Map::values).any(too_many) {
            return Err(format!("More than {MAX_VALUES} values at \"{path}.params\""));
        }
        Ok(Rule { name: text("rule")?, resource_type: text("resourceType")?, params })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use kernel::{Grants, SignedInBy};

    fn rule(params: &Value) -> Value {
        json!({"rule": "IS_ENTITY_OWNER", "resourceType": "catalog-entity", "params": params})
    }

    fn jane() -> User {
        User {
            id: uuid::Uuid::nil(),
            entity_ref: "user:default/jane".into(),
            ownership_refs: vec!["user:default/jane".into(), "group:default/a".into()],
            role: "member".into(),
            grants: Grants::default(),
            via: SignedInBy::Session,
            viewed_by: None,
            scopes: None,
        }
    }

    #[test]
    fn placeholders_are_whoever_asks() {
        for (params, expected) in [
            (json!({"claims": ["$ownerRefs", "x"]}), json!({"claims": ["user:default/jane", "group:default/a", "x"]})),
            (json!({"claims": ["$$ownerRefs"]}), json!({"claims": ["user:default/jane", "group:default/a"]})),
            (json!({"claims": ["$currentUser"]}), json!({"claims": ["user:default/jane"]})),
            (json!({"value": "$$currentUser"}), json!({"value": "user:default/jane"})),
            (json!({"value": "$ownerRefs"}), json!({"value": "$ownerRefs"})),
            (json!({"value": "$5"}), json!({"value": "$5"})),
        ] {
            let criteria = Criteria::parse(&json!({"not": {"anyOf": [rule(&params)]}})).unwrap();
            let expected = Criteria::parse(&json!({"not": {"anyOf": [rule(&expected)]}})).unwrap();
            assert_eq!(criteria.resolved_for(&jane()), expected, "{params}");
        }
    }

    #[test]
    fn what_is_not_one_form_is_refused_as_a_whole() {
        let fine = rule(&json!({"claims": []}));
        for (bad, complaint) in [
            (json!({}), "Expected one of anyOf, allOf, not and rule at \"conditions\""),
            (json!({"anyOf": []}), "Array must contain at least 1 element(s) at \"conditions.anyOf\""),
            (json!({"anyOf": [fine, {}]}), "Expected one of anyOf, allOf, not and rule at \"conditions.anyOf.1\""),
            (json!({"anyOf": [fine], "not": fine}), "Expected one of anyOf, allOf, not and rule at \"conditions\""),
            (json!({"allOf": fine}), "Expected an array at \"conditions.allOf\""),
            (json!({"not": []}), "Expected an object at \"conditions.not\""),
            (json!({"rule": "A"}), "Expected a text at \"conditions.resourceType\""),
            (rule(&json!([])), "Expected an object at \"conditions.params\""),
        ] {
            assert_eq!(Criteria::parse(&bad).unwrap_err(), complaint, "{bad}");
        }
    }

    #[test]
    fn depth_number_of_rules_and_number_of_values_are_limited() {
        let mut deep = rule(&json!({}));
        for _ in 0..MAX_DEPTH {
            deep = json!({"not": deep});
        }
        assert!(Criteria::parse(&deep).unwrap_err().starts_with("Nested too deeply"));
        assert!(Criteria::parse(&deep["not"]).is_ok());
        let wide = |n: usize| json!({"anyOf": vec![rule(&json!({})); n]});
        assert!(Criteria::parse(&wide(MAX_RULES)).is_ok());
        assert!(Criteria::parse(&wide(MAX_RULES + 1)).is_err());
        assert!(Criteria::parse(&rule(&json!({"claims": vec!["a"; MAX_VALUES + 1]}))).is_err());
    }

    #[test]
    fn a_condition_names_its_plugin_and_its_resources() {
        let fine = json!({"pluginId": "catalog", "resourceType": "catalog-entity", "conditions": rule(&json!({}))});
        assert_eq!(Condition::parse(&fine).unwrap().plugin_id, "catalog");
        for missing in ["pluginId", "resourceType", "conditions"] {
            let mut bad = fine.clone();
            bad.as_object_mut().unwrap().remove(missing);
            assert!(Condition::parse(&bad).is_err(), "without {missing}");
        }
    }
}
