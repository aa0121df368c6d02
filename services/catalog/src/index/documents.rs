//! Documents as they were last sent, the least recently used forgotten first.

use super::order::Found;
use bytes::Bytes;
use hashlink::LinkedHashMap;
use kernel::TenantId;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// What an entry costs beside its document.
const OVERHEAD: usize = 160;

#[derive(Debug)]
struct Entry {
    epoch: Uuid,
    seq: i64,
    document: Bytes,
}

#[derive(Debug, Default)]
struct Entries {
    by_entity: LinkedHashMap<(TenantId, u32), Entry>,
    bytes: usize,
}

/// Documents of all organisations, within so many bytes. A document is named by its entity and the change that made it,
/// so that one which is there is right, and nothing ever has to be told to forget.
#[derive(Debug)]
pub struct DocumentCache {
    entries: Mutex<Entries>,
    capacity: usize,
}

impl DocumentCache {
    /// An empty one that holds so many bytes.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { entries: Mutex::default(), capacity }
    }

    /// The documents of these entities, where they are there.
    #[must_use]
    pub fn get(&self, tenant: TenantId, epoch: Uuid, rows: &[Found]) -> Vec<Option<Bytes>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        rows.iter()
            .map(|row| {
                let entry = entries.by_entity.to_back(&(tenant, row.number))?;
                (entry.epoch == epoch && entry.seq == row.seq).then(|| entry.document.clone())
            })
            .collect()
    }

    /// Keeps a document.
    pub fn put(&self, tenant: TenantId, epoch: Uuid, row: Found, document: Bytes) {
        let size = |document: &Bytes| document.len() + OVERHEAD;
        if size(&document) > self.capacity {
            return;
        }
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.bytes += size(&document);
        let replaced = entries.by_entity.insert((tenant, row.number), Entry { epoch, seq: row.seq, document });
        entries.bytes -= replaced.map_or(0, |entry| size(&entry.document));
        while entries.bytes > self.capacity {
            let Some((_, entry)) = entries.by_entity.pop_front() else { break };
            entries.bytes -= size(&entry.document);
        }
    }

    /// Bytes in use, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_within_its_bytes_and_forgets_what_was_not_used_for_longest() {
        let cache = DocumentCache::new(10 * (100 + OVERHEAD));
        let (tenant, epoch) = (TenantId::generate(), Uuid::now_v7());
        let row = |number| Found { number, seq: 1 };
        for number in 0..20 {
            cache.put(tenant, epoch, row(number), Bytes::from(vec![0; 100]));
            // The first one is in use all the time.
            assert!(cache.get(tenant, epoch, &[row(0)])[0].is_some());
            assert!(cache.bytes() <= 10 * (100 + OVERHEAD));
        }
        let found = cache.get(tenant, epoch, &(0..20).map(row).collect::<Vec<_>>());
        let kept: Vec<usize> = found.iter().enumerate().filter(|(_, it)| it.is_some()).map(|(i, _)| i).collect();
        assert_eq!(kept, [0, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    }

    #[test]
    fn a_document_of_another_change_epoch_or_organisation_is_not_given_out() {
        let cache = DocumentCache::new(1 << 20);
        let (tenant, epoch) = (TenantId::generate(), Uuid::now_v7());
        let row = Found { number: 7, seq: 3 };
        cache.put(tenant, epoch, row, Bytes::from_static(b"{}"));
        assert_eq!(cache.get(tenant, epoch, &[row])[0].as_deref(), Some(b"{}".as_slice()));
        assert!(cache.get(tenant, epoch, &[Found { seq: 4, ..row }])[0].is_none());
        assert!(cache.get(tenant, Uuid::now_v7(), &[row])[0].is_none());
        assert!(cache.get(TenantId::generate(), epoch, &[row])[0].is_none());
    }
}
