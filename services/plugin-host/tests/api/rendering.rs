//! What the browser says decides about a front end's upgrade. The tools are small scripts here; `tests/e2e` has the real
//! browser.

use crate::host::{Host, checkout};
use crate::notes::gate;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use kernel::TenantId;
use plugin_host::config::{Rendering, Tools, Upgrades};
use plugin_host::domain::rendering::Wish;
use plugin_host::{AllowList, Config, NewRollout};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use uuid::Uuid;

pub const PACKAGE: &str = "@acme/plugin-notes";

/// Builds "remotes" of one file, whose digest follows from the version.
const BUILD: &str = r"
const { createHash } = require('crypto'); const { mkdirSync, writeFileSync, readFileSync } = require('fs'); const path = require('path');
const [name, , root, , out] = process.argv.slice(2);
const { version } = JSON.parse(readFileSync(path.join(root, 'node_modules', name, 'package.json')));
const hash = text => createHash('sha256').update(text).digest('hex');
mkdirSync(out);
writeFileSync(path.join(out, 'mf-manifest.json'), version);
const manifest = { digest: hash('all ' + version), remote: 'acme__plugin_notes', entry: 'mf-manifest.json',
  modules: [{ expose: './alpha' }], files: { 'mf-manifest.json': hash(version) } };
writeFileSync(path.join(out, 'proscenium-plugin.json'), JSON.stringify(manifest));
console.log(JSON.stringify(manifest));
";

/// The beginning of a picture, as far as it is looked at.
const JPEG: &str = "/9j/wAARCANcBQADAREAAhEAAxEA/9k=";

/// Says what the version's package has in `seen`, and asks the door what a page would.
const RENDER: &str = r"
const { request } = require('http'); const { readFileSync } = require('fs'); const path = require('path');
const job = JSON.parse(readFileSync(0));
const ask = (method, target) => new Promise(done => request({ socketPath: job.door, method, path: target },
  answer => { answer.resume(); answer.on('end', () => done(`${method} ${target} ${answer.statusCode}`)); }).end());
(async () => {
  const targets = [['GET', job.next.entry], ['GET', job.former.entry], ['GET', '/api/plugins/v1/installed'],
    ['POST', '/api/notes/x'], ['GET', '/internal/plugins/v1/portal-features'], ['GET', '/api/ghost/x']];
  const asked = [];
  for (const [method, target] of targets) asked.push(await ask(method, target.replace(/[0-9a-f]{64}/, '$&')));
  const file = await new Promise(done => request({ socketPath: job.door, path: job.next.entry }, answer => {
    let text = ''; answer.on('data', part => text += part); answer.on('end', () => done(text)); }).end());
  const seen = JSON.parse(readFileSync(path.join(SEEN, file + '.json')));
  if (seen.fails) { console.log(JSON.stringify({ error: { name: 'BrowserError', message: seen.fails } })); process.exit(1); }
  const shot = job.shots ? { shot: JPEG } : {};
  const start = { path: '/', kind: 'start', complaints: [], ms: 1, ...shot };
  const page = complaints => ({ path: '/notes', kind: 'page', complaints, ms: 1, ...shot });
  const told = { path: '/asked', kind: 'page', complaints: asked.map(text => ({ trouble: 'console', text })), ms: 1 };
  console.log(JSON.stringify({ browser: 'Fake/1 ' + job.origin, former: [start, page([])], next: [start, { ...page(seen.complaints), ...seen.picture }, told] }));
})();
";

async fn host(wish: Wish, chromium: Option<&str>) -> Option<Host> {
    let rendering = Rendering { wish, chromium: chromium.map(Into::into), ..Rendering::default() };
    host_with(|config| config.rendering = rendering).await
}

/// A host whose tools are scripts, with version 1.0.0 of the package installed.
pub async fn host_with(change: impl FnOnce(&mut Config)) -> Option<Host> {
    let node = checkout().join(".tools/node/bin/node");
    if !node.is_file() {
        eprintln!("skipped: there is no Node");
        return None;
    }
    let host = Host::with(|config| {
        let tools = config.data_dir.join("tools");
        let write = |path: &str, text: &str| {
            let file = tools.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        };
        write("dist/bundle.js", "process.exit(1)");
        write("dist/build-remote.js", BUILD);
        let render = RENDER.replace("SEEN", &format!("{:?}", config.data_dir.join("tools/seen")));
        write("dist/render.js", &render.replace("JPEG", &format!("{JPEG:?}")));
        write("shared-versions.json", "{}");
        config.allow = AllowList::new([PACKAGE]).unwrap();
        config.tools = Tools::At {
            node: Some(node),
            worker_dir: Some(tools.clone()),
            shell_versions: Some(tools.join("shared-versions.json")),
        };
        config.upgrades = Upgrades { look: Duration::from_millis(100), keep: KEEP, ..Upgrades::default() };
        change(config);
    })
    .await;
    lay_down(host.folder.path(), "1.0.0", &json!({ "complaints": [] }));
    host.install(&format!("{PACKAGE}@1.0.0")).await.unwrap();
    Some(host)
}

/// A version, and what the browser will see of it.
pub fn lay_down(data_dir: &Path, version: &str, seen: &Value) {
    let bundle = data_dir.join("bundles").join(format!("{}@{version}", PACKAGE.replace('/', "+")));
    let package = bundle.join("node_modules").join(PACKAGE);
    std::fs::create_dir_all(&package).unwrap();
    let manifest = json!({ "name": PACKAGE, "version": version, "license": "Apache-2.0" });
    std::fs::write(package.join("package.json"), manifest.to_string()).unwrap();
    let described = json!({ "package": PACKAGE, "version": version, "description": "Notes", "role": "frontend-plugin",
        "pluginId": "notes", "backendFeatures": [], "hasBackend": false, "hasFrontend": true, "lockDigest": version });
    std::fs::write(bundle.join("bundle.json"), described.to_string()).unwrap();
    let folder = data_dir.join("tools/seen");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{version}.json")), seen.to_string()).unwrap();
}

pub async fn roll_out(host: &Host, version: &str, canaries: &[TenantId]) -> Uuid {
    let new = NewRollout {
        package: PACKAGE.to_owned(),
        version: version.to_owned(),
        canaries: canaries.to_vec(),
        waves: vec![100],
        parallel: 4,
        gate: plugin_host::Gate { soak_seconds: 1, min_requests: 0, ..gate() },
        only: None,
    };
    let clock = kernel::system_clock();
    plugin_host::start_rollout(&host.test.db, &clock, &host.allow, new).await.unwrap()
}

pub async fn version(host: &Host) -> Value {
    host.get("/api/plugins/v1/installed/notes").await.json()["version"].clone()
}

fn complaint(trouble: &str, text: &str) -> Value {
    json!({ "complaints": [{ "trouble": trouble, "text": text }] })
}

/// A second, so that a test can wait for the end of what is kept.
const KEEP: time::Duration = time::Duration::seconds(1);

/// A browser that is never started: the tool is a script.
const BROWSER: Option<&str> = Some("/bin/sh");

#[tokio::test(flavor = "multi_thread")]
async fn a_front_end_that_throws_is_refused_before_anybody_sees_it() {
    let Some(host) = host(Wish::WhenPossible, BROWSER).await else { return };
    let globex = host.test.tenant("globex").await;
    host.install_for(globex, &format!("{PACKAGE}@1.0.0")).await.unwrap();
    lay_down(host.folder.path(), "1.1.0", &complaint("error", "Uncaught: Error: boom"));
    let id = roll_out(&host, "1.1.0", &[host.tenant]).await;
    let ended = host.ended(id).await;
    assert_eq!(ended["phase"], "rolled-back", "{ended:#}");
    let member = host.member(id, host.tenant).await;
    assert_eq!(member["step"], "refused");
    let reason = "1 of 3 pages break with it, such as /notes: Uncaught: Error: boom.";
    assert_eq!(member["reason"], reason);
    assert_eq!(host.member(id, globex).await["step"], "skipped");
    assert_eq!(version(&host).await, "1.0.0");
    let report = host.get(&format!("/api/plugins/v1/upgrades/{id}")).await.json();
    assert_eq!(report["reason"], reason);
    let rendering = &report["rendering"];
    assert_eq!(rendering["backEnd"], "none");
    assert!(rendering["browser"].as_str().unwrap().starts_with("Fake/1 http://acme."), "{rendering}");
    let first = &rendering["pages"][0];
    assert_eq!((&first["path"], &first["broken"]), (&json!("/notes"), &json!(["Uncaught: Error: boom"])));
    // What the door answered the tool.
    let pages = rendering["pages"].as_array().unwrap();
    let asked = pages.iter().find(|page| page["path"] == "/asked").unwrap()["noted"].as_array().unwrap();
    let status = |part: &str| {
        let line = asked.iter().filter_map(Value::as_str).find(|line| line.contains(part));
        line.and_then(|line| line.rsplit(' ').next()).unwrap_or("missing").to_owned()
    };
    assert_eq!(status("GET /api/plugins/v1/remotes/"), "200", "{asked:?}");
    assert_eq!(status("/api/plugins/v1/installed"), "403");
    assert_eq!(status("POST /api/notes/x"), "403");
    assert_eq!(status("/internal/"), "403");
    assert_eq!(status("/api/ghost/x"), "404");
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_only_noted_goes_into_the_report_and_the_version_is_taken() {
    let Some(host) = host(Wish::Required, BROWSER).await else { return };
    lay_down(host.folder.path(), "1.1.0", &complaint("console", "deprecated"));
    let id = roll_out(&host, "1.1.0", &[]).await;
    let ended = host.ended(id).await;
    assert_eq!(ended["phase"], "done", "{ended:#}");
    assert_eq!(version(&host).await, "1.1.0");
    let pages = &ended["members"][0]["report"]["rendering"]["pages"];
    assert!(pages.to_string().contains("deprecated"), "{pages}");
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_fails_refuses_nothing_unless_rendering_is_required() {
    for (wish, chromium, phase, step, reason) in [
        (Wish::WhenPossible, BROWSER, "done", "promoted", "The browser did not start"),
        (Wish::WhenPossible, Some("/no/browser"), "done", "promoted", "There is no browser on this machine"),
        (Wish::Required, BROWSER, "done", "deferred", "The browser did not start"),
        (Wish::Required, Some("/no/browser"), "done", "deferred", "There is no browser on this machine"),
    ] {
        let Some(host) = host(wish, chromium).await else { return };
        lay_down(host.folder.path(), "1.1.0", &json!({ "fails": "The browser did not start: no." }));
        let id = roll_out(&host, "1.1.0", &[]).await;
        let ended = host.ended(id).await;
        let member = &ended["members"][0];
        assert_eq!((&ended["phase"], &member["step"]), (&json!(phase), &json!(step)), "{ended:#}");
        let told = member["report"]["rendering"]["notRendered"].as_str().unwrap();
        assert!(told.starts_with(reason), "{told}");
        host.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_rendering_browsers_of_people_tell_and_the_version_goes_back() {
    let Some(host) = host(Wish::Off, BROWSER).await else { return };
    lay_down(host.folder.path(), "1.1.0", &complaint("error", "boom"));
    let id = roll_out(&host, "1.1.0", &[]).await;
    for _ in 0..600 {
        if host.member(id, host.tenant).await["step"] == "watching" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for _ in 0..3 {
        let body = json!({ "pluginId": "notes", "message": "boom" });
        let by = testkit::admin(host.tenant);
        let reply = host.request(Some(&by), Method::POST, "/api/plugins/v1/beacons", Some(body)).await;
        assert_eq!(reply.status, StatusCode::ACCEPTED);
    }
    let ended = host.ended(id).await;
    let member = &ended["members"][0];
    assert_eq!((&ended["phase"], &member["step"]), (&json!("rolled-back"), &json!("restored")), "{ended:#}");
    assert!(member["report"]["rendering"].is_null());
    assert_eq!(version(&host).await, "1.0.0");
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_sees_pictures_of_both_versions_until_they_are_old() {
    let Some(host) = host(Wish::Required, BROWSER).await else { return };
    let picture = STANDARD.encode([&STANDARD.decode(JPEG).unwrap()[..], b"new"].concat());
    lay_down(host.folder.path(), "1.1.0", &json!({ "complaints": [], "picture": { "shot": picture } }));
    let id = roll_out(&host, "1.1.0", &[]).await;
    assert_eq!(host.ended(id).await["phase"], "done");
    let parts = format!("/rollouts/{id}/organizations");
    let rendering = host.shown(&parts).await["items"][0]["rendering"].clone();
    let page = |path: &str| {
        let pages = rendering["pages"].as_array().unwrap();
        pages.iter().find(|page| page["path"] == path).unwrap().clone()
    };
    let (start, notes, asked) = (page("/"), page("/notes"), page("/asked"));
    assert_eq!(start["formerPicture"], start["nextPicture"], "it looks the same");
    assert!(asked["formerPicture"].is_null() && asked["nextPicture"].is_null() && asked["unpictured"].is_null());
    let base = format!("{parts}/{}/pictures", host.tenant);
    for (name, expected) in [(&notes["formerPicture"], JPEG), (&notes["nextPicture"], picture.as_str())] {
        let path = format!("{base}/{}", name.as_str().unwrap());
        let reply = host.operator(Method::GET, &path, None).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        let header = |name: &str| reply.headers[name].to_str().unwrap().to_owned();
        assert_eq!((header("content-type"), header("cache-control")), ("image/jpeg".into(), "no-store".into()));
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("content-security-policy").contains("sandbox"));
        assert_eq!(STANDARD.encode(&reply.bytes), expected);
    }
    let name = notes["nextPicture"].as_str().unwrap();
    let globex = host.test.tenant("globex").await;
    for path in [
        format!("{base}/0123456789abcdef0123456789abcdef.jpg"),
        format!("{base}/..%2F{name}"),
        format!("{parts}/{globex}/pictures/{name}"),
        format!("/rollouts/{}/organizations/{}/pictures/{name}", Uuid::now_v7(), host.tenant),
    ] {
        assert_eq!(host.operator(Method::GET, &path, None).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    // The organisation has the report without them.
    let own = host.get(&format!("/api/plugins/v1/upgrades/{id}")).await;
    assert!(own.text().contains("/notes") && !own.text().contains("icture"), "{}", own.text());
    // While they are kept they stay, then they go, and the report says so.
    let stored = || async {
        let objects = runtime::objects::Objects::new(&host.endpoint);
        let prefix = runtime::objects::ObjectKey::tenant(host.tenant).segment("renderings").unwrap();
        objects.list(&prefix).await.unwrap().len()
    };
    assert_eq!(stored().await, 2);
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    plugin_host::sweep_pictures(&host.state).await.unwrap();
    assert_eq!(stored().await, 0);
    let gone = host.operator(Method::GET, &format!("{base}/{name}"), None).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    let after = host.shown(&parts).await["items"][0]["rendering"].to_string();
    assert!(after.contains("were deleted") && !after.contains(name), "{after}");
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_is_left_out_and_the_report_says_so() {
    let large = "A".repeat(1 << 20);
    for (picture, reason) in [
        (json!({ "shot": STANDARD.encode("<script>") }), "It is no JPEG picture."),
        (json!({ "shot": large }), "It has more than 512 kB."),
        (json!({ "shot": null, "noShot": "Too slow." }), "Too slow."),
    ] {
        let Some(host) = host(Wish::Required, BROWSER).await else { return };
        lay_down(host.folder.path(), "1.1.0", &json!({ "complaints": [], "picture": picture }));
        let id = roll_out(&host, "1.1.0", &[]).await;
        assert_eq!(host.ended(id).await["phase"], "done", "a picture decides nothing");
        let pages =
            host.shown(&format!("/rollouts/{id}/organizations")).await["items"][0]["rendering"]["pages"].clone();
        let notes = pages.as_array().unwrap().iter().find(|page| page["path"] == "/notes").unwrap().clone();
        assert_eq!(notes["unpictured"], json!([format!("No picture under the new version: {reason}")]));
        assert!(notes["nextPicture"].is_null() && notes["formerPicture"].is_string(), "{notes}");
        host.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_pictures_are_taken_where_the_operator_wants_none() {
    let chromium = BROWSER.map(Into::into);
    let wanted = Rendering { wish: Wish::Required, chromium, pictures: false, ..Rendering::default() };
    let Some(host) = host_with(|config| config.rendering = wanted).await else { return };
    lay_down(host.folder.path(), "1.1.0", &json!({ "complaints": [] }));
    let id = roll_out(&host, "1.1.0", &[]).await;
    assert_eq!(host.ended(id).await["phase"], "done");
    let rendering = host.shown(&format!("/rollouts/{id}/organizations")).await["items"][0]["rendering"].to_string();
    assert!(rendering.contains("/notes") && !rendering.contains("icture"), "{rendering}");
    host.stop().await;
}
