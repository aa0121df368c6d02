//! Keeps indexes as new as the database, and within their bytes.
//!
//! Before an answer the organisation's revision is read. Requests that arrive while it is being read wait for the next
//! reading and share it: each sees whatever was committed before it arrived. An index that is behind takes over what
//! changed, one request doing the work while the others wait; one that cannot be used is said to be absent, and the
//! question goes to SQL.

use super::documents::DocumentCache;
use super::tenant::TenantIndex;
use crate::config::IndexSettings;
use crate::store::index::{self, Revision};
use kernel::{Error, ErrorKind, Result, TenantId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};
use store::Db;
use tokio::sync::{Semaphore, oneshot};

/// How long an index that could not be made is not tried again.
const AFTER_FAILURE: Duration = Duration::from_secs(10);
/// How long one that is larger than all indexes may be together is not tried again.
const AFTER_TOO_LARGE: Duration = Duration::from_secs(300);
/// With more organisations than these, those without an index are forgotten.
const SLOTS: usize = 20_000;
/// Indexes that are made at the same time in this process.
const BUILDS: usize = 2;

/// The indexes of all organisations that were asked for lately. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Catalogs(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Db,
    settings: IndexSettings,
    documents: DocumentCache,
    slots: RwLock<HashMap<TenantId, Arc<Slot>>>,
    builds: Semaphore,
    /// Counts uses, for finding out what was not used for longest.
    uses: AtomicU64,
}

/// What is kept of one organisation.
#[derive(Debug, Default)]
pub(super) struct Slot {
    index: RwLock<Option<TenantIndex>>,
    checks: Mutex<Checks>,
    catching_up: Arc<tokio::sync::Mutex<()>>,
    unusable_until: Mutex<Option<Instant>>,
    bytes: AtomicUsize,
    last_use: AtomicU64,
}

type Checked = Result<Revision, (ErrorKind, String)>;

#[derive(Debug, Default)]
struct Checks {
    running: bool,
    waiting: Vec<oneshot::Sender<Checked>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The index of one organisation, at least as new as a revision.
#[derive(Debug, Clone)]
pub struct Fresh(Arc<Slot>);

impl Fresh {
    /// Asks the index. `None` when it was evicted meanwhile.
    pub fn read<T>(&self, ask: impl FnOnce(&TenantIndex) -> T) -> Option<T> {
        self.0.read().as_ref().map(ask)
    }
}

impl Slot {
    fn read(&self) -> RwLockReadGuard<'_, Option<TenantIndex>> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_at(&self, revision: Revision) -> bool {
        self.read().as_ref().is_some_and(|index| index.epoch() == revision.epoch && index.seq() >= revision.seq)
    }

    fn is_unusable(&self) -> bool {
        lock(&self.unusable_until).is_some_and(|until| Instant::now() < until)
    }

    fn set_unusable(&self, period: Duration) {
        *lock(&self.unusable_until) = Some(Instant::now() + period);
        self.set(None);
    }

    fn set(&self, index: Option<TenantIndex>) {
        self.bytes.store(index.as_ref().map_or(0, TenantIndex::bytes), Ordering::Relaxed);
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = index;
    }
}

impl Catalogs {
    /// No index yet.
    #[must_use]
    pub fn new(db: Db, settings: IndexSettings) -> Self {
        let documents = DocumentCache::new(settings.document_cache_bytes);
        let builds = Semaphore::new(BUILDS);
        Self(Arc::new(Inner { db, settings, documents, slots: RwLock::default(), builds, uses: AtomicU64::new(0) }))
    }

    /// Documents that were sent lately.
    #[must_use]
    pub fn documents(&self) -> &DocumentCache {
        &self.0.documents
    }

    fn slot(&self, tenant: TenantId) -> Arc<Slot> {
        let known = self.0.slots.read().unwrap_or_else(PoisonError::into_inner).get(&tenant).cloned();
        known.unwrap_or_else(|| {
            let mut slots = self.0.slots.write().unwrap_or_else(PoisonError::into_inner);
            if slots.len() >= SLOTS {
                slots.retain(|_, slot| slot.bytes.load(Ordering::Relaxed) > 0 || Arc::strong_count(slot) > 1);
            }
            Arc::clone(slots.entry(tenant).or_default())
        })
    }

    /// The organisation's revision, read after this call began.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn revision(&self, tenant: TenantId) -> Result<Revision> {
        self.check(tenant, &self.slot(tenant)).await
    }

    async fn check(&self, tenant: TenantId, slot: &Arc<Slot>) -> Result<Revision> {
        let (sender, answer) = oneshot::channel();
        let first = {
            let mut checks = lock(&slot.checks);
            checks.waiting.push(sender);
            !std::mem::replace(&mut checks.running, true)
        };
        if first {
            // A request that goes away must not take the reading with it that others wait for.
            #[expect(clippy::disallowed_methods, reason = "the task ends when nobody waits for a reading any more")]
            tokio::spawn(run_checks(self.0.db.clone(), tenant, Arc::clone(slot)));
        }
        let answer = answer.await.map_err(|_| Error::internal("the reading of the revision ended early"))?;
        answer.map_err(|(kind, message)| Error::new(kind, message))
    }

    /// The organisation's revision and, where it can be used, an index that is at least as new.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn fresh(&self, tenant: TenantId) -> Result<(Revision, Option<Fresh>)> {
        let slot = self.slot(tenant);
        let revision = self.check(tenant, &slot).await?;
        slot.last_use.store(self.0.uses.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        if !self.0.settings.enabled || slot.is_unusable() {
            return Ok((revision, None));
        }
        if !slot.is_at(revision) {
            self.catch_up(tenant, &slot, revision).await;
        }
        let usable = slot.is_at(revision).then(|| Fresh(slot));
        Ok((revision, usable))
    }

    /// In a task of its own, so that impatient requests do not begin it again and again.
    async fn catch_up(&self, tenant: TenantId, slot: &Arc<Slot>, revision: Revision) {
        let turn = Arc::clone(&slot.catching_up).lock_owned().await;
        if slot.is_at(revision) || slot.is_unusable() {
            return;
        }
        let (catalogs, slot) = (self.clone(), Arc::clone(slot));
        #[expect(clippy::disallowed_methods, reason = "the task ends within the statement timeout")]
        let work = tokio::spawn(async move {
            let _turn = turn;
            if let Err(error) = catalogs.bring_up_to_date(tenant, &slot).await {
                tracing::warn!(%tenant, %error, "the catalog's index could not be brought up to date; SQL answers");
                slot.set_unusable(AFTER_FAILURE);
            }
            catalogs.evict(tenant);
        });
        if work.await.is_err() {
            tracing::error!(%tenant, "making the catalog's index panicked; SQL answers");
        }
    }

    async fn bring_up_to_date(&self, tenant: TenantId, slot: &Slot) -> Result<()> {
        let mut tx = self.0.db.snapshot(tenant).await?;
        let known = slot.read().as_ref().filter(|index| !index.is_worn()).map(|index| (index.epoch(), index.seq()));
        if let Some((epoch, seq)) = known {
            let unknown = |terms: std::collections::BTreeSet<i32>| match slot.read().as_ref() {
                Some(index) => terms.into_iter().filter(|term| !index.knows_term(*term)).collect(),
                None => terms.into_iter().collect(),
            };
            if let Some(changes) = index::load_changes(&mut tx, epoch, seq, unknown).await? {
                let mut index = slot.index.write().unwrap_or_else(PoisonError::into_inner);
                let applied = index.as_mut().is_some_and(|index| index.apply(changes).is_ok());
                if applied {
                    let bytes = index.as_ref().map_or(0, TenantIndex::bytes);
                    slot.bytes.store(bytes, Ordering::Relaxed);
                    return Ok(());
                }
                *index = None;
            }
        }
        let _permit = self.0.builds.acquire().await.map_err(Error::internal)?;
        let started = Instant::now();
        match index::load(&mut tx, self.0.settings.index_bytes).await? {
            Some(index) => {
                let (entities, elapsed_ms) = (index.len(), started.elapsed().as_millis());
                slot.set(Some(index));
                tracing::debug!(%tenant, entities, elapsed_ms, "made the catalog's index");
            }
            None => {
                tracing::warn!(%tenant, "the catalog is larger than catalog.index_bytes; SQL answers");
                slot.set_unusable(AFTER_TOO_LARGE);
            }
        }
        Ok(())
    }

    /// Forgets the indexes that were not used for longest until the rest fits. The one just made stays.
    fn evict(&self, just_made: TenantId) {
        let bytes = |slot: &Slot| slot.bytes.load(Ordering::Relaxed);
        if self.usage().0 <= self.0.settings.index_bytes {
            return;
        }
        let mut gone = Vec::new();
        let mut slots = self.0.slots.write().unwrap_or_else(PoisonError::into_inner);
        let mut total: usize = slots.values().map(|slot| bytes(slot)).sum();
        let mut oldest: Vec<(u64, TenantId)> = slots
            .iter()
            .filter(|(tenant, slot)| **tenant != just_made && bytes(slot) > 0)
            .map(|(tenant, slot)| (slot.last_use.load(Ordering::Relaxed), *tenant))
            .collect();
        oldest.sort_unstable();
        // A little more than needed, so that the next one does not have to look again.
        let goal = self.0.settings.index_bytes / 10 * 9;
        for (_, tenant) in oldest {
            if total <= goal {
                break;
            }
            gone.extend(slots.remove(&tenant).inspect(|slot| total -= bytes(slot)));
        }
        drop(slots);
        // Whoever still holds one of them asks SQL.
        gone.iter().for_each(|slot| slot.set(None));
    }

    /// Bytes of all indexes, about, and how many there are.
    #[must_use]
    pub fn usage(&self) -> (usize, usize) {
        let slots = self.0.slots.read().unwrap_or_else(PoisonError::into_inner);
        let bytes = slots.values().map(|slot| slot.bytes.load(Ordering::Relaxed));
        (bytes.clone().sum(), bytes.filter(|bytes| *bytes > 0).count())
    }
}

/// Says, when it goes too early, that no reading runs any more: the task panicked or was dropped.
struct Running {
    slot: Arc<Slot>,
    ended: bool,
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            let mut checks = lock(&self.slot.checks);
            checks.running = false;
            checks.waiting.clear();
        }
    }
}

async fn run_checks(db: Db, tenant: TenantId, slot: Arc<Slot>) {
    let mut running = Running { slot, ended: false };
    loop {
        let waiting = {
            let mut checks = lock(&running.slot.checks);
            if checks.waiting.is_empty() {
                // Under the lock: who comes now begins a task of their own.
                checks.running = false;
                running.ended = true;
                return;
            }
            std::mem::take(&mut checks.waiting)
        };
        let answer = index::revision(&db, tenant).await.map_err(|error| {
            tracing::warn!(%tenant, %error, "the catalog's revision could not be read");
            (error.kind, error.message)
        });
        for sender in waiting {
            // Whoever went away does not need it.
            let _ = sender.send(answer.clone());
        }
    }
}
