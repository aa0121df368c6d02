//! One attempt at an action: whether it is the first, the key by which others recognise it, and what it remembers.

use super::run::Run;
use crate::domain::failure::{Failure, Outcome};
use crate::domain::redaction::masked;
use crate::runner::StepLog;
use crate::store::step::Kept;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A checkpoint's key is at most that long.
const MAX_KEY: usize = 500;
/// A checkpoint's value is at most that large, as JSON.
const MAX_VALUE: usize = 256 << 10;
/// A step has at most that many.
const MAX_CHECKPOINTS: usize = 200;

/// One attempt at an action.
#[derive(Debug)]
pub struct Attempt {
    /// Counts from 1; more than that: the process that tried it before stopped, and it may have had effects.
    pub number: i32,
    /// The same at each attempt of one run, and different for each action of each run: what is sent along with a request
    /// so that its effect comes once.
    pub idempotency_key: String,
    prefix: String,
    written: Mutex<BTreeMap<String, Value>>,
}

impl Attempt {
    pub(super) fn new(run: &Run<'_>, step: (usize, &str), part: Option<(usize, &str)>, number: i32) -> Self {
        let (position, id) = step;
        let generation = run.durable.generation;
        let base = format!("{}-{generation}-{position}", run.name);
        let (idempotency_key, prefix) = match part {
            None => (base, format!("v1.task.checkpoint.{id}.")),
            Some((index, key)) => (format!("{base}-{index}"), format!("v1.task.checkpoint.{id}[{key}].")),
        };
        Self { number, idempotency_key, prefix, written: Mutex::default() }
    }

    /// Whether it was tried before by a process that stopped.
    #[must_use]
    pub const fn is_retry(&self) -> bool {
        self.number > 1
    }

    /// What an earlier attempt kept under this key, also one from before a person started the run again.
    #[must_use]
    pub fn checkpoint(&self, run: &Run<'_>, key: &str) -> Option<Value> {
        let key = format!("{}{key}", self.prefix);
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        written.or_else(|| run.durable.history.checkpoint(&key).cloned())
    }

    /// Keeps a value under this key, with the workspace as it is now, before the action goes on; or the reason why there
    /// is none.
    ///
    /// # Errors
    /// `InputError` when it is too large or one too many; those of the database.
    pub async fn keep_checkpoint(
        &self,
        run: &Run<'_>,
        log: &StepLog<'_>,
        key: &str,
        value: Result<&Value, &str>,
    ) -> Outcome<()> {
        let key = format!("{}{key}", self.prefix);
        if key.len() > MAX_KEY || value.is_ok_and(|value| value.to_string().len() > MAX_VALUE) {
            return Err(Failure::input("A checkpoint's key has at most 500 bytes and its value at most 256 KiB"));
        }
        {
            let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
            if written.len() >= MAX_CHECKPOINTS {
                return Err(Failure::input(format!("A step keeps at most {MAX_CHECKPOINTS} checkpoints")));
            }
            if let Ok(value) = value {
                written.insert(key.clone(), value.clone());
            }
        }
        let redaction = log.redaction();
        let clean =
            value.map(|value| run.journal.mask(&masked(value, &redaction))).map_err(|reason| redaction.apply(reason));
        let kept = match (&value, &clean) {
            (Ok(whole), Ok(masked)) => Ok(Kept { whole, masked }),
            (_, Err(reason)) => Err(reason.as_str()),
            (Err(reason), Ok(_)) => Err(*reason),
        };
        let snapshot = run.durable.snapshot(&run.workspace).await?;
        run.journal.checkpoint(&key, kept, snapshot.as_deref()).await
    }
}
