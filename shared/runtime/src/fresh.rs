//! A short memory: answers that may be a moment old, and never older.

use kernel::SharedClock;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use time::{Duration, OffsetDateTime};

/// Keeps values for at most their time to live, and at most so many of them.
#[derive(Debug)]
pub struct Fresh<K, V> {
    entries: Mutex<HashMap<K, (OffsetDateTime, V)>>,
    clock: SharedClock,
    capacity: usize,
}

impl<K: Eq + Hash, V: Clone> Fresh<K, V> {
    /// An empty memory.
    #[must_use]
    pub fn new(clock: SharedClock, capacity: usize) -> Self {
        Self { entries: Mutex::default(), clock, capacity }
    }

    /// The value, if it is still fresh.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<V> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.get(key).filter(|(until, _)| self.clock.now() < *until).map(|(_, value)| value.clone())
    }

    /// Remembers the value for `ttl`, counted from now.
    ///
    /// Call it with a value whose reading began after the last change one wants to see: a value read before a change
    /// and put after it stays for its whole time to live.
    pub fn put(&self, key: K, value: V, ttl: Duration) {
        let now = self.clock.now();
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= self.capacity {
            entries.retain(|_, (until, _)| now < *until);
        }
        if entries.len() >= self.capacity {
            // Full of fresh values: forgetting all costs one look-up each, keeping count of use would cost every one.
            entries.clear();
        }
        entries.insert(key, (now + ttl, value));
    }

    /// Forgets at once whatever the condition holds for.
    pub fn forget(&self, condition: impl Fn(&K) -> bool) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).retain(|key, _| !condition(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::FixedClock;
    use std::sync::Arc;

    #[test]
    fn a_value_is_forgotten_when_its_time_is_over_or_when_told_so() {
        let clock = Arc::new(FixedClock::at(OffsetDateTime::UNIX_EPOCH));
        let memory = Fresh::new(clock.clone(), 10);
        memory.put("a", 1, Duration::seconds(2));
        memory.put("b", 2, Duration::seconds(2));
        memory.forget(|key| *key == "b");
        assert_eq!((memory.get(&"a"), memory.get(&"b")), (Some(1), None));
        clock.advance(Duration::seconds(2));
        assert_eq!(memory.get(&"a"), None);
    }

    #[test]
    fn it_never_holds_more_than_its_capacity() {
        let memory = Fresh::new(kernel::system_clock(), 100);
        for key in 0..1_000 {
            memory.put(key, key, Duration::hours(1));
            assert!(memory.entries.lock().unwrap_or_else(PoisonError::into_inner).len() <= 100);
        }
        assert_eq!(memory.get(&999), Some(999));
    }
}
