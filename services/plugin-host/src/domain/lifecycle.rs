//! The life of one worker as a pure function: `(Worker, Event, now) → (Worker, actions)`.
//!
//! A worker starts with the first request that needs it and ends when nobody has for a while. A failure delays the next
//! start, each time longer; five within five minutes open the breaker, and only a request after a pause, or an
//! administrator, tries again. `now` is the time since the supervisor began; nothing here reads a clock.

use super::reason::Reason;
use std::time::Duration;

/// The numbers that the life cycle goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// A ready worker without requests for so long is stopped.
    pub idle: Duration,
    /// A worker that is not ready by then is killed.
    pub start: Duration,
    /// So many health checks in a row may be missed.
    pub health_misses: u32,
    /// What a worker has to finish its requests before it is killed.
    pub drain: Duration,
    /// Delay after the first failure; it doubles with each further one.
    pub back_off_first: Duration,
    /// The longest delay.
    pub back_off_most: Duration,
    /// So many failures …
    pub breaker_failures: usize,
    /// … within this time open the breaker.
    pub breaker_window: Duration,
    /// How long an open breaker refuses to try.
    pub breaker_pause: Duration,
    /// How long a worker that cannot start, whatever one tries, is left alone.
    pub lasting_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(300),
            start: Duration::from_secs(30),
            health_misses: 3,
            drain: Duration::from_secs(13),
            back_off_first: Duration::from_millis(500),
            back_off_most: Duration::from_secs(60),
            breaker_failures: 5,
            breaker_window: Duration::from_secs(300),
            breaker_pause: Duration::from_secs(60),
            lasting_pause: Duration::from_secs(5),
        }
    }
}

/// One worker's state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Worker {
    /// What it is doing.
    pub phase: Phase,
    /// When it failed, oldest first, within the breaker's window.
    pub failures: Vec<Duration>,
    /// How often it was started again after a failure.
    pub restarts: u32,
    /// Health checks missed in a row.
    pub misses: u32,
}

/// What a worker is doing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Phase {
    /// No process, and nothing wrong.
    #[default]
    Stopped,
    /// A process that is not ready yet.
    Starting {
        /// When it is killed.
        deadline: Duration,
    },
    /// Takes requests.
    Ready,
    /// Failed, and is started again at `until`.
    BackingOff {
        /// When.
        until: Duration,
        /// Why it failed.
        reason: Reason,
    },
    /// Failed too often or cannot start at all; not tried before `until`.
    Failed {
        /// When a request may try again.
        until: Duration,
        /// Why it failed last.
        reason: Reason,
    },
    /// Finishes what it has.
    Draining {
        /// When it is killed.
        deadline: Duration,
        /// What comes after.
        next: Next,
    },
}

/// What comes after a drain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing.
    Stop,
    /// A new process.
    Start,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A request needs the worker.
    Wanted,
    /// An administrator wants a fresh process.
    Restart,
    /// The installation changed: what runs is out of date.
    Changed,
    /// The plugin was removed, or the platform stops.
    Stop,
    /// The worker says that it is ready.
    Ready,
    /// The process is gone, or could not be started.
    Failed(Reason),
    /// The process is gone after a drain.
    Drained,
    /// It answered a health check.
    Healthy,
    /// It did not.
    Missed,
    /// Time passed.
    Tick {
        /// Requests that it works on.
        in_flight: usize,
        /// Since the last request ended.
        idle: Duration,
    },
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Start a process.
    Spawn,
    /// Ask the process to drain and exit.
    Terminate,
    /// End the process now and forget it.
    Kill,
}

/// The transition function.
#[must_use]
pub fn step(worker: Worker, event: Event, now: Duration, limits: &Limits) -> (Worker, Vec<Action>) {
    match event {
        Event::Wanted => wanted(worker, now, limits),
        Event::Restart => restart(worker, now, limits),
        Event::Changed => changed(worker, now, limits),
        Event::Stop => stop(worker, now, limits),
        Event::Ready => match worker.phase {
            Phase::Starting { .. } => (Worker { phase: Phase::Ready, misses: 0, ..worker }, vec![]),
            _ => (worker, vec![]),
        },
        Event::Failed(reason) => gone(worker, reason, now, limits),
        Event::Drained => match worker.phase {
            Phase::Draining { next, .. } => after_drain(worker, next, now, limits),
            _ => (worker, vec![]),
        },
        Event::Healthy => (Worker { misses: 0, ..worker }, vec![]),
        Event::Missed => missed(worker, now, limits),
        Event::Tick { in_flight, idle } => tick(worker, in_flight, idle, now, limits),
    }
}

fn wanted(worker: Worker, now: Duration, limits: &Limits) -> (Worker, Vec<Action>) {
    match worker.phase {
        Phase::Stopped => spawn(worker, now, limits),
        Phase::Failed { until, .. } | Phase::BackingOff { until, .. } if now >= until => again(worker, now, limits),
        Phase::Draining { deadline, .. } => {
            (Worker { phase: Phase::Draining { deadline, next: Next::Start }, ..worker }, vec![])
        }
        _ => (worker, vec![]),
    }
}

fn restart(worker: Worker, now: Duration, limits: &Limits) -> (Worker, Vec<Action>) {
    let worker = Worker { failures: Vec::new(), restarts: 0, ..worker };
    match worker.phase {
        Phase::Ready => drain(worker, Next::Start, now, limits),
        Phase::Starting { .. } => {
            let (worker, _) = spawn(worker, now, limits);
            (worker, vec![Action::Kill, Action::Spawn])
        }
        Phase::Draining { deadline, .. } => {
            (Worker { phase: Phase::Draining { deadline, next: Next::Start }, ..worker }, vec![])
        }
        _ => spawn(worker, now, limits),
    }
}

fn changed(worker: Worker, now: Duration, limits: &Limits) -> (Worker, Vec<Action>) {
    let worker = Worker { failures: Vec::new(), restarts: 0, ..worker };
    match worker.phase {
        Phase::Ready => drain(worker, Next::Stop, now, limits),
        Phase::Starting { .. } => restart(worker, now, limits),
        Phase::Draining { .. } => (worker, vec![]),
        _ => (Worker { phase: Phase::Stopped, ..worker }, vec![]),
    }
}

fn stop(worker: Worker, now: Duration, limits: &Limits) -> (Worker, Vec<Action>) {
    match worker.phase {
        Phase::Ready => drain(worker, Next::Stop, now, limits),
        Phase::Starting { .. } => (Worker { phase: Phase::Stopped, ..worker }, vec![Action::Kill]),
        Phase::Draining { deadline, .. } => {
            (Worker { phase: Phase::Draining { deadline, next: Next::Stop }, ..worker }, vec![])
        }
        _ => (Worker { phase: Phase::Stopped, ..worker }, vec![]),
    }
}

fn gone(worker: Worker, reason: Reason, now: Duration, limits: &Limits) -> (Worker, Vec<Action>) {
    match worker.phase {
        Phase::Starting { .. } | Phase::Ready => (fail(worker, reason, now, limits), vec![]),
        // It was asked to go; how it went does not matter any more.
        Phase::Draining { next, .. } => after_drain(worker, next, now, limits),
        _ => (worker, vec![]),
    }
}

fn missed(worker: Worker, now: Duration, limits: &Limits) -> (Worker, Vec<Action>) {
    if worker.phase != Phase::Ready {
        return (worker, vec![]);
    }
    let misses = worker.misses + 1;
    if misses < limits.health_misses {
        return (Worker { misses, ..worker }, vec![]);
    }
    (fail(worker, Reason::Hung, now, limits), vec![Action::Kill])
}

fn tick(worker: Worker, in_flight: usize, idle: Duration, now: Duration, limits: &Limits) -> (Worker, Vec<Action>) {
    match worker.phase {
        Phase::Starting { deadline } if now >= deadline => {
            (fail(worker, Reason::NeverReady(limits.start), now, limits), vec![Action::Kill])
        }
        Phase::Ready if in_flight == 0 && idle >= limits.idle => drain(worker, Next::Stop, now, limits),
        Phase::BackingOff { until, .. } if now >= until => again(worker, now, limits),
        Phase::Draining { deadline, next } if now >= deadline => {
            let (worker, mut then) = after_drain(worker, next, now, limits);
            then.insert(0, Action::Kill);
            (worker, then)
        }
        _ => (worker, vec![]),
    }
}

fn spawn(worker: Worker, now: Duration, limits: &Limits) -> (Worker, Vec<Action>) {
    let phase = Phase::Starting { deadline: now + limits.start };
    (Worker { phase, misses: 0, ..worker }, vec![Action::Spawn])
}

fn again(worker: Worker, now: Duration, limits: &Limits) -> (Worker, Vec<Action>) {
    let restarts = worker.restarts.saturating_add(1);
    spawn(Worker { restarts, ..worker }, now, limits)
}

fn drain(worker: Worker, next: Next, now: Duration, limits: &Limits) -> (Worker, Vec<Action>) {
    let phase = Phase::Draining { deadline: now + limits.drain, next };
    (Worker { phase, ..worker }, vec![Action::Terminate])
}

fn after_drain(worker: Worker, next: Next, now: Duration, limits: &Limits) -> (Worker, Vec<Action>) {
    match next {
        Next::Stop => (Worker { phase: Phase::Stopped, ..worker }, vec![]),
        Next::Start => spawn(worker, now, limits),
    }
}

fn fail(mut worker: Worker, reason: Reason, now: Duration, limits: &Limits) -> Worker {
    if reason.is_lasting() {
        return Worker { phase: Phase::Failed { until: now + limits.lasting_pause, reason }, ..worker };
    }
    worker.failures.push(now);
    worker.failures.retain(|at| now.saturating_sub(*at) < limits.breaker_window);
    let count = worker.failures.len();
    let phase = if count >= limits.breaker_failures {
        Phase::Failed { until: now + limits.breaker_pause, reason }
    } else {
        let doublings = u32::try_from(count.saturating_sub(1)).unwrap_or(u32::MAX).min(16);
        let delay = limits.back_off_first.saturating_mul(1 << doublings).min(limits.back_off_most);
        Phase::BackingOff { until: now + delay, reason }
    };
    Worker { phase, ..worker }
}

#[cfg(test)]
#[path = "lifecycle_tests.rs"]
mod tests;
