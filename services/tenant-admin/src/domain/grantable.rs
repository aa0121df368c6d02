//! What policies can be made of: the permissions of the portal and of installed plugins, and rules for conditions.
//!
//! What plugins say of themselves is not believed beyond their own: no plugin can make a permission of ours another
//! one, nor speak for the rules of somebody else's resources.

use super::rule_params;
use authz::{Condition, Criteria, Document, Permission, PolicyRule, Problems, Role};
use serde::Serialize;
use serde_json::Value;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use utoipa::ToSchema;

/// Permissions or rules of one plugin that are taken.
const MAX_OF_ONE: usize = 500;
/// Longest text that is taken, in bytes.
const MAX_TEXT: usize = 1_000;
/// The plugin whose rules anybody's permissions on entities go by.
const CATALOG: &str = "catalog";

/// Whose permissions these are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PermissionGroup)]
pub struct Group {
    /// `catalog`, `scaffolder`, `portal`, or a plugin's id.
    pub plugin_id: String,
    /// For people.
    pub title: String,
}

/// A permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KnownPermission {
    /// For example `catalog.entity.read`.
    pub name: String,
    /// Whose it is: `catalog`, or a plugin's id; `portal` for our own.
    pub plugin_id: String,
    /// As a sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(required = false)]
    pub description: String,
    /// What is done, in the plugin's own word: `create`, `read`, `update` or `delete`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub action: Option<String>,
    /// The kind of resource that it is about; left out where it is about none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub resource_type: Option<String>,
    /// The plugin that knows the rules for that kind; left out where there are none, so that it takes no condition.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub condition_plugin_id: Option<String>,
    /// Built-in roles that come with it.
    pub roles: Vec<&'static str>,
}

/// A rule for conditions.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KnownRule {
    /// The plugin that applies it.
    pub plugin_id: String,
    /// What it is about.
    pub resource_type: String,
    /// For example `IS_ENTITY_KIND`.
    pub name: String,
    /// As a sentence.
    pub description: String,
    /// JSON schema of its parameters.
    #[schema(value_type = Object)]
    pub params_schema: Value,
}

/// What one plugin says of its permissions, as Backstage's plugins do: `{"permissions": […], "rules": […]}`.
#[derive(Debug, Clone)]
pub struct Told {
    /// Which plugin, and its title.
    pub group: Group,
    /// Its words.
    pub metadata: Value,
}

/// Everything that rules and conditions can be made of.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PermissionCatalogue)]
pub struct Grantable {
    /// Whose permissions there are, in the order in which they are shown.
    pub groups: Vec<Group>,
    /// By name.
    pub permissions: Vec<KnownPermission>,
    /// By plugin.
    pub rules: Vec<KnownRule>,
    /// Plugins whose permissions are not known now; `plugins`: it is not even known which there are.
    pub silent: Vec<String>,
}

impl Grantable {
    /// Puts together what is ours and what plugins told.
    #[must_use]
    pub fn of(told: &[Told], silent: Vec<String>) -> Self {
        let rules: Vec<KnownRule> = told.iter().flat_map(described_rules).collect();
        let mut permissions: BTreeMap<String, KnownPermission> = own().map(|one| (one.name.clone(), one)).collect();
        for one in told.iter().flat_map(|told| described(told, &rules)) {
            match permissions.entry(one.name.clone()) {
                Entry::Occupied(mut known) if known.get().plugin_id == one.plugin_id => {
                    known.get_mut().action = one.action
                }
                // The first plugin of those that name it; and one of ours stays what it is.
                Entry::Occupied(_) => {}
                Entry::Vacant(_) if Permission::named(&one.name).is_some() => {}
                Entry::Vacant(free) => {
                    free.insert(one);
                }
            }
        }
        let permissions: Vec<KnownPermission> = permissions.into_values().collect();
        let ours = [(CATALOG, "Catalog"), ("scaffolder", "Templates"), ("portal", "Portal")];
        let ours = ours.map(|(id, title)| Group { plugin_id: id.to_owned(), title: title.to_owned() });
        let is_theirs = |group: &&Group| !ours.iter().any(|own| own.plugin_id == group.plugin_id);
        let has_some = |group: &&Group| permissions.iter().any(|one| one.plugin_id == group.plugin_id);
        let theirs = told.iter().map(|told| &told.group).filter(is_theirs).filter(has_some);
        let groups = ours.iter().chain(theirs).cloned().collect();
        Self { groups, permissions, rules, silent }
    }

    /// What is wrong with these rules, by the paths of their fields. Nothing is said of permissions that are not known:
    /// their plugin may be gone, or come later.
    #[must_use]
    pub fn problems(&self, rules: &[Placed<'_>]) -> Problems {
        let problem = |placed: &Placed<'_>| {
            let condition = placed.rule.condition.as_ref()?;
            let problem = self.problem_of(&placed.rule.permission, condition)?;
            Some((format!("{}.condition", placed.path), problem))
        };
        rules.iter().filter_map(problem).collect()
    }

    fn problem_of(&self, permission: &str, condition: &Condition) -> Option<String> {
        let about = (condition.plugin_id.as_str(), condition.resource_type.as_str());
        if let Some(known) = self.permissions.iter().find(|known| known.name == permission) {
            let right = known.condition_plugin_id.as_deref().zip(known.resource_type.as_deref());
            match right {
                // Without the catalog it is not known that it has rules for permissions of plugins.
                None if self.is_silent(&condition.plugin_id) => return None,
                None => return Some(format!("There are no rules for {permission}, so it takes no condition.")),
                Some(right) if right != about => {
                    return Some(format!("Conditions on {permission} are those of {} on {}.", right.0, right.1));
                }
                Some(_) => {}
            }
        }
        let is_known = self.groups.iter().any(|group| group.plugin_id == condition.plugin_id);
        if !is_known || self.is_silent(&condition.plugin_id) {
            return None;
        }
        self.problem_in(&condition.criteria, about)
    }

    fn is_silent(&self, plugin_id: &str) -> bool {
        self.silent.iter().any(|silent| silent == plugin_id)
    }

    fn problem_in(&self, criteria: &Criteria, about: (&str, &str)) -> Option<String> {
        match criteria {
            Criteria::AllOf(parts) | Criteria::AnyOf(parts) => {
                parts.iter().find_map(|part| self.problem_in(part, about))
            }
            Criteria::Not(part) => self.problem_in(part, about),
            Criteria::Rule(called) => {
                let is_meant = |rule: &&KnownRule| {
                    (rule.plugin_id.as_str(), rule.resource_type.as_str()) == about
                        && (rule.name == called.name && called.resource_type == rule.resource_type)
                };
                let (plugin, kind) = about;
                let Some(rule) = self.rules.iter().find(is_meant) else {
                    return Some(match called.name.as_str() {
                        "" => "Choose a rule.".to_owned(),
                        name => format!("{plugin} has no rule {name} for {kind}."),
                    });
                };
                let problem = rule_params::problem(&rule.params_schema, called.params.as_ref())?;
                Some(format!("{}: {problem}", rule.name))
            }
        }
    }
}

/// A rule of a document and where it is: `roles.0.rules.2`.
#[derive(Debug, Clone)]
pub struct Placed<'d> {
    path: String,
    rule: &'d PolicyRule,
}

/// The rules with conditions that none of `kept` has as they are: what held or was drafted before may stay, whatever
/// became of the plugin that it is about.
#[must_use]
pub fn new_conditions<'d>(document: &'d Document, kept: &[Document]) -> Vec<Placed<'d>> {
    let text = |rule: &PolicyRule| {
        rule.condition.clone().map(|condition| format!("{} {}", rule.permission, Value::from(condition)))
    };
    let kept: HashSet<String> = kept.iter().flat_map(Document::rules).filter_map(|(_, rule)| text(rule)).collect();
    let placed = |(i, j, rule): (usize, usize, &'d PolicyRule)| {
        let is_new = text(rule).is_some_and(|text| !kept.contains(&text));
        is_new.then(|| Placed { path: format!("roles.{i}.rules.{j}"), rule })
    };
    let of_role =
        |(i, role): (usize, &'d authz::CustomRole)| role.rules.iter().enumerate().map(move |(j, rule)| (i, j, rule));
    document.roles.iter().enumerate().flat_map(of_role).filter_map(placed).collect()
}

fn own() -> impl Iterator<Item = KnownPermission> {
    let assignable = Permission::ALL.iter().filter(|permission| permission.is_assignable());
    assignable.map(|permission| {
        let resource = permission.resource();
        let plugin = permission.name().split('.').next().filter(|first| matches!(*first, CATALOG | "scaffolder"));
        KnownPermission {
            name: permission.name().to_owned(),
            plugin_id: plugin.unwrap_or("portal").to_owned(),
            description: permission.description().to_owned(),
            action: None,
            resource_type: resource.map(|(_, kind)| kind.to_owned()),
            condition_plugin_id: resource.map(|(plugin, _)| plugin.to_owned()),
            roles: holding(permission.name()),
        }
    })
}

fn holding(name: &str) -> Vec<&'static str> {
    Role::ASSIGNABLE.into_iter().filter(|role| role.holds(name)).map(Role::name).collect()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty() && text.len() <= MAX_TEXT).map(str::to_owned)
}

fn list<'v>(metadata: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    metadata[key].as_array().into_iter().flatten().take(MAX_OF_ONE)
}

fn described<'t>(told: &'t Told, rules: &'t [KnownRule]) -> impl Iterator<Item = KnownPermission> + 't {
    let plugin = told.group.plugin_id.as_str();
    list(&told.metadata, "permissions").filter_map(move |value| {
        let name = text(&value["name"])?;
        let resource_type = text(&value["resourceType"]);
        // A permission on entities that a plugin asks about goes by the catalog's rules, as in Backstage.
        let has_rules = |owner: &&str| {
            rules.iter().any(|rule| rule.plugin_id == *owner && Some(&rule.resource_type) == resource_type.as_ref())
        };
        Some(KnownPermission {
            plugin_id: plugin.to_owned(),
            description: String::new(),
            action: text(&value["attributes"]["action"]),
            condition_plugin_id: [plugin, CATALOG].into_iter().find(has_rules).map(str::to_owned),
            resource_type,
            roles: holding(&name),
            name,
        })
    })
}

fn described_rules(told: &Told) -> impl Iterator<Item = KnownRule> + '_ {
    list(&told.metadata, "rules").filter_map(|value| {
        Some(KnownRule {
            plugin_id: told.group.plugin_id.clone(),
            resource_type: text(&value["resourceType"])?,
            name: text(&value["name"])?,
            description: text(&value["description"]).unwrap_or_default(),
            params_schema: value["paramsSchema"].clone(),
        })
    })
}

#[cfg(test)]
#[path = "grantable_tests.rs"]
mod tests;
