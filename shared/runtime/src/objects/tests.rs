//! Objects against the embedded endpoint, keys that must not compile or must be refused.

#![expect(clippy::expect_used, reason = "tests")]

use std::path::Path;

use kernel::TenantId;

use super::*;
use crate::Tasks;
use crate::config::{S3, Secret};
use crate::embedded::s3;

fn tenant(number: u128) -> TenantId {
    TenantId::new(uuid::Uuid::from_u128(number))
}

async fn embedded(data_dir: &Path) -> (Endpoint, Tasks) {
    let settings = S3 {
        url: None,
        bucket: "proscenium".into(),
        region: "us-east-1".into(),
        access_key: String::new(),
        secret_key: Secret::default(),
    };
    let tasks = Tasks::new();
    let endpoint = s3::serve(&settings, data_dir, &tasks).await.expect("served");
    (endpoint, tasks)
}

#[tokio::test]
async fn objects_are_kept_listed_and_deleted_per_tenant() {
    let folder = tempfile::tempdir().expect("folder");
    let (endpoint, _tasks) = embedded(folder.path()).await;
    let objects = Objects::new(&endpoint);
    objects.check().await.expect("reachable");
    let key = |number| {
        ObjectKey::tenant(tenant(number)).segment("docs").and_then(|docs| docs.path("a/index.html")).expect("key")
    };
    objects.put(&key(1), Bytes::from_static(b"<h1>hi</h1>"), "text/html").await.expect("put");
    objects.put(&key(2), Bytes::from_static(b"other"), "text/plain").await.expect("put");

    let object = objects.get(&key(1), 1024).await.expect("get").expect("there");
    assert_eq!(object.body, "<h1>hi</h1>");
    assert_eq!(object.content_type.as_deref(), Some("text/html"));
    assert!(object.etag.is_some());
    assert_eq!(objects.head(&key(1)).await.expect("head").expect("there").bytes, 11);

    let listed = objects.list(&ObjectKey::tenant(tenant(1))).await.expect("list");
    assert_eq!(listed.iter().map(|object| &object.key).collect::<Vec<_>>(), [&key(1)]);

    objects.delete(&key(1)).await.expect("delete");
    objects.delete(&key(1)).await.expect("twice");
    assert!(objects.get(&key(1), 1024).await.expect("get").is_none());
    assert!(objects.head(&key(1)).await.expect("head").is_none());
    assert!(objects.get(&key(2), 1024).await.expect("get").is_some());
}

#[tokio::test]
async fn listings_go_over_pages_and_large_objects_are_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let (endpoint, _tasks) = embedded(folder.path()).await;
    let objects = Objects::new(&endpoint);
    let root = || ObjectKey::tenant(tenant(1));
    // Made on disk: what is tested is the reading of more than one page of 1,000.
    let disk = folder.path().join("objects/proscenium").join(root().as_str());
    std::fs::create_dir_all(&disk).expect("folder");
    for number in 0..1_100 {
        std::fs::write(disk.join(format!("{number:04}")), b"x").expect("write");
    }
    assert_eq!(objects.list(&root()).await.expect("list").len(), 1_100);

    let large = root().object("large").expect("key");
    objects.put(&large, Bytes::from(vec![0; 100_000]), "application/octet-stream").await.expect("put");
    assert_eq!(objects.get(&large, 99_999).await.expect_err("limit").kind, kernel::ErrorKind::PayloadTooLarge);
    assert_eq!(objects.get(&large, 100_000).await.expect("get").expect("there").body.len(), 100_000);
    let beyond = Bytes::from(vec![0; LARGEST_OBJECT + 1]);
    assert_eq!(objects.put(&large, beyond, "x/y").await.expect_err("limit").kind, kernel::ErrorKind::PayloadTooLarge);
}

/// The store itself accepts `../`, which is why keys are typed: this shows that the net is needed and holds.
#[tokio::test]
async fn the_checked_keys_are_what_keeps_tenants_apart() {
    let folder = tempfile::tempdir().expect("folder");
    let (endpoint, _tasks) = embedded(folder.path()).await;
    let objects = Objects::new(&endpoint);
    let escaping = format!("tenant/{}/../{}/stolen", tenant(1), tenant(2));
    let raw = objects
        .client
        .put_object()
        .bucket("proscenium")
        .key(&escaping)
        .body(ByteStream::from_static(b"x"))
        .send()
        .await;
    assert!(raw.is_ok(), "when the store refuses this itself, relax the documentation");
    for attempt in ["../x", "..", "a/../../x", "/etc/passwd", "./x", "a//x", "x\0y"] {
        assert!(ObjectKey::tenant(tenant(1)).path(attempt).is_err(), "{attempt:?}");
    }
}

#[tokio::test]
async fn requests_without_the_generated_keys_are_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut endpoint, _tasks) = embedded(folder.path()).await;
    endpoint.secret_key = Secret::new("guessed");
    let stranger = Objects::new(&endpoint);
    let key = ObjectKey::shared().object("x").expect("key");
    assert!(stranger.get(&key, 10).await.is_err());
    assert!(stranger.put(&key, Bytes::new(), "x/y").await.is_err());
}

#[tokio::test]
async fn small_reads_do_not_wait_for_delayed_acknowledgements() {
    let folder = tempfile::tempdir().expect("folder");
    let (endpoint, _tasks) = embedded(folder.path()).await;
    let objects = Objects::new(&endpoint);
    let key = ObjectKey::shared().object("small").expect("key");
    objects.put(&key, Bytes::from_static(b"0123456789"), "text/plain").await.expect("put");
    let mut times = Vec::new();
    for _ in 0..41 {
        let started = std::time::Instant::now();
        objects.get(&key, 10).await.expect("get");
        times.push(started.elapsed());
    }
    times.sort();
    // The delay is 40 ms; a read in a debug build takes 2 ms.
    assert!(times[20] < std::time::Duration::from_millis(25), "the median read took {:?}", times[20]);
}
