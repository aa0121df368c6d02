//! Copies in memory of what the database has of an organisation: as new as it, and within their bytes.
//!
//! A copy that is behind takes over what changed, one request doing the work while the others wait. One that cannot be
//! used is said to be absent, and the question goes to SQL. Whoever was not asked about for longest is forgotten first.

use crate::store::index::Revision;
use ::store::{Db, TenantTx};
use kernel::{Error, Result, TenantId};
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, TryLockError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// How long a copy that could not be made is not tried again.
const AFTER_FAILURE: Duration = Duration::from_secs(10);
/// How long one that is larger than all of them may be together is not tried again.
const AFTER_TOO_LARGE: Duration = Duration::from_secs(300);
/// With more organisations than these, those without a copy are forgotten.
const SLOTS: usize = 20_000;

/// One organisation's copy of something.
pub trait Replica: Debug + Send + Sync + Sized + 'static {
    /// As log lines call it.
    const NAME: &'static str;
    /// The setting that limits the bytes of all of them.
    const SETTING: &'static str;
    /// What changed in the database.
    type Changes: Send;
    /// What is kept of an organisation beside the copy.
    type Beside: Debug + Default + Send + Sync;

    /// Which life of the database it was read from.
    fn epoch(&self) -> Uuid;
    /// The change up to which it is complete.
    fn seq(&self) -> i64;
    /// Bytes in memory, about.
    fn bytes(&self) -> usize;
    /// How many things it holds.
    fn size(&self) -> usize;
    /// Whether it had better be made anew.
    fn is_worn(&self) -> bool;
    /// Takes changes over. `false`: it is of no use any more.
    fn apply(&mut self, changes: Self::Changes) -> bool;
    /// Reads all of it; `None` when it has more than these bytes.
    fn load(tx: &mut TenantTx, max_bytes: usize) -> impl Future<Output = Result<Option<Self>>> + Send;
    /// Reads what the copy in the slot does not have; `None` when it has to be read as a whole.
    fn load_changes(
        slot: &Slot<Self>,
        tx: &mut TenantTx,
        epoch: Uuid,
        since: i64,
    ) -> impl Future<Output = Result<Option<Self::Changes>>> + Send;
}

/// How much of memory and work copies may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of all of them together.
    pub bytes: usize,
    /// Down to how many bytes copies are forgotten when there are more.
    pub goal_bytes: usize,
    /// Copies that are made at the same time in this process.
    pub builds: usize,
}

/// The copies of all organisations that were asked for lately. Cheap to clone.
#[derive(Debug)]
pub struct Replicas<R: Replica>(Arc<Inner<R>>);

impl<R: Replica> Clone for Replicas<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[derive(Debug)]
struct Inner<R: Replica> {
    db: Db,
    limits: Limits,
    slots: RwLock<HashMap<TenantId, Arc<Slot<R>>>>,
    builds: Semaphore,
    /// Counts uses, for finding out what was not used for longest.
    uses: AtomicU64,
}

/// What is kept of one organisation.
#[derive(Debug)]
pub struct Slot<R: Replica> {
    replica: RwLock<Option<R>>,
    catching_up: Arc<tokio::sync::Mutex<()>>,
    unusable_until: Mutex<Option<Instant>>,
    bytes: AtomicUsize,
    last_use: AtomicU64,
    pub(crate) beside: R::Beside,
}

impl<R: Replica> Default for Slot<R> {
    fn default() -> Self {
        Self {
            replica: RwLock::new(None),
            catching_up: Arc::default(),
            unusable_until: Mutex::default(),
            bytes: AtomicUsize::new(0),
            last_use: AtomicU64::new(0),
            beside: R::Beside::default(),
        }
    }
}

/// What the mutex guards, also after a panic of whoever held it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<R: Replica> Slot<R> {
    /// Asks the copy. `None` when there is none, or it was forgotten meanwhile.
    pub fn read<T>(&self, ask: impl FnOnce(&R) -> T) -> Option<T> {
        self.replica.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(ask)
    }

    /// Whether there is a copy that is at least as new as the revision. One that is just taking changes over is not.
    pub fn is_at(&self, revision: Revision) -> bool {
        let replica = match self.replica.try_read() {
            Ok(replica) => replica,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        replica.as_ref().is_some_and(|it| it.epoch() == revision.epoch && it.seq() >= revision.seq)
    }

    /// Whether there is none for a while.
    pub fn is_unusable(&self) -> bool {
        lock(&self.unusable_until).is_some_and(|until| Instant::now() < until)
    }

    fn set_unusable(&self, period: Duration) {
        *lock(&self.unusable_until) = Some(Instant::now() + period);
        self.set(None);
    }

    fn set(&self, replica: Option<R>) {
        self.bytes.store(replica.as_ref().map_or(0, R::bytes), Ordering::Relaxed);
        *self.replica.write().unwrap_or_else(PoisonError::into_inner) = replica;
    }

    /// Takes changes over. `false`: there is no copy any more.
    fn apply(&self, changes: R::Changes) -> bool {
        let mut replica = self.replica.write().unwrap_or_else(PoisonError::into_inner);
        let applied = replica.as_mut().is_some_and(|replica| replica.apply(changes));
        if applied {
            self.bytes.store(replica.as_ref().map_or(0, R::bytes), Ordering::Relaxed);
        } else {
            *replica = None;
        }
        applied
    }

    fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }
}

impl<R: Replica> Replicas<R> {
    /// No copy yet.
    #[must_use]
    pub fn new(db: Db, limits: Limits) -> Self {
        let (slots, builds, uses) = (RwLock::default(), Semaphore::new(limits.builds), AtomicU64::new(0));
        Self(Arc::new(Inner { db, limits, slots, builds, uses }))
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// What is kept of an organisation.
    pub fn slot(&self, tenant: TenantId) -> Arc<Slot<R>> {
        let known = self.0.slots.read().unwrap_or_else(PoisonError::into_inner).get(&tenant).cloned();
        known.unwrap_or_else(|| {
            let mut slots = self.0.slots.write().unwrap_or_else(PoisonError::into_inner);
            if slots.len() >= SLOTS {
                slots.retain(|_, slot| slot.bytes() > 0 || Arc::strong_count(slot) > 1);
            }
            Arc::clone(slots.entry(tenant).or_default())
        })
    }

    /// Notes that an organisation was asked about.
    pub fn touch(&self, slot: &Slot<R>) {
        slot.last_use.store(self.0.uses.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// Brings the copy up to the revision, where that can be done. In a task of its own, so that impatient requests do not
    /// begin it again and again.
    pub async fn catch_up(&self, tenant: TenantId, slot: &Arc<Slot<R>>, revision: Revision) {
        if slot.is_at(revision) || slot.is_unusable() {
            return;
        }
        let turn = Arc::clone(&slot.catching_up).lock_owned().await;
        if slot.is_at(revision) || slot.is_unusable() {
            return;
        }
        let (replicas, slot) = (self.clone(), Arc::clone(slot));
        #[expect(clippy::disallowed_methods, reason = "the task ends within the statement timeout")]
        let work = tokio::spawn(async move {
            let _turn = turn;
            if let Err(error) = replicas.bring_up_to_date(tenant, Arc::clone(&slot)).await {
                tracing::warn!(%tenant, %error, "{} could not be brought up to date; SQL answers", R::NAME);
                slot.set_unusable(AFTER_FAILURE);
            }
            replicas.evict(tenant);
        });
        if work.await.is_err() {
            tracing::error!(%tenant, "making {} panicked; SQL answers", R::NAME);
        }
    }

    async fn bring_up_to_date(&self, tenant: TenantId, slot: Arc<Slot<R>>) -> Result<()> {
        let mut tx = self.0.db.snapshot(tenant).await?;
        let known = slot.read(|replica| (!replica.is_worn()).then(|| (replica.epoch(), replica.seq()))).flatten();
        if let Some((epoch, seq)) = known
            && let Some(changes) = R::load_changes(&slot, &mut tx, epoch, seq).await?
        {
            // Thousands of changes are work that other requests should not wait for.
            let taking = Arc::clone(&slot);
            if tokio::task::spawn_blocking(move || taking.apply(changes)).await.map_err(Error::internal)? {
                return Ok(());
            }
        }
        let _permit = self.0.builds.acquire().await.map_err(Error::internal)?;
        let started = Instant::now();
        if let Some(replica) = R::load(&mut tx, self.0.limits.bytes).await? {
            let (size, bytes, elapsed_ms) = (replica.size(), replica.bytes(), started.elapsed().as_millis());
            slot.set(Some(replica));
            tracing::debug!(%tenant, size, bytes, elapsed_ms, "made {}", R::NAME);
        } else {
            tracing::warn!(%tenant, "{} would be larger than {}; SQL answers", R::NAME, R::SETTING);
            slot.set_unusable(AFTER_TOO_LARGE);
        }
        Ok(())
    }

    /// Forgets the copies that were not used for longest until the rest fits. The one just made stays.
    fn evict(&self, just_made: TenantId) {
        if self.usage().0 <= self.0.limits.bytes {
            return;
        }
        let mut slots = self.0.slots.write().unwrap_or_else(PoisonError::into_inner);
        let mut total: usize = slots.values().map(|slot| slot.bytes()).sum();
        let mut oldest: Vec<(u64, TenantId)> = slots
            .iter()
            .filter(|(tenant, slot)| **tenant != just_made && slot.bytes() > 0)
            .map(|(tenant, slot)| (slot.last_use.load(Ordering::Relaxed), *tenant))
            .collect();
        oldest.sort_unstable();
        let mut gone = Vec::new();
        for (_, tenant) in oldest {
            if total <= self.0.limits.goal_bytes {
                break;
            }
            gone.extend(slots.remove(&tenant).inspect(|slot| total -= slot.bytes()));
        }
        drop(slots);
        // Whoever still holds one of them asks SQL.
        gone.iter().for_each(|slot| slot.set(None));
    }

    /// Bytes of all copies, about, and how many there are.
    #[must_use]
    pub fn usage(&self) -> (usize, usize) {
        let slots = self.0.slots.read().unwrap_or_else(PoisonError::into_inner);
        let bytes = slots.values().map(|slot| slot.bytes());
        (bytes.clone().sum(), bytes.filter(|bytes| *bytes > 0).count())
    }
}
