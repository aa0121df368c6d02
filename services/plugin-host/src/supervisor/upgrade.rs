//! Two versions of one plugin side by side: starting one beside the one that answers, putting it in its place, and holding
//! requests meanwhile.
//!
//! A request belongs to the worker that it was leased, to its end: putting another in its place lets the former finish.

use super::launch::Variant;
use super::lease::Lease;
use super::slot::{Command, Handle};
use super::{Supervisor, WorkerState};
use crate::domain::gate::Figures;
use kernel::{Error, Result, TenantId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// A former worker stays for so long at least: somebody may have just been sent to it.
const OVERLAP: Duration = Duration::from_secs(1);
/// How often it is looked whether a worker has finished what it had.
const LOOK: Duration = Duration::from_millis(20);
/// Beyond what a hold may take, for whoever ends it to end it.
const GRACE: Duration = Duration::from_secs(2);

/// Plugins whose requests wait.
pub(super) type Held = Arc<Mutex<HashMap<(TenantId, String), watch::Receiver<()>>>>;

/// A version that runs beside the one that answers. Dropping it stops it.
pub struct Staged {
    handle: Option<Handle>,
}

impl Staged {
    /// A hold on it for one request.
    ///
    /// # Errors
    /// `Unavailable` when it does not run any more.
    pub async fn lease(&self) -> Result<Lease> {
        match &self.handle {
            Some(handle) => Supervisor::lease_of(handle, 0).await,
            None => Err(Error::unavailable("It was stopped.")),
        }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if let Some(handle) = &self.handle {
            Supervisor::tell(handle, Command::Stop);
        }
    }
}

/// Holds a plugin's requests until it is dropped.
pub struct Hold {
    key: (TenantId, String),
    held: Held,
    _open: watch::Sender<()>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

impl Supervisor {
    /// Starts a version beside the one that answers and waits until it is healthy.
    ///
    /// # Errors
    /// `Unavailable`, with the reason, when it does not start.
    pub async fn stage(&self, tenant: TenantId, plugin_id: &str, variant: Variant) -> Result<Staged> {
        // What an administrator changes meanwhile holds for both.
        let reach = self.slot(tenant, plugin_id).reach;
        let handle = self.spawn(tenant, plugin_id, Some(variant), reach);
        let staged = Staged { handle: Some(handle) };
        // The lease proves that it is ready, and is given back.
        staged.lease().await?;
        Ok(staged)
    }

    /// Puts the staged version in the place of the one that answers, which finishes what it has. Returns the figures of
    /// the former.
    pub fn put_in_place(&self, tenant: TenantId, plugin_id: &str, mut staged: Staged) -> Figures {
        let Some(handle) = staged.handle.take() else { return Figures::default() };
        Self::tell(&handle, Command::Adopt);
        let key = (tenant, plugin_id.to_owned());
        let former = self.slots.lock().unwrap_or_else(PoisonError::into_inner).insert(key, handle);
        let Some(former) = former else { return Figures::default() };
        let figures = former.meter.read();
        self.retire(tenant, plugin_id, former);
        figures
    }

    fn retire(&self, tenant: TenantId, plugin_id: &str, former: Handle) {
        let limit = self.launching.config.upgrades.retire;
        let shutdown = self.tasks.shutdown_token();
        self.tasks.spawn(format!("retire {tenant} {plugin_id}"), async move {
            let begun = Instant::now();
            let idle = || former.gauge.read().0 == 0 && begun.elapsed() >= OVERLAP;
            while !shutdown.is_cancelled() && !idle() && begun.elapsed() < limit {
                tokio::time::sleep(LOOK).await;
            }
            Self::tell(&former, Command::Stop);
        });
    }

    /// Makes requests wait. They go on when the hold is dropped.
    #[must_use]
    pub fn hold(&self, tenant: TenantId, plugin_id: &str) -> Hold {
        let (open, waiting) = watch::channel(());
        let key = (tenant, plugin_id.to_owned());
        self.held.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), waiting);
        Hold { key, held: self.held.clone(), _open: open }
    }

    /// Waits until the worker has finished what it has, at most so long. What streams on keeps it busy.
    pub async fn quiet(&self, tenant: TenantId, plugin_id: &str, patience: Duration) {
        let Some(handle) = self.find(tenant, plugin_id) else { return };
        let begun = Instant::now();
        let mut looks = 0;
        while looks < 3 && begun.elapsed() < patience {
            looks = if handle.gauge.read().0 == 0 { looks + 1 } else { 0 };
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Whether a worker runs.
    #[must_use]
    pub fn is_awake(&self, tenant: TenantId, plugin_id: &str) -> bool {
        self.status(tenant, plugin_id).is_some_and(|status| status.state == WorkerState::Ready)
    }

    pub(super) async fn wait_while_held(&self, tenant: TenantId, plugin_id: &str) -> Result<()> {
        let key = (tenant, plugin_id.to_owned());
        let waiting = self.held.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let Some(mut waiting) = waiting else { return Ok(()) };
        let limit = self.launching.config.upgrades.quiet_hold + GRACE;
        // The sender never sends: it ends when the hold does.
        match tokio::time::timeout(limit, waiting.changed()).await {
            Ok(_) => Ok(()),
            Err(_) => Err(Error { retry_after: Some(1), ..Error::unavailable("The plugin is being upgraded.") }),
        }
    }
}
