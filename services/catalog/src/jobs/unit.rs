//! One unit: claimed, read, taken over, and due again. Reading holds no transaction; taking over is one.

use super::LEASE;
use super::process::Pipeline;
use super::reader::Reader;
use crate::State;
use crate::domain::files::{Known, hosts_of};
use crate::domain::kinds::Kinds;
use crate::domain::outcome::{Problem, Run};
use crate::store::back_off::{self, Gate};
use crate::store::refresh::{self, Unit};
use crate::store::{apply, files, kinds, statistics};
use http_shell::Caller;
use kernel::{Error, ErrorKind, Result};
use serde_json::Value;
use std::time::Duration;
use store::TenantTx;
use store::queue::{self, Job, Urgency};

/// How often a sign of life is given.
const KEEP_ALIVE: Duration = Duration::from_secs(3);
/// How long reading one unit may take in all.
const TIME_LIMIT: Duration = Duration::from_secs(300);
/// From how many changed entities on a run makes the planner's statistics worth refreshing.
const MANY: usize = 1000;

/// Works on a unit until it is due again.
pub async fn work(state: &State, job: &Job) {
    if job.attempts > queue::MAX_ATTEMPTS {
        let message = "Every process that tried to read it ended before it was done";
        return give_up(state, job, message.to_owned()).await;
    }
    let worked = tokio::select! {
        worked = tokio::time::timeout(TIME_LIMIT, process(state, job)) => worked,
        () = keep_alive(state, job) => return tracing::warn!("lost the lease; somebody else reads it"),
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
        return give_up(state, job, failure).await;
    }
    if let Err(error) = give_back(state, job, &failure).await {
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
        apply::run(&mut tx, &job.key, &Run::failed(problem.clone()), interval, Urgency::Background).await?;
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

async fn process(state: &State, job: &Job) -> Result<()> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    let Some(loaded) = load(state, &mut tx, job).await? else {
        // The unit is gone: so is its job.
        return if queue::complete(&mut tx, job).await? { tx.commit().await } else { tx.rollback().await };
    };
    if let Gate::Closed(wait) = loaded.gate
        && job.urgency() == Urgency::Background
    {
        let wait = wait.min(state.config.processing_interval);
        refresh::set_next_read(&mut tx, &job.key, wait).await?;
        return commit(tx, job, wait).await;
    }
    tx.commit().await?;
    let reader = Reader::new(state.client.clone(), Caller::service(job.tenant(), "catalog"), job.urgency());
    let pipeline = Pipeline { reader: &reader, kinds: &loaded.kinds };
    let run = match &loaded.entity {
        Ok(entity) => pipeline.run(entity.clone(), &loaded.known).await,
        Err(problem) => Run::failed(problem.clone()),
    };
    note_hosts(state, job, &reader, loaded.gate).await?;
    take_over(state, job, &loaded, run).await
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

async fn take_over(state: &State, job: &Job, loaded: &Loaded, mut run: Run) -> Result<()> {
    let Loaded { unit, known, kinds, .. } = loaded;
    let next_in = next_read(state, unit, &mut run);
    let mut tx = state.db.tenant(job.tenant()).await?;
    if says_nothing_new(unit, known, &run) {
        refresh::set_read(&mut tx, &unit.entity_ref, run.own.as_ref().err(), next_in).await?;
        if run.own.is_err() || run.files.files.iter().any(|file| file.is_news(known)) {
            files::remember(&mut tx, &unit.entity_ref, &run.files, run.own.is_ok()).await?;
        }
        return commit(tx, job, next_in).await;
    }
    // Locks the organisation's counters first: a person who deletes the location meanwhile comes before or after.
    let applied = apply::run(&mut tx, &unit.entity_ref, &run, next_in, job.urgency()).await?;
    tracing::debug!(changed = applied.changed, conflicts = applied.conflicts, failed = run.own.is_err(), "read");
    if !kinds::are_current(&mut tx, &state.config.allowed_kinds, kinds).await? {
        // Judged by kinds that somebody changed meanwhile.
        tx.rollback().await?;
        let tx = state.db.tenant(job.tenant()).await?;
        return commit(tx, job, Duration::ZERO).await;
    }
    commit(tx, job, next_in).await?;
    if applied.changed >= MANY {
        let mut tx = state.db.tenant(job.tenant()).await?;
        if let Err(error) = statistics::refresh(&mut tx).await {
            tracing::warn!(%error, "the planner's statistics stay old until autovacuum comes by");
        }
        tx.commit().await?;
    }
    Ok(())
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
