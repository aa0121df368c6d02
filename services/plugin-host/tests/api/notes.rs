//! A small back-end plugin in several versions, laid down as npm would have, and a host whose workers are real Node ones.

use crate::host::{Host, checkout, quick};
use http::{Method, StatusCode};
use kernel::{TenantId, system_clock};
use plugin_host::config::{Tools, Upgrades};
use plugin_host::domain::lifecycle::Limits;
use plugin_host::{AllowList, Gate, NewRollout};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use testkit::admin;
use uuid::Uuid;

pub const PACKAGE: &str = "@acme/plugin-notes-backend";

/// What a version does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    Boot,
    Errors,
    Slow,
    Migration,
    /// Nothing in the back end; the test sends beacons.
    Frontend,
}

const INDEX: &str = r"'use strict';
const path = require('path');
const VERSION = require('./package.json').version;
const FAULT = '{fault}';
const ref = id => ({ $$type: '@backstage/ServiceRef', id, scope: 'plugin', multiton: false, T: null,
  toString() { return `serviceRef{${id}}`; } });
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
let count = 0;
async function body(req) {
  let text = '';
  for await (const chunk of req) text += chunk;
  return JSON.parse(text || '{}');
}
async function init({ database, router }) {
  if (FAULT === 'Boot') throw new Error('notes cannot start');
  const db = await database.getClient();
  await db.migrate.latest({ directory: path.join(__dirname, 'migrations') });
  router.use(async (req, res, next) => {
    try {
      count += 1;
      await sleep(FAULT === 'Slow' ? 500 : 100);
      if (FAULT === 'Errors' && count % 5 === 0) throw new Error('one in five');
      if (req.path === '/version') return res.json({ version: VERSION, pid: process.pid });
      if (req.path === '/stream') {
        for (let part = 0; part < 10; part += 1) {
          res.write(`${VERSION} ${part}\n`);
          await sleep(200);
        }
        return res.end();
      }
      if (req.method === 'POST') {
        const [row] = await db('notes').insert({ text: (await body(req)).text }).returning('id');
        return res.status(201).json({ id: row.id ?? row, version: VERSION });
      }
      return res.json(await db('notes').select('*').orderBy('id').limit(10000));
    } catch (error) {
      next(error);
    }
  });
}
module.exports = { $$type: '@backstage/BackendFeature', version: 'v1', featureType: 'registrations',
  getRegistrations: () => [{ type: 'plugin', pluginId: 'notes', extensionPoints: [],
    init: { deps: { database: ref('core.database'), router: ref('core.httpRouter') }, func: init } }] };
";

const FIRST: &str =
    "exports.up = db => db.schema.createTable('notes', t => { t.increments('id'); t.text('text').index(); });
exports.down = async () => {};";
const SECOND: &str = "exports.up = async db => {
  await db.schema.alterTable('notes', t => { t.text('tag').notNullable().defaultTo('none'); });
  await db('notes').update({ tag: 'old' });
};
exports.down = async () => {};";
const BROKEN: &str = "exports.up = async db => {
  await db('notes').update({ text: 'destroyed' });
  await db.raw('select * from nowhere');
};
exports.down = async () => {};";

/// What the first and the second version bring.
pub const MIGRATIONS: [&str; 2] = [FIRST, SECOND];

/// The plugin's code.
pub fn index(fault: Fault) -> String {
    INDEX.replace("{fault}", &format!("{fault:?}"))
}

/// Lays a version down below `bundles`, with so many migrations.
pub fn lay_down(data_dir: &Path, version: &str, migrations: usize, fault: Fault) {
    let bundle = data_dir.join("bundles").join(format!("{}@{version}", PACKAGE.replace('/', "+")));
    let package = bundle.join("node_modules").join(PACKAGE);
    std::fs::create_dir_all(package.join("migrations")).unwrap();
    let write = |path: PathBuf, text: &str| std::fs::write(path, text).unwrap();
    let manifest = json!({ "name": PACKAGE, "version": version, "license": "Apache-2.0", "main": "index.js",
        "backstage": { "role": "backend-plugin", "pluginId": "notes" } });
    write(package.join("package.json"), &manifest.to_string());
    write(package.join("index.js"), &index(fault));
    write(package.join("migrations/20260101000000_first.js"), FIRST);
    if migrations > 1 {
        let second = if fault == Fault::Migration { BROKEN } else { SECOND };
        write(package.join("migrations/20260201000000_second.js"), second);
    }
    let described = json!({ "package": PACKAGE, "version": version, "description": "Notes", "role": "backend-plugin",
        "pluginId": "notes", "backendFeatures": [PACKAGE], "hasBackend": true, "hasFrontend": false,
        "lockDigest": version });
    write(bundle.join("bundle.json"), &described.to_string());
}

/// Node and the built worker; `None` where they are not built, as in a checkout without `make build`.
pub fn tools() -> Option<(PathBuf, PathBuf)> {
    let node = checkout().join(".tools/node/bin/node");
    let worker = checkout().join("services/plugin-worker");
    (node.is_file() && worker.join("dist/main.js").is_file()).then_some((node, worker))
}

/// A host with version 1.0.0 for acme; `None`, said aloud, without Node.
pub async fn host() -> Option<Host> {
    host_with(|_| ()).await
}

/// As above, with other settings.
pub async fn host_with(change: impl FnOnce(&mut plugin_host::Config)) -> Option<Host> {
    let Some((node, worker_dir)) = tools() else {
        eprintln!("skipped: Node or the plugin worker is not built");
        return None;
    };
    let host = Host::with(|config| {
        config.allow = AllowList::new([PACKAGE]).unwrap();
        config.tools = Tools::At { node: Some(node), worker_dir: Some(worker_dir), shell_versions: None };
        config.limits = Limits { start: Duration::from_secs(60), drain: Duration::from_secs(4), ..quick() };
        config.health_timeout = Duration::from_secs(10);
        // This machine may be busy with other things: what is tested is that nothing fails, not how fast it is.
        config.upgrades =
            Upgrades { look: Duration::from_millis(100), hold: Duration::from_secs(60), ..Upgrades::default() };
        change(config);
    })
    .await;
    lay_down(host.folder.path(), "1.0.0", 1, Fault::None);
    host.install(&format!("{PACKAGE}@1.0.0")).await.unwrap();
    Some(host)
}

/// A gate for tests: little time, and bounds of latency that a busy machine keeps.
pub fn gate() -> Gate {
    Gate { soak_seconds: 2, min_requests: 40, longest_seconds: 60, latency_factor: 4.0, ..Gate::default() }
}

impl Host {
    pub async fn roll_out(&self, version: &str, canaries: &[TenantId]) -> Uuid {
        self.roll_out_by(version, canaries, gate()).await
    }

    pub async fn roll_out_by(&self, version: &str, canaries: &[TenantId], gate: Gate) -> Uuid {
        let new = NewRollout {
            package: PACKAGE.to_owned(),
            version: version.to_owned(),
            canaries: canaries.to_vec(),
            waves: vec![100],
            parallel: 4,
            gate,
            only: None,
        };
        plugin_host::start_rollout(&self.test.db, &system_clock(), &self.allow, new).await.unwrap()
    }

    pub async fn rollout(&self, id: Uuid) -> Value {
        plugin_host::list_rollouts(&self.test.db, Some(id)).await.unwrap().remove(0)
    }

    /// Waits until the rollout has ended and returns it.
    pub async fn ended(&self, id: Uuid) -> Value {
        let begun = Instant::now();
        loop {
            let rollout = self.rollout(id).await;
            if ["done", "rolled-back", "stopped"].contains(&rollout["phase"].as_str().unwrap()) {
                return rollout;
            }
            assert!(begun.elapsed() < Duration::from_secs(120), "it never ends: {rollout:#}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn member(&self, id: Uuid, tenant: TenantId) -> Value {
        let rollout = self.rollout(id).await;
        let members = rollout["members"].as_array().unwrap();
        members.iter().find(|member| member["tenantId"] == json!(tenant)).unwrap().clone()
    }

    /// The version that answers.
    pub async fn answers(&self, tenant: TenantId) -> String {
        let reply = self.request(Some(&admin(tenant)), Method::GET, "/api/notes/version", None).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply.json()["version"].as_str().unwrap().to_owned()
    }
}

/// People who read and write all the time, and what became of their requests.
pub struct Traffic {
    stop: tokio_util::sync::CancellationToken,
    people: Vec<tokio::task::JoinHandle<Told>>,
}

#[derive(Debug, Default)]
pub struct Told {
    pub sent: usize,
    /// Everything that was not answered well.
    pub failed: Vec<String>,
    /// Ids of notes that were acknowledged.
    pub written: Vec<i64>,
    pub slowest: Duration,
}

impl Traffic {
    #[expect(clippy::disallowed_methods, reason = "a test's own people")]
    pub fn begin(host: &Host, tenant: TenantId, people: usize) -> Self {
        let stop = tokio_util::sync::CancellationToken::new();
        let people = (0..people)
            .map(|_| {
                let (stop, router) = (stop.clone(), host.router.clone());
                tokio::spawn(async move {
                    let (by, mut told) = (admin(tenant), Told::default());
                    while !stop.is_cancelled() {
                        let write = told.sent.is_multiple_of(3);
                        let (method, path) = if write {
                            (Method::POST, "/api/notes/notes")
                        } else {
                            (Method::GET, "/api/notes/version")
                        };
                        let body = write.then(|| json!({ "text": "hello" }));
                        let begun = Instant::now();
                        let reply = testkit::request(&router, Some(&by), method, path, body).await;
                        told.slowest = told.slowest.max(begun.elapsed());
                        told.sent += 1;
                        match reply.json()["id"].as_i64() {
                            Some(id) if reply.status == StatusCode::CREATED => told.written.push(id),
                            _ if reply.status == StatusCode::OK => {}
                            _ => told.failed.push(format!("{} {}", reply.status, reply.text())),
                        }
                    }
                    told
                })
            })
            .collect();
        Self { stop, people }
    }

    pub async fn end(self) -> Told {
        self.stop.cancel();
        let mut all = Told::default();
        for person in self.people {
            let told = person.await.unwrap();
            all.sent += told.sent;
            all.failed.extend(told.failed);
            all.written.extend(told.written);
            all.slowest = all.slowest.max(told.slowest);
        }
        all
    }
}
