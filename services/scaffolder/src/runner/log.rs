//! The log that an action writes to, with secrets taken out before a line goes anywhere.

use super::journal::Journal;
use crate::domain::failure::{Failure, Outcome};
use kernel::Redaction;
use std::sync::{Mutex, PoisonError};

/// The log of one step.
#[derive(Debug)]
pub struct StepLog<'a> {
    journal: &'a Journal,
    step_id: &'a str,
    redaction: Mutex<Redaction>,
}

impl<'a> StepLog<'a> {
    /// A log that masks what `redaction` holds.
    #[must_use]
    pub fn new(journal: &'a Journal, step_id: &'a str, redaction: Redaction) -> Self {
        Self { journal, step_id, redaction: Mutex::new(redaction) }
    }

    /// Masks these values from now on.
    pub fn redact<'v>(&self, values: impl IntoIterator<Item = &'v str>) {
        self.redaction.lock().unwrap_or_else(PoisonError::into_inner).extend(values);
    }

    /// The values that are masked.
    #[must_use]
    pub fn redaction(&self) -> Redaction {
        self.redaction.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes a line, coloured as Backstage's logger colours it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn info(&self, message: impl AsRef<str>) -> Outcome<()> {
        self.line("\u{1b}[32minfo\u{1b}[39m", message.as_ref()).await
    }

    /// Writes a line about something that went wrong.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn error(&self, message: impl AsRef<str>) -> Outcome<()> {
        self.line("\u{1b}[31merror\u{1b}[39m", message.as_ref()).await
    }

    async fn line(&self, level: &str, message: &str) -> Outcome<()> {
        let clean = self.redaction.lock().unwrap_or_else(PoisonError::into_inner).apply(message);
        self.journal.line(self.step_id, &format!("{level}: {clean}")).await
    }

    /// A failure without secrets.
    #[must_use]
    pub fn clean(&self, failure: Failure) -> Failure {
        failure.redacted(&self.redaction.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
