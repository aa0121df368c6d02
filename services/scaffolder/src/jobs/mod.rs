//! Takes tasks from the queue and runs them, each under a lease.
//!
//! The lease is what makes a dead process visible: it runs out, another process is handed the job, finds the task
//! begun, and closes it as interrupted.

mod ending;
mod run_task;

use crate::State;
use kernel::Result;
use std::sync::Arc;
use store::queue::{self, Job};
use tokio::sync::Semaphore;

/// The queue of tasks; the key of a job is the task's id.
pub(crate) const QUEUE: &str = "scaffolder.task";

/// Runs tasks in this process until it shuts down.
pub fn start(state: State) {
    let tasks = state.tasks.clone();
    tasks.spawn("scaffolder worker", work(state));
}

async fn work(state: State) {
    let shutdown = state.tasks.shutdown_token();
    let slots = Arc::new(Semaphore::new(usize::from(state.config.concurrency)));
    while !shutdown.is_cancelled() {
        if let Err(error) = claim(&state, &slots).await {
            tracing::warn!(%error, "the queue of tasks cannot be read; it will be tried again");
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = state.wake.notified() => {}
            () = tokio::time::sleep(state.config.poll_interval) => {}
        }
    }
}

async fn claim(state: &State, slots: &Arc<Semaphore>) -> Result<()> {
    let free = u16::try_from(slots.available_permits()).unwrap_or(u16::MAX);
    if free == 0 {
        return Ok(());
    }
    for job in queue::claim(&state.db, QUEUE, free, state.config.lease).await? {
        let Ok(permit) = Arc::clone(slots).try_acquire_owned() else { break };
        let state = state.clone();
        let name = format!("scaffolder task {}", job.key);
        state.tasks.clone().spawn(name, async move {
            handle(&state, &job).await;
            drop(permit);
            // A slot is free: look at the queue again.
            state.wake.notify_one();
        });
    }
    Ok(())
}

async fn handle(state: &State, job: &Job) {
    if let Err(error) = run_task::run_task(state, job).await {
        tracing::error!(%error, tenant = %job.tenant(), task = job.key, "a task could not be run to its end");
    }
}
