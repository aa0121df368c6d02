//! The documents of a long list, read in portions while they are sent.
//!
//! What is listed is decided at the beginning. An entity that changes before its turn comes is sent as it is then, if it
//! still matches; otherwise it is left out: no document is sent that the caller may not read.

use super::order::Found;
use super::view::View;
use crate::domain::filter::Filter;
use crate::store::{entities, index};
use bytes::Bytes;
use kernel::Result;
use uuid::Uuid;

/// Documents that are read at a time: about half a megabyte.
const PORTION: usize = 256;

/// The documents of a list, in its order.
#[derive(Debug)]
pub struct DocumentStream {
    view: View,
    /// Of the index that the rows come from, if they do.
    epoch: Option<Uuid>,
    rows: Vec<Found>,
    next: usize,
    /// What the list asked for, scope included.
    filter: Filter,
    /// Of a past state: the change that it comes after, and the keys of the entities.
    past: Option<(i64, Vec<String>)>,
}

impl DocumentStream {
    /// The documents of these rows.
    #[must_use]
    pub const fn new(view: View, epoch: Option<Uuid>, rows: Vec<Found>, filter: Filter) -> Self {
        Self { view, epoch, rows, next: 0, filter, past: None }
    }

    /// The documents of these entities after the change `seq`.
    #[must_use]
    pub const fn of_past(view: View, seq: i64, entity_refs: Vec<String>) -> Self {
        Self {
            view,
            epoch: None,
            rows: Vec::new(),
            next: 0,
            filter: Filter::everything(),
            past: Some((seq, entity_refs)),
        }
    }

    async fn next_of_past(&mut self) -> Result<Option<Vec<Bytes>>> {
        let Some((seq, entity_refs)) = &self.past else { return Ok(None) };
        let end = entity_refs.len().min(self.next + PORTION);
        let refs = &entity_refs[self.next..end];
        self.next = end;
        if refs.is_empty() { Ok(None) } else { self.view.documents_at(*seq, refs).await.map(Some) }
    }

    /// The next ones; `None` at the end.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn next(&mut self) -> Result<Option<Vec<Bytes>>> {
        if self.past.is_some() {
            return self.next_of_past().await;
        }
        let end = self.rows.len().min(self.next + PORTION);
        if self.next == end {
            return Ok(None);
        }
        let rows = &self.rows[self.next..end];
        self.next = end;
        let cache = self.view.catalogs.documents();
        let mut documents = match self.epoch {
            Some(epoch) => cache.get(self.view.tenant, epoch, rows),
            None => vec![None; rows.len()],
        };
        let missing: Vec<u32> =
            rows.iter().zip(&documents).filter(|(_, known)| known.is_none()).map(|(row, _)| row.number).collect();
        if !missing.is_empty() {
            // Not kept: a long list would push out what short ones need.
            let mut tx = self.view.db.snapshot(self.view.tenant).await?;
            let read = index::documents(&mut tx, &missing).await?;
            let is_other = |row: &&Found| read.get(&row.number).is_some_and(|(found, _)| found != *row);
            let changed: Vec<u32> = rows.iter().filter(is_other).map(|row| row.number).collect();
            let matching = match changed.is_empty() {
                true => Vec::new(),
                false => entities::matching(&mut tx, &changed, &self.filter).await?,
            };
            for (row, document) in rows.iter().zip(&mut documents).filter(|(_, document)| document.is_none()) {
                let read = read.get(&row.number).filter(|(found, _)| found == row || matching.contains(&row.number));
                *document = read.map(|(_, text)| text.clone());
            }
        }
        Ok(Some(documents.into_iter().flatten().collect()))
    }
}
