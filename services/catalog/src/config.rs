//! What the operator sets for the catalog at start.

use crate::domain::kinds::AllowedKinds;
use runtime::config::Plans;
use std::time::Duration;

/// Settings of the catalog service.
#[derive(Debug, Clone)]
pub struct Config {
    /// Time between two reads of a location.
    pub processing_interval: Duration,
    /// Kinds that an organisation accepts which has decided nothing else.
    pub allowed_kinds: AllowedKinds,
    /// How many locations are read at the same time in this process.
    pub concurrency: u16,
    /// How often the queue is looked at when nothing woke us.
    pub poll_interval: Duration,
    /// The index in memory.
    pub index: IndexSettings,
    /// How many entities an organisation may have; without any plan there is no limit.
    pub plans: Plans,
}

/// The index in memory, and the documents beside it.
#[derive(Debug, Clone, Copy)]
pub struct IndexSettings {
    /// Whether there is one; otherwise SQL answers everything.
    pub enabled: bool,
    /// Bytes of all organisations' indexes together, about.
    pub index_bytes: usize,
    /// Bytes of documents kept for the next answer.
    pub document_cache_bytes: usize,
    /// Bytes of all organisations' text indexes together, about.
    pub text_index_bytes: usize,
}

impl Config {
    /// From the merged configuration.
    #[must_use]
    pub fn new(config: &runtime::config::Catalog) -> Self {
        Self {
            processing_interval: config.processing_interval,
            allowed_kinds: AllowedKinds::new(config.rules.allow.iter().map(String::as_str)),
            concurrency: 8,
            poll_interval: Duration::from_millis(500),
            plans: Plans::default(),
            index: IndexSettings {
                enabled: config.index,
                index_bytes: usize::try_from(config.index_bytes).unwrap_or(usize::MAX),
                document_cache_bytes: usize::try_from(config.document_cache_bytes).unwrap_or(usize::MAX),
                text_index_bytes: usize::try_from(config.text_index_bytes).unwrap_or(usize::MAX),
            },
        }
    }
}
