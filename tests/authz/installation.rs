//! A whole installation in this process: every service, one client between them, the gateway's edge in front.
//!
//! Stands on what the product itself has for a single process: no Redis, object storage over a folder. Its outside
//! world is its own demo git host, for which alone the edge listens on a loopback port; requests of tests go straight
//! into the edge.

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode};
use http_shell::{Caller, RouteEntry, ServiceClient, ServiceName, ServiceRouter, TOKEN_HEADER};
use integrations::Integrations;
use integrations::demo_git::DemoGit;
use kernel::system_clock;
use plugin_host::domain::lifecycle::Limits;
use runtime::bus::Bus;
use runtime::cache::Cache;
use runtime::config::{Config, Plan, Plans, Sources};
use runtime::objects::Objects;
use runtime::process::Launcher;
use runtime::{Tasks, embedded};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tenant_admin::TenantAdmin;
use testkit::{Reply, TestDb, key, send};
use tokio::net::TcpListener;
use utoipa::openapi::OpenApi;

const INTERNAL_KEY: &[u8] = b"the key under which cursors are signed";
/// What takes longer is answered here with 504, which no route gives by itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// Everything, running.
pub struct Installation {
    /// The database.
    pub test: TestDb,
    /// The front door.
    pub edge: Router,
    /// What is behind it, by the service's name in the table of routes.
    pub services: BTreeMap<&'static str, Router>,
    /// Every route.
    pub routes: Vec<RouteEntry>,
    /// Domain with port.
    pub domain: String,
    /// Object storage.
    pub objects: Objects,
    /// The operator's hand: what `proscenium tenant …` uses.
    pub operator: TenantAdmin,
    /// The source host.
    pub git: Arc<DemoGit>,
    jobs: Tasks,
    rest: Tasks,
    folder: tempfile::TempDir,
}

/// What the services are built on.
struct Ground {
    test: TestDb,
    settings: Config,
    client: ServiceClient,
    jobs: Tasks,
    rest: Tasks,
    bus: Bus,
    objects: Objects,
}

/// Every service's name in `openapi/`, table and document.
pub fn documents() -> Vec<(&'static str, Vec<RouteEntry>, OpenApi)> {
    vec![
        ("gateway", gateway::routes().table(), gateway::routes().openapi()),
        ("catalog", catalog::routes().table(), catalog::routes().openapi()),
        ("scaffolder", scaffolder::routes().table(), scaffolder::routes().openapi()),
        ("integrations", integrations::http::routes().table(), integrations::http::routes().openapi()),
        ("tenant-admin", tenant_admin::routes().table(), tenant_admin::routes().openapi()),
        ("plugins", plugin_host::routes().table(), plugin_host::routes().openapi()),
    ]
}

/// Every route of every service.
pub fn all_routes() -> Vec<RouteEntry> {
    documents().into_iter().flat_map(|(_, table, _)| table).collect()
}

impl Installation {
    pub async fn start() -> Self {
        Box::pin(Self::start_with(|_| ())).await
    }

    /// With settings of one's own.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let (folder, test) = (tempfile::tempdir().unwrap(), TestDb::new().await);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut settings = settings(folder.path(), listener.local_addr().unwrap());
        change(&mut settings);
        let (jobs, rest) = (Tasks::new(), Tasks::new());
        let endpoint = embedded::s3::serve(&settings.s3, folder.path(), &rest).await.unwrap();
        let ground = Ground {
            client: ServiceClient::new(key()),
            bus: Bus::start(None, &rest).unwrap(),
            objects: Objects::new(&endpoint),
            test,
            settings,
            jobs,
            rest,
        };
        let integrations = Integrations::new(&ground.settings, ground.for_integrations()).unwrap();
        let operator = ground.operator();
        tenant_admin::jobs::start(&operator, &ground.client, &ground.jobs);
        let services = ground.services(integrations.clone(), operator.clone());
        let edge = ground.edge();
        let listening = edge.clone().into_make_service_with_connect_info::<SocketAddr>();
        ground.rest.spawn("edge", async move { axum::serve(listener, listening).await.unwrap() });
        Self {
            edge,
            services,
            routes: all_routes(),
            operator,
            domain: ground.settings.domain,
            objects: ground.objects,
            git: integrations.demo.unwrap(),
            test: ground.test,
            jobs: ground.jobs,
            rest: ground.rest,
            folder,
        }
    }

    /// Ends background work, so that rows change by requests only.
    pub async fn stop_jobs(&self) {
        let late = self.jobs.shutdown(Duration::from_secs(15)).await;
        assert!(late.is_empty(), "still working: {late:?}");
    }

    pub async fn stop(self) {
        self.jobs.request_shutdown();
        self.rest.request_shutdown();
        self.test.db.close().await;
    }

    /// Everything that is kept outside the database.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Through the front door.
    pub async fn call(&self, request: Request<Body>) -> Reply {
        answer(&self.edge, request).await
    }

    /// Past the front door, as one process of ours calls another.
    pub async fn call_inside(&self, service: &str, caller: &Caller, mut request: Request<Body>) -> Reply {
        let token = key().issue(Some(caller.tenant), &caller.principal).unwrap();
        request.headers_mut().insert(TOKEN_HEADER, token.parse().unwrap());
        answer(&self.services[service], request).await
    }
}

async fn answer(router: &Router, request: Request<Body>) -> Reply {
    let answered = tokio::time::timeout(PATIENCE, Box::pin(send(router, request))).await;
    let late =
        |_| Reply { status: StatusCode::GATEWAY_TIMEOUT, headers: HeaderMap::new(), bytes: b"no answer".to_vec() };
    answered.unwrap_or_else(late)
}

/// A request to a host, with a JSON body unless `body` is empty.
pub fn request(method: &str, host: &str, path: &str, body: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = Request::builder().method(method).uri(path).header("host", host);
    if !body.is_empty() {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn settings(folder: &Path, address: SocketAddr) -> Config {
    let mut settings = Config::load(Sources::default()).unwrap();
    settings.domain = format!("localhost:{}", address.port());
    settings.listen = address;
    settings.data_dir = folder.to_owned();
    settings.demo = true;
    settings.catalog.processing_interval = Duration::from_secs(3600);
    settings
}

impl Ground {
    fn operator(&self) -> TenantAdmin {
        let config = tenant_admin::Config::from_settings(&self.settings);
        TenantAdmin::new(config, self.test.db.clone(), system_clock(), self.bus.clone(), self.ground())
            .with_services(self.client.clone())
    }

    fn ground(&self) -> tenant_admin::Ground {
        tenant_admin::Ground {
            objects: Some(self.objects.clone()),
            tasks: self.rest.clone(),
            ..tenant_admin::Ground::alone().unwrap()
        }
    }

    /// Builds and attaches every service but the gateway. A new service belongs here and in [`documents`].
    fn services(&self, integrations: Integrations, operator: TenantAdmin) -> BTreeMap<&'static str, Router> {
        let built = [
            (ServiceName::Integrations, integrations::service(integrations, &key())),
            (ServiceName::TenantAdmin, tenant_admin::routes().build(operator, &key())),
            (ServiceName::Catalog, self.catalog()),
            (ServiceName::Scaffolder, self.scaffolder()),
            (ServiceName::PluginHost, self.plugin_host()),
        ];
        let attach = |(name, built): (ServiceName, ServiceRouter)| {
            self.client.attach(name, built.router.clone());
            (built.table[0].service, built.router)
        };
        built.into_iter().map(attach).collect()
    }

    fn for_integrations(&self) -> integrations::Ground {
        integrations::Ground {
            db: self.test.db.clone(),
            clock: system_clock(),
            cache: Cache::new(None).unwrap(),
            bus: self.bus.clone(),
            tasks: self.rest.clone(),
        }
    }

    fn catalog(&self) -> ServiceRouter {
        let config = catalog::Config {
            poll_interval: Duration::from_millis(50),
            ..catalog::Config::new(&self.settings.catalog)
        };
        let db = self.test.db.clone();
        let state = catalog::State::new(db, self.client.clone(), config, INTERNAL_KEY, system_clock());
        catalog::jobs::start(&state, &self.jobs);
        catalog::routes().build(state, &key())
    }

    fn scaffolder(&self) -> ServiceRouter {
        let config = scaffolder::Config {
            poll_interval: Duration::from_millis(50),
            event_interval: Duration::from_millis(20),
            ..scaffolder::Config::new(&self.settings.data_dir)
        };
        let state = scaffolder::State::new(self.test.db.clone(), self.client.clone(), config, self.jobs.clone());
        scaffolder::start(state.clone());
        scaffolder::routes().build(state, &key())
    }

    /// With one native plugin, `radar`, whose worker ends at once: what matters here is who may ask for it.
    fn plugin_host(&self) -> ServiceRouter {
        let config = plugin_host::Config {
            launcher: Launcher::at("/bin/false"),
            // The operator's list is the same for everybody; it must not tell a plugin that is there from one that is not.
            allow: plugin_host::AllowList::new(["proscenium:radar", "proscenium:cabin"]).unwrap(),
            uploads: plugin_host::domain::own_plugins::Uploads::On,
            native: [("radar".to_owned(), "/bin/false".into())].into(),
            limits: Limits { start: Duration::from_secs(2), ..Limits::default() },
            domain: self.settings.domain.clone(),
            ..plugin_host::Config::in_folder(self.settings.data_dir.clone())
        };
        std::fs::create_dir_all(&config.socket_dir).unwrap();
        let db = self.test.db.clone();
        let state =
            plugin_host::State::new(db, self.client.clone(), self.objects.clone(), config, system_clock(), &self.rest);
        state.hear_of_secrets(&self.bus, &self.rest);
        plugin_host::jobs::spawn(&state, &self.jobs);
        plugin_host::routes().build(state, &key())
    }

    fn edge(&self) -> Router {
        let attempts =
            gateway::Attempts { sign_in_per_account: 10_000, sign_in_per_address: 10_000, sign_up_per_address: 10_000 };
        // Seats are counted here, requests are not.
        let members = self.settings.plans.get("free").members;
        let plans = Plans::default().with("free", Plan { members, ..Plan::default() });
        let config =
            gateway::Config { demo: true, attempts, plans, ..gateway::Config::new(&*self.settings.domain, false) };
        let texts = documents()
            .into_iter()
            .map(|(name, _, document)| (name.to_owned(), http_shell::write_openapi(&document).unwrap()));
        let gateway = gateway::Gateway::new(gateway::Parts {
            config,
            db: self.test.db.clone(),
            clock: system_clock(),
            services: self.client.clone(),
            cache: Cache::new(None).unwrap(),
            bus: self.bus.clone(),
            tasks: self.rest.clone(),
            documents: texts.collect(),
        });
        gateway::edge(gateway, &key())
    }
}
