//! What tenant-admin asks other services: groups of members, permissions and rules of the catalog and of plugins.

use crate::domain::grantable::{Grantable, Group, Told};
use crate::state::TenantAdmin;
use authz::Condition;
use axum::body::Body;
use axum::http::{Request, header};
use http_shell::{Caller, ServiceName, read_json};
use kernel::{Error, Result, TenantId};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;

/// Entities that are asked for at once.
const BATCH: usize = 500;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Plugins whose permissions are looked at.
const MAX_PLUGINS: usize = 200;

impl TenantAdmin {
    async fn ask(&self, tenant: TenantId, service: ServiceName, request: Request<Body>) -> Result<Value> {
        let Some(services) = &self.services else {
            return Err(Error::unavailable("The other services cannot be reached from here"));
        };
        let caller = Caller::service(tenant, "tenant-admin");
        let answered = async { read_json(services.call(service, &caller, request).await?).await };
        let late = || Error::unavailable(format!("The service {} took too long to answer", service.word()));
        tokio::time::timeout(PATIENCE, answered).await.map_err(|_| late())?
    }

    async fn post(&self, tenant: TenantId, service: ServiceName, path: &str, body: &Value) -> Result<Value> {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        self.ask(tenant, service, request.body(Body::from(body.to_string())).map_err(Error::internal)?).await
    }

    async fn get(&self, tenant: TenantId, service: ServiceName, path: &str) -> Result<Value> {
        self.ask(tenant, service, Request::get(path).body(Body::empty()).map_err(Error::internal)?).await
    }

    /// The refs of each of these people: their own entity, then the groups that the catalog says they are in.
    ///
    /// # Errors
    /// `Unavailable` when the catalog does not answer.
    pub(crate) async fn refs_of(&self, tenant: TenantId, users: &[&str]) -> Result<Vec<Vec<String>>> {
        let mut groups: HashMap<String, Vec<String>> = HashMap::new();
        if self.services.is_some() {
            for batch in users.chunks(BATCH) {
                let body = json!({"entityRefs": batch, "fields": ["relations"]});
                let answer = self.post(tenant, ServiceName::Catalog, "/api/catalog/entities/by-refs", &body).await?;
                let items = answer["items"].as_array().map(Vec::as_slice).unwrap_or_default();
                for (user, entity) in batch.iter().zip(items) {
                    let relations = entity["relations"].as_array().map(Vec::as_slice).unwrap_or_default();
                    let of = relations.iter().filter(|relation| relation["type"] == "memberOf");
                    let refs = of.filter_map(|relation| relation["targetRef"].as_str().map(str::to_owned));
                    groups.insert((*user).to_owned(), refs.collect());
                }
            }
        }
        let refs = |user: &&str| {
            std::iter::once((*user).to_owned()).chain(groups.remove(*user).unwrap_or_default()).collect::<Vec<_>>()
        };
        Ok(users.iter().map(refs).collect())
    }

    /// All that policies can be made of in this organisation. Whoever does not answer is among the silent.
    pub(crate) async fn grantable(&self, tenant: TenantId) -> Grantable {
        let path = "/api/catalog/.well-known/backstage/permissions/metadata";
        let (catalog, plugins) =
            tokio::join!(self.get(tenant, ServiceName::Catalog, path), self.permissions_of_plugins(tenant));
        let mut silent = Vec::new();
        let mut told = match catalog {
            Ok(metadata) if metadata["permissions"].is_array() => vec![of_plugin("catalog", "Catalog", metadata)],
            _ => {
                silent.push("catalog".to_owned());
                Vec::new()
            }
        };
        match plugins {
            Ok((plugins, unknown)) => {
                told.extend(plugins);
                silent.extend(unknown);
            }
            Err(error) => {
                tracing::warn!(%tenant, %error, "no list of the plugins' permissions");
                silent.push("plugins".to_owned());
            }
        }
        Grantable::of(&told, silent)
    }

    /// What the plugins of the organisation told of their permissions, and those that were not asked yet. The plugin
    /// host keeps it, so no worker is woken.
    async fn permissions_of_plugins(&self, tenant: TenantId) -> Result<(Vec<Told>, Vec<String>)> {
        let answer = self.get(tenant, ServiceName::PluginHost, "/api/plugins/v1/permissions").await?;
        let items = answer.as_array().ok_or_else(|| Error::unavailable("The plugin host's answer is no list"))?;
        let (mut told, mut unknown) = (Vec::new(), Vec::new());
        for item in items.iter().take(MAX_PLUGINS) {
            let Some(plugin_id) = item["pluginId"].as_str().filter(|id| *id != "catalog") else { continue };
            if item["described"] == false {
                unknown.push(plugin_id.to_owned());
            } else {
                told.push(of_plugin(plugin_id, item["title"].as_str().unwrap_or(plugin_id), item.clone()));
            }
        }
        Ok((told, unknown))
    }

    /// Whether a condition holds for a resource, as the plugin that knows its rules applies it.
    ///
    /// # Errors
    /// `Unavailable` when the plugin does not answer; `NotFound` when it is not there or applies no conditions; `Input`
    /// when it does not understand the condition.
    pub(crate) async fn condition_holds(
        &self,
        tenant: TenantId,
        resource_ref: &str,
        condition: &Condition,
    ) -> Result<bool> {
        let Condition { plugin_id, resource_type, criteria } = condition;
        let item = json!({"id": "1", "resourceRef": resource_ref, "resourceType": resource_type,
            "conditions": criteria.to_json()});
        let service = if plugin_id == "catalog" { ServiceName::Catalog } else { ServiceName::PluginHost };
        let name = utf8_percent_encode(plugin_id, NON_ALPHANUMERIC);
        let path = format!("/api/{name}/.well-known/backstage/permissions/apply-conditions");
        let answer = self.post(tenant, service, &path, &json!({"items": [item]})).await?;
        Ok(answer.pointer("/items/0/result") == Some(&json!("ALLOW")))
    }
}

fn of_plugin(plugin_id: &str, title: &str, metadata: Value) -> Told {
    Told { group: Group { plugin_id: plugin_id.to_owned(), title: title.to_owned() }, metadata }
}
