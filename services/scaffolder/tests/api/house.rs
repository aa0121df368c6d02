//! A scaffolder with its worker, and neighbours that answer with fixed entities and files.

use axum::Router;
use axum::extract::{Path, State as Shared};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use http_shell::{Caller, ServiceClient, ServiceName};
use kernel::TenantId;
use runtime::Tasks;
use runtime::bus::Bus;
use runtime::objects::Objects;
use scaffolder::{Config, State, routes, start};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use testkit::{Reply, TestDb, admin, key, request};

/// The service under test.
pub struct House {
    pub db: TestDb,
    pub tenant: TenantId,
    pub caller: Caller,
    pub router: Router,
    pub state: State,
    pub world: World,
    objects: Objects,
    bus: Bus,
    client: ServiceClient,
    config: Config,
    data: tempfile::TempDir,
    /// Of the storage, which outlives every process of the service.
    _storage: Tasks,
}

/// What the neighbours know and were told.
#[derive(Clone, Default)]
pub struct World(pub Arc<Mutex<Known>>);

#[derive(Default)]
pub struct Known {
    pub entities: BTreeMap<String, Value>,
    pub files: BTreeMap<String, String>,
    pub trees: BTreeMap<String, Value>,
    pub pushes: Vec<Value>,
    pub locations: Vec<String>,
    /// How often a folder was of the commit that was known.
    pub unchanged: usize,
    /// Entities by set.
    pub sets: BTreeMap<String, Vec<Value>>,
    /// Values of secrets by grantee and name.
    pub grants: BTreeMap<(String, String), String>,
}

impl House {
    /// With a worker that runs tasks.
    pub async fn open() -> Self {
        let house = Self::without_worker(|_| {}).await;
        start(house.state.clone());
        house
    }

    /// Without one: tasks wait.
    pub async fn without_worker(adjust: impl FnOnce(&mut Config)) -> Self {
        let db = TestDb::new().await;
        let tenant = db.tenant("acme").await;
        let data = tempfile::tempdir().unwrap();
        let mut config = Config::new(data.path());
        config.poll_interval = Duration::from_millis(50);
        config.heartbeat = Duration::from_millis(100);
        config.event_interval = Duration::from_millis(20);
        adjust(&mut config);
        let world = World::default();
        let client = ServiceClient::new(key());
        client.attach(ServiceName::Catalog, catalog(world.clone()));
        client.attach(ServiceName::Integrations, integrations(world.clone()));
        client.attach(ServiceName::TenantAdmin, tenant_admin(world.clone()));
        let storage = Tasks::new();
        let settings = runtime::Config::load(runtime::config::Sources::default()).unwrap();
        let endpoint = runtime::embedded::s3::serve(&settings.s3, data.path(), &storage).await.unwrap();
        let (objects, bus) = (Objects::new(&endpoint), Bus::start(None, &storage).unwrap());
        let state = State::new(db.db.clone(), client.clone(), config.clone(), Tasks::new());
        let state = state.with(objects.clone(), bus.clone());
        let router = routes().build(state.clone(), &key()).router;
        let caller = admin(tenant);
        Self { caller, db, tenant, router, state, world, objects, bus, client, config, data, _storage: storage }
    }

    /// Another process of the same installation, on a machine of its own.
    pub fn another(&self, adjust: impl FnOnce(&mut Config)) -> State {
        let mut config = self.config.clone();
        config.workspaces = self.data.path().join("elsewhere");
        adjust(&mut config);
        let state = State::new(self.db.db.clone(), self.client.clone(), config, Tasks::new());
        state.with(self.objects.clone(), self.bus.clone())
    }

    /// Keys of all objects.
    pub async fn objects(&self) -> Vec<String> {
        let mut keys = Vec::new();
        self.objects.each_key(|key| keys.push(key.to_owned())).await.unwrap();
        keys
    }

    /// Runs a statement in the tenant's own transaction.
    pub async fn execute(&self, statement: &'static str) {
        let mut tx = self.db.db.tenant(self.tenant).await.unwrap();
        sqlx::query(statement).bind(tx.id()).execute(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Sends a request as somebody else.
    pub async fn send(&self, by: Option<&Caller>, method: Method, path: &str, body: Option<Value>) -> Reply {
        request(&self.router, by, method, &format!("/api/scaffolder{path}"), body).await
    }

    /// Waits until a condition holds.
    pub async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> bool) {
        for _ in 0..400 {
            if holds().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("it never came to this: {what}");
    }

    /// Adds a template with this spec.
    pub fn template(&self, name: &str, spec: Value) {
        let entity = json!({
            "apiVersion": "scaffolder.backstage.io/v1beta3", "kind": "Template",
            "metadata": {"name": name, "namespace": "default", "title": format!("The {name}"), "annotations": {
                "backstage.io/managed-by-location": "url:http://git.test/o/r/raw/main/template.yaml"}},
            "spec": spec,
        });
        self.world.0.lock().unwrap().entities.insert(format!("template:default/{name}"), entity);
    }

    pub async fn get(&self, path: &str) -> Reply {
        request(&self.router, Some(&self.caller), Method::GET, &format!("/api/scaffolder{path}"), None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        request(&self.router, Some(&self.caller), Method::POST, &format!("/api/scaffolder{path}"), Some(body)).await
    }

    /// Starts a template and gives the task's id.
    pub async fn begin(&self, template: &str, values: Value, secrets: Value) -> String {
        let body = json!({"templateRef": format!("template:default/{template}"), "values": values, "secrets": secrets});
        let reply = self.post("/v2/tasks", body).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
        reply.json()["id"].as_str().unwrap().to_owned()
    }

    /// Waits until the task is in this state.
    pub async fn wait_for(&self, id: &str, status: &str) -> Value {
        for _ in 0..400 {
            let task = self.get(&format!("/v2/tasks/{id}")).await.json();
            if task["status"] == status {
                return task;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the task did not become {status}: {}", self.get(&format!("/v2/tasks/{id}/events")).await.text());
    }

    pub async fn events(&self, id: &str) -> Vec<Value> {
        self.get(&format!("/v2/tasks/{id}/events")).await.json().as_array().unwrap().clone()
    }

    /// Starts a template, waits for its end, and gives its events.
    pub async fn run(&self, template: &str, values: Value, status: &str) -> Vec<Value> {
        let id = self.begin(template, values, json!({})).await;
        self.wait_for(&id, status).await;
        self.events(&id).await
    }
}

/// The messages of events, without the colours of the log.
pub fn messages(events: &[Value]) -> Vec<String> {
    let plain = |text: &str| text.replace("\u{1b}[32m", "").replace("\u{1b}[31m", "").replace("\u{1b}[39m", "");
    events.iter().filter_map(|event| event["body"]["message"].as_str().map(plain)).collect()
}

fn catalog(world: World) -> Router {
    let by_name = |Shared(world): Shared<World>, Path((kind, namespace, name)): Path<(String, String, String)>| async move {
        let found = world.0.lock().unwrap().entities.get(&format!("{kind}:{namespace}/{name}").to_lowercase()).cloned();
        found.map(axum::Json).ok_or(StatusCode::NOT_FOUND)
    };
    let add = |Shared(world): Shared<World>, uri: http::Uri, axum::Json(body): axum::Json<Value>| async move {
        let dry_run = uri.query().is_some_and(|query| query.contains("dryRun=true"));
        if !dry_run {
            world.0.lock().unwrap().locations.push(body["target"].as_str().unwrap().to_owned());
        }
        let entity = json!({"kind": "Component", "metadata": {"name": "Created", "namespace": "default"}});
        (
            StatusCode::CREATED,
            axum::Json(json!({"location": {}, "entities": if dry_run { json!([entity]) } else { json!([]) }})),
        )
    };
    let by_refs = |Shared(world): Shared<World>, axum::Json(body): axum::Json<Value>| async move {
        let known = world.0.lock().unwrap();
        let refs = body["entityRefs"].as_array().unwrap().iter().map(|key| key.as_str().unwrap());
        let items: Vec<Value> = refs.map(|key| known.entities.get(key).cloned().unwrap_or_default()).collect();
        axum::Json(json!({ "items": items }))
    };
    let set = |Shared(world): Shared<World>, Path(name): Path<String>| async move {
        let found = world.0.lock().unwrap().sets.get(&name).cloned();
        found.map(|entities| axum::Json(json!({"set": name, "entities": entities}))).ok_or(StatusCode::NOT_FOUND)
    };
    // Knows one rule: the ref is the one that the rule names.
    let apply = |axum::Json(body): axum::Json<Value>| async move {
        let item = &body["items"][0];
        let holds = item["resourceRef"] == item["conditions"]["params"]["ref"];
        axum::Json(json!({"items": [{"id": item["id"], "result": if holds { "ALLOW" } else { "DENY" }}]}))
    };
    Router::new()
        .route("/api/catalog/.well-known/backstage/permissions/apply-conditions", post(apply))
        .route("/api/catalog/entities/by-name/{kind}/{namespace}/{name}", get(by_name))
        .route("/api/catalog/entities/by-refs", post(by_refs))
        .route("/api/catalog/locations", post(add))
        .route("/api/catalog/v1/sets/{set}", get(set))
        .with_state(world)
}

fn integrations(world: World) -> Router {
    let read = |Shared(world): Shared<World>, axum::Json(body): axum::Json<Value>| async move {
        let found = world.0.lock().unwrap().files.get(body["url"].as_str().unwrap()).cloned();
        found.ok_or(StatusCode::NOT_FOUND)
    };
    let tree = |Shared(world): Shared<World>, axum::Json(body): axum::Json<Value>| async move {
        let mut known = world.0.lock().unwrap();
        let found = known.trees.get(body["url"].as_str().unwrap()).cloned();
        if found.as_ref().is_some_and(|found| body["etag"].is_string() && found["etag"] == body["etag"]) {
            known.unchanged += 1;
            return Err(StatusCode::NOT_MODIFIED);
        }
        match found {
            // A host that does not answer.
            Some(Value::Null) => Err(StatusCode::SERVICE_UNAVAILABLE),
            found => found.map(axum::Json).ok_or(StatusCode::NOT_FOUND),
        }
    };
    let push = |Shared(world): Shared<World>, axum::Json(body): axum::Json<Value>| async move {
        let remote = body["remoteUrl"].as_str().unwrap().to_owned();
        let contents = format!("{}/raw/{}/", remote.trim_end_matches(".git"), body["branch"].as_str().unwrap());
        world.0.lock().unwrap().pushes.push(body);
        axum::Json(json!({"remoteUrl": remote, "repoContentsUrl": contents, "commitHash": "c0ffee"}))
    };
    Router::new()
        .route("/internal/integrations/v1/read", post(read))
        .route("/internal/integrations/v1/tree", post(tree))
        .route("/internal/integrations/v1/push", post(push))
        .with_state(world)
}

/// Files as `integrations` gives them.
pub fn tree(files: &[(&str, &[u8])]) -> Value {
    let files: Vec<Value> =
        files.iter().map(|(path, bytes)| json!({"path": path, "content": STANDARD.encode(bytes)})).collect();
    json!({ "files": files })
}

fn tenant_admin(world: World) -> Router {
    async fn resolve(Shared(world): Shared<World>, axum::Json(body): axum::Json<Value>) -> axum::Json<Value> {
        let grantee = body["grantee"]["id"].as_str().unwrap();
        let known = world.0.lock().unwrap();
        let (mut secrets, mut missing) = (Vec::new(), Vec::new());
        for name in body["names"].as_array().unwrap() {
            match known.grants.get(&(grantee.to_owned(), name.as_str().unwrap().to_owned())) {
                Some(value) => secrets.push(json!({"name": name, "version": 1, "value": value, "older": []})),
                None => missing.push(name.clone()),
            }
        }
        axum::Json(json!({"secrets": secrets, "missing": missing}))
    }
    Router::new().route("/internal/secrets/v1/resolve", post(resolve)).with_state(world)
}
