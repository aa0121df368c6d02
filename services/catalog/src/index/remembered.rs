//! Sets that were made for one state of an index and may be asked for again.

use foldhash::{HashMap, HashMapExt as _};
use roaring::RoaringBitmap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// How many are remembered; then all are forgotten.
const LIMIT: usize = 64;

/// Sets by what was asked for.
#[derive(Debug)]
pub struct Remembered<K>(Mutex<HashMap<K, Arc<RoaringBitmap>>>);

impl<K> Default for Remembered<K> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<K: Eq + Hash + Clone> Remembered<K> {
    /// The set that was made for this, or is made now.
    pub fn get_or_make(&self, asked: &K, make: impl FnOnce() -> RoaringBitmap) -> Arc<RoaringBitmap> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(asked).cloned();
        known.unwrap_or_else(|| {
            // Not under the lock: others ask for something else meanwhile.
            let set = Arc::new(make());
            let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if sets.len() >= LIMIT {
                sets.clear();
            }
            sets.insert(asked.clone(), Arc::clone(&set));
            set
        })
    }

    /// Forgets all of them: the state is another one.
    pub fn clear(&mut self) {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
