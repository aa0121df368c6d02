//! How many requests of one organisation are answered at the same time.
//!
//! Whoever sends more waits in the organisation's own line, so a flood delays its sender and nobody else. Plugins have a
//! line of their own: one that hangs holds up no catalog.

use kernel::TenantId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// Requests that wait, for each that is being answered.
const LINE: usize = 8;
/// Organisations that are remembered although nobody of theirs is being answered.
const MOST_IDLE: usize = 10_000;

/// Which line a request stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Calls of plugins.
    Plugins,
    /// Everything else.
    Own,
}

/// All lines of this gateway.
pub struct Gate {
    patience: Duration,
    lines: Mutex<HashMap<(TenantId, Lane), Arc<Line>>>,
}

struct Line {
    width: usize,
    slots: Arc<Semaphore>,
    /// One for whoever is being answered or waits.
    places: Arc<Semaphore>,
}

/// A request's turn; it ends when this is dropped.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "held, not read")] [OwnedSemaphorePermit; 2]);

impl Default for Gate {
    fn default() -> Self {
        Self { patience: PATIENCE, lines: Mutex::default() }
    }
}

impl Gate {
    /// Waits for the request's turn. `None` when the line is too long, or stands still.
    pub async fn enter(&self, tenant: TenantId, lane: Lane, width: usize) -> Option<Turn> {
        let line = self.line(tenant, lane, width);
        let place = Arc::clone(&line.places).try_acquire_owned().ok()?;
        if let Ok(slot) = Arc::clone(&line.slots).try_acquire_owned() {
            return Some(Turn([slot, place]));
        }
        let slot = tokio::time::timeout(self.patience, Arc::clone(&line.slots).acquire_owned()).await;
        Some(Turn([slot.ok()?.ok()?, place]))
    }

    fn line(&self, tenant: TenantId, lane: Lane, width: usize) -> Arc<Line> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get(&(tenant, lane)).filter(|line| line.width == width) {
            return Arc::clone(line);
        }
        if lines.len() >= MOST_IDLE {
            lines.retain(|_, line| line.places.available_permits() < line.width * (LINE + 1));
        }
        // A plan that changed starts a new line; those in the old one come to their end beside it.
        let line = Arc::new(Line {
            width,
            slots: Arc::new(Semaphore::new(width)),
            places: Arc::new(Semaphore::new(width * (LINE + 1))),
        });
        lines.insert((tenant, lane), Arc::clone(&line));
        line
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const SHORT: Duration = Duration::from_millis(50);

    fn gate() -> Gate {
        Gate { patience: SHORT, ..Gate::default() }
    }

    #[tokio::test]
    async fn a_full_line_holds_up_its_own_organisation_and_only_that_lane() {
        let (gate, noisy, quiet) = (gate(), TenantId::generate(), TenantId::generate());
        let first = gate.enter(noisy, Lane::Own, 2).await.unwrap();
        let _second = gate.enter(noisy, Lane::Own, 2).await.unwrap();
        assert!(gate.enter(noisy, Lane::Own, 2).await.is_none(), "nobody came out in time");
        assert!(gate.enter(noisy, Lane::Plugins, 2).await.is_some());
        assert!(gate.enter(quiet, Lane::Own, 2).await.is_some());
        drop(first);
        assert!(gate.enter(noisy, Lane::Own, 2).await.is_some());
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_turns_away_at_once_and_those_who_leave_make_room() {
        let (gate, tenant) = (gate(), TenantId::generate());
        let turn = gate.enter(tenant, Lane::Own, 1).await.unwrap();
        let before = tokio::time::Instant::now();
        let waiting = futures::future::join_all((0..LINE + 3).map(|_| gate.enter(tenant, Lane::Own, 1)));
        let entered = waiting.await.into_iter().flatten().count();
        assert_eq!((entered, before.elapsed() >= SHORT), (0, true));
        drop(turn);
        assert!(gate.enter(tenant, Lane::Own, 1).await.is_some());
    }
}
