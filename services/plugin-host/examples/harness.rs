//! What the tests need as an executable of its own: the `sandbox` verb, and a plugin host that can be killed.
#![expect(clippy::expect_used, reason = "a program for tests")]

use http_shell::{InternalKey, ServiceClient};
use kernel::{TenantId, system_clock};
use plugin_host::config::{Tools, Upgrades};
use plugin_host::{AllowList, Config, State};
use runtime::Tasks;
use runtime::objects::Objects;
use runtime::process::Launcher;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;
use store::{Db, DbOptions, KeyEncryptionKey};

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    match args.next().as_deref().and_then(|verb| verb.to_str()) {
        Some("sandbox") => runtime::sandbox::exec(args),
        Some("rollouts") => rollouts(args.map(|arg| arg.into_string().expect("UTF-8")).collect()),
        Some("host") => host(args.map(|arg| arg.into_string().expect("UTF-8")).collect()),
        _ => ExitCode::from(64),
    }
}

/// `host APP_URL SYSTEM_URL TENANT DATA_DIR WORKER`: wakes the plugin `probe` and waits to be killed.
fn host(args: Vec<String>) -> ExitCode {
    let [app_url, system_url, tenant, data_dir, worker] = args.try_into().expect("five arguments");
    let run = async move {
        let tasks = Tasks::new();
        let db = Db::connect(&DbOptions::new(app_url, system_url), KeyEncryptionKey::new([42; 32])).expect("URLs");
        let endpoint = runtime::embedded::s3::Endpoint::configured(&settings().s3);
        let launcher = Launcher::at(std::env::current_exe().expect("path"));
        let native = BTreeMap::from([("probe".to_owned(), worker.into())]);
        let allow = AllowList::new(["proscenium:probe"]).expect("names");
        let config = Config { allow, native, launcher, ..Config::in_folder(data_dir.into()) };
        std::fs::create_dir_all(&config.socket_dir).expect("folder");
        let client = ServiceClient::new(InternalKey::new(b"an internal key for tests, 32 bytes+", system_clock()));
        let state = State::new(db, client, Objects::new(&endpoint), config, system_clock(), &tasks);
        let tenant = TenantId::new(tenant.parse().expect("UUID"));
        let _lease = state.supervisor().lease(tenant, "probe", 1).await.expect("ready");
        std::future::pending::<()>().await;
    };
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("runtime").block_on(run);
    ExitCode::SUCCESS
}

/// `rollouts JSON`: a plugin host that installs, keeps a plugin awake, carries out rollouts and waits to be killed.
fn rollouts(args: Vec<String>) -> ExitCode {
    let settings: Value = serde_json::from_str(args.first().expect("settings")).expect("JSON");
    let text = |name: &str| settings[name].as_str().expect(name).to_owned();
    let run = async move {
        let tasks = Tasks::new();
        let options = DbOptions::new(text("appUrl"), text("systemUrl"));
        let db = Db::connect(&options, KeyEncryptionKey::new([42; 32])).expect("URLs");
        let endpoint = runtime::embedded::s3::Endpoint {
            url: text("s3Url"),
            bucket: text("bucket"),
            region: text("region"),
            access_key: text("accessKey"),
            secret_key: runtime::config::Secret::new(text("secretKey")),
            note: String::new(),
        };
        let config = Config {
            allow: AllowList::new([text("package")]).expect("names"),
            launcher: Launcher::at(std::env::current_exe().expect("path")),
            plugins_url: Some(text("pluginsUrl")),
            tools: Tools::At {
                node: Some(text("node").into()),
                worker_dir: Some(text("workerDir").into()),
                shell_versions: None,
            },
            upgrades: Upgrades { lease: Duration::from_secs(1), hold: Duration::from_secs(60), ..Upgrades::default() },
            ..Config::in_folder(text("dataDir").into())
        };
        std::fs::create_dir_all(&config.socket_dir).expect("folder");
        let client = ServiceClient::new(InternalKey::new(b"an internal key for tests, 32 bytes+", system_clock()));
        let state = State::new(db, client, Objects::new(&endpoint), config, system_clock(), &tasks);
        plugin_host::jobs::spawn(&state, &tasks);
        let tenant = TenantId::new(text("tenant").parse().expect("UUID"));
        // Awake as soon as it is installed, as one that people use.
        while state.supervisor().lease(tenant, &text("plugin"), 0).await.is_err() {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("runtime").block_on(run);
    ExitCode::SUCCESS
}

fn settings() -> runtime::Config {
    runtime::Config::load(runtime::config::Sources::default()).expect("defaults")
}
