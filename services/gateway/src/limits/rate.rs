//! Requests a minute, of organisations, people, tokens and addresses.
//!
//! A request is counted here, in memory; five times a second the counts go to Redis in one message and the sums of all
//! gateways come back. So a limit is exact within a fifth of a second's requests per gateway, a request waits for
//! nobody, and without Redis each gateway simply counts for itself.

use crate::domain::window::{Moment, Verdict, Window};
use kernel::TenantId;
use runtime::Tasks;
use runtime::cache::{Cache, CacheKey};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use uuid::Uuid;

/// How often gateways tell each other.
const TELLING: Duration = Duration::from_millis(200);
/// How long a minute's count is kept: it is looked at until the next minute is over.
const KEPT: Duration = Duration::from_secs(150);
/// Most counters in memory; strangers' addresses go first.
const MOST: usize = 100_000;

/// Whose requests are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counted {
    /// An organisation's.
    Tenant(TenantId),
    /// A member's.
    User(TenantId, Uuid),
    /// A token's, by a hash of it.
    Token(TenantId, u64),
    /// A stranger's, by a hash of their address.
    Address(u64),
}

impl Counted {
    /// The word for it in headers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tenant(_) => "organization",
            Self::User(..) => "user",
            Self::Token(..) => "token",
            Self::Address(_) => "address",
        }
    }

    fn key(self, minute: i64) -> CacheKey {
        match self {
            Self::Tenant(tenant) => CacheKey::requests(tenant, minute),
            Self::User(tenant, user) => {
                CacheKey::tenant(tenant, "user-requests", format_args!("{}:{minute}", user.simple()))
            }
            Self::Token(tenant, token) => {
                CacheKey::tenant(tenant, "token-requests", format_args!("{token:016x}:{minute}"))
            }
            Self::Address(address) => CacheKey::platform("address-requests", format_args!("{address:016x}:{minute}")),
        }
    }
}

/// All counters of this gateway. Clones share them.
#[derive(Clone, Default)]
pub struct Counters(Arc<Mutex<HashMap<Counted, Window>>>);

/// A count on its way to the others.
struct Telling {
    counted: Counted,
    minute: i64,
    amount: u64,
    asks_for_last: bool,
}

impl Counters {
    /// Counters that talk to those of other gateways until shutdown.
    pub fn start(cache: Cache, tasks: &Tasks) -> Self {
        let counters = Self::default();
        let (telling, token) = (counters.clone(), tasks.shutdown_token());
        tasks.spawn("request counts", async move {
            while !token.is_cancelled() {
                telling.tell(&cache).await;
                tokio::select! {
                    () = token.cancelled() => {}
                    () = tokio::time::sleep(TELLING) => {}
                }
            }
        });
        counters
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Counted, Window>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks each limit, and counts the request with each when all let it through.
    pub fn ask(&self, limits: &[(Counted, u64)], now: Moment) -> Vec<(&'static str, Verdict)> {
        let mut windows = self.lock();
        if windows.len() >= MOST {
            make_room(&mut windows, now.minute);
        }
        let ask = |(counted, limit): &(Counted, u64)| {
            (counted.word(), windows.entry(*counted).or_default().look(*limit, now))
        };
        let verdicts: Vec<_> = limits.iter().map(ask).collect();
        if verdicts.iter().all(|(_, verdict)| verdict.allowed) {
            for (counted, _) in limits {
                if let Some(window) = windows.get_mut(counted) {
                    window.count();
                }
            }
        }
        verdicts
    }

    /// Tells the others what was counted since the last time, and hears what they counted.
    async fn tell(&self, cache: &Cache) {
        let tellings = self.take();
        if tellings.is_empty() {
            return;
        }
        let amounts: Vec<_> = tellings.iter().map(|it| (it.counted.key(it.minute), it.amount)).collect();
        let fresh: Vec<&Telling> = tellings.iter().filter(|it| it.asks_for_last).collect();
        let last: Vec<_> = fresh.iter().map(|it| it.counted.key(it.minute - 1)).collect();
        let totals = cache.add_all(&amounts, KEPT).await;
        let lasts = if last.is_empty() { None } else { cache.counts(&last).await };
        let mut windows = self.lock();
        match totals {
            Some(totals) => {
                for (telling, total) in tellings.iter().zip(totals) {
                    windows.entry(telling.counted).and_modify(|window| window.hear(telling.minute, total));
                }
            }
            None => {
                for telling in &tellings {
                    let keep = |window: &mut Window| window.keep_untold(telling.minute, telling.amount);
                    windows.entry(telling.counted).and_modify(keep);
                }
            }
        }
        for (telling, last) in fresh.iter().zip(lasts.unwrap_or_default()) {
            windows.entry(telling.counted).and_modify(|window| window.hear_last(telling.minute, last));
        }
    }

    fn take(&self) -> Vec<Telling> {
        let take = |(counted, window): (&Counted, &mut Window)| {
            let amount = window.take_untold();
            let (minute, asks_for_last) = (window.minute(), window.asks_for_last());
            (amount > 0).then_some(Telling { counted: *counted, minute, amount, asks_for_last })
        };
        self.lock().iter_mut().filter_map(take).collect()
    }
}

/// Forgets what no limit looks at any more; if that is not enough, strangers' addresses; else everything.
fn make_room(windows: &mut HashMap<Counted, Window>, minute: i64) {
    windows.retain(|_, window| window.minute() + 1 >= minute);
    if windows.len() >= MOST {
        windows.retain(|counted, _| !matches!(counted, Counted::Address(_)));
    }
    if windows.len() >= MOST {
        windows.clear();
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const NOW: Moment = Moment { minute: 30_000_000, elapsed_ms: 1_000 };

    fn send(counters: &Counters, limits: &[(Counted, u64)], requests: u32) -> usize {
        (0..requests).filter(|_| counters.ask(limits, NOW).iter().all(|(_, verdict)| verdict.allowed)).count()
    }

    #[test]
    fn what_one_limit_refuses_is_counted_by_none() {
        let (counters, tenant) = (Counters::default(), TenantId::generate());
        let tight = [(Counted::Tenant(tenant), 10), (Counted::Token(tenant, 1), 3)];
        let other = [(Counted::Tenant(tenant), 10), (Counted::Token(tenant, 2), 100)];
        assert_eq!(send(&counters, &tight, 50), 3);
        assert_eq!(send(&counters, &other, 50), 7, "the organisation paid for three, not for fifty");
    }

    #[tokio::test]
    async fn two_gateways_share_one_limit() {
        let (cache, tenant) = (Cache::new(None).unwrap(), TenantId::generate());
        let (one, two) = (Counters::default(), Counters::default());
        let limit = [(Counted::Tenant(tenant), 100)];
        assert_eq!(send(&one, &limit, 40), 40);
        one.tell(&cache).await;
        send(&two, &limit, 1);
        two.tell(&cache).await;
        assert_eq!(send(&two, &limit, 100), 59);
        two.tell(&cache).await;
        one.tell(&cache).await;
        assert!(send(&one, &limit, 100) <= 60, "what it has not heard of yet is one telling's worth");
        assert_eq!(cache.counts(&[CacheKey::requests(tenant, NOW.minute)]).await, Some(vec![100]));
    }

    #[tokio::test]
    async fn without_its_redis_each_counts_for_itself_and_tells_later() {
        let away = Cache::new(Some(&runtime::config::SecretUrl::new("redis://127.0.0.1:1"))).unwrap();
        let (counters, tenant) = (Counters::default(), TenantId::generate());
        let limit = [(Counted::Tenant(tenant), 10)];
        assert_eq!(send(&counters, &limit, 4), 4);
        counters.tell(&away).await;
        assert_eq!(send(&counters, &limit, 50), 6);
        let back = Cache::new(None).unwrap();
        counters.tell(&back).await;
        assert_eq!(back.counts(&[CacheKey::requests(tenant, NOW.minute)]).await, Some(vec![10]));
    }

    #[test]
    fn the_table_is_bounded_and_strangers_are_forgotten_first() {
        let (counters, tenant) = (Counters::default(), TenantId::generate());
        send(&counters, &[(Counted::Tenant(tenant), 5)], 5);
        for address in 0..=u64::try_from(MOST).unwrap() {
            send(&counters, &[(Counted::Address(address), 5)], 1);
        }
        assert!(counters.lock().len() <= MOST);
        assert_eq!(send(&counters, &[(Counted::Tenant(tenant), 5)], 1), 0, "the organisation is remembered");
    }
}
