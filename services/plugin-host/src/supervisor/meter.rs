//! Counts what one slot's worker does; the health gate reads it.

use crate::domain::gate::Figures;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Figures that several requests write at once.
#[derive(Debug, Default)]
pub struct Meter(Mutex<Figures>);

impl Meter {
    /// Counts a request.
    pub fn count(&self, failed: bool, took: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).count(failed, took);
    }

    /// Counts a process that failed.
    pub fn failure(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).failures += 1;
    }

    /// The figures until now.
    #[must_use]
    pub fn read(&self) -> Figures {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
