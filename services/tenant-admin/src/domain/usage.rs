//! How much of what its plan allows an organisation uses.

use serde::Serialize;
use utoipa::ToSchema;

/// From this share of the allowed on, people are warned.
const WARN_AT_PERCENT: u64 = 80;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    /// People, invited ones included.
    Members,
    /// Entities in the catalog.
    Entities,
    /// Plugins whose back end runs in a worker.
    Workers,
    /// Requests in the last minute.
    RequestsPerMinute,
}

/// How far it is from the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// There is room.
    Fine,
    /// From 80 % on.
    NearLimit,
    /// Nothing more is made.
    AtLimit,
}

/// One line of the usage page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// What is counted.
    pub counted: Counted,
    /// How much there is; not there when whoever knows does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub used: Option<u64>,
    /// How much there may be; not there when there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub allowed: Option<u64>,
    /// How far it is from the limit.
    pub level: Level,
}

impl Usage {
    /// A line; an allowance of 0 is none.
    #[must_use]
    pub fn new(counted: Counted, used: Option<u64>, allowed: u32) -> Self {
        let allowed = (allowed > 0).then(|| u64::from(allowed));
        let level = match (used, allowed) {
            (Some(used), Some(allowed)) if used >= allowed => Level::AtLimit,
            (Some(used), Some(allowed)) if used * 100 >= allowed * WARN_AT_PERCENT => Level::NearLimit,
            _ => Level::Fine,
        };
        Self { counted, used, allowed, level }
    }
}

/// Requests of the last sixty seconds, from the counts of this minute and the one before, of which `elapsed_s` of the
/// present one are over.
#[must_use]
pub fn last_minute(present: u64, before: u64, elapsed_s: u64) -> u64 {
    present + before * 60_u64.saturating_sub(elapsed_s) / 60
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_warning_begins_at_four_fifths() {
        let level = |used, allowed| Usage::new(Counted::Members, used, allowed).level;
        for (used, expected) in [(0, Level::Fine), (7, Level::Fine), (8, Level::NearLimit), (9, Level::NearLimit)] {
            assert_eq!(level(Some(used), 10), expected, "{used} of 10");
        }
        assert_eq!((level(Some(10), 10), level(Some(11), 10)), (Level::AtLimit, Level::AtLimit));
        assert_eq!((level(Some(1_000_000), 0), level(None, 10)), (Level::Fine, Level::Fine));
    }

    #[test]
    fn the_last_minute_fades() {
        assert_eq!((last_minute(5, 60, 0), last_minute(5, 60, 30), last_minute(5, 60, 60)), (65, 35, 5));
    }
}
