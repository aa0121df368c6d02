//! How many workers may be awake, on this host and of one organisation. When there is no place, the one that has been idle
//! for longest is put to sleep; while all are busy, a start waits for a moment.

use super::lease::Gauge;
use super::slot::Command;
use kernel::TenantId;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};

/// How long a start waits for a place.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// Workers that are on their way at once, for each CPU.
const STARTS_PER_CPU: usize = 2;
/// How often it looks again when nobody tells it.
const AGAIN: Duration = Duration::from_millis(100);

/// The limits; 0 means none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Awake {
    /// Of all organisations together.
    pub most: usize,
    /// Of one organisation.
    pub of_one: usize,
}

/// All places.
#[derive(Debug)]
pub struct Budget {
    limits: Awake,
    seats: Mutex<Seats>,
    freed: Notify,
    turns: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Seats {
    next: u64,
    taken: Vec<Seat>,
}

#[derive(Debug)]
struct Seat {
    number: u64,
    owner: Owner,
    /// Asked to go already.
    leaving: bool,
}

/// Who wants a place.
#[derive(Debug, Clone)]
pub struct Owner {
    /// Whose plugin.
    pub tenant: TenantId,
    /// Says whether it is idle.
    pub gauge: Arc<Gauge>,
    /// Takes the request to sleep.
    pub commands: mpsc::WeakUnboundedSender<Command>,
}

/// The right to be on one's way.
#[derive(Debug, Clone)]
pub struct Turn(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

impl Turn {
    /// Lets the next one begin.
    pub fn end(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// A place; dropping it gives it back.
#[derive(Debug)]
pub struct Place {
    budget: Arc<Budget>,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.budget.seats().taken.retain(|seat| seat.number != self.number);
        self.budget.freed.notify_waiters();
    }
}

impl Budget {
    /// No place is taken.
    #[must_use]
    pub fn new(limits: Awake) -> Arc<Self> {
        // Starting costs CPU and little else: one after the other all are ready sooner than all at once.
        let cpus = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let turns = Arc::new(Semaphore::new(cpus * STARTS_PER_CPU));
        Arc::new(Self { limits, seats: Mutex::default(), freed: Notify::new(), turns })
    }

    /// How many are awake.
    #[must_use]
    pub fn awake(&self) -> usize {
        self.seats().taken.len()
    }

    /// Waits for the turn to start; it ends when the worker is ready, or gone. `None` when it takes too long.
    pub async fn turn(&self) -> Option<Turn> {
        let turn = tokio::time::timeout(PATIENCE, self.turns.clone().acquire_owned()).await;
        turn.ok()?.ok().map(|permit| Turn(Arc::new(Mutex::new(Some(permit)))))
    }

    /// Waits for a place; `None` when all stay busy.
    pub async fn place(self: &Arc<Self>, owner: Owner) -> Option<Place> {
        let waiting = async {
            loop {
                let freed = self.freed.notified();
                if let Some(place) = self.take(&owner) {
                    return place;
                }
                // Whoever is asked to sleep drains first.
                drop(tokio::time::timeout(AGAIN, freed).await);
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.ok()
    }

    fn take(self: &Arc<Self>, owner: &Owner) -> Option<Place> {
        let mut seats = self.seats();
        let own = seats.taken.iter().filter(|seat| seat.owner.tenant == owner.tenant).count();
        let own_full = self.limits.of_one > 0 && own >= self.limits.of_one;
        let full = self.limits.most > 0 && seats.taken.len() >= self.limits.most;
        if full || own_full {
            // One that was asked already makes room soon.
            let fits = |seat: &Seat| !own_full || seat.owner.tenant == owner.tenant;
            if !seats.taken.iter().any(|seat| seat.leaving && fits(seat)) {
                let idlest = seats.taken.iter_mut().filter(|seat| fits(seat)).filter_map(|seat| {
                    let (in_flight, idle) = seat.owner.gauge.read();
                    (in_flight == 0).then_some((idle, seat))
                });
                if let Some((_, seat)) = idlest.max_by_key(|(idle, _)| *idle) {
                    seat.leaving =
                        seat.owner.commands.upgrade().is_some_and(|commands| commands.send(Command::Rest).is_ok());
                }
            } else {
                // It may have become busy again before it heard; then somebody else is asked.
                for seat in seats.taken.iter_mut().filter(|seat| seat.leaving) {
                    seat.leaving = seat.owner.gauge.read().0 == 0;
                }
            }
            return None;
        }
        seats.next += 1;
        let number = seats.next;
        seats.taken.push(Seat { number, owner: owner.clone(), leaving: false });
        Some(Place { budget: self.clone(), number })
    }

    fn seats(&self) -> std::sync::MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use uuid::Uuid;

    fn owner(tenant: u128) -> (Owner, mpsc::UnboundedSender<Command>, mpsc::UnboundedReceiver<Command>) {
        let (commands, heard) = mpsc::unbounded_channel();
        let tenant = TenantId::new(Uuid::from_u128(tenant));
        (Owner { tenant, gauge: Arc::default(), commands: commands.downgrade() }, commands, heard)
    }

    #[tokio::test]
    async fn the_idlest_of_all_makes_room_on_a_full_host() {
        let budget = Budget::new(Awake { most: 2, of_one: 0 });
        let ((first, _a, mut first_heard), (second, _b, mut second_heard)) = (owner(1), owner(2));
        let place = budget.place(first).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
        second.gauge.touch();
        let _other = budget.place(second).await.unwrap();
        let (third, _c, _heard) = owner(3);
        let budget_again = budget.clone();
        let waiting = async move { budget_again.place(third).await };
        let leaving = async {
            assert!(matches!(first_heard.recv().await, Some(Command::Rest)));
            drop(place);
        };
        let (found, ()) = tokio::join!(waiting, leaving);
        assert!(found.is_some() && second_heard.try_recv().is_err());
        assert_eq!(budget.awake(), 2);
    }

    #[tokio::test]
    async fn an_organisation_makes_room_for_itself_alone() {
        let budget = Budget::new(Awake { most: 0, of_one: 1 });
        let ((first, _a, mut first_heard), (second, _b, mut second_heard)) = (owner(1), owner(2));
        let _place = budget.place(first.clone()).await.unwrap();
        let _other = budget.place(second).await.unwrap();
        assert!(budget.take(&first).is_none());
        assert!(matches!(first_heard.try_recv(), Ok(Command::Rest)) && second_heard.try_recv().is_err());
    }
}
