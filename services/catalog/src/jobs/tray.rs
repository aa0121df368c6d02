//! Finished runs of one organisation wait in a tray and are taken over together: changes of an organisation follow one
//! another anyway, and what several runs touch is written once.

use super::Context;
use super::slots::Slot;
use crate::State;
use crate::domain::kinds::Kinds;
use crate::domain::outcome::Run;
use crate::store::apply::{self, Applied, UnitRun};
use crate::store::{kinds, quota, stitch_due};
use kernel::{Error, Result, TenantId};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::queue::{self, Job};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Entities that wait in all trays of a process; reading goes on until then.
const CAPACITY: usize = 20_000;
/// Entities taken over in one transaction, but for a single run that has more: a person's change waits no longer.
const BATCH: usize = 10_000;
/// As how many entities a run counts at least: it costs statements of its own, and signs of life while it waits.
const LEAST: usize = 50;

/// A run that is to be taken over.
#[derive(Debug)]
pub struct Finished {
    /// Whose lease must still be ours when it is.
    pub job: Arc<Job>,
    /// What it was judged by.
    pub kinds: Kinds,
    /// The run.
    pub run: Run,
    /// When the unit is read again.
    pub next_in: Duration,
}

impl Finished {
    fn entities(&self) -> usize {
        self.run.files.emitted.len().clamp(LEAST, CAPACITY)
    }

    fn unit_run(&self) -> UnitRun<'_> {
        UnitRun { entity_ref: &self.job.key, run: &self.run, next_in: self.next_in, urgency: self.job.urgency() }
    }
}

struct Waiting {
    finished: Finished,
    done: oneshot::Sender<Result<()>>,
    _room: OwnedSemaphorePermit,
}

/// The trays of all organisations. There is one for each that somebody empties.
#[derive(Clone)]
pub struct Trays {
    waiting: Arc<Mutex<HashMap<TenantId, VecDeque<Waiting>>>>,
    room: Arc<Semaphore>,
}

impl Trays {
    /// Empty ones.
    pub fn new() -> Self {
        Self { waiting: Arc::default(), room: Arc::new(Semaphore::new(CAPACITY)) }
    }

    /// Waits until a run is taken over. The slot is given back as soon as there is room in the tray.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn hand_in(&self, context: &Context, finished: Finished, slot: Slot) -> Result<()> {
        let weight = u32::try_from(finished.entities()).unwrap_or(u32::MAX);
        let room = self.room.clone().acquire_many_owned(weight).await.map_err(Error::internal)?;
        drop(slot);
        let tenant = finished.job.tenant();
        let (done, taken_over) = oneshot::channel();
        let waiting = Waiting { finished, done, _room: room };
        let is_first = self.with(|trays| {
            let is_first = !trays.contains_key(&tenant);
            trays.entry(tenant).or_default().push_back(waiting);
            is_first
        });
        if is_first {
            let (trays, state) = (self.clone(), context.state.clone());
            context.tasks.spawn("catalog.take_over", async move { trays.empty(&state, tenant).await });
        }
        taken_over.await.map_err(Error::internal)?
    }

    fn with<T>(&self, f: impl FnOnce(&mut HashMap<TenantId, VecDeque<Waiting>>) -> T) -> T {
        f(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn empty(&self, state: &State, tenant: TenantId) {
        let mut abandoned = Abandoned { trays: self, tenant: Some(tenant) };
        loop {
            let batch = self.take(tenant);
            if batch.is_empty() {
                abandoned.tenant = None;
                return;
            }
            take_over(state, tenant, batch).await;
            state.wake.notify_one();
        }
    }

    /// What is taken over next. When there is nothing, the tray goes.
    fn take(&self, tenant: TenantId) -> Vec<Waiting> {
        self.with(|trays| {
            let Some(tray) = trays.get_mut(&tenant) else { return Vec::new() };
            let (mut batch, mut entities) = (Vec::new(), 0);
            while let Some(next) = tray.front() {
                entities += next.finished.entities();
                if entities > BATCH && !batch.is_empty() {
                    break;
                }
                batch.extend(tray.pop_front());
            }
            if batch.is_empty() {
                trays.remove(&tenant);
            }
            batch
        })
    }
}

/// Lets go of a tray whose emptying came to an unexpected end: whoever waits is told, and the next one begins anew.
struct Abandoned<'t> {
    trays: &'t Trays,
    tenant: Option<TenantId>,
}

impl Drop for Abandoned<'_> {
    fn drop(&mut self) {
        if let Some(tenant) = self.tenant {
            self.trays.with(|trays| trays.remove(&tenant));
        }
    }
}

/// Takes runs over together, or one by one when something is wrong with one of them.
async fn take_over(state: &State, tenant: TenantId, batch: Vec<Waiting>) {
    let together: Vec<&Finished> = batch.iter().map(|waiting| &waiting.finished).collect();
    if batch.len() > 1 && together_if_possible(state, tenant, &together).await {
        for waiting in batch {
            let _ = waiting.done.send(Ok(()));
        }
        return;
    }
    for waiting in batch {
        let alone = apply(state, tenant, &[&waiting.finished]).await.map(|_| ());
        // Whoever waited may have lost the lease meanwhile; then nothing was written.
        let _ = waiting.done.send(alone);
    }
}

async fn together_if_possible(state: &State, tenant: TenantId, runs: &[&Finished]) -> bool {
    match apply(state, tenant, runs).await {
        Ok(done) => done,
        Err(error) => {
            tracing::warn!(%error, runs = runs.len(), "could not take runs over together; trying one by one");
            false
        }
    }
}

/// `false`: nothing was written, since a lease was lost, or the kinds have changed.
async fn apply(state: &State, tenant: TenantId, runs: &[&Finished]) -> Result<bool> {
    let mut tx = state.db.tenant(tenant).await?;
    let read: Vec<&Run> = runs.iter().map(|one| &one.run).collect();
    let instead = quota::within(&mut tx, &state.config.plans, &read).await?;
    let mut units = Vec::with_capacity(runs.len());
    for (one, instead) in runs.iter().zip(&instead) {
        let unit = one.unit_run();
        units.push(match instead {
            Some(run) => UnitRun { run, ..unit },
            None => unit,
        });
    }
    // Locks the organisation's counters first: a person who deletes the location meanwhile comes before or after.
    let Applied { gone, changed, conflicts } = apply::runs(&mut tx, &units).await?;
    tracing::debug!(runs = runs.len(), changed, conflicts, "took over");
    let mut judged_by: Vec<&Kinds> = Vec::new();
    for Finished { kinds, .. } in runs {
        if judged_by.iter().all(|known| known.revision != kinds.revision) {
            judged_by.push(kinds);
        }
    }
    for kinds in judged_by {
        if !kinds::are_current(&mut tx, &state.config.allowed_kinds, kinds).await? {
            tx.rollback().await?;
            return again(state, tenant, runs).await;
        }
    }
    stitch_due::note_growth(&mut tx, changed).await?;
    let jobs: Vec<(&Job, Duration)> =
        runs.iter().filter(|one| !gone.contains(&one.job.key)).map(|one| (&*one.job, one.next_in)).collect();
    // Without the leases nothing of this transaction may stay.
    let ours = queue::reschedule_all(&mut tx, &jobs).await?;
    if ours {
        tx.commit().await?
    } else {
        tx.rollback().await?
    }
    Ok(ours)
}

/// A run that was judged by kinds which somebody changed meanwhile is due again at once.
async fn again(state: &State, tenant: TenantId, runs: &[&Finished]) -> Result<bool> {
    if let [one] = runs {
        let mut tx = state.db.tenant(tenant).await?;
        if queue::reschedule(&mut tx, &one.job, Duration::ZERO).await? {
            tx.commit().await?;
        }
    }
    Ok(false)
}
