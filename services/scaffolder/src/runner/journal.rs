//! Where a run writes what happens: the event and step tables for a task, memory for a dry run.

use crate::domain::failure::Outcome;
use crate::domain::redaction::masked;
use crate::domain::spec::Step;
use crate::store::event::{EventType, append_events};
use crate::store::step;
use kernel::{Redaction, Result, TenantId};
use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::Db;
use uuid::Uuid;

/// Lines wait for others at most so long …
const LINE_DELAY: Duration = Duration::from_millis(100);
/// … and at most so many wait.
const LINE_BATCH: usize = 64;

/// The journal of one run.
#[derive(Debug)]
pub enum Journal {
    /// Of a task: durable, and readable by every process.
    Stored(Box<StoredJournal>),
    /// Of a dry run: the lines, as the answer shows them.
    Recorded(Mutex<Vec<Value>>),
}

/// Writes to the tables of one task.
#[derive(Debug)]
pub struct StoredJournal {
    db: Db,
    tenant: TenantId,
    task_id: Uuid,
    redaction: Redaction,
    waiting: Mutex<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    lines: Vec<(EventType, Value)>,
    since: Instant,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepEnd {
    /// It did what it should.
    Completed,
    /// It failed.
    Failed,
    /// It was left out.
    Skipped,
}

impl StepEnd {
    const fn word(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl Journal {
    /// The journal of a task, into which none of these secrets comes.
    #[must_use]
    pub fn stored(db: Db, tenant: TenantId, task_id: Uuid, redaction: Redaction) -> Self {
        let waiting = Mutex::new(Waiting { lines: Vec::new(), since: Instant::now() });
        Self::Stored(Box::new(StoredJournal { db, tenant, task_id, redaction, waiting }))
    }

    /// The journal of a dry run.
    #[must_use]
    pub fn recorded() -> Self {
        Self::Recorded(Mutex::default())
    }

    /// Writes a message about the whole run.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn say(&self, message: &str) -> Outcome<()> {
        self.append(json!({ "message": message }), None).await
    }

    /// Writes that a step begins.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn begin(&self, step: Step<'_>) -> Outcome<()> {
        let body =
            json!({"message": format!("Beginning step {}", step.name), "stepId": step.id, "status": "processing"});
        self.append(body, Some((step, None))).await
    }

    /// Writes how a step ended.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end(&self, step: Step<'_>, end: StepEnd, message: &str, output: Option<&Value>) -> Outcome<()> {
        let body = json!({"message": message, "stepId": step.id, "status": end.word()});
        self.append(body, Some((step, Some((end, output))))).await
    }

    /// Writes a line of an action's log; it is durable at the end of the step, and visible sooner.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn line(&self, step_id: &str, message: &str) -> Outcome<()> {
        let body = json!({"message": message, "stepId": step_id});
        match self {
            Self::Recorded(lines) => lock(lines).push(json!({ "body": body })),
            Self::Stored(journal) => {
                let full = {
                    let mut waiting = lock(&journal.waiting);
                    if waiting.lines.is_empty() {
                        waiting.since = Instant::now();
                    }
                    waiting.lines.push((EventType::Log, masked(&body, &journal.redaction)));
                    waiting.lines.len() >= LINE_BATCH || waiting.since.elapsed() >= LINE_DELAY
                };
                if full {
                    journal.flush().await?;
                }
            }
        }
        Ok(())
    }

    /// Writes the lines that wait.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn flush(&self) -> Outcome<()> {
        match self {
            Self::Recorded(_) => Ok(()),
            Self::Stored(journal) => Ok(journal.flush().await?),
        }
    }

    /// The lines of a dry run.
    #[must_use]
    pub fn into_lines(self) -> Vec<Value> {
        match self {
            Self::Recorded(lines) => lines.into_inner().unwrap_or_else(PoisonError::into_inner),
            Self::Stored(_) => Vec::new(),
        }
    }

    async fn append(&self, body: Value, step: Option<StepChange<'_>>) -> Outcome<()> {
        match self {
            Self::Recorded(lines) => lock(lines).push(json!({ "body": body })),
            Self::Stored(journal) => journal.append(body, step).await?,
        }
        Ok(())
    }
}

/// A step, and how it ended unless it begins.
type StepChange<'a> = (Step<'a>, Option<(StepEnd, Option<&'a Value>)>);

impl StoredJournal {
    async fn append(&self, body: Value, change: Option<StepChange<'_>>) -> Result<()> {
        let mut events = self.take_waiting();
        events.push((EventType::Log, masked(&body, &self.redaction)));
        let mut tx = self.db.tenant(self.tenant).await?;
        append_events(&mut tx, self.task_id, &events).await?;
        if let Some((changed, end)) = change {
            let position = i32::try_from(changed.position).unwrap_or(i32::MAX);
            match end {
                None => step::begin_step(&mut tx, self.task_id, position, changed.id).await?,
                Some((end, output)) => {
                    step::end_step(&mut tx, self.task_id, position, end.word(), output).await?;
                }
            }
        }
        tx.commit().await
    }

    async fn flush(&self) -> Result<()> {
        let events = self.take_waiting();
        if events.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.tenant(self.tenant).await?;
        append_events(&mut tx, self.task_id, &events).await?;
        tx.commit().await
    }

    fn take_waiting(&self) -> Vec<(EventType, Value)> {
        std::mem::take(&mut lock(&self.waiting).lines)
    }
}

/// A step's output as the journal may keep it: without secrets.
#[must_use]
pub fn journalled_output(output: &Value, redaction: &Redaction) -> Value {
    serde_json::from_str(&redaction.apply(&output.to_string())).unwrap_or(Value::Null)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
