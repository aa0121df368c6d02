//! Short-lived values and counters shared by all processes: Redis, or a bounded table in this one.
//!
//! Everything in it can be lost at any time. When Redis goes away the calls answer from this process
//! (counters) or as if nothing were cached, within a fraction of a second, and never fail.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kernel::TenantId;

use crate::config::SecretUrl;
use crate::redis_link::RedisLink;

/// Entries that the in-process table holds before it forgets the soonest to expire.
const LOCAL_ENTRIES: usize = 50_000;

/// A key that begins with its tenant, or with the word that stands for none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CacheKey(String);

impl CacheKey {
    /// A key of one tenant. `part` may hold anything, for nothing follows it.
    pub fn tenant(tenant: TenantId, area: &'static str, part: impl fmt::Display) -> Self {
        Self(format!("proscenium:{tenant}:{area}:{part}"))
    }

    /// Where the requests of a tenant in one minute (since 1970) are counted.
    pub fn requests(tenant: TenantId, minute: i64) -> Self {
        Self::tenant(tenant, "requests", minute)
    }

    /// A key of the installation, such as sign-up attempts of an address.
    pub fn platform(area: &'static str, part: impl fmt::Display) -> Self {
        Self(format!("proscenium:platform:{area}:{part}"))
    }
}

/// Handle to the cache; clones share it.
#[derive(Clone)]
pub struct Cache {
    redis: Option<RedisLink>,
    local: Arc<Local>,
}

impl Cache {
    /// A cache in Redis, or in this process when there is none.
    pub fn new(redis_url: Option<&SecretUrl>) -> anyhow::Result<Self> {
        Ok(Self { redis: redis_url.map(RedisLink::new).transpose()?, local: Arc::default() })
    }

    /// Whether Redis is configured and did not answer the last call.
    pub fn is_degraded(&self) -> bool {
        self.redis.as_ref().is_some_and(RedisLink::is_down)
    }

    /// A value that is still fresh.
    pub async fn get(&self, key: &CacheKey) -> Option<Vec<u8>> {
        let Some(link) = &self.redis else { return self.local.get(key) };
        let command = redis::cmd("GET").arg(&key.0).to_owned();
        link.run(|mut redis| async move { command.query_async::<Option<Vec<u8>>>(&mut redis).await }).await.flatten()
    }

    /// Keeps `value` for `ttl`.
    pub async fn set(&self, key: &CacheKey, value: &[u8], ttl: Duration) {
        let Some(link) = &self.redis else { return self.local.set(key, value, ttl) };
        let command = redis::cmd("SET").arg(&key.0).arg(value).arg("PX").arg(millis(ttl)).to_owned();
        link.run(|mut redis| async move { command.query_async::<()>(&mut redis).await }).await;
    }

    /// Forgets a value.
    pub async fn delete(&self, key: &CacheKey) {
        self.local.lock().remove(&key.0);
        if let Some(link) = &self.redis {
            let command = redis::cmd("DEL").arg(&key.0).to_owned();
            link.run(|mut redis| async move { command.query_async::<i64>(&mut redis).await }).await;
        }
    }

    /// Counts one more in the window of `ttl` that the first count opened, and returns the count.
    /// While Redis is away each process counts for itself: limits get looser and never stop working.
    pub async fn increment(&self, key: &CacheKey, ttl: Duration) -> u64 {
        if let Some(link) = &self.redis {
            let mut pipe = redis::pipe();
            // NX keeps the window from sliding: the first attempt opens it.
            pipe.atomic()
                .cmd("SET")
                .arg(&key.0)
                .arg(0)
                .arg("PX")
                .arg(millis(ttl))
                .arg("NX")
                .ignore()
                .cmd("INCR")
                .arg(&key.0);
            let counted = link.run(|mut redis| async move { pipe.query_async::<(u64,)>(&mut redis).await }).await;
            if let Some((count,)) = counted {
                return count;
            }
        }
        self.local.add(key, 1, ttl)
    }

    /// Adds to many counters at once, each of which ends `ttl` after its last change; the counts after it. `None` while
    /// Redis is away: nothing was counted then, or nobody knows.
    pub async fn add_all(&self, amounts: &[(CacheKey, u64)], ttl: Duration) -> Option<Vec<u64>> {
        let Some(link) = &self.redis else {
            return Some(amounts.iter().map(|(key, amount)| self.local.add(key, *amount, ttl)).collect());
        };
        let mut pipe = redis::pipe();
        for (key, amount) in amounts {
            pipe.cmd("INCRBY").arg(&key.0).arg(*amount).cmd("PEXPIRE").arg(&key.0).arg(millis(ttl)).ignore();
        }
        link.run(|mut redis| async move { pipe.query_async::<Vec<u64>>(&mut redis).await }).await
    }

    /// Forgets everything that is kept for a tenant; `None` while Redis is away.
    pub async fn forget_tenant(&self, tenant: TenantId) -> Option<()> {
        let prefix = format!("proscenium:{tenant}:");
        self.local.lock().retain(|key, _| !key.starts_with(&prefix));
        let Some(link) = &self.redis else { return Some(()) };
        let mut cursor = 0_u64;
        loop {
            let scan = redis::cmd("SCAN")
                .arg(cursor)
                .arg("MATCH")
                .arg(format!("{prefix}*"))
                .arg("COUNT")
                .arg(1_000)
                .to_owned();
            let (next, keys) =
                link.run(|mut redis| async move { scan.query_async::<(u64, Vec<String>)>(&mut redis).await }).await?;
            if !keys.is_empty() {
                let delete = redis::cmd("DEL").arg(keys).to_owned();
                link.run(|mut redis| async move { delete.query_async::<i64>(&mut redis).await }).await?;
            }
            if next == 0 {
                return Some(());
            }
            cursor = next;
        }
    }

    /// Shows every key in Redis to `look`; `Some(false)` where there is no Redis, `None` while it is away.
    pub async fn each_key(&self, mut look: impl FnMut(&str)) -> Option<bool> {
        let Some(link) = &self.redis else { return Some(false) };
        let mut cursor = 0_u64;
        loop {
            let scan = redis::cmd("SCAN").arg(cursor).arg("COUNT").arg(1_000).to_owned();
            let (next, keys) =
                link.run(|mut redis| async move { scan.query_async::<(u64, Vec<String>)>(&mut redis).await }).await?;
            keys.iter().for_each(|key| look(key));
            if next == 0 {
                return Some(true);
            }
            cursor = next;
        }
    }

    /// What these counters hold; 0 where there is none. `None` while Redis is away.
    pub async fn counts(&self, keys: &[CacheKey]) -> Option<Vec<u64>> {
        let Some(link) = &self.redis else { return Some(keys.iter().map(|key| self.local.count(key)).collect()) };
        let mut command = redis::cmd("MGET");
        for key in keys {
            command.arg(&key.0);
        }
        let counts =
            link.run(|mut redis| async move { command.query_async::<Vec<Option<u64>>>(&mut redis).await }).await?;
        Some(counts.into_iter().map(Option::unwrap_or_default).collect())
    }
}

fn millis(ttl: Duration) -> u64 {
    u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).max(1)
}

#[derive(Default)]
struct Local {
    entries: Mutex<HashMap<String, Entry>>,
}

struct Entry {
    expires: Instant,
    value: Value,
}

enum Value {
    Bytes(Vec<u8>),
    Count(u64),
}

impl Local {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, key: &CacheKey) -> Option<Vec<u8>> {
        match self.lock().get(&key.0) {
            Some(Entry { expires, value: Value::Bytes(bytes) }) if *expires > Instant::now() => Some(bytes.clone()),
            _ => None,
        }
    }

    fn set(&self, key: &CacheKey, value: &[u8], ttl: Duration) {
        self.insert(key, Entry { expires: Instant::now() + ttl, value: Value::Bytes(value.to_owned()) });
    }

    fn count(&self, key: &CacheKey) -> u64 {
        match self.lock().get(&key.0) {
            Some(Entry { expires, value: Value::Count(count) }) if *expires > Instant::now() => *count,
            _ => 0,
        }
    }

    fn add(&self, key: &CacheKey, amount: u64, ttl: Duration) -> u64 {
        let now = Instant::now();
        if let Some(Entry { expires, value: Value::Count(count) }) = self.lock().get_mut(&key.0)
            && *expires > now
        {
            *count += amount;
            return *count;
        }
        self.insert(key, Entry { expires: now + ttl, value: Value::Count(amount) });
        amount
    }

    fn insert(&self, key: &CacheKey, entry: Entry) {
        let mut entries = self.lock();
        if entries.len() >= LOCAL_ENTRIES {
            let now = Instant::now();
            entries.retain(|_, entry| entry.expires > now);
        }
        if entries.len() >= LOCAL_ENTRIES {
            let mut soonest: Vec<Instant> = entries.values().map(|entry| entry.expires).collect();
            let tenth = soonest.len() / 10;
            let (_, limit, _) = soonest.select_nth_unstable(tenth);
            let limit = *limit;
            entries.retain(|_, entry| entry.expires > limit);
        }
        entries.insert(key.0.clone(), entry);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn key(part: impl fmt::Display) -> CacheKey {
        CacheKey::platform("test", part)
    }

    #[tokio::test]
    async fn values_expire_and_can_be_forgotten() {
        let cache = Cache::new(None).expect("cache");
        cache.set(&key(1), b"one", MINUTE).await;
        cache.set(&key(2), b"two", Duration::ZERO).await;
        assert_eq!(cache.get(&key(1)).await.as_deref(), Some(b"one".as_slice()));
        assert_eq!(cache.get(&key(2)).await, None);
        cache.delete(&key(1)).await;
        assert_eq!(cache.get(&key(1)).await, None);
    }

    #[tokio::test]
    async fn counters_start_again_when_their_window_ends() {
        let cache = Cache::new(None).expect("cache");
        assert_eq!(cache.increment(&key("a"), Duration::from_millis(40)).await, 1);
        assert_eq!(cache.increment(&key("a"), MINUTE).await, 2);
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(cache.increment(&key("a"), MINUTE).await, 1);
    }

    #[tokio::test]
    async fn many_counters_are_added_to_and_read_at_once() {
        let cache = Cache::new(None).expect("cache");
        assert_eq!(cache.add_all(&[(key("c"), 2), (key("d"), 5)], MINUTE).await, Some(vec![2, 5]));
        assert_eq!(cache.add_all(&[(key("c"), 3)], MINUTE).await, Some(vec![5]));
        assert_eq!(cache.counts(&[key("c"), key("d"), key("e")]).await, Some(vec![5, 5, 0]));
    }

    #[tokio::test]
    async fn a_tenant_is_forgotten_as_a_whole_and_no_other() {
        let (cache, gone, other) = (Cache::new(None).expect("cache"), TenantId::generate(), TenantId::generate());
        for tenant in [gone, other] {
            cache.set(&CacheKey::tenant(tenant, "test", 1), b"x", MINUTE).await;
        }
        cache.forget_tenant(gone).await.expect("there is no Redis to be away");
        assert_eq!(cache.get(&CacheKey::tenant(gone, "test", 1)).await, None);
        assert!(cache.get(&CacheKey::tenant(other, "test", 1)).await.is_some());
    }

    #[tokio::test]
    async fn the_table_in_this_process_is_bounded() {
        let cache = Cache::new(None).expect("cache");
        for number in 0..LOCAL_ENTRIES + 10 {
            cache.local.set(&key(number), b"x", MINUTE);
        }
        assert!(cache.local.lock().len() <= LOCAL_ENTRIES);
        assert!(cache.get(&key(LOCAL_ENTRIES + 9)).await.is_some(), "the newest is kept");
    }

    #[tokio::test]
    async fn without_its_redis_it_counts_alone_and_says_so() {
        let cache = Cache::new(Some(&SecretUrl::new("redis://127.0.0.1:1"))).expect("cache");
        let started = Instant::now();
        for expected in 1..=3 {
            assert_eq!(cache.increment(&key("b"), MINUTE).await, expected);
        }
        assert_eq!(cache.get(&key("b")).await, None);
        assert!(cache.is_degraded());
        assert!(started.elapsed() < Duration::from_secs(2), "one time-out and not one each");
    }

    #[test]
    fn keys_begin_with_their_tenant() {
        let tenant = TenantId::new(uuid::Uuid::from_u128(7));
        assert_eq!(CacheKey::tenant(tenant, "session", "a:b").0, format!("proscenium:{tenant}:session:a:b"));
    }
}
