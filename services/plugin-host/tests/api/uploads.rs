//! An organisation's own plugins: taken in, looked at by some, published for all, and nobody else's business.

use crate::host::{Host, checkout, quick};
use crate::notes::{Traffic, index, tools};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Method, Request, StatusCode};
use http_shell::{Caller, TOKEN_HEADER};
use kernel::{Principal, TenantId};
use plugin_host::AllowList;
use plugin_host::config::{Tools, Upgrades};
use plugin_host::domain::lifecycle::Limits;
use plugin_host::domain::own_plugins::{KEPT_DAYS, MOST_VERSIONS, Uploads};
use plugin_host::domain::upload::MOST_PACKED;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use testkit::{Reply, admin, key, member, send};
use uuid::Uuid;

const UPLOADS: &str = "/api/plugins/v1/uploads";
const NOTES: &str = "@acme/plugin-notes-backend";

/// An archive as `npm pack` makes it.
fn pack(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in files {
        let mut header = tar::Header::new_ustar();
        header.set_mode(0o644);
        header.set_size(text.len() as u64);
        header.set_cksum();
        builder.append_data(&mut header, format!("package/{path}"), text.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

fn manifest(name: &str, version: &str, role: &str, plugin_id: &str) -> String {
    json!({ "name": name, "version": version, "license": "Apache-2.0", "main": "index.js",
        "backstage": { "role": role, "pluginId": plugin_id } })
    .to_string()
}

/// A back end that keeps notes and says its version.
fn notes(version: &str, migrations: usize) -> Vec<u8> {
    let manifest = manifest(NOTES, version, "backend-plugin", "notes");
    let [first, second] = crate::notes::MIGRATIONS;
    // What `createBackendPlugin` makes, written out.
    let code = format!("// createBackendPlugin\n{}", index(crate::notes::Fault::None));
    let mut files = vec![
        ("package.json", manifest.as_str()),
        ("index.js", code.as_str()),
        ("migrations/20260101000000_first.js", first),
    ];
    if migrations > 1 {
        files.push(("migrations/20260201000000_second.js", second));
    }
    pack(&files)
}

async fn on(change: impl FnOnce(&mut plugin_host::Config)) -> Host {
    Host::at_rest_with(|config| {
        config.uploads = Uploads::On;
        change(config);
    })
    .await
}

/// An administrator who is a member in the database too.
async fn person(host: &Host, tenant: TenantId, name: &str) -> Caller {
    let mut caller = admin(tenant);
    let Principal::User(user) = &mut caller.principal else { panic!("an administrator is a user") };
    user.id = Uuid::now_v7();
    user.entity_ref = format!("user:default/{name}");
    let id = user.id;
    host.test
        .execute_as_admin(&format!(
            "insert into member (tenant_id, member_id, name, email, email_key, role, user_ref, status, created_at)
             values ('{tenant}', '{id}', '{name}', '{name}@x.test', '{name}@x.test', 'admin', 'user:default/{name}',
               'active', now())"
        ))
        .await;
    caller
}

/// The same person in another role.
fn as_member(caller: &Caller) -> Caller {
    let mut caller = caller.clone();
    if let Principal::User(user) = &mut caller.principal {
        user.role = "member".to_owned();
    }
    caller
}

fn id_of(caller: &Caller) -> Uuid {
    caller.principal.user().unwrap().id
}

impl Host {
    async fn send_archive(&self, by: &Caller, kind: &str, archive: Vec<u8>) -> Reply {
        let token = key().issue(Some(by.tenant), &by.principal).unwrap();
        let request = Request::post(UPLOADS).header(TOKEN_HEADER, token).header("content-type", kind);
        send(&self.router, request.body(archive.into()).unwrap()).await
    }

    /// Uploads and returns the id.
    async fn uploaded(&self, by: &Caller, archive: Vec<u8>) -> Uuid {
        let reply = self.send_archive(by, "application/gzip", archive).await;
        assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", reply.text());
        assert_eq!(reply.json()["state"], "building");
        reply.json()["id"].as_str().unwrap().parse().unwrap()
    }

    async fn ask(&self, by: &Caller, method: Method, path: &str, body: Option<Value>) -> Reply {
        self.request(Some(by), method, path, body).await
    }

    /// Waits until the version's state is this.
    async fn becomes(&self, by: &Caller, id: Uuid, state: &str) -> Value {
        let begun = Instant::now();
        loop {
            let found = self.ask(by, Method::GET, &format!("{UPLOADS}/{id}"), None).await.json();
            if found["state"] == state {
                return found;
            }
            assert!(begun.elapsed() < Duration::from_secs(120), "never {state}: {found:#}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn preview(&self, by: &Caller, id: Uuid, on: bool) -> Reply {
        self.ask(by, Method::PUT, &format!("/api/plugins/v1/previews/{id}"), Some(json!({ "on": on }))).await
    }

    async fn version(&self, by: &Caller) -> (StatusCode, String) {
        let reply = self.ask(by, Method::GET, "/api/notes/version", None).await;
        let version = if reply.status == StatusCode::OK { reply.json()["version"].clone() } else { Value::Null };
        (reply.status, version.as_str().unwrap_or_default().to_owned())
    }

    async fn texts(&self, by: &Caller) -> BTreeSet<String> {
        let notes = self.ask(by, Method::GET, "/api/notes/notes", None).await.json();
        notes.as_array().unwrap().iter().filter_map(|note| Some(note["text"].as_str()?.to_owned())).collect()
    }

    async fn write(&self, by: &Caller, text: &str) {
        let reply = self.ask(by, Method::POST, "/api/notes/notes", Some(json!({ "text": text }))).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    }
}

#[tokio::test]
async fn uploads_are_for_where_the_operator_and_the_isolation_permit_them() {
    for (setting, words) in [(Uploads::Off, "permits no uploads"), (Uploads::Isolated, "level L2 or above")] {
        let host = Host::at_rest_with(|config| config.uploads = setting).await;
        let by = admin(host.tenant);
        let reply = host.send_archive(&by, "application/gzip", notes("1.0.0", 1)).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{setting:?}");
        assert!(reply.json()["error"]["message"].as_str().unwrap().contains(words), "{}", reply.text());
        let list = host.ask(&by, Method::GET, UPLOADS, None).await.json();
        assert!(list["refusal"].as_str().unwrap().contains(words) && list["items"] == json!([]));
        host.stop().await;
    }
}

#[tokio::test]
async fn what_one_organisation_uploads_no_other_sees() {
    let host = on(|_| ()).await;
    let globex = host.test.tenant("globex").await;
    let (own, other) = (person(&host, host.tenant, "ada").await, person(&host, globex, "eve").await);
    let rows = host.test.audit_rows(host.tenant).await;
    let id = host.uploaded(&own, notes("1.0.0", 1)).await;
    assert_eq!(host.test.audit_rows(host.tenant).await, rows + 1);
    let list = host.ask(&own, Method::GET, UPLOADS, None).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!((&list["items"][0]["package"], &list["items"][0]["version"]), (&json!(NOTES), &json!("1.0.0")));
    assert!(list["refusal"].is_null());
    assert_eq!(host.ask(&other, Method::GET, UPLOADS, None).await.json()["items"], json!([]));
    let path = format!("{UPLOADS}/{id}");
    let own_id = json!({ "members": [id_of(&own)] });
    for (method, path, body) in [
        (Method::GET, path.clone(), None),
        (Method::DELETE, path.clone(), None),
        (Method::GET, format!("{path}/logs"), None),
        (Method::POST, format!("{path}/publish"), None),
        (Method::PUT, format!("{path}/previewers"), Some(own_id)),
        (Method::PUT, format!("/api/plugins/v1/previews/{id}"), Some(json!({ "on": true }))),
    ] {
        let reply = host.ask(&other, method.clone(), &path, body.clone()).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{method} {path} {}", reply.text());
        let absent = path.replace(&id.to_string(), &Uuid::now_v7().to_string());
        let nobody = host.ask(&other, method.clone(), &absent, body).await;
        assert_eq!(nobody.json()["error"]["message"], reply.json()["error"]["message"], "{method} {path}");
    }
    // The same name and version is nothing to anybody else.
    host.uploaded(&other, notes("1.0.0", 1)).await;
    for (method, path) in [(Method::GET, UPLOADS), (Method::POST, UPLOADS)] {
        assert_eq!(host.ask(&member(host.tenant), method, path, None).await.status, StatusCode::FORBIDDEN);
    }
    // A member without the permission learns of it only when somebody shares it.
    let quiet = as_member(&person(&host, host.tenant, "mia").await);
    assert_eq!(host.preview(&quiet, id, true).await.status, StatusCode::NOT_FOUND);
    assert_eq!(host.ask(&quiet, Method::GET, "/api/plugins/v1/previews", None).await.json()["items"], json!([]));
    for members in [json!([Uuid::now_v7()]), json!([id_of(&other)])] {
        let body = Some(json!({ "members": members }));
        let reply = host.ask(&own, Method::PUT, &format!("{path}/previewers"), body).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{}", reply.text());
    }
    host.stop().await;
}

#[tokio::test]
async fn an_archive_that_cannot_be_taken_is_refused_with_every_reason() {
    let host = on(|config| config.allow = AllowList::new(["@known/plugin", "proscenium:probe"]).unwrap()).await;
    let by = admin(host.tenant);
    let reply = host.send_archive(&by, "application/json", notes("1.0.0", 1)).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    let reply = host.send_archive(&by, "application/octet-stream", b"none".to_vec()).await;
    assert!(reply.json()["error"]["fields"]["archive"].is_string(), "{}", reply.text());
    let body = vec![0; usize::try_from(MOST_PACKED).unwrap() + 1];
    assert_eq!(host.send_archive(&by, "application/gzip", body).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let bad = pack(&[("package.json", r#"{"name":"X","version":"1","dependencies":{"a":"file:/etc"}}"#)]);
    let fields = host.send_archive(&by, "application/gzip", bad).await.json()["error"]["fields"].clone();
    let fields: Vec<&String> = fields.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["backstage.pluginId", "backstage.role", "dependencies.a", "name", "version"]);
    // A name that others know is nobody's to take.
    for name in ["@known/plugin", "@backstage/plugin-catalog-backend"] {
        let reply = host
            .send_archive(
                &by,
                "application/gzip",
                pack(&[("package.json", &manifest(name, "1.0.0", "backend-plugin", "x"))]),
            )
            .await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{name}");
        assert!(reply.json()["error"]["fields"]["name"].is_string(), "{}", reply.text());
    }
    // Nor one that the organisation has from npm, from when it was on the list.
    let row = format!(
        "insert into plugin_package (tenant_id, package, plugin_id, source, state, requested_at, changed_at)
         values ('{}', '{NOTES}', 'notes', 'npm', 'installed', now(), now())",
        host.tenant
    );
    host.test.execute_as_admin(&row).await;
    let reply = host.send_archive(&by, "application/gzip", notes("1.0.0", 1)).await;
    assert_eq!(reply.status, StatusCode::CONFLICT, "{}", reply.text());
    host.test.execute_as_admin("delete from plugin_package").await;
    host.uploaded(&by, notes("1.0.0", 1)).await;
    let again = host.send_archive(&by, "application/gzip", notes("1.0.0", 2)).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "a version stays what it was: {}", again.text());
    let left = std::fs::read_dir(host.folder.path().join("incoming")).unwrap().count();
    assert_eq!(left, 0, "files of archives that were taken or refused");
    host.stop().await;
}

#[tokio::test]
async fn versions_are_limited_in_number_and_size_and_go_when_nobody_uses_them() {
    let host = on(|_| ()).await;
    let by = person(&host, host.tenant, "ada").await;
    let fill = |count: usize, bytes: u64| {
        format!(
            "insert into plugin_upload (tenant_id, upload_id, package, version, plugin_id, role, bytes, sha256, state,
               uploaded_by, uploaded_at)
             select '{}', gen_random_uuid(), '@acme/old', n || '.0.0', 'old', 'frontend-plugin', {bytes}, '', 'ready', 'x',
               now() - interval '{} days' from generate_series(1, {count}) n",
            host.tenant,
            KEPT_DAYS + 1
        )
    };
    host.test.execute_as_admin(&fill(MOST_VERSIONS, 1)).await;
    let full = host.send_archive(&by, "application/gzip", notes("1.0.0", 1)).await;
    assert_eq!(full.status, StatusCode::CONFLICT);
    assert!(full.json()["error"]["message"].as_str().unwrap().contains("50"), "{}", full.text());
    host.test.execute_as_admin("delete from plugin_upload").await;
    host.test.execute_as_admin(&fill(2, 256 << 20)).await;
    let full = host.send_archive(&by, "application/gzip", notes("1.0.0", 1)).await;
    assert!(full.json()["error"]["message"].as_str().unwrap().contains("512 MB"), "{}", full.text());
    // One of the two is looked at, the other is nobody's any more.
    let list = host.ask(&by, Method::GET, UPLOADS, None).await.json();
    let looked_at: Uuid = list["items"][0]["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(host.preview(&by, looked_at, true).await.status, StatusCode::OK);
    plugin_host::uploads::upkeep::sweep(&host.state).await.unwrap();
    let list = host.ask(&by, Method::GET, UPLOADS, None).await.json();
    let left: Vec<&str> = list["items"].as_array().unwrap().iter().filter_map(|item| item["id"].as_str()).collect();
    assert_eq!(left, [looked_at.to_string()]);
    let id = host.uploaded(&by, notes("1.0.0", 1)).await;
    assert_eq!(host.ask(&by, Method::DELETE, &format!("{UPLOADS}/{id}"), None).await.status, StatusCode::NO_CONTENT);
    host.uploaded(&by, notes("1.0.0", 1)).await;
    host.stop().await;
}

/// A host whose workers and tools are real ones; `None`, said aloud, without Node.
async fn at_work() -> Option<Host> {
    let Some((node, worker_dir)) = tools() else {
        eprintln!("skipped: Node or the plugin worker is not built");
        return None;
    };
    let shell = checkout().join("services/portal/dist/shared-versions.json");
    let host = Host::with(|config| {
        config.uploads = Uploads::On;
        config.tools = Tools::At { node: Some(node), worker_dir: Some(worker_dir), shell_versions: Some(shell) };
        config.limits = Limits { start: Duration::from_secs(60), drain: Duration::from_secs(4), ..quick() };
        config.health_timeout = Duration::from_secs(10);
        config.upgrades =
            Upgrades { look: Duration::from_millis(100), hold: Duration::from_secs(60), ..Upgrades::default() };
    })
    .await;
    Some(host)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_met_by_its_member_alone_and_publishing_it_fails_no_request() {
    let Some(host) = at_work().await else { return };
    let (ada, mia) = (person(&host, host.tenant, "ada").await, person(&host, host.tenant, "mia").await);
    let mia = as_member(&mia);
    // Before anything is published, its member alone meets it.
    let first = host.uploaded(&ada, notes("1.0.0", 1)).await;
    let ready = host.becomes(&ada, first, "preview").await;
    assert_eq!((&ready["hasBackend"], &ready["checks"]["packages"]), (&json!(true), &json!(1)), "{ready:#}");
    assert_eq!(ready["checks"]["licences"], json!({ "Apache-2.0": 1 }));
    assert_eq!(host.preview(&ada, first, true).await.status, StatusCode::OK);
    assert_eq!(host.version(&ada).await, (StatusCode::OK, "1.0.0".to_owned()));
    assert_eq!(host.version(&mia).await.0, StatusCode::NOT_FOUND);
    host.write(&ada, "while previewing").await;
    let publish = |id: Uuid| format!("{UPLOADS}/{id}/publish");
    assert_eq!(host.ask(&ada, Method::POST, &publish(first), None).await.status, StatusCode::ACCEPTED);
    assert_eq!(host.becomes(&ada, first, "published").await["previewed"], false);
    for by in [&ada, &mia] {
        assert_eq!(host.version(by).await, (StatusCode::OK, "1.0.0".to_owned()));
        assert_eq!(host.texts(by).await, BTreeSet::new(), "what a preview wrote stays its own");
    }
    host.write(&mia, "in earnest").await;
    // A second version, with a migration: ada meets it on a copy of the data.
    let second = host.uploaded(&ada, notes("2.0.0", 2)).await;
    host.becomes(&ada, second, "preview").await;
    assert_eq!(host.preview(&ada, second, true).await.status, StatusCode::OK);
    assert_eq!(host.version(&ada).await.1, "2.0.0");
    assert_eq!(host.version(&mia).await.1, "1.0.0");
    host.write(&ada, "only in the preview").await;
    let previewed = BTreeSet::from(["in earnest".to_owned(), "only in the preview".to_owned()]);
    assert_eq!(host.texts(&ada).await, previewed);
    assert_eq!(host.texts(&mia).await, BTreeSet::from(["in earnest".to_owned()]));
    let logs = host.ask(&ada, Method::GET, &format!("{UPLOADS}/{second}/logs"), None).await.json();
    assert!(!logs["lines"].as_array().unwrap().is_empty());
    // Shared with mia, who turns it on and off again.
    let members = Some(json!({ "members": [id_of(&ada), id_of(&mia)] }));
    let shared = host.ask(&ada, Method::PUT, &format!("{UPLOADS}/{second}/previewers"), members).await;
    assert_eq!(shared.status, StatusCode::OK, "{}", shared.text());
    assert_eq!(shared.json()["previewed"], true, "sharing keeps what was on");
    let offered = host.ask(&mia, Method::GET, "/api/plugins/v1/previews", None).await.json();
    assert_eq!((&offered["items"][0]["version"], &offered["items"][0]["on"]), (&json!("2.0.0"), &json!(false)));
    assert_eq!(host.preview(&mia, second, true).await.status, StatusCode::OK);
    assert_eq!(host.version(&mia).await.1, "2.0.0");
    assert_eq!(host.preview(&mia, second, false).await.status, StatusCode::OK);
    assert_eq!(host.version(&mia).await.1, "1.0.0");
    let gone = host.ask(&ada, Method::DELETE, &format!("{UPLOADS}/{first}"), None).await;
    assert_eq!(gone.status, StatusCode::CONFLICT, "everybody uses it: {}", gone.text());
    // Published under load.
    let traffic = Traffic::begin(&host, host.tenant, 4);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let published = host.ask(&ada, Method::POST, &publish(second), None).await;
    assert_eq!((published.status, &published.json()["state"]), (StatusCode::ACCEPTED, &json!("publishing")));
    let begun = Instant::now();
    while host.version(&mia).await.1 != "2.0.0" {
        assert!(begun.elapsed() < Duration::from_secs(90), "never brought in");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let told = traffic.end().await;
    assert_eq!(told.failed, Vec::<String>::new(), "of {} requests", told.sent);
    let texts = host.texts(&ada).await;
    assert!(texts.contains("in earnest") && !texts.contains("only in the preview"), "{texts:?}");
    host.becomes(&ada, second, "published").await;
    let history = host.ask(&ada, Method::GET, "/api/plugins/v1/installed/notes/history", None).await.json();
    let versions: Vec<&str> =
        history["items"].as_array().unwrap().iter().filter_map(|it| it["version"].as_str()).collect();
    assert_eq!(versions, ["2.0.0", "1.0.0"]);
    let installed = host.ask(&ada, Method::GET, "/api/plugins/v1/installed/notes", None).await.json();
    assert_eq!((&installed["source"], &installed["version"]), (&json!("upload"), &json!("2.0.0")));
    // The former version can go, and its files with it.
    assert_eq!(
        host.ask(&ada, Method::DELETE, &format!("{UPLOADS}/{first}"), None).await.status,
        StatusCode::NO_CONTENT
    );
    let folders = std::fs::read_dir(host.folder.path().join("bundles")).unwrap();
    let folders: Vec<String> = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let own: Vec<&String> = folders.iter().filter(|name| name.starts_with("_upload-")).collect();
    assert_eq!(own, [&format!("_upload-{}", second.simple())], "{folders:?}");
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_hosted_fails_with_the_reason_and_may_be_uploaded_again() {
    let Some(host) = at_work().await else { return };
    let ada = person(&host, host.tenant, "ada").await;
    let own_api = pack(&[
        ("package.json", &manifest("@acme/plugin-catalog", "1.0.0", "backend-plugin", "catalog")),
        ("index.js", "// createBackendPlugin"),
    ]);
    let id = host.uploaded(&ada, own_api.clone()).await;
    let failed = host.becomes(&ada, id, "failed").await;
    assert!(failed["message"].as_str().unwrap().contains("platform itself answers"), "{failed:#}");
    for reply in [
        host.preview(&ada, id, true).await,
        host.ask(&ada, Method::POST, &format!("{UPLOADS}/{id}/publish"), None).await,
    ] {
        assert_eq!(reply.status, StatusCode::CONFLICT, "{}", reply.text());
    }
    // A failed version may be replaced.
    let again = host.uploaded(&ada, own_api).await;
    assert_ne!(again, id);
    assert_eq!(host.ask(&ada, Method::GET, UPLOADS, None).await.json()["items"].as_array().unwrap().len(), 1);
    host.becomes(&ada, again, "failed").await;
    // A module of the platform's own works for everybody at once.
    let module = pack(&[
        (
            "package.json",
            &manifest("@acme/scaffolder-backend-module-own", "1.0.0", "backend-plugin-module", "scaffolder"),
        ),
        (
            "index.js",
            "module.exports = { default: undefined }; // createBackendModule({ pluginId: 'scaffolder', moduleId: 'own' })",
        ),
    ]);
    let module = host.uploaded(&ada, module).await;
    let ready = host.becomes(&ada, module, "preview").await;
    assert_eq!(ready["pluginId"], "scaffolder-own");
    let refused = host.preview(&ada, module, true).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.json()["error"]["message"].as_str().unwrap().contains("module"), "{}", refused.text());
    host.stop().await;
}
