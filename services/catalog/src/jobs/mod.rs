//! Background work: reading Location entities and what they point at.
//!
//! A unit of work is one Location entity. It is read and judged without a transaction, and taken over in one. Several
//! units run at the same time; a unit that fails or hangs delays no other. Whatever was acknowledged is a row and a
//! job of one transaction, so a killed process loses nothing: the lease of its jobs runs out and they are due again.

mod bundles;
pub mod process;
pub mod reader;
mod retention;

use crate::State;
use crate::domain::kinds::Kinds;
use crate::domain::outcome::{Problem, Run};
use crate::store::apply;
use crate::store::kinds;
use crate::store::refresh::{self, QUEUE, Unit};
use crate::store::statistics;
use http_shell::Caller;
use kernel::Result;
use process::Pipeline;
use reader::Reader;
use runtime::Tasks;
use std::sync::Arc;
use std::time::Duration;
use store::queue::{self, Job};
use tokio::sync::Semaphore;
use tracing::Instrument as _;

/// How long a job is ours without a sign of life.
const LEASE: Duration = Duration::from_secs(9);
/// How often a sign of life is given.
const KEEP_ALIVE: Duration = Duration::from_secs(3);
/// How long reading one unit may take in all.
const TIME_LIMIT: Duration = Duration::from_secs(300);

/// From how many changed entities on a run makes the planner's statistics worth refreshing.
const MANY: usize = 1000;

/// Starts the loop that reads what is due.
pub fn start(state: &State, tasks: &Tasks) {
    retention::start(state, tasks);
    let (state, tasks_) = (state.clone(), tasks.clone());
    tasks.spawn("catalog.process", async move { run(state, tasks_).await });
}

async fn run(state: State, tasks: Tasks) {
    let slots = Arc::new(Semaphore::new(usize::from(state.config.concurrency)));
    let shutdown = tasks.shutdown_token();
    while !shutdown.is_cancelled() {
        let free = u16::try_from(slots.available_permits()).unwrap_or(u16::MAX);
        let jobs = if free == 0 { Vec::new() } else { claim(&state, free).await };
        let more = !jobs.is_empty();
        for job in jobs {
            // One permit is free for each job, since only this loop takes them.
            let Ok(permit) = slots.clone().acquire_owned().await else { return };
            let state = state.clone();
            let span = tracing::info_span!("process", tenant = %job.tenant(), unit = %job.key);
            let unit = async move {
                work(&state, &job).await;
                state.wake.notify_one();
                drop(permit);
            };
            tasks.spawn("catalog.process.unit", unit.instrument(span));
        }
        if !more || slots.available_permits() == 0 {
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = state.wake.notified() => {}
                () = tokio::time::sleep(state.config.poll_interval) => {}
            }
        }
    }
}

async fn claim(state: &State, free: u16) -> Vec<Job> {
    queue::claim(&state.db, QUEUE, free, LEASE).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "cannot look for locations to read; will try again");
        Vec::new()
    })
}

async fn work(state: &State, job: &Job) {
    if job.attempts > queue::MAX_ATTEMPTS {
        // Whoever had it before died of it, each time. Asking for a refresh revives it.
        let given_up = give_back(state, job, "Every process that tried to read it ended before it was done").await;
        return tracing::error!(attempts = job.attempts, saved = given_up.is_ok(), "gave a location up");
    }
    let worked = tokio::select! {
        worked = tokio::time::timeout(TIME_LIMIT, process_unit(state, job)) => worked,
        () = keep_alive(state, job) => return tracing::warn!("lost the lease; somebody else reads it"),
    };
    let failure = match worked {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("Reading took more than {} s", TIME_LIMIT.as_secs()),
    };
    tracing::warn!(error = failure, attempts = job.attempts, "could not take a location over; will try again");
    if let Err(error) = give_back(state, job, &failure).await {
        tracing::warn!(%error, "could not give a job back; its lease will run out");
    }
}

async fn give_back(state: &State, job: &Job, failure: &str) -> Result<()> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    queue::fail(&mut tx, job, failure, queue::back_off(job.attempts)).await?;
    tx.commit().await
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

async fn process_unit(state: &State, job: &Job) -> Result<()> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    let unit = refresh::find_unit(&mut tx, &job.key).await?;
    let kinds = kinds::load(&mut tx, &state.config.allowed_kinds).await?;
    tx.rollback().await?;
    let Some((unit, document)) = unit.and_then(|unit| unit.unprocessed.clone().map(|document| (unit, document))) else {
        return finish_without(state, job).await;
    };
    let reader = Reader::new(state.client.clone(), Caller::service(job.tenant(), "catalog"));
    if is_unchanged(&unit, &reader).await {
        return take_over(state, job, &unit, &kinds, None).await;
    }
    let pipeline = Pipeline { reader: &reader, kinds: &kinds };
    let run = match serde_json::from_str(&document) {
        Ok(entity) => pipeline.run(entity).await,
        Err(error) => Run::failed(Problem::new("Error", format!("The stored document is not JSON: {error}"))),
    };
    take_over(state, job, &unit, &kinds, Some(run)).await
}

/// Whether everything that was read last time is still the same. After a failure nothing is taken for granted.
async fn is_unchanged(unit: &Unit, reader: &Reader) -> bool {
    match (&unit.problem, &unit.sources) {
        (None, Some(sources)) => !reader.any_changed(&sources.0).await,
        _ => false,
    }
}

/// The unit is gone: so is its job.
async fn finish_without(state: &State, job: &Job) -> Result<()> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    if queue::complete(&mut tx, job).await? {
        tx.commit().await?;
    }
    Ok(())
}

async fn take_over(state: &State, job: &Job, unit: &Unit, kinds: &Kinds, run: Option<Run>) -> Result<()> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    let Some(mut run) = run else {
        let next_in = state.config.processing_interval;
        refresh::set_read(&mut tx, &unit.entity_ref, None, None, next_in).await?;
        return commit(tx, job, next_in).await;
    };
    let next_in = next_read(state, unit, &mut run);
    // Locks the organisation's counters first: a person who deletes the location meanwhile comes before or after.
    let applied = apply::run(&mut tx, &unit.entity_ref, &run, next_in).await?;
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

async fn commit(mut tx: store::TenantTx, job: &Job, next_in: Duration) -> Result<()> {
    // Without the lease, or without the unit, nothing of this transaction may stay.
    if queue::reschedule(&mut tx, job, next_in).await? { tx.commit().await } else { tx.rollback().await }
}

/// When to read next: after the usual time, earlier when the failure may pass by itself.
fn next_read(state: &State, unit: &Unit, run: &mut Run) -> Duration {
    let interval = state.config.processing_interval;
    let Err(problem) = &mut run.own else { return interval };
    problem.failures = unit.problem.as_ref().map_or(0, |last| last.failures) + 1;
    if problem.transient { queue::back_off(problem.failures + 2).min(interval) } else { interval }
}
