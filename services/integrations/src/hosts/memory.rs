//! What saves requests: contents by their name, and references with slashes.
//!
//! A content's name is its hash, so what is remembered under it never grows old; it belongs to one tenant's view of one
//! host all the same. In this process only, and bounded.

use crate::domain::address::Address;
use bytes::Bytes;
use kernel::SharedClock;
use runtime::fresh::Fresh;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use time::Duration;

const MAX_BYTES: usize = 32_000_000;
/// Larger contents are not worth the place.
const MAX_CONTENT_BYTES: usize = 500_000;
const REFERENCES_KEPT: Duration = Duration::minutes(10);
/// As long it is believed that there are none: a branch may be about to be pushed.
const NONE_KEPT: Duration = Duration::minutes(1);

/// The memories. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Memory(Arc<Inner>);

struct Inner {
    contents: Mutex<Contents>,
    references: Fresh<(String, String, String), Arc<Vec<String>>>,
}

#[derive(Default)]
struct Contents {
    /// With the turn at which each was used last.
    known: HashMap<(String, String, String), (Bytes, u64)>,
    bytes: usize,
    turn: u64,
}

impl Memory {
    pub(crate) fn new(clock: SharedClock) -> Self {
        Self(Arc::new(Inner { contents: Mutex::default(), references: Fresh::new(clock, 5_000) }))
    }

    /// The content of this name, as `scope` saw it.
    pub(crate) fn content(&self, scope: &str, project: &str, blob: &str) -> Option<Bytes> {
        let mut contents = self.0.contents.lock().unwrap_or_else(PoisonError::into_inner);
        contents.turn += 1;
        let turn = contents.turn;
        let (bytes, used) = contents.known.get_mut(&key(scope, project, blob))?;
        *used = turn;
        Some(bytes.clone())
    }

    pub(crate) fn keep_content(&self, scope: &str, project: &str, blob: &str, bytes: &Bytes) {
        if bytes.len() > MAX_CONTENT_BYTES {
            return;
        }
        let mut contents = self.0.contents.lock().unwrap_or_else(PoisonError::into_inner);
        contents.turn += 1;
        let turn = contents.turn;
        // A copy: what comes out of an archive is a part of something large.
        let copy = Bytes::copy_from_slice(bytes);
        contents.bytes += copy.len();
        if let Some((old, _)) = contents.known.insert(key(scope, project, blob), (copy, turn)) {
            contents.bytes -= old.len();
        }
        contents.shrink();
    }

    /// The references that begin with the first name of the address's tail, if they were asked for lately.
    pub(crate) fn references(&self, scope: &str, at: &Address) -> Option<Arc<Vec<String>>> {
        self.0.references.get(&key(scope, &at.project, at.first()))
    }

    /// `met` says whether they settle what the address means.
    pub(crate) fn keep_references(&self, scope: &str, at: &Address, names: Arc<Vec<String>>, met: bool) {
        let kept = if met { REFERENCES_KEPT } else { NONE_KEPT };
        self.0.references.put(key(scope, &at.project, at.first()), names, kept);
    }
}

impl Contents {
    /// Lets go of the quarter that was not used for longest.
    fn shrink(&mut self) {
        if self.bytes <= MAX_BYTES {
            return;
        }
        let mut turns: Vec<u64> = self.known.values().map(|(_, turn)| *turn).collect();
        turns.sort_unstable();
        let oldest = turns.get(turns.len() / 4).copied().unwrap_or(u64::MAX);
        self.known.retain(|_, (_, turn)| *turn > oldest);
        self.bytes = self.known.values().map(|(bytes, _)| bytes.len()).sum();
    }
}

fn key(scope: &str, project: &str, name: &str) -> (String, String, String) {
    (scope.to_owned(), project.to_owned(), name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_remembered_per_scope_within_bounds_and_the_used_ones_longest() {
        let memory = Memory::new(kernel::system_clock());
        let content = Bytes::from(vec![7; 400_000]);
        memory.keep_content("a", "p", "first", &content);
        assert_eq!(memory.content("b", "p", "first"), None);
        for number in 0..200 {
            memory.keep_content("a", "p", &number.to_string(), &content);
            assert!(memory.content("a", "p", "first").is_some(), "after {number}");
        }
        assert!(memory.0.contents.lock().unwrap_or_else(PoisonError::into_inner).bytes <= MAX_BYTES);
        assert_eq!(memory.content("a", "p", "0"), None);
        memory.keep_content("a", "p", "large", &Bytes::from(vec![7; MAX_CONTENT_BYTES + 1]));
        assert_eq!(memory.content("a", "p", "large"), None);
    }
}
