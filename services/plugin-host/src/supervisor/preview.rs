//! Versions that only those members meet who turned their preview on. Each has a worker of its own beside the published
//! version's, on data of its own; it sleeps and wakes as any other.

use super::Supervisor;
use super::launch::Variant;
use super::lease::Lease;
use super::logs;
use super::slot::{Command, Handle, Status};
use kernel::{Result, TenantId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::plugins::SchemaName;
use uuid::Uuid;

/// Workers by organisation and upload.
pub(super) type Previews = Arc<Mutex<HashMap<(TenantId, Uuid), Preview>>>;

/// One preview's worker.
pub(super) struct Preview {
    plugin_id: String,
    schema: Option<SchemaName>,
    handle: Handle,
}

impl Supervisor {
    /// A hold on the preview's worker for one request; starts it when it sleeps.
    ///
    /// # Errors
    /// `Unavailable`, with the reason, when it cannot start.
    pub async fn lease_preview(
        &self,
        tenant: TenantId,
        plugin_id: &str,
        upload: Uuid,
        variant: Variant,
    ) -> Result<Lease> {
        // What an administrator says about hosts holds for both.
        let reach = self.slot(tenant, plugin_id).reach;
        let handle = {
            let mut previews = self.lock_previews();
            // Data that another process made anew needs another worker.
            if let Some(other) = previews.get(&(tenant, upload)).filter(|known| known.schema != variant.schema) {
                Self::tell(&other.handle, Command::Stop);
                previews.remove(&(tenant, upload));
            }
            let spawned = || Preview {
                plugin_id: plugin_id.to_owned(),
                schema: variant.schema.clone(),
                handle: self.spawn(tenant, plugin_id, Some(variant), reach),
            };
            previews.entry((tenant, upload)).or_insert_with(spawned).handle.clone()
        };
        Self::lease_of(&handle, 0).await
    }

    /// What the preview's worker is doing; `None` when nothing was ever asked of it here.
    #[must_use]
    pub fn preview_status(&self, tenant: TenantId, upload: Uuid) -> Option<Status> {
        self.lock_previews().get(&(tenant, upload)).map(|known| known.handle.status.borrow().clone())
    }

    /// The last lines that the preview's worker wrote.
    #[must_use]
    pub fn preview_logs(&self, tenant: TenantId, upload: Uuid) -> Vec<logs::Line> {
        self.lock_previews().get(&(tenant, upload)).map(|known| known.handle.logs.lines()).unwrap_or_default()
    }

    /// Stops the preview's worker and forgets it.
    pub fn end_preview(&self, tenant: TenantId, upload: Uuid) {
        let ended = self.lock_previews().remove(&(tenant, upload));
        if let Some(ended) = ended {
            Self::tell(&ended.handle, Command::Stop);
        }
    }

    pub(super) fn previews_changed(&self, tenant: TenantId, plugin_id: &str) {
        for ((whose, _), known) in self.lock_previews().iter() {
            if *whose == tenant && known.plugin_id == plugin_id {
                Self::tell(&known.handle, Command::Changed);
            }
        }
    }

    pub(super) fn all_previews(&self) -> Vec<Handle> {
        self.lock_previews().values().map(|known| known.handle.clone()).collect()
    }

    fn lock_previews(&self) -> MutexGuard<'_, HashMap<(TenantId, Uuid), Preview>> {
        self.previews.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
