//! A plugin host with everything real around it.

use http::{Method, Request, StatusCode};
use http_shell::{Caller, ServiceClient, TOKEN_HEADER};
use kernel::{TenantId, system_clock};
use plugin_host::config::Tools;
use plugin_host::domain::lifecycle::Limits;
use plugin_host::{AllowList, Config, State, jobs, routes};
use runtime::Tasks;
use runtime::bus::Bus;
use runtime::objects::Objects;
use runtime::process::Launcher;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;
use testkit::{Reply, TestDb, admin, key, send};

/// Folder of the test's own executable, one above `deps`.
pub fn target_dir() -> PathBuf {
    let executable = std::env::current_exe().unwrap();
    executable.parent().and_then(Path::parent).unwrap().to_owned()
}

/// One of this crate's examples.
pub fn example(name: &str) -> PathBuf {
    target_dir().join("examples").join(name)
}

/// The root of the checkout.
pub fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

pub struct Host {
    pub test: TestDb,
    pub tenant: TenantId,
    pub router: axum::Router,
    pub tasks: Tasks,
    pub folder: tempfile::TempDir,
    /// The list that [`Host::install`] goes by.
    pub allow: AllowList,
    /// Leads to the other services, of which there are none until a test attaches one.
    pub client: ServiceClient,
    pub bus: Bus,
    /// The plugins' database, as its administrator.
    pub plugins_url: String,
    pub endpoint: runtime::embedded::s3::Endpoint,
    /// For what goes on beside requests.
    pub state: State,
    plugins: String,
}

/// Limits under which a test sees everything within seconds.
pub fn quick() -> Limits {
    Limits {
        start: Duration::from_secs(3),
        back_off_first: Duration::from_millis(50),
        lasting_pause: Duration::from_millis(50),
        drain: Duration::from_secs(4),
        ..Limits::default()
    }
}

/// What these tests install.
const PACKAGES: [&str; 6] = [
    "@backstage-community/plugin-badges-backend",
    "badges",
    "proscenium:ghost",
    "proscenium:greeter",
    "proscenium:probe",
    "proscenium:tech-radar",
];

impl Host {
    pub async fn start() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::build(change, true).await
    }

    /// One that does nothing by itself: another process does.
    pub async fn at_rest() -> Self {
        Self::at_rest_with(|_| ()).await
    }

    /// As above, with other settings.
    pub async fn at_rest_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::build(change, false).await
    }

    async fn build(change: impl FnOnce(&mut Config), at_work: bool) -> Self {
        let test = TestDb::new().await;
        let tenant = test.tenant("acme").await;
        let plugins = format!("plugins_{}", uuid::Uuid::new_v4().simple());
        test.execute_as_admin(&format!("create database {plugins}")).await;
        let plugins_url = test.admin_url().replace(test.name(), &plugins);
        let folder = tempfile::Builder::new().prefix("ph").tempdir_in("/tmp").unwrap();
        let tasks = Tasks::new();
        let settings = runtime::Config::load(runtime::config::Sources::default()).unwrap();
        let endpoint = runtime::embedded::s3::serve(&settings.s3, folder.path(), &tasks).await.unwrap();
        let mut config = Config {
            launcher: Launcher::at(example("harness")),
            plugins_url: Some(plugins_url.clone()),
            allow: AllowList::new(PACKAGES).unwrap(),
            native: ["probe", "greeter"].map(|name| (name.to_owned(), example(name))).into(),
            limits: quick(),
            health_interval: Duration::from_millis(200),
            health_timeout: Duration::from_millis(500),
            tools: Tools::At { node: None, worker_dir: None, shell_versions: None },
            ..Config::in_folder(folder.path().to_owned())
        };
        change(&mut config);
        std::fs::create_dir_all(&config.socket_dir).unwrap();
        // As the data folder is when the server is root: workers with users of their own pass through.
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
        let allow = config.allow.clone();
        let (client, bus) = (ServiceClient::new(key()), Bus::start(None, &tasks).unwrap());
        let state =
            State::new(test.db.clone(), client.clone(), Objects::new(&endpoint), config, system_clock(), &tasks);
        state.hear_of_secrets(&bus, &tasks);
        state.hear_of_previews(&bus, &tasks);
        if at_work {
            jobs::spawn(&state, &tasks);
        }
        let router = routes().build(state.clone(), &key()).router;
        Self { test, tenant, router, tasks, folder, allow, client, bus, plugins_url, endpoint, state, plugins }
    }

    pub async fn request(&self, by: Option<&Caller>, method: Method, path: &str, body: Option<Value>) -> Reply {
        testkit::request(&self.router, by, method, path, body).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.request(Some(&admin(self.tenant)), Method::GET, path, None).await
    }

    /// Installs through the same function as the command line.
    pub async fn install(&self, package: &str) -> Result<Value, String> {
        self.install_for(self.tenant, package).await
    }

    /// The same for another organisation.
    pub async fn install_for(&self, tenant: TenantId, package: &str) -> Result<Value, String> {
        let clock = system_clock();
        let patience = Duration::from_secs(300);
        let found = plugin_host::install(&self.test.db, &clock, &self.allow, tenant, package, patience).await;
        found.map(|found| serde_json::to_value(found).unwrap()).map_err(|error| error.message)
    }

    /// Installs the probe and tells it how to behave.
    pub async fn probe(&self, mode: &str) {
        self.install("proscenium:probe").await.unwrap();
        self.configure("probe", json!({ "probe": { "mode": mode } })).await;
    }

    pub async fn try_configure(&self, plugin: &str, config: Value) -> Reply {
        let path = format!("/api/plugins/v1/installed/{plugin}/config");
        let body = json!({ "config": config });
        self.request(Some(&admin(self.tenant)), Method::PUT, &path, Some(body)).await
    }

    pub async fn configure(&self, plugin: &str, config: Value) {
        let reply = self.try_configure(plugin, config).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    }

    pub async fn worker(&self, plugin: &str) -> Value {
        self.get(&format!("/api/plugins/v1/installed/{plugin}")).await.json()["worker"].clone()
    }

    /// Waits until the worker's state is this.
    pub async fn wait_for(&self, plugin: &str, state: &str) -> Value {
        for _ in 0..200 {
            let worker = self.worker(plugin).await;
            if worker["state"] == state {
                return worker;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never {state}: {}", self.worker(plugin).await);
    }

    /// A request with headers of its own.
    pub async fn raw(&self, request: http::request::Builder, body: axum::body::Body) -> Reply {
        let caller = admin(self.tenant);
        let token = key().issue(Some(caller.tenant), &caller.principal).unwrap();
        let request: Request<axum::body::Body> = request.header(TOKEN_HEADER, token).body(body).unwrap();
        send(&self.router, request).await
    }

    /// Ends everything that runs, and leaves the folder.
    pub async fn shut_down(&self) {
        let left = self.tasks.shutdown(Duration::from_secs(20)).await;
        assert_eq!(left, Vec::<String>::new(), "tasks that do not end");
    }

    pub async fn stop(self) {
        self.shut_down().await;
        self.test.execute_as_admin(&format!("drop database {} with (force)", self.plugins)).await;
        self.test.db.close().await;
    }
}

/// Whether a process lives and is no zombie.
pub fn lives(pid: u64) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

/// The message of a refusal for now.
pub fn unavailable(reply: &Reply) -> String {
    let body = reply.json();
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{}", reply.text());
    assert_eq!(body["error"]["name"], "ServiceUnavailableError");
    body["error"]["message"].as_str().unwrap().to_owned()
}
