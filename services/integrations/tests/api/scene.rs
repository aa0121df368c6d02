//! An organisation, its administrator, and a service that may reach the fakes.

use crate::{ground, message};
use axum::Router;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use http_shell::Caller;
use integrations::hosts::PublicHost;
use integrations::{Ground, Integrations, World};
use kernel::TenantId;
use runtime::Tasks;
use runtime::cache::{Cache, CacheKey};
use runtime::outbound::{Allow, Outbound};
use serde_json::{Value, json};
use testkit::{Reply, TestDb, admin, key, request};

pub const READ: &str = "/internal/integrations/v1/read";
pub const TREE: &str = "/internal/integrations/v1/tree";
pub const SEARCH: &str = "/internal/integrations/v1/search";
pub const HOSTS: &str = "/api/integrations/v1/source-hosts";

pub struct Scene {
    pub tasks: Tasks,
    pub test: TestDb,
    pub tenant: TenantId,
    pub router: Router,
    pub cache: Cache,
    allow: Vec<String>,
    public: Vec<PublicHost>,
}

impl Scene {
    /// The guard lets these hosts through.
    pub async fn start(tasks: Tasks, allow: &[String], public: Vec<PublicHost>) -> Self {
        let test = TestDb::new().await;
        let tenant = test.tenant("acme").await;
        let cache = Cache::new(None).unwrap();
        let mut scene = Self { tasks, test, tenant, router: Router::new(), cache, allow: allow.to_vec(), public };
        scene.router = scene.process();
        scene
    }

    /// Another process of the service: the same database and cache, its own memory and no news from the others.
    pub fn process(&self) -> Router {
        let outbound = Outbound::new(Allow::parse(&self.allow).unwrap()).unwrap();
        let world = World { outbound, public: self.public.clone(), demo: None };
        let ground = Ground { cache: self.cache.clone(), ..ground(&self.test, &self.tasks) };
        integrations::service(Integrations::in_world(world, ground), &key()).router
    }

    /// As another service.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.post_to(&self.router, path, body).await
    }

    pub async fn post_to(&self, router: &Router, path: &str, body: Value) -> Reply {
        request(router, Some(&Caller::service(self.tenant, "catalog")), Method::POST, path, Some(body)).await
    }

    /// As an administrator.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        request(&self.router, Some(&admin(self.tenant)), method, path, body).await
    }

    /// Connects a host and gives its id.
    pub async fn connect(&self, entry: Value) -> String {
        let reply = self.ask(Method::POST, HOSTS, Some(entry)).await;
        assert_eq!(reply.status.as_u16(), 201, "{}", message(&reply));
        reply.json()["id"].as_str().unwrap().to_owned()
    }

    /// Forgets what is known of the connected hosts' budgets.
    pub async fn forget_budgets(&self) {
        let listed = self.ask(Method::GET, HOSTS, None).await.json();
        for item in listed["items"].as_array().unwrap() {
            self.cache.delete(&CacheKey::tenant(self.tenant, "host-budget", item["id"].as_str().unwrap())).await;
        }
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.tasks.request_shutdown();
    }
}

fn texts(answer: &Value, name: &str) -> Vec<String> {
    let files = answer["files"].as_array().unwrap_or_else(|| panic!("no files in {answer}"));
    files.iter().map(|file| file[name].as_str().unwrap().to_owned()).collect()
}

pub fn paths(tree: &Value) -> Vec<String> {
    texts(tree, "path")
}

pub fn urls(found: &Value) -> Vec<String> {
    texts(found, "url")
}

/// The contents, as text.
pub fn decoded(answer: &Value) -> Vec<String> {
    texts(answer, "content").iter().map(|text| String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()).collect()
}

/// The entry of a host of the test's own.
pub fn entry(kind: &str, host: &str, api_base: &str, token: Option<&str>) -> Value {
    let mut entry = json!({"kind": kind, "host": host, "apiBaseUrl": api_base});
    if let Some(token) = token {
        entry["token"] = token.into();
    }
    entry
}
