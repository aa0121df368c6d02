//! Before an answer the organisation's revision is read. Requests that arrive while it is being read wait for the next
//! reading and share it: each sees whatever was committed before it arrived. The index is brought up to it
//! ([`crate::replica`]); without one, the question goes to SQL.

use super::documents::DocumentCache;
use super::tenant::{Changes, TenantIndex};
use crate::config::IndexSettings;
use crate::replica::{self, Limits, Replica, Replicas, lock};
use crate::store::index::{self, Revision};
use kernel::{Error, ErrorKind, Result, TenantId};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use store::{Db, TenantTx};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use uuid::Uuid;

/// Indexes that are made at the same time in this process.
const BUILDS: usize = 2;

/// The indexes of all organisations that were asked for lately, and documents. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Catalogs {
    enabled: bool,
    documents: Arc<DocumentCache>,
    indexes: Replicas<TenantIndex>,
}

type Slot = replica::Slot<TenantIndex>;

impl Replica for TenantIndex {
    const NAME: &'static str = "the catalog's index";
    const SETTING: &'static str = "catalog.index_bytes";
    type Changes = Changes;
    type Beside = Mutex<Checks>;

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
        self.apply(changes).is_ok()
    }

    async fn load(tx: &mut TenantTx, max_bytes: usize) -> Result<Option<Self>> {
        index::load(tx, max_bytes).await
    }

    async fn load_changes(slot: &Slot, tx: &mut TenantTx, epoch: Uuid, since: i64) -> Result<Option<Changes>> {
        let unknown = |terms: BTreeSet<i32>| {
            let unknown = |index: &Self| terms.iter().copied().filter(|term| !index.knows_term(*term)).collect();
            slot.read(unknown).unwrap_or_else(|| terms.iter().copied().collect())
        };
        let entities = slot.read(Self::len).unwrap_or_default();
        index::load_changes(tx, (epoch, since), entities, unknown).await
    }
}

type Checked = Result<Revision, (ErrorKind, String)>;

/// Readings of an organisation's revision.
#[derive(Debug, Default)]
pub struct Checks {
    running: bool,
    waiting: Vec<oneshot::Sender<Checked>>,
}

/// The index of one organisation, at least as new as a revision.
pub type Fresh = Arc<Slot>;

impl Catalogs {
    /// No index yet.
    #[must_use]
    pub fn new(db: Db, settings: IndexSettings) -> Self {
        // A little less than allowed, so that the next one does not have to look again.
        let limits = Limits { bytes: settings.index_bytes, goal_bytes: settings.index_bytes / 10 * 9, builds: BUILDS };
        Self {
            enabled: settings.enabled,
            documents: Arc::new(DocumentCache::new(settings.document_cache_bytes)),
            indexes: Replicas::new(db, limits),
        }
    }

    /// Documents that were sent lately.
    #[must_use]
    pub fn documents(&self) -> &DocumentCache {
        &self.documents
    }

    /// Bytes of all indexes, about, and how many there are.
    #[must_use]
    pub fn usage(&self) -> (usize, usize) {
        self.indexes.usage()
    }

    /// The organisation's revision, read after this call began.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn revision(&self, tenant: TenantId) -> Result<Revision> {
        self.check(tenant, &self.indexes.slot(tenant)).await
    }

    async fn check(&self, tenant: TenantId, slot: &Arc<Slot>) -> Result<Revision> {
        let answer = {
            let mut checks = lock(&slot.beside);
            std::mem::replace(&mut checks.running, true).then(|| {
                let (sender, answer) = oneshot::channel();
                checks.waiting.push(sender);
                answer
            })
        };
        let Some(answer) = answer else {
            // Nobody is reading: whoever comes alone, which is most of them, needs no task and wakes nobody.
            let _turn = Turn { db: self.indexes.db().clone(), tenant, slot: Arc::clone(slot) };
            return index::revision(self.indexes.db(), tenant).await.inspect_err(|error| warn(tenant, error));
        };
        let answer = answer.await.map_err(|_| Error::internal("the reading of the revision ended early"))?;
        answer.map_err(|(kind, message)| Error::new(kind, message))
    }

    /// The organisation's revision and, where it can be used, an index that is at least as new.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn fresh(&self, tenant: TenantId) -> Result<(Revision, Option<Fresh>)> {
        let slot = self.indexes.slot(tenant);
        let revision = self.check(tenant, &slot).await?;
        self.indexes.touch(&slot);
        if !self.enabled {
            return Ok((revision, None));
        }
        self.indexes.catch_up(tenant, &slot, revision).await;
        let usable = slot.is_at(revision).then_some(slot);
        Ok((revision, usable))
    }
}

/// A request that reads the revision itself. When it has done so, or goes away, whoever waits gets a reading of their own.
struct Turn {
    db: Db,
    tenant: TenantId,
    slot: Arc<Slot>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut checks = lock(&self.slot.beside);
        if checks.waiting.is_empty() {
            checks.running = false;
            return;
        }
        drop(checks);
        let running = Running { slot: Arc::clone(&self.slot), ended: false };
        let work = run_checks(self.db.clone(), self.tenant, running);
        // A request that goes away must not take the reading with it that others wait for. At the end of the process there
        // is no runtime, and dropping the work tells those who wait.
        if let Ok(runtime) = Handle::try_current() {
            #[expect(clippy::disallowed_methods, reason = "the task ends when nobody waits for a reading any more")]
            runtime.spawn(work);
        }
    }
}

fn warn(tenant: TenantId, error: &Error) {
    tracing::warn!(%tenant, %error, "the catalog's revision could not be read");
}

/// Says, when it goes too early, that no reading runs any more: the task panicked or was dropped.
struct Running {
    slot: Arc<Slot>,
    ended: bool,
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            let mut checks = lock(&self.slot.beside);
            checks.running = false;
            checks.waiting.clear();
        }
    }
}

async fn run_checks(db: Db, tenant: TenantId, mut running: Running) {
    loop {
        let waiting = {
            let mut checks = lock(&running.slot.beside);
            if checks.waiting.is_empty() {
                // Under the lock: who comes now begins a task of their own.
                checks.running = false;
                running.ended = true;
                return;
            }
            std::mem::take(&mut checks.waiting)
        };
        let answer = index::revision(&db, tenant).await.map_err(|error| {
            warn(tenant, &error);
            (error.kind, error.message)
        });
        for sender in waiting {
            // Whoever went away does not need it.
            let _ = sender.send(answer.clone());
        }
    }
}
