//! Starts what is due by the clock, as the member who owns the schedule: what they may do then is what counts.
//!
//! The task's id follows from the schedule and the time, so that one time starts one task, whoever dies when.

use crate::State;
use crate::domain::cron::Timetable;
use crate::http::{Launch, Order, launch};
use crate::owner;
use crate::store::schedule::{self, Schedule};
use crate::store::task;
use authz::Permission;
use credential::Digest;
use http_shell::{Access, Caller};
use kernel::{EntityRef, Error, Principal, RefDefaults, Result};
use serde_json::{Value, json};
use std::time::Duration;
use store::TenantTx;
use store::queue::{self, Job, NewJob};
use time::OffsetDateTime;
use uuid::Uuid;

const QUEUE: &str = "scaffolder.schedule";
const LEASE: Duration = Duration::from_secs(60);
const EVERY: Duration = Duration::from_secs(1);
/// After so many failures in a row a schedule rests.
const MAX_FAILURES: i32 = 3;

/// Has a schedule looked at when it is due.
pub(crate) async fn enqueue(
    tx: &mut TenantTx,
    schedule_id: Uuid,
    due: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<()> {
    let key = schedule_id.to_string();
    // An earlier time that was asked for does not count any more.
    queue::forget(tx, QUEUE, &key).await?;
    let delay = Duration::try_from(due - now).unwrap_or_default();
    queue::enqueue(tx, NewJob::now(QUEUE, &key).after(delay)).await
}

/// Starts what is due until shutdown.
pub(super) async fn work(state: State) {
    let shutdown = state.tasks.shutdown_token();
    while !shutdown.is_cancelled() {
        match queue::claim(&state.db, QUEUE, 16, LEASE).await {
            Ok(jobs) => {
                for job in jobs {
                    if let Err(error) = tick(&state, &job).await {
                        tracing::warn!(%error, schedule = job.key, "a schedule could not be looked at; its lease runs out");
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "the queue of schedules cannot be read"),
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn tick(state: &State, job: &Job) -> Result<()> {
    let schedule_id = Uuid::parse_str(&job.key).map_err(Error::internal)?;
    let mut tx = state.db.tenant(job.tenant()).await?;
    let found = schedule::find_schedule(&mut tx, schedule_id, false).await?;
    let Some((schedule, due)) = found.and_then(|found| found.next_run_at.map(|due| (found, due))) else {
        queue::complete(&mut tx, job).await?;
        return tx.commit().await;
    };
    if due > schedule.now {
        queue::reschedule(&mut tx, job, Duration::try_from(due - schedule.now).unwrap_or_default()).await?;
        return tx.commit().await;
    }
    tx.rollback().await?;
    let outcome = if schedule.skips_overlap && schedule.is_running {
        Ok(None)
    } else {
        begin(state, job, &schedule, due).await.map(Some)
    };
    if let Err(error) = &outcome
        && error.is_transient()
    {
        // The catalog does not answer: the same time is tried again.
        let mut tx = state.db.tenant(job.tenant()).await?;
        queue::fail(&mut tx, job, &error.to_string(), queue::back_off(job.attempts)).await?;
        return tx.commit().await;
    }
    settle(state, job, schedule_id, due, outcome).await
}

/// Writes what came of it, and when the next time is.
async fn settle(
    state: &State,
    job: &Job,
    schedule_id: Uuid,
    due: OffsetDateTime,
    outcome: Result<Option<Uuid>>,
) -> Result<()> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    let found = schedule::find_schedule(&mut tx, schedule_id, true).await?;
    // Whoever changed it meanwhile has said when it is due.
    let Some(schedule) = found.filter(|found| found.next_run_at == Some(due)) else {
        queue::complete(&mut tx, job).await?;
        return tx.commit().await;
    };
    let failures = if outcome.is_err() { schedule.failures + 1 } else { 0 };
    let next = Timetable::parse(&schedule.cron, &schedule.time_zone).and_then(|table| table.next_after(schedule.now));
    let next = next.ok().filter(|_| failures < MAX_FAILURES);
    let said = match &outcome {
        Ok(Some(task_id)) => Ok(*task_id),
        Ok(None) => Err("Left out: the run before it is not over".to_owned()),
        Err(error) => Err(error.message.clone()),
    };
    let said = said.as_ref().copied().map_err(String::as_str);
    schedule::set_outcome(&mut tx, &schedule, said, (failures, next)).await?;
    match next {
        Some(next) => {
            let delay = Duration::try_from(next - schedule.now).unwrap_or_default();
            queue::reschedule(&mut tx, job, delay).await?;
        }
        None => {
            let reason = format!("It failed {failures} times in a row");
            schedule::set_paused(&mut tx, schedule_id, None, Some(&reason)).await?;
            queue::complete(&mut tx, job).await?;
        }
    }
    tx.commit().await
}

/// Starts the template, unless this time has started it already.
async fn begin(state: &State, job: &Job, schedule: &Schedule, due: OffsetDateTime) -> Result<Uuid> {
    let task_id = task_id(schedule.schedule_id, due);
    let mut tx = state.db.tenant(job.tenant()).await?;
    if task::find_task(&mut tx, task_id).await?.is_some() {
        return Ok(task_id);
    }
    tx.rollback().await?;
    let owner = owner::principal(state, job.tenant(), schedule.owner_id).await?;
    let owner = owner.ok_or_else(|| {
        Error::not_allowed(format!("{} is no member of the organisation any more", schedule.owner_ref))
    })?;
    let principal = Principal::User(owner);
    Access::user(Permission::SCAFFOLDER_TASK_CREATE).check(&principal)?;
    let order = Order {
        task_id,
        template: EntityRef::parse(&schedule.template_ref, RefDefaults::kind("template"))?,
        values: schedule.input.0.clone(),
        secrets: json!({}),
        started_from: None,
        schedule_id: Some(schedule.schedule_id),
    };
    match launch(state, &Caller { tenant: job.tenant(), principal }, order).await? {
        Launch::Started(task_id) => Ok(task_id),
        Launch::Refused(refused) => Err(Error::input(format!("The values break the form: {}", first(refused).await))),
    }
}

/// The first thing that is wrong with the values.
async fn first(refused: axum::response::Response) -> String {
    let bytes = axum::body::to_bytes(refused.into_body(), 1 << 20).await.unwrap_or_default();
    let findings: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    findings.pointer("/errors/0/stack").and_then(Value::as_str).unwrap_or("they do not fit").to_owned()
}

/// The id of the task that a schedule starts at a time: a UUIDv7 of that time.
fn task_id(schedule_id: Uuid, due: OffsetDateTime) -> Uuid {
    let millis = u64::try_from(due.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
    let digest = Digest::of(&format!("{schedule_id} {millis}"));
    let mut random = [0; 10];
    random.copy_from_slice(&digest.as_bytes()[..10]);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}
