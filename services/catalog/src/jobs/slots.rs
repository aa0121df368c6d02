//! Slots for reading: so many units are read at the same time.

use std::sync::Arc;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// All slots of a process.
pub struct Slots {
    permits: Arc<Semaphore>,
    freed: Arc<Notify>,
}

impl Slots {
    /// So many.
    pub fn new(count: u16) -> Self {
        Self { permits: Arc::new(Semaphore::new(usize::from(count))), freed: Arc::default() }
    }

    /// How many are free.
    pub fn free(&self) -> u16 {
        u16::try_from(self.permits.available_permits()).unwrap_or(u16::MAX)
    }

    /// Takes one; `None` when none is free.
    pub fn take(&self) -> Option<Slot> {
        let permit = self.permits.clone().try_acquire_owned().ok()?;
        Some(Slot { permit: Some(permit), freed: self.freed.clone() })
    }

    /// Waits until one was given back since the last call.
    pub async fn freed(&self) {
        self.freed.notified().await;
    }
}

/// A slot that is given back when it is dropped.
pub struct Slot {
    permit: Option<OwnedSemaphorePermit>,
    freed: Arc<Notify>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        drop(self.permit.take());
        self.freed.notify_one();
    }
}
