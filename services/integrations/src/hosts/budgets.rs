//! What is left of each credential's budget, known to all processes through the cache.

use crate::domain::budget::{Budget, Priority, Told};
use kernel::{Error, Result, SharedClock};
use runtime::cache::{Cache, CacheKey};
use std::time::Duration;

/// A window that ends within so many seconds is waited for.
const WORTH_WAITING: u64 = 2;

/// The budgets. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Budgets {
    cache: Cache,
    clock: SharedClock,
}

impl Budgets {
    pub(crate) fn new(cache: Cache, clock: SharedClock) -> Self {
        Self { cache, clock }
    }

    /// What is known of a budget.
    pub(crate) async fn find(&self, key: &CacheKey) -> Option<Budget> {
        serde_json::from_slice(&self.cache.get(key).await?).ok()
    }

    /// Forgets what is known, for another credential begins with another budget.
    pub(crate) async fn forget(&self, key: &CacheKey) {
        self.cache.delete(key).await;
    }

    /// Waits a moment, or refuses with the time to come back.
    pub(crate) async fn admit(&self, key: &CacheKey, priority: Priority, host: &str) -> Result<()> {
        let Some(budget) = self.find(key).await else { return Ok(()) };
        match budget.admit(self.now(), priority) {
            Ok(()) => Ok(()),
            Err(seconds) if seconds <= WORTH_WAITING => {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                Ok(())
            }
            Err(seconds) => {
                let spent = "What the host lets us ask is spent";
                let kept = "What is left of the requests that the host lets us make is kept for people";
                let why = if priority == Priority::Background && budget.remaining > 0 { kept } else { spent };
                Err(Error {
                    retry_after: Some(seconds),
                    ..Error::unavailable(format!("{why} ({host}). We go on in {seconds} s."))
                })
            }
        }
    }

    /// Takes note of what an answer says; gives the seconds to keep away when it was a refusal.
    pub(crate) async fn note(&self, key: &CacheKey, told: &Told) -> Option<u64> {
        if told.window.is_none() && !told.refused {
            return None;
        }
        let now = self.now();
        let before = self.find(key).await.unwrap_or_default();
        let after = before.after(now, told);
        if after != before
            && let Ok(text) = serde_json::to_vec(&after)
        {
            self.cache.set(key, &text, Duration::from_secs(after.lasts(now))).await;
        }
        told.refused.then(|| after.admit(now, Priority::User).err().unwrap_or(1))
    }

    fn now(&self) -> i64 {
        self.clock.now().unix_timestamp()
    }
}
