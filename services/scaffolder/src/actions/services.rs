//! What actions ask of other services: the catalog's entities, and the reading of the outside world.

use super::Added;
use super::recorded::Recorded;
use crate::domain::failure::{Failure, Outcome};
use authz::Criteria;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Request, Response, StatusCode};
use http_shell::{Caller, ServiceClient, ServiceName, read_json};
use kernel::{EntityRef, Error, Grants, Principal, Result, User};
use plugin_protocol::extensions::path::RUN;
use plugin_protocol::extensions::{Extensions, RUN_TYPE};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

/// Mails that one gate sends at once.
const MAX_MAILS: u16 = 100;
/// The largest single file that a template may fetch.
const MAX_FILE_BYTES: usize = 20 << 20;

/// Other services, on behalf of one caller; in a test of a template, what it records of them.
#[derive(Debug, Clone)]
pub struct Services(World);

#[derive(Debug, Clone)]
enum World {
    Real(Box<Real>),
    Recorded(Arc<Recorded>),
}

#[derive(Debug, Clone)]
struct Real {
    client: ServiceClient,
    caller: Caller,
    site: Site,
}

/// Where people reach the installation.
#[derive(Debug, Clone)]
pub struct Site {
    /// `http` or `https`.
    pub scheme: String,
    /// Domain below which organisations have their hosts, with its port.
    pub domain: String,
}

impl Default for Site {
    fn default() -> Self {
        Self { scheme: "http".to_owned(), domain: "localhost".to_owned() }
    }
}

impl Site {
    /// The address of an organisation's portal.
    #[must_use]
    pub fn origin(&self, slug: &str) -> String {
        format!("{}://{slug}.{}", self.scheme, self.domain)
    }
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

/// A folder of a repository.
#[derive(Debug, Deserialize)]
pub struct Folder {
    /// In the order of their paths.
    pub files: Vec<TreeFile>,
    /// The commit.
    pub etag: Option<String>,
}

/// What one plugin adds to the platform, as the plugin host answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PluginExtensions {
    /// For example `scaffolder-github`.
    pub plugin_id: String,
    /// What it adds.
    pub extensions: Extensions,
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
    /// The commit's date: with the same one, the same push has the same commit, and may come twice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_seconds: Option<u32>,
    /// Everything that the commit holds.
    pub files: Vec<TreeFile>,
}

impl Services {
    /// Services as `caller` may use them.
    #[must_use]
    pub fn new(client: ServiceClient, caller: Caller) -> Self {
        Self(World::Real(Box::new(Real { client, caller, site: Site::default() })))
    }

    /// At the installation's own address.
    #[must_use]
    pub fn at(mut self, site: Site) -> Self {
        if let World::Real(real) = &mut self.0 {
            real.site = site;
        }
        self
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

    fn real(&self) -> Result<&Real> {
        match &self.0 {
            World::Real(real) => Ok(real),
            World::Recorded(_) => {
                Err(Error::unavailable("A test of a template asks no other service: record the action's answer"))
            }
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
        if let Some(recorded) = self.recording() {
            return recorded.folder(url);
        }
        let folder = self.folder(json!({"url": url, "token": token, "priority": "user"})).await?;
        Ok(folder.map(|folder| folder.files).unwrap_or_default())
    }

    /// The files below a URL, and of which commit they are; nothing when they are of the commit `known`. Nobody waits for
    /// the answer to a question that is not urgent.
    ///
    /// # Errors
    /// Those of [`read_tree`](Self::read_tree).
    pub async fn read_folder(&self, url: &str, known: Option<&str>, is_urgent: bool) -> Result<Option<Folder>> {
        let priority = if is_urgent { "user" } else { "background" };
        self.folder(json!({"url": url, "etag": known, "priority": priority})).await
    }

    async fn folder(&self, body: Value) -> Result<Option<Folder>> {
        let path = "/internal/integrations/v1/tree";
        let response = self.send(ServiceName::Integrations, Method::POST, path, Some(body)).await?;
        if response.status() == StatusCode::NOT_MODIFIED {
            return Ok(None);
        }
        read_json(response).await.map(Some)
    }

    /// An entity as it was written to a set of the catalog, if whoever asks may see it.
    ///
    /// # Errors
    /// Those of the catalog but "not found".
    pub async fn written_entity(&self, set: &str, key: &str) -> Result<Option<Value>> {
        let path = format!("/api/catalog/v1/sets/{}", percent_encode(set));
        let response = self.send(ServiceName::Catalog, Method::GET, &path, None).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let mut answer: Value = read_json(response).await?;
        let entities = answer["entities"].as_array_mut().map(std::mem::take).unwrap_or_default();
        Ok(entities.into_iter().find(|entity| key_of(entity).as_deref() == Some(key)))
    }

    /// What the organisation's plugins add for templates.
    ///
    /// # Errors
    /// Those of the plugin host. Where there is none, plugins add nothing.
    pub async fn added(&self) -> Result<Added> {
        let World::Real(real) = &self.0 else { return Ok(Added::default()) };
        let path = "/internal/plugins/v1/extensions";
        match self.send(ServiceName::PluginHost, Method::GET, path, None).await {
            Ok(response) => Ok(Added::of(read_json(response).await?)),
            Err(error) if real.client.knows(ServiceName::PluginHost) => Err(error),
            Err(_) => Ok(Added::default()),
        }
    }

    /// Runs an action in a plugin's worker, as whoever started the run.
    ///
    /// # Errors
    /// Those of the plugin host, and the worker's own before the action begins.
    pub async fn run_plugin_action(&self, plugin_id: &str, body: Body) -> Result<Response<Body>> {
        let Real { client, caller, .. } = self.real()?;
        let initiator = serde_json::to_vec(&plainly(&caller.principal)).map_err(Error::internal)?;
        let request = Request::post(format!("/internal/plugins/v1/workers/{}{RUN}", percent_encode(plugin_id)))
            .header(http::header::CONTENT_TYPE, RUN_TYPE)
            .header("x-proscenium-initiator", STANDARD.encode(initiator))
            .body(body)
            .map_err(Error::internal)?;
        let own = Caller::service(caller.tenant, "scaffolder");
        let response = client.call(ServiceName::PluginHost, &own, request).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(read_json::<Value>(response).await.err().unwrap_or_else(|| Error::unavailable("No answer")))
    }

    /// Has a plugin's worker do something small: call a filter, complete what somebody types.
    ///
    /// # Errors
    /// Those of the plugin host, and the worker's own.
    pub async fn ask_plugin(&self, plugin_id: &str, operation: &str, body: Value) -> Result<Value> {
        let path = format!("/internal/plugins/v1/workers/{}{operation}", percent_encode(plugin_id));
        read_json(self.send(ServiceName::PluginHost, Method::POST, &path, Some(body)).await?).await
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

    /// The key of the first entity that a filter finds, as the catalog takes filters.
    ///
    /// # Errors
    /// Those of the catalog.
    pub async fn first_entity(&self, filter: &str) -> Result<Option<String>> {
        Ok(self.entity_keys(filter, 1).await?.into_iter().next())
    }

    async fn entity_keys(&self, filter: &str, limit: u16) -> Result<Vec<String>> {
        let path = format!("/api/catalog/entities/by-query?limit={limit}&filter={}", percent_encode(filter));
        let response = self.send(ServiceName::Catalog, Method::GET, &path, None).await?;
        let answer: Value = read_json(response).await?;
        Ok(answer["items"].as_array().into_iter().flatten().filter_map(key_of).collect())
    }

    /// Mails a text to these users, and to the members of these groups, but to one of them. Where the installation sends
    /// no mail, nothing happens.
    ///
    /// # Errors
    /// Those of the catalog and of whoever queues mails.
    pub async fn notify(&self, refs: &[String], except: Option<&str>, subject: &str, text: &str) -> Result<()> {
        let mut users = Vec::new();
        for entity_ref in refs {
            if entity_ref.starts_with("group:") {
                users.extend(self.entity_keys(&format!("kind=user,relations.memberof={entity_ref}"), MAX_MAILS).await?);
            } else {
                users.push(entity_ref.clone());
            }
        }
        users.sort();
        users.dedup();
        users.retain(|user| except != Some(user.as_str()));
        users.truncate(usize::from(MAX_MAILS));
        if users.is_empty() {
            return Ok(());
        }
        let body = json!({"userRefs": users, "subject": subject, "text": text});
        let path = "/internal/tenant-admin/v1/mails";
        let response = self.send(ServiceName::TenantAdmin, Method::POST, path, Some(body)).await?;
        read_json::<Value>(response).await.map(|_| ())
    }

    /// The address of the organisation's portal.
    #[must_use]
    pub fn origin_of(&self, slug: &str) -> String {
        self.real().map_or_else(|_| Site::default().origin(slug), |real| real.site.origin(slug))
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
        let Real { client, caller, .. } = self.real()?;
        // The routes below /internal/ serve our own services only; what the caller may do was decided before.
        if path.starts_with("/internal/") {
            let own = Caller::service(caller.tenant, "scaffolder");
            return client.call(service, &own, request).await;
        }
        client.call(service, caller, request).await
    }
}

fn key_of(entity: &Value) -> Option<String> {
    let text = |pointer: &str| entity.pointer(pointer).and_then(Value::as_str);
    let namespace = text("/metadata/namespace").unwrap_or("default");
    Some(EntityRef::new(text("/kind")?, namespace, text("/metadata/name")?).key())
}

/// A principal without what only our own checks need: the plugin host makes a token of it.
fn plainly(principal: &Principal) -> Principal {
    match principal {
        Principal::User(user) => {
            Principal::User(User { ownership_refs: Vec::new(), grants: Grants::default(), ..user.clone() })
        }
        other => other.clone(),
    }
}

/// A part of a path, with everything but plain characters escaped.
fn percent_encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
