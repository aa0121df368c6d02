//! What one request sees: the catalog at a revision that was read after the request arrived, within its caller's scope.
//!
//! Every read of entities goes through here. It asks the index; where there is none, or where documents have overtaken
//! it twice, it asks SQL. Both say the same.

use super::facets::Bucket;
use super::freshness::{Catalogs, Fresh};
use super::order::{Found, Page};
use super::past::{self, Past};
use super::stream::DocumentStream;
use super::tenant::TenantIndex;
use crate::State;
use crate::domain::cursor::{EntityList, Order};
use crate::domain::filter::Filter;
use crate::domain::scope::Scope;
use crate::domain::text::sha256_hex;
use crate::store::history::moment;
use crate::store::index::{self, Revision};
use crate::store::{entities, facets};
use bytes::Bytes;
use http_shell::Caller;
use kernel::{Error, Result, TenantId};
use std::borrow::Cow;
use std::collections::HashMap;
use store::Db;
use time::OffsetDateTime;
use uuid::Uuid;

/// Up to so many documents an answer is put together in memory; longer lists are streamed.
pub(super) const TOGETHER: usize = 500;

/// What one request sees.
#[derive(Debug, Clone)]
pub struct View {
    pub(super) tenant: TenantId,
    pub(super) db: Db,
    pub(super) catalogs: Catalogs,
    pub(super) scope: Scope,
    revision: Revision,
    index: Option<Fresh>,
    past: Option<Past>,
}

/// Which state of the catalog is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// The present one.
    Now,
    /// That of a moment.
    At(OffsetDateTime),
    /// That after a change, as a cursor of an earlier page has it.
    After(i64),
}

/// The documents of an answer.
#[derive(Debug)]
pub enum Documents {
    /// All of them.
    Ready(Vec<Bytes>),
    /// To be read while they are sent.
    Streamed(Box<DocumentStream>),
}

impl State {
    /// What the caller sees, at a revision that is read after this call.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn view(&self, caller: &Caller) -> Result<View> {
        let (revision, index) = self.catalogs.fresh(caller.tenant).await?;
        let scope = self.scope(caller, revision.policy_version).await?;
        let (db, catalogs) = (self.db.clone(), self.catalogs.clone());
        Ok(View { tenant: caller.tenant, db, catalogs, scope, revision, index, past: None })
    }

    /// What the caller sees of the catalog as it was then.
    ///
    /// # Errors
    /// `Input` when the state of that moment is not known; those of the database.
    pub async fn view_when(&self, caller: &Caller, when: When) -> Result<View> {
        let tenant = caller.tenant;
        let mut tx = match when {
            When::Now => return self.view(caller).await,
            When::At(_) | When::After(_) => self.db.tenant(tenant).await?,
        };
        let seq = match when {
            When::At(moment) => moment::seq_at(&mut tx, moment).await?,
            When::After(seq) => moment::known(&mut tx, seq).await?,
            When::Now => 0,
        };
        drop(tx);
        let revision = self.catalogs.revision(tenant).await?;
        let scope = self.scope(caller, revision.policy_version).await?;
        let past = Past { state: past::State { tenant, epoch: revision.epoch, seq }, pasts: self.pasts.clone() };
        let (db, catalogs) = (self.db.clone(), self.catalogs.clone());
        Ok(View { tenant, db, catalogs, scope, revision, index: None, past: Some(past) })
    }
}

impl View {
    /// The revision that was read.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        self.revision
    }

    /// The change that the view comes after, where it is one of the past.
    #[must_use]
    pub fn past_seq(&self) -> Option<i64> {
        self.past.as_ref().map(|past| past.state.seq)
    }

    /// What the caller may read.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// A weak entity tag of the answer to a query, known before the answer: equal ones mean that nothing changed which
    /// could show in it.
    #[must_use]
    pub fn tag(&self, query: &str) -> String {
        let Revision { epoch, seq, policy_version } = self.revision;
        let condition = self.scope.condition.digest();
        let past = self.past_seq();
        let text = format!("{}\0{epoch}\0{seq}\0{past:?}\0{policy_version}\0{condition}\0{query}", self.tenant);
        format!("W/\"{}\"", &sha256_hex(text.as_bytes())[..32])
    }

    /// The document of the entity with this key.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn find_by_ref(&self, entity_ref: &str) -> Result<Option<Bytes>> {
        let find = |index: &TenantIndex| index.by_ref(entity_ref);
        if let Some(found) = self.find(find).await? {
            return Ok(found);
        }
        let mut tx = self.db.tenant(self.tenant).await?;
        Ok(entities::find_by_ref(&mut tx, entity_ref, &self.scope.condition).await?.map(Bytes::from))
    }

    /// The document of the entity with this uid.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn find_by_uid(&self, uid: Uuid) -> Result<Option<Bytes>> {
        if let Some(found) = self.find(|index| index.by_uid(uid)).await? {
            return Ok(found);
        }
        let mut tx = self.db.tenant(self.tenant).await?;
        Ok(entities::find_by_uid(&mut tx, uid, &self.scope.condition).await?.map(Bytes::from))
    }

    /// Outer `None`: the index cannot say.
    async fn find(&self, find: impl Fn(&TenantIndex) -> Option<u32> + Sync) -> Result<Option<Option<Bytes>>> {
        let ask = |index: &TenantIndex| {
            let number = find(index)?;
            let hidden = index.visible(&self.scope.condition).is_some_and(|visible| !visible.contains(number));
            let entity = index.entity(number).filter(|_| !hidden)?;
            Some(Found { number, seq: entity.seq })
        };
        let found = self.ask_index(ask, |found| found.as_slice().to_vec()).await?;
        Ok(found.map(|(_, documents)| documents.into_iter().next()))
    }

    /// The documents of these entities, in this order, as far as the filter holds for them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn list_by_refs(&self, entity_refs: &[String], filter: &Filter) -> Result<Vec<Option<Bytes>>> {
        let ask = |index: &TenantIndex| {
            let all = filter.is_everything() && self.scope.condition.is_everything();
            let within = (!all).then(|| index.within(filter, &self.scope.condition));
            let find = |entity_ref: &String| {
                let number = index.by_ref(entity_ref)?;
                let hidden = within.as_ref().is_some_and(|within| !within.contains(number));
                let entity = index.entity(number).filter(|_| !hidden)?;
                Some(Found { number, seq: entity.seq })
            };
            entity_refs.iter().map(find).collect::<Vec<Option<Found>>>()
        };
        if let Some((found, documents)) = self.ask_index(ask, |found| found.iter().flatten().copied().collect()).await?
        {
            let mut documents = documents.into_iter();
            return Ok(found.into_iter().map(|found| found.and_then(|_| documents.next())).collect());
        }
        let mut tx = self.db.tenant(self.tenant).await?;
        let filter = self.scope.condition.with(filter);
        let found = entities::list_by_refs(&mut tx, entity_refs, &filter).await?;
        let found: HashMap<String, Bytes> = found.into_iter().map(|(key, text)| (key, Bytes::from(text))).collect();
        Ok(entity_refs.iter().map(|entity_ref| found.get(entity_ref).cloned()).collect())
    }

    /// One page of a list.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn page(&self, list: &EntityList, limit: usize, offset: usize) -> Result<(Page, Documents)> {
        if let Some(past) = &self.past {
            return self.past_page(past, list, limit, offset).await;
        }
        let ask = |index: &TenantIndex| index.page(list, &self.scope.condition, limit, offset);
        if let Some(answer) = self.listed(ask, |page: &Page| &page.rows, &list.filter).await? {
            return Ok(answer);
        }
        let whole = self.scope.condition.with(&list.filter);
        let mut tx = self.db.snapshot(self.tenant).await?;
        let list = EntityList { filter: whole.clone(), ..list.clone() };
        let page = entities::page(&mut tx, &list, limit, offset).await?;
        let documents = self.documents_in(&mut tx, &page.rows, whole).await?;
        Ok((page, documents))
    }

    /// A page of the older list. Says whether there is more behind it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn page_by_offset(
        &self,
        filter: &Filter,
        orders: &[Order],
        limit: Option<usize>,
        offset: usize,
    ) -> Result<(bool, Documents)> {
        if let Some(past) = &self.past {
            return self.past_page_by_offset(past, filter, orders, limit, offset).await;
        }
        let ask = |index: &TenantIndex| index.page_by_offset(filter, &self.scope.condition, orders, limit, offset);
        if let Some(((_, more), documents)) = self.listed(ask, |(rows, _)| rows, filter).await? {
            return Ok((more, documents));
        }
        let whole = self.scope.condition.with(filter);
        let mut tx = self.db.snapshot(self.tenant).await?;
        let (rows, more) = entities::page_by_offset(&mut tx, &whole, orders, limit, offset).await?;
        let documents = self.documents_in(&mut tx, &rows, whole).await?;
        Ok((more, documents))
    }

    /// For each key, its values as written and how many entities have them, in the order of values. `render` makes the
    /// answer of them while the index holds still.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn facets<T>(
        &self,
        keys: &[String],
        filter: &Filter,
        render: impl Fn(Vec<Vec<Bucket<'_>>>) -> T,
    ) -> Result<T> {
        if let Some(past) = &self.past {
            return self.past_facets(past, keys, filter, render).await;
        }
        let ask = |index: &TenantIndex| render(index.facets(keys, filter, &self.scope.condition));
        if let Some(answer) = self.index.as_ref().and_then(|index| index.read(ask)) {
            return Ok(answer);
        }
        let mut tx = self.db.tenant(self.tenant).await?;
        let whole = self.scope.condition.with(filter);
        let buckets = facets::list(&mut tx, keys, &whole).await?;
        let of = |key: &String| {
            let buckets = buckets.iter().filter(|bucket| bucket.key == *key);
            buckets.map(|bucket| (Cow::from(bucket.value.as_str()), u64::try_from(bucket.count).unwrap_or(0))).collect()
        };
        Ok(render(keys.iter().map(of).collect()))
    }

    /// Asks the index, with one more try after documents have overtaken it. `None`: the index cannot say.
    async fn ask_index<T>(
        &self,
        ask: impl Fn(&TenantIndex) -> T + Sync,
        rows: impl Fn(&T) -> Vec<Found> + Sync,
    ) -> Result<Option<(T, Vec<Bytes>)>> {
        let mut fresh = self.index.clone();
        for _ in 0..2 {
            let Some((epoch, answer)) = fresh.and_then(|index| index.read(|index| (index.epoch(), ask(index)))) else {
                return Ok(None);
            };
            if let Some(documents) = self.documents(epoch, &rows(&answer)).await? {
                return Ok(Some((answer, documents)));
            }
            fresh = self.catalogs.fresh(self.tenant).await?.1;
        }
        Ok(None)
    }

    /// As [`ask_index`](Self::ask_index), for lists that may be too long to hold.
    async fn listed<T>(
        &self,
        ask: impl Fn(&TenantIndex) -> T + Sync,
        rows: impl Fn(&T) -> &Vec<Found> + Sync,
        filter: &Filter,
    ) -> Result<Option<(T, Documents)>> {
        let Some((epoch, answer)) =
            self.index.as_ref().and_then(|index| index.read(|index| (index.epoch(), ask(index))))
        else {
            return Ok(None);
        };
        if rows(&answer).len() > TOGETHER {
            let whole = self.scope.condition.with(filter);
            let stream = DocumentStream::new(self.clone(), Some(epoch), rows(&answer).clone(), whole);
            return Ok(Some((answer, Documents::Streamed(Box::new(stream)))));
        }
        if let Some(documents) = self.documents(epoch, rows(&answer)).await? {
            return Ok(Some((answer, Documents::Ready(documents))));
        }
        let answered = self.ask_index(ask, |answer| rows(answer).clone()).await?;
        Ok(answered.map(|(answer, documents)| (answer, Documents::Ready(documents))))
    }

    /// The documents of exactly these changes; `None` when one of them was overtaken.
    async fn documents(&self, epoch: Uuid, rows: &[Found]) -> Result<Option<Vec<Bytes>>> {
        let mut documents = self.catalogs.documents().get(self.tenant, epoch, rows);
        let missing: Vec<u32> =
            rows.iter().zip(&documents).filter(|(_, known)| known.is_none()).map(|(row, _)| row.number).collect();
        if !missing.is_empty() {
            let mut tx = self.db.tenant(self.tenant).await?;
            let read = index::documents(&mut tx, &missing).await?;
            drop(tx);
            for (row, document) in rows.iter().zip(&mut documents).filter(|(_, document)| document.is_none()) {
                let Some((found, text)) = read.get(&row.number) else { return Ok(None) };
                if found != row {
                    return Ok(None);
                }
                self.catalogs.documents().put(self.tenant, epoch, *row, text.clone());
                *document = Some(text.clone());
            }
        }
        Ok(documents.into_iter().collect())
    }

    /// The documents of rows that SQL found, from the same state.
    async fn documents_in(&self, tx: &mut store::TenantTx, rows: &[Found], whole: Filter) -> Result<Documents> {
        if rows.len() > TOGETHER {
            return Ok(Documents::Streamed(Box::new(DocumentStream::new(self.clone(), None, rows.to_vec(), whole))));
        }
        let numbers: Vec<u32> = rows.iter().map(|row| row.number).collect();
        let read = index::documents(tx, &numbers).await?;
        let document = |row: &Found| read.get(&row.number).map(|(_, document)| document.clone());
        let documents: Option<Vec<Bytes>> = rows.iter().map(document).collect();
        documents.map(Documents::Ready).ok_or_else(|| Error::internal("an entity without a document"))
    }
}
