//! The text indexes ([`crate::replica`]), and what Postgres said that stays true.

use super::marking::Stems;
use super::words::{Changes, Row, Words};
use crate::replica::{self, Limits, Replica, Replicas, lock};
use crate::store::finder::{self, Shown};
use crate::store::index::Revision;
use ::store::{Db, TenantTx};
use hashlink::LruCache;
use kernel::{Result, TenantId};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use uuid::Uuid;

/// How long a request waits for an index; then SQL answers it, and the index serves the next one.
const PATIENCE: Duration = Duration::from_millis(250);
/// Indexes that are made at the same time in this process.
const BUILDS: usize = 1;
/// Terms, words and documents that are remembered.
const TERMS: usize = 10_000;
const STEMS: usize = 100_000;
const DOCUMENTS: usize = 2_000;
/// Longest document that is remembered.
const MAX_DOCUMENT: usize = 4096;

/// The text indexes of all organisations that were asked for lately. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Finder(Arc<Inner>);

type DocumentKey = (TenantId, Arc<str>, u32, i32);

#[derive(Debug)]
struct Inner {
    max_bytes: usize,
    indexes: Replicas<Words>,
    terms: Mutex<LruCache<String, Arc<str>>>,
    stems: RwLock<Stems>,
    documents: Mutex<LruCache<DocumentKey, Arc<Shown>>>,
}

/// What is kept of one organisation.
pub type Slot = replica::Slot<Words>;

impl Replica for Words {
    const NAME: &'static str = "the text index";
    const SETTING: &'static str = "catalog.text_index_bytes";
    type Changes = Changes;
    type Beside = ();

    fn epoch(&self) -> Uuid {
        self.epoch()
    }

    fn seq(&self) -> i64 {
        self.seq()
    }

    fn bytes(&self) -> usize {
        self.bytes()
    }

    fn size(&self) -> usize {
        self.len()
    }

    fn is_worn(&self) -> bool {
        self.is_worn()
    }

    fn apply(&mut self, changes: Changes) -> bool {
        self.apply(&changes)
    }

    async fn load(tx: &mut TenantTx, max_bytes: usize) -> Result<Option<Self>> {
        finder::load(tx, max_bytes).await
    }

    async fn load_changes(_: &Slot, tx: &mut TenantTx, epoch: Uuid, since: i64) -> Result<Option<Changes>> {
        finder::load_changes(tx, epoch, since).await
    }
}

impl Finder {
    /// No index yet. With `max_bytes` 0 there is never one.
    #[must_use]
    pub fn new(db: Db, max_bytes: usize) -> Self {
        let limits = Limits { bytes: max_bytes, goal_bytes: max_bytes, builds: BUILDS };
        Self(Arc::new(Inner {
            max_bytes,
            indexes: Replicas::new(db, limits),
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
        let slot = self.0.indexes.slot(tenant);
        self.0.indexes.touch(&slot);
        // Whoever is impatient asks SQL; the index is made for whoever comes next.
        let _ = tokio::time::timeout(PATIENCE, self.0.indexes.catch_up(tenant, &slot, revision)).await;
        slot.is_at(revision).then_some(slot)
    }

    /// Bytes of all indexes, about, and how many there are.
    #[must_use]
    pub fn usage(&self) -> (usize, usize) {
        self.0.indexes.usage()
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
        let mut tx = self.db().tenant(tenant).await?;
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
            let mut tx = self.db().tenant(tenant).await?;
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
            let mut tx = self.db().tenant(tenant).await?;
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
        self.0.indexes.db()
    }
}
