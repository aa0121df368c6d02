//! Sending the log to where an organisation keeps it: a web server and an S3 endpoint of our own, reached through the
//! integrations service and its guard.

use crate::bench::{Bench, Org};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_shell::{ServiceClient, ServiceName};
use integrations::{Ground, Integrations, World};
use runtime::Tasks;
use runtime::bus::Bus;
use runtime::cache::Cache;
use runtime::config::{Config, Sources};
use runtime::outbound::{Allow, Outbound};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::Read as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use testkit::key;

/// What a receiver got, and how it answers: the statuses in turn, then 200.
#[derive(Clone, Default)]
struct Receiver {
    got: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Receiver {
    async fn serve(&self, tasks: &Tasks) -> u16 {
        let receiver = self.clone();
        let answer = move |headers: HeaderMap, body: String| {
            let status = receiver.answers.lock().unwrap().pop_front().unwrap_or(200);
            receiver.got.lock().unwrap().push((headers, body));
            async move { StatusCode::from_u16(status).unwrap() }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().fallback(axum::routing::any(answer));
        tasks.spawn("receiver", async move { axum::serve(listener, router).await.unwrap() });
        port
    }

    fn seqs(&self) -> Vec<i64> {
        let got = self.got.lock().unwrap();
        let rows =
            got.iter().flat_map(|(_, body)| body.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        rows.map(|row| row["seq"].as_i64().unwrap()).collect()
    }
}

struct Scene {
    bench: Bench,
    org: Org,
    tasks: Tasks,
    client: ServiceClient,
}

impl Scene {
    async fn start(allow: &[String]) -> Self {
        let bench = Bench::with(|config| {
            config.audit_poll = Duration::from_millis(20);
            config.audit_gathering = time::Duration::ZERO;
        })
        .await;
        let org = bench.org("acme").await;
        let tasks = Tasks::new();
        let world =
            World { outbound: Outbound::new(Allow::parse(allow).unwrap()).unwrap(), public: Vec::new(), demo: None };
        let ground = Ground {
            db: bench.db.db.clone(),
            clock: bench.clock.clone(),
            cache: Cache::new(None).unwrap(),
            bus: Bus::start(None, &tasks).unwrap(),
            tasks: tasks.clone(),
        };
        let client = ServiceClient::new(key());
        client.attach(
            ServiceName::Integrations,
            integrations::service(Integrations::in_world(world, ground), &key()).router,
        );
        Self { bench, org, tasks, client }
    }

    fn process(&self) -> Tasks {
        let tasks = Tasks::new();
        tenant_admin::jobs::start(&self.bench.state, &self.client, &tasks);
        tasks
    }

    async fn add(&self, form: Value) -> Value {
        let made = self.bench.post(&self.org.admin, "/audit/streams", form).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        made.json()
    }

    async fn streams(&self) -> Value {
        self.bench.get(&self.org.admin, "/audit/streams").await.json()["items"].clone()
    }

    async fn until(&self, what: &str, done: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..500 {
            let stream = self.streams().await[0].clone();
            if done(&stream) {
                return stream;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("never: {what}; {}", self.streams().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_gets_every_row_in_order_signed_and_again_after_a_failure() {
    let (tasks, receiver) = (Tasks::new(), Receiver::default());
    let port = receiver.serve(&tasks).await;
    let scene = Scene::start(&[format!("127.0.0.1:{port}")]).await;
    receiver.answers.lock().unwrap().extend([500, 302]);
    let made = scene
        .add(json!({ "kind": "webhook", "name": "SIEM", "url": format!("http://127.0.0.1:{port}/in"), "fromBeginning": true }))
        .await;
    let signing_key = made["signingKey"].as_str().unwrap().to_owned();
    assert!(!scene.streams().await.to_string().contains(&signing_key), "shown once");
    let first = scene.process();
    let failing = scene.until("it fails", |stream| stream["failingSince"].is_string()).await;
    assert!(failing["lastError"].as_str().unwrap().contains("status 500"), "{failing}");
    // Whoever sent it is gone; another process goes on where the other side confirmed last.
    first.shutdown(Duration::from_secs(5)).await;
    scene.bench.db.execute_as_admin("update job set run_at = now()").await;
    let second = scene.process();
    scene
        .until("the redirect is no success", |stream| {
            stream["lastError"].as_str().is_some_and(|error| error.contains("302"))
        })
        .await;
    scene.bench.db.execute_as_admin("update job set run_at = now()").await;
    let sent = scene.until("it is sent", |stream| stream["waiting"] == 0 && stream["sentThrough"] == 4).await;
    assert_eq!(sent["lastError"], Value::Null);
    assert_eq!(receiver.seqs(), [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4], "each try has all that was not confirmed");
    for n in 0..5 {
        let form = json!({ "name": "P", "email": format!("p{n}@acme.example"), "role": "viewer" });
        scene.bench.post(&scene.org.admin, "/members", form).await;
    }
    scene.until("news are sent", |stream| stream["sentThrough"] == 9).await;
    assert_eq!(receiver.seqs()[12..], [5, 6, 7, 8, 9]);
    let got = receiver.got.lock().unwrap().clone();
    let (headers, body) = got.last().unwrap();
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let signed = format!("{}.{}.{body}", header("webhook-id"), header("webhook-timestamp"));
    let key = STANDARD.decode(signing_key.strip_prefix("whsec_").unwrap()).unwrap();
    let expected = STANDARD.encode(sign(&Key::new(HMAC_SHA256, &key), signed.as_bytes()).as_ref());
    assert_eq!(header("webhook-signature"), format!("v1,{expected}"));
    assert!(!body.contains(&signing_key));
    second.shutdown(Duration::from_secs(5)).await;
    scene.tasks.request_shutdown();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_gets_objects_that_an_s3_endpoint_takes_with_their_signature() {
    let tasks = Tasks::new();
    let folder = tempfile::tempdir().unwrap();
    let settings = Config::load(Sources::default()).unwrap().s3;
    let endpoint = runtime::embedded::s3::serve(&settings, folder.path(), &tasks).await.unwrap();
    let scene = Scene::start(&[endpoint.url.trim_start_matches("http://").to_owned()]).await;
    // The endpoint looks at its own clock, and takes no signature of another day.
    scene.bench.clock.advance(kernel::system_clock().now() - scene.bench.state.clock.now());
    let form = |secret: &str| {
        json!({ "kind": "s3", "name": "Archive", "url": endpoint.url, "bucket": endpoint.bucket, "prefix": "audit log/acme",
            "region": endpoint.region, "accessKey": endpoint.access_key, "secretKey": secret, "fromBeginning": true })
    };
    let made = scene.add(form("not-the-secret-key-of-this-endpoint")).await;
    assert_eq!(made["signingKey"], Value::Null);
    let process = scene.process();
    let refused = scene.until("a wrong key is refused", |stream| stream["failingSince"].is_string()).await;
    assert!(refused["lastError"].as_str().unwrap().contains("status 403"), "{refused}");
    let path = format!("/audit/streams/{}", made["stream"]["id"].as_str().unwrap());
    let right = Some(json!({ "secretKey": endpoint.secret_key.expose() }));
    assert_eq!(scene.bench.call(&scene.org.admin, Method::PATCH, &path, right).await.status, StatusCode::OK);
    scene.until("it is stored", |stream| stream["waiting"] == 0).await;
    let stored = folder.path().join("objects").join(&endpoint.bucket).join("audit log/acme");
    let mut files = Vec::new();
    let mut folders = vec![stored];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    let mut rows = Vec::new();
    for file in files.iter().filter(|file| file.to_string_lossy().ends_with(".ndjson.gz")) {
        let mut text = String::new();
        flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
        rows.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["seq"].as_i64().unwrap()));
    }
    rows.sort_unstable();
    assert_eq!(rows, [1, 2, 3, 4, 5]);
    process.shutdown(Duration::from_secs(5)).await;
    assert_eq!(scene.bench.call(&scene.org.admin, Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(scene.streams().await, json!([]));
    tasks.request_shutdown();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inner_address_is_refused_and_says_so() {
    let scene = Scene::start(&[]).await;
    scene
        .add(json!({ "kind": "webhook", "name": "In", "url": "http://169.254.169.254/latest", "fromBeginning": true }))
        .await;
    let process = scene.process();
    let refused = scene.until("it is refused", |stream| stream["failingSince"].is_string()).await;
    assert!(refused["lastError"].as_str().unwrap().contains("link-local"), "{refused}");
    process.shutdown(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn each_wrong_field_of_a_stream_is_named_and_there_is_an_end_to_their_number() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    for (form, fields) in [
        (json!({ "kind": "webhook", "name": "", "url": "x" }), vec!["name", "url"]),
        (json!({ "kind": "webhook", "name": "a", "url": "https://u:p@h/" }), vec!["url"]),
        (json!({ "kind": "webhook", "name": "a", "url": "file:///etc/passwd" }), vec!["url"]),
        (
            json!({ "kind": "s3", "name": "a", "url": "https://s3.example", "prefix": "../x" }),
            vec!["accessKey", "bucket", "prefix", "region", "secretKey"],
        ),
    ] {
        let reply = bench.post(&org.admin, "/audit/streams", form).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{}", reply.text());
        assert_eq!(reply.json()["error"]["fields"].as_object().unwrap().keys().collect::<Vec<_>>(), fields);
    }
    let form = json!({ "kind": "webhook", "name": "a", "url": "https://logs.example/in" });
    for _ in 0..5 {
        assert_eq!(bench.post(&org.admin, "/audit/streams", form.clone()).await.status, StatusCode::CREATED);
    }
    assert_eq!(bench.post(&org.admin, "/audit/streams", form).await.status, StatusCode::CONFLICT);
}
