//! The rules that a permission on entities can hang on: Backstage's own, with its parameters and its two readings.
//!
//! A rule is read as a query ([`EntityCondition::filter`]), for all that is listed, counted and found, and on one
//! entity at hand ([`EntityCondition::holds_for`]), for permission frameworks that ask about single entities. In a few
//! corners Backstage's two readings differ, and so do these: claims are compared in lower case by the query only, and
//! values of more than 200 characters are known to the other only.

use super::filter::Filter;
use super::terms;
use super::text::lower;
use authz::{Condition, Criteria, Rule};
use kernel::User;
use serde_json::{Map, Value, json};

/// The plugin that policies name.
pub const PLUGIN: &str = "catalog";
/// The type of resource that policies name.
pub const RESOURCE_TYPE: &str = "catalog-entity";

/// Rules on entities, joined by and, or and not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityCondition {
    /// Every one holds.
    AllOf(Vec<EntityCondition>),
    /// At least one holds.
    AnyOf(Vec<EntityCondition>),
    /// It does not hold.
    Not(Box<EntityCondition>),
    /// One rule.
    Rule(EntityRule),
}

/// One of Backstage's rules on entities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityRule {
    /// `IS_ENTITY_KIND`: the entity is of one of these kinds.
    Kind(Vec<String>),
    /// `IS_ENTITY_OWNER`: one of these owns the entity.
    Owner(Vec<String>),
    /// `HAS_ANNOTATION` and `HAS_LABEL`: the field of the metadata has this key, and this value if one is given.
    Keyed(&'static str, String, Option<String>),
    /// `HAS_METADATA` and `HAS_SPEC`: the field of the entity has this leaf, and this value if one is given.
    Leaf(&'static str, String, Option<String>),
}

impl EntityCondition {
    /// What a policy's condition means for whoever asks.
    ///
    /// # Errors
    /// A sentence about what is not understood. Nothing of such a condition holds.
    pub fn of_policy(condition: &Condition, user: &User) -> Result<Self, String> {
        if (condition.plugin_id.as_str(), condition.resource_type.as_str()) != (PLUGIN, RESOURCE_TYPE) {
            let (plugin, resource) = (&condition.plugin_id, &condition.resource_type);
            return Err(format!("A condition of {plugin} on {resource} says nothing about entities"));
        }
        Self::understand(&condition.criteria.resolved_for(user))
    }

    /// Looks every rule up.
    ///
    /// # Errors
    /// A sentence about the first rule or parameter that is not known.
    pub fn understand(criteria: &Criteria) -> Result<Self, String> {
        let all = |parts: &[Criteria]| parts.iter().map(Self::understand).collect::<Result<Vec<_>, _>>();
        Ok(match criteria {
            Criteria::AllOf(parts) => Self::AllOf(all(parts)?),
            Criteria::AnyOf(parts) => Self::AnyOf(all(parts)?),
            Criteria::Not(inner) => Self::Not(Box::new(Self::understand(inner)?)),
            Criteria::Rule(rule) => Self::Rule(EntityRule::understand(rule)?),
        })
    }

    /// The entities it holds for, as a query.
    #[must_use]
    pub fn filter(&self) -> Filter {
        let all = |parts: &[Self]| parts.iter().map(Self::filter).collect();
        match self {
            Self::AllOf(parts) => Filter::All(all(parts)),
            Self::AnyOf(parts) => Filter::Any(all(parts)),
            Self::Not(inner) => Filter::Not(Box::new(inner.filter())),
            Self::Rule(rule) => rule.filter(),
        }
    }

    /// Whether it holds for this final entity.
    #[must_use]
    pub fn holds_for(&self, entity: &Value) -> bool {
        match self {
            Self::AllOf(parts) => parts.iter().all(|part| part.holds_for(entity)),
            Self::AnyOf(parts) => parts.iter().any(|part| part.holds_for(entity)),
            Self::Not(inner) => !inner.holds_for(entity),
            Self::Rule(rule) => rule.holds_for(entity),
        }
    }
}

impl EntityRule {
    fn understand(rule: &Rule) -> Result<Self, String> {
        let read = |of: fn(&Params) -> Result<Self, String>| match &rule.params {
            Some(params) => of(&Params(params)),
            None => Err("Parameters to rule are invalid: they are missing".to_owned()),
        };
        match rule.name.as_str() {
            "IS_ENTITY_KIND" => read(|params| Ok(Self::Kind(params.texts("kinds")?))),
            "IS_ENTITY_OWNER" => read(|params| Ok(Self::Owner(params.texts("claims")?))),
            "HAS_ANNOTATION" => read(|params| {
                Ok(Self::Keyed("annotations", params.text("annotation")?, params.optional_text("value")?))
            }),
            "HAS_LABEL" => {
                read(|params| Ok(Self::Keyed("labels", params.text("label")?, params.optional_text("value")?)))
            }
            "HAS_METADATA" => {
                read(|params| Ok(Self::Leaf("metadata", params.text("key")?, params.optional_text("value")?)))
            }
            "HAS_SPEC" => read(|params| Ok(Self::Leaf("spec", params.text("key")?, params.optional_text("value")?))),
            name => Err(format!("Permission rule '{name}' does not exist for resource type '{RESOURCE_TYPE}'")),
        }
    }

    fn filter(&self) -> Filter {
        let leaf = |key: String, value: &Option<String>| match value {
            Some(value) => Filter::Values(lower(&key), vec![lower(value)]),
            None => Filter::Exists(lower(&key)),
        };
        let any =
            |key: &str, values: &[String]| Filter::Values(key.to_owned(), values.iter().map(|v| lower(v)).collect());
        match self {
            Self::Kind(kinds) => any("kind", kinds),
            Self::Owner(claims) => any("relations.ownedby", claims),
            Self::Keyed(field, key, value) => leaf(format!("metadata.{field}.{key}"), value),
            Self::Leaf(field, key, value) => leaf(format!("{field}.{key}"), value),
        }
    }

    fn holds_for(&self, entity: &Value) -> bool {
        match self {
            Self::Kind(kinds) => {
                let kind = entity["kind"].as_str().map(lower);
                kinds.iter().any(|one| Some(lower(one)) == kind)
            }
            Self::Owner(claims) => {
                relations(entity).any(|(kind, target)| kind == "ownedBy" && claims.iter().any(|claim| claim == target))
            }
            Self::Keyed(field, key, value) => {
                let (key, value) = (lower(key), value.as_deref().map(lower));
                entity["metadata"][*field].as_object().into_iter().flatten().any(|(known, content)| {
                    lower(known) == key && (value.is_none() || content.as_str().map(lower) == value)
                })
            }
            Self::Leaf(field, key, value) => {
                let (key, value) = (lower(&format!("{field}.{key}")), value.as_deref().map(lower));
                let uid = entity["metadata"]["uid"].as_str().unwrap_or_default();
                let terms = terms::of_entity(entity, uid, &[]).unwrap_or_default();
                terms
                    .iter()
                    .any(|term| term.key == key && (value.is_none() || term.value().as_deref() == value.as_deref()))
            }
        }
    }
}

fn relations(entity: &Value) -> impl Iterator<Item = (&str, &str)> {
    let relations = entity["relations"].as_array().into_iter().flatten();
    relations.filter_map(|relation| Some((relation["type"].as_str()?, relation["targetRef"].as_str()?)))
}

/// Parameters of one call. Others than those of the rule are passed over, as Backstage does.
struct Params<'p>(&'p Map<String, Value>);

impl Params<'_> {
    fn wrong(&self, name: &str, expected: &str) -> String {
        let received = match self.0.get(name) {
            None => return format!("Parameters to rule are invalid: \"{name}\" is required"),
            Some(Value::Null) => "null",
            Some(Value::Bool(_)) => "boolean",
            Some(Value::Number(_)) => "number",
            Some(Value::String(_)) => "string",
            Some(Value::Array(_)) => "array",
            Some(Value::Object(_)) => "object",
        };
        format!("Parameters to rule are invalid: \"{name}\": Expected {expected}, received {received}")
    }

    fn text(&self, name: &str) -> Result<String, String> {
        self.0.get(name).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| self.wrong(name, "string"))
    }

    fn optional_text(&self, name: &str) -> Result<Option<String>, String> {
        self.0.contains_key(name).then(|| self.text(name)).transpose()
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        let items = self.0.get(name).and_then(Value::as_array).ok_or_else(|| self.wrong(name, "array"))?;
        let text = |item: &Value| item.as_str().map(str::to_owned);
        items
            .iter()
            .map(text)
            .collect::<Option<_>>()
            .ok_or_else(|| format!("Parameters to rule are invalid: \"{name}\": Expected an array of strings"))
    }
}

/// The catalog's permissions and rules, as permission frameworks ask a plugin for them.
#[must_use]
pub fn metadata() -> Value {
    let on_entities = |name: &str, action: &str| json!({"type": "resource", "name": name, "attributes": {"action": action}, "resourceType": RESOURCE_TYPE});
    let basic = |name: &str, action: Option<&str>| {
        let attributes = action.map_or_else(|| json!({}), |action| json!({"action": action}));
        json!({"type": "basic", "name": name, "attributes": attributes})
    };
    json!({
        "permissions": [
            on_entities("catalog.entity.read", "read"),
            basic("catalog.entity.create", Some("create")),
            on_entities("catalog.entity.delete", "delete"),
            on_entities("catalog.entity.refresh", "update"),
            basic("catalog.entity.validate", None),
            basic("catalog.location.read", Some("read")),
            basic("catalog.location.create", Some("create")),
            basic("catalog.location.delete", Some("delete")),
            basic("catalog.location.analyze", None),
            basic("catalog.ingestion.read", Some("read")),
            basic("catalog.ingestion.manage", Some("update")),
        ],
        "rules": rules(),
    })
}

/// Descriptions and schemas are those that Backstage's plugin serves, since forms are made from them.
fn rules() -> Value {
    let rule = |name: &str, description: &str, properties: Value, required: &str| {
        json!({
            "name": name, "description": description, "resourceType": RESOURCE_TYPE,
            "paramsSchema": {
                "type": "object", "properties": properties, "required": [required], "additionalProperties": false,
                "$schema": "http://json-schema.org/draft-07/schema#",
            },
        })
    };
    let keyed = |rule_name: &str, name: &str| {
        let properties = json!({
            name: {"type": "string", "description": format!("Name of the {name} to match on")},
            "value": {"type": "string", "description": format!("Value of the {name} to match on")},
        });
        rule(rule_name, &format!("Allow entities with the specified {name}"), properties, name)
    };
    let leaf = |rule_name: &str, field: &str| {
        let properties = json!({
            "key": {"type": "string", "description": format!("Property within the entities {field} to match on")},
            "value": {"type": "string", "description": "Value of the given property to match on"},
        });
        rule(rule_name, &format!("Allow entities with the specified {field} subfield"), properties, "key")
    };
    let listed = |rule_name: &str, description: &str, name: &str, list: &str| {
        let list = json!({name: {"type": "array", "items": {"type": "string"}, "description": list}});
        rule(rule_name, description, list, name)
    };
    json!([
        keyed("HAS_ANNOTATION", "annotation"),
        keyed("HAS_LABEL", "label"),
        leaf("HAS_METADATA", "metadata"),
        leaf("HAS_SPEC", "spec"),
        listed(
            "IS_ENTITY_KIND",
            "Allow entities matching a specified kind",
            "kinds",
            "List of kinds to match at least one of"
        ),
        listed(
            "IS_ENTITY_OWNER",
            "Allow entities owned by a specified claim",
            "claims",
            "List of claims to match at least one on within ownedBy"
        ),
    ])
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn understood(name: &str, params: &Value) -> Result<EntityCondition, String> {
        let rule = json!({"rule": name, "resourceType": RESOURCE_TYPE, "params": params});
        EntityCondition::understand(&Criteria::parse(&rule).unwrap())
    }

    fn entity() -> Value {
        json!({
            "apiVersion": "x", "kind": "Component",
            "metadata": {
                "name": "a", "namespace": "default", "labels": {"Tier": "One"}, "tags": ["Java"],
                "annotations": {"a.b/c": "V".repeat(250)},
            },
            "spec": {"type": "Service", "owner": "g", "nothing": null, "n": 3},
            "relations": [{"type": "ownedBy", "targetRef": "group:default/g"}],
        })
    }

    #[test]
    fn each_rule_answers_as_recorded_of_the_real_catalog() {
        let long = "v".repeat(250);
        for (name, params, expected) in [
            ("IS_ENTITY_KIND", json!({"kinds": ["api", "COMPONENT"]}), true),
            ("IS_ENTITY_KIND", json!({"kinds": []}), false),
            ("IS_ENTITY_KIND", json!({"kinds": ["x"], "more": 1}), false),
            ("IS_ENTITY_OWNER", json!({"claims": ["group:default/g"]}), true),
            ("IS_ENTITY_OWNER", json!({"claims": ["Group:default/G"]}), false),
            ("HAS_LABEL", json!({"label": "tier"}), true),
            ("HAS_LABEL", json!({"label": "tier", "value": "ONE"}), true),
            ("HAS_LABEL", json!({"label": "tier", "value": ""}), false),
            ("HAS_ANNOTATION", json!({"annotation": "A.b/c", "value": long}), true),
            ("HAS_METADATA", json!({"key": "annotations.a.b/c", "value": long}), false),
            ("HAS_METADATA", json!({"key": "annotations.a.b/c"}), true),
            ("HAS_METADATA", json!({"key": "tags", "value": "java"}), true),
            ("HAS_METADATA", json!({"key": "tags.java"}), true),
            ("HAS_METADATA", json!({"key": "labels"}), false),
            ("HAS_METADATA", json!({"key": "name", "value": "A"}), true),
            ("HAS_SPEC", json!({"key": "nothing"}), true),
            ("HAS_SPEC", json!({"key": "nothing", "value": "null"}), false),
            ("HAS_SPEC", json!({"key": "n", "value": "3"}), true),
        ] {
            assert_eq!(understood(name, &params).unwrap().holds_for(&entity()), expected, "{name} {params}");
        }
    }

    #[test]
    fn wrong_parameters_and_unknown_rules_are_named() {
        for (name, params, complaint) in [
            ("NOPE", json!({}), "Permission rule 'NOPE' does not exist for resource type 'catalog-entity'"),
            (
                "IS_ENTITY_KIND",
                json!({"kinds": "x"}),
                "Parameters to rule are invalid: \"kinds\": Expected array, received string",
            ),
            ("HAS_METADATA", json!({}), "Parameters to rule are invalid: \"key\" is required"),
            (
                "HAS_LABEL",
                json!({"label": "a", "value": null}),
                "Parameters to rule are invalid: \"value\": Expected string, received null",
            ),
        ] {
            assert_eq!(understood(name, &params).unwrap_err(), complaint);
        }
        let without = json!({"rule": "IS_ENTITY_KIND", "resourceType": RESOURCE_TYPE});
        assert!(EntityCondition::understand(&Criteria::parse(&without).unwrap()).is_err());
    }

    #[test]
    fn a_rule_as_a_query_sees_terms() {
        for (name, params, expected) in [
            ("IS_ENTITY_KIND", json!({"kinds": ["API"]}), Filter::Values("kind".into(), vec!["api".into()])),
            (
                "IS_ENTITY_OWNER",
                json!({"claims": ["Group:default/G"]}),
                Filter::Values("relations.ownedby".into(), vec!["group:default/g".into()]),
            ),
            ("HAS_ANNOTATION", json!({"annotation": "A/b"}), Filter::Exists("metadata.annotations.a/b".into())),
            (
                "HAS_LABEL",
                json!({"label": "Tier", "value": "One"}),
                Filter::Values("metadata.labels.tier".into(), vec!["one".into()]),
            ),
            ("HAS_SPEC", json!({"key": "Type"}), Filter::Exists("spec.type".into())),
        ] {
            assert_eq!(understood(name, &params).unwrap().filter(), expected);
        }
    }
}
