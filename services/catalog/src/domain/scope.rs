//! What a caller may see of the catalog. Every read takes one, so that lists, totals, facets, cursors and search agree.

use super::filter::Filter;
use super::text::sha256_hex;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

/// A filter that is made once and shared by many requests, with a name that no other filter has.
#[derive(Debug, Clone)]
pub struct Condition(Arc<Named>);

#[derive(Debug)]
struct Named {
    filter: Filter,
    digest: String,
}

static EVERYTHING: LazyLock<Condition> = LazyLock::new(|| Condition::new(Filter::everything()));

impl Condition {
    /// Holds for all entities; most requests have this one.
    #[must_use]
    pub fn everything() -> Self {
        EVERYTHING.clone()
    }

    /// Of a filter.
    #[must_use]
    pub fn new(filter: Filter) -> Self {
        let digest = sha256_hex(format!("{filter:?}").as_bytes());
        Self(Arc::new(Named { filter, digest }))
    }

    /// The same for equal filters, and for no others: 64 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.0.digest
    }

    /// The filter with another one.
    #[must_use]
    pub fn with(&self, filter: &Filter) -> Filter {
        filter.clone().and(self.0.filter.clone())
    }
}

impl Deref for Condition {
    type Target = Filter;

    fn deref(&self) -> &Filter {
        &self.0.filter
    }
}

/// The entities that one caller may read.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Holds for the entities that may be read.
    pub condition: Condition,
    /// `tenant_seq.policy_version` that the condition was taken from; answers under another version are worthless.
    pub policy_version: i64,
}

impl Scope {
    /// All entities.
    #[must_use]
    pub fn everything() -> Self {
        Self { condition: Condition::everything(), policy_version: 0 }
    }
}
