//! Where a run writes what happens: the event and step tables for a task, memory for a dry run.
//!
//! Whoever lost the lease of a task writes nothing: each transaction begins with the task's row and asks for the lease.

use super::durable::History;
use crate::domain::failure::{Failure, Outcome};
use crate::domain::redaction::masked;
use crate::domain::spec::Step;
use crate::state::News;
use crate::store::event::{EventType, append_as_holder};
use crate::store::step::{Kept, StepResult};
use crate::store::{checkpoint, run, step};
use kernel::{Error, Redaction, Result, TenantId};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::{Db, TenantTx};
use tokio::sync::Notify;
use uuid::Uuid;

/// Lines wait for others at most so long …
const LINE_DELAY: Duration = Duration::from_millis(100);
/// … and at most so many wait.
const LINE_BATCH: usize = 64;
/// How often a database that does not answer is asked again; with the pauses some 6 s, less than a lease.
const TRIES: u32 = 5;

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
    /// The database.
    pub db: Db,
    /// Whose task.
    pub tenant: TenantId,
    /// Which task.
    pub task_id: Uuid,
    /// Under which lease.
    pub lease: Uuid,
    redaction: Mutex<Redaction>,
    news: News,
    waiting: Mutex<Waiting>,
    line_waits: Notify,
    unwritable: AtomicBool,
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

/// The end of a step, with all that comes of it.
#[derive(Debug, Clone, Copy)]
pub struct Ending<'a> {
    /// How.
    pub end: StepEnd,
    /// What people read.
    pub message: &'a str,
    /// What the following steps see.
    pub output: Option<Kept<'a>>,
    /// Why it failed.
    pub failure: Option<&'a Failure>,
    /// The files as they are now, if they changed.
    pub snapshot: Option<&'a str>,
}

impl<'a> Ending<'a> {
    /// An end of which nothing comes.
    #[must_use]
    pub const fn plain(end: StepEnd, message: &'a str) -> Self {
        Self { end, message, output: None, failure: None, snapshot: None }
    }
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

/// What one transaction writes beside events.
enum Change<'a> {
    Nothing,
    Begin(Step<'a>),
    End(Step<'a>, Ending<'a>),
    Part { step: Step<'a>, part: usize, output: Kept<'a> },
    Checkpoint { key: &'a str, value: std::result::Result<Kept<'a>, &'a str> },
}

impl Journal {
    /// The journal of a task, into which none of these secrets comes.
    #[must_use]
    pub fn stored(db: Db, tenant: TenantId, task: (Uuid, Uuid), redaction: Redaction, news: News) -> Self {
        let waiting = Mutex::new(Waiting { lines: Vec::new(), since: Instant::now() });
        Self::Stored(Box::new(StoredJournal {
            db,
            tenant,
            task_id: task.0,
            lease: task.1,
            redaction: Mutex::new(redaction),
            news,
            waiting,
            line_waits: Notify::new(),
            unwritable: AtomicBool::new(false),
        }))
    }

    /// The journal of a dry run.
    #[must_use]
    pub fn recorded() -> Self {
        Self::Recorded(Mutex::default())
    }

    /// The journal of a task, where it is one.
    #[must_use]
    pub fn as_stored(&self) -> Option<&StoredJournal> {
        match self {
            Self::Stored(journal) => Some(journal),
            Self::Recorded(_) => None,
        }
    }

    /// Writes a message about the whole run.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn say(&self, message: &str) -> Outcome<()> {
        self.append(json!({ "message": message }), Change::Nothing, None).await
    }

    /// Writes that a step begins; `attempt` counts from 1.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn begin(&self, step: Step<'_>, attempt: i32) -> Outcome<()> {
        let mut body =
            json!({"message": format!("Beginning step {}", step.name), "stepId": step.id, "status": "processing"});
        if attempt > 1 {
            let message = format!("Retrying step {} (attempt {attempt}): the process that ran it stopped", step.name);
            body["message"] = json!(message);
            body["retry"] = json!(attempt);
        }
        self.append(body, Change::Begin(step), None).await
    }

    /// Writes how a step ended.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end(&self, step: Step<'_>, ending: Ending<'_>) -> Outcome<()> {
        let body = json!({"message": ending.message, "stepId": step.id, "status": ending.end.word()});
        self.append(body, Change::End(step, ending), ending.snapshot).await
    }

    /// Writes what a repetition of a step gave, so that it is not done again.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn part(&self, step: Step<'_>, part: usize, output: Kept<'_>, snapshot: Option<&str>) -> Outcome<()> {
        match self {
            Self::Recorded(_) => Ok(()),
            Self::Stored(journal) => Ok(journal.write(None, &Change::Part { step, part, output }, snapshot).await?),
        }
    }

    /// Writes a checkpoint.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn checkpoint(
        &self,
        key: &str,
        value: std::result::Result<Kept<'_>, &str>,
        snapshot: Option<&str>,
    ) -> Outcome<()> {
        match self {
            Self::Recorded(_) => Ok(()),
            Self::Stored(journal) => Ok(journal.write(None, &Change::Checkpoint { key, value }, snapshot).await?),
        }
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
                    let clean = masked(&body, &lock(&journal.redaction));
                    waiting.lines.push((EventType::Log, clean));
                    waiting.lines.len() >= LINE_BATCH || waiting.since.elapsed() >= LINE_DELAY
                };
                if full {
                    journal.flush().await?;
                } else {
                    journal.line_waits.notify_one();
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

    /// A value without what this run must not tell.
    #[must_use]
    pub fn mask(&self, value: &Value) -> Value {
        match self {
            Self::Recorded(_) => value.clone(),
            Self::Stored(journal) => masked(value, &lock(&journal.redaction)),
        }
    }

    /// A failure without what this run must not tell.
    #[must_use]
    pub fn clean(&self, failure: Failure) -> Failure {
        match self {
            Self::Recorded(_) => failure,
            Self::Stored(journal) => failure.redacted(&lock(&journal.redaction)),
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

    async fn append(&self, body: Value, change: Change<'_>, snapshot: Option<&str>) -> Outcome<()> {
        match self {
            Self::Recorded(lines) => lock(lines).push(json!({ "body": body })),
            Self::Stored(journal) => journal.write(Some(body), &change, snapshot).await?,
        }
        Ok(())
    }
}

impl StoredJournal {
    /// Whether something could not be written: the lease was lost, or the database stayed away. Then nothing of this run
    /// counts any more, and whoever gets the next lease goes on from what is written.
    #[must_use]
    pub fn is_unwritable(&self) -> bool {
        self.unwritable.load(Ordering::Relaxed)
    }

    /// Takes one more value out of all that is written from now on.
    pub fn redact(&self, value: &str) {
        lock(&self.redaction).add(value);
    }

    /// The values that are taken out.
    #[must_use]
    pub fn redaction(&self) -> Redaction {
        lock(&self.redaction).clone()
    }

    /// Writes lines that wait, each soon after it came; never returns.
    pub async fn write_lines(&self) {
        loop {
            self.line_waits.notified().await;
            tokio::time::sleep(LINE_DELAY).await;
            if let Err(error) = self.flush().await {
                tracing::warn!(%error, task = %self.task_id, "log lines could not be written");
            }
        }
    }

    /// Everything that was written before this process took the task.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn history(&self) -> Result<History> {
        let mut tx = self.db.tenant_with_keys(self.tenant).await?;
        let journal = step::list_journal(&mut tx, self.task_id).await?;
        let checkpoints = checkpoint::list_checkpoints(&mut tx, self.task_id).await?;
        tx.commit().await?;
        Ok(History::new(journal, checkpoints))
    }

    /// A transaction of the holder, which has written these lines and all that waited. Nobody else writes to the task
    /// until it ends.
    ///
    /// # Errors
    /// `ConflictError` when the lease was lost; those of the database.
    pub async fn transaction(&self, bodies: Vec<Value>) -> Result<TenantTx> {
        let mut events = self.take_waiting();
        events.extend(bodies.iter().map(|body| (EventType::Log, masked(body, &lock(&self.redaction)))));
        let mut tx = self.db.tenant_with_keys(self.tenant).await?;
        if !append_as_holder(&mut tx, (self.task_id, self.lease), &events, None).await? {
            return Err(self.lost());
        }
        Ok(tx)
    }

    async fn write(&self, body: Option<Value>, change: &Change<'_>, snapshot: Option<&str>) -> Result<()> {
        let mut events = self.take_waiting();
        if let Some(body) = body {
            events.push((EventType::Log, masked(&body, &lock(&self.redaction))));
        }
        let mut tries = 1;
        loop {
            match self.try_write(&events, change, snapshot).await {
                Ok(()) => break,
                Err(error) if tries == TRIES || !error.is_transient() => {
                    self.unwritable.store(true, Ordering::Relaxed);
                    return Err(error);
                }
                Err(error) => {
                    tracing::warn!(%error, task = %self.task_id, "the journal could not be written; it is tried again");
                    tokio::time::sleep(Duration::from_millis(200 << tries)).await;
                    tries += 1;
                }
            }
        }
        self.news.tell(self.task_id);
        Ok(())
    }

    async fn try_write(
        &self,
        events: &[(EventType, Value)],
        change: &Change<'_>,
        snapshot: Option<&str>,
    ) -> Result<()> {
        let mut tx = if change.seals() {
            self.db.tenant_with_keys(self.tenant).await?
        } else {
            self.db.tenant(self.tenant).await?
        };
        if !append_as_holder(&mut tx, (self.task_id, self.lease), events, snapshot).await? {
            return Err(self.lost());
        }
        change.apply(&mut tx, self.task_id).await?;
        tx.commit().await
    }

    async fn flush(&self) -> Result<()> {
        if lock(&self.waiting).lines.is_empty() {
            return Ok(());
        }
        self.write(None, &Change::Nothing, None).await
    }

    fn lost(&self) -> Error {
        self.unwritable.store(true, Ordering::Relaxed);
        Error::conflict("Another process has taken this task over")
    }

    fn take_waiting(&self) -> Vec<(EventType, Value)> {
        std::mem::take(&mut lock(&self.waiting).lines)
    }
}

impl Change<'_> {
    /// Whether it holds a value that must be sealed.
    fn seals(&self) -> bool {
        let differs = |kept: &Kept<'_>| kept.whole != kept.masked;
        match self {
            Self::Nothing | Self::Begin(_) => false,
            Self::End(_, ending) => ending.output.as_ref().is_some_and(differs),
            Self::Part { output, .. } => differs(output),
            Self::Checkpoint { value, .. } => value.as_ref().is_ok_and(differs),
        }
    }

    async fn apply(&self, tx: &mut TenantTx, task_id: Uuid) -> Result<()> {
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        match self {
            Self::Nothing => Ok(()),
            Self::Begin(begun) => step::begin_step(tx, task_id, number(begun.position), begun.id).await,
            Self::End(ended, ending) => {
                let error = ending.failure.map(|failure| json!({"name": failure.name, "message": failure.message}));
                let result = StepResult { status: ending.end.word(), output: ending.output, error: error.as_ref() };
                step::end_step(tx, task_id, (number(ended.position), ended.id), result).await?;
                match ending.output.filter(|_| ended.action == "catalog:register") {
                    Some(output) => run::insert_entities(tx, task_id, &made(output.masked)).await,
                    None => Ok(()),
                }
            }
            Self::Part { step: of, part, output } => {
                step::insert_part(tx, task_id, (number(of.position), number(*part)), *output).await
            }
            Self::Checkpoint { key, value } => checkpoint::set_checkpoint(tx, task_id, key, *value).await,
        }
    }
}

/// The entities that a registration tells of: one, or one for each repetition.
fn made(output: &Value) -> Vec<String> {
    match &output["entityRef"] {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
