//! The health gate: the figures of two versions, and what they say about the newer one.

use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;

/// Classes of latency; class `n` ends at `2^(n/2)` ms, so 40 of them reach beyond ten minutes.
const CLASSES: usize = 40;

/// What a version did so far.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Figures {
    /// Answered requests.
    pub requests: u64,
    /// Of these with 5xx, or not answered at all.
    pub errors: u64,
    /// Worker processes that ended, hung or did not start.
    pub failures: u64,
    /// Requests by class of the time to their first byte.
    #[schema(ignore)]
    pub classes: Vec<u64>,
}

impl Figures {
    /// Counts one request.
    pub fn count(&mut self, failed: bool, took: Duration) {
        self.requests += 1;
        self.errors += u64::from(failed);
        self.classes.resize(CLASSES, 0);
        let class = (0..CLASSES - 1).find(|class| took <= end_of(*class)).unwrap_or(CLASSES - 1);
        if let Some(count) = self.classes.get_mut(class) {
            *count += 1;
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let class = |figures: &Self, at| figures.classes.get(at).copied().unwrap_or(0);
        Self {
            requests: self.requests + other.requests,
            errors: self.errors + other.errors,
            failures: self.failures + other.failures,
            classes: (0..CLASSES).map(|at| class(self, at) + class(other, at)).collect(),
        }
    }

    /// Share of requests that failed.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
    pub fn error_rate(&self) -> f64 {
        if self.requests == 0 { 0.0 } else { self.errors as f64 / self.requests as f64 }
    }

    /// The end of the class in which the given percentile lies; `None` without requests.
    #[must_use]
    pub fn percentile(&self, per_cent: u64) -> Option<Duration> {
        let total: u64 = self.classes.iter().sum();
        let wanted = (total * per_cent).div_ceil(100);
        let mut seen = 0;
        for (class, count) in self.classes.iter().enumerate() {
            seen += count;
            if total > 0 && seen >= wanted {
                return Some(end_of(class));
            }
        }
        None
    }
}

fn end_of(class: usize) -> Duration {
    let half = Duration::from_millis(1 << (class / 2));
    if class.is_multiple_of(2) { half } else { half.mul_f64(std::f64::consts::SQRT_2) }
}

/// When the gate closes and when it opens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Gate {
    /// A version is watched for so long.
    pub soak_seconds: u64,
    /// And until it has answered so many requests, but at most for `longest_seconds`.
    pub min_requests: u64,
    /// The end of watching, however little was asked.
    pub longest_seconds: u64,
    /// Its share of failed requests may be so much above the former version's.
    pub error_rate: f64,
    /// Its 95th percentile may be so many times the former version's.
    pub latency_factor: f64,
    /// A 95th percentile below that is never too slow.
    pub latency_floor_ms: u64,
    /// So many reports of broken front ends close the gate.
    pub beacons: u32,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            soak_seconds: 60,
            min_requests: 50,
            longest_seconds: 900,
            error_rate: 0.05,
            latency_factor: 2.5,
            latency_floor_ms: 20,
            beacons: 3,
        }
    }
}

/// With fewer requests than that, rates and percentiles say nothing.
pub const ENOUGH: u64 = 20;
/// Fewer failed requests than that are an accident.
pub const ERRORS: u64 = 3;

/// What the gate makes of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Go on watching.
    NotYet,
    /// It may stay.
    Healthy,
    /// It must go, for this reason.
    Bad(String),
}

/// Judges the newer version after it was watched for `watched`.
#[must_use]
pub fn judge(gate: &Gate, old: &Figures, new: &Figures, beacons: u32, watched: Duration) -> Verdict {
    if new.failures > old.failures {
        return Verdict::Bad(format!("Its worker ended, hung or did not start {} times.", new.failures));
    }
    if beacons >= gate.bounds(old).beacons {
        return Verdict::Bad(format!("Its front end broke in {beacons} browsers."));
    }
    if let Some(reason) = too_many_errors(gate, old, new).or_else(|| too_slow(gate, old, new)) {
        return Verdict::Bad(reason);
    }
    let long_enough = watched >= Duration::from_secs(gate.soak_seconds);
    let asked_enough = new.requests >= gate.min_requests || watched >= Duration::from_secs(gate.longest_seconds);
    if long_enough && asked_enough { Verdict::Healthy } else { Verdict::NotYet }
}

/// What the newer version may come to before the gate closes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Share of failed requests.
    pub error_rate: f64,
    /// 95th percentile; `None` while the former version's figures say nothing.
    pub p95: Option<Duration>,
    /// Reports of broken front ends.
    pub beacons: u32,
}

impl Gate {
    /// The bounds that follow from the former version's figures.
    #[must_use]
    pub fn bounds(&self, old: &Figures) -> Bounds {
        let slowest = |before: Duration| {
            before.mul_f64(self.latency_factor.max(1.0)).max(Duration::from_millis(self.latency_floor_ms))
        };
        Bounds {
            error_rate: old.error_rate() + self.error_rate,
            p95: old.percentile(95).filter(|_| old.requests >= ENOUGH).map(slowest),
            beacons: self.beacons.max(1),
        }
    }
}

fn too_many_errors(gate: &Gate, old: &Figures, new: &Figures) -> Option<String> {
    let (before, now) = (old.error_rate(), new.error_rate());
    (new.requests >= ENOUGH && new.errors >= ERRORS && now > gate.bounds(old).error_rate).then(|| {
        format!("{:.1} % of its {} requests failed, {:.1} % before.", now * 100.0, new.requests, before * 100.0)
    })
}

fn too_slow(gate: &Gate, old: &Figures, new: &Figures) -> Option<String> {
    if new.requests < ENOUGH {
        return None;
    }
    let (before, now, bound) = (old.percentile(95)?, new.percentile(95)?, gate.bounds(old).p95?);
    (now > bound)
        .then(|| format!("95 % of its requests took up to {} ms, {} ms before.", now.as_millis(), before.as_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(fast: u64, failed: u64, ms: u64) -> Figures {
        let mut figures = Figures::default();
        for number in 0..fast {
            figures.count(number < failed, Duration::from_millis(ms));
        }
        figures
    }

    #[test]
    fn each_fault_closes_the_gate_and_a_sound_version_passes() {
        let gate = Gate::default();
        let minute = Duration::from_secs(60);
        let old = figures(500, 5, 10);
        let sound = figures(100, 1, 11);
        let table = [
            ("sound", sound.clone(), 0, minute, None),
            ("two browsers", sound.clone(), 2, minute, None),
            ("three browsers", sound.clone(), 3, Duration::ZERO, Some("3 browsers")),
            ("crash", Figures { failures: 1, ..sound.clone() }, 0, Duration::ZERO, Some("1 times")),
            ("20 % errors", figures(20, 4, 10), 0, Duration::ZERO, Some("20.0 % of its 20 requests failed, 1.0 %")),
            ("two errors of twenty", figures(20, 2, 10), 0, minute, Some("")),
            (
                "five times as slow",
                figures(20, 0, 50),
                0,
                Duration::ZERO,
                Some("95 % of its requests took up to 64 ms"),
            ),
            ("twice as slow", figures(60, 0, 20), 0, minute, None),
        ];
        for (name, new, beacons, watched, expected) in table {
            let verdict = judge(&gate, &old, &new, beacons, watched);
            match (expected, verdict) {
                (None, Verdict::Healthy) | (Some(""), Verdict::NotYet) => {}
                (Some(words), Verdict::Bad(reason)) if reason.contains(words) && !words.is_empty() => {}
                (_, verdict) => panic!("{name}: {verdict:?}"),
            }
        }
    }

    #[test]
    fn bounds_follow_from_the_former_versions_figures() {
        let gate = Gate::default();
        let bounds = gate.bounds(&figures(100, 1, 32));
        assert!((bounds.error_rate - 0.06).abs() < 1e-9);
        assert_eq!((bounds.p95, bounds.beacons), (Some(Duration::from_millis(80)), 3));
        assert_eq!(gate.bounds(&figures(100, 0, 1)).p95, Some(Duration::from_millis(20)), "the floor");
        assert_eq!(gate.bounds(&figures(19, 0, 32)).p95, None, "too few requests");
    }

    #[test]
    fn it_takes_time_and_requests_to_be_healthy() {
        let (gate, old) = (Gate::default(), figures(500, 0, 10));
        let judged = |requests, seconds| judge(&gate, &old, &figures(requests, 0, 10), 0, Duration::from_secs(seconds));
        assert_eq!(judged(1000, 59), Verdict::NotYet);
        assert_eq!(judged(49, 60), Verdict::NotYet);
        assert_eq!(judged(50, 60), Verdict::Healthy);
        assert_eq!(judged(0, 900), Verdict::Healthy, "a plugin that nobody uses is no reason to wait for ever");
    }

    #[test]
    fn what_is_always_fast_is_not_called_slow() {
        let verdict = judge(&Gate::default(), &figures(100, 0, 1), &figures(100, 0, 15), 0, Duration::from_secs(60));
        assert_eq!(verdict, Verdict::Healthy);
    }

    #[test]
    fn percentiles_are_within_their_class() {
        let figures = figures(95, 0, 10).plus(&figures(5, 0, 1000));
        assert_eq!(figures.percentile(95), Some(Duration::from_millis(8).mul_f64(std::f64::consts::SQRT_2)));
        assert_eq!(figures.percentile(99), Some(Duration::from_millis(1024)));
        assert_eq!(Figures::default().percentile(95), None);
        let mut late = Figures::default();
        late.count(true, Duration::from_secs(10_000));
        assert!(late.percentile(50).is_some());
    }
}
