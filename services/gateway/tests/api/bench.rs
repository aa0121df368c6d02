//! An edge with everything behind it, and a browser's worth of helpers.

use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use gateway::{Attempts, Config, Gateway, Parts};
use http_shell::{ServiceClient, ServiceName};
use kernel::{FixedClock, TenantId};
use runtime::Tasks;
use runtime::bus::Bus;
use runtime::cache::Cache;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tenant_admin::{CreatedTenant, NewTenant, TenantAdmin};
use testkit::{Reply, TestDb, send};
use time::OffsetDateTime;

pub const PASSWORD: &str = "tulip-bronze-canoe";
pub const APEX: &str = "localhost:7007";

/// One edge over one database.
pub struct Edge {
    pub router: Router,
    pub db: TestDb,
    pub clock: Arc<FixedClock>,
    pub admin: TenantAdmin,
    pub portal: tempfile::TempDir,
}

/// Somebody with an organisation.
pub struct Org {
    pub id: TenantId,
    pub host: String,
    pub origin: String,
    pub email: String,
    pub password: String,
    pub api_token: String,
}

pub fn generous() -> Attempts {
    Attempts { sign_in_per_account: 1000, sign_in_per_address: 1000, sign_up_per_address: 1000 }
}

impl Edge {
    pub async fn start() -> Self {
        Self::with(|config| config.attempts = generous()).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::build(change, false).await
    }

    /// An edge whose catalog is another process: reached over HTTP.
    pub async fn with_remote_catalog(change: impl FnOnce(&mut Config)) -> Self {
        Self::build(change, true).await
    }

    async fn build(change: impl FnOnce(&mut Config), remote: bool) -> Self {
        let db = TestDb::new().await;
        let portal = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::at(OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()));
        let tasks = Tasks::new();
        let bus = Bus::start(None, &tasks).unwrap();
        let mut config = Config::new(APEX, false);
        config.portal_dir = Some(portal.path().to_owned());
        change(&mut config);
        let services = ServiceClient::new(testkit::key());
        if remote {
            let url = serve(neighbour(), &tasks).await;
            services.point_to(ServiceName::Catalog, &[url]).unwrap();
        } else {
            services.attach(ServiceName::Catalog, neighbour());
        }
        let (router, admin) = edge(&db, &clock, &bus, &tasks, config, services);
        Self { router, db, clock, admin, portal }
    }

    /// Another gateway process on the same database that hears no news: the worst case without Redis.
    pub fn deaf_sibling(&self) -> Router {
        let tasks = Tasks::new();
        let bus = Bus::start(None, &tasks).unwrap();
        let mut config = Config::new(APEX, false);
        config.attempts = generous();
        let services = ServiceClient::new(testkit::key());
        services.attach(ServiceName::Catalog, neighbour());
        edge(&self.db, &self.clock, &bus, &tasks, config, services).0
    }

    pub async fn org(&self, slug: &str) -> Org {
        self.org_on(slug, "internal").await
    }

    pub async fn org_on(&self, slug: &str, plan: &str) -> Org {
        let new = NewTenant {
            slug: slug.to_owned(),
            name: format!("{slug} & Co"),
            admin_email: format!("jane@{slug}.example"),
            admin_name: Some("Jane".to_owned()),
            user_ref: None,
            plan: plan.to_owned(),
        };
        let CreatedTenant { tenant, admin, token, .. } = tenant_admin::create_tenant(&self.admin, new).await.unwrap();
        Org {
            id: tenant.id,
            host: format!("{slug}.{APEX}"),
            origin: format!("http://{slug}.{APEX}"),
            email: admin.email,
            password: admin.password,
            api_token: token,
        }
    }

    pub async fn call(&self, request: Request<Body>) -> Reply {
        send(&self.router, request).await
    }

    pub async fn get(&self, host: &str, path: &str) -> Reply {
        self.call(get_at(host, path).body(Body::empty()).unwrap()).await
    }

    pub async fn get_with(&self, host: &str, path: &str, name: &str, value: &str) -> Reply {
        self.call(get_at(host, path).header(name, value).body(Body::empty()).unwrap()).await
    }

    pub async fn bearer(&self, host: &str, path: &str, token: &str) -> Reply {
        self.get_with(host, path, "authorization", &format!("Bearer {token}")).await
    }

    pub async fn sign_in(&self, org: &Org, email: &str, password: &str) -> Reply {
        let body = json!({ "email": email, "password": password });
        self.call(post_at(&org.host, "/api/auth/v1/sign-in", &body).header("origin", &org.origin).body_of(&body)).await
    }

    /// Signs in and returns the `Cookie` header's value.
    pub async fn session(&self, org: &Org) -> String {
        let reply = self.sign_in(org, &org.email, &org.password).await;
        assert_eq!(reply.status, StatusCode::NO_CONTENT, "{}", reply.text());
        cookie_of(&reply)
    }

    pub async fn refresh(&self, org: &Org, cookie: &str) -> Reply {
        refresh_at(&self.router, org, cookie).await
    }

    /// A Backstage user token.
    pub async fn user_token(&self, org: &Org, cookie: &str) -> String {
        let reply = self.refresh(org, cookie).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply.json()["backstageIdentity"]["token"].as_str().unwrap().to_owned()
    }

    pub async fn set_status(&self, org: &Org, status: &str) {
        let id = org.id;
        self.db.execute_as_admin(&format!("update tenant set status = '{status}' where tenant_id = '{id}'")).await;
        self.clock.advance(time::Duration::seconds(2));
    }

    pub fn write_portal(&self, file: &str, text: &[u8]) {
        let path = self.portal.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

pub async fn refresh_at(router: &Router, org: &Org, cookie: &str) -> Reply {
    let request = get_at(&org.host, "/api/auth/proscenium/refresh")
        .header("cookie", cookie)
        .header("x-requested-with", "XMLHttpRequest");
    send(router, request.body(Body::empty()).unwrap()).await
}

async fn serve(router: Router, tasks: &Tasks) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tasks.spawn("neighbour", async move { axum::serve(listener, router).await.unwrap() });
    url
}

fn edge(
    db: &TestDb,
    clock: &Arc<FixedClock>,
    bus: &Bus,
    tasks: &Tasks,
    config: Config,
    services: ServiceClient,
) -> (Router, TenantAdmin) {
    let settings = tenant_admin::Config::new(APEX, false);
    let ground = tenant_admin::Ground::alone().unwrap();
    let admin =
        TenantAdmin::new(settings, db.db.clone(), clock.clone(), bus.clone(), ground).with_services(services.clone());
    services.attach(ServiceName::TenantAdmin, tenant_admin::routes().build(admin.clone(), &testkit::key()).router);
    services.attach(ServiceName::PluginHost, neighbour());
    let documents = BTreeMap::from([("gateway".to_owned(), "{\"openapi\":\"3.1.0\"}".to_owned())]);
    let gateway = Gateway::new(Parts {
        config,
        db: db.db.clone(),
        clock: clock.clone(),
        services,
        cache: Cache::new(None).unwrap(),
        bus: bus.clone(),
        tasks: tasks.clone(),
        documents,
    });
    (gateway::edge(gateway, &testkit::key()), admin)
}

/// A service that says what it saw, so that tests can check what the gateway lets through.
fn neighbour() -> Router {
    Router::new()
        .route("/api/catalog/entities/by-name/user/default/{name}", get(user_entity))
        .route("/api/catalog/stream", get(event_stream))
        .route("/api/catalog/slow", get(slow))
        .route("/api/catalog/swallow", post(swallow))
        .route("/api/catalog/cookie", get(sets_cookie))
        .route("/internal/plugins/v1/portal-features", get(features))
        .route("/api/plugins/v1/permissions", get(permissions_of_plugins))
        .route("/api/rooms/.well-known/backstage/permissions/apply-conditions", post(apply_conditions))
        .fallback(any(echo))
}

async fn user_entity(Path(name): Path<String>) -> Json<Value> {
    let relations = json!([{ "type": "memberOf", "targetRef": "group:default/rockets" },
        { "type": "ownerOf", "targetRef": "component:default/x" }]);
    Json(json!({ "kind": "User", "metadata": { "name": name }, "relations": relations }))
}

/// A plugin for rooms, and what it says of its permissions.
async fn permissions_of_plugins() -> Json<Value> {
    let refs = json!({"type": "object", "properties": {"refs": {"type": "array"}}, "required": ["refs"]});
    Json(json!([{"pluginId": "rooms", "title": "Rooms", "described": true,
        "permissions": [
            {"type": "resource", "name": "rooms.room.book", "attributes": {}, "resourceType": "room"},
            {"type": "basic", "name": "rooms.plan.read", "attributes": {"action": "read"}}],
        "rules": [{"name": "IS_OF", "description": "", "resourceType": "room", "paramsSchema": refs}]}]))
}

/// Room 7 is of the group of rockets. Conditions are applied for the gateway, not for people.
async fn apply_conditions(headers: HeaderMap, Json(asked): Json<Value>) -> (StatusCode, Json<Value>) {
    let (_, principal) = testkit::key().read(&headers).unwrap();
    if !matches!(principal, kernel::Principal::Service { .. }) {
        return (StatusCode::FORBIDDEN, Json(json!({})));
    }
    let items = asked["items"].as_array().unwrap().iter().map(|item| {
        let refs = item["conditions"]["params"]["refs"].as_array().unwrap();
        let holds = |room: &Value| room == "7" && refs.contains(&json!("group:default/rockets"));
        let word = |room: &Value| if holds(room) { "ALLOW" } else { "DENY" };
        let result = match &item["resourceRef"] {
            Value::Array(rooms) => rooms.iter().map(word).collect(),
            room => json!(word(room)),
        };
        json!({"id": item["id"], "result": result})
    });
    (StatusCode::OK, Json(json!({ "items": items.collect::<Value>() })))
}

async fn features() -> Json<Value> {
    Json(json!({
        "items": [{ "pluginId": "tech-radar", "entry": "/api/plugins/v1/remotes/d/mf-manifest.json" }],
        "config": [{ "context": "plugin:stage", "data": { "stage": { "baseUrl": "</script>" }, "app": { "title": "not this" } } }],
    }))
}

async fn echo(method: Method, uri: axum::http::Uri, headers: HeaderMap, body: Bytes) -> Json<Value> {
    let (tenant, principal) = testkit::key().read(&headers).unwrap();
    let names: BTreeMap<String, String> =
        headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    Json(json!({ "method": method.as_str(), "uri": uri.to_string(), "headers": names, "tenant": tenant,
        "principal": principal, "length": body.len() }))
}

/// Two events, the second long after any test has lost its patience.
async fn event_stream() -> ([(header::HeaderName, &'static str); 1], Body) {
    let events = futures::stream::unfold(0, |sent| async move {
        if sent > 0 {
            tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
        }
        Some((Ok::<_, std::io::Error>(Bytes::from_static(b"data: first\n\n")), sent + 1))
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(events))
}

async fn slow() -> &'static str {
    tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
    "late"
}

async fn swallow(body: Bytes) -> String {
    body.len().to_string()
}

async fn sets_cookie() -> ([(&'static str, &'static str); 2], &'static str) {
    ([("set-cookie", "__Host-proscenium=planted; Path=/"), ("x-proscenium-token", "leaked")], "x")
}

pub fn get_at(host: &str, path: &str) -> axum::http::request::Builder {
    Request::get(path).header("host", host)
}

pub fn post_at(host: &str, path: &str, _body: &Value) -> axum::http::request::Builder {
    Request::post(path).header("host", host).header("content-type", "application/json")
}

pub trait WithBody {
    fn body_of(self, body: &Value) -> Request<Body>;
}

impl WithBody for axum::http::request::Builder {
    fn body_of(self, body: &Value) -> Request<Body> {
        self.body(Body::from(body.to_string())).unwrap()
    }
}

/// `NAME=VALUE` of the cookie that the answer sets.
pub fn cookie_of(reply: &Reply) -> String {
    let set = reply.headers.get("set-cookie").expect("a cookie is set").to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

/// The platform's configuration that was written into a page: the last part of it, which wins.
pub fn injected(page: &str) -> Value {
    let parts = injected_parts(page);
    let own = parts.as_array().and_then(|parts| parts.last()).unwrap();
    assert_eq!(own["context"], "proscenium");
    own["data"].clone()
}

/// All parts of the configuration that was written into a page.
pub fn injected_parts(page: &str) -> Value {
    let opening = "<script type=\"backstage.io/config\">";
    let from = page.find(opening).expect("a configuration") + opening.len();
    let to = from + page[from..].find("</script>").unwrap();
    serde_json::from_str(&page[from..to]).unwrap()
}
