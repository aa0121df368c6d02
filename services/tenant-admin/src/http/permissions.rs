//! Every permission that a rule can name, and every rule that a condition can be made of.

use crate::state::TenantAdmin;
use authz::{Permission, Role};
use axum::extract::State;
use futures::StreamExt as _;
use http_shell::{Caller, Json, Result};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Plugins that are asked at the same time.
const AT_ONCE: usize = 8;
/// Plugins that are asked at all.
const MAX_PLUGINS: usize = 100;

/// A permission.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KnownPermission {
    name: String,
    /// Whose it is: `catalog`, or a plugin's id; `portal` for our own.
    plugin_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(required = false)]
    description: String,
    /// The kind of resource that conditions on it are about; left out where it takes none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    resource_type: Option<String>,
    /// The plugin that knows the rules for that kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    condition_plugin_id: Option<String>,
    /// Built-in roles that come with it.
    roles: Vec<&'static str>,
}

/// A rule for conditions.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KnownRule {
    plugin_id: String,
    resource_type: String,
    name: String,
    description: String,
    /// JSON schema of its parameters.
    #[schema(value_type = Object)]
    params_schema: Value,
}

/// Everything that rules and conditions can be made of.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PermissionCatalogue {
    permissions: Vec<KnownPermission>,
    rules: Vec<KnownRule>,
    /// Plugins that were asked for their permissions and did not answer.
    silent: Vec<String>,
}

/// Lists the permissions of the portal and of installed plugins, and the rules that conditions can be made of.
#[utoipa::path(get, path = "/api/tenant-admin/v1/policies/permissions", tag = "policies",
    responses((status = 200, body = PermissionCatalogue)))]
pub(crate) async fn list_permissions(
    State(admin): State<TenantAdmin>,
    caller: Caller,
) -> Result<Json<PermissionCatalogue>> {
    let mut silent = Vec::new();
    let mut plugins = admin.plugins_with_backend(caller.tenant).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "no list of plugins");
        silent.push("plugins".to_owned());
        Vec::new()
    });
    plugins.truncate(MAX_PLUGINS);
    plugins.insert(0, "catalog".to_owned());
    let asked = futures::stream::iter(plugins).map(|plugin| async {
        let metadata = admin.permission_metadata(caller.tenant, &plugin).await;
        (plugin, metadata)
    });
    let answers: Vec<_> = asked.buffered(AT_ONCE).collect().await;
    let mut permissions: BTreeMap<String, KnownPermission> = own().map(|one| (one.name.clone(), one)).collect();
    let mut rules = Vec::new();
    for (plugin, metadata) in answers {
        match metadata {
            Ok(metadata) => {
                for one in described(&plugin, &metadata) {
                    permissions.entry(one.name.clone()).or_insert(one);
                }
                rules.extend(described_rules(&plugin, &metadata));
            }
            // A plugin without permissions of its own has nothing at this address.
            Err(error) if error.kind == kernel::ErrorKind::NotFound => {}
            Err(_) => silent.push(plugin),
        }
    }
    Ok(Json(PermissionCatalogue { permissions: permissions.into_values().collect(), rules, silent }))
}

fn own() -> impl Iterator<Item = KnownPermission> {
    let assignable = Permission::ALL.iter().filter(|permission| permission.is_assignable());
    assignable.map(|permission| {
        let resource = permission.resource();
        let plugin = permission.name().split('.').next().filter(|first| matches!(*first, "catalog" | "scaffolder"));
        KnownPermission {
            name: permission.name().to_owned(),
            plugin_id: plugin.unwrap_or("portal").to_owned(),
            description: permission.description().to_owned(),
            resource_type: resource.map(|(_, kind)| kind.to_owned()),
            condition_plugin_id: resource.map(|(plugin, _)| plugin.to_owned()),
            roles: holding(permission.name()),
        }
    })
}

fn holding(name: &str) -> Vec<&'static str> {
    Role::ASSIGNABLE.into_iter().filter(|role| role.holds(name)).map(Role::name).collect()
}

fn text(value: &Value, key: &str) -> Option<String> {
    value[key].as_str().filter(|text| text.len() <= 1_000).map(str::to_owned)
}

fn list<'v>(metadata: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    metadata[key].as_array().into_iter().flatten().take(500)
}

fn described(plugin: &str, metadata: &Value) -> Vec<KnownPermission> {
    let permission = |value: &Value| {
        let name = text(value, "name")?;
        // One that is ours takes the conditions that we apply, whatever somebody else says of it.
        let resource_type = text(value, "resourceType").filter(|_| Permission::named(&name).is_none());
        Some(KnownPermission {
            plugin_id: plugin.to_owned(),
            description: String::new(),
            condition_plugin_id: resource_type.as_ref().map(|_| plugin.to_owned()),
            resource_type,
            roles: holding(&name),
            name,
        })
    };
    list(metadata, "permissions").filter_map(permission).collect()
}

fn described_rules(plugin: &str, metadata: &Value) -> Vec<KnownRule> {
    let rule = |value: &Value| {
        Some(KnownRule {
            plugin_id: plugin.to_owned(),
            resource_type: text(value, "resourceType")?,
            name: text(value, "name")?,
            description: text(value, "description").unwrap_or_default(),
            params_schema: value["paramsSchema"].clone(),
        })
    };
    list(metadata, "rules").filter_map(rule).collect()
}
