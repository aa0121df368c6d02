//! Twenty values are planted wherever secrets go in, everything that can show them is run, and then every store is
//! searched: tables, objects, the data folder, the log.

use super::installation::{Installation, request};
use super::organisation::{Organisation, PLUGIN};
use crate::isolation;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use runtime::redaction::{self, Masked};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use testkit::Reply;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;

const BASE: &str = "/api/tenant-admin/v1";

/// What the processes of the product write to stderr, through what masks it.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(buffer)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What the product writes by default, from now on in this process, masked as the product masks it.
fn log() -> Log {
    let log = Log::default();
    let into = log.clone();
    let layer = tracing_subscriber::fmt::layer().json().with_writer(move || Masked(into.clone()));
    let layer = layer.with_filter(EnvFilter::new("info,sqlx=warn"));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer)).expect("the only one");
    log
}

/// Random, with signs that addresses and JSON escape.
fn canary(number: usize) -> String {
    format!("canary{number:02}/{}+{}&\"x", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple())
}

/// The value in every form in which it would be found.
fn forms(canary: &str) -> Vec<String> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    // The random middle is the same in every escaping.
    let middle = canary[9..41].to_owned();
    let mut forms = vec![hex(middle.as_bytes()), hex(STANDARD.encode(canary).as_bytes()), middle];
    for offset in 0..3 {
        let text = format!("{}{canary}", &"xyz"[..offset]);
        for engine in [&STANDARD, &URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&text);
            forms.push(encoded[12..44].to_owned());
        }
    }
    forms
}

fn template(secrets: &[&str], own: &[&str]) -> String {
    let say = |name: &&str| {
        format!(
            "      - {{ id: s{name}, name: S, action: 'debug:log', input: {{ message: 'it is ${{{{ secrets.{name} }}}} and ${{{{ secrets.{name} | dump }}}}' }} }}\n"
        )
    };
    let steps: String = secrets.iter().chain(own).map(say).collect();
    format!(
        "apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {{ name: canaries }}
spec:
  type: service
  steps:
{steps}      - {{ id: fail, name: Fail, action: 'fetch:plain', input: {{ url: 'http://127.0.0.1:1/${{{{ secrets.{} }}}}?t=${{{{ secrets.{} }}}}' }} }}
  output:
    remark: '${{{{ steps.fail.output }}}}'
",
        secrets[0], own[0]
    )
    .replace("      - ", "    - ")
}

impl Installation {
    async fn tell(&self, org: &Organisation, method: &str, path: &str, body: &Value) -> Reply {
        let bearer = format!("Bearer {}", org.admin);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.call(request(method, &org.host, path, &body, &[("authorization", &bearer)])).await
    }

    async fn wait_for(&self, org: &Organisation, path: &str, pointer: &str, wanted: &[&str]) -> String {
        for _ in 0..1_200 {
            let found = self.tell(org, "GET", path, &Value::Null).await.json();
            if let Some(word) = found.pointer(pointer).and_then(Value::as_str).filter(|word| wanted.contains(word)) {
                return word.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{path} never had {pointer} of {wanted:?}");
    }

    /// Makes each value a secret, granted to what can use it.
    async fn plant(&self, org: &Organisation, kind: &str, id: &str, values: &[(&str, &str)]) {
        for (name, value) in values {
            let form = json!({ "name": name, "value": value, "description": "a canary" });
            let made = self.by_admin(org, "POST", &format!("{BASE}/secrets"), &form).await;
            let secret = made["id"].as_str().unwrap();
            let grant = json!({ "kind": kind, "id": id });
            self.by_admin(org, "POST", &format!("{BASE}/secrets/{secret}/grants"), &grant).await;
        }
    }

    /// Rows of every table as text; bytes are in hexadecimal digits.
    async fn dump(&self) -> String {
        let mut admin = isolation::admin(&self.test).await;
        let mut all = String::new();
        for table in isolation::tables(&mut admin).await {
            let sql = format!("select coalesce(string_agg(row_to_json(t)::text, E'\\n'), '') from {table} t");
            let rows: Result<String, _> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut admin).await;
            all += &rows.unwrap_or_default();
        }
        all
    }
}

/// Whatever lies below a folder, as it is.
fn files(folder: &Path, into: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&entry.path(), into),
            Ok(kind) if kind.is_file() => into.extend(std::fs::read(entry.path()).unwrap_or_default()),
            _ => {}
        }
    }
}

/// Errors, refusals and dry runs with secrets in them.
async fn stumble(installation: &Installation, org: &Organisation, values: &[String]) {
    let secrets = json!({ "OWN": values[0] });
    let wrong = [
        ("POST", format!("{BASE}/secrets"), json!({ "name": "not-a-name", "value": values[1] })),
        ("POST", format!("{BASE}/secrets"), json!({ "name": "A", "value": { "inner": values[1] } })),
        (
            "POST",
            "/api/scaffolder/v2/tasks".into(),
            json!({ "templateRef": "template:default/none", "values": {}, "secrets": secrets }),
        ),
        ("POST", "/api/scaffolder/v2/tasks".into(), json!({ "templateRef": 1, "values": {}, "secrets": secrets })),
        (
            "POST",
            "/api/integrations/v1/source-hosts".into(),
            json!({ "kind": "gitlab", "host": "git.canary.example", "apiBaseUrl": "https://127.0.0.1/api/v4", "token": values[2] }),
        ),
        (
            "POST",
            "/api/scaffolder/v2/dry-run".into(),
            json!({
                "template": { "apiVersion": "scaffolder.backstage.io/v1beta3", "kind": "Template", "metadata": { "name": "x" },
                    "spec": { "type": "x", "steps": [
                        { "id": "a", "name": "A", "action": "debug:log", "input": { "message": "${{ secrets.OWN }}" } },
                        { "id": "b", "name": "B", "action": "fetch:plain", "input": { "url": "http://127.0.0.1:1/${{ secrets.OWN }}" } },
                    ] } },
                "values": {}, "secrets": secrets, "directoryContents": [],
            }),
        ),
    ];
    for (method, path, body) in wrong {
        let reply = installation.tell(org, method, &path, &body).await;
        for value in values {
            assert!(!reply.text().contains(&value[9..41]), "{path} repeats it: {}", reply.text());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_planted_secret_is_found_in_any_store_or_log() {
    let log = log();
    let installation = Installation::start().await;
    let org = installation.organisation("acme").await;
    let canaries: Vec<String> = (0..20).map(canary).collect();
    let named = |from: usize, names: &'static [&'static str]| -> Vec<(&'static str, &str)> {
        names.iter().zip(&canaries[from..]).map(|(name, value)| (*name, value.as_str())).collect()
    };
    // 0 to 5 for the template, 6 to 8 for the plugin, 9 and 10 for a proxy; 11 to 14 are sent with the run; 15 to 17
    // go into what is refused; 18 and 19 replace others.
    const FOR_TEMPLATE: &[&str] = &["A", "B", "C", "D", "E", "F"];
    const OWN: &[&str] = &["G", "H", "I", "J"];
    installation.plant(&org, "template", "template:default/canaries", &named(0, FOR_TEMPLATE)).await;
    installation.plant(&org, "plugin", PLUGIN, &named(6, &["P", "Q", "R"])).await;
    installation.plant(&org, "proxy", "pager", &named(9, &["X", "Y"])).await;

    let text = template(FOR_TEMPLATE, OWN);
    installation.git.seed("canaries", "t", &[("template.yaml", text.as_bytes())]).await.unwrap();
    let target = format!("http://{}/demo-git/canaries/t/raw/main/template.yaml", installation.domain);
    let location = json!({ "type": "url", "target": target });
    let location = installation.by_admin(&org, "POST", "/api/catalog/locations", &location).await;
    let progress = format!("/api/catalog/v1/locations/{}/progress", location["location"]["id"].as_str().unwrap());
    installation.wait_for(&org, &progress, "/state", &["done"]).await;

    let own: serde_json::Map<String, Value> =
        named(11, OWN).into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    let order = json!({ "templateRef": "template:default/canaries", "values": {}, "secrets": own });
    let task = installation.by_admin(&org, "POST", "/api/scaffolder/v2/tasks", &order).await;
    let task = task["id"].as_str().unwrap();
    let path = format!("/api/scaffolder/v2/tasks/{task}");
    let status = installation.wait_for(&org, &path, "/status", &["completed", "failed"]).await;
    assert_eq!(status, "failed", "its last step reads what is not there");
    let events = installation.tell(&org, "GET", &format!("/api/scaffolder/v2/tasks/{task}/events"), &Value::Null).await;
    assert!(events.text().matches("***").count() >= 10, "the steps did not run: {}", events.text());

    let package = json!({ "package": format!("proscenium:{PLUGIN}") });
    installation.by_admin(&org, "POST", "/api/plugins/v1/installed", &package).await;
    let path = format!("/api/plugins/v1/installed/{PLUGIN}");
    installation.wait_for(&org, &path, "/packages/0/state", &["installed"]).await;
    let config = json!({ "config": { "radar": { "token": "${{ secrets.P }}", "urls": ["https://h/?a=${{ secrets.Q }}&b=${{ secrets.R }}"] } } });
    installation.by_admin(&org, "PUT", &format!("/api/plugins/v1/installed/{PLUGIN}/config"), &config).await;
    installation.tell(&org, "GET", &format!("/api/{PLUGIN}/x"), &Value::Null).await;
    let shown = installation.tell(&org, "GET", &format!("/api/plugins/v1/installed/{PLUGIN}"), &Value::Null).await;
    let log_of_worker =
        installation.tell(&org, "GET", &format!("/api/plugins/v1/installed/{PLUGIN}/logs"), &Value::Null).await;

    let listed = installation.by_admin(&org, "GET", &format!("{BASE}/secrets"), &Value::Null).await;
    for (number, name) in [(18, "A"), (19, "P")] {
        let secret = listed["items"].as_array().unwrap().iter().find(|item| item["name"] == name).unwrap();
        assert!(secret["lastUsedAt"].is_string(), "{name} was not used");
        let path = format!("{BASE}/secrets/{}/versions", secret["id"].as_str().unwrap());
        installation.by_admin(&org, "POST", &path, &json!({ "value": canaries[number], "overlapHours": 1 })).await;
    }
    installation.tell(&org, "GET", &format!("/api/{PLUGIN}/x"), &Value::Null).await;
    stumble(&installation, &org, &canaries[15..18]).await;

    let _held = redaction::hold([canaries[0].as_str()]);
    tracing::warn!("it holds {}", canaries[0]);
    let mut kept = Vec::new();
    files(installation.folder(), &mut kept);
    let written = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(written.contains("it holds ***"), "the log is not the one that is searched");
    let stores = [
        ("the tables", installation.dump().await),
        ("the data folder with its objects", String::from_utf8_lossy(&kept).into_owned()),
        ("the log", written),
        ("the run's events", events.text()),
        ("the plugin's page", shown.text() + &log_of_worker.text()),
        ("the list of secrets", installation.tell(&org, "GET", &format!("{BASE}/secrets"), &Value::Null).await.text()),
    ];
    let mut found = Vec::new();
    for (store, text) in &stores {
        for canary in &canaries {
            found.extend(
                forms(canary).iter().filter(|form| text.contains(*form)).map(|form| format!("{form} in {store}")),
            );
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    installation.stop().await;
}
