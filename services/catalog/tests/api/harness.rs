//! A catalog with its job loop, and the reading service replaced by files in memory.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::config::IndexSettings;
use catalog::domain::kinds::AllowedKinds;
use catalog::{Config, State};
use http::{HeaderMap, Method, StatusCode, header};
use http_shell::{Caller, ServiceClient, ServiceName};
use kernel::{Principal, TenantId, system_clock};
use runtime::Tasks;
use runtime::config::Plans;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use testkit::{Reply, TestDb, admin, key, request};

/// The whole suite runs twice: answered from the index in memory, and (`api_sql`) from the database alone.
pub const INDEXED: bool = !matches!(env!("CARGO_CRATE_NAME").as_bytes(), b"api_sql");

/// What the reading service answers for an address.
#[derive(Debug, Clone)]
pub enum File {
    /// These bytes, with their digest as etag.
    Text(String),
    /// This failure.
    Status(u16),
    /// 503, and come back after so many seconds.
    Busy(u64),
    /// Nothing, ever.
    Hangs,
}

/// The outside world.
#[derive(Debug, Clone, Default)]
pub struct Files {
    files: Arc<Mutex<HashMap<String, File>>>,
    log: Arc<Mutex<Vec<(String, u16)>>>,
}

impl Files {
    pub fn put(&self, path: &str, text: impl Into<String>) {
        self.set(path, File::Text(text.into()));
    }

    pub fn set(&self, path: &str, file: File) {
        self.files.lock().unwrap().insert(url(path), file);
    }

    /// Addresses and answers since the last call.
    pub fn take_log(&self) -> Vec<(String, u16)> {
        std::mem::take(&mut self.log.lock().unwrap())
    }

    async fn answer(&self, url: &str, known: Option<&str>) -> Response {
        let file = self.files.lock().unwrap().get(url).cloned();
        let response = match file {
            None => failure(404, "no such file"),
            Some(File::Hangs) => std::future::pending().await,
            Some(File::Status(status)) => failure(status, "the host is not well"),
            Some(File::Busy(seconds)) => {
                let mut response = failure(503, "the host is busy");
                response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
                response
            }
            Some(File::Text(text)) => {
                let etag = catalog::domain::text::sha256_hex(text.as_bytes());
                if known == Some(&etag) {
                    StatusCode::NOT_MODIFIED.into_response()
                } else {
                    ([(header::ETAG, etag)], text).into_response()
                }
            }
        };
        self.log.lock().unwrap().push((url.to_owned(), response.status().as_u16()));
        response
    }
}

impl Files {
    /// Forgets a file.
    pub fn remove(&self, path: &str) {
        self.files.lock().unwrap().remove(&url(path));
    }

    /// The files whose address begins and ends as the pattern does around its one `*`.
    fn search(&self, pattern: &str, known: Option<&str>) -> Response {
        let response = if pattern.contains("plain.test") {
            failure(400, "Unsupported search pattern URL")
        } else {
            let (head, tail) = pattern.split_once('*').unwrap();
            let files = self.files.lock().unwrap();
            let mut found: Vec<(&String, &String)> = files
                .iter()
                .filter_map(|(url, file)| match file {
                    File::Text(text) if url.starts_with(head) && url.ends_with(tail) => Some((url, text)),
                    _ => None,
                })
                .collect();
            found.sort();
            let etag = catalog::domain::text::sha256_hex(format!("{found:?}").as_bytes());
            if known == Some(&etag) {
                StatusCode::NOT_MODIFIED.into_response()
            } else {
                let one = |(url, text): &(&String, &String)| json!({"url": url, "content": STANDARD.encode(text)});
                let files: Vec<Value> = found.iter().map(one).collect();
                axum::Json(json!({"files": files, "etag": etag})).into_response()
            }
        };
        self.log.lock().unwrap().push((pattern.to_owned(), response.status().as_u16()));
        response
    }
}

async fn search(Shared(files): Shared<Files>, body: Bytes) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap();
    files.search(body["url"].as_str().unwrap(), body["etag"].as_str())
}

fn failure(status: u16, message: &str) -> Response {
    let body = json!({"error": {"name": "Error", "message": message}});
    (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
}

async fn read(Shared(files): Shared<Files>, headers: HeaderMap, body: Bytes) -> Response {
    // As the real one: services only, whoever they act for.
    if !matches!(key().read(&headers), Ok((Some(_), Principal::Service { .. }))) {
        return failure(403, "This address is not for you");
    }
    let body: Value = serde_json::from_slice(&body).unwrap();
    files.answer(body["url"].as_str().unwrap(), body["etag"].as_str()).await
}

/// The address of a file; what begins with `https://` is one already.
pub fn url(path: &str) -> String {
    if path.starts_with("https://") { path.to_owned() } else { format!("https://files.test/{path}") }
}

/// One process with the catalog in it.
pub struct Catalog {
    pub test: TestDb,
    pub tenant: TenantId,
    pub files: Files,
    pub router: Router,
    state: State,
    tasks: Tasks,
}

impl Catalog {
    /// A fresh organisation, and the job loop running.
    pub async fn new() -> Self {
        let test = TestDb::new().await;
        let tenant = test.tenant("acme").await;
        let catalog = Self::on(test, tenant, Files::default());
        catalog.start();
        catalog
    }

    /// A process on a database that is there already; its job loop does not run yet.
    pub fn on(test: TestDb, tenant: TenantId, files: Files) -> Self {
        Self::with_plans(test, tenant, files, Plans::default())
    }

    /// A process with limits of entities.
    pub fn with_plans(test: TestDb, tenant: TenantId, files: Files, plans: Plans) -> Self {
        let client = ServiceClient::new(key());
        let reading = Router::new()
            .route("/internal/integrations/v1/read", post(read))
            .route("/internal/integrations/v1/search", post(search))
            .with_state(files.clone());
        client.attach(ServiceName::Integrations, reading);
        let kinds = ["Component", "API", "Group", "User", "System", "Location", "Resource"];
        let config = Config {
            processing_interval: Duration::from_secs(3600),
            allowed_kinds: AllowedKinds::new(kinds),
            concurrency: 3,
            poll_interval: Duration::from_millis(50),
            plans,
            index: IndexSettings {
                enabled: INDEXED,
                index_bytes: 64 << 20,
                document_cache_bytes: 16 << 20,
                text_index_bytes: 16 << 20,
            },
        };
        let state = State::new(test.db.clone(), client, config, b"a secret for tests", system_clock());
        let router = catalog::routes().build(state.clone(), &key()).router;
        Self { test, tenant, files, router, state, tasks: Tasks::new() }
    }

    /// Starts reading what is due.
    pub fn start(&self) {
        catalog::jobs::start(&self.state, &self.tasks);
    }

    /// What handlers share.
    pub fn state(&self) -> &State {
        &self.state
    }

    pub fn admin(&self) -> Caller {
        admin(self.tenant)
    }

    pub async fn get(&self, path: &str) -> Reply {
        request(&self.router, Some(&self.admin()), Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        request(&self.router, Some(&self.admin()), Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        request(&self.router, Some(&self.admin()), Method::PUT, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        request(&self.router, Some(&self.admin()), Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        request(&self.router, Some(&self.admin()), Method::DELETE, path, None).await
    }

    /// Registers a file and returns the location's id.
    pub async fn register(&self, path: &str) -> String {
        let reply = self.post("/api/catalog/locations", json!({"type": "url", "target": url(path)})).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
        reply.json()["location"]["id"].as_str().unwrap().to_owned()
    }

    /// Progress of a location.
    pub async fn progress(&self, id: &str) -> Value {
        self.get(&format!("/api/catalog/v1/locations/{id}/progress")).await.json()
    }

    /// The change that wrote an entity last.
    pub async fn seq(&self, entity_ref: &str) -> i64 {
        let mut tx = self.test.db.tenant(self.tenant).await.unwrap();
        sqlx::query_scalar("select seq from entity where tenant_id = $1 and entity_ref = $2")
            .bind(tx.id())
            .bind(entity_ref)
            .fetch_one(tx.conn())
            .await
            .unwrap()
    }

    /// Asks for an entity to be read again.
    pub async fn refresh(&self, entity_ref: &str) {
        let reply = self.post("/api/catalog/refresh", json!({"entityRef": entity_ref})).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    }

    /// Makes every registered location due.
    pub async fn refresh_all(&self) {
        for location in self.get("/api/catalog/locations").await.json().as_array().unwrap() {
            self.refresh(location["data"]["entityRef"].as_str().unwrap()).await;
        }
    }

    /// `component:default/a` as it is now.
    pub async fn entity(&self, entity_ref: &str) -> Option<Value> {
        let reply = self.get(&format!("/api/catalog/entities/by-name/{}", entity_ref.replace(':', "/"))).await;
        (reply.status == StatusCode::OK).then(|| reply.json())
    }

    /// Waits for an entity that satisfies a condition.
    pub async fn wait_for(&self, entity_ref: &str, condition: impl Fn(&Value) -> bool) -> Value {
        let mut last = None;
        let found = self.wait(async || {
            last = self.entity(entity_ref).await;
            last.as_ref().is_some_and(&condition)
        });
        assert!(found.await, "{entity_ref} did not become as expected; it is {last:?}");
        last.unwrap()
    }

    /// Waits until there is no such entity.
    pub async fn wait_until_gone(&self, entity_ref: &str) {
        assert!(self.wait(async || self.entity(entity_ref).await.is_none()).await, "{entity_ref} is still there");
    }

    /// Waits for a condition; `false` when it does not come true.
    pub async fn wait(&self, mut condition: impl AsyncFnMut() -> bool) -> bool {
        let deadline = Instant::now() + Duration::from_secs(15);
        while Instant::now() < deadline {
            if condition().await {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    /// Waits until nothing is due and nothing runs.
    pub async fn settle(&self) {
        let settled = self.wait(async || {
            let mut tx = self.test.db.tenant(self.tenant).await.unwrap();
            let busy: i64 = sqlx::query_scalar(
                "select count(*) from job where tenant_id = $1 and queue like 'catalog.%'
                   and (lease is not null or run_at <= clock_timestamp() or (queue = 'catalog.stitch' and key = 'relations'))",
            )
            .bind(tx.id())
            .fetch_one(tx.conn())
            .await
            .unwrap();
            busy == 0
        });
        assert!(settled.await, "the queue does not come to rest");
    }

    /// Names in the answer to a list.
    pub async fn names(&self, path: &str) -> Vec<String> {
        let reply = self.get(path).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        names(&reply.json()["items"])
    }
}

/// `metadata.name` of each item.
pub fn names(items: &Value) -> Vec<String> {
    let items = items.as_array().unwrap();
    items.iter().map(|item| item["metadata"]["name"].as_str().unwrap_or_default().to_owned()).collect()
}

/// A component's document.
pub fn component(name: &str, more: &str) -> String {
    format!(
        "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}}}\nspec: {{type: service, lifecycle: production, owner: team-a{more}}}\n"
    )
}

/// A Location's document.
pub fn location(name: &str, targets: &[&str]) -> String {
    format!(
        "---\napiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {{name: {name}}}\nspec: {{targets: [{}]}}\n",
        targets.join(", ")
    )
}

/// A group's document.
pub fn group(name: &str) -> String {
    format!(
        "---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {{name: {name}}}\nspec: {{type: team, children: []}}\n"
    )
}
