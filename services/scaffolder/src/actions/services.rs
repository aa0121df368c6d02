//! What actions ask of other services: the catalog's entities, and the reading of the outside world.

use super::recorded::Recorded;
use crate::domain::failure::{Failure, Outcome};
use authz::Criteria;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Request, Response, StatusCode};
use http_shell::{Caller, ServiceClient, ServiceName, read_json};
use kernel::{EntityRef, Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

/// The largest single file that a template may fetch.
const MAX_FILE_BYTES: usize = 20 << 20;

/// Other services, on behalf of one caller; in a test of a template, what it records of them.
#[derive(Debug, Clone)]
pub struct Services(World);

#[derive(Debug, Clone)]
enum World {
    Real(Box<(ServiceClient, Caller)>),
    Recorded(Arc<Recorded>),
}

/// A file of a repository, as `integrations` takes and gives it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TreeFile {
    /// Relative, with `/` between names.
    pub path: String,
    /// Whether it may be executed.
    #[serde(default)]
    pub executable: bool,
    /// Its bytes, in base64.
    pub content: String,
}

impl TreeFile {
    /// Wraps a file's bytes.
    #[must_use]
    pub fn new(path: String, executable: bool, content: &[u8]) -> Self {
        Self { path, executable, content: STANDARD.encode(content) }
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// When they are not in base64.
    pub fn bytes(&self) -> Outcome<Vec<u8>> {
        STANDARD.decode(&self.content).map_err(|error| Failure::error(format!("{}: {error}", self.path)))
    }
}

/// Where a push went.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pushed {
    /// URL of the repository.
    pub remote_url: String,
    /// URL below which the branch's files can be read.
    pub repo_contents_url: String,
    /// The commit.
    pub commit_hash: String,
}

/// What to push.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Push<'a> {
    /// URL of the repository.
    pub remote_url: &'a str,
    /// To which branch.
    pub branch: &'a str,
    /// The commit's message.
    pub message: &'a str,
    /// Everything that the commit holds.
    pub files: Vec<TreeFile>,
}

impl Services {
    /// Services as `caller` may use them.
    #[must_use]
    pub fn new(client: ServiceClient, caller: Caller) -> Self {
        Self(World::Real(Box::new((client, caller))))
    }

    /// Services that know what is recorded, and nothing else.
    #[must_use]
    pub const fn recorded(recorded: Arc<Recorded>) -> Self {
        Self(World::Recorded(recorded))
    }

    /// What is recorded, in a test of a template.
    #[must_use]
    pub fn recording(&self) -> Option<&Recorded> {
        match &self.0 {
            World::Real(_) => None,
            World::Recorded(recorded) => Some(recorded),
        }
    }

    /// The entity with this reference, if the catalog has it and the caller may see it.
    ///
    /// # Errors
    /// Those of the catalog but "not found".
    pub async fn entity(&self, entity_ref: &EntityRef) -> Result<Option<Value>> {
        if let Some(recorded) = self.recording() {
            return Ok(recorded.entity(entity_ref));
        }
        let part = |text: &str| percent_encode(text);
        let path = format!(
            "/api/catalog/entities/by-name/{}/{}/{}",
            part(&entity_ref.kind),
            part(&entity_ref.namespace),
            part(&entity_ref.name)
        );
        let response = self.send(ServiceName::Catalog, Method::GET, &path, None).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        read_json(response).await.map(Some)
    }

    /// The entities with these keys, in this order, null where there is none.
    ///
    /// # Errors
    /// Those of the catalog.
    pub async fn entities(&self, keys: &[String]) -> Result<Vec<Value>> {
        #[derive(Deserialize)]
        struct Answer {
            items: Vec<Value>,
        }
        if let Some(recorded) = self.recording() {
            return Ok(keys.iter().map(|key| recorded.entities.get(key).cloned().unwrap_or_default()).collect());
        }
        let body = json!({ "entityRefs": keys });
        let response =
            self.send(ServiceName::Catalog, Method::POST, "/api/catalog/entities/by-refs", Some(body)).await?;
        Ok(read_json::<Answer>(response).await?.items)
    }

    /// Whether a condition on entities holds for this one, as the catalog applies it. What the caller may not see is
    /// answered like what is not there: it does not hold.
    ///
    /// # Errors
    /// Those of the catalog.
    pub async fn condition_holds(&self, key: &str, criteria: &Criteria) -> Result<bool> {
        let item = json!({"id": "1", "resourceRef": key, "resourceType": "catalog-entity",
            "conditions": criteria.to_json()});
        let path = "/api/catalog/.well-known/backstage/permissions/apply-conditions";
        let response = self.send(ServiceName::Catalog, Method::POST, path, Some(json!({"items": [item]}))).await?;
        let answer: Value = read_json(response).await?;
        Ok(answer.pointer("/items/0/result") == Some(&json!("ALLOW")))
    }

    /// Registers a location, or only reads what it would bring.
    ///
    /// # Errors
    /// Those of the catalog: it exists already, it cannot be read.
    pub async fn add_location(&self, target: &str, dry_run: bool) -> Result<Vec<Value>> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            entities: Vec<Value>,
        }
        let query = if dry_run { "?dryRun=true" } else { "" };
        let body = json!({"type": "url", "target": target});
        let path = format!("/api/catalog/locations{query}");
        let response = self.send(ServiceName::Catalog, Method::POST, &path, Some(body)).await?;
        Ok(read_json::<Answer>(response).await?.entities)
    }

    /// The bytes at a URL; a token of one's own goes to its source host.
    ///
    /// # Errors
    /// Those of the reading: refused, not there, too large, not reached.
    pub async fn read_url(&self, url: &str, token: Option<&str>) -> Result<Vec<u8>> {
        if let Some(recorded) = self.recording() {
            return recorded.file(url);
        }
        let body = json!({"url": url, "token": token, "maxBytes": MAX_FILE_BYTES, "priority": "user"});
        let path = "/internal/integrations/v1/read";
        let response = self.send(ServiceName::Integrations, Method::POST, path, Some(body)).await?;
        if !response.status().is_success() {
            return Err(read_json::<Value>(response).await.err().unwrap_or_else(|| Error::unavailable("No answer")));
        }
        let bytes = axum::body::to_bytes(response.into_body(), MAX_FILE_BYTES).await.map_err(Error::internal)?;
        Ok(bytes.to_vec())
    }

    /// The files below a URL; a token of one's own goes to its source host.
    ///
    /// # Errors
    /// Those of the reading; `InputError` when the URL is not one of a folder in a repository.
    pub async fn read_tree(&self, url: &str, token: Option<&str>) -> Result<Vec<TreeFile>> {
        #[derive(Deserialize)]
        struct Answer {
            files: Vec<TreeFile>,
        }
        if let Some(recorded) = self.recording() {
            return recorded.folder(url);
        }
        let path = "/internal/integrations/v1/tree";
        let response = self
            .send(
                ServiceName::Integrations,
                Method::POST,
                path,
                Some(json!({"url": url, "token": token, "priority": "user"})),
            )
            .await?;
        Ok(read_json::<Answer>(response).await?.files)
    }

    /// Commits files and pushes them.
    ///
    /// # Errors
    /// Those of the push: refused, not reached, rejected by the remote.
    pub async fn push(&self, push: &Push<'_>) -> Result<Pushed> {
        let body = serde_json::to_value(push).map_err(Error::internal)?;
        let response =
            self.send(ServiceName::Integrations, Method::POST, "/internal/integrations/v1/push", Some(body)).await?;
        read_json(response).await
    }

    async fn send(
        &self,
        service: ServiceName,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Response<Body>> {
        let mut request = Request::builder().method(method).uri(path);
        let body = match body {
            Some(value) => {
                request = request.header(http::header::CONTENT_TYPE, "application/json");
                Body::from(value.to_string())
            }
            None => Body::empty(),
        };
        let request = request.body(body).map_err(Error::internal)?;
        let World::Real(real) = &self.0 else {
            return Err(Error::unavailable("A test of a template asks no other service: record the action's answer"));
        };
        let (client, caller) = &**real;
        // The routes below /internal/ serve our own services only; what the caller may do was decided before.
        if path.starts_with("/internal/") {
            let own = Caller::service(caller.tenant, "scaffolder");
            return client.call(service, &own, request).await;
        }
        client.call(service, caller, request).await
    }
}

/// A part of a path, with everything but plain characters escaped.
fn percent_encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
