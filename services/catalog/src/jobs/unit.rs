//! One unit: claimed, read, taken over, and due again. Reading holds no transaction.

use super::process::Pipeline;
use super::processors::Processors;
use super::reader::Reader;
use super::slots::Slot;
use super::tray::Finished;
use super::{Context, LEASE};
use crate::State;
use crate::domain::files::{Known, hosts_of};
use crate::domain::kinds::Kinds;
use crate::domain::outcome::{Problem, Run};
use crate::store::apply::UnitRun;
use crate::store::back_off::{self, Gate};
use crate::store::refresh::{self, Unit};
use crate::store::{apply, files, kinds};
use http_shell::Caller;
use kernel::{Error, ErrorKind, Result};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use store::TenantTx;
use store::queue::{self, Job, Urgency};

/// How often a sign of life is given.
const KEEP_ALIVE: Duration = Duration::from_secs(3);
/// How long reading one unit may take in all.
const TIME_LIMIT: Duration = Duration::from_secs(300);
/// Works on a unit until it is due again. The slot is for reading alone.
pub async fn work(context: &Context, job: Job, slot: Slot) {
    let state = &context.state;
    let job = Arc::new(job);
    if job.attempts > queue::MAX_ATTEMPTS {
        let message = "Every process that tried to read it ended before it was done";
        return give_up(state, &job, message.to_owned()).await;
    }
    let working = async {
        let read = tokio::time::timeout(TIME_LIMIT, process(state, &job)).await;
        match read {
            Ok(Ok(Some(finished))) => Ok(context.trays.hand_in(context, finished, slot).await),
            Ok(Ok(None)) => {
                // Somebody may have asked for it again meanwhile. What is taken over says so itself.
                state.wake.notify_one();
                Ok(Ok(()))
            }
            Ok(Err(error)) => Ok(Err(error)),
            Err(elapsed) => Err(elapsed),
        }
    };
    let worked = tokio::select! {
        worked = working => worked,
        () = keep_alive(state, &job) => return tracing::warn!("lost the lease; somebody else reads it"),
    };
    let failure = match worked {
        Ok(Ok(())) => return,
        Ok(Err(error)) => {
            tracing::warn!(%error, attempts = job.attempts, "could not take a location over");
            sentence(&error)
        }
        Err(_) => format!("Reading took more than {} s", TIME_LIMIT.as_secs()),
    };
    if job.attempts >= queue::MAX_ATTEMPTS {
        return give_up(state, &job, failure).await;
    }
    if let Err(error) = give_back(state, &job, &failure).await {
        tracing::warn!(%error, "could not give a job back; its lease will run out");
    }
}

/// What people may read of an error.
fn sentence(error: &Error) -> String {
    match error.kind {
        ErrorKind::Internal => "What was read could not be stored; the reason is in the server's log".to_owned(),
        _ => error.message.clone(),
    }
}

async fn give_back(state: &State, job: &Job, failure: &str) -> Result<()> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    queue::fail(&mut tx, job, failure, queue::back_off(job.attempts)).await?;
    tx.commit().await
}

/// Leaves a unit alone until its next usual time, and shows it as failed until then.
async fn give_up(state: &State, job: &Job, failure: String) {
    tracing::error!(attempts = job.attempts, failure, "gave a location up until its next time");
    let problem = Problem::new("Error", failure);
    // What cannot be taken over may be just what is wrong, even of a failure: then the note alone must do.
    for whole in [true, false] {
        match fail(state, job, problem.clone(), whole).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(%error, whole, "could not note that a location was given up"),
        }
    }
}

async fn fail(state: &State, job: &Job, problem: Problem, whole: bool) -> Result<()> {
    let interval = state.config.processing_interval;
    let mut tx = state.db.tenant(job.tenant()).await?;
    if whole {
        let run = Run::failed(problem.clone());
        let urgency = Urgency::Background;
        apply::runs(&mut tx, &[UnitRun { entity_ref: &job.key, run: &run, next_in: interval, urgency }]).await?;
    } else {
        refresh::set_read(&mut tx, &job.key, Some(&problem), interval).await?;
    }
    let ours = queue::give_up(&mut tx, job, &problem.message, interval).await?;
    if ours { tx.commit().await } else { tx.rollback().await }
}

/// Returns when the lease is lost.
async fn keep_alive(state: &State, job: &Job) {
    loop {
        tokio::time::sleep(KEEP_ALIVE).await;
        match extend(state, job).await {
            Ok(true) => {}
            Ok(false) => return,
            // The lease may outlive a database that is away for a moment; taking over checks it anyway.
            Err(error) => tracing::warn!(%error, "cannot extend the lease"),
        }
    }
}

async fn extend(state: &State, job: &Job) -> Result<bool> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    let ours = queue::extend(&mut tx, job, LEASE).await?;
    tx.commit().await?;
    Ok(ours)
}

/// A unit, and what it is read with.
struct Loaded {
    unit: Unit,
    entity: std::result::Result<Value, Problem>,
    known: Known,
    kinds: Kinds,
    gate: Gate,
}

/// Reads a unit. What is to be taken over comes back; whatever changes nothing is noted at once.
async fn process(state: &State, job: &Arc<Job>) -> Result<Option<Finished>> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    let Some(loaded) = load(state, &mut tx, job).await? else {
        // The unit is gone: so is its job.
        if queue::complete(&mut tx, job).await? {
            tx.commit().await?;
        }
        return Ok(None);
    };
    if let Gate::Closed(wait) = loaded.gate
        && job.urgency() == Urgency::Background
    {
        let wait = wait.min(state.config.processing_interval);
        refresh::set_next_read(&mut tx, &job.key, wait).await?;
        return commit(tx, job, wait).await.map(|()| None);
    }
    tx.commit().await?;
    let reader = Reader::new(state.client.clone(), Caller::service(job.tenant(), "catalog"), job.urgency());
    let mut run = match (&loaded.entity, Processors::of(state, job.tenant()).await) {
        (Ok(entity), Ok(processors)) => {
            let pipeline = Pipeline { reader: &reader, kinds: &loaded.kinds, processors: &processors };
            pipeline.run(entity.clone(), &loaded.known).await
        }
        (Ok(_), Err(error)) => {
            let text = format!("The plugins' processors are not known at the moment: {}", error.message);
            Run::failed(Problem { transient: true, ..Problem::new("ServiceUnavailableError", text) })
        }
        (Err(problem), _) => Run::failed(problem.clone()),
    };
    note_hosts(state, job, &reader, loaded.gate).await?;
    let next_in = next_read(state, &loaded.unit, &mut run);
    if says_nothing_new(&loaded.unit, &loaded.known, &run) {
        return note(state, job, &loaded.known, &run, next_in).await.map(|()| None);
    }
    Ok(Some(Finished { job: job.clone(), kinds: loaded.kinds, run, next_in }))
}

async fn load(state: &State, tx: &mut TenantTx, job: &Job) -> Result<Option<Loaded>> {
    let Some(unit) = refresh::find_unit(tx, &job.key).await? else { return Ok(None) };
    let Some(document) = &unit.unprocessed else { return Ok(None) };
    let entity: std::result::Result<Value, Problem> = serde_json::from_str(document)
        .map_err(|error| Problem::new("Error", format!("The stored document is not JSON: {error}")));
    let known = files::known(tx, &job.key, unit.read_all).await?;
    let kinds = kinds::load(tx, &state.config.allowed_kinds).await?;
    let gate = match &entity {
        Ok(entity) => back_off::gate(tx, &hosts_of(entity, &known)).await?,
        Err(_) => Gate::Open,
    };
    Ok(Some(Loaded { unit, entity, known, kinds, gate }))
}

/// Tells the organisation's other units how the hosts are.
async fn note_hosts(state: &State, job: &Job, reader: &Reader, gate: Gate) -> Result<()> {
    let down = reader.down();
    if down.is_empty() && gate == Gate::Open {
        return Ok(());
    }
    let mut tx = state.db.tenant(job.tenant()).await?;
    let well: Vec<String> = reader.answered().into_iter().filter(|host| !down.contains_key(host)).collect();
    back_off::answered(&mut tx, &well).await?;
    for (host, failure) in &down {
        back_off::failed(&mut tx, host, &failure.message, failure.retry_after).await?;
    }
    tx.commit().await
}

/// Notes that a unit was read and came to what it came to before.
async fn note(state: &State, job: &Job, known: &Known, run: &Run, next_in: Duration) -> Result<()> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    refresh::set_read(&mut tx, &job.key, run.own.as_ref().err(), next_in).await?;
    if run.own.is_err() || run.files.files.iter().any(|file| file.is_news(known)) {
        files::remember(&mut tx, &job.key, &run.files, run.own.is_ok()).await?;
    }
    commit(tx, job, next_in).await
}

/// Whether the run came to what the last one came to. Then the catalog does not change.
fn says_nothing_new(unit: &Unit, known: &Known, run: &Run) -> bool {
    match (&unit.problem, &run.own) {
        (None, Ok(_)) => !known.read_all && run.is_idle(),
        (Some(before), Err(now)) => before.is_same(now),
        _ => false,
    }
}

async fn commit(mut tx: TenantTx, job: &Job, next_in: Duration) -> Result<()> {
    // Without the lease, or without the unit, nothing of this transaction may stay.
    if queue::reschedule(&mut tx, job, next_in).await? { tx.commit().await } else { tx.rollback().await }
}

/// When to read next: after the usual time, earlier when what failed may pass by itself.
fn next_read(state: &State, unit: &Unit, run: &mut Run) -> Duration {
    let interval = state.config.processing_interval;
    let failures = unit.problem.as_ref().map_or(0, |last| last.failures) + 1;
    if let Err(problem) = &mut run.own {
        problem.failures = failures;
    }
    if run.is_transient() { queue::back_off(failures + 2).min(interval) } else { interval }
}
