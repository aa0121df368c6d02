//! When a plugin's task is due.

use chrono::{DateTime, Utc};
use croner::parser::{CronParser, Seconds};
use plugin_protocol::control::Task;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use time::OffsetDateTime;

/// A task never runs more often than that, and never less often than once in [`LONGEST`].
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// No run may take longer.
const LONGEST_RUN: Duration = Duration::from_secs(24 * 60 * 60);
/// A task whose times nobody can read is looked at again after that.
const UNREADABLE: Duration = Duration::from_secs(60 * 60);

/// A task's schedule as its row keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// Five or six fields, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// From start to start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_ms: Option<u64>,
    /// How long a run may take.
    pub timeout_ms: u64,
    /// Before the first run.
    pub initial_delay_ms: u64,
}

impl Schedule {
    /// The schedule of a task as its worker describes it; without cron and interval it runs only when it is asked for.
    #[must_use]
    pub fn of(task: &Task) -> Self {
        Self {
            cron: task.cron.clone(),
            every_ms: task.every_ms.filter(|_| task.manual != Some(true)),
            timeout_ms: task.timeout_ms,
            initial_delay_ms: task.initial_delay_ms,
        }
    }

    /// How long after it was registered it runs first; `None`: not by itself.
    #[must_use]
    pub fn first(&self, now: OffsetDateTime) -> Option<Duration> {
        let initial = Duration::from_millis(self.initial_delay_ms).min(LONGEST);
        match (&self.cron, self.every_ms) {
            (Some(cron), _) => Some(until(cron, now).max(initial)),
            (None, Some(_)) => Some(initial),
            (None, None) => None,
        }
    }

    /// How long after `now` it runs again when its last run began at `began`; `None`: not by itself.
    #[must_use]
    pub fn next(&self, began: OffsetDateTime, now: OffsetDateTime) -> Option<Duration> {
        match (&self.cron, self.every_ms) {
            (Some(cron), _) => Some(until(cron, now)),
            (None, Some(every)) => {
                let ran = Duration::try_from(now - began).unwrap_or_default();
                Some(Duration::from_millis(every).saturating_sub(ran).clamp(SHORTEST, LONGEST))
            }
            (None, None) => None,
        }
    }

    /// How long a run may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms).clamp(SHORTEST, LONGEST_RUN)
    }
}

/// The time until a cron expression's next minute or second.
fn until(cron: &str, now: OffsetDateTime) -> Duration {
    let next = || {
        let cron = CronParser::builder().seconds(Seconds::Optional).build().parse(cron).ok()?;
        let now = DateTime::<Utc>::from_timestamp(now.unix_timestamp(), now.nanosecond())?;
        (cron.find_next_occurrence(&now, false).ok()? - now).to_std().ok()
    };
    next().unwrap_or(UNREADABLE).clamp(SHORTEST, LONGEST)
}

/// The one name of a task in a worker: the plugin that registered it and its id there.
#[must_use]
pub fn task_name(plugin: &str, id: &str) -> String {
    format!("{plugin}/{id}")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use time::macros::datetime;

    fn schedule(cron: Option<&str>, every_ms: Option<u64>) -> Schedule {
        Schedule { cron: cron.map(str::to_owned), every_ms, timeout_ms: 60_000, initial_delay_ms: 5_000 }
    }

    #[test]
    fn intervals_are_from_start_to_start_and_never_pile_up() {
        let every = schedule(None, Some(60_000));
        let began = datetime!(2026-11-30 12:00:00 UTC);
        assert_eq!(every.first(began), Some(Duration::from_secs(5)));
        assert_eq!(every.next(began, began + Duration::from_secs(10)), Some(Duration::from_secs(50)));
        assert_eq!(every.next(began, began + Duration::from_secs(600)), Some(SHORTEST));
    }

    #[test]
    fn cron_has_five_or_six_fields() {
        let now = datetime!(2026-11-30 12:00:10 UTC);
        assert_eq!(schedule(Some("*/5 * * * *"), None).next(now, now), Some(Duration::from_secs(290)));
        assert_eq!(schedule(Some("*/30 * * * * *"), None).next(now, now), Some(Duration::from_secs(20)));
        assert_eq!(schedule(Some("nonsense"), None).next(now, now), Some(UNREADABLE));
    }

    #[test]
    fn a_task_without_times_runs_when_asked_for() {
        let manual = schedule(None, None);
        let now = datetime!(2026-11-30 12:00:00 UTC);
        assert_eq!((manual.first(now), manual.next(now, now)), (None, None));
        let text = serde_json::to_string(&manual).unwrap();
        assert_eq!(serde_json::from_str::<Schedule>(&text).unwrap(), manual);
    }
}
