//! The actor that drives one worker: it feeds events to the life cycle, carries out its actions and hands out leases.
//!
//! Everything about one worker happens here in one order, so a lease is never given for a worker that is going away.

use super::budget::{Budget, Owner};
use super::doors::Reach;
use super::launch::{Launching, Spec, Variant};
use super::lease::{Gauge, Lease};
use super::logs::Logs;
use super::meter::Meter;
use super::process::{self, Process, Report, Surroundings};
use super::vitals::Vitals;
use crate::domain::lifecycle::{Action, Event, Next, Phase, Worker, step};
use crate::domain::reason::{Ending, Reason};
use kernel::{Error, Result, TenantId};
use runtime::Tasks;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::Instant;
use utoipa::ToSchema;

/// How often deadlines are looked at.
const TICK: Duration = Duration::from_millis(100);

/// What people are told about a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WorkerState {
    /// A package of the plugin is being installed; no slot says this of itself.
    Installing,
    /// There is no process; the next request starts one.
    Stopped,
    /// On its way.
    Starting,
    /// Takes requests.
    Ready,
    /// Failed, and is tried again after a while.
    BackingOff,
    /// Failed, and stays so until somebody acts.
    Failed,
}

/// A worker as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// A draining worker is shown as what comes after.
    pub state: WorkerState,
    /// What is wrong, in plain words.
    pub message: Option<String>,
    /// When that began.
    pub since: OffsetDateTime,
    /// How often it was started again after a failure.
    pub restarts: u32,
}

/// What a slot is asked.
#[derive(Debug)]
pub enum Command {
    /// A request needs the worker as of this revision of its installation.
    Lease(i64, oneshot::Sender<Result<Lease>>),
    /// Start afresh.
    Restart,
    /// The installation changed.
    Changed,
    /// Stop; the plugin was removed.
    Stop,
    /// Sleep if there is nothing to do: somebody else needs the place.
    Rest,
    /// From now on it is what the rows say.
    Adopt,
}

/// Talks to a slot.
#[derive(Debug, Clone)]
pub struct Handle {
    /// Takes commands.
    pub commands: mpsc::UnboundedSender<Command>,
    /// What the worker is doing.
    pub status: watch::Receiver<Status>,
    /// What it wrote.
    pub logs: Arc<Logs>,
    /// The hosts that it may reach.
    pub reach: Arc<Reach>,
    /// Requests that it works on.
    pub gauge: Arc<Gauge>,
    /// What it did so far.
    pub meter: Arc<Meter>,
    /// What it takes.
    pub vitals: Arc<Vitals>,
}

/// One worker's actor.
pub struct Slot {
    tenant: TenantId,
    plugin_id: String,
    /// What it runs instead of what the rows say.
    variant: Option<Variant>,
    launching: Arc<Launching>,
    tasks: Tasks,
    worker: Worker,
    epoch: Instant,
    /// Number of the newest process; reports of older ones mean nothing any more.
    number: u64,
    process: Option<Process>,
    revision: i64,
    waiting: Vec<oneshot::Sender<Result<Lease>>>,
    gauge: Arc<Gauge>,
    budget: Arc<Budget>,
    reach: Arc<Reach>,
    commands: mpsc::WeakUnboundedSender<Command>,
    meter: Arc<Meter>,
    vitals: Arc<Vitals>,
    permits: Arc<Semaphore>,
    status: watch::Sender<Status>,
    logs: Arc<Logs>,
    reports: mpsc::UnboundedSender<(u64, Report)>,
    launched: mpsc::UnboundedSender<(u64, i64, Result<Process, Reason>)>,
}

impl Slot {
    /// Spawns the actor.
    #[must_use]
    pub fn spawn(
        (tenant, plugin_id): (TenantId, &str),
        variant: Option<Variant>,
        launching: Arc<Launching>,
        budget: Arc<Budget>,
        reach: Arc<Reach>,
        tasks: &Tasks,
    ) -> Handle {
        let (commands, asked) = mpsc::unbounded_channel();
        let (reports, reported) = mpsc::unbounded_channel();
        let (launched, starts) = mpsc::unbounded_channel();
        let since = launching.clock.now();
        let (status, shown) = watch::channel(Status { state: WorkerState::Stopped, message: None, since, restarts: 0 });
        let logs = Arc::new(Logs::default());
        let (gauge, meter) = (Arc::new(Gauge::default()), Arc::new(Meter::default()));
        let vitals = Arc::new(Vitals::default());
        let slot = Self {
            tenant,
            plugin_id: plugin_id.to_owned(),
            variant,
            permits: Arc::new(Semaphore::new(launching.config.concurrency)),
            launching,
            tasks: tasks.clone(),
            worker: Worker::default(),
            epoch: Instant::now(),
            number: 0,
            process: None,
            revision: 0,
            waiting: Vec::new(),
            gauge: gauge.clone(),
            meter: meter.clone(),
            vitals: vitals.clone(),
            budget,
            reach: reach.clone(),
            commands: commands.downgrade(),
            status,
            logs: logs.clone(),
            reports,
            launched,
        };
        tasks.spawn(format!("plugin {tenant} {plugin_id}"), slot.run(asked, reported, starts));
        Handle { commands, status: shown, logs, reach, gauge, meter, vitals }
    }

    async fn run(
        mut self,
        mut commands: mpsc::UnboundedReceiver<Command>,
        mut reports: mpsc::UnboundedReceiver<(u64, Report)>,
        mut starts: mpsc::UnboundedReceiver<(u64, i64, Result<Process, Reason>)>,
    ) {
        let shutdown = self.tasks.shutdown_token();
        let mut removed = false;
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let resting = matches!(self.worker.phase, Phase::Stopped | Phase::Failed { .. });
            if shutdown.is_cancelled() || removed {
                if !matches!(self.worker.phase, Phase::Draining { next: Next::Stop, .. } | Phase::Stopped) {
                    self.apply(Event::Stop);
                }
                if self.worker.phase == Phase::Stopped {
                    self.refuse_all("The plugin was stopped.");
                    return;
                }
            }
            tokio::select! {
                () = shutdown.cancelled(), if !shutdown.is_cancelled() => {}
                command = commands.recv(), if !removed => match command {
                    Some(command) => self.obey(command),
                    None => removed = true,
                },
                Some((number, report)) = reports.recv() => self.hear(number, report),
                Some((number, revision, result)) = starts.recv() => self.started(number, revision, result),
                _ = ticks.tick(), if !resting => {
                    let (in_flight, idle) = self.gauge.read();
                    self.apply(Event::Tick { in_flight, idle });
                }
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Lease(revision, answer) => {
                if revision > self.revision && self.revision > 0 {
                    self.revision = revision;
                    self.apply(Event::Changed);
                }
                self.waiting.push(answer);
                self.apply(Event::Wanted);
            }
            Command::Restart => self.apply(Event::Restart),
            Command::Changed => self.apply(Event::Changed),
            Command::Stop => self.apply(Event::Stop),
            Command::Rest => {
                let (in_flight, _) = self.gauge.read();
                self.apply(Event::Tick { in_flight, idle: Duration::MAX });
            }
            Command::Adopt => self.variant = None,
        }
    }

    fn hear(&mut self, number: u64, report: Report) {
        if number != self.number {
            return;
        }
        match report {
            Report::Ready => {
                self.gauge.touch();
                self.apply(Event::Ready);
                if !self.variant.as_ref().is_some_and(|variant| variant.preview) {
                    self.launching.has_started(self.tenant, &self.plugin_id);
                }
            }
            Report::Health(true) => self.apply(Event::Healthy),
            Report::Health(false) => self.apply(Event::Missed),
            Report::Fatal(reason) => {
                self.process = None;
                self.number += 1;
                self.apply(Event::Failed(reason));
            }
            Report::Ended(ending) => {
                self.process = None;
                let drained = matches!(self.worker.phase, Phase::Draining { .. });
                self.apply(match ending {
                    Ending::Code(_) if drained => Event::Drained,
                    ending => Event::Failed(Reason::Exited(ending)),
                });
            }
        }
    }

    fn started(&mut self, number: u64, revision: i64, result: Result<Process, Reason>) {
        // A process that nobody waits for any more is killed by being dropped.
        if number != self.number {
            return;
        }
        match result {
            Ok(process) => {
                self.revision = self.revision.max(revision);
                // It may have become ready, or have ended, before we heard that it was started.
                if matches!(self.worker.phase, Phase::Starting { .. } | Phase::Ready | Phase::Draining { .. }) {
                    self.process = Some(process);
                    self.answer();
                }
            }
            Err(reason) => self.apply(Event::Failed(reason)),
        }
    }

    /// One step of the life cycle, with what follows from it.
    fn apply(&mut self, event: Event) {
        let now = self.epoch.elapsed();
        let before = std::mem::take(&mut self.worker);
        let phase_before = before.phase.clone();
        let (worker, actions) = step(before, event, now, &self.launching.config.limits);
        self.worker = worker;
        for action in actions {
            match action {
                Action::Spawn => self.start(),
                Action::Terminate => {
                    if let Some(process) = &self.process {
                        process.terminate();
                    }
                }
                Action::Kill => {
                    self.process = None;
                    self.number += 1;
                }
            }
        }
        if self.worker.phase != phase_before {
            self.publish();
        }
        self.answer();
    }

    fn start(&mut self) {
        self.number += 1;
        let around = Surroundings {
            reports: self.reports.clone(),
            number: self.number,
            logs: self.logs.clone(),
            vitals: self.vitals.clone(),
            tasks: self.tasks.clone(),
            launching: self.launching.clone(),
        };
        let (tenant, plugin_id, launched) = (self.tenant, self.plugin_id.clone(), self.launched.clone());
        let start = Start {
            tenant,
            plugin_id: plugin_id.clone(),
            variant: self.variant.clone(),
            budget: self.budget.clone(),
            owner: Owner { tenant, gauge: self.gauge.clone(), commands: self.commands.clone() },
            reach: self.reach.clone(),
        };
        self.tasks.spawn(format!("start {tenant} {plugin_id}"), async move {
            let (revision, process) = match start.run(&around).await {
                Ok((revision, process)) => (revision, Ok(process)),
                Err(reason) => (0, Err(reason)),
            };
            // Without a slot the process is dropped, and so killed.
            drop(launched.send((around.number, revision, process)));
        });
    }

    /// Gives those who wait what can be given now.
    fn answer(&mut self) {
        match &self.worker.phase {
            Phase::Ready => {
                let Some(process) = &self.process else { return };
                for waiting in self.waiting.drain(..) {
                    let client = process.client.clone();
                    let lease = Lease::new(client, self.gauge.clone(), self.permits.clone(), self.meter.clone());
                    // Whoever went away drops the lease.
                    drop(waiting.send(Ok(lease)));
                }
            }
            Phase::Starting { .. } | Phase::Draining { next: Next::Start, .. } => {}
            Phase::Draining { next: Next::Stop, .. } | Phase::Stopped => {
                self.refuse_all("The plugin was stopped.");
            }
            Phase::BackingOff { .. } | Phase::Failed { .. } => {
                let message = self.status.borrow().message.clone().unwrap_or_default();
                self.refuse_all(&message);
            }
        }
    }

    fn refuse_all(&mut self, message: &str) {
        for waiting in self.waiting.drain(..) {
            drop(waiting.send(Err(Error::unavailable(message))));
        }
    }

    fn publish(&self) {
        let (state, message) = match &self.worker.phase {
            Phase::Stopped | Phase::Draining { next: Next::Stop, .. } => (WorkerState::Stopped, None),
            Phase::Starting { .. } | Phase::Draining { next: Next::Start, .. } => (WorkerState::Starting, None),
            Phase::Ready => (WorkerState::Ready, None),
            Phase::BackingOff { reason, .. } => (WorkerState::BackingOff, Some(reason.to_string())),
            Phase::Failed { reason, .. } => (WorkerState::Failed, Some(reason.to_string())),
        };
        let since = self.launching.clock.now();
        if let Some(message) = &message {
            self.meter.failure();
            self.logs.note(since, message.clone());
            tracing::warn!(tenant = %self.tenant, plugin = self.plugin_id, ?state, message, "a plugin's worker");
        }
        self.status.send_replace(Status { state, message, since, restarts: self.worker.restarts });
    }
}

/// One start, from the wait for a place to the running process.
struct Start {
    tenant: TenantId,
    plugin_id: String,
    variant: Option<Variant>,
    budget: Arc<Budget>,
    owner: Owner,
    reach: Arc<Reach>,
}

impl Start {
    async fn run(self, around: &Surroundings) -> Result<(i64, Process), Reason> {
        let launching = &around.launching;
        launching.isolation.check()?;
        let place = self.budget.place(self.owner).await.ok_or(Reason::Crowded)?;
        let turn = self.budget.turn().await.ok_or(Reason::Crowded)?;
        let cell = launching.isolation.cell(self.tenant, &self.plugin_id);
        let cell = cell.map_err(|error| Reason::CannotExecute(error.to_string()))?;
        let variant = self.variant.as_ref();
        let spec = launching.prepare(self.tenant, &self.plugin_id, variant, &cell, &self.reach).await?;
        let Spec { revision, .. } = spec;
        around.logs.mask(spec.secrets.redaction());
        Ok((revision, process::start(spec, cell, (place, turn), around).await?))
    }
}
