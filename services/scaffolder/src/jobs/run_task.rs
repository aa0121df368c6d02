//! One task, from the queue to its end.

use super::ending::{self, Ending};
use crate::State;
use crate::actions::Services;
use crate::domain::failure::{Failure, Outcome};
use crate::domain::platform_token;
use crate::domain::redaction::masked;
use crate::domain::secret_names::mentioned;
use crate::runner::journal::Journal;
use crate::runner::{Base, EngineHandle, Run, execute};
use crate::store::task::{self, Claimed};
use crate::workspace::Workspace;
use http_shell::{Caller, GrantedSecrets, Grantee};
use kernel::{Error, Result};
use serde_json::{Map, Value};
use store::queue::{self, Job};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Runs the task that a job is about, or closes it where an earlier process began it.
pub(super) async fn run_task(state: &State, job: &Job) -> Result<()> {
    let task_id = Uuid::parse_str(&job.key).map_err(Error::internal)?;
    let mut tx = state.db.tenant_with_keys(job.tenant()).await?;
    let Some(claimed) = task::claim_task(&mut tx, task_id).await? else {
        tx.rollback().await?;
        return ending::end(state, job, task_id, Ending::Interrupted).await;
    };
    let secrets = task::open_secrets(&mut tx, task_id, claimed.secrets.as_deref()).await?;
    tx.commit().await?;
    let mut secrets = secrets.as_object().cloned().unwrap_or_default();
    let granted = match granted_secrets(state, job, &claimed.spec.0).await {
        Ok(granted) => granted,
        Err(error) => {
            let failure = Failure::from(error);
            return ending::end(state, job, task_id, Ending::Ran(Err(failure))).await;
        }
    };
    // What an administrator granted is not replaced by what somebody sent along.
    let values = granted.values().iter();
    secrets.extend(values.map(|(name, value)| (name.clone(), Value::String(value.clone()))));
    platform_token::add(&mut secrets);
    let texts = || secrets.values().filter_map(Value::as_str);
    let _held = runtime::redaction::hold(texts());
    let mut redaction = granted.redaction().clone();
    redaction.extend(texts());

    let journal = Journal::stored(state.db.clone(), job.tenant(), task_id, redaction.clone());
    let cancelled = CancellationToken::new();
    let run = perform(state, job, task_id, &claimed, &secrets, &journal, cancelled.clone());
    let watch = watch(state, job, task_id, &journal, &cancelled);
    let shutdown = state.tasks.shutdown_token();
    let outcome = tokio::select! {
        outcome = run => outcome,
        () = watch => {
            tracing::warn!(task = %task_id, "the lease of a running task was lost; another process closes it");
            return Ok(());
        }
        () = shutdown.cancelled() => return ending::end(state, job, task_id, Ending::Interrupted).await,
    };
    let outcome = match outcome {
        Ok(output) => Ok(masked(&output, &redaction)),
        Err(failure) => Err(failure.redacted(&redaction)),
    };
    ending::end(state, job, task_id, Ending::Ran(outcome)).await
}

/// The secrets that are granted to the task's template and mentioned in its steps.
async fn granted_secrets(state: &State, job: &Job, spec: &Value) -> Result<GrantedSecrets> {
    let Some(template) = spec["templateInfo"]["entityRef"].as_str() else { return Ok(GrantedSecrets::default()) };
    let (names, grantee) = (mentioned(&spec["steps"]), Grantee { kind: "template", id: template });
    GrantedSecrets::resolve(&state.client, job.tenant(), "scaffolder", grantee, &names).await
}

async fn perform(
    state: &State,
    job: &Job,
    task_id: Uuid,
    claimed: &Claimed,
    secrets: &Map<String, Value>,
    journal: &Journal,
    cancelled: CancellationToken,
) -> Outcome<Value> {
    let name = task_id.to_string();
    let workspace = Workspace::create(&state.config.workspaces, &name, state.config.workspace)
        .map_err(|error| Failure::file(&error, "mkdir", &state.config.workspaces))?;
    let spec = &claimed.spec.0;
    let caller = Caller { tenant: job.tenant(), principal: claimed.initiator.0.clone() };
    let run = Run {
        spec,
        secrets,
        name: &name,
        journal,
        engine: EngineHandle::load(state.config.engine).await?,
        workspace,
        services: Services::new(state.client.clone(), caller),
        base: spec["templateInfo"]["baseUrl"].as_str().map_or(Base::Unknown, |url| Base::Url(url.to_owned())),
        dry_run: false,
        cancelled,
    };
    execute(&run).await
}

/// Says that this process lives, and listens for a cancellation. Returns when the lease is lost.
async fn watch(state: &State, job: &Job, task_id: Uuid, journal: &Journal, cancelled: &CancellationToken) {
    loop {
        tokio::time::sleep(state.config.heartbeat).await;
        match beat(state, job, task_id).await {
            Ok(Some(true)) => cancelled.cancel(),
            Ok(Some(false)) => {}
            Ok(None) => return,
            // The lease outlives a few failed beats.
            Err(error) => tracing::warn!(%error, task = %task_id, "a heartbeat failed"),
        }
        if let Err(failure) = journal.flush().await {
            tracing::warn!(%failure, task = %task_id, "log lines could not be written yet");
        }
    }
}

/// `None` when the lease was lost; otherwise whether the task was cancelled.
async fn beat(state: &State, job: &Job, task_id: Uuid) -> Result<Option<bool>> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    let cancelled = task::heartbeat(&mut tx, task_id).await?;
    let held = queue::extend(&mut tx, job, state.config.lease).await?;
    tx.commit().await?;
    Ok(cancelled.filter(|_| held))
}
