//! Supervises workers: one per organisation and plugin answers, started when a request needs it; during an upgrade another
//! version runs beside it.
//!
//! Invariants: no worker outlives this process (its life is bound to ours by the kernel, and by its lifeline); what a
//! worker says about itself changes nothing but its own state; a worker that fails takes nothing else with it.
//!
//! Reading order: [`Supervisor`], `slot`, `process`, `launch`; then `isolation` for what surrounds a worker, `doors` for
//! what leads out of it, [`budget`] for how many are awake, `watch` for what the kernel does not limit.

pub mod budget;
mod client;
mod doors;
pub mod isolation;
pub mod launch;
mod lease;
pub mod logs;
mod meter;
mod preview;
mod process;
mod slot;
mod upgrade;
mod users;
mod vitals;
pub(crate) mod watch;

pub use lease::Lease;
pub use slot::{Status, WorkerState};
pub use upgrade::Staged;

use crate::domain::egress::Rules;
use crate::domain::gate::Figures;
use budget::Budget;
use doors::Reach;
use kernel::{Error, Result, TenantId};
use launch::{Launching, Variant};
use runtime::Tasks;
use runtime::sandbox::cgroup::Usage;
use slot::{Command, Handle, Slot};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// A worker as the operator sees it.
#[derive(Debug, Clone)]
pub struct Running {
    /// Whose.
    pub tenant: TenantId,
    /// Which plugin's.
    pub plugin_id: String,
    /// How it is.
    pub status: Status,
    /// Requests that it works on.
    pub in_flight: usize,
    /// What it did so far.
    pub figures: Figures,
    /// What its process takes; `None` without one.
    pub usage: Option<Usage>,
}

/// All workers of this process. Clones share them.
#[derive(Clone)]
pub struct Supervisor {
    slots: Arc<Mutex<HashMap<(TenantId, String), Handle>>>,
    held: upgrade::Held,
    previews: preview::Previews,
    launching: Arc<Launching>,
    budget: Arc<Budget>,
    tasks: Tasks,
}

impl Supervisor {
    /// No workers yet.
    #[must_use]
    pub fn new(launching: Arc<Launching>, tasks: Tasks) -> Self {
        let budget = Budget::new(launching.config.awake);
        Self {
            slots: Arc::default(),
            held: upgrade::Held::default(),
            previews: Default::default(),
            launching,
            budget,
            tasks,
        }
    }

    /// A hold on the worker for one request, as of `revision` of its installation; starts it when it sleeps.
    ///
    /// # Errors
    /// `Unavailable`, with the reason, when the worker cannot start.
    pub async fn lease(&self, tenant: TenantId, plugin_id: &str, revision: i64) -> Result<Lease> {
        self.wait_while_held(tenant, plugin_id).await?;
        let slot = self.slot(tenant, plugin_id);
        let leased = Self::lease_of(&slot, revision).await;
        if leased.is_err() {
            slot.meter.count(true, Duration::ZERO);
        }
        leased
    }

    async fn lease_of(slot: &Handle, revision: i64) -> Result<Lease> {
        let (answer, answered) = oneshot::channel();
        let stopping = || Error::unavailable("The platform is stopping.");
        slot.commands.send(Command::Lease(revision, answer)).map_err(|_| stopping())?;
        answered.await.map_err(|_| stopping())?
    }

    /// What the worker that answers now did so far.
    #[must_use]
    pub fn figures(&self, tenant: TenantId, plugin_id: &str) -> Figures {
        self.find(tenant, plugin_id).map(|handle| handle.meter.read()).unwrap_or_default()
    }

    /// What the worker takes of the machine, and how many processes it had; `None` when nothing was ever asked of it.
    #[must_use]
    pub fn vitals(&self, tenant: TenantId, plugin_id: &str) -> Option<(u64, Option<(Usage, u64)>)> {
        let handle = self.find(tenant, plugin_id)?;
        Some((handle.vitals.starts(), handle.vitals.usage(&self.launching.isolation.processes)))
    }

    /// What the worker is doing; `None` when nothing was ever asked of it.
    #[must_use]
    pub fn status(&self, tenant: TenantId, plugin_id: &str) -> Option<Status> {
        self.find(tenant, plugin_id).map(|handle| handle.status.borrow().clone())
    }

    /// Every worker that has a process or is to get one, in no order; what it takes where it runs.
    #[must_use]
    pub fn list(&self) -> Vec<Running> {
        let slots: Vec<_> = {
            let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            slots.iter().map(|(key, handle)| (key.clone(), handle.clone())).collect()
        };
        let processes = &self.launching.isolation.processes;
        let running = |((tenant, plugin_id), handle): ((TenantId, String), Handle)| {
            let status = handle.status.borrow().clone();
            let (in_flight, _) = handle.gauge.read();
            let usage = handle.vitals.usage(processes).map(|(usage, _)| usage);
            Running { tenant, plugin_id, status, in_flight, figures: handle.meter.read(), usage }
        };
        slots.into_iter().map(running).filter(|running| running.status.state != WorkerState::Stopped).collect()
    }

    /// How workers are separated from the host.
    #[must_use]
    pub fn isolation(&self) -> isolation::View {
        self.launching.isolation.view()
    }

    /// How many workers are awake, or on their way.
    #[must_use]
    pub fn awake(&self) -> usize {
        self.budget.awake()
    }

    /// Changes the list of hosts under a running worker.
    pub fn set_reach(&self, tenant: TenantId, plugin_id: &str, rules: Rules) {
        if let Some(handle) = self.find(tenant, plugin_id) {
            handle.reach.set(rules);
        }
    }

    /// The last lines that the worker wrote.
    #[must_use]
    pub fn logs(&self, tenant: TenantId, plugin_id: &str) -> Vec<logs::Line> {
        self.find(tenant, plugin_id).map(|handle| handle.logs.lines()).unwrap_or_default()
    }

    /// Starts it afresh: requests in flight are finished by the old process.
    pub fn restart(&self, tenant: TenantId, plugin_id: &str) {
        Self::tell(&self.slot(tenant, plugin_id), Command::Restart);
    }

    /// Makes the next request meet a process that knows the changed installation.
    pub fn changed(&self, tenant: TenantId, plugin_id: &str) {
        if let Some(handle) = self.find(tenant, plugin_id) {
            Self::tell(&handle, Command::Changed);
        }
        self.previews_changed(tenant, plugin_id);
    }

    /// As [`changed`](Self::changed), for every worker that was given secrets.
    pub fn all_with_secrets_changed(&self) {
        let live: Vec<Handle> = self.slots.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        for handle in live.into_iter().chain(self.all_previews()) {
            if handle.logs.masks_secrets() {
                Self::tell(&handle, Command::Changed);
            }
        }
    }

    /// Stops it and forgets it.
    pub fn remove(&self, tenant: TenantId, plugin_id: &str) {
        let key = (tenant, plugin_id.to_owned());
        let removed = self.slots.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        if let Some(handle) = removed {
            Self::tell(&handle, Command::Stop);
        }
    }

    fn tell(handle: &Handle, command: Command) {
        // A slot ends only when the platform stops, and then there is nothing to tell it.
        drop(handle.commands.send(command));
    }

    fn find(&self, tenant: TenantId, plugin_id: &str) -> Option<Handle> {
        let key = (tenant, plugin_id.to_owned());
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
    }

    fn spawn(&self, tenant: TenantId, plugin_id: &str, variant: Option<Variant>, reach: Arc<Reach>) -> Handle {
        let (launching, budget) = (self.launching.clone(), self.budget.clone());
        Slot::spawn((tenant, plugin_id), variant, launching, budget, reach, &self.tasks)
    }

    fn slot(&self, tenant: TenantId, plugin_id: &str) -> Handle {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots
            .entry((tenant, plugin_id.to_owned()))
            .or_insert_with(|| self.spawn(tenant, plugin_id, None, Arc::default()))
            .clone()
    }
}
