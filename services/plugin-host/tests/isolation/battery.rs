//! The isolation battery: a real npm package that tries everything it should not, from inside its worker.
//!
//! It runs at the highest level that this machine permits and says which that is; `PROSCENIUM_TEST_BATTERY=L3,L2,L1,L0`
//! names others. What a lower level leaves open has to be on the list that operators and administrators see. With
//! `PROSCENIUM_TEST_BATTERY_TABLE=FILE` the outcome is written as rows of a table, `PROSCENIUM_TEST_BATTERY_SAMPLES` says how
//! many requests of a neighbour are timed, and `PROSCENIUM_TEST_BATTERY_SLOWER=10` by how many hundredths their 95th
//! percentile may grow, which means something on a machine without other work. It needs Node, a built plugin worker and a C
//! compiler, which linking Rust needs too.

use crate::host::{Host, checkout, quick};
use http::{Method, StatusCode};
use kernel::TenantId;
use plugin_host::AllowList;
use plugin_host::config::Tools;
use plugin_host::domain::lifecycle::Limits;
use plugin_host::supervisor::isolation::Settings;
use runtime::outbound::{Allow, Outbound};
use runtime::sandbox::Level;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use testkit::admin;

const PACKAGE: &str = "@proscenium-test/plugin-battery-backend";

/// What somebody asks of this test.
#[expect(clippy::disallowed_methods, reason = "how somebody asks a test for more")]
fn asked(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What one attack came to, by level.
#[derive(Default)]
struct Table(BTreeMap<&'static str, BTreeMap<&'static str, String>>);

impl Table {
    fn add(&mut self, attack: &'static str, level: Level, outcome: impl Into<String>) {
        self.0.entry(attack).or_default().insert(level.as_str(), outcome.into());
    }

    fn write(&self, file: &Path) {
        let mut text = String::from("| attempt | L3 | L2 | L1 | L0 |\n|---|---|---|---|---|\n");
        for (attack, outcomes) in &self.0 {
            let cell = |level: &str| outcomes.get(level).map_or("", String::as_str);
            writeln!(text, "| {attack} | {} | {} | {} | {} |", cell("L3"), cell("L2"), cell("L1"), cell("L0")).unwrap();
        }
        std::fs::write(file, text).unwrap();
    }
}

struct Scene {
    host: Host,
    level: Level,
    /// What the view says to be open.
    open: String,
    /// A port on this machine that must not be reached.
    port: u16,
    /// The neighbour.
    globex: TenantId,
}

/// Lays the package out as the installer does, and its rows beside it.
fn lay_out(bundles: &Path) {
    let folder = bundles.join("battery").join("node_modules");
    let package = folder.join(PACKAGE);
    std::fs::create_dir_all(&package).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/isolation");
    std::fs::copy(source.join("plugin.cjs"), package.join("index.cjs")).unwrap();
    let manifest = json!({ "name": PACKAGE, "version": "1.0.0", "main": "index.cjs",
        "backstage": { "role": "backend-plugin", "pluginId": "battery" } });
    std::fs::write(package.join("package.json"), manifest.to_string()).unwrap();
    std::fs::write(bundles.join("battery/package.json"), json!({ "private": true }).to_string()).unwrap();
    let compiled =
        Command::new("cc").args(["-O1", "-o"]).arg(package.join("attack")).arg(source.join("attack.c")).status();
    assert!(compiled.unwrap().success());
    // The package's one dependency, from the worker's own.
    std::fs::create_dir_all(folder.join("@backstage")).unwrap();
    let api =
        checkout().join("services/plugin-worker/node_modules/@backstage/backend-plugin-api").canonicalize().unwrap();
    std::os::unix::fs::symlink(api, folder.join("@backstage/backend-plugin-api")).unwrap();
}

impl Scene {
    /// At one level, or at the highest; `None` when this machine does not permit it.
    async fn set(level: Option<Level>) -> Option<Self> {
        let node = checkout().join(".tools/node/bin/node").canonicalize().unwrap();
        let worker = checkout().join("services/plugin-worker");
        let host = Host::with(|config| {
            config.isolation = Settings { level, ..Settings::forced(Level::L0) };
            config.limits = Limits { start: Duration::from_secs(12), breaker_failures: 50, ..quick() };
            config.health_timeout = Duration::from_secs(2);
            config.tools = Tools::At { node: Some(node), worker_dir: Some(worker), shell_versions: None };
            config.allow = AllowList::new([PACKAGE, "proscenium:probe"]).unwrap();
            config.outbound = Outbound::new(Allow::parse(["localhost"]).unwrap()).ok();
            lay_out(&config.bundles());
        })
        .await;
        let view = host.get("/api/plugins/v1/isolation").await.json();
        say(&format!("isolation: {view}"));
        let reached: Level = view["level"].as_str().unwrap().parse().unwrap();
        if level.is_some_and(|level| level != reached) {
            host.stop().await;
            return None;
        }
        let (level, open) = (reached, view["notContained"].to_string());
        let (tenant, features) = (host.tenant, json!([PACKAGE]));
        let backend = json!({ "kind": "node", "bundle": "battery", "features": features });
        host.test
            .execute_as_admin(&format!(
                "insert into plugin_installation (tenant_id, plugin_id, installed_at) values ('{tenant}', 'battery', now());
                 insert into plugin_package (tenant_id, package, plugin_id, source, version, state, backend, requested_at, changed_at)
                 values ('{tenant}', '{PACKAGE}', 'battery', 'npm', '1.0.0', 'installed', '{backend}', now(), now())"
            ))
            .await;
        let globex = host.test.tenant("globex").await;
        host.install_for(globex, "proscenium:probe").await.unwrap();
        let port = testkit_port(&host);
        Some(Self { host, level, open, port, globex })
    }

    async fn attack(&self, path: &str) -> Value {
        let reply = self.host.get(&format!("/api/battery/{path}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
        reply.json()
    }

    /// Asks of an attack that may end its worker; the text says how it went.
    async fn survive(&self, path: &str) -> String {
        let reply = self.host.get(&format!("/api/battery/{path}")).await;
        let status = reply.status;
        for _ in 0..600 {
            if self.host.get("/api/battery/ok").await.status == StatusCode::OK {
                let message = reply.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
                return if status == StatusCode::OK { format!("ended by itself {}", reply.text()) } else { message };
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{path}: the worker never came back: {}", self.host.worker("battery").await);
    }

    /// The 95th percentile of a neighbour's answers in milliseconds while something else happens, as many as fit.
    async fn times(&self, least: usize, meanwhile: impl Future<Output = String>) -> (f64, String) {
        let globex = admin(self.globex);
        let mut taken = Vec::new();
        tokio::pin!(meanwhile);
        let mut outcome = None;
        while outcome.is_none() || taken.len() < least {
            let began = Instant::now();
            let ask = self.host.request(Some(&globex), Method::GET, "/api/probe/echo", None);
            tokio::pin!(ask);
            let reply = loop {
                tokio::select! {
                    reply = &mut ask => break reply,
                    done = &mut meanwhile, if outcome.is_none() => outcome = Some(done),
                }
            };
            assert_eq!(reply.status, StatusCode::OK, "a neighbour failed: {}", reply.text());
            taken.push(began.elapsed().as_secs_f64() * 1000.0);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        taken.sort_by(f64::total_cmp);
        (taken[taken.len() * 95 / 100], outcome.unwrap_or_default())
    }

    /// Times a neighbour before an attack and during it, and says how the attack went.
    async fn neighbour(&self, table: &mut Table, attack: &'static str, during: impl Future<Output = String>) -> String {
        let samples = asked("PROSCENIUM_TEST_BATTERY_SAMPLES").and_then(|text| text.parse().ok()).unwrap_or(40);
        let (before, _) = self.times(samples, async { String::new() }).await;
        let (meanwhile, outcome) = self.times(samples, during).await;
        let text = format!("{before:.1} ms before, {meanwhile:.1} ms");
        say(&format!("{}: {attack}: {text}", self.level.as_str()));
        if let Some(percent) = asked("PROSCENIUM_TEST_BATTERY_SLOWER").and_then(|text| text.parse::<f64>().ok()) {
            assert!(meanwhile <= before * (1.0 + percent / 100.0), "{attack}: {text}");
        }
        table.add(attack, self.level, text);
        outcome
    }

    /// What was possible must be on the list that people see.
    fn is_listed(&self, possible: bool, words: &str, found: &dyn std::fmt::Debug) {
        assert!(!possible || self.open.contains(words), "{words} is not listed: {found:?}");
    }
}

/// For whoever runs the tests; what passes is not shown otherwise.
fn say(text: &str) {
    drop(std::io::Write::write_all(&mut std::io::stderr(), format!("{text}\n").as_bytes()));
}

fn testkit_port(host: &Host) -> u16 {
    let url = host.test.admin_url();
    let (_, rest) = url.rsplit_once('@').unwrap();
    rest.split('/').next().unwrap().rsplit_once(':').unwrap().1.parse().unwrap()
}

fn shown(outcomes: &Value) -> String {
    let reached: Vec<&String> =
        outcomes.as_object().unwrap().iter().filter(|(_, outcome)| *outcome == "DONE").map(|(name, _)| name).collect();
    match reached.len() {
        0 => "denied".to_owned(),
        count => format!("**{count} of {} possible**", outcomes.as_object().unwrap().len()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_tries_everything_is_contained_at_the_highest_level() {
    let levels = asked("PROSCENIUM_TEST_BATTERY");
    let levels: Vec<Option<Level>> = match &levels {
        Some(named) => named.split(',').map(|level| Some(level.parse().unwrap())).collect(),
        None => vec![None],
    };
    let mut table = Table::default();
    for level in levels {
        let Some(scene) = Scene::set(level).await else {
            say(&format!("not tested: {level:?} is not reached"));
            continue;
        };
        looks(&scene, &mut table).await;
        calls(&scene, &mut table).await;
        egress(&scene, &mut table).await;
        takes(&scene, &mut table).await;
        scene.host.stop().await;
    }
    if let Some(file) = asked("PROSCENIUM_TEST_BATTERY_TABLE") {
        table.write(Path::new(&file));
    }
}

/// Files, sockets and environment of others.
async fn looks(scene: &Scene, table: &mut Table) {
    let strict = scene.level >= Level::L2;
    let root = scene.host.folder.path();
    let globex = admin(scene.globex);
    // A worker of another organisation is awake.
    assert_eq!(scene.host.request(Some(&globex), Method::GET, "/api/probe/echo", None).await.status, StatusCode::OK);
    scene.attack("ok").await;
    let paths =
        |paths: &[PathBuf]| paths.iter().map(|path| format!("path={}", path.display())).collect::<Vec<_>>().join("&");
    let fixed =
        ["/etc/shadow", "/etc/hostname", "/root", "/home", "/var", "/sys", "/usr/bin", "/proc/1/root", "/proc/kcore"];
    let mut files: Vec<PathBuf> = fixed.iter().map(PathBuf::from).collect();
    std::fs::write(root.join("keys.json"), "secret").unwrap();
    files.extend([root.join("keys.json"), root.join("workers/users"), checkout().join("Cargo.toml")]);
    let read = scene.attack(&format!("files?{}", paths(&files))).await;
    table.add("read files of the host and of the server", scene.level, shown(&read));
    let mut written = vec![root.join("x"), root.join("bundles/battery/x")];
    if scene.level > Level::L0 {
        // Nothing would keep it from leaving these behind on the machine.
        written.extend(["/etc/x".into(), "/usr/x".into()]);
    }
    let written = paths(&written);
    let written = scene.attack(&format!("write?{written}")).await;
    table.add("write files of the host and of its own bundle", scene.level, shown(&written));
    let sockets: Vec<PathBuf> = sockets_below(root);
    assert!(sockets.len() >= 6, "{sockets:?}");
    // The neighbour, a native worker, has no way to the database: so this folder is its own.
    let own = sockets.iter().find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(".s.PGSQL"));
    let own = own.unwrap().parent().unwrap();
    let others: Vec<PathBuf> = sockets.iter().filter(|path| !path.starts_with(own)).cloned().collect();
    assert!(others.len() >= 3, "{sockets:?}");
    let connected = scene.attack(&format!("sockets?{}", paths(&others))).await;
    table.add("connect to sockets of other organisations' workers", scene.level, shown(&connected));
    let env = scene.attack("env").await;
    let names: Vec<&str> = env["own"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let expected = |name: &&str| ["PATH", "NODE_ENV", "HOME", "TMPDIR", "NODE_COMPILE_CACHE"].contains(name);
    assert!(names.iter().all(expected), "{names:?}");
    let leaked =
        env["others"].as_array().unwrap().iter().filter(|pair| pair[1].as_str().unwrap().contains("CARGO")).count();
    table.add(
        "read the environment of the server and of others",
        scene.level,
        match leaked {
            0 => "denied".to_owned(),
            count => format!("**{count} processes**"),
        },
    );
    scene.is_listed(shown(&read) != "denied", "reads", &read);
    scene.is_listed(shown(&written) != "denied", "writes", &written);
    scene.is_listed(shown(&connected) != "denied", "every file that the server can", &connected);
    scene.is_listed(leaked > 0, "reads their environment", &leaked);
    if strict {
        assert!(connected.as_object().unwrap().values().all(|outcome| outcome == "ENOENT"), "sees {connected}");
        for (what, outcomes) in [("files", &read), ("writes", &written), ("sockets", &connected)] {
            assert_eq!(shown(outcomes), "denied", "{what}: {outcomes}");
        }
        assert_eq!(leaked, 0, "{env}");
    }
}

fn sockets_below(root: &Path) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(root.join("sockets")).unwrap().flatten();
    folders
        .flat_map(|folder| std::fs::read_dir(folder.path()).into_iter().flatten().flatten())
        .map(|e| e.path())
        .collect()
}

/// Tracing, mounting, namespaces, raw sockets, the network.
async fn calls(scene: &Scene, table: &mut Table) {
    // Without a network of its own, what it sends would really go out.
    let far = if scene.level >= Level::L2 { "far" } else { "near" };
    let reply = scene.attack(&format!("native?arg=calls&arg={}&arg={far}", scene.port)).await;
    let lines: Vec<&str> = reply["lines"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(lines.len() >= 20, "{reply}");
    let done: Vec<&str> = lines.iter().filter_map(|line| line.strip_suffix(" DONE")).collect();
    let (network, system): (Vec<&str>, Vec<&str>) = done.into_iter().partition(|name| name.contains(':'));
    scene.is_listed(!system.is_empty(), "every system call", &system);
    scene.is_listed(!network.is_empty(), "connects to every address", &network);
    let text = |done: &[&str]| match done {
        [] => "denied".to_owned(),
        names => format!("**{}**", names.iter().map(|name| name.trim()).collect::<Vec<_>>().join(", ")),
    };
    table.add("ptrace, mount, namespaces, bpf, keys, io_uring, perf, raw sockets", scene.level, text(&system));
    table.add("connect anywhere: loopback, private, metadata, UDP", scene.level, text(&network));
    scene.is_listed(scene.level < Level::L2, "resolves names", &scene.level);
    if scene.level < Level::L2 {
        table.add("resolve names by itself", scene.level, "**possible** (not tried)");
    } else {
        let dns = scene.attack("dns").await;
        let resolves = dns["dns"] == "DONE";
        table.add("resolve names by itself", scene.level, "denied");
        assert!(system.is_empty() && network.is_empty() && !resolves, "{lines:?} {dns}");
    }
}

/// The list of hosts, changed while the worker runs.
async fn egress(scene: &Scene, table: &mut Table) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let router = axum::Router::new().fallback(|| async { "from outside" });
    let token = scene.host.tasks.shutdown_token();
    scene.host.tasks.spawn("outside", async move {
        token.run_until_cancelled(async move { drop(axum::serve(listener, router).await) }).await;
    });
    let path = format!("reach?url=http://localhost:{port}/");
    let pid = scene.attack("ok").await["pid"].clone();
    assert!(scene.attack(&path).await["code"].is_string(), "reached without being on the list");
    let by = admin(scene.host.tenant);
    for (hosts, reached) in [(json!([format!("localhost:{port}")]), true), (json!([]), false)] {
        let set = scene.host.request(
            Some(&by),
            Method::PUT,
            "/api/plugins/v1/installed/battery/egress",
            Some(json!({ "hosts": hosts })),
        );
        assert_eq!(set.await.status, StatusCode::OK);
        let answer = scene.attack(&path).await;
        assert_eq!(answer["text"] == "from outside", reached, "{answer}");
    }
    let logs = scene.host.get("/api/plugins/v1/installed/battery/logs").await.text();
    assert!(logs.contains("is not on this plugin's list of hosts"), "{logs}");
    // On the list, and yet a private address: what the guard refuses is refused after the name was resolved.
    let set = json!({ "hosts": ["169.254.169.254:80", "10.0.0.1:80"] });
    scene.host.request(Some(&by), Method::PUT, "/api/plugins/v1/installed/battery/egress", Some(set)).await;
    for url in ["http://169.254.169.254/", "http://10.0.0.1/"] {
        assert!(scene.attack(&format!("reach?url={url}")).await["code"].is_string(), "{url}");
    }
    assert_eq!(scene.attack("ok").await["pid"], pid, "a change of the list started the worker again");
    table.add(
        "reach a host that is not on the plugin's list, through HTTP clients",
        scene.level,
        "denied, told in its log",
    );
    table.add("reach a private or metadata address that is on its list", scene.level, "denied");
}

/// Processes, memory, disk, CPU, log text, and a start that hangs.
async fn takes(scene: &Scene, table: &mut Table) {
    let level = scene.level;
    let bomb = async {
        let reply = scene.attack("native?arg=fork-bomb&arg=400").await;
        reply["lines"][0].as_str().unwrap_or_default().to_owned()
    };
    let outcome = scene.neighbour(table, "a neighbour's p95: fork bomb", bomb).await;
    let contained = outcome.contains("EAGAIN");
    assert!(contained || level < Level::L1, "{outcome}");
    scene.is_listed(!contained, "starts processes", &outcome);
    let text = outcome.replace("fork-bomb DONE", "**possible**").replace("fork-bomb EAGAIN", "EAGAIN after");
    table.add("fork bomb", level, text);
    let outcome = scene.neighbour(table, "a neighbour's p95: 2 GB of memory", scene.survive("memory")).await;
    assert!(!outcome.starts_with("ended by itself"), "{outcome}");
    let why = scene.host.get("/api/plugins/v1/installed/battery/logs").await.text();
    assert!(why.contains("384 MB of memory"), "{why}");
    table.add("allocate 2 GB", level, "ended at 384 MB, started again");
    let disk = scene.attack("disk?most=300").await;
    let filled = disk["code"] == "DONE";
    assert!(!filled || level < Level::L1, "{disk}");
    scene.is_listed(filled, "disks without a limit", &disk);
    let text = format!("{} after {} MB", disk["code"].as_str().unwrap_or_default(), disk["megabytes"]);
    table.add("fill the disk", level, if filled { "**possible**".to_owned() } else { text });
    let outcome = scene.neighbour(table, "a neighbour's p95: endless loop", scene.survive("loop")).await;
    assert!(!outcome.starts_with("ended by itself"), "{outcome}");
    table.add("endless loop", level, "ended by the health check, started again");
    scene.neighbour(table, "a neighbour's p95: 100 MB of log", scene.survive("flood?lines=100000")).await;
    let kept = scene.host.get("/api/plugins/v1/installed/battery/logs").await.json()["lines"].as_array().unwrap().len();
    assert!(kept <= 200, "{kept}");
    table.add("write 100 MB of log", level, format!("{kept} lines kept, the rest counted"));
    scene.host.configure("battery", json!({ "battery": { "start": "hang" } })).await;
    let hanging = async { scene.host.get("/api/battery/ok").await.json()["error"]["message"].to_string() };
    let outcome = scene.neighbour(table, "a neighbour's p95: hang at start", hanging).await;
    assert!(outcome.contains("did not become ready within 12 seconds"), "{outcome}");
    table.add("hang at start", level, "ended after the deadline, 503 with the reason");
    assert_eq!(scene.host.get("/api/plugins/v1/installed").await.status, StatusCode::OK, "the core is untouched");
}
