//! Keeps text indexes as new as the database, and within their bytes; remembers what Postgres said.

use super::marking::Stems;
use super::words::{Row, Words};
use crate::store::finder::{self, Shown};
use crate::store::index::Revision;
use ::store::Db;
use hashlink::LruCache;
use kernel::{Result, TenantId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// How long a request waits for an index; then SQL answers it, and the index serves the next one.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long an index that could not be made is not tried again.
const AFTER_FAILURE: Duration = Duration::from_secs(10);
/// How long one that is larger than all of them may be together is not tried again.
const AFTER_TOO_LARGE: Duration = Duration::from_secs(300);
/// With more organisations than these, those without an index are forgotten.
const SLOTS: usize = 20_000;
/// Indexes that are made at the same time in this process.
const BUILDS: usize = 1;
/// Terms, words and documents that are remembered.
const TERMS: usize = 10_000;
const STEMS: usize = 100_000;
const DOCUMENTS: usize = 10_000;
/// Longest document that is remembered.
const MAX_DOCUMENT: usize = 4096;

/// The text indexes of all organisations that were asked for lately. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Finder(Arc<Inner>);

type DocumentKey = (TenantId, Arc<str>, u32, i32);

#[derive(Debug)]
struct Inner {
    db: Db,
    max_bytes: usize,
    slots: Mutex<HashMap<TenantId, Arc<Slot>>>,
    uses: AtomicU64,
    builds: Semaphore,
    terms: Mutex<LruCache<String, Arc<str>>>,
    stems: RwLock<Stems>,
    documents: Mutex<LruCache<DocumentKey, Arc<Shown>>>,
}

/// What is kept of one organisation.
#[derive(Debug, Default)]
pub struct Slot {
    words: RwLock<Option<Words>>,
    catching_up: Arc<tokio::sync::Mutex<()>>,
    unusable_until: Mutex<Option<Instant>>,
    bytes: AtomicUsize,
    last_use: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Slot {
    /// Asks the index. `None` when it was evicted meanwhile.
    pub fn read<T>(&self, ask: impl FnOnce(&Words) -> T) -> Option<T> {
        self.words.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(ask)
    }

    fn is_at(&self, revision: Revision) -> bool {
        self.read(|words| words.epoch() == revision.epoch && words.seq() >= revision.seq).unwrap_or(false)
    }

    fn is_unusable(&self) -> bool {
        lock(&self.unusable_until).is_some_and(|until| Instant::now() < until)
    }

    fn set_unusable(&self, period: Duration) {
        *lock(&self.unusable_until) = Some(Instant::now() + period);
        self.set(None);
    }

    fn set(&self, words: Option<Words>) {
        self.bytes.store(words.as_ref().map_or(0, Words::bytes), Ordering::Relaxed);
        *self.words.write().unwrap_or_else(PoisonError::into_inner) = words;
    }
}

impl Finder {
    /// No index yet. With `max_bytes` 0 there is never one.
    #[must_use]
    pub fn new(db: Db, max_bytes: usize) -> Self {
        Self(Arc::new(Inner {
            db,
            max_bytes,
            slots: Mutex::default(),
            uses: AtomicU64::new(0),
            builds: Semaphore::new(BUILDS),
            terms: Mutex::new(LruCache::new(TERMS)),
            stems: RwLock::default(),
            documents: Mutex::new(LruCache::new(DOCUMENTS)),
        }))
    }

    /// An index that is at least as new as the revision, where one can be had.
    pub async fn at(&self, tenant: TenantId, revision: Revision) -> Option<Arc<Slot>> {
        if self.0.max_bytes == 0 {
            return None;
        }
        let slot = self.slot(tenant);
        slot.last_use.store(self.0.uses.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        if !slot.is_at(revision) && !slot.is_unusable() {
            // Whoever is impatient asks SQL; the index is made for whoever comes next.
            let _ = tokio::time::timeout(PATIENCE, self.catch_up(tenant, &slot, revision)).await;
        }
        slot.is_at(revision).then_some(slot)
    }

    fn slot(&self, tenant: TenantId) -> Arc<Slot> {
        let mut slots = lock(&self.0.slots);
        if slots.len() >= SLOTS {
            slots.retain(|_, slot| slot.bytes.load(Ordering::Relaxed) > 0 || Arc::strong_count(slot) > 1);
        }
        Arc::clone(slots.entry(tenant).or_default())
    }

    async fn catch_up(&self, tenant: TenantId, slot: &Arc<Slot>, revision: Revision) {
        let turn = Arc::clone(&slot.catching_up).lock_owned().await;
        if slot.is_at(revision) || slot.is_unusable() {
            return;
        }
        let (finder, slot) = (self.clone(), Arc::clone(slot));
        #[expect(clippy::disallowed_methods, reason = "the task ends within the statement timeout")]
        let work = tokio::spawn(async move {
            let _turn = turn;
            if let Err(error) = finder.bring_up_to_date(tenant, &slot).await {
                tracing::warn!(%tenant, %error, "the text index could not be brought up to date; SQL answers");
                slot.set_unusable(AFTER_FAILURE);
            }
            finder.evict(tenant);
        });
        if work.await.is_err() {
            tracing::error!(%tenant, "making the text index panicked; SQL answers");
        }
    }

    async fn bring_up_to_date(&self, tenant: TenantId, slot: &Slot) -> Result<()> {
        let mut tx = self.0.db.snapshot(tenant).await?;
        let known = slot.read(|words| (!words.is_worn()).then(|| (words.epoch(), words.seq()))).flatten();
        if let Some((epoch, seq)) = known
            && let Some(changes) = finder::load_changes(&mut tx, epoch, seq).await?
        {
            let mut words = slot.words.write().unwrap_or_else(PoisonError::into_inner);
            if words.as_mut().is_some_and(|words| words.apply(&changes)) {
                slot.bytes.store(words.as_ref().map_or(0, Words::bytes), Ordering::Relaxed);
                return Ok(());
            }
            *words = None;
        }
        let _permit = self.0.builds.acquire().await.map_err(kernel::Error::internal)?;
        let started = Instant::now();
        if let Some(words) = finder::load(&mut tx, self.0.max_bytes).await? {
            let (documents, elapsed_ms) = (words.len(), started.elapsed().as_millis());
            slot.set(Some(words));
            tracing::debug!(%tenant, documents, elapsed_ms, "made the text index");
        } else {
            tracing::warn!(%tenant, "the documents are larger than catalog.text_index_bytes; SQL answers");
            slot.set_unusable(AFTER_TOO_LARGE);
        }
        Ok(())
    }

    /// Forgets the indexes that were not used for longest until the rest fits. The one just made stays.
    fn evict(&self, just_made: TenantId) {
        let bytes = |slot: &Slot| slot.bytes.load(Ordering::Relaxed);
        let mut slots = lock(&self.0.slots);
        let mut total: usize = slots.values().map(|slot| bytes(slot)).sum();
        let mut oldest: Vec<(u64, TenantId)> = slots
            .iter()
            .filter(|(tenant, slot)| **tenant != just_made && bytes(slot) > 0)
            .map(|(tenant, slot)| (slot.last_use.load(Ordering::Relaxed), *tenant))
            .collect();
        oldest.sort_unstable();
        let mut gone = Vec::new();
        for (_, tenant) in oldest {
            if total <= self.0.max_bytes {
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
        let slots = lock(&self.0.slots);
        let bytes = slots.values().map(|slot| slot.bytes.load(Ordering::Relaxed));
        (bytes.clone().sum(), bytes.filter(|bytes| *bytes > 0).count())
    }

    /// What words in the syntax of `to_tsquery` come to.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn normalized(&self, tenant: TenantId, words: &str) -> Result<Arc<str>> {
        let known = lock(&self.0.terms).get(words).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let mut tx = self.0.db.tenant(tenant).await?;
        let text: Arc<str> = finder::normalize(&mut tx, words).await?.into();
        lock(&self.0.terms).insert(words.to_owned(), Arc::clone(&text));
        Ok(text)
    }

    /// Answers with the stems that are known; those of these words are.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn with_stems<T>(
        &self,
        tenant: TenantId,
        unknown: impl Fn(&Stems) -> Vec<String>,
        answer: impl FnOnce(&Stems) -> T,
    ) -> Result<T> {
        let missing = unknown(&self.0.stems.read().unwrap_or_else(PoisonError::into_inner));
        if !missing.is_empty() {
            let mut tx = self.0.db.tenant(tenant).await?;
            let stems = finder::stems(&mut tx, &missing).await?;
            drop(tx);
            let mut known = self.0.stems.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() > STEMS {
                known.clear();
            }
            known.extend(missing.into_iter().zip(stems));
            return Ok(answer(&known));
        }
        Ok(answer(&self.0.stems.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// What is shown of these documents; `None` when one of them is not as it was found any more.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn shown(&self, tenant: TenantId, rows: &[Row]) -> Result<Option<Vec<Arc<Shown>>>> {
        let key = |row: &Row| (tenant, Arc::clone(&row.kind), row.source.entity, row.source.part);
        let mut found: Vec<Option<Arc<Shown>>> = {
            let mut known = lock(&self.0.documents);
            rows.iter().map(|row| known.get(&key(row)).filter(|shown| shown.seq == row.seq).cloned()).collect()
        };
        let missing: Vec<(usize, &Row)> = rows.iter().enumerate().filter(|(at, _)| found[*at].is_none()).collect();
        if !missing.is_empty() {
            let wanted: Vec<(&str, u32, i32)> =
                missing.iter().map(|(_, row)| (&*row.kind, row.source.entity, row.source.part)).collect();
            let mut tx = self.0.db.tenant(tenant).await?;
            let read = finder::shown(&mut tx, &wanted).await?;
            drop(tx);
            for ((at, row), shown) in missing.into_iter().zip(read) {
                let Some(shown) = shown.filter(|shown| shown.seq == row.seq).map(Arc::new) else { return Ok(None) };
                if shown.document.len() <= MAX_DOCUMENT {
                    lock(&self.0.documents).insert(key(row), Arc::clone(&shown));
                }
                found[at] = Some(shown);
            }
        }
        Ok(found.into_iter().collect())
    }

    /// The database.
    #[must_use]
    pub(super) fn db(&self) -> &Db {
        &self.0.db
    }
}
