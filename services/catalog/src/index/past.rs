//! Catalogs as they were: an index is made for the moment that is asked about, and kept for a while.
//!
//! For each organisation one is made at a time; whoever asks about another moment meanwhile is told to come back. Whoever
//! asks must be allowed to read an entity as it was, and, while it is there, as it is now.

use super::facets::Bucket;
use super::freshness::Catalogs;
use super::order::{Found, Page};
use super::stream::DocumentStream;
use super::tenant::TenantIndex;
use super::view::{Documents, TOGETHER, View};
use crate::config::IndexSettings;
use crate::domain::cursor::{EntityList, Order};
use crate::domain::filter::Filter;
use crate::replica::lock;
use crate::store::history::{rebuild, versions};
use crate::store::index::Revision;
use bytes::Bytes;
use hashlink::LruCache;
use kernel::{Error, ErrorKind, Result, TenantId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::Db;
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

/// Indexes that are made at the same time in this process.
const BUILDS: usize = 2;
/// How long to wait for others to be made first.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long making one may take.
const TIME_LIMIT: Duration = Duration::from_secs(25);
/// When to come back, in seconds.
const RETRY_AFTER: u64 = 2;
/// One of the past may be larger than one of the present, in this proportion: it begins as a copy of that, and has terms
/// of its own beside.
const PRESENT: usize = 4;
const PAST: usize = 5;
/// Of the bytes that indexes may take, those of the past that are kept may take this part.
const SHARE: usize = 4;

/// One state of one catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State {
    /// Whose.
    pub tenant: TenantId,
    /// In which life of the database.
    pub epoch: Uuid,
    /// After which change.
    pub seq: i64,
}

/// The index of a state.
#[derive(Debug)]
pub struct PastIndex {
    index: TenantIndex,
    /// What the last caller with a condition may see, and which condition under which revision that was.
    scope: Mutex<Option<(String, Revision, Arc<Filter>)>>,
}

type Failure = (ErrorKind, String, Option<u64>);
type Outcome = Option<Result<Arc<PastIndex>, Failure>>;

/// The indexes of states that were asked about lately. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Pasts(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Db,
    catalogs: Catalogs,
    settings: IndexSettings,
    kept: Mutex<LruCache<State, Arc<PastIndex>>>,
    making: Mutex<HashMap<TenantId, (State, watch::Receiver<Outcome>)>>,
    builds: Semaphore,
}

fn busy(message: &str) -> Error {
    Error { retry_after: Some(RETRY_AFTER), ..Error::unavailable(message) }
}

impl Pasts {
    /// None yet.
    #[must_use]
    pub fn new(db: Db, catalogs: Catalogs, settings: IndexSettings) -> Self {
        let kept = Mutex::new(LruCache::new_unbounded());
        let (making, builds) = (Mutex::default(), Semaphore::new(BUILDS));
        Self(Arc::new(Inner { db, catalogs, settings, kept, making, builds }))
    }

    /// The index of a state, made if need be.
    ///
    /// # Errors
    /// `Unavailable` while another one is made for the organisation, and when it cannot be made in time or space.
    pub async fn at(&self, state: State) -> Result<Arc<PastIndex>> {
        let mut outcome = match self.join(state)? {
            Joined::Kept(index) => return Ok(index),
            Joined::Making(outcome) => outcome,
        };
        let made = outcome.wait_for(Option::is_some).await.map_err(Error::internal)?;
        match made.as_ref() {
            Some(Ok(index)) => Ok(Arc::clone(index)),
            Some(Err((kind, message, retry_after))) => {
                Err(Error { retry_after: *retry_after, ..Error::new(*kind, message.clone()) })
            }
            None => Err(Error::internal("an index that was neither made nor not made")),
        }
    }

    fn join(&self, state: State) -> Result<Joined> {
        let mut making = lock(&self.0.making);
        if let Some(index) = lock(&self.0.kept).get(&state) {
            return Ok(Joined::Kept(Arc::clone(index)));
        }
        if let Some((other, outcome)) = making.get(&state.tenant) {
            if *other == state {
                return Ok(Joined::Making(outcome.clone()));
            }
            return Err(busy("The catalog of another moment is being put together; one at a time"));
        }
        let (sender, outcome) = watch::channel(None);
        making.insert(state.tenant, (state, outcome.clone()));
        let work = Making { pasts: self.clone(), state };
        // In a task of its own, so that impatient requests do not begin it again and again.
        #[expect(clippy::disallowed_methods, reason = "the task ends within its time limit")]
        tokio::spawn(async move {
            let made = work.run().await;
            drop(work);
            sender.send_replace(Some(made.map_err(|error| (error.kind, error.message, error.retry_after))));
        });
        Ok(Joined::Making(outcome))
    }

    async fn make(&self, state: State) -> Result<Arc<PastIndex>> {
        let turn = tokio::time::timeout(PATIENCE, self.0.builds.acquire()).await;
        let _turn =
            turn.map_err(|_| busy("Catalogs of other moments are being put together"))?.map_err(Error::internal)?;
        let started = Instant::now();
        // First, so that the transaction sees the same state, if nothing happens in between.
        let (_, present) = self.0.catalogs.fresh(state.tenant).await?;
        let mut tx = self.0.db.snapshot(state.tenant).await?;
        let max_bytes = self.0.settings.index_bytes / PRESENT * PAST;
        let loading = rebuild::load_at(&mut tx, present, state.seq, max_bytes);
        let too_late =
            |_| Error::unavailable(format!("It took more than {} s to put that moment together", TIME_LIMIT.as_secs()));
        let index = tokio::time::timeout(TIME_LIMIT, loading).await.map_err(too_late)??;
        let too_large = || Error::unavailable("The catalog of that moment is larger than catalog.index_bytes");
        let index = index.ok_or_else(too_large)?;
        let (entities, bytes, elapsed_ms) = (index.len(), index.bytes(), started.elapsed().as_millis());
        tracing::debug!(tenant = %state.tenant, seq = state.seq, entities, bytes, elapsed_ms, "put a past catalog together");
        Ok(Arc::new(PastIndex { index, scope: Mutex::default() }))
    }

    /// Keeps an index, and forgets those that were not asked for longest until the rest fits.
    fn keep(&self, state: State, index: Arc<PastIndex>) {
        let mut kept = lock(&self.0.kept);
        kept.insert(state, index);
        let bytes = |kept: &LruCache<State, Arc<PastIndex>>| kept.iter().map(|(_, it)| it.index.bytes()).sum::<usize>();
        while kept.len() > 1 && bytes(&kept) > self.0.settings.index_bytes / SHARE {
            kept.remove_lru();
        }
    }
}

enum Joined {
    Kept(Arc<PastIndex>),
    Making(watch::Receiver<Outcome>),
}

/// The making of an index. However it ends, the organisation may have another one made afterwards.
struct Making {
    pasts: Pasts,
    state: State,
}

impl Making {
    async fn run(&self) -> Result<Arc<PastIndex>> {
        let index = self.pasts.make(self.state).await?;
        self.pasts.keep(self.state, Arc::clone(&index));
        Ok(index)
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        lock(&self.pasts.0.making).remove(&self.state.tenant);
    }
}

impl PastIndex {
    fn entity_refs(&self, rows: &[Found]) -> Vec<String> {
        let entity_ref = |row: &Found| self.index.entity(row.number).map(|entity| entity.entity_ref.to_string());
        rows.iter().filter_map(entity_ref).collect()
    }

    /// The condition, less what it does not hold for now.
    async fn scope(&self, view: &View) -> Result<Arc<Filter>> {
        let condition = &view.scope.condition;
        if condition.is_everything() {
            return Ok(Arc::new(Filter::everything()));
        }
        if let Some((known, revision, scope)) = lock(&self.scope).as_ref()
            && (known.as_str(), *revision) == (condition.digest(), view.revision())
        {
            return Ok(Arc::clone(scope));
        }
        let mut tx = view.db.tenant(view.tenant).await?;
        let denied = versions::list_all_denied_now(&mut tx, condition).await?;
        let uid = |entity_ref: &String| self.index.entity(self.index.by_ref(entity_ref)?).map(|it| it.uid.to_string());
        let denied = Filter::Values("metadata.uid".into(), denied.iter().filter_map(uid).collect());
        let scope = Arc::new(condition.with(&Filter::Not(Box::new(denied))));
        *lock(&self.scope) = Some((condition.digest().to_owned(), view.revision(), Arc::clone(&scope)));
        Ok(scope)
    }
}

/// Which state a view is of, and where to get its index.
#[derive(Debug, Clone)]
pub struct Past {
    /// The state.
    pub state: State,
    /// Where indexes are.
    pub pasts: Pasts,
}

impl View {
    /// As [`page`](Self::page), of a past state.
    pub(super) async fn past_page(
        &self,
        past: &Past,
        list: &EntityList,
        limit: usize,
        offset: usize,
    ) -> Result<(Page, Documents)> {
        let index = past.pasts.at(past.state).await?;
        let scope = index.scope(self).await?;
        let page = index.index.page(list, &scope, limit, offset);
        let documents = self.past_documents(past.state.seq, index, &page.rows).await?;
        Ok((page, documents))
    }

    /// As [`page_by_offset`](Self::page_by_offset), of a past state.
    pub(super) async fn past_page_by_offset(
        &self,
        past: &Past,
        filter: &Filter,
        orders: &[Order],
        limit: Option<usize>,
        offset: usize,
    ) -> Result<(bool, Documents)> {
        let index = past.pasts.at(past.state).await?;
        let scope = index.scope(self).await?;
        let (rows, more) = index.index.page_by_offset(filter, &scope, orders, limit, offset);
        let documents = self.past_documents(past.state.seq, index, &rows).await?;
        Ok((more, documents))
    }

    /// As [`facets`](Self::facets), of a past state.
    pub(super) async fn past_facets<T>(
        &self,
        past: &Past,
        keys: &[String],
        filter: &Filter,
        render: impl Fn(Vec<Vec<Bucket<'_>>>) -> T,
    ) -> Result<T> {
        let index = past.pasts.at(past.state).await?;
        let scope = index.scope(self).await?;
        Ok(render(index.index.facets(keys, filter, &scope)))
    }

    async fn past_documents(&self, seq: i64, index: Arc<PastIndex>, rows: &[Found]) -> Result<Documents> {
        if rows.len() > TOGETHER {
            let stream = DocumentStream::of_past(self.clone(), seq, index.entity_refs(rows));
            return Ok(Documents::Streamed(Box::new(stream)));
        }
        Ok(Documents::Ready(self.documents_at(seq, &index.entity_refs(rows)).await?))
    }

    /// The documents of these entities after the change `seq`, in this order.
    pub(super) async fn documents_at(&self, seq: i64, entity_refs: &[String]) -> Result<Vec<Bytes>> {
        if entity_refs.is_empty() {
            return Ok(Vec::new());
        }
        let everything = Filter::everything();
        let mut tx = self.db.tenant(self.tenant).await?;
        let mut found = versions::list_documents_at(&mut tx, seq, entity_refs, &everything, &everything).await?;
        Ok(entity_refs.iter().filter_map(|entity_ref| found.remove(entity_ref)).map(Bytes::from).collect())
    }
}
