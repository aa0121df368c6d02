//! What tenant-admin asks other services: groups of members, rules and permissions of plugins.

use crate::state::TenantAdmin;
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

    /// Permissions and rules, as the plugin describes them; `catalog` is our own.
    ///
    /// # Errors
    /// `Unavailable` when it does not answer, `NotFound` when it describes none.
    pub(crate) async fn permission_metadata(&self, tenant: TenantId, plugin: &str) -> Result<Value> {
        let service = if plugin == "catalog" { ServiceName::Catalog } else { ServiceName::PluginHost };
        let name = utf8_percent_encode(plugin, NON_ALPHANUMERIC);
        self.get(tenant, service, &format!("/api/{name}/.well-known/backstage/permissions/metadata")).await
    }

    /// Ids of the installed plugins that have a back end.
    ///
    /// # Errors
    /// `Unavailable` when the plugin host does not answer.
    pub(crate) async fn plugins_with_backend(&self, tenant: TenantId) -> Result<Vec<String>> {
        let answer = self.get(tenant, ServiceName::PluginHost, "/api/plugins/v1/installed").await?;
        let items = answer["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        let with_backend = items.iter().filter(|item| item["hasBackend"] == true);
        Ok(with_backend.filter_map(|item| item["pluginId"].as_str().map(str::to_owned)).collect())
    }

    /// Whether a condition holds for an entity, as the catalog applies it.
    ///
    /// # Errors
    /// `Unavailable` when the catalog does not answer; `Input` when it does not understand the condition.
    pub(crate) async fn condition_holds(&self, tenant: TenantId, entity_ref: &str, criteria: &Value) -> Result<bool> {
        let item =
            json!({"id": "1", "resourceRef": entity_ref, "resourceType": "catalog-entity", "conditions": criteria});
        let path = "/api/catalog/.well-known/backstage/permissions/apply-conditions";
        let answer = self.post(tenant, ServiceName::Catalog, path, &json!({"items": [item]})).await?;
        Ok(answer.pointer("/items/0/result") == Some(&json!("ALLOW")))
    }
}
