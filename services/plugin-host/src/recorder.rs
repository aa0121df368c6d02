//! Remembers which addresses of plugins people read, for compatibility runs. In memory until somebody writes it down.

use kernel::TenantId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Longest path with query that is remembered.
const LONGEST: usize = 500;
/// Plugins that are remembered at once.
const PLUGINS: usize = 1_000;

/// Addresses by plugin. Clones share them.
#[derive(Debug, Clone)]
pub struct Recorder {
    seen: Arc<Mutex<HashMap<(TenantId, String), Vec<String>>>>,
    most: usize,
}

impl Recorder {
    /// Remembers so many addresses of each plugin.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { seen: Arc::default(), most }
    }

    /// Somebody read this.
    pub fn saw(&self, tenant: TenantId, plugin_id: &str, path: &str) {
        if path.len() > LONGEST {
            return;
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= PLUGINS {
            return;
        }
        let paths = seen.entry((tenant, plugin_id.to_owned())).or_default();
        if paths.len() < self.most && !paths.iter().any(|known| known == path) {
            paths.push(path.to_owned());
        }
    }

    /// What was seen since the last call.
    #[must_use]
    pub fn take(&self) -> HashMap<(TenantId, String), Vec<String>> {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
