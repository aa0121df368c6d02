//! What a caller may see of the catalog. Every read takes one, so that lists, totals, facets, cursors and search agree.

use super::filter::Filter;

/// The entities that one caller may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Holds for the entities that may be read.
    pub condition: Filter,
    /// `tenant_seq.policy_version` that the condition was taken from; answers under another version are worthless.
    pub policy_version: i64,
}

impl Scope {
    /// All entities.
    #[must_use]
    pub const fn everything() -> Self {
        Self { condition: Filter::everything(), policy_version: 0 }
    }
}
