//! The bus and the cache between processes, with a Redis that goes away and comes back.

use std::path::Path;
use std::time::Duration;

use runtime::Tasks;
use runtime::bus::{Bus, Event, Topic};
use runtime::cache::{Cache, CacheKey};
use runtime::embedded::redis::Redis;
use runtime::process::Launcher;

use crate::server::executable;

const SESSION: Topic = Topic("session");
const SOON: Duration = Duration::from_secs(10);

async fn redis(data_dir: &Path) -> Option<Redis> {
    Redis::start(data_dir, &Launcher::at(executable())).await.expect("a local Redis starts")
}

/// Publishes until the other end is connected and hears it.
async fn until_heard(sender: &Bus, receiver: &mut runtime::bus::Subscription) -> Event {
    let deadline = tokio::time::Instant::now() + SOON;
    while tokio::time::Instant::now() < deadline {
        sender.publish(SESSION, "s");
        if let Ok(Some(event)) = tokio::time::timeout(Duration::from_millis(100), receiver.next()).await {
            return event;
        }
    }
    panic!("nothing was heard");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_cross_processes_and_an_outage_is_told_as_a_gap() {
    let folder = tempfile::tempdir().expect("folder");
    let Some(server) = redis(folder.path()).await else { return };
    let (url, tasks) = (server.url(), Tasks::new());
    let (one, other) = (Bus::start(Some(&url), &tasks).expect("bus"), Bus::start(Some(&url), &tasks).expect("bus"));
    let mut heard = other.subscribe(SESSION);
    assert_eq!(until_heard(&one, &mut heard).await, Event::Message("s".into()));

    server.stop().await;
    let server = redis(folder.path()).await.expect("comes back");
    let gap = tokio::time::timeout(SOON, async { while heard.next().await.expect("open") != Event::Gap {} });
    gap.await.expect("a gap is told");
    assert_eq!(until_heard(&one, &mut heard).await, Event::Message("s".into()));
    server.stop().await;
    assert!(tasks.shutdown(SOON).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn values_and_counters_are_shared_through_redis() {
    let folder = tempfile::tempdir().expect("folder");
    let Some(server) = redis(folder.path()).await else { return };
    let (one, other) =
        (Cache::new(Some(&server.url())).expect("cache"), Cache::new(Some(&server.url())).expect("cache"));
    let key = CacheKey::platform("test", 1);
    one.set(&key, b"value", SOON).await;
    assert_eq!(other.get(&key).await.as_deref(), Some(b"value".as_slice()));
    other.delete(&key).await;
    assert_eq!(one.get(&key).await, None);
    let window = Duration::from_millis(300);
    assert_eq!(one.increment(&key, window).await, 1);
    assert_eq!(other.increment(&key, window).await, 2);
    tokio::time::sleep(window).await;
    assert_eq!(one.increment(&key, window).await, 1, "the window ended");

    server.stop().await;
    assert_eq!(one.get(&key).await, None);
    assert!(one.is_degraded());
    let server = redis(folder.path()).await.expect("comes back");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    one.set(&key, b"again", SOON).await;
    assert_eq!(one.get(&key).await.as_deref(), Some(b"again".as_slice()));
    assert!(!one.is_degraded());
    server.stop().await;
}
