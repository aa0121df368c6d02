//! What an organisation decides about its catalog.

use serde::{Deserialize, Serialize};

/// What becomes of an entity that the file it came from does not list any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrphanStrategy {
    /// It is removed.
    #[default]
    Delete,
    /// It stays, marked as an orphan, until somebody emits or deletes it.
    Keep,
}

/// From where on a removal waits for somebody to approve it: beyond both limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovalGuard {
    /// Share of what the source had, in percent. With 100, nothing ever waits.
    pub percent: u8,
    /// Number of entities.
    pub entities: u32,
}

impl Default for RemovalGuard {
    fn default() -> Self {
        Self { percent: 20, entities: 10 }
    }
}

impl RemovalGuard {
    /// Whether a removal of this size waits.
    #[must_use]
    pub fn holds(self, removal: Size) -> bool {
        removal.removing > u64::from(self.entities) && removal.removing * 100 > u64::from(self.percent) * removal.total
    }
}

/// How large a removal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// How many entities would go.
    pub removing: u64,
    /// How many the source had.
    pub total: u64,
}

impl Size {
    /// With one decimal.
    #[must_use]
    pub fn percent(self) -> f64 {
        let tenths = (self.removing * 1000 + self.total / 2).checked_div(self.total).unwrap_or_default();
        u32::try_from(tenths).map_or(100.0, |tenths| f64::from(tenths) / 10.0)
    }
}

/// The settings of one catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// What becomes of orphans.
    pub orphan_strategy: OrphanStrategy,
    /// When removals wait.
    pub removal_guard: RemovalGuard,
    /// For how many days earlier versions of entities are kept.
    pub history_days: u32,
    /// For how many days a deleted entity can be brought back.
    pub undelete_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            orphan_strategy: OrphanStrategy::default(),
            removal_guard: RemovalGuard::default(),
            history_days: 365,
            undelete_days: 30,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removal_waits_beyond_both_limits_only() {
        let guard = RemovalGuard::default();
        for (removing, total, holds) in [
            (10, 10, false),
            (11, 11, true),
            (11, 55, false),
            (11, 54, true),
            (20, 100, false),
            (21, 100, true),
            (2000, 10_000, false),
            (2001, 10_000, true),
        ] {
            assert_eq!(guard.holds(Size { removing, total }), holds, "{removing} of {total}");
        }
        let never = RemovalGuard { percent: 100, entities: 0 };
        assert!(!never.holds(Size { removing: 50, total: 50 }));
        let always = RemovalGuard { percent: 0, entities: 0 };
        assert!(always.holds(Size { removing: 1, total: 1000 }));
    }

    #[test]
    fn percent_has_one_decimal() {
        assert!((Size { removing: 1, total: 3 }.percent() - 33.3).abs() < f64::EPSILON);
        assert!((Size { removing: 5, total: 5 }.percent() - 100.0).abs() < f64::EPSILON);
        assert!(Size::default().percent().abs() < f64::EPSILON);
    }
}
