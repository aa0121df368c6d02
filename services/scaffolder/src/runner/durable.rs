//! What makes a run go on where another process stopped: what is known of its past, and what limits its future.

use crate::domain::failure::{Failure, Outcome};
use crate::snapshot::{Snapshots, Taken};
use crate::store::step::{PartRow, StepRow};
use crate::workspace::Workspace;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// A step whose process stopped that often is not begun again: it may be the step that stops it.
pub(super) const MAX_TRIES: i32 = 10;

/// The past and the limits of a run. A dry run has neither.
#[derive(Debug, Default)]
pub struct Durable {
    /// What is known of its past.
    pub history: History,
    /// Keeps its files between steps.
    pub snapshots: Option<Snapshots>,
    /// Which snapshot is the newest.
    pub taken: Taken,
    /// Grows each time that a person starts it again.
    pub generation: i32,
    /// Whether a process took it before.
    pub resumed: Resumed,
    /// When it must have ended.
    pub deadline: Option<Instant>,
    /// How long one step may take.
    pub step_limit: Option<Duration>,
    /// Asks it to stop before the next step begins.
    pub stopping: CancellationToken,
    pub(crate) overdue: AtomicBool,
}

/// How a run came to this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Resumed {
    /// It begins.
    #[default]
    No,
    /// It waited at a gate.
    AfterWaiting,
    /// The process that ran it stopped.
    AfterLoss,
}

/// The journal of a run as it was found.
#[derive(Debug, Default)]
pub struct History {
    steps: BTreeMap<usize, StepRow>,
    parts: BTreeMap<(usize, usize), Value>,
    checkpoints: BTreeMap<String, Value>,
}

/// What the journal says of a step.
#[derive(Debug)]
pub(super) enum Past {
    /// Nothing.
    Unknown,
    /// It began so many times and did not end.
    Open(i32),
    /// It ended well, with this output.
    Completed(Value),
    /// It was left out.
    Skipped,
    /// It failed.
    Failed(Failure),
}

impl History {
    /// Puts together what was found.
    #[must_use]
    pub fn new((steps, parts): (Vec<StepRow>, Vec<PartRow>), checkpoints: BTreeMap<String, Value>) -> Self {
        let place = |position: i32| usize::try_from(position).unwrap_or(usize::MAX);
        Self {
            steps: steps.into_iter().map(|step| (place(step.position), step)).collect(),
            parts: parts.into_iter().map(|part| ((place(part.position), place(part.part)), part.output)).collect(),
            checkpoints,
        }
    }

    pub(super) fn step(&self, position: usize) -> Past {
        let Some(step) = self.steps.get(&position) else { return Past::Unknown };
        match step.status.as_str() {
            "completed" => {
                Past::Completed(step.output.clone().unwrap_or_else(|| Value::Object(serde_json::Map::new())))
            }
            "skipped" => Past::Skipped,
            "failed" => {
                let text = |key: &str| step.error.as_ref().and_then(|error| error[key].as_str());
                Past::Failed(Failure::new(text("name").unwrap_or("Error"), text("message").unwrap_or_default()))
            }
            _ => Past::Open(step.attempts),
        }
    }

    pub(super) fn part(&self, position: usize, part: usize) -> Option<&Value> {
        self.parts.get(&(position, part))
    }

    pub(super) fn checkpoint(&self, key: &str) -> Option<&Value> {
        self.checkpoints.get(key)
    }
}

impl Durable {
    /// Keeps the files as they are now; the snapshot's name if they changed.
    pub(super) async fn snapshot(&self, workspace: &Workspace) -> Outcome<Option<String>> {
        match &self.snapshots {
            Some(snapshots) => snapshots.take(workspace, &self.taken).await,
            None => Ok(None),
        }
    }

    /// Ends when the step, or the whole run, has taken too long. After a run's time is over its remaining steps, which
    /// clean up, have their own.
    pub(super) async fn overtime(&self, step_name: &str) -> Failure {
        let deadline = self.deadline.filter(|_| !self.overdue.load(Ordering::Relaxed));
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let run_is_shorter = left.is_some_and(|left| self.step_limit.is_none_or(|limit| left < limit));
        let Some(wait) = (if run_is_shorter { left } else { self.step_limit }) else {
            return std::future::pending().await;
        };
        tokio::time::sleep(wait).await;
        if run_is_shorter {
            self.overdue.store(true, Ordering::Relaxed);
            return Failure::new("TimeoutError", "The run took longer than it may and was stopped");
        }
        let seconds = wait.as_secs();
        Failure::new("TimeoutError", format!("Step {step_name} took longer than {seconds} seconds and was stopped"))
    }
}
