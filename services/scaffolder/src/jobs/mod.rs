//! Takes tasks from the queue and runs them, each under a lease.
//!
//! The lease is what makes a dead process visible: it runs out, another process is handed the job and goes on with the
//! task. What a task may write hangs on the lease as well, so the first process writes nothing more, should it live after
//! all. Tenants take turns, and none holds more slots than its share.

mod cleanup;
mod ending;
mod folders;
mod run_task;
pub(crate) mod schedule;
mod template_tests;

use crate::State;
use folders::Folder;
use kernel::Result;
use std::sync::Arc;
use store::queue::{self, Job};
use tokio::sync::Semaphore;

/// The queue of tasks; the key of a job is the task's id.
pub(crate) const QUEUE: &str = "scaffolder.task";

/// Runs tasks in this process until it shuts down.
pub fn start(state: State) {
    state.hear_of_others();
    let tasks = state.tasks.clone();
    if state.config.concurrency == 0 {
        return;
    }
    tasks.spawn("scaffolder cleanup", cleanup::work(state.clone()));
    tasks.spawn("scaffolder template tests", template_tests::work(state.clone()));
    tasks.spawn("scaffolder schedules", schedule::work(state.clone()));
    tasks.spawn("scaffolder worker", work(state));
}

async fn work(state: State) {
    let shutdown = state.tasks.shutdown_token();
    let slots = Arc::new(Semaphore::new(usize::from(state.config.concurrency)));
    let folder = loop {
        match Folder::claim(&state.config.workspaces) {
            Ok(folder) => break Arc::new(folder),
            Err(error) => tracing::error!(%error, "there is no folder for workspaces; it will be tried again"),
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(std::time::Duration::from_secs(5)) => {}
        }
    };
    while !shutdown.is_cancelled() {
        if let Err(error) = claim(&state, &slots, &folder).await {
            tracing::warn!(%error, "the queue of tasks cannot be read; it will be tried again");
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = state.wake.notified() => {}
            () = tokio::time::sleep(state.config.poll_interval) => {}
        }
    }
}

async fn claim(state: &State, slots: &Arc<Semaphore>, folder: &Arc<Folder>) -> Result<()> {
    let free = u16::try_from(slots.available_permits()).unwrap_or(u16::MAX);
    if free == 0 {
        return Ok(());
    }
    let (lease, quota) = (state.config.lease, state.config.tenant_concurrency);
    for job in queue::claim_within(&state.db, QUEUE, free, lease, quota).await? {
        let Ok(permit) = Arc::clone(slots).try_acquire_owned() else { break };
        let (state, folder) = (state.clone(), Arc::clone(folder));
        let name = format!("scaffolder task {}", job.key);
        state.tasks.clone().spawn(name, async move {
            handle(&state, &job, &folder).await;
            drop(permit);
            // A slot is free: look at the queue again.
            state.wake.notify_one();
        });
    }
    Ok(())
}

async fn handle(state: &State, job: &Job, folder: &Folder) {
    if let Err(error) = run_task::run_task(state, job, folder.path()).await {
        // The lease runs out, and the task is taken up again.
        tracing::error!(%error, tenant = %job.tenant(), task = job.key, "a task could not be run to its end");
    }
}
