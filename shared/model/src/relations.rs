//! Relations that follow from an entity's spec, in both directions.

use crate::Refusal;
use crate::entity::{Envelope, parse_ref};
use crate::validate::Layer;
use serde_json::Value;
use std::borrow::Cow;

/// One directed edge; ends are stored keys (`component:default/orders`), whether or not such an entity exists.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Relation {
    /// The entity that shows the relation.
    pub source: String,
    /// For example `ownedBy`.
    pub kind: Cow<'static, str>,
    /// The entity that it points at.
    pub target: String,
}

/// A spec field that names other entities.
struct Field {
    name: &'static str,
    default_kind: Option<&'static str>,
    forward: &'static str,
    reverse: &'static str,
}

const fn field(
    name: &'static str,
    default_kind: Option<&'static str>,
    forward: &'static str,
    reverse: &'static str,
) -> Field {
    Field { name, default_kind, forward, reverse }
}

const OWNER: Field = field("owner", Some("Group"), "ownedBy", "ownerOf");
const SYSTEM: Field = field("system", Some("System"), "partOf", "hasPart");
const DEPENDS_ON: Field = field("dependsOn", None, "dependsOn", "dependencyOf");
const DEPENDENCY_OF: Field = field("dependencyOf", None, "dependencyOf", "dependsOn");

/// The relation fields of each kind, in the order in which Backstage reads them.
fn fields(envelope: &Envelope<'_>, spec_type: Option<&str>) -> &'static [Field] {
    match envelope.kind {
        "Component" => {
            const {
                &[
                    OWNER,
                    field("subcomponentOf", Some("Component"), "partOf", "hasPart"),
                    field("providesApis", Some("API"), "providesApi", "apiProvidedBy"),
                    field("consumesApis", Some("API"), "consumesApi", "apiConsumedBy"),
                    DEPENDS_ON,
                    DEPENDENCY_OF,
                    SYSTEM,
                ]
            }
        }
        "API" => const { &[OWNER, SYSTEM] },
        "Resource" => const { &[OWNER, DEPENDS_ON, DEPENDENCY_OF, SYSTEM] },
        "User" => const { &[field("memberOf", Some("Group"), "memberOf", "hasMember")] },
        "Group" => {
            const {
                &[
                    field("parent", Some("Group"), "childOf", "parentOf"),
                    field("children", Some("Group"), "parentOf", "childOf"),
                    field("members", Some("User"), "hasMember", "memberOf"),
                ]
            }
        }
        "System" => const { &[OWNER, field("domain", Some("Domain"), "partOf", "hasPart")] },
        "Domain" => const { &[OWNER, field("subdomainOf", Some("Domain"), "partOf", "hasPart")] },
        "Template" if envelope.api_version == "scaffolder.backstage.io/v1beta3" => const { &[OWNER] },
        "AiResource" => match spec_type {
            Some("skill") => {
                const { &[OWNER, SYSTEM, field("dependsOn", Some("AiResource"), "dependsOn", "dependencyOf")] }
            }
            Some("plugin") => const { &[OWNER, SYSTEM, field("skills", Some("AiResource"), "hasPart", "partOf")] },
            Some("marketplace") => {
                const { &[OWNER, SYSTEM, field("plugins", Some("AiResource"), "hasPart", "partOf")] }
            }
            _ => const { &[OWNER, SYSTEM] },
        },
        _ => &[],
    }
}

/// A spec field of a built-in kind that names other entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelationField {
    /// For example `owner`.
    pub name: &'static str,
    /// For example `ownedBy`.
    pub forward: &'static str,
    /// For example `ownerOf`.
    pub reverse: &'static str,
    /// The kind of a reference that names none.
    pub default_kind: Option<&'static str>,
    /// Whether it holds a list.
    pub is_list: bool,
}

/// The fields of a built-in kind that make relations.
pub fn fields_of(kind: &str) -> impl Iterator<Item = RelationField> {
    let envelope = Envelope { api_version: "scaffolder.backstage.io/v1beta3", kind, namespace: "", name: "" };
    fields(&envelope, None).iter().map(|field| RelationField {
        name: field.name,
        forward: field.forward,
        reverse: field.reverse,
        default_kind: field.default_kind,
        is_list: matches!(field.forward, "providesApi" | "consumesApi" | "dependsOn" | "dependencyOf" | "memberOf")
            || matches!(field.name, "children" | "members"),
    })
}

/// All relations of a validated entity: each forward edge followed by its reverse. Not sorted, may repeat.
///
/// # Errors
/// A field holds a text that is no entity reference.
pub fn relations(entity: &Value) -> Result<Vec<Relation>, Refusal> {
    let Some(envelope) = Envelope::of(entity) else { return Ok(Vec::new()) };
    let Some(spec) = entity.get("spec").and_then(Value::as_object) else { return Ok(Vec::new()) };
    let own = envelope.key();
    let mut found = Vec::new();
    for field in fields(&envelope, spec.get("type").and_then(Value::as_str)) {
        let texts: &[Value] = match spec.get(field.name) {
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) if text.is_empty() => continue,
            Some(Value::Array(items)) => items,
            Some(one) => std::slice::from_ref(one),
        };
        for (index, text) in texts.iter().enumerate() {
            let target = parse_ref(text.as_str().unwrap_or_default(), field.default_kind, envelope.namespace)
                .map_err(|error| {
                    let list = spec.get(field.name).is_some_and(Value::is_array);
                    let place =
                        if list { format!("/spec/{}/{index}", field.name) } else { format!("/spec/{}", field.name) };
                    Refusal::relation(Layer::Builtin, error.name, error.message, place)
                })?
                .key();
            found.push(Relation { source: own.clone(), kind: field.forward.into(), target: target.clone() });
            found.push(Relation { source: target, kind: field.reverse.into(), target: own.clone() });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn edges(entity: &Value) -> Vec<String> {
        relations(entity).unwrap().iter().map(|edge| format!("{} {} {}", edge.source, edge.kind, edge.target)).collect()
    }

    #[test]
    fn short_references_take_the_kind_of_their_field_and_the_namespace_of_their_entity() {
        let entity = json!({"apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": "Web", "namespace": "team-a"},
            "spec": {"owner": "Ops", "system": "group-b/shop", "dependsOn": ["resource:db"]}});
        assert_eq!(
            edges(&entity),
            [
                "component:team-a/web ownedBy group:team-a/ops",
                "group:team-a/ops ownerOf component:team-a/web",
                "component:team-a/web dependsOn resource:team-a/db",
                "resource:team-a/db dependencyOf component:team-a/web",
                "component:team-a/web partOf system:group-b/shop",
                "system:group-b/shop hasPart component:team-a/web",
            ]
        );
    }

    #[test]
    fn groups_and_users_relate_both_ways() {
        let group = json!({"apiVersion": "v", "kind": "Group", "metadata": {"name": "g"}, "spec": {"parent": "p", "children": ["c"], "members": ["u"]}});
        let forward: Vec<_> = edges(&group).into_iter().step_by(2).collect();
        assert_eq!(
            forward,
            [
                "group:default/g childOf group:default/p",
                "group:default/g parentOf group:default/c",
                "group:default/g hasMember user:default/u"
            ]
        );
        let user = json!({"apiVersion": "v", "kind": "User", "metadata": {"name": "u"}, "spec": {"memberOf": ["g"]}});
        assert_eq!(edges(&user)[1], "group:default/g hasMember user:default/u");
    }

    #[test]
    fn a_dependency_must_name_its_kind() {
        let entity = json!({"apiVersion": "v", "kind": "Component", "metadata": {"name": "w"}, "spec": {"dependsOn": ["component:ok", "plain"]}});
        let refusal = relations(&entity).unwrap_err();
        assert_eq!(refusal.pointer(), Some("/spec/dependsOn/1"));
        assert!(refusal.message().starts_with("Processor BuiltinKindsEntityProcessor threw an error while postprocessing; caused by Error: Entity reference \"plain\""));
    }

    #[test]
    fn kinds_without_relations_have_none() {
        let entity = json!({"apiVersion": "v", "kind": "Location", "metadata": {"name": "l"}, "spec": {"owner": "x"}});
        assert!(edges(&entity).is_empty());
    }
}
