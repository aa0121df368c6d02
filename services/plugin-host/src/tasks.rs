//! Scheduled tasks of plugins: the platform decides when one runs, wakes its worker for it, and lets it run once at a time.
//!
//! When a task is due is a job, so it is as durable as the database, and one lease at a time means one run at a time,
//! whatever number of plugin hosts there is. A run whose process dies is begun again after the lease.

use crate::State;
use crate::domain::schedule::{Schedule, task_name};
use crate::state::Target;
use crate::store::task::{begin_run, delete_tasks_but, end_run, set_task};
use axum::body::{Body, to_bytes};
use http::{Request, StatusCode};
use kernel::{Error, Result, TenantId};
use plugin_protocol::control::{Task, path};
use runtime::Tasks;
use serde_json::{Value, json};
use std::time::Duration;
use store::TenantTx;
use store::queue::{self, Job, NewJob};
use time::OffsetDateTime;
use tokio::sync::Semaphore;

/// The queue of tasks; the key is the plugin and the task's name, with a blank between.
pub const QUEUE: &str = "plugins.task";

/// The most tasks that one plugin may have.
const MAX_TASKS: usize = 200;
/// Tasks that run at once in this process.
const AT_ONCE: usize = 8;
/// A run whose process dies is begun again after that.
const LEASE: Duration = Duration::from_secs(60);
/// How often a run's lease is renewed.
const EXTEND: Duration = Duration::from_secs(20);
/// How often the queue is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// A task that its worker runs already is tried again after that.
const BUSY: Duration = Duration::from_secs(15);
/// What a worker may take beyond the task's own limit.
const GRACE: Duration = Duration::from_secs(15);
/// Longest error that is kept.
const MAX_ERROR: usize = 1000;

/// Writes down which tasks a plugin has. One that is new is due after its initial delay; one that is as it was keeps its
/// turn, however often its worker starts.
///
/// # Errors
/// Those of the database.
pub async fn register(tx: &mut TenantTx, plugin_id: &str, tasks: &[Task], now: OffsetDateTime) -> Result<()> {
    let mut kept = Vec::new();
    for task in tasks.iter().take(MAX_TASKS) {
        let name = task_name(&task.plugin, &task.id);
        let schedule = Schedule::of(task);
        let value = serde_json::to_value(&schedule).map_err(Error::internal)?;
        if set_task(tx, plugin_id, &name, &value).await? {
            let key = key(plugin_id, &name);
            queue::forget(tx, QUEUE, &key).await?;
            if let Some(first) = schedule.first(now) {
                queue::enqueue(tx, NewJob::now(QUEUE, &key).after(first)).await?;
            }
        }
        kept.push(name);
    }
    for gone in delete_tasks_but(tx, plugin_id, &kept).await? {
        queue::forget(tx, QUEUE, &key(plugin_id, &gone)).await?;
    }
    Ok(())
}

/// Forgets the tasks of a plugin that was removed.
///
/// # Errors
/// Those of the database.
pub async fn forget(tx: &mut TenantTx, plugin_id: &str) -> Result<()> {
    register(tx, plugin_id, &[], OffsetDateTime::UNIX_EPOCH).await
}

/// Makes a task due now.
///
/// # Errors
/// Those of the database.
pub async fn trigger(tx: &mut TenantTx, plugin_id: &str, task: &str) -> Result<()> {
    queue::enqueue(tx, NewJob::now(QUEUE, &key(plugin_id, task))).await
}

/// Runs tasks when they are due.
pub fn spawn(state: &State, tasks: &Tasks) {
    let (state, tasks, shutdown) = (state.clone(), tasks.clone(), tasks.shutdown_token());
    tasks.clone().spawn("plugins.tasks", async move {
        let room = std::sync::Arc::new(Semaphore::new(AT_ONCE));
        while !shutdown.is_cancelled() {
            let Some(Ok(permit)) = shutdown.run_until_cancelled(room.clone().acquire_owned()).await else { return };
            match queue::claim(&state.db, QUEUE, 1, LEASE).await {
                Ok(jobs) if !jobs.is_empty() => {
                    let state = state.clone();
                    tasks.spawn("plugin task", async move {
                        let _permit = permit;
                        let shutdown = state.tasks.shutdown_token();
                        for job in &jobs {
                            shutdown.run_until_cancelled(run(&state, job)).await;
                        }
                    });
                    continue;
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "the queue of tasks cannot be read"),
            }
            shutdown.run_until_cancelled(tokio::time::sleep(LOOK)).await;
        }
    });
}

async fn run(state: &State, job: &Job) {
    let done = tokio::select! {
        done = run_once(state, job) => done,
        () = keep_lease(state, job) => return,
    };
    if let Err(error) = done {
        tracing::warn!(tenant = %job.tenant(), task = job.key, %error, "a task's run cannot be written");
    }
}

async fn run_once(state: &State, job: &Job) -> Result<()> {
    let (plugin_id, task) = job.key.split_once(' ').unwrap_or_default();
    let began = state.clock.now();
    let mut tx = state.db.tenant(job.tenant()).await?;
    let schedule = begin_run(&mut tx, plugin_id, task, began).await?;
    tx.commit().await?;
    let schedule: Option<Schedule> = schedule.and_then(|value| serde_json::from_value(value).ok());
    let Some(schedule) = schedule else { return forget_job(state, job).await };
    let outcome = ask(state, job.tenant(), plugin_id, task, &schedule).await;
    let now = state.clock.now();
    let mut tx = state.db.tenant(job.tenant()).await?;
    let next = match outcome {
        Ok(Answer::Gone) => None,
        Ok(Answer::Busy) => Some(BUSY),
        Ok(Answer::Ended) => {
            end_run(&mut tx, plugin_id, task, None, now).await?;
            schedule.next(began, now)
        }
        Err(error) => {
            tracing::info!(tenant = %job.tenant(), plugin = plugin_id, task, %error, "a task failed");
            let message: String = error.message.chars().take(MAX_ERROR).collect();
            end_run(&mut tx, plugin_id, task, Some(&message), now).await?;
            schedule.next(began, now)
        }
    };
    let held = match next {
        Some(delay) => queue::reschedule(&mut tx, job, delay).await?,
        None => queue::complete(&mut tx, job).await?,
    };
    if held { tx.commit().await } else { tx.rollback().await }
}

async fn forget_job(state: &State, job: &Job) -> Result<()> {
    let mut tx = state.db.tenant(job.tenant()).await?;
    queue::complete(&mut tx, job).await?;
    tx.commit().await
}

/// What a worker said when it was asked to run a task.
enum Answer {
    Ended,
    Busy,
    Gone,
}

async fn ask(state: &State, tenant: TenantId, plugin_id: &str, task: &str, schedule: &Schedule) -> Result<Answer> {
    let Some(Target::Backend(revision)) = state.target(tenant, plugin_id).await? else { return Ok(Answer::Gone) };
    let (plugin, id) = task.split_once('/').unwrap_or_default();
    let body = json!({ "plugin": plugin, "task": id });
    let request = Request::post("/").body(Body::from(body.to_string())).map_err(Error::internal)?;
    let lease = state.supervisor.lease(tenant, plugin_id, revision).await?;
    let answer = lease.operate(request, path::TASKS_RUN, None, schedule.timeout() + GRACE).await?;
    let status = answer.status();
    let text = to_bytes(answer.into_body(), 64 << 10).await.unwrap_or_default();
    match status {
        StatusCode::OK => Ok(Answer::Ended),
        StatusCode::CONFLICT => Ok(Answer::Busy),
        StatusCode::NOT_FOUND => Err(Error::not_found("The plugin has no such task any more")),
        status => {
            let body: Value = serde_json::from_slice(&text).unwrap_or_default();
            let said = body.pointer("/error/message").and_then(Value::as_str).unwrap_or("no reason was given");
            Err(Error::unavailable(format!("The worker answered {status}: {said}")))
        }
    }
}

/// Ends when the lease is lost.
async fn keep_lease(state: &State, job: &Job) {
    loop {
        tokio::time::sleep(EXTEND).await;
        let extended = async {
            let mut tx = state.db.tenant(job.tenant()).await?;
            let kept = queue::extend(&mut tx, job, LEASE).await?;
            tx.commit().await?;
            Ok::<_, Error>(kept)
        };
        if matches!(extended.await, Ok(false)) {
            return;
        }
    }
}

fn key(plugin_id: &str, task: &str) -> String {
    format!("{plugin_id} {task}")
}
