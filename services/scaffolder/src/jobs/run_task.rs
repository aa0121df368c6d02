//! One task, from the queue to its end, to a gate, or to the next process.

use super::ending;
use crate::State;
use crate::domain::failure::{Failure, Outcome};
use crate::domain::platform_token;
use crate::domain::redaction::masked;
use crate::domain::secret_names::mentioned;
use crate::owner;
use crate::runner::gate::{Look, look};
use crate::runner::journal::{Journal, StoredJournal};
use crate::runner::{Base, Conclusion, Durable, EngineHandle, History, Resumed, Run, pursue};
use crate::snapshot::{Snapshots, Taken};
use crate::store::gate::find_waiting_gate;
use crate::store::task::{self, Claimed};
use crate::workspace::Workspace;
use http_shell::{Caller, GrantedSecrets, Grantee};
use kernel::{Error, Principal, Result};
use serde_json::{Map, Value};
use std::path::Path;
use std::time::{Duration, Instant};
use store::queue::{self, Job};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A task in the hands of this process.
struct Held<'a> {
    state: &'a State,
    job: &'a Job,
    task_id: Uuid,
    claimed: Claimed,
    initiator: Principal,
    folder: &'a Path,
    cancelled: CancellationToken,
    stopping: CancellationToken,
}

/// Runs the task that a job is about from where it is.
pub(super) async fn run_task(state: &State, job: &Job, folder: &Path) -> Result<()> {
    let task_id = Uuid::parse_str(&job.key).map_err(Error::internal)?;
    let mut tx = state.db.tenant_with_keys(job.tenant()).await?;
    // Holder and lease change together: whoever comes late, after the lease ran out, must not become the holder.
    if !queue::extend(&mut tx, job, state.config.lease).await? {
        return tx.rollback().await;
    }
    let Some(claimed) = task::claim_task(&mut tx, (task_id, job.lease()), state.config.task_limit).await? else {
        tx.rollback().await?;
        return ending::forget(state, job).await;
    };
    let secrets = task::open_secrets(&mut tx, task_id, claimed.secrets.as_deref()).await?;
    tx.commit().await?;
    let place = (task_id, claimed.generation);
    let Some(initiator) = initiator(state, job, &claimed).await? else {
        let failure = Failure::not_allowed("Whoever started this run is no member of the organisation any more");
        return ending::end(state, job, place, Err(failure)).await;
    };
    let (cancelled, stopping) = (CancellationToken::new(), CancellationToken::new());
    if claimed.cancel_requested {
        cancelled.cancel();
    }
    let held = Held { state, job, task_id, claimed, initiator, folder, cancelled, stopping };
    if let Some(again) = held.still_waits().await? {
        return ending::wait(state, job, task_id, again).await;
    }
    held.run(secrets.as_object().cloned().unwrap_or_default()).await
}

/// On whose behalf the task runs. After it waited, what counts is what they hold now.
async fn initiator(state: &State, job: &Job, claimed: &Claimed) -> Result<Option<Principal>> {
    let then = claimed.initiator.0.clone();
    if claimed.waited { owner::refreshed(state, job.tenant(), then).await } else { Ok(Some(then)) }
}

impl Held<'_> {
    /// Whether the gate at which the task waited is still closed: then nothing else is made ready.
    async fn still_waits(&self) -> Result<Option<Option<Duration>>> {
        if !self.claimed.waited || self.claimed.cancel_requested {
            return Ok(None);
        }
        let mut tx = self.state.db.tenant(self.job.tenant()).await?;
        let Some(gate) = find_waiting_gate(&mut tx, self.task_id).await? else { return Ok(None) };
        tx.rollback().await?;
        let services = self.state.services(self.caller());
        match look(&self.state.db, self.job.tenant(), &gate, &services).await {
            Ok(Look::Waits(again)) => Ok(Some(again)),
            Ok(Look::Ended) => Ok(None),
            // The catalog does not answer: the gate is asked again later.
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, gate = %gate.gate_id, "a gate could not be looked at");
                Ok(Some(Some(Duration::from_secs(10))))
            }
            Err(error) => Err(error),
        }
    }

    fn caller(&self) -> Caller {
        Caller { tenant: self.job.tenant(), principal: self.initiator.clone() }
    }

    async fn run(self, mut secrets: Map<String, Value>) -> Result<()> {
        let (state, job, task_id) = (self.state, self.job, self.task_id);
        let place = (task_id, self.claimed.generation);
        let granted = match self.granted_secrets().await {
            Ok(granted) => granted,
            Err(error) => return ending::end(state, job, place, Err(Failure::from(error))).await,
        };
        // What an administrator granted is not replaced by what somebody sent along.
        let values = granted.values().iter();
        secrets.extend(values.map(|(name, value)| (name.clone(), Value::String(value.clone()))));
        platform_token::add(&mut secrets);
        let texts = || secrets.values().filter_map(Value::as_str);
        let _held = runtime::redaction::hold(texts());
        let mut redaction = granted.redaction().clone();
        redaction.extend(texts());

        let journal =
            Journal::stored(state.db.clone(), job.tenant(), (task_id, job.lease()), redaction, state.news.clone());
        let Some(stored) = journal.as_stored() else { return Ok(()) };
        let _running = state.runs(job.tenant(), task_id, self.cancelled.clone());
        let outcome = tokio::select! {
            outcome = self.perform(&secrets, &journal) => outcome,
            () = self.watch() => {
                tracing::warn!(task = %task_id, "the lease of a running task was lost; another process goes on with it");
                return Ok(());
            }
            () = stored.write_lines() => return Ok(()),
            () = self.shut_down() => {
                flush(stored, &journal).await;
                return ending::hand_over(state, job, task_id).await;
            }
        };
        if stored.is_unwritable() {
            return Err(Error::conflict("its journal could not be written; whoever takes it next goes on from there"));
        }
        let redaction = stored.redaction();
        match outcome {
            Ok(Conclusion::Waits(again)) => ending::wait(state, job, task_id, again).await,
            Ok(Conclusion::Stopped) => ending::hand_over(state, job, task_id).await,
            Ok(Conclusion::Ended(output)) => ending::end(state, job, place, Ok(masked(&output, &redaction))).await,
            Err(failure) => ending::end(state, job, place, Err(failure.redacted(&redaction))).await,
        }
    }

    /// The secrets that are granted to the task's template and mentioned in its steps.
    async fn granted_secrets(&self) -> Result<GrantedSecrets> {
        let spec = &self.claimed.spec.0;
        let Some(template) = spec["templateInfo"]["entityRef"].as_str() else { return Ok(GrantedSecrets::default()) };
        let (names, grantee) = (mentioned(&spec["steps"]), Grantee { kind: "template", id: template });
        GrantedSecrets::resolve(&self.state.client, self.job.tenant(), "scaffolder", grantee, &names).await
    }

    async fn perform(&self, secrets: &Map<String, Value>, journal: &Journal) -> Outcome<Conclusion> {
        let state = self.state;
        let name = self.task_id.to_string();
        // A folder of this attempt's own: one that lost its lease may still be at work beside it, in this very process.
        let unmade = |error| Failure::file(&error, "mkdir", self.folder);
        let folder = tempfile::tempdir_in(self.folder).map_err(unmade)?;
        let workspace = Workspace::create(folder.path(), &name, state.config.workspace).map_err(unmade)?;
        let spec = &self.claimed.spec.0;
        let durable = self.durable(journal, &workspace).await?;
        let run = Run {
            spec,
            secrets,
            name: &name,
            journal,
            engine: EngineHandle::load(state.config.engine).await?,
            workspace,
            services: state.services(self.caller()),
            base: spec["templateInfo"]["baseUrl"].as_str().map_or(Base::Unknown, |url| Base::Url(url.to_owned())),
            dry_run: false,
            cancelled: self.cancelled.clone(),
            durable,
        };
        pursue(&run).await
    }

    /// The run's past, and its files as they were.
    async fn durable(&self, journal: &Journal, workspace: &Workspace) -> Outcome<Durable> {
        let claimed = &self.claimed;
        let snapshots = self.state.objects.clone().map(|objects| {
            let place = (self.task_id, claimed.generation);
            Snapshots::new(objects, self.state.db.clone(), self.job.tenant(), place)
        });
        let taken = Taken::default();
        if let Some(snapshots) = &snapshots {
            match &claimed.snapshot {
                Some(name) => snapshots.restore(name, workspace, &taken).await?,
                None => taken.empty(workspace).await?,
            }
        }
        let history = match journal.as_stored().filter(|_| claimed.begun || claimed.generation > 0) {
            Some(stored) => stored.history().await?,
            None => History::default(),
        };
        let resumed = match (claimed.begun, claimed.waited) {
            (false, _) => Resumed::No,
            (true, true) => Resumed::AfterWaiting,
            (true, false) => Resumed::AfterLoss,
        };
        let left = Duration::try_from_secs_f64(claimed.seconds_left.max(0.0)).unwrap_or_default();
        Ok(Durable {
            history,
            snapshots,
            taken,
            generation: claimed.generation,
            resumed,
            deadline: Some(Instant::now() + left),
            step_limit: Some(self.state.config.step_limit),
            stopping: self.stopping.clone(),
            ..Durable::default()
        })
    }

    /// Says that this process lives, and listens for a cancellation. Returns when the lease is lost.
    async fn watch(&self) {
        loop {
            tokio::time::sleep(self.state.config.heartbeat).await;
            match self.beat().await {
                Ok(Some(true)) => self.cancelled.cancel(),
                Ok(Some(false)) => {}
                Ok(None) => return,
                // The lease outlives a few failed beats.
                Err(error) => tracing::warn!(%error, task = %self.task_id, "a heartbeat failed"),
            }
        }
    }

    /// `None` when the lease was lost; otherwise whether the task was cancelled.
    async fn beat(&self) -> Result<Option<bool>> {
        let mut tx = self.state.db.tenant(self.job.tenant()).await?;
        let cancelled = task::heartbeat(&mut tx, (self.task_id, self.job.lease())).await?;
        let held = queue::extend(&mut tx, self.job, self.state.config.lease).await?;
        tx.commit().await?;
        Ok(cancelled.filter(|_| held))
    }

    /// Waits for the process to stop, then asks the run to stop after its step; returns when it took too long to.
    async fn shut_down(&self) {
        self.state.tasks.shutdown_token().cancelled().await;
        self.stopping.cancel();
        tokio::time::sleep(self.state.config.grace).await;
    }
}

/// What the step that is given up had said is kept.
async fn flush(stored: &StoredJournal, journal: &Journal) {
    if let Err(failure) = journal.flush().await {
        tracing::warn!(%failure, task = %stored.task_id, "log lines could not be written");
    }
}
